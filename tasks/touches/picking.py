"""Touches that a person picks out by the first characters of their id, locks, and ends."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, func, insert, literal, select

from models.core.base import Facts, enumeration, growing
from models.core.cadence import moment
from models.core.errors import AftercareError
from models.core.reasons import GivenReason, give
from models.core.words import Decision, Gate, StepKind, SubjectKind, TouchState
from models.ledger.tables import Touch, Verdict, given_reason
from models.ledger.touch_states import OPEN
from models.people.tables import Store
from tasks.ledger.transitions import change
from tasks.planning.ending import MOVED, still_true
from tasks.planning.population import PASSED

PREFIX = re.compile(r"[0-9a-f]{4,32}")
DIGITS = 32
SHOWN = 8
"""So many characters of an id are shown; they tell millions of touches apart."""


class UnknownTouch(AftercareError):
    """No touch has an id that begins so."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        super().__init__(f"No touch has an id that begins with '{prefix}'; expected 4 or more of its first characters.")


class AmbiguousTouch(AftercareError):
    """Several touches have an id that begins so."""

    def __init__(self, prefix: str, candidates: Sequence[UUID]) -> None:
        self.prefix, self.candidates = prefix, candidates
        super().__init__(
            f"Several touches have an id that begins with '{prefix}': {', '.join(str(found) for found in candidates)}. "
            f"Give more characters."
        )


class WrongState(AftercareError):
    """A touch that does not stand where it must for what is to be done to it."""

    def __init__(self, touch: Row[Any], expected: Sequence[TouchState]) -> None:
        since = touch.state_at.astimezone(ZoneInfo(touch.time_zone))
        self.touch_id, self.kind, self.state, self.since = touch.id, touch.kind, touch.state, since
        self.expected, self.reason = expected, touch.given_reason
        because = f" ({self.reason})" if self.reason else ""
        super().__init__(
            f"The {touch.kind} {short(touch.id)} is not {' or '.join(expected)}: "
            f"it is {touch.state} since {since:%Y-%m-%d %H:%M}{because}."
        )


class NoLongerTrue(AftercareError):
    """A touch whose reason has gone, or whose time has passed."""

    def __init__(self, touch_id: UUID, kind: StepKind, reason: GivenReason) -> None:
        self.touch_id, self.kind, self.reason = touch_id, kind, reason
        super().__init__(f"The {kind} {short(touch_id)} is not to be made any more: {reason}.")


def short(touch_id: UUID) -> str:
    """The first characters of a touch's id, as people type it."""
    return str(touch_id)[:SHOWN]


def find_touch(connection: Connection, prefix: str) -> UUID:
    """The touch whose id begins so, dashes or none. Raises `UnknownTouch` or `AmbiguousTouch`."""
    digits = prefix.strip().lower().replace("-", "")
    if not PREFIX.fullmatch(digits):
        raise UnknownTouch(prefix)
    first, last = UUID(digits.ljust(DIGITS, "0")), UUID(digits.ljust(DIGITS, "f"))
    found = connection.scalars(select(Touch.id).where(Touch.id.between(first, last)).order_by(Touch.id).limit(3)).all()
    if not found:
        raise UnknownTouch(prefix)
    if len(found) > 1:
        raise AmbiguousTouch(prefix, found)
    return found[0]


def zone_of(connection: Connection, touch_id: UUID) -> ZoneInfo:
    """The time zone of a touch's store: times that are said of it without a zone are in it."""
    zone = select(Store.time_zone).join(Touch, Touch.store_id == Store.id).where(Touch.id == touch_id)
    return ZoneInfo(connection.execute(zone).scalar_one())


def lock_touch(connection: Connection, touch_id: UUID, states: Sequence[TouchState]) -> Row[Any]:
    """The columns of a touch, its `given_reason` and the `time_zone` of its store, held until the transaction ends.

    Raises `WrongState` when it stands in none of `states`.
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


def check_still_true(connection: Connection, touch: Row[Any], now: datetime) -> None:
    """Read the facts again for one touch. Raises `NoLongerTrue`."""
    kind = SubjectKind(touch.subject_kind)
    itself = select(Touch.__table__).where(Touch.id == touch.id).cte("itself")
    judged = connection.execute(still_true(itself, kind, now)).one()
    reason = MOVED if judged.moved else judged.gone or (PASSED if judged.passed else None)
    if reason:
        raise NoLongerTrue(touch.id, touch.kind, give(reason))


def cancel_touches(
    connection: Connection, which: ColumnElement[bool], gate: Gate, reason: GivenReason, now: datetime, figures: Facts
) -> int:
    """Cancel the open touches that `which` picks, each with a verdict; how many.

    What may have gone out before its dispatcher was cut off is left to the claim, which calls it unknown.
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
