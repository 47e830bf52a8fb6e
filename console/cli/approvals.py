"""`aftercare approvals`: what waits for a named person, as the customer will get it; approve or refuse.

`aftercare approvals --json` prints a list of objects, the earliest due first: `id`, `kind`, `process`, `step`, `store`,
`time_zone`, `roles`, `customer_id`, `customer`, `channels`, `due_at`, `valid_until` (store-local, ISO 8601), `letter`
(`language`, `subject`, `text`, `also`, `variables`), `figures` (as planned), `figures_now`.
"""

from typing import Annotated

import typer

from console.cli.naming import find_staff, find_touch
from console.cli.session import Commands, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from tasks.touches.approvals import WaitingTouch, approve, count_held_by_law, list_waiting, refuse
from tasks.touches.picking import short

app = typer.Typer(cls=Commands, invoke_without_command=True, help="Touches that wait for a named person's approval.")

Id = Annotated[str, typer.Argument(metavar="ID", help="The first characters of the touch's id.")]
By = Annotated[str, typer.Option(help="The staff code of whoever decides.")]


@app.callback()
def approvals(
    context: typer.Context,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List what waits for approval, with the letter as the customer will get it."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        check_store(session.connection, store)
        items = list_waiting(session.connection, session.now, store=store)
        held = count_held_by_law(session.connection, session.now, store=store)
    if as_json:
        print_json([to_json(item) for item in items])
        return
    columns = ("id", "due", "store", "decided on by", "customer", "letter")
    print_table("Waiting for approval", columns, [_row(item) for item in items])
    if held:
        typer.echo(f"{held} of these would be held by law now; each goes when the hours at the customer's place begin.")


def _row(item: WaitingTouch) -> tuple[str, ...]:
    letter = "\n".join(part for part in (item.letter.subject, item.letter.text) if part)
    due = local(item.due_at, item.time_zone)
    return (short(item.id), due, item.store, " or ".join(item.roles), item.customer, letter)


@app.command("approve")
def approve_touch(
    touch: Id, by: By, reason: Annotated[str | None, typer.Option(help="A note, if one is worth keeping.")] = None
) -> None:
    """Approve a touch: it is sent at its due moment."""
    with open_session() as session:
        touch_id = find_touch(session.connection, touch)
        approve(session.connection, touch_id, session.now, find_staff(session.connection, by, touch_id), reason)
    typer.echo(f"{short(touch_id)} is approved.")


@app.command("refuse")
def refuse_touch(touch: Id, by: By, reason: Annotated[str, typer.Option(help="Why it is refused.")]) -> None:
    """Refuse a touch: it is never sent."""
    with open_session() as session:
        touch_id = find_touch(session.connection, touch)
        refuse(session.connection, touch_id, session.now, find_staff(session.connection, by, touch_id), reason)
    typer.echo(f"{short(touch_id)} is refused.")
