"""`aftercare why`: why a customer was contacted, and why not."""

from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text
from rich.tree import Tree

from console.cli.printing import printer
from console.cli.session import Session, open_session, print_json
from console.shared.figures import describe_figures
from console.shared.moments import moment_asked
from console.shared.sentences import about_moment, details, where_it_stands
from console.shared.shapes import shape
from console.shared.spoken import spoken
from deployments.next_runs import next_run_of
from deployments.schedules import read_flows
from models.core.shown import show_moment
from models.ledger.explanations import CustomerSeen, Explanation, ProcessStory, SubjectStory
from tasks.explaining.finding import find_customer
from tasks.explaining.story import explain
from tasks.policies.catalogue import install_if_empty
from tasks.policies.processes import find_process, recorded_processes


def why(
    customer: Annotated[
        str, typer.Argument(help="A customer's key, phone number, e-mail address, name, number plate or VIN.")
    ],
    process: Annotated[str | None, typer.Option(help="Only this process.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The moment to look from, ISO 8601; by default now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Show what a customer was told, what not and why, and when each step is checked next."""
    with open_session() as session:
        told = _explain(session, customer, process, as_of)
    zone = ZoneInfo(told.customer.time_zone)
    if as_json:
        print_json(shape(told, zone))
    else:
        printer().print(_tree(told, zone))


def _explain(session: Session, customer: str, process: str | None, as_of: str | None) -> Explanation:
    now = moment_asked(session.connection, session.settings, as_of, session.now)
    install_if_empty(session.connection, session.now)
    return explain(
        session.connection,
        find_customer(session.connection, customer),
        now,
        [find_process(session.connection, process, removed=True)]
        if process
        else recorded_processes(session.connection),
        next_run_of(read_flows(session.connection), session.settings.zone),
    )


def _tree(told: Explanation, zone: ZoneInfo) -> Tree:
    tree = Tree(Text(f"{told.customer.name}, as of {show_moment(told.as_of, zone)} ({zone.key})", style="bold"))
    known = tree.add(Text("Who it is"))
    for line in _about(told.customer, zone):
        known.add(Text(line))
    for story in told.processes:
        _add_process(tree, story, zone)
    return tree


def _about(customer: CustomerSeen, zone: ZoneInfo) -> Iterator[str]:
    yield f"Keys {', '.join(customer.keys) or 'none'}; store {customer.store}"
    for point in customer.contact_points:
        reach = "" if point.takes_text else " (voice only)"
        why = f": {spoken(point.invalid_reason, zone.key)}" if point.invalid_reason else ""
        invalid = f" (not usable since {show_moment(point.invalid_since, zone)}{why})" if point.invalid_since else ""
        yield f"{point.kind} {point.value}{reach}{invalid}"
    if not customer.contact_points:
        yield "No contact point on record."
    for consent in customer.consents:
        what = f"{consent.purpose or 'everything'} by {consent.channel or 'any channel'}"
        given = "allows" if consent.granted else "refuses"
        yield f"Since {show_moment(consent.given_at, zone)} {given} {what} ({consent.source})"
    for case in customer.open_cases:
        by = f", to be answered by {show_moment(case.answer_by, zone)}" if case.answer_by else ""
        yield f"Open {case.kind} since {show_moment(case.opened_at, zone)}: {case.title}{by}"


def _add_process(tree: Tree, story: ProcessStory, zone: ZoneInfo) -> None:
    branch = tree.add(Text(story.process, style="bold cyan"))
    for remark in story.remarks:
        branch.add(Text(spoken(remark, zone.key)))
    for subject in story.subjects:
        _add_subject(branch, subject, zone)


def _add_subject(branch: Tree, subject: SubjectStory, zone: ZoneInfo) -> None:
    about = f", {subject.about}" if subject.about else ""
    name = f"{subject.kind} {subject.key or subject.id}{about}{about_moment(subject.anchor_at, zone)}"
    twig = branch.add(Text(name, style="bold"))
    for remark in subject.remarks:
        twig.add(Text(spoken(remark, zone.key)))
    seen = ""
    for step in subject.steps:
        leaf = twig.add(Text.assemble((f"{step.step} ", "green"), where_it_stands(step, zone)))
        figures = describe_figures(step.figures, zone)
        if figures and figures != seen:  # most steps see the same figures as the one before them
            leaf.add(Text(f"Seen: {figures}", style="dim"))
            seen = figures
        for line in details(step.touch, zone):
            leaf.add(Text(line, style="dim"))
