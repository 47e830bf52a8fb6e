"""Taking, handing over and answering an inbound. Two people at once wait for each other, and the second is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from models.core.errors import Conflict, InvalidInput, NotFound
from models.core.rows import AnyRow
from models.core.words import Role
from models.inbound.states import check_transition
from models.inbound.tables import Inbound
from models.inbound.words import AnswerWay, InboundState
from models.people.tables import StaffMember
from tasks.ledger import audit
from tasks.ledger.whose_customer import falls_to
from tasks.stores.staff import Actor, find_actor

IN_CHARGE = (Role.MANAGER, Role.GENERAL_MANAGER, Role.ADMIN)


class UnknownInbound(NotFound):
    """There is no such inbound."""

    def __init__(self, inbound_id: int) -> None:
        self.inbound_id = inbound_id
        super().__init__(f"There is no inbound {inbound_id}.")


class InboundChanged(Conflict):
    """Someone else has changed the inbound since it was read."""

    def __init__(self, inbound_id: int, state: InboundState) -> None:
        self.inbound_id, self.state = inbound_id, state
        super().__init__(f"Somebody else has changed inbound {inbound_id} meanwhile: it is {state}. Look at it again.")


class TakenByAnother(Conflict):
    """Someone else has taken it."""

    def __init__(self, inbound_id: int, name: str) -> None:
        self.inbound_id, self.name = inbound_id, name
        super().__init__(f"{name} has taken inbound {inbound_id}, and answers it unless it is handed over.")


class AlreadyAnswered(Conflict):
    """It is answered."""

    def __init__(self, inbound_id: int) -> None:
        self.inbound_id = inbound_id
        super().__init__(f"Inbound {inbound_id} is answered already.")


class NeedsWord(InvalidInput):
    """A hand-over, or an answer that reached nobody, needs words."""

    def __init__(self) -> None:
        super().__init__("Say it in a word: what the next one has to know, or why no answer is needed.")


class HandedToOneself(InvalidInput):
    """A hand-over to the person who is responsible already."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is responsible for it already; hand it over to somebody else.")


class NeedsCustomer(Conflict):
    """Something that only a known customer can get."""

    def __init__(self, inbound_id: int) -> None:
        self.inbound_id = inbound_id
        super().__init__(f"Nobody knows yet who said inbound {inbound_id}; match it to a customer first.")


@dataclass(frozen=True, slots=True)
class Held:
    """An inbound that is locked until the transaction ends, and who acts on it."""

    row: AnyRow
    actor: Actor


def take(connection: Connection, inbound_id: int, now: datetime, staff_code: str, *, seen: int | None = None) -> None:
    """Take an inbound: from now on its taker is responsible until it is answered or handed over.

    Here and below, `seen` is the version that the user acts on; None: any version. Raises `UnknownInbound`,
    `InboundChanged`, `TakenByAnother`, `AlreadyAnswered`, `UnknownStaff`, `InactiveStaff`.
    """
    held = hold(connection, inbound_id, staff_code, seen, now)
    row, actor = held.row, held.actor
    if row.state is InboundState.TAKEN and row.responsible_id == actor.id:
        return  # the same sent twice, by a second click
    change(connection, row, taken_by(held, now))
    audit.record(connection, now, actor.code, "inbound.taken", "inbound", row.id, {"state": row.state}, None)


def taken_by(held: Held, now: datetime) -> dict[str, object]:
    """What taking sets."""
    actor = held.actor
    return {"state": InboundState.TAKEN, "taken_at": now, "responsible_id": actor.id, "role": actor.role}


def hand_over(
    connection: Connection,
    inbound_id: int,
    now: datetime,
    staff_code: str,
    to_code: str,
    word: str,
    *,
    seen: int | None = None,
) -> None:
    """Make another member of the store's staff responsible, with a word. The next one has to take it.

    Somebody in charge may hand over what another has taken. Also raises `NeedsWord`, `HandedToOneself`.
    """
    held = hold(connection, inbound_id, staff_code, seen, now, in_charge_too=True)
    row, actor = held.row, held.actor
    if not word.strip():
        raise NeedsWord
    to = find_actor(connection, to_code, row.store_id)
    if to.id == row.responsible_id:
        raise HandedToOneself(to.name)
    values = {"responsible_id": to.id, "role": to.role, "state": InboundState.OPEN, "word": word.strip()}
    change(connection, row, values | {"taken_at": None})
    before = {"owner": code_of(connection, row.responsible_id), "state": row.state}
    after = {"owner": to.code, "state": InboundState.OPEN, "note": word.strip()}
    audit.record(connection, now, actor.code, "inbound.handed-over", "inbound", row.id, before, after)


def settle(
    connection: Connection, held: Held, how: AnswerWay, words: str | None, now: datetime, **more: object
) -> None:
    """Mark a held inbound as answered: by whom, how, and in what words."""
    row, actor = held.row, held.actor
    if row.state is InboundState.OPEN:
        more = taken_by(held, now) | more
    words = words.strip() or None if words else None
    values = {"state": InboundState.ANSWERED, "answered_at": now, "answered_by": actor.id, "answered_how": how}
    change(connection, row, more | values | {"answer": words})
    after = {"state": InboundState.ANSWERED, "outcome": how, "note": words}
    audit.record(connection, now, actor.code, "inbound.answered", "inbound", row.id, {"state": row.state}, after)


def hold(
    connection: Connection,
    inbound_id: int,
    staff_code: str,
    seen: int | None,
    now: datetime,
    *,
    in_charge_too: bool = False,
) -> Held:
    """Lock an inbound for somebody who may act on it: it is theirs, or nobody has taken it, or whoever has is gone.

    `in_charge_too`: a manager may act on what another has taken.
    """
    statement = select(Inbound.__table__).where(Inbound.id == inbound_id).with_for_update()
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise UnknownInbound(inbound_id)
    actor = find_actor(connection, staff_code, row.store_id)
    if row.state is InboundState.ANSWERED:
        raise AlreadyAnswered(inbound_id)
    if row.state is InboundState.TAKEN and not _may_act(connection, row, actor, now, in_charge_too=in_charge_too):
        raise TakenByAnother(inbound_id, name_of(connection, row.responsible_id))
    if seen is not None and seen != row.version:
        raise InboundChanged(inbound_id, row.state)
    return Held(row, actor)


def _may_act(connection: Connection, row: AnyRow, actor: Actor, now: datetime, *, in_charge_too: bool) -> bool:
    """Whether somebody may act on what is taken."""
    if row.responsible_id == actor.id or (in_charge_too and actor.role in IN_CHARGE):
        return True
    falls = select(Inbound.id).where(Inbound.id == row.id, falls_to(Inbound.responsible_id, actor.code, now))
    return connection.scalar(falls) is not None


def change(connection: Connection, row: AnyRow, values: dict[str, Any]) -> None:
    """Change a locked inbound. Raises `InboundNotThere` for a state that it cannot get to."""
    check_transition(row.state, values.get("state", row.state))
    connection.execute(update(Inbound).where(Inbound.id == row.id).values(**values, version=row.version + 1))


def name_of(connection: Connection, staff_id: int | None) -> str:
    """The name of a member of staff; empty for none."""
    return connection.scalar(select(StaffMember.name).where(StaffMember.id == staff_id)) or ""


def code_of(connection: Connection, staff_id: int | None) -> str | None:
    """The code of a member of staff."""
    return connection.scalar(select(StaffMember.code).where(StaffMember.id == staff_id))
