"""Recording what became of messages, in a transaction of its own after the send (invariant 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Uuid, and_, case, cast, column, func, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Boolean, Text, TypeEngine

from models.base import enumeration
from models.cadence import ZONED, moment
from models.ledger import Touch
from models.words import Gate, TouchState
from tasks.channels.backoff import next_attempt
from tasks.channels.contract import Accepted, Outcome, Rejected, Transient, Unknown
from tasks.dispatch.release import Released

EXHAUSTED = "the channel could not be reached in {attempts} attempts; last: {reason}"


@dataclass(frozen=True, slots=True)
class Result:
    """What one message came to."""

    touch_id: UUID
    state: TouchState
    reason: str | None
    message_id: str | None
    again_at: datetime | None
    body: str | None
    resent: bool
    """Whether it was handed over before, by a dispatcher that never learned the outcome."""


def results_of(released: Sequence[Released], outcomes: Sequence[Outcome], now: datetime) -> list[Result]:
    """The results of messages, and of the touches that each carried."""
    return [
        result
        for one, outcome in zip(released, outcomes, strict=True)
        for result in _with_carried(one, _result(one, outcome, now))
    ]


def _with_carried(released: Released, result: Result) -> Iterable[Result]:
    yield result
    for touch_id in released.carried:
        yield replace(result, touch_id=touch_id, body=None)


def _result(released: Released, outcome: Outcome, now: datetime) -> Result:
    touch_id, text, resent = released.message.id, released.message.text, released.message.resend
    match outcome:
        case Accepted(message_id):
            return Result(touch_id, TouchState.SENT, None, message_id, None, text, resent)
        case Rejected(reason):
            return Result(touch_id, TouchState.FAILED, reason, None, None, text, resent)
        case Unknown(reason):
            return Result(touch_id, TouchState.UNKNOWN, reason, None, None, text, resent)
        case Transient(reason):
            attempts = released.attempts + 1
            again_at = next_attempt(attempts, now, touch_id)
            if again_at is None:
                given_up = EXHAUSTED.format(attempts=attempts, reason=reason)
                given_up_as = TouchState.UNKNOWN if resent else TouchState.FAILED
                return Result(touch_id, given_up_as, given_up, None, None, text, resent)
            return Result(touch_id, TouchState.PLANNED, reason, None, again_at, None, resent)
        case _:
            assert_never(outcome)


def record(connection: Connection, results: Sequence[Result], now: datetime, *, dispatcher_id: int) -> None:
    """Write the results down, in one statement.

    A touch that was given up as unknown, or planned for another try, while this dispatcher was cut off from the
    database, takes the result that has come after all. What is tried again after it may have gone out once stays as
    it is: the same lines in the same message.
    """
    came = _listed(results)
    row = came.c
    still_open = or_(
        and_(Touch.state == TouchState.SENDING, Touch.claimed_by == dispatcher_id),
        Touch.state == TouchState.UNKNOWN,
        and_(Touch.state == TouchState.PLANNED, Touch.resendable),
    )
    again = row.again_at.is_not(None)
    afresh = and_(again, ~row.resent)
    connection.execute(
        update(Touch)
        .where(Touch.id == row.id, still_open)
        .values(
            state=cast(row.state, enumeration(TouchState)),
            state_at=moment(now),
            gate=case((again, literal(Gate.RETRY, enumeration(Gate)))),
            reason=row.reason,
            message_id=row.message_id,
            body=row.body,
            attempts=Touch.attempts + 1,
            not_before=func.coalesce(row.again_at, Touch.not_before),
            contacted_at=case((afresh, null()), else_=Touch.contacted_at),
            merged_into=case((afresh, null()), else_=Touch.merged_into),
            resendable=and_(again, row.resent),
            claimed_by=null(),
        )
    )


def _listed(results: Sequence[Result]) -> Any:
    """The results as rows, from one array a column."""
    arrays: tuple[tuple[str, TypeEngine[Any], list[Any]], ...] = (
        ("id", Uuid(), [result.touch_id for result in results]),
        ("state", Text(), [result.state.value for result in results]),
        ("reason", Text(), [result.reason for result in results]),
        ("message_id", Text(), [result.message_id for result in results]),
        ("again_at", ZONED, [result.again_at for result in results]),
        ("body", Text(), [result.body for result in results]),
        ("resent", Boolean(), [result.resent for result in results]),
    )
    unnested = func.unnest(*(literal(values, ARRAY(kind)) for _, kind, values in arrays))
    columns = [column(name, kind) for name, kind, _ in arrays]
    return select(unnested.table_valued(*columns, name="came").render_derived()).subquery("results")


def put_back(connection: Connection, ids: Sequence[UUID], now: datetime, *, dispatcher_id: int) -> None:
    """Plan again what was claimed for a channel that has paused itself since; the gate holds it until the probe."""
    connection.execute(
        update(Touch)
        .where(
            Touch.id == func.any(literal(list(ids), ARRAY(Uuid))),
            Touch.state == TouchState.CLAIMED,
            Touch.claimed_by == literal(dispatcher_id, BigInteger),
        )
        .values(
            state=TouchState.PLANNED, state_at=now, claimed_by=None, gate=Gate.CHANNEL,
            reason="the channel paused itself",
            contacted_at=case((Touch.resendable, Touch.contacted_at), else_=null()),
            merged_into=case((Touch.resendable, Touch.merged_into), else_=null()),
        )
    )  # fmt: skip
