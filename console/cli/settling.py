"""`aftercare touches unsettled` and `aftercare touches settle`: unknown and failed touches, settled by people.

`aftercare touches unsettled --json` prints a list of objects, the oldest first: `id`, `state` (`unknown` or `failed`),
`process`, `step`, `store`, `time_zone`, `customer_id`, `customer`, `channel`, `state_at`, `valid_until` (store-local,
ISO 8601), `reason`, `body`.
"""

from typing import Annotated

import typer

from console.cli.naming import find_staff, find_touch
from console.cli.session import check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from console.shared.spoken import spoken
from tasks.touches.picking import short
from tasks.touches.settling import Settlement, list_unsettled, settle


def unsettled(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List messages that are unknown or failed."""
    with open_session() as session:
        check_store(session.connection, store)
        items = list_unsettled(session.connection, store=store)
    if as_json:
        print_json([to_json(item) for item in items])
        return
    columns = ("id", "state", "since", "store", "customer", "step", "channel", "why")
    rows = [
        (
            short(item.id),
            item.state,
            local(item.state_at, item.time_zone),
            item.store,
            item.customer,
            item.step,
            item.channel or "",
            spoken(item.reason, item.time_zone),
        )
        for item in items
    ]
    print_table("Unknown and failed", columns, rows)


def settle_touch(
    touch: Annotated[str, typer.Argument(metavar="ID", help="The first characters of the touch's id.")],
    settlement: Annotated[Settlement, typer.Option("--as", help="What is decided.")],
    by: Annotated[str, typer.Option(help="The staff code of whoever decides.")],
    reason: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Settle an unknown or failed message: it was delivered, is sent again, or is given up."""
    with open_session() as session:
        touch_id = find_touch(session.connection, touch)
        staff_id = find_staff(session.connection, by, touch_id)
        state = settle(session.connection, touch_id, settlement, reason, session.now, staff_id)
    typer.echo(f"{touch} is {state}.")
