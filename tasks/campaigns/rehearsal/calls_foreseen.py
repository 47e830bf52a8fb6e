"""The expected calls of a campaign's follow-up, compared with the available staff."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, func, select, tuple_

from models.campaigns.plans import CampaignPlan
from models.campaigns.rehearsals import CallsForeseen
from models.core.cadence import local_day, moment
from models.core.words import Role, StepKind
from models.ledger.tables import CallAttempt
from models.people.tables import StaffMember, Store

LOOKED_BACK = timedelta(days=30)
USUAL_CALLS_A_DAY = 200
"""The assumption if nobody in the role has called recently."""


def foresee_calls(
    connection: Connection, plan: CampaignPlan, store_id: int | None, told: int, now: datetime
) -> CallsForeseen | None:
    """The role's workload if no recipient answers; None if the follow-up is not a call."""
    follow_up = plan.follow_up
    if follow_up is None or follow_up.kind is not StepKind.CALL or follow_up.role is None:
        return None
    staff = connection.execute(
        select(func.count()).where(StaffMember.role == follow_up.role, StaffMember.active, *_of_store(store_id))
    ).scalar_one()
    made = _calls_made(connection, follow_up.role, store_id, now)
    a_day = round(made.attempts / made.days) if made.days else USUAL_CALLS_A_DAY
    days = -(-told // (staff * a_day)) if staff and a_day else None
    return CallsForeseen(role=follow_up.role, calls=told, staff=staff, calls_a_day=a_day, days=days)


def _calls_made(connection: Connection, role: Role, store_id: int | None, now: datetime) -> Row[tuple[int, int]]:
    """The recent calls of a role's members, and the number of days with calls, summed over members."""
    day = local_day(CallAttempt.attempted_at, Store.time_zone)
    return connection.execute(
        select(func.count().label("attempts"), func.count(tuple_(StaffMember.id, day).distinct()).label("days"))
        .join_from(CallAttempt, StaffMember, StaffMember.id == CallAttempt.staff_id)
        .join(Store, Store.id == StaffMember.store_id)
        .where(
            StaffMember.role == role,
            CallAttempt.attempted_at.between(moment(now - LOOKED_BACK), moment(now)),
            *_of_store(store_id),
        )
    ).one()


def _of_store(store_id: int | None) -> list[ColumnElement[bool]]:
    return [] if store_id is None else [StaffMember.store_id == store_id]
