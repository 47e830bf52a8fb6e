"""Settling touches that failed or whose delivery is unknown: by people, with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, String, and_, cast, literal, or_, select

from models.core.cadence import moment
from models.core.errors import Conflict
from models.core.ids import StaffId, TouchId
from models.core.reasons import TEXT, GivenReason, ReasonCode, declare, give
from models.core.rows import AnyRow, AnySelect
from models.core.words import ChannelName, TouchState
from models.ledger.tables import AuditEntry, Touch, given_reason
from models.people.tables import Customer, Store
from tasks.access.reach import check_touch
from tasks.access.sessions import SignedIn
from tasks.ledger import audit
from tasks.ledger.transitions import change
from tasks.stores.staff import acting_in, actor_of
from tasks.touches.one_by_one import Decided, decide_each
from tasks.touches.picking import WrongState, check_still_true, lock_touch, short

SETTLED_DELIVERED = declare("settled-as-delivered", name=TEXT, note=TEXT)
SETTLED_AGAIN = declare("settled-to-send-again", name=TEXT, note=TEXT)
SETTLED_GIVEN_UP = declare("settled-as-given-up", name=TEXT, note=TEXT)
GIVEN_UP = "touch.given-up"
UNSETTLED = (TouchState.UNKNOWN, TouchState.FAILED)
OF_THE_SENDING = (
    "gate", "reason", "reason_figures", "contacted_at", "channel", "contact_point_id", "message_id", "merged_into",
    "subject_line", "body", "provider",
)  # fmt: skip
"""The sending details of a touch, which are reset when it is sent again through all gates."""


class Settlement(StrEnum):
    """A person's decision on an unknown or failed touch."""

    DELIVERED = "delivered"
    """It has arrived, according to other information."""
    AGAIN = "again"
    """It is sent again, through all gates."""
    GIVEN_UP = "given-up"
    """It stays unsent."""


class WentWithAnother(Conflict):
    """The touch's line is part of another touch's message, which is the one to settle."""

    def __init__(self, touch_id: UUID, host_id: UUID) -> None:
        self.touch_id, self.host_id = touch_id, host_id
        super().__init__(f"{short(touch_id)} went out inside the message of {short(host_id)}; settle that one.")


class SettledMeanwhile(Conflict):
    """The touch has changed since it was read."""

    def __init__(self, touch: AnyRow) -> None:
        self.touch_id, self.state, self.reason = touch.id, touch.state, touch.given_reason
        because = f" ({self.reason})" if self.reason else ""
        super().__init__(f"Somebody has settled {short(touch.id)} meanwhile: it is {touch.state}{because}.")


@dataclass(frozen=True, slots=True)
class AsSeen:
    """A touch as seen by the user who settles it, for optimistic locking."""

    state: TouchState
    state_at: datetime
    reason: GivenReason | None


@dataclass(frozen=True, slots=True)
class UnsettledTouch:
    """A touch that waits for a person's decision."""

    id: TouchId
    state: TouchState
    process: str
    step: str
    store: str
    """The store's code."""
    time_zone: str
    customer_id: int
    customer: str
    channel: ChannelName | None
    state_at: datetime
    valid_until: datetime
    reason: GivenReason | None
    body: str | None
    """The text as sent, or as it would have been sent."""


def list_unsettled(connection: Connection, *, store: str | None = None) -> list[UnsettledTouch]:
    """The touches that are unknown, or failed and not given up, oldest first. `store` is a store's code."""
    statement = _unsettled()
    if store is not None:
        statement = statement.where(Store.code == store)
    return [UnsettledTouch(**row) for row in connection.execute(statement).mappings()]


def waits_for_a_person() -> ColumnElement[bool]:
    """The condition for touches to settle: unknown, or failed and not given up, and not merged into another message."""
    given_up = (
        select(literal(1))
        .where(
            AuditEntry.entity == "touch",
            AuditEntry.entity_id == cast(Touch.id, String),
            AuditEntry.action == GIVEN_UP,
            AuditEntry.at >= Touch.state_at,
        )
        .exists()
    )
    return and_(
        or_(Touch.state == TouchState.UNKNOWN, and_(Touch.state == TouchState.FAILED, ~given_up)),
        Touch.state.in_(UNSETTLED),
        Touch.merged_into.is_(None),
    )


def _unsettled() -> AnySelect:
    return (
        select(
            Touch.id,
            Touch.state,
            Touch.process,
            Touch.step,
            Store.code.label("store"),
            Store.time_zone,
            Touch.customer_id,
            Customer.name.label("customer"),
            Touch.channel,
            Touch.state_at,
            Touch.valid_until,
            given_reason(Touch).label("reason"),
            Touch.body,
        )
        .join(Store, Store.id == Touch.store_id)
        .join(Customer, Customer.id == Touch.customer_id)
        .where(waits_for_a_person())
        .order_by(Touch.state_at, Touch.id)
    )


def settle_each(
    connection: Connection,
    user: SignedIn,
    seen: Mapping[TouchId, AsSeen],
    settlement: Settlement,
    reason: str,
    now: datetime,
) -> list[Decided]:
    """Settle touches as seen, one by one, in the name of a user with access to their stores."""

    def decide(touch_id: TouchId) -> None:
        staff_id = acting_in(connection, user, check_touch(connection, user.store_id, touch_id))
        settle(connection, touch_id, settlement, reason, now, staff_id, seen=seen[touch_id])

    return decide_each(connection, seen, decide)


def settle(
    connection: Connection,
    touch_id: TouchId,
    settlement: Settlement,
    reason: str,
    now: datetime,
    staff_id: StaffId,
    *,
    seen: AsSeen | None = None,
) -> TouchState:
    """Settle an unknown or failed touch and those merged into its message; returns the new state.

    Raises `WrongState`, `SettledMeanwhile` where it does not stand as it was `seen`,
    `WentWithAnother`, `NoLongerTrue` for what would be sent again without its reason, `UnknownStaff`, `InactiveStaff`.
    """
    touch = lock_touch(connection, touch_id, UNSETTLED)
    if seen is not None and seen != AsSeen(touch.state, touch.state_at, touch.given_reason):
        raise SettledMeanwhile(touch)
    if touch.merged_into is not None:
        raise WentWithAnother(touch.id, touch.merged_into)
    actor = actor_of(connection, staff_id, touch.store_id)
    state, action = _decide(connection, touch, settlement, now)
    explained = give(_reason(settlement), name=actor.name, note=reason)
    together = or_(Touch.id == touch.id, and_(Touch.merged_into == touch.id, Touch.state.in_(UNSETTLED)))
    settling = change(state, UNSETTLED, now).where(together).values(**_values(settlement, explained, now))
    for settled in connection.scalars(settling.returning(Touch.id)).all():
        before, after = {"state": touch.state}, {"state": state, "reason": reason}
        audit.record(connection, now, actor.code, action, "touch", settled, before, after)
    return state


def _decide(connection: Connection, touch: AnyRow, settlement: Settlement, now: datetime) -> tuple[TouchState, str]:
    """The new state of a settlement, and its name in the audit trail."""
    match settlement:
        case Settlement.DELIVERED:
            if touch.state is not TouchState.UNKNOWN:
                raise WrongState(touch, (TouchState.UNKNOWN,))
            return TouchState.SENT, "touch.delivered"
        case Settlement.AGAIN:
            check_still_true(connection, touch, now)
            return TouchState.PLANNED, "touch.sent-again"
        case Settlement.GIVEN_UP:
            return TouchState.FAILED, GIVEN_UP
        case _:
            assert_never(settlement)


def _values(settlement: Settlement, explained: GivenReason, now: datetime) -> dict[str, object]:
    """The other columns that a settlement sets. A resend starts afresh, through all gates."""
    values: dict[str, object] = explained.columns
    if settlement is not Settlement.AGAIN:
        return values
    afresh = dict.fromkeys(OF_THE_SENDING)
    return values | afresh | {"not_before": moment(now), "attempts": 0, "resendable": False}


def _reason(settlement: Settlement) -> ReasonCode:
    """The reason code for a settlement, with who settled it and why."""
    match settlement:
        case Settlement.DELIVERED:
            return SETTLED_DELIVERED
        case Settlement.AGAIN:
            return SETTLED_AGAIN
        case Settlement.GIVEN_UP:
            return SETTLED_GIVEN_UP
        case _:
            assert_never(settlement)
