"""Touches as the dispatch leaves them: on the list of staff, sent, unknown or failed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, update

from models.core.ids import StaffId, TouchId
from models.core.words import TouchState
from models.ledger.tables import AuditEntry, Touch, Verdict, given_reason
from models.people.tables import StaffMember
from tests.support.world import World


def staff_id(connection: Connection, code: str) -> StaffId:
    """Whoever has this staff code, in whichever store."""
    found = select(StaffMember.id).where(StaffMember.code == code)
    return StaffId(connection.execute(found).scalar_one())


def dispatched(world: World, step: str, state: TouchState, now: datetime, **values: Any) -> TouchId:
    """The open touch of a step, in the state that a dispatch at `now` would leave it in; its id."""
    touch_id = world.connection.execute(
        select(Touch.id).where(Touch.step == step, Touch.state.in_((TouchState.PLANNED, TouchState.AWAITING_APPROVAL)))
    ).scalar_one()
    values = {"state": state, "state_at": now, "contacted_at": now} | values
    world.connection.execute(update(Touch).where(Touch.id == touch_id).values(**values))
    return TouchId(touch_id)


def handed_to_staff(world: World, step: str, now: datetime, **values: Any) -> TouchId:
    """The call or task of a step, on the list of staff."""
    return dispatched(world, step, TouchState.READY, now, **values)


def touch_of(world: World, touch_id: UUID) -> Row[Any]:
    """A touch as it stands."""
    return world.connection.execute(select(Touch.__table__).where(Touch.id == touch_id)).one()


def verdicts_of(world: World, touch_id: UUID) -> list[tuple[str, str, str | None]]:
    """What the gates said of a touch: gate, decision, reason."""
    rows = world.connection.execute(
        select(Verdict.gate, Verdict.decision, Verdict.reason).where(Verdict.touch_id == touch_id).order_by(Verdict.id)
    )
    return [(row.gate, row.decision, row.reason) for row in rows]


def said_of(world: World, touch_id: UUID) -> list[str]:
    """What the gates said of a touch, as a reader of English is told it."""
    rows = world.connection.execute(
        select(given_reason(Verdict)).where(Verdict.touch_id == touch_id).order_by(Verdict.id)
    )
    return [str(reason) for (reason,) in rows]


def audited(world: World) -> list[tuple[str, str, str]]:
    """What people did: actor, action, entity."""
    rows = world.connection.execute(
        select(AuditEntry.actor, AuditEntry.action, AuditEntry.entity).order_by(AuditEntry.id)
    )
    return [tuple(row) for row in rows]
