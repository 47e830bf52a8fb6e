"""`aftercare channels`: where messages go, what is paused, and resuming it."""

from getpass import getuser
from typing import Annotated, Any

import typer

from console.cli.printing import warn
from console.cli.session import Commands, check_store, open_session, print_json, print_table
from console.shared.spoken import spoken
from models.core.settings import Settings
from models.core.words import ChannelName
from models.ledger.reports import PauseSeen, StoreRow
from tasks.channels.opening import SENT_BY_US, find_address, find_unused
from tasks.overview.reporting import list_stores, read_pauses
from tasks.runs.steering import resume_channel

app = typer.Typer(cls=Commands, invoke_without_command=True, help="Where messages go, and what is paused.")


@app.callback()
def channels(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False
) -> None:
    """List the channels of each store, by the scheme of the address only: the rest may hold a password."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        stores, pauses = list_stores(session.connection), read_pauses(session.connection)
        settings = session.settings
        unused = find_unused(settings, [store.code for store in stores])
    rows = [row for store in stores for row in _of_store(settings, store, pauses)]
    if as_json:
        print_json([row | {"paused": row["paused"] and row["paused"].model_dump()} for row in rows])
        return
    print_table(
        "Channels",
        ("store", "channel", "used", "goes to", "set by", "paused"),
        [
            (
                row["store"],
                row["channel"],
                "yes" if row["used"] else "no",
                row["scheme"],
                row["setting"],
                spoken(row["paused"]),
            )
            for row in rows
        ],
        lines=False,
    )
    warn(spoken(one) for one in unused)


def _of_store(settings: Settings, store: StoreRow, pauses: list[PauseSeen]) -> list[dict[str, Any]]:
    paused = {(pause.store, pause.channel): pause.reason for pause in pauses}
    found = []
    for channel in SENT_BY_US:
        address, setting = find_address(settings, channel, store.code)
        found.append(
            {
                "store": store.code,
                "channel": channel.value,
                "used": channel in store.channels,
                "scheme": address.get_secret_value().partition("://")[0] + "://",
                "setting": setting,
                "paused": paused.get((store.code, channel)) or paused.get((None, channel)),
            }
        )
    return found


@app.command()
def resume(
    channel: Annotated[ChannelName, typer.Argument(help="The channel.")],
    store: Annotated[
        str | None, typer.Option(help="The store whose own channel it is; by default the shared one.")
    ] = None,
) -> None:
    """Resume a paused channel."""
    with open_session() as session:
        check_store(session.connection, store)
        resume_channel(session.connection, session.now, channel, store, getuser())
    typer.echo(f"The channel {channel} sends again.")
