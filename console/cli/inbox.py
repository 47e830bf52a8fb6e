"""`aftercare inbox`: what customers say by themselves, and who answers it by when.

`aftercare inbox list --json` prints an object: `inbound`, a list of objects, the earliest deadline first, and `next`,
the cursor of the next page or null. Each has `id`, `store`, `time_zone`, `way`, `channel`, `kind`, `state`, `text`,
`customer_id`, `customer`, `sender`, `appointment_id`, `wanted_at`, `received_at`, `due_at`, `overdue`, `escalated_at`,
`role`, `owner` (staff code or null), `owner_name`, `word`, `suggested`, `suggested_by`, `acted_on`, `confirmed`,
`taken_at`, `answered_at`, `answered_by`, `answered_how`, `answer`, `answer_channel`, `case_id`, `version`. Moments are
store-local, ISO 8601, or null.
"""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from console.cli.session import Commands, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from models.core.clock import read_moment
from models.inbound.words import AnswerWay, InboundKind, InboundWay
from tasks.access.reach import LARGEST_KEY
from tasks.database.paging import Cursor
from tasks.explaining.finding import find_customer
from tasks.inbound.answering import Answer, answer_inbound
from tasks.inbound.by_hand import WrittenDown, answering_store, complain, write_down
from tasks.inbound.handling import hand_over as hand_inbound_over
from tasks.inbound.handling import take as take_inbound
from tasks.inbound.listing import InboundItem, InboxView, Wanted, page_of_inbound, read_inbound
from tasks.inbound.matching import match_inbound
from tasks.inbound.suggesting import confirm as confirm_suggestion
from tasks.inbound.suggesting import refuse as refuse_suggestion

SHOWN = 120
app = typer.Typer(cls=Commands, no_args_is_help=True, help="What customers say by themselves, and who answers it.")

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_KEY, help="The inbound's number.")]
By = Annotated[str, typer.Option(help="The staff code of whoever does it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


@app.command("list")
def list_inbox(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    view: Annotated[InboxView, typer.Option(help="Whose; or what was answered, the latest first.")] = InboxView.STORE,
    staff: Annotated[str | None, typer.Option(help="The staff code whose they are, for --view mine.")] = None,
    kind: Annotated[InboundKind | None, typer.Option(help="Only of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    after: Annotated[str | None, typer.Option(help="The cursor: `next` of the page before.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what waits for an answer, the earliest deadline first."""
    if view is InboxView.MINE and staff is None:
        raise typer.BadParameter("say whose, with --staff")
    cursor = Cursor.read(after, int) if after is not None else None
    with open_session() as session:
        check_store(session.connection, store)
        page = page_of_inbound(session.connection, Wanted(view, store, staff, kind), session.now, limit, cursor)
    if as_json:
        following = str(page.next) if page.next is not None else None
        print_json({"inbound": [to_json(item) for item in page.rows], "next": following})
        return
    columns = ("id", "state", "kind", "how", "customer", "store", "who answers", "by", "what was said")
    print_table("Inbox", columns, [_row(item) for item in page.rows])
    if page.next is not None:
        typer.echo(f"More: --after {page.next}")


def _row(item: InboundItem) -> tuple[str, ...]:
    state = f"{item.state}, overdue" if item.overdue else str(item.state)
    whom = item.customer or item.sender or "?"
    suggested = f"{item.suggested}?" if item.suggested and item.confirmed is None else str(item.kind)
    due, text = local(item.due_at, item.time_zone), item.text[:SHOWN]
    return (str(item.id), state, suggested, item.way, whom, item.store, item.owner or f"({item.role})", due, text)


@app.command()
def add(
    text: Annotated[str, typer.Option(help="What the customer said.")],
    by: By,
    way: Annotated[InboundWay, typer.Option(help="How it came.")] = InboundWay.PHONE,
    kind: Annotated[InboundKind | None, typer.Option(help="What they want; by default as the text reads.")] = None,
    store: Annotated[
        str | None, typer.Option(help="The store's code; by default the customer's, or the only one.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="A key, a number, an address, a plate or an id that names one customer.")
    ] = None,
    sender: Annotated[str | None, typer.Option("--from", help="The number, address or WeChat id it came from.")] = None,
    at: Annotated[str | None, typer.Option(help="When it was said, in the store's time; by default now.")] = None,
    key: Annotated[str | None, typer.Option(help="Your own key for it: the same is recorded once.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write down what a customer said at the counter, by phone, in a letter. A complaint is a case at once."""
    with open_session() as session:
        customer_id = find_customer(session.connection, customer) if customer is not None else None
        answering = answering_store(session.connection, store, customer_id)
        received_at = read_moment(at, answering.zone) if at is not None else None
        written = WrittenDown(
            way=way, text=text, kind=kind, customer_id=customer_id, sender=sender, received_at=received_at, key=key
        )
        if kind is InboundKind.COMPLAINT:
            recorded, _ = complain(session.connection, written, answering.id, session.now, by)
        else:
            recorded = write_down(session.connection, written, answering.id, session.now, staff_code=by)
        item = read_inbound(session.connection, None, recorded.id, session.now).item
    if as_json:
        print_json(to_json(item))
        return
    again = " was written down before" if recorded.again else " is written down"
    case = f" Case {item.case_id} is open." if item.case_id else ""
    who = item.owner_name or f"the {item.role}"
    due = f" {who} answers it by {local(item.due_at, item.time_zone)}." if item.answered_at is None else ""
    typer.echo(f"Inbound {item.id}{again}.{due}{case}")


@app.command()
def take(inbound: Id, by: By) -> None:
    """Take it: you answer it, unless you hand it over."""
    with open_session() as session:
        take_inbound(session.connection, inbound, session.now, by)
    typer.echo(f"Inbound {inbound} is yours.")


@app.command()
def answer(
    inbound: Id,
    how: Annotated[AnswerWay, typer.Argument(metavar="HOW", help=f"How: {', '.join(AnswerWay)}.")],
    by: By,
    words: Annotated[
        str | None, typer.Option(help="The message itself, or what was said; the reason, if no answer is needed.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="For by-appointment: when the visit is, in the store's time; else as asked for.")
    ] = None,
) -> None:
    """Record the answer; by-message sends it, by-case opens a complaint's case, by-lead makes a lead."""
    with open_session() as session:
        seen = read_inbound(session.connection, None, inbound, session.now).item
        start = read_moment(at, ZoneInfo(seen.time_zone)) if at is not None else None
        answer_inbound(session.connection, inbound, Answer(how, words, start), session.now, by)
        item = read_inbound(session.connection, None, inbound, session.now).item
    case = f" Case {item.case_id} is open." if item.case_id else ""
    typer.echo(f"Inbound {inbound} is answered.{case}")


@app.command()
def hand_over(
    inbound: Id,
    by: By,
    to: Annotated[str, typer.Option(help="The staff code of who answers from now on.")],
    word: Annotated[str, typer.Option(help="What they have to know.")],
) -> None:
    """Make somebody else responsible, with a note."""
    with open_session() as session:
        hand_inbound_over(session.connection, inbound, session.now, by, to, word)
    typer.echo(f"Inbound {inbound} is for {to} now.")


@app.command()
def match(
    inbound: Id,
    by: By,
    customer: Annotated[str, typer.Option(help="A key, a number, an address, a plate or an id of one customer.")],
) -> None:
    """Say who an unknown sender is; the number or address is remembered."""
    with open_session() as session:
        customer_id = find_customer(session.connection, customer)
        count = match_inbound(session.connection, inbound, customer_id, session.now, by)
        item = read_inbound(session.connection, None, inbound, session.now).item
    typer.echo(f"Inbound {inbound} is of {item.customer}. {count} in all {'is' if count == 1 else 'are'} theirs.")


@app.command()
def confirm(
    inbound: Id,
    by: By,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="By when a promise to pay is, if the text is silent.")
    ] = None,
) -> None:
    """Confirm the suggestion, which carries it out."""
    with open_session() as session:
        confirm_suggestion(session.connection, inbound, session.now, by, day=day.date() if day else None)
    typer.echo(f"What was suggested for inbound {inbound} is done.")


@app.command()
def refuse(inbound: Id, by: By) -> None:
    """Say that it was misread; an opt-out that followed from it is undone."""
    with open_session() as session:
        refuse_suggestion(session.connection, inbound, session.now, by)
    typer.echo(f"What was suggested for inbound {inbound} is refused. It still waits for your answer.")
