"""`aftercare notifications`: how staff are told of their work, and what they were told.

`aftercare notifications list --json` prints a list of objects, by store and code: `store`, `time_zone`, `code`, `name`,
`role`, `department`, `ways` (the channels by which they are told, in the order in which they are tried; empty: nothing
reaches them), `digest_at` (store-local times).
`aftercare notifications messages --json` prints the latest first: `id`, `store`, `time_zone`, `staff`, `name`,
`channel`, `state`, `state_at`, `created_at`, `attempts`, `matters`, `reason` (a reason or null).
`aftercare notifications rules --json` prints per store: `store`, `channels`, `digest_at`, `quiet_from`, `quiet_until`,
`sheet_at`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from getpass import getuser
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import Connection, select

from console.cli.session import Commands, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from models.people.notifications.rules import HouseRules, OwnChoice
from models.people.notifications.words import StaffChannel
from models.people.tables import Store
from tasks.staff.notifications.choosing import (
    Member,
    choose,
    find_member,
    house_rules,
    list_members,
    read_time,
    read_times,
    set_house_rules,
)
from tasks.staff.notifications.listing import PAGE, TROUBLED, list_messages, tell_again
from tasks.staff.notifications.ways import Ways

app = typer.Typer(cls=Commands, no_args_is_help=True, help="How staff are told of their work.")

StoreCode = Annotated[str, typer.Option(help="The store's code.")]
OneStore = Annotated[str | None, typer.Option(help="Only of the store with this code.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
Channels = Annotated[list[StaffChannel] | None, typer.Option("--channel", help="In the order in which they are tried.")]
Digests = Annotated[
    list[str] | None, typer.Option("--digest", metavar="HH:MM", help="A time of a digest, store-local.")
]


@app.command("list")
def list_staff(store: OneStore = None, as_json: AsJson = False) -> None:
    """List the active staff and how each is told. Without a channel, nothing reaches them."""
    with open_session() as session:
        check_store(session.connection, store)
        ways = Ways(session.settings)
        members = list_members(session.connection, ways, store_id=_store_id(session.connection, store))
    if as_json:
        print_json([_plain(one) for one in members])
        return
    columns = ("store", "code", "name", "role", "department", "told by", "digests")
    print_table("Staff", columns, [_row(one) for one in members], lines=False)


def _plain(one: Member) -> dict[str, Any]:
    names = ("store", "time_zone", "code", "name", "role", "department")
    return {name: getattr(one, name) for name in names} | {"ways": one.ways, "digest_at": _times(one.digest_at)}


def _row(one: Member) -> tuple[str, ...]:
    told = ", ".join(one.ways) or "nothing reaches them"
    return (one.store, one.code, one.name, one.role, one.department or "", told, ", ".join(_times(one.digest_at)))


@app.command()
def notify(
    code: Annotated[str, typer.Argument(help="The staff code.")],
    store: StoreCode,
    channel: Channels = None,
    digest: Digests = None,
    no_digest: Annotated[bool, typer.Option("--no-digest", help="No digests at all.")] = False,
    no_channel: Annotated[bool, typer.Option("--no-channel", help="Tell them nothing.")] = False,
    wecom: Annotated[str | None, typer.Option(help="Their WeCom id.")] = None,
) -> None:
    """Choose how a member of staff is told. What is not named is as the house has it."""
    channels = () if no_channel else tuple(channel) if channel else None
    digests = () if no_digest else read_times(" ".join(digest)) if digest else None
    with open_session() as session:
        check_store(session.connection, store)
        ways, store_id = Ways(session.settings), _known_id(session.connection, store)
        member = find_member(session.connection, ways, store_id, code)
        choice = OwnChoice(channels, digests)
        choose(session.connection, member, choice, wecom or member.wecom, session.now, getuser())
        member = find_member(session.connection, ways, store_id, code)
    told = f"by {', then '.join(member.ways)}" if member.ways else "by nothing: no channel has an address for them"
    typer.echo(f"{member.name} is told {told}; digests: {', '.join(_times(member.digest_at)) or 'none'}.")


@app.command()
def rules(
    store: OneStore = None,
    channel: Channels = None,
    digest: Digests = None,
    quiet: Annotated[str | None, typer.Option(metavar="HH:MM-HH:MM", help="When nobody is told anything.")] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="HH:MM", help="When departments get the sheet of the coming day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what each store allows; with --store and something to set, set it."""
    with open_session() as session:
        check_store(session.connection, store)
        if channel or digest or quiet or sheet:
            if store is None:
                raise typer.BadParameter("say of which store, with --store")
            store_id = _known_id(session.connection, store)
            seen = house_rules(session.connection)[store_id]
            wanted = _wanted(seen, channel, digest, quiet, sheet)
            set_house_rules(session.connection, store_id, seen, wanted, session.now, getuser())
        allowed = house_rules(session.connection)
        codes = session.connection.execute(select(Store.id, Store.code).order_by(Store.code)).all()
    shown = [(row.code, allowed[row.id]) for row in codes if store in (None, row.code)]
    if as_json:
        print_json([{"store": code} | _plain_rules(one) for code, one in shown])
        return
    columns = ("store", "channels", "digests", "quiet", "sheet of the coming day")
    print_table("Word to staff", columns, [_rules_row(code, one) for code, one in shown], lines=False)


def _wanted(
    seen: HouseRules,
    channel: Sequence[StaffChannel] | None,
    digest: Sequence[str] | None,
    quiet: str | None,
    sheet: str | None,
) -> HouseRules:
    begins, _, ends = (quiet or "").partition("-")
    return replace(
        seen,
        channels=tuple(channel) if channel else seen.channels,
        digest_at=read_times(" ".join(digest)) if digest else seen.digest_at,
        quiet_from=read_time(begins) if quiet else seen.quiet_from,
        quiet_until=read_time(ends) if quiet else seen.quiet_until,
        sheet_at=read_time(sheet) if sheet else seen.sheet_at,
    )


def _plain_rules(one: HouseRules) -> dict[str, Any]:
    hours = {name: f"{getattr(one, name):%H:%M}" for name in ("quiet_from", "quiet_until", "sheet_at")}
    return {"channels": one.channels, "digest_at": _times(one.digest_at)} | hours


def _rules_row(code: str, one: HouseRules) -> tuple[str, ...]:
    quiet = f"{one.quiet_from:%H:%M}-{one.quiet_until:%H:%M}"
    return (code, ", ".join(one.channels), ", ".join(_times(one.digest_at)), quiet, f"{one.sheet_at:%H:%M}")


@app.command()
def messages(
    store: OneStore = None,
    troubled: Annotated[bool, typer.Option("--troubled", help="Only what failed or may not have arrived.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = PAGE,
    as_json: AsJson = False,
) -> None:
    """List the messages to staff, the latest first. Their texts are not kept."""
    with open_session() as session:
        check_store(session.connection, store)
        narrowed = {"states": TROUBLED} if troubled else {}
        store_id = _store_id(session.connection, store)
        found = list_messages(session.connection, store_id=store_id, limit=limit, **narrowed)
    if as_json:
        print_json([to_json(one) for one in found])
        return
    columns = ("id", "store", "to", "by", "state", "since", "matters", "reason")
    rows = [
        (
            str(one.id), one.store, f"{one.name} ({one.staff})", one.channel, one.state,
            local(one.state_at, one.time_zone), str(one.matters), str(one.reason or ""),
        )
        for one in found
    ]  # fmt: skip
    print_table("Messages to staff", columns, rows, lines=False)


@app.command("tell-again")
def tell_once_more(
    message: Annotated[UUID, typer.Argument(metavar="ID", help="The message's id.")],
) -> None:
    """Have what a message told sent anew, as far as it still holds. It may have arrived: ask first."""
    with open_session() as session:
        again = tell_again(session.connection, message, session.now, getuser())
    typer.echo(f"{again} matters are told again with the next dispatch.")


def _store_id(connection: Connection, code: str | None) -> int | None:
    return None if code is None else _known_id(connection, code)


def _known_id(connection: Connection, code: str) -> int:
    return int(connection.execute(select(Store.id).where(Store.code == code)).scalar_one())


def _times(moments: Sequence[time]) -> list[str]:
    return [f"{one:%H:%M}" for one in moments]
