"""Handing a desk over when somebody leaves or is ill: all of it or by parts, in one step, which can be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

from models.core.cadence import moment
from models.core.errors import Conflict, InvalidInput, NotFound
from models.core.rows import AnyRow
from models.inbound.tables import Inbound
from models.inbound.words import InboundState
from models.ledger.tables import AuditEntry, Case, Touch
from models.people.owners import OWNING, DeskHandover, DeskPart, OwnerBy
from models.people.tables import Customer, StaffMember, Store
from tasks.ledger import audit
from tasks.staff.desks.desks import PARTS, Part
from tasks.staff.desks.members import check_owning, find_active, find_member, lock_members

CUSTOMERS_OF = (DeskPart.CUSTOMERS, DeskPart.DEPUTIES)
"""The parts that only somebody who may own customers takes over."""


class DeskToOneself(InvalidInput):
    """A desk goes to somebody else."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} has this desk already; hand it over to somebody else.")


class NothingOnDesk(Conflict):
    """There is nothing to hand over."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"Nothing is on the desk of {name} in these parts; nothing was changed.")


class NobodyNamed(InvalidInput):
    """It is not said who takes over."""

    def __init__(self) -> None:
        super().__init__("Say who takes over: one person for all of it, or one for each part.")


class UnknownHandover(NotFound):
    """There is no such hand-over of a desk."""

    def __init__(self, handover_id: int) -> None:
        self.handover_id = handover_id
        super().__init__(f"There is no hand-over {handover_id}.")


class TakenBackAlready(Conflict):
    """It was taken back before."""

    def __init__(self, handover_id: int) -> None:
        self.handover_id = handover_id
        super().__init__(f"The hand-over {handover_id} was taken back already.")


@dataclass(frozen=True, slots=True)
class DeskHandedOver:
    """What went to others."""

    id: int
    name: str
    """Whose desk it was."""
    counts: Mapping[DeskPart, int]

    @property
    def total(self) -> int:
        """How much it was in all."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What came back, and what stayed because it was settled or has gone on to somebody else meanwhile."""

    name: str
    counts: Mapping[DeskPart, int]
    stayed: int


@dataclass(frozen=True, slots=True)
class PastHandover:
    """A hand-over as it is listed."""

    id: int
    store: str
    time_zone: str
    code: str
    name: str
    """Whose desk it was."""
    handed_over_at: datetime
    handed_over_by: str
    word: str | None
    parts: Mapping[DeskPart, tuple[str, int]]
    """By part: the staff code of who has it, and how much it was."""
    taken_back_at: datetime | None


def hand_over_desk(
    connection: Connection,
    store_id: int,
    code: str,
    to: str | Mapping[DeskPart, str],
    now: datetime,
    actor: str,
    word: str | None = None,
) -> DeskHandedOver:
    """Hand over a desk of a store, by staff codes: to one person, or each part to one. Other parts stay.

    Raises `NobodyNamed`, `DeskToOneself`, `NothingOnDesk`, and what `find_member`, `find_active` and, for customers,
    `find_owner` raise. All of it is checked before anything moves.
    """
    lock_members(connection, store_id, (code, *([to] if isinstance(to, str) else to.values())))
    member = find_member(connection, code, store_id)
    takers = _takers(connection, member, dict.fromkeys(DeskPart, to) if isinstance(to, str) else to, now)
    moved = {part: _move(connection, part, member, takers[part], now) for part in PARTS if part in takers}
    moved = {part: what for part, what in moved.items() if what["ids"]}
    if not moved:
        raise NothingOnDesk(member.name)
    for part, what in moved.items():
        _tell(connection, PARTS[part], what["ids"], member.code, takers[part].code, now, actor)
    values = {"store_id": store_id, "from_id": member.id, "handed_over_at": now, "handed_over_by": actor}
    made = insert(DeskHandover).values(**values, word=(word or "").strip() or None, moved=moved)
    handover_id = connection.execute(made.returning(DeskHandover.id)).scalar_one()
    counts = {part: len(what["ids"]) for part, what in moved.items()}
    after = {"hand-over": handover_id, "to": {part: takers[part].code for part in moved}, "counts": counts}
    audit.record(connection, now, actor, "staff.desk-handed-over", "staff", member.code, None, after)
    return DeskHandedOver(handover_id, member.name, counts)


def _takers(
    connection: Connection, member: AnyRow, to: Mapping[DeskPart, str], now: datetime
) -> dict[DeskPart, AnyRow]:
    """Who takes over each part, checked."""
    if not to:
        raise NobodyNamed
    found = {code: find_active(connection, code, member.store_id) for code in dict.fromkeys(to.values())}
    takers = {part: found[code] for part, code in to.items()}
    for part, taker in takers.items():
        if taker.id == member.id:
            raise DeskToOneself(member.name)
        its = PARTS[part]
        of_customers = part in CUSTOMERS_OF and taker.role not in OWNING
        if of_customers and connection.scalar(its.of(member.id, now).limit(1)) is not None:
            check_owning(taker)
    return takers


def _move(connection: Connection, part: DeskPart, member: AnyRow, taker: AnyRow, now: datetime) -> dict[str, Any]:
    """Move one part; the numbers of what was moved."""
    its = PARTS[part]
    ids = list(connection.scalars(its.of(member.id, now).order_by(its.table.c.id).with_for_update()))
    what: dict[str, Any] = {"to": taker.id, "ids": [str(one) if part in OF_TOUCHES else one for one in ids]}
    if not ids:
        return what
    chosen = _these(its, ids)
    if part in CUSTOMERS_OF:
        what["both"] = _leave_no_one_twice(connection, part, chosen, taker.id)
    _give(connection, part, and_(chosen, its.whose == member.id), taker)
    return what


OF_TOUCHES = (DeskPart.CALLS, DeskPart.TASKS)
"""The parts whose numbers are UUIDs."""


def _these(part: Part, ids: Sequence[Any]) -> ColumnElement[bool]:
    column = part.table.c.id
    kind: TypeEngine[Any] = Uuid() if isinstance(column.type, Uuid) else BigInteger()
    return column == any_(literal(list(ids), ARRAY(kind)))


def _leave_no_one_twice(
    connection: Connection, part: DeskPart, chosen: ColumnElement[bool], taker_id: int
) -> list[int]:
    """Nobody is owner and deputy of the same customer: whoever would be is the owner alone. Of which customers."""
    other = Customer.deputy_id if part is DeskPart.CUSTOMERS else Customer.owner_id
    both = update(Customer).where(chosen, other == taker_id).values(deputy_id=None)
    return list(connection.scalars(both.returning(Customer.id)))


def _give(connection: Connection, part: DeskPart, which: ColumnElement[bool], taker: AnyRow) -> Sequence[Any]:
    """Make the rows somebody's; the ids of those that were there."""
    its = PARTS[part]
    values: dict[str, Any] = {its.column: taker.id}
    match part:
        case DeskPart.CUSTOMERS:
            values["owner_by"] = OwnerBy.HANDOVER
        case DeskPart.CALLS | DeskPart.TASKS:
            values |= {"held_by": None, "held_until": None, "owner_until": None}
        case DeskPart.CASES:
            values["version"] = Case.version + 1
        case DeskPart.INBOUND:
            values |= {"role": taker.role, "state": InboundState.OPEN, "taken_at": None, "version": Inbound.version + 1}
        case _:
            pass
    statement = update(its.table).where(which).values(**values).returning(its.table.c.id)
    return connection.scalars(statement).all()


def _tell(
    connection: Connection, part: Part, ids: Sequence[Any], before: str, after: str, now: datetime, actor: str
) -> None:
    """An audit entry for each row, so that the line of each customer tells of it."""
    each = func.unnest(cast(literal([str(one) for one in ids], ARRAY(Text)), ARRAY(Text))).column_valued("entity_id")
    said = select(
        moment(now), literal(actor), literal(part.action), literal(part.entity), each,
        literal({"owner": before}, JSONB), literal({"owner": after}, JSONB),
    )  # fmt: skip
    columns = ["at", "actor", "action", "entity", "entity_id", "before", "after"]
    connection.execute(insert(AuditEntry).from_select(columns, said))


def take_back(
    connection: Connection, handover_id: int, now: datetime, actor: str, store_id: int | None = None
) -> TakenBack:
    """Take a hand-over back: what is still open and still with whoever took it over is its former owner's again.

    What they have taken up meanwhile stays theirs: an inbound that they have taken, a call on their screen.
    `store_id`: only one of that store. Raises `UnknownHandover`, `TakenBackAlready`.
    """
    found = connection.execute(
        select(DeskHandover.__table__).where(DeskHandover.id == handover_id).with_for_update()
    ).one_or_none()
    if found is None or store_id not in (None, found.store_id):
        raise UnknownHandover(handover_id)
    if found.taken_back_at is not None:
        raise TakenBackAlready(handover_id)
    member = connection.execute(select(StaffMember.__table__).where(StaffMember.id == found.from_id)).one()
    parts = {part: found.moved[part] for part in PARTS if part in found.moved}
    back = {part: _return(connection, part, member, what, now, actor) for part, what in parts.items()}
    done = update(DeskHandover).where(DeskHandover.id == handover_id)
    connection.execute(done.values(taken_back_at=now, taken_back_by=actor))
    counts = {part: count for part, count in back.items() if count}
    after = {"hand-over": handover_id, "counts": counts}
    audit.record(connection, now, actor, "staff.desk-taken-back", "staff", member.code, None, after)
    in_all = sum(len(what["ids"]) for what in found.moved.values())
    return TakenBack(member.name, counts, in_all - sum(counts.values()))


def _return(
    connection: Connection, part: DeskPart, member: AnyRow, what: Mapping[str, Any], now: datetime, actor: str
) -> int:
    """Give one part back; how much of it."""
    its = PARTS[part]
    taker = connection.scalar(select(StaffMember.code).where(StaffMember.id == what["to"]))
    chosen = _these(its, what["ids"])
    theirs = its.whose == what["to"]
    if part is DeskPart.DEPUTIES:  # whoever is the owner, too, was not made the deputy
        theirs = or_(theirs, and_(its.whose.is_(None), _these(its, what["both"])))
    ids = _give(connection, part, and_(chosen, theirs, its.open(now), _not_taken_up(part, now)), member)
    if part is DeskPart.CUSTOMERS:
        again = and_(_these(its, what["both"]), its.whose == member.id, Customer.deputy_id.is_(None))
        connection.execute(update(Customer).where(again).values(deputy_id=what["to"]))
    if ids:
        _tell(connection, its, ids, taker or "", member.code, now, actor)
    return len(ids)


def _not_taken_up(part: DeskPart, now: datetime) -> ColumnElement[bool]:
    match part:
        case DeskPart.CALLS | DeskPart.TASKS:
            return or_(Touch.held_until.is_(None), Touch.held_until <= moment(now))
        case DeskPart.INBOUND:
            return Inbound.state == InboundState.OPEN
        case _:
            return literal(True)


def store_of_handover(connection: Connection, handover_id: int) -> int:
    """The store of a hand-over. Raises `UnknownHandover`."""
    store_id = connection.scalar(select(DeskHandover.store_id).where(DeskHandover.id == handover_id))
    if store_id is None:
        raise UnknownHandover(handover_id)
    return store_id


def list_handovers(connection: Connection, store_id: int | None, limit: int = 20) -> list[PastHandover]:
    """The latest hand-overs of a store, or of all."""
    rows = connection.execute(
        select(DeskHandover.__table__, Store.code.label("store"), Store.time_zone, StaffMember.code, StaffMember.name)
        .join(Store, Store.id == DeskHandover.store_id)
        .join(StaffMember, StaffMember.id == DeskHandover.from_id)
        .where(DeskHandover.store_id == store_id if store_id is not None else true())
        .order_by(DeskHandover.id.desc())
        .limit(limit)
    ).all()
    takers = {what["to"] for row in rows for what in row.moved.values()}
    codes = dict(
        connection.execute(select(StaffMember.id, StaffMember.code).where(StaffMember.id.in_(takers))).tuples().all()
    )
    return [
        PastHandover(
            row.id, row.store, row.time_zone, row.code, row.name, row.handed_over_at, row.handed_over_by, row.word,
            {part: (codes[row.moved[part]["to"]], len(row.moved[part]["ids"])) for part in PARTS if part in row.moved},
            row.taken_back_at,
        )
        for row in rows
    ]  # fmt: skip
