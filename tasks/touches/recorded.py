"""The ledger's records of a customer in one process: touches, verdicts and call attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, or_, select, tuple_
from sqlalchemy.orm import aliased

from models.core.rows import AnySelect
from models.core.words import Gate, ProcessName, SubjectKind, TouchState
from models.ledger.explanations import AttemptSeen, StepStanding, StepStory, TouchSeen, VerdictSeen
from models.ledger.tables import CallAttempt, PolicyVersion, Touch, Verdict, given_reason
from models.people.tables import ContactPoint, StaffMember
from tasks.planning.sweep import REVIVABLE

Key = tuple[SubjectKind, int, datetime, str]
"""What a touch is unique by, within its process: subject, anchor, step."""
LOOKED_AT_AGAIN = (TouchState.PLANNED, TouchState.READY)
"""States that are examined automatically. Touches awaiting approval are examined after the decision."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A touch of the ledger as part of a story, and its customer."""

    customer_id: int
    revivable: bool
    """Whether it ended because its reason no longer held, and is revived with it."""
    story: StepStory


def read_touches(
    connection: Connection, process: ProcessName, customer_id: int, subjects: Sequence[tuple[SubjectKind, int]]
) -> dict[Key, Recorded]:
    """The touches of a customer, and all touches about the customer's current subjects."""
    rows = connection.execute(_touches(process, customer_id, subjects)).mappings().all()
    ids = [row["id"] for row in rows]
    verdicts, attempts = read_verdicts(connection, ids), read_attempts(connection, ids)
    return {
        (SubjectKind(row["subject_kind"]), row["subject_id"], row["anchor_at"], row["step"]): Recorded(
            row["customer_id"],
            _is_revivable(row),
            _story(dict(row), verdicts.get(row["id"], []), attempts.get(row["id"], [])),
        )
        for row in rows
    }


def _touches(process: ProcessName, customer_id: int, subjects: Sequence[tuple[SubjectKind, int]]) -> AnySelect:
    approver, assignee = aliased(StaffMember, name="approver"), aliased(StaffMember, name="assignee")
    carrier = aliased(Touch, name="carrier")
    theirs = tuple_(Touch.subject_kind, Touch.subject_id).in_(subjects)
    return (
        select(
            Touch.__table__,
            given_reason(Touch).label("given_reason"),
            PolicyVersion.version.label("policy_version"),
            ContactPoint.value.label("recipient"),
            approver.name.label("approver"),
            assignee.name.label("assignee"),
            carrier.step.label("carrier"),
        )
        .join(PolicyVersion, PolicyVersion.id == Touch.policy_version_id)
        .outerjoin(ContactPoint, ContactPoint.id == Touch.contact_point_id)
        .outerjoin(approver, approver.id == Touch.approved_by)
        .outerjoin(assignee, assignee.id == Touch.assigned_to)
        .outerjoin(carrier, carrier.id == Touch.merged_into)
        .where(Touch.process == process, or_(Touch.customer_id == customer_id, theirs))
        .order_by(Touch.due_at, Touch.step)
    )


def _is_revivable(row: RowMapping) -> bool:
    by_facts = row["gate"] in (Gate.FACTS, Gate.ANCHOR)
    return by_facts and row["state"] in REVIVABLE and row["contacted_at"] is None


def _story(row: dict[str, object], verdicts: list[VerdictSeen], attempts: list[AttemptSeen]) -> StepStory:
    own = {name: row[name] for name in TouchSeen.model_fields if name in row} | {"reason": row["given_reason"]}
    seen = {"verdicts": verdicts, "attempts": attempts}
    touch = TouchSeen.model_validate(own | _people_and_carrier(row) | seen)
    return StepStory(
        step=row["step"],
        kind=row["kind"],
        standing=StepStanding.IN_LEDGER,
        due_at=row["due_at"],
        valid_until=row["valid_until"],
        reason=row["given_reason"],
        figures=row["figures"],
        next_look_at=row["not_before"] if row["state"] in LOOKED_AT_AGAIN else None,
        touch=touch,
    )


def _people_and_carrier(row: dict[str, Any]) -> dict[str, str | None]:
    """Names instead of ids."""
    return {"approved_by": row["approver"], "assigned_to": row["assignee"], "merged_into": row["carrier"]}


def read_verdicts(connection: Connection, touch_ids: Sequence[UUID]) -> dict[UUID, list[VerdictSeen]]:
    """The verdicts on some touches, by touch, earliest first."""
    rows = connection.execute(
        select(
            Verdict.touch_id,
            Verdict.gate,
            Verdict.decision,
            given_reason(Verdict).label("reason"),
            Verdict.figures,
            Verdict.decided_at,
            Verdict.until,
        )
        .where(Verdict.touch_id.in_(touch_ids))
        .order_by(Verdict.decided_at, Verdict.id)
    ).mappings()
    found: dict[UUID, list[VerdictSeen]] = {}
    for row in rows:
        found.setdefault(row["touch_id"], []).append(VerdictSeen.model_validate(dict(row)))
    return found


def read_attempts(connection: Connection, touch_ids: Sequence[UUID]) -> dict[UUID, list[AttemptSeen]]:
    """The attempts at some calls, by touch, earliest first."""
    rows = connection.execute(
        select(
            CallAttempt.touch_id,
            CallAttempt.attempted_at,
            StaffMember.name.label("by"),
            CallAttempt.outcome,
            CallAttempt.note,
            CallAttempt.again_at,
        )
        .outerjoin(StaffMember, StaffMember.id == CallAttempt.staff_id)
        .where(CallAttempt.touch_id.in_(touch_ids))
        .order_by(CallAttempt.attempted_at, CallAttempt.id)
    ).mappings()
    found: dict[UUID, list[AttemptSeen]] = {}
    for row in rows:
        found.setdefault(row["touch_id"], []).append(AttemptSeen.model_validate(dict(row)))
    return found
