"""`aftercare cases`: what a person must settle by a deadline, to its cause.

`aftercare cases --json` prints a list of objects, the nearest deadline first: `id`, `kind`, `state`, `title`, `note`,
`cause` (what opened it), `store`, `time_zone`, `customer_id`, `customer`, `owner` (staff code or null), `owner_name`,
`opened_at`, `answer_by`, `solve_by`, `answered_at`, `solved_at`, `closed_at`, `reopened_at` (store-local, ISO 8601, or
null), `overdue`, `received`, `category`, `department`, `part`, `model`, `root_cause`, `measure`, `measure_done_on`,
`compensation`, `compensation_amount` (a text), `compensation_currency`, `escalated`, `version`.
`aftercare cases weekly --json` prints an object: `since`, `until` (exclusive), `store`, `more`, `lines`, a list of such
objects with `new`, `open` and `late`, and `tallies`, a list of `by` (`category`, `root_cause`, `measure`,
`department`), `value` (or null), `new`, `open` and `late`.
`aftercare cases quality --json` prints an object: `alerts`, a list of `store`, `part`, `model`, `count`, `first_at`,
`last_at`, `time_zone` and `cases`; and `first_time_fix`, a list of `store`, `month` (its first day), `orders`,
`came_back`, `pending` and `rate` (percent, or null).
`aftercare cases feedback --json` prints a list of objects: `id`, `case_id`, `store`, `time_zone`, `department`, `part`,
`model`, `question`, `asked_at`, `asked_by`, `due_at`, `late`, `answered_at`, `answered_by` and `answer`.
`aftercare cases categories --json` prints a list of objects: `key`, `names` (by language) and `asks_cause`.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection, select

from console.cli.session import Commands, check_store, open_session, print_json, print_table, to_json
from console.shared.lists_as_tables import meeting_rows, write_csv
from console.shared.moments import house_zone, local
from console.shared.words import say
from models.core.errors import InvalidInput
from models.inbound.words import InboundKind, InboundWay
from models.ledger.case_causes import Category, CompensationKind, Received, department_name, shipped_departments
from models.people.tables import Store
from tasks.access.reach import LARGEST_KEY
from tasks.cases.board import CaseItem, list_cases
from tasks.cases.categories import list_categories, set_category
from tasks.cases.causes import set_particulars
from tasks.cases.feedback import answer_feedback, ask_department, list_feedback
from tasks.cases.handling import answer_case, close_case, reopen_case, solve_case
from tasks.cases.meeting import MeetingList, list_alerts, read_meeting
from tasks.explaining.finding import find_customer
from tasks.inbound.by_hand import WrittenDown, answering_store, complain
from tasks.subjects.repair_order.coming_back import read_fix_rates

app = typer.Typer(cls=Commands, invoke_without_command=True, help="What a person must settle by a deadline.")

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_KEY, help="The case's number.")]
By = Annotated[str, typer.Option(help="The staff code of whoever did it.")]
Note = Annotated[str | None, typer.Option(help="A note, added to the case's notes.")]
OfStore = Annotated[str | None, typer.Option("--store", help="Only of the store with this code.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
DAY = ["%Y-%m-%d"]
CategoryOption = Annotated[str | None, typer.Option(help="A key of the store's categories.")]
Department = Annotated[str | None, typer.Option(help=f"Of {', '.join(shipped_departments())}.")]
Part = Annotated[str | None, typer.Option(help="The part of the car.")]
Model = Annotated[str | None, typer.Option(help="The model of the car.")]
Cause = Annotated[str | None, typer.Option(help="Why it happened.")]
Measure = Annotated[str | None, typer.Option(help="What is done so that it does not happen again.")]


class UnreadableCompensation(InvalidInput):
    """A compensation that cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"'{text}' is no compensation; expected a kind, or a kind with an amount: discount=200.00 CNY."
        )


class NotToKnow(InvalidInput):
    """A complaint needs a known customer before it is a case."""

    def __init__(self) -> None:
        super().__init__("It is not clear whose complaint this is; name the customer with --customer.")


@app.callback()
def cases(
    context: typer.Context,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List the cases that are not closed, the nearest deadline first."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        check_store(session.connection, store)
        items = list_cases(session.connection, session.now, store=store, everything=everything)
    if as_json:
        print_json([to_json(item) for item in items])
        return
    columns = ("id", "state", "what", "customer", "store", "owner", "answer by", "solve by", "note")
    print_table("Cases", columns, [_row(item) for item in items])


def _row(item: CaseItem) -> tuple[str, ...]:
    state = f"{item.state}, overdue" if item.overdue else item.state
    deadlines = (local(item.answer_by, item.time_zone), local(item.solve_by, item.time_zone))
    return (str(item.id), state, item.title, item.customer, item.store, item.owner or "", *deadlines, item.note or "")


@app.command()
def answer(case: Id, by: By, note: Note = None) -> None:
    """Record the first answer to the customer."""
    with open_session() as session:
        answer_case(session.connection, case, session.now, by, note)
    typer.echo(f"Case {case} is answered.")


@app.command()
def solve(case: Id, by: By, note: Note = None) -> None:
    """Record that the problem is solved."""
    with open_session() as session:
        solve_case(session.connection, case, session.now, by, note)
    typer.echo(f"Case {case} is solved.")


@app.command("open")
def open_new(
    text: Annotated[str, typer.Option(help="What the customer said.")],
    customer: Annotated[str, typer.Option(help="A key, a number, a plate or an id that names one customer.")],
    by: By,
    way: Annotated[InboundWay, typer.Option(help="How it came.")] = InboundWay.COUNTER,
    store: OfStore = None,
    category: CategoryOption = None,
    department: Department = None,
    part: Part = None,
    model: Model = None,
) -> None:
    """Open a complaint's case: somebody stands at the counter, is on the phone, or has written."""
    said = {"category": category, "department": department, "part": part, "model": model}
    with open_session() as session:
        customer_id = find_customer(session.connection, customer)
        answering = answering_store(session.connection, store, customer_id)
        written = WrittenDown(way=way, text=text, kind=InboundKind.COMPLAINT, customer_id=customer_id)
        _, case = complain(session.connection, written, answering.id, session.now, by)
        if case is None:
            raise NotToKnow
        set_particulars(session.connection, case, _said(said), session.now, by)
    typer.echo(f"Case {case} is open.")


def _said(options: Mapping[str, object]) -> dict[str, object]:
    """What was named on the command line; an empty text clears a field."""
    return {name: value for name, value in options.items() if value is not None}


@app.command()
def describe(
    case: Id,
    by: By,
    received: Annotated[Received | None, typer.Option(help="How it came to the house.")] = None,
    category: CategoryOption = None,
    department: Department = None,
    part: Part = None,
    model: Model = None,
    cause: Cause = None,
    measure: Measure = None,
    done_on: Annotated[datetime | None, typer.Option(formats=DAY, help="When the measure was done.")] = None,
    compensation: Annotated[
        str | None,
        typer.Option(help=f"What the customer was given: {', '.join(CompensationKind)}; discount=200.00 CNY."),
    ] = None,
) -> None:
    """Say what a case is about, its cause, the measure, and what the customer was given."""
    said = {
        "received": received, "category": category, "department": department, "part": part, "model": model,
        "root_cause": cause, "measure": measure, "measure_done_on": done_on.date() if done_on else None,
    }  # fmt: skip
    given = _read_compensation(compensation) if compensation is not None else {}
    with open_session() as session:
        set_particulars(session.connection, case, _said(said) | given, session.now, by)
    typer.echo(f"Case {case} is described.")


def _read_compensation(text: str) -> dict[str, object]:
    kind, _, money = text.partition("=")
    amount, _, currency = money.strip().partition(" ")
    try:
        return {
            "compensation": CompensationKind(kind.strip()),
            "compensation_amount": Decimal(amount) if amount else None,
            "compensation_currency": currency.strip() or None,
        }
    except (ValueError, InvalidOperation) as error:
        raise UnreadableCompensation(text) from error


@app.command()
def reopen(case: Id, by: By, note: Annotated[str, typer.Option(help="Why it is opened again.")]) -> None:
    """Open a solved or closed case again: it goes to the manager at once."""
    with open_session() as session:
        reopen_case(session.connection, case, session.now, by, note)
    typer.echo(f"Case {case} is open again.")


@app.command()
def ask(
    case: Id,
    department: Annotated[str, typer.Option(help=f"Of {', '.join(shipped_departments())}.")],
    question: Annotated[str, typer.Option(help="What it is to answer.")],
    by: By,
) -> None:
    """Ask a department about a case; it answers within two working days."""
    with open_session() as session:
        made = ask_department(session.connection, case, department, question, session.now, by)
        (item,) = [one for one in list_feedback(session.connection, session.now, case_id=case) if one.id == made]
    typer.echo(f"Question {made} is for {department}, which answers by {local(item.due_at, item.time_zone)}.")


@app.command()
def reply(
    question: Annotated[int, typer.Argument(metavar="QUESTION", min=1, max=LARGEST_KEY, help="Its number.")],
    answer: Annotated[str, typer.Option(help="What the department says.")],
    by: By,
) -> None:
    """Write down what a department answers."""
    with open_session() as session:
        answer_feedback(session.connection, question, answer, session.now, by)
    typer.echo(f"Question {question} is answered.")


@app.command()
def feedback(
    store: OfStore = None,
    everything: Annotated[bool, typer.Option("--all", help="Answered ones, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what departments were asked, the earliest deadline first."""
    with open_session() as session:
        check_store(session.connection, store)
        items = list_feedback(session.connection, session.now, store=store, everything=everything)
    if as_json:
        print_json([to_json(item) for item in items])
        return
    rows = [
        (
            str(item.id),
            str(item.case_id),
            department_name(item.department, "en"),
            local(item.due_at, item.time_zone) + (", late" if item.late else ""),
            item.question,
            item.answer or "",
        )
        for item in items
    ]
    print_table("Questions to departments", ("id", "case", "department", "answer by", "question", "answer"), rows)


@app.command()
def weekly(
    day: Annotated[
        datetime | None, typer.Option("--week", formats=DAY, help="A day of the week; by default now.")
    ] = None,
    store: OfStore = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write it as a CSV file.")] = None,
    as_json: AsJson = False,
) -> None:
    """The complaints for the weekly meeting: new, open and late, by category, cause and measure."""
    with open_session() as session:
        check_store(session.connection, store)
        today = session.now.astimezone(house_zone(session.connection, session.settings)).date()
        listed = read_meeting(session.connection, session.now, day.date() if day else today, store)
        names = _category_names(session.connection)
    if as_json:
        print_json({**asdict(listed), "lines": [to_json(line) for line in listed.lines]})
    elif csv_file is not None:
        write_csv(csv_file, meeting_rows(listed, "en", names))
        typer.echo(f"{len(listed.lines)} complaints are in {csv_file}.")
    else:
        _print_meeting(listed, names)


def _category_names(connection: Connection) -> dict[str, str]:
    stores = connection.scalars(select(Store.id).order_by(Store.code))
    return {one.key: one.name("en") for store_id in stores for one in list_categories(connection, store_id)}


def _print_meeting(listed: MeetingList, names: dict[str, str]) -> None:
    counts = {name: listed.count(name) for name in ("new", "open", "late")}
    typer.echo(f"Week of {listed.since}: {say('en', 'meeting.summary', **counts)}")
    heading, *rows = meeting_rows(listed, "en", names)
    print_table("Complaints", heading, rows)
    for by in dict.fromkeys(one.by for one in listed.tallies):
        of_it = [one for one in listed.tallies if one.by == by]
        rows = [
            [names.get(one.value or "", one.value or "-"), f"{one.new}", f"{one.open}", f"{one.late}"] for one in of_it
        ]
        what = say("en", f"meeting.{by}")
        print_table(say("en", "meeting.by", what=what.lower()), (what, "new", "open", "late"), rows, lines=False)


@app.command()
def quality(store: OfStore = None, as_json: AsJson = False) -> None:
    """Quality alerts, and how often the first repair was enough, per store and month."""
    with open_session() as session:
        check_store(session.connection, store)
        alerts = list_alerts(session.connection, session.now, store)
        rates = read_fix_rates(session.connection, session.now, store)
    if as_json:
        fixes = [asdict(one) | {"rate": one.rate} for one in rates]
        print_json({"alerts": [to_json(one) for one in alerts], "first_time_fix": fixes})
        return
    found = [(one.store, one.model, one.part, str(one.count), ", ".join(map(str, one.cases))) for one in alerts]
    print_table("Quality alerts", ("store", "model", "part", "complaints", "cases"), found, lines=False)
    figures = [
        (one.store, f"{one.month:%Y-%m}", str(one.orders), str(one.came_back), str(one.pending), _percent(one.rate))
        for one in rates
    ]
    columns = ("store", "month", "repair orders", "came back", "30 days not over", "fixed the first time")
    print_table("First-time-fix rate", columns, figures, lines=False)


def _percent(rate: float | None) -> str:
    return "not known yet" if rate is None else f"{rate:.1f} %"


@app.command()
def categories(
    store: Annotated[str | None, typer.Option("--store", help="The store's code; by default the only one.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the categories of a store's cases."""
    with open_session() as session:
        found = list_categories(session.connection, answering_store(session.connection, store, None).id)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    rows = [(one.key, one.name("en"), one.name("zh-CN"), "yes" if one.asks_cause else "no") for one in found]
    print_table("Categories", ("key", "English", "Chinese", "asks for the cause"), rows, lines=False)


@app.command()
def category(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Small letters, digits and hyphens.")],
    name: Annotated[str, typer.Option(help="What the store calls it.")],
    by: By,
    store: Annotated[str | None, typer.Option("--store", help="The store's code; by default the only one.")] = None,
    asks: Annotated[bool, typer.Option("--asks-cause", help="It is closed only with a cause and a measure.")] = False,
    gone: Annotated[bool, typer.Option("--leave-out", help="Leave it out from now on.")] = False,
) -> None:
    """Add a category to a store's list, change one of it, or leave one out."""
    with open_session() as session:
        answering = answering_store(session.connection, store, None)
        made = Category(key, {"zh-CN": name, "en": name}, asks)
        set_category(session.connection, answering.id, made, session.now, by, active=not gone)
    typer.echo(f"Category {key} is left out." if gone else f"Category {key} is '{name}'.")


@app.command()
def close(
    case: Id,
    by: By,
    note: Note = None,
    agrees: Annotated[bool, typer.Option("--customer-agrees", help="The customer agrees that it is settled.")] = False,
    cause: Cause = None,
    measure: Measure = None,
) -> None:
    """Close the case; a complaint only if the customer agrees, and with its cause where the category asks for it."""
    with open_session() as session:
        said = _said({"root_cause": cause, "measure": measure})
        if said:
            set_particulars(session.connection, case, said, session.now, by)
        close_case(session.connection, case, session.now, by, note, customer_agrees=agrees)
    typer.echo(f"Case {case} is closed.")
