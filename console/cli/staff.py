"""`aftercare staff`: who is on the staff, what is on each desk, hand-overs of desks, and absences.

`aftercare staff list --json` prints an object: `desks`, a list of objects with `store`, `code`, `name`, `role`,
`active`, `counts` (by part of the desk: `customers`, `deputies`, `calls`, `tasks`, `cases`, `inbound`, `promises`,
`leads`; a part with nothing is left out) and `to_hand_over`; and `absences`, a list of objects with `id`, `store`,
`code`, `name`, `since` and `until` (both inclusive), `stand_in` (a staff code or null) and `running`.
`aftercare staff hand-overs --json` prints a list of objects, the latest first: `id`, `store`, `code` and `name` (of
whose desk it was), `handed_over_at`, `handed_over_by`, `word`, `parts` (by part: `[staff code, number]`) and
`taken_back_at`. `aftercare staff hand-over … --json` prints `id`, `counts` by part, and `total`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from console.cli.naming import find_store, store_of_staff
from console.cli.session import Commands, check_store, open_session, print_json, print_table
from console.shared.moments import local
from models.people.owners import DeskPart
from tasks.access.reach import LARGEST_KEY
from tasks.staff.desks.absences import Absence, end_absence, list_absences, record_absence, store_of_absence
from tasks.staff.desks.desks import Desk, list_desks
from tasks.staff.desks.handing_over import (
    PastHandover,
    hand_over_desk,
    list_handovers,
    store_of_handover,
    take_back,
)
from tasks.stores.staff import find_actor

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Who is on the staff, and what is on each desk.")

DAY = ["%Y-%m-%d"]
By = Annotated[str, typer.Option(help="The staff code of who does it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
OfStore = Annotated[str | None, typer.Option("--store", help="The store, where several have somebody of that code.")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="The staff code.")]


@app.command("list")
def list_staff(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the staff with what is on each desk; who has left something behind comes first. And who is away."""
    with open_session() as session:
        check_store(session.connection, store)
        store_id = find_store(session.connection, store) if store else None
        desks = list_desks(session.connection, session.now, store_id)
        absences = list_absences(session.connection, store_id, session.now)
    if as_json:
        print_json({"desks": [_desk(one) for one in desks], "absences": [_absence(one) for one in absences]})
        return
    columns = ("store", "code", "name", "role", "state", *DeskPart)
    print_table("Desks", columns, [_desk_row(one) for one in desks], lines=False)
    rows = [
        (str(one.id), one.store, one.code, one.name, str(one.since), str(one.until), one.stand_in or "")
        for one in absences
    ]
    print_table("Absences", ("id", "store", "code", "name", "from", "until", "stands in"), rows, lines=False)


def _desk(one: Desk) -> dict[str, object]:
    named = {name: getattr(one, name) for name in ("store", "code", "name", "role", "active")}
    return named | {"counts": dict(one.counts), "to_hand_over": one.needs_hand_over}


def _absence(one: Absence) -> dict[str, object]:
    names = ("id", "store", "code", "name", "since", "until", "stand_in", "running")
    return {name: getattr(one, name) for name in names}


def _desk_row(one: Desk) -> tuple[str, ...]:
    state = "works here" if one.active else "has left: hand the desk over"
    return (one.store, one.code, one.name, one.role, state, *(str(one.counts.get(part, "")) for part in DeskPart))


@app.command("hand-over")
def hand_over(
    code: Annotated[str, typer.Argument(metavar="FROM", help="The staff code of whose desk it is.")],
    by: By,
    to: Annotated[
        str | None, typer.Option(help="The staff code of who takes over all that --part does not name.")
    ] = None,
    part: Annotated[
        list[str] | None,
        typer.Option(metavar="PART=CODE", help=f"Who takes over a part: {', '.join(DeskPart)}. May be repeated."),
    ] = None,
    word: Annotated[str | None, typer.Option(help="Why, or what has to be known.")] = None,
    store: OfStore = None,
    as_json: AsJson = False,
) -> None:
    """Hand over a desk in one step: customers, open calls and tasks, cases, inbound, promises and leads."""
    with open_session() as session:
        connection = session.connection
        store_id = store_of_staff(connection, code, store)
        actor = find_actor(connection, by, store_id).code
        done = hand_over_desk(connection, store_id, code, _parts(to, part or ()), session.now, actor, word)
    if as_json:
        print_json({"id": done.id, "counts": dict(done.counts), "total": done.total})
        return
    told = ", ".join(f"{name}: {count}" for name, count in done.counts.items())
    typer.echo(
        f"The desk of {done.name} is handed over: {told}. Take it back with: aftercare staff take-back {done.id}"
    )


def _parts(to: str | None, parts: Sequence[str]) -> str | Mapping[DeskPart, str]:
    """Who takes over what. Without parts, one person takes over all of it."""
    if to is not None and not parts:
        return to
    found: dict[DeskPart, str] = dict.fromkeys(DeskPart, to) if to is not None else {}
    for text in parts:
        name, _, code = text.partition("=")
        if name not in tuple(DeskPart) or not code.strip():
            raise typer.BadParameter(f"'{text}' is no part and staff code, such as calls=A2", param_hint="--part")
        found[DeskPart(name)] = code.strip()
    return found


@app.command("take-back")
def take_it_back(
    handover: Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_KEY, help="The hand-over's number.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Take a hand-over back: what is still open and with whoever took it over."""
    with open_session() as session:
        store_id = store_of_handover(session.connection, handover)
        actor = find_actor(session.connection, by, store_id).code
        back = take_back(session.connection, handover, session.now, actor)
    if as_json:
        print_json({"counts": dict(back.counts), "stayed": back.stayed})
        return
    told = ", ".join(f"{name}: {count}" for name, count in back.counts.items()) or "nothing"
    typer.echo(f"Back on the desk of {back.name}: {told}. Stayed where it is: {back.stayed}.")


@app.command("hand-overs")
def hand_overs(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the latest hand-overs of desks."""
    with open_session() as session:
        check_store(session.connection, store)
        store_id = find_store(session.connection, store) if store else None
        found = list_handovers(session.connection, store_id)
    if as_json:
        print_json([_handover(one) for one in found])
        return
    rows = [
        (
            str(one.id),
            one.store,
            f"{one.code} {one.name}",
            local(one.handed_over_at, one.time_zone),
            one.handed_over_by,
            ", ".join(f"{part} to {code}: {count}" for part, (code, count) in one.parts.items()),
            local(one.taken_back_at, one.time_zone),
            one.word or "",
        )
        for one in found
    ]
    print_table("Hand-overs", ("id", "store", "whose desk", "at", "by", "what", "taken back", "word"), rows)


def _handover(one: PastHandover) -> dict[str, object]:
    zone = ZoneInfo(one.time_zone)
    names = ("id", "store", "code", "name", "handed_over_by", "word", "parts")
    return {name: getattr(one, name) for name in names} | {
        "handed_over_at": one.handed_over_at.astimezone(zone),
        "taken_back_at": one.taken_back_at.astimezone(zone) if one.taken_back_at else None,
    }


@app.command()
def away(
    code: Code,
    since: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day.")],
    until: Annotated[datetime, typer.Option(formats=DAY, help="The last day.")],
    by: By,
    stand_in: Annotated[str | None, typer.Option(help="Who stands in; by default each customer's deputy.")] = None,
    store: OfStore = None,
) -> None:
    """Enter that somebody is away. Their work goes to whoever stands in, and comes back by itself."""
    with open_session() as session:
        store_id = store_of_staff(session.connection, code, store)
        actor = find_actor(session.connection, by, store_id).code
        number = record_absence(
            session.connection, store_id, code, since.date(), until.date(), stand_in, session.now, actor
        )
    typer.echo(f"{code} is away from {since:%Y-%m-%d} to {until:%Y-%m-%d} (absence {number}).")


@app.command()
def back(
    absence: Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_KEY, help="The absence's number.")],
    by: By,
) -> None:
    """End an absence now, or before it begins."""
    with open_session() as session:
        store_id = store_of_absence(session.connection, absence)
        actor = find_actor(session.connection, by, store_id).code
        end_absence(session.connection, store_id, absence, session.now, actor)
    typer.echo(f"Absence {absence} has ended.")
