"""What becomes of the open touches of a process that was removed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, literal, select
from sqlalchemy.types import Text

from models.core.base import enumeration, growing
from models.core.cadence import moment
from models.core.reasons import declare
from models.core.words import Decision, Gate, TouchState
from models.ledger.tables import Process, Touch, Verdict
from models.ledger.touch_states import OPEN
from tasks.ledger.transitions import change

REMOVED = declare("process-removed")


def end_touches_of_removed(connection: Connection, now: datetime, run_id: UUID | None) -> int:
    """End what is still open of processes that were removed; how many.

    What a run planned that was under way at the removal is found by the next housekeeping. What may have gone out
    before its dispatcher was cut off is left to the claim, which calls it unknown.
    """
    removed = select(Process.name).where(Process.removed_at.is_not(None))
    ended = (
        change(TouchState.CANCELLED, OPEN, now)
        .where(Touch.process.in_(removed), Touch.state.in_(OPEN), ~Touch.resendable)
        .values(gate=Gate.FACTS, reason=REMOVED, reason_figures=None)
        .returning(Touch.id)
        .cte("ended")
    )
    recorded = insert(Verdict).from_select(
        ["touch_id", "gate", "decision", "reason", "figures", "decided_at", "run_id"],
        select(
            ended.c.id,
            literal(Gate.FACTS, growing(Gate)),
            literal(Decision.STOP, enumeration(Decision)),
            literal(REMOVED, Text),
            func.jsonb_build_object(),
            moment(now),
            literal(run_id, Verdict.run_id.type),
        ),
    )
    counted = select(func.count()).select_from(ended).add_cte(recorded.cte("recorded"))
    return connection.scalar(counted) or 0
