"""Recording what became of messages, in a transaction of its own after the send (invariant 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import assert_never
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    Update,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    null,
    or_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Boolean, Text

from models.core.base import enumeration, growing
from models.core.cadence import NOW, ZONED
from models.core.reasons import NUMBER, TEXT, GivenReason, declare, give
from models.core.words import Gate, TouchState
from models.ledger.tables import Touch
from tasks.channels.backoff import next_attempt
from tasks.channels.contract import Accepted, Outcome, Rejected, Transient, Unknown
from tasks.dispatch.release import Released
from tasks.ledger.transitions import change, change_each

REJECTED = declare("channel-rejected", text=TEXT)
NOT_REACHED = declare("channel-not-reached", text=TEXT)
UNSURE = declare("delivery-unknown", text=TEXT)
"""With what the channel said of it, in its own words."""
EXHAUSTED = declare("attempts-exhausted", attempts=NUMBER, text=TEXT)
COLUMNS = (
    column("id", Uuid()),
    column("state", Text()),
    column("reason", Text()),
    column("reason_figures", JSONB()),
    column("message_id", Text()),
    column("again_at", ZONED),
    column("resent", Boolean()),
)
"""What a statement is told of each result."""
RESULTS = (TouchState.SENT, TouchState.FAILED, TouchState.UNKNOWN, TouchState.PLANNED)
TAKES_A_RESULT = (TouchState.SENDING, TouchState.UNKNOWN, TouchState.PLANNED)


@dataclass(frozen=True, slots=True)
class Result:
    """What one message came to."""

    touch_id: UUID
    state: TouchState
    reason: GivenReason | None
    message_id: str | None
    again_at: datetime | None
    body: str | None
    """The text that was handed over; None: it is another touch's, or it certainly has not gone out."""
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
            return Result(touch_id, TouchState.FAILED, give(REJECTED, text=reason), None, None, text, resent)
        case Unknown(reason):
            return Result(touch_id, TouchState.UNKNOWN, give(UNSURE, text=reason), None, None, text, resent)
        case Transient(reason, retry_after):
            attempts = released.attempts + 1
            again_at = next_attempt(attempts, now, touch_id, retry_after)
            if again_at is None:
                given_up = give(EXHAUSTED, attempts=attempts, text=reason)
                given_up_as = TouchState.UNKNOWN if resent else TouchState.FAILED
                return Result(touch_id, given_up_as, given_up, None, None, text, resent)
            return Result(touch_id, TouchState.PLANNED, give(NOT_REACHED, text=reason), None, again_at, None, resent)
        case _:
            assert_never(outcome)


def record(connection: Connection, results: Sequence[Result], now: datetime, *, dispatcher_id: int) -> None:
    """Write the results down, in one statement.

    A touch that was given up as unknown, or planned for another try, while this dispatcher was cut off from the
    database, takes the result that has come after all. What is tried again after it may have gone out once stays as
    it is: the same lines in the same message, in the same words.
    """
    parameters = {"results": [_plain(result) for result in results], "now": now, "dispatcher": dispatcher_id}
    connection.execute(_recording(), parameters)


@cache
def _recording() -> Update:
    """The statement that writes results down: made once, with parameters."""
    came = func.jsonb_to_recordset(bindparam("results", type_=JSONB)).table_valued(*COLUMNS, name="came")
    row = came.render_derived(with_types=True).c
    still_open = or_(
        and_(Touch.state == TouchState.SENDING, Touch.claimed_by == bindparam("dispatcher", type_=BigInteger)),
        Touch.state == TouchState.UNKNOWN,
        and_(Touch.state == TouchState.PLANNED, Touch.resendable),
    )
    again = row.again_at.is_not(None)
    afresh = and_(again, ~row.resent)
    return (
        change_each(cast(row.state, enumeration(TouchState)), dict.fromkeys(RESULTS, TAKES_A_RESULT), NOW)
        .where(Touch.id == row.id, still_open)
        .values(
            gate=case((again, literal(Gate.RETRY, growing(Gate)))),
            reason=row.reason,
            reason_figures=row.reason_figures,
            message_id=row.message_id,
            subject_line=case((afresh, null()), else_=Touch.subject_line),
            body=case((afresh, null()), else_=Touch.body),
            attempts=Touch.attempts + 1,
            not_before=func.coalesce(row.again_at, Touch.not_before),
            contacted_at=case((afresh, null()), else_=Touch.contacted_at),
            merged_into=case((afresh, null()), else_=Touch.merged_into),
            resendable=and_(again, row.resent),
            claimed_by=null(),
        )
    )


def _plain(result: Result) -> dict[str, object]:
    """A result as JSON, with the names of `COLUMNS`."""
    return {
        "id": str(result.touch_id),
        "state": result.state.value,
        "reason": result.reason.code if result.reason else None,
        "reason_figures": result.reason.figures if result.reason else None,
        "message_id": result.message_id,
        "again_at": result.again_at.isoformat() if result.again_at else None,
        "resent": result.resent,
    }


PUT_BACK = {
    Gate.CHANNEL: declare("channel-paused-itself"),
    Gate.CAMPAIGN: declare("campaign-paused"),
}
"""Why what was claimed does not go out for now, by the gate that holds it."""


def put_back(connection: Connection, ids: Sequence[UUID], gate: Gate, now: datetime, *, dispatcher_id: int) -> None:
    """Plan again what was claimed for a channel, or of a campaign, that is paused since."""
    connection.execute(
        change(TouchState.PLANNED, (TouchState.CLAIMED,), now)
        .where(
            Touch.id == any_(literal(list(ids), ARRAY(Uuid))),
            Touch.claimed_by == literal(dispatcher_id, BigInteger),
        )
        .values(
            claimed_by=None, gate=gate, reason=PUT_BACK[gate], reason_figures=None,
            contacted_at=case((Touch.resendable, Touch.contacted_at), else_=null()),
            merged_into=case((Touch.resendable, Touch.merged_into), else_=null()),
        )
    )  # fmt: skip
