"""What staff were told, and what did not arrive."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, func, select, update

from models.core.cadence import moment
from models.core.errors import Conflict, NotFound
from models.core.reasons import GivenReason, kept
from models.core.rows import Cells
from models.people.notifications.tables import StaffMessage, StaffNotice
from models.people.notifications.words import StaffChannel, WordState
from models.people.tables import StaffMember, Store
from tasks.ledger import audit

TROUBLED = (WordState.FAILED, WordState.UNKNOWN)
TROUBLED_FOR = timedelta(days=1)
"""So long an operator is told of a message that did not arrive, or may not have."""
PAGE = 50


class UnknownStaffMessage(NotFound):
    """There is no such message to staff."""

    def __init__(self, message_id: str) -> None:
        self.message_id = message_id
        super().__init__(f"There is no message to staff {message_id}.")


class NotInTrouble(Conflict):
    """A message that is on its way or has arrived."""

    def __init__(self, message_id: str, state: WordState) -> None:
        self.message_id, self.state = message_id, state
        super().__init__(f"The message {message_id} is {state}; only one that failed or is unknown is told again.")


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """A message to a member of staff as lists show it. Its text is not kept."""

    id: UUID
    store: str
    time_zone: str
    staff: str
    """The staff code."""
    name: str
    channel: StaffChannel
    state: WordState
    state_at: datetime
    created_at: datetime
    attempts: int
    matters: int
    """How many matters it tells."""
    reason: GivenReason | None


def list_messages(
    connection: Connection,
    *,
    store_id: int | None = None,
    states: Collection[WordState] = tuple(WordState),
    limit: int = PAGE,
) -> list[MessageSeen]:
    """The messages to the staff of one store or of all, the latest first."""
    matters = select(func.count()).where(StaffNotice.message_id == StaffMessage.id).scalar_subquery()
    names = ("id", "channel", "state", "state_at", "created_at", "attempts", "reason", "reason_figures")
    statement = (
        select(
            *(getattr(StaffMessage, name) for name in names), Store.code.label("store"), Store.time_zone,
            StaffMember.code.label("staff"), StaffMember.name, matters.label("matters"),
        )
        .join(Store, Store.id == StaffMessage.store_id)
        .join(StaffMember, StaffMember.id == StaffMessage.staff_id)
        .where(StaffMessage.state.in_(states))
        .order_by(StaffMessage.state_at.desc(), StaffMessage.id)
        .limit(limit)
    )  # fmt: skip
    if store_id is not None:
        statement = statement.where(StaffMessage.store_id == store_id)
    return [_seen(dict(row)) for row in connection.execute(statement).mappings()]


def _seen(row: dict[str, Any]) -> MessageSeen:
    reason = kept(row.pop("reason"), row.pop("reason_figures"))
    return MessageSeen(**row, reason=reason)


def count_troubled(connection: Connection, now: datetime, store_id: int | None) -> int:
    """How many messages to staff failed lately, or may not have arrived."""
    return connection.scalar(_troubled(select(func.count()), now, store_id)) or 0


def _troubled(statement: Select[Cells], now: datetime, store_id: int | None) -> Select[Cells]:
    of_store = [] if store_id is None else [StaffMessage.store_id == store_id]
    return statement.select_from(StaffMessage).where(
        StaffMessage.state.in_(TROUBLED),
        StaffMessage.state_at > moment(now - TROUBLED_FOR),
        StaffMessage.state_at <= moment(now),
        *of_store,
    )


def check_message(connection: Connection, store_id: int | None, message_id: UUID) -> None:
    """Raises `UnknownStaffMessage` for another store's."""
    found = connection.scalar(select(StaffMessage.store_id).where(StaffMessage.id == message_id))
    if found is None or store_id not in (None, found):
        raise UnknownStaffMessage(str(message_id))


def tell_again(connection: Connection, message_id: UUID, now: datetime, actor: str) -> int:
    """Have what a message told written and sent anew, as far as it still holds; how many matters.

    Somebody has to ask for it: the message may have arrived. Raises `UnknownStaffMessage`, `NotInTrouble`.
    """
    found = connection.execute(
        select(StaffMessage.state).where(StaffMessage.id == message_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise UnknownStaffMessage(str(message_id))
    if found.state not in TROUBLED:
        raise NotInTrouble(str(message_id), found.state)
    untold = update(StaffNotice).where(StaffNotice.message_id == message_id).values(message_id=None)
    again = connection.execute(untold).rowcount
    audit.record(connection, now, actor, "staff.told-again", "staff-message", str(message_id), None, {"matters": again})
    return again
