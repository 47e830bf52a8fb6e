"""Who is away from when to when, and who stands in for them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, insert, select, true, update
from sqlalchemy.orm import aliased

from models.core.cadence import moment
from models.core.errors import Conflict, InvalidInput, NotFound
from models.core.rows import AnyRow
from models.people.owners import StaffAbsence
from models.people.tables import StaffMember, Store
from tasks.ledger import audit
from tasks.staff.desks.members import find_active, lock_members

LONGEST = timedelta(days=366)


class AbsenceBackwards(InvalidInput):
    """It ends before it begins, or lasts longer than a year."""

    def __init__(self, since: date, until: date) -> None:
        self.since, self.until = since, until
        super().__init__(f"From {since} to {until} is no absence: it ends on or after its first day, within a year.")


class AbsenceOver(InvalidInput):
    """It lies in the past."""

    def __init__(self, until: date) -> None:
        self.until = until
        super().__init__(f"The absence ended on {until}, which has passed; nothing would go to anybody else.")


class AbsentAlready(Conflict):
    """They are away in that time already."""

    def __init__(self, name: str, since: datetime, until: datetime) -> None:
        self.name, self.since, self.until = name, since, until
        super().__init__(f"{name} is away already from {since:%Y-%m-%d} to {until:%Y-%m-%d}. End that first.")


class StandsInForOneself(InvalidInput):
    """Nobody stands in for themselves."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} cannot stand in for themselves; name somebody else.")


class StandInAway(InvalidInput):
    """Whoever is to stand in is away, too."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is away in that time, too, and cannot stand in.")


class NoSuchAbsence(NotFound):
    """There is no such absence, or it has ended."""

    def __init__(self, absence_id: int) -> None:
        self.absence_id = absence_id
        super().__init__(f"There is no absence {absence_id} that still goes on or is to come.")


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence as it is shown. Days are the store's; the last one is inclusive."""

    id: int
    staff_id: int
    code: str
    name: str
    store: str
    time_zone: str
    since: date
    until: date
    stand_in: str | None
    """The staff code of who stands in."""
    stand_in_name: str | None
    running: bool


def record_absence(
    connection: Connection,
    store_id: int,
    code: str,
    since: date,
    until: date,
    stand_in: str | None,
    now: datetime,
    actor: str,
) -> int:
    """Enter that somebody is away, both days included; the absence's number. `stand_in`: a staff code.

    Raises `AbsenceBackwards`, `AbsenceOver`, `AbsentAlready`, `StandsInForOneself`, `StandInAway` and what
    `find_active` raises.
    """
    zone = ZoneInfo(connection.execute(select(Store.time_zone).where(Store.id == store_id)).scalar_one())
    if not since <= until <= since + LONGEST:
        raise AbsenceBackwards(since, until)
    starts_at, ends_at = _begin(since, zone), _begin(until + timedelta(days=1), zone)
    if ends_at <= now:
        raise AbsenceOver(until)
    lock_members(connection, store_id, (code, *([stand_in] if stand_in is not None else ())))
    member = find_active(connection, code, store_id)
    if (other := _overlapping(connection, member.id, starts_at, ends_at)) is not None:
        last = (other.ends_at - timedelta(seconds=1)).astimezone(zone)
        raise AbsentAlready(member.name, other.starts_at.astimezone(zone), last)
    covers = _stand_in(connection, store_id, stand_in, member, starts_at, ends_at) if stand_in is not None else None
    values = {"staff_id": member.id, "starts_at": starts_at, "ends_at": ends_at, "recorded_at": now}
    made = insert(StaffAbsence).values(**values, stand_in_id=covers.id if covers else None, recorded_by=actor)
    absence_id = connection.execute(made.returning(StaffAbsence.id)).scalar_one()
    after = {"from": since.isoformat(), "to": until.isoformat(), "stand_in": covers.code if covers else None}
    audit.record(connection, now, actor, "staff.absent", "staff", member.code, None, after)
    return absence_id


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone)


def _overlapping(
    connection: Connection, staff_id: int, starts_at: datetime, ends_at: datetime
) -> Row[tuple[datetime, datetime]] | None:
    return connection.execute(
        select(StaffAbsence.starts_at, StaffAbsence.ends_at)
        .where(StaffAbsence.staff_id == staff_id, StaffAbsence.starts_at < ends_at, StaffAbsence.ends_at > starts_at)
        .where(StaffAbsence.starts_at < StaffAbsence.ends_at)
        .limit(1)
    ).one_or_none()


def _stand_in(
    connection: Connection, store_id: int, code: str, member: AnyRow, starts_at: datetime, ends_at: datetime
) -> AnyRow:
    found = find_active(connection, code, store_id)
    if found.id == member.id:
        raise StandsInForOneself(member.name)
    if _overlapping(connection, found.id, starts_at, ends_at) is not None:
        raise StandInAway(found.name)
    return found


def end_absence(connection: Connection, store_id: int | None, absence_id: int, now: datetime, actor: str) -> None:
    """They are back; or the absence was entered by mistake. `store_id`: only one of that store.

    Raises `NoSuchAbsence`.
    """
    row = connection.execute(
        select(StaffAbsence.starts_at, StaffAbsence.ends_at, StaffMember.code, StaffMember.store_id)
        .join(StaffMember, StaffMember.id == StaffAbsence.staff_id)
        .where(StaffAbsence.id == absence_id, StaffAbsence.ends_at > moment(now))
        .with_for_update(of=StaffAbsence)
    ).one_or_none()
    if row is None or store_id not in (None, row.store_id):
        raise NoSuchAbsence(absence_id)
    ends_at = max(row.starts_at, now)
    connection.execute(update(StaffAbsence).where(StaffAbsence.id == absence_id).values(ends_at=ends_at))
    before = {"to": row.ends_at.isoformat()}
    audit.record(connection, now, actor, "staff.back", "staff", row.code, before, {"to": ends_at.isoformat()})


def store_of_absence(connection: Connection, absence_id: int) -> int:
    """The store of whoever is away. Raises `NoSuchAbsence`."""
    found = select(StaffMember.store_id).join(StaffAbsence, StaffAbsence.staff_id == StaffMember.id)
    store_id = connection.scalar(found.where(StaffAbsence.id == absence_id))
    if store_id is None:
        raise NoSuchAbsence(absence_id)
    return store_id


def list_absences(connection: Connection, store_id: int | None, now: datetime) -> list[Absence]:
    """Those that go on or are to come, the first one first."""
    stand_in = aliased(StaffMember)
    rows = connection.execute(
        select(
            StaffAbsence.id, StaffAbsence.staff_id, StaffMember.code, StaffMember.name, Store.code.label("store"),
            Store.time_zone, StaffAbsence.starts_at, StaffAbsence.ends_at, stand_in.code.label("stand_in"),
            stand_in.name.label("stand_in_name"),
        )
        .join(StaffMember, StaffMember.id == StaffAbsence.staff_id)
        .join(Store, Store.id == StaffMember.store_id)
        .outerjoin(stand_in, stand_in.id == StaffAbsence.stand_in_id)
        .where(
            StaffAbsence.ends_at > moment(now),
            StaffAbsence.starts_at < StaffAbsence.ends_at,
            StaffMember.store_id == store_id if store_id is not None else true(),
        )
        .order_by(StaffAbsence.starts_at, StaffAbsence.id)
    )  # fmt: skip
    return [_absence(row, now) for row in rows]


def _absence(row: Row[Any], now: datetime) -> Absence:
    zone = ZoneInfo(row.time_zone)
    last = (row.ends_at - timedelta(seconds=1)).astimezone(zone).date()
    return Absence(
        row.id, row.staff_id, row.code, row.name, row.store, row.time_zone, row.starts_at.astimezone(zone).date(), last,
        row.stand_in, row.stand_in_name, row.starts_at <= now,
    )  # fmt: skip
