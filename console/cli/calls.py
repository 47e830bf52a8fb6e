"""`aftercare calls`: what staff must call today, with the script; and what came of it.

`aftercare calls --json` prints a list of objects, in the order in which they are to be made: `id`, `kind` (`call` or
`task`), `process`, `step`, `store`, `time_zone`, `role`, `customer_id`, `customer`, `phone` (E.164 or null), `script`,
`priority`, `due_at`, `not_before`, `valid_until` (store-local, ISO 8601), `attempts`, `figures`, `purpose`,
`subject_kind`, `subject_id`.
"""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from console.cli.naming import find_staff, find_touch
from console.cli.session import Commands, Session, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from models.calls.outcomes import all_outcomes
from models.core.clock import read_moment
from models.core.ids import TouchId
from models.core.words import OutcomeName, Role, TouchState
from models.kits.outcomes import CallReport, IncompleteOutcome, PromiseMade
from tasks.calls import CallItem, CallRecorded, finish_task, list_calls, record_outcome
from tasks.touches.picking import short, zone_of

app = typer.Typer(
    cls=Commands, invoke_without_command=True, help="What staff must call or do today, and what came of it."
)


@app.callback()
def calls(
    context: typer.Context,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    role: Annotated[Role | None, typer.Option(help="Only what is for this role.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List what staff must call or do today, in order, with the script."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        check_store(session.connection, store)
        items = list_calls(session.connection, session.now, store=store, role=role)
    _show(items, machine=as_json)


def _show(items: list[CallItem], *, machine: bool) -> None:
    if machine:
        print_json([to_json(item) for item in items])
        return
    columns = ("id", "from", "store", "who", "customer", "phone", "tries", "what to say or do")
    rows = [
        (
            short(item.id),
            local(item.not_before, item.time_zone),
            item.store,
            item.role or "",
            item.customer,
            item.phone or "",
            str(item.attempts or ""),
            item.script,
        )
        for item in items
    ]
    print_table("Calls and tasks of today", columns, rows)


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        sentence = f"'{text}' is not an amount; expected a number such as 1500.00"
        raise typer.BadParameter(sentence) from error


def _outcome(text: str) -> OutcomeName:
    name = OutcomeName(text)
    if name not in all_outcomes():
        sentence = f"'{text}' is no outcome of a call; expected one of {', '.join(all_outcomes())}"
        raise typer.BadParameter(sentence)
    return name


@app.command()
def done(
    touch: Annotated[str, typer.Argument(metavar="ID", help="The first characters of the call's or task's id.")],
    by: Annotated[str, typer.Option(help="The staff code of who did it.")],
    outcome: Annotated[
        str | None,
        typer.Option(parser=_outcome, metavar="OUTCOME", help="What came of a call; a task has none."),
    ] = None,
    note: Annotated[str | None, typer.Option(help="What is worth knowing.")] = None,
    at: Annotated[
        str | None, typer.Option(help="When to call back, in the store's time, such as 2026-03-10T16:30.")
    ] = None,
    promise_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day on which the customer promised to pay.")
    ] = None,
    amount: Annotated[
        Decimal | None, typer.Option(parser=_amount, help="The amount promised; by default all that is owed.")
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(help="The currency of the amount; by default the account's own if it owes in one only."),
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="The answer to a question of the outcome, such as why=price."),
    ] = None,
) -> None:
    """Record the outcome of a call, or that a task is done, with everything that follows from it."""
    with open_session() as session:
        touch_id = find_touch(session.connection, touch)
        staff_id = find_staff(session.connection, by, touch_id)
        if outcome is None:
            finish_task(session.connection, touch_id, session.now, staff_id, note)
            typer.echo(f"The task {short(touch_id)} is done.")
            return
        name = OutcomeName(outcome)
        promise = _promise(name, promise_on, amount, currency)
        report = CallReport(name, note, _callback(session, touch_id, at), promise, answers=_answers(answer or []))
        recorded = record_outcome(session.connection, touch_id, report, session.now, staff_id)
    typer.echo(_told(recorded))


def _answers(texts: list[str]) -> dict[str, str]:
    answers = dict(text.partition("=")[::2] for text in texts)
    if "" in answers or not all("=" in text for text in texts):
        sentence = f"'{texts[0]}' is no answer; expected a name and a value, such as why=price"
        raise typer.BadParameter(sentence)
    return answers


def _callback(session: Session, touch_id: TouchId, text: str | None) -> datetime | None:
    if text is None:
        return None
    return read_moment(text, zone_of(session.connection, touch_id))


def _promise(
    outcome: OutcomeName, day: datetime | None, amount: Decimal | None, currency: str | None
) -> PromiseMade | None:
    if day is None and amount is None and currency is None:
        return None
    if day is None:
        raise IncompleteOutcome(outcome, "the day that the amount was promised for, with --promise-on")
    return PromiseMade(day.date(), amount, currency.strip().upper() if currency else None)


def _told(recorded: CallRecorded) -> str:
    """What follows from a recorded outcome, as sentences."""
    call = f"The call {short(recorded.touch_id)}"
    again = recorded.again_at and local(recorded.again_at, recorded.time_zone)
    number = f" on {recorded.phone}" if recorded.phone else ""
    sentences = [
        f"{call} is done."
        if recorded.state is TouchState.DONE
        else f"{call} is to be made again from {again}{number}.",
        f"Case {recorded.case_id} is open." if recorded.case_id else "",
        "The promise is recorded." if recorded.promise_id else "",
        f"{recorded.cancelled} other planned contacts are cancelled." if recorded.cancelled else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)
