"""`aftercare keys`: the API keys of programs."""

from datetime import datetime
from getpass import getuser
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from console.cli.session import Commands, open_session, print_json, print_table
from console.shared.moments import local
from tasks.access.api_keys import KeyRow, NewKey, list_keys, make_key, revoke_key
from tasks.access.api_scopes import all_scopes

app = typer.Typer(cls=Commands, invoke_without_command=True, help="The API keys of programs.")

SCOPES = f"One of {', '.join(all_scopes())}."
Name = Annotated[str, typer.Argument(help="The name of the program that uses the key.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


@app.callback()
def keys(context: typer.Context, as_json: AsJson = False) -> None:
    """List the keys."""
    if not context.invoked_subcommand:
        _list(as_json=as_json)


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List the keys, including revoked ones."""
    _list(as_json=as_json)


@app.command()
def add(
    name: Name,
    scope: Annotated[list[str], typer.Option(help=f"What the key permits; may be repeated. {SCOPES}")],
    store: Annotated[str | None, typer.Option(help="The one store whose data it may use; by default all.")] = None,
) -> None:
    """Create a key and print it. It is shown only once, because only a digest of it is stored."""
    with open_session() as session:
        text = make_key(session.connection, NewKey(name, scope, store), session.now, getuser())
    typer.echo(f"The key of {name}, shown only this once: {text}")


@app.command()
def revoke(name: Name) -> None:
    """Revoke a key."""
    with open_session() as session:
        revoke_key(session.connection, name, session.now, getuser())
    typer.echo(f"The key of {name} is refused from now on.")


def _list(*, as_json: bool) -> None:
    with open_session() as session:
        listed, zone = list_keys(session.connection), session.settings.time_zone
    if as_json:
        print_json([_shape(key, ZoneInfo(zone)) for key in listed])
        return
    rows = [
        (
            key.name,
            ", ".join(key.scopes),
            key.store or "all",
            local(key.last_used_on, zone),
            local(key.revoked_at, zone),
        )
        for key in listed
    ]
    print_table("Keys", ("name", "scopes", "store", "last used", "revoked"), rows, lines=False)


def _shape(key: KeyRow, zone: ZoneInfo) -> dict[str, object]:
    said = {name: getattr(key, name) for name in KeyRow.__slots__}
    return {name: value.astimezone(zone) if isinstance(value, datetime) else value for name, value in said.items()}
