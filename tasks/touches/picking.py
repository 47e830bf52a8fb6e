"""Locking touches, and cancelling them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, func, insert, literal, select

from models.core.base import Facts, enumeration, growing
from models.core.cadence import moment
from models.core.errors import Conflict
from models.core.ids import TouchId
from models.core.reasons import GivenReason, give
from models.core.rows import AnyRow
from models.core.words import Decision, Gate, StepKind, SubjectKind, TouchState
from models.ledger.tables import Touch, Verdict, given_reason
from models.ledger.touch_states import OPEN
from models.people.tables import Store
from tasks.ledger.transitions import change
from tasks.planning.ending import MOVED, still_true
from tasks.planning.population import PASSED

SHOWN = 8
"""The number of characters shown of an id, enough to distinguish millions of touches."""


class WrongState(Conflict):
    """The touch's state does not allow this action."""

    def __init__(self, touch: AnyRow, expected: Sequence[TouchState]) -> None:
        since = touch.state_at.astimezone(ZoneInfo(touch.time_zone))
        self.touch_id, self.kind, self.state, self.since = touch.id, touch.kind, touch.state, since
        self.expected, self.reason = expected, touch.given_reason
        because = f" ({self.reason})" if self.reason else ""
        super().__init__(
            f"The {touch.kind} {short(touch.id)} is not {' or '.join(expected)}: "
            f"it is {touch.state} since {since:%Y-%m-%d %H:%M}{because}."
        )


class NoLongerTrue(Conflict):
    """The touch's reason no longer holds, or its time has passed."""

    def __init__(self, touch_id: UUID, kind: StepKind, reason: GivenReason) -> None:
        self.touch_id, self.kind, self.reason = touch_id, kind, reason
        super().__init__(f"The {kind} {short(touch_id)} is no longer valid: {reason}.")


def short(touch_id: UUID) -> str:
    """The prefix of a touch's id that people type."""
    return str(touch_id)[:SHOWN]


def zone_of(connection: Connection, touch_id: TouchId) -> ZoneInfo:
    """The time zone of a touch's store, for times without a zone."""
    zone = select(Store.time_zone).join(Touch, Touch.store_id == Store.id).where(Touch.id == touch_id)
    return ZoneInfo(connection.execute(zone).scalar_one())


def lock_touch(connection: Connection, touch_id: TouchId, states: Sequence[TouchState]) -> AnyRow:
    """Lock a touch and return its columns, its `given_reason` and its store's `time_zone`.

    Raises `WrongState` if it is in none of `states`.
    """
    touch = connection.execute(
        select(Touch.__table__, given_reason(Touch).label("given_reason"), Store.time_zone)
        .join(Store, Store.id == Touch.store_id)
        .where(Touch.id == touch_id)
        .with_for_update(of=Touch.__table__)
    ).one()
    if touch.state not in states:
        raise WrongState(touch, states)
    return touch


def check_still_true(connection: Connection, touch: AnyRow, now: datetime) -> None:
    """Check one touch against the current facts. Raises `NoLongerTrue`."""
    kind = SubjectKind(touch.subject_kind)
    itself = select(Touch.__table__).where(Touch.id == touch.id).cte("itself")
    judged = connection.execute(still_true(itself, kind, now)).one()
    reason = MOVED if judged.moved else judged.gone or (PASSED if judged.passed else None)
    if reason:
        raise NoLongerTrue(touch.id, touch.kind, give(reason))


def cancel_touches(
    connection: Connection, which: ColumnElement[bool], gate: Gate, reason: GivenReason, now: datetime, figures: Facts
) -> int:
    """Cancel the open touches that match `which`, each with a verdict; returns how many.

    Touches that an interrupted dispatcher may have sent are left to the claim, which marks them unknown.
    """
    cancelled = (
        change(TouchState.CANCELLED, OPEN, now)
        .where(Touch.state.in_(OPEN), ~Touch.resendable, which)
        .values(gate=gate, **reason.columns)
        .returning(Touch.id)
        .cte("cancelled")
    )
    recorded = insert(Verdict).from_select(
        ["touch_id", "gate", "decision", "reason", "reason_figures", "figures", "decided_at"],
        select(
            cancelled.c.id,
            literal(gate, growing(Gate)),
            literal(Decision.STOP, enumeration(Decision)),
            literal(reason.code, Verdict.reason.type),
            literal(reason.figures or None, Verdict.reason_figures.type),
            literal(figures, Verdict.figures.type),
            moment(now),
        ),
    )
    counted = select(func.count()).select_from(cancelled).add_cte(recorded.cte("recorded"))
    return connection.execute(counted).scalar_one()
