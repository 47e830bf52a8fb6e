"""`aftercare policies`: show, validate, change and roll back policies."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from console.cli.data_files import read_toml
from console.cli.session import Commands, Session, check_store, open_session, print_json, print_table
from console.shared.moments import house_zone, local
from models.core.toml_text import write_toml
from models.people.tables import Store
from models.policies.policy import CONTACT_RULES
from models.policies.shipped import read_contact_rules, read_policy
from tasks.policies.catalogue import install_if_empty
from tasks.policies.changing import (
    PolicyRow,
    activate_policy,
    change_policy,
    check_policy,
    list_policies,
    list_versions,
    name_of,
    read_version,
)

app = typer.Typer(cls=Commands, no_args_is_help=True, help="The procedures as data.")

File = Annotated[Path, typer.Argument(metavar="FILE.toml", help="A policy, as `show` prints it.")]
Name = Annotated[str, typer.Argument(help="A process, or contact-rules.")]
StoreCode = Annotated[
    str | None, typer.Option("--store", help="For this store only; by default for all stores without their own.")
]
By = Annotated[str, typer.Option("--by", help="Who makes the change.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
LAST_VERSION = 2**31 - 1


@app.command("list")
def show_list(as_json: Json = False) -> None:
    """List the active policies."""
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        _print("Policies", list_policies(session.connection), session, as_json)


@app.command()
def versions(name: Name, as_json: Json = False) -> None:
    """List every version of a policy."""
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        _print(f"Versions of {name}", list_versions(session.connection, name), session, as_json)


@app.command()
def show(
    name: Name,
    store: StoreCode = None,
    version: Annotated[
        int | None, typer.Option(min=1, max=LAST_VERSION, help="An earlier version; by default the active one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print a policy as TOML that can be edited and set."""
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        body = read_version(session.connection, name, store, store_id_of(session, store), version)["body"]
    if as_json:
        print_json(body)
    elif name == CONTACT_RULES:
        typer.echo(write_toml(read_contact_rules(body).model_dump(mode="json")), nl=False)
    else:
        policy = read_policy(name, body)
        shown = {"process": policy.process} | policy.model_dump(mode="json", exclude_defaults=True)
        typer.echo(write_toml(shown), nl=False)


@app.command()
def check(file: File, store: StoreCode = None) -> None:
    """Validate a policy; change nothing."""
    data = read_toml(file)
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        policy = check_policy(session.connection, data, store_id_of(session, store))
    typer.echo(f"{file} is a valid policy '{name_of(policy)}'.")


@app.command("set")
def set_policy(file: File, by: By, store: StoreCode = None) -> None:
    """Activate a policy as the next version. Planned touches keep the version that they were planned under."""
    data = read_toml(file)
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        version = change_policy(session.connection, session.now, data, store_id_of(session, store), by)
    typer.echo(f"The policy in {file} is active as version {version}{_for(store)}.")


@app.command()
def activate(
    name: Name,
    version: Annotated[int, typer.Option(min=1, max=LAST_VERSION, help="The version to go back to.")],
    by: By,
    store: StoreCode = None,
) -> None:
    """Roll back to an earlier version: it becomes the active one again."""
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        activate_policy(session.connection, session.now, name, version, store, store_id_of(session, store), by)
    typer.echo(f"The policy '{name}' is active as version {version}{_for(store)}.")


def store_id_of(session: Session, code: str | None) -> int | None:
    """The id of a store; None for none. Raises `UnknownStore`."""
    check_store(session.connection, code)
    return session.connection.scalar(select(Store.id).where(Store.code == code)) if code else None


def _for(store: str | None) -> str:
    return f" of store {store}" if store else " for every store without its own"


def _print(title: str, rows: list[PolicyRow], session: Session, as_json: bool) -> None:
    zone = house_zone(session.connection, session.settings)
    if as_json:
        print_json([row._asdict() | {"created_at": row.created_at.astimezone(zone)} for row in rows])
        return
    columns = ("policy", "store", "version", "active", "since", "by")
    print_table(title, columns, [_row(row, zone.key) for row in rows], lines=False)


def _row(row: PolicyRow, zone: str) -> tuple[str, ...]:
    made: datetime = row.created_at
    active = "yes" if row.active else ""
    return (row.name, row.store or "all", str(row.version), active, local(made, zone), row.created_by)
