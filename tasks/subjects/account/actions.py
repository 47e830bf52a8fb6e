"""What tasks and calls about accounts do beside: they put an account on hold."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, or_, select, update

from models.core.cadence import local_day, moment
from models.core.words import StepKind
from models.ledger.tables import PolicyVersion, Touch
from models.people.tables import Store
from models.subjects.account import REFUSES_TO_PAY, Account, HoldAccount, HoldOn
from tasks.subjects.account.releasing import HANDED_OVER, REFUSED
from tasks.subjects.contract import Action


def hold(connection: Connection, chosen: ColumnElement[bool], now: datetime) -> None:
    """Put the accounts of the chosen touches on hold from the store-local day on; one that is held stays as it is.

    What puts an account on hold is a rule of the policy that the touch was planned under.
    """
    today = select(local_day(moment(now), Store.time_zone)).where(Store.id == Account.store_id).scalar_subquery()
    rule = func.coalesce(PolicyVersion.body[("rules", "hold_on")].astext, HoldOn.HANDOVER.value)
    refused = Touch.outcome == REFUSES_TO_PAY.name
    holds = or_(
        and_(rule == HoldOn.HANDOVER.value, Touch.kind == StepKind.TASK),
        and_(rule == HoldOn.REFUSAL.value, func.coalesce(refused, literal(False))),
    )
    wanted = (
        select(
            Touch.subject_id, case((func.coalesce(refused, literal(False)), REFUSED), else_=HANDED_OVER).label("why")
        )
        .join(PolicyVersion, PolicyVersion.id == Touch.policy_version_id)
        .where(chosen, holds)
        .subquery("wanted")
    )
    connection.execute(
        update(Account)
        .where(Account.id == wanted.c.subject_id, Account.held_since.is_(None))
        .values(held_since=today, hold_reason=wanted.c.why)
    )


ACTIONS: dict[type[HoldAccount], Action] = {HoldAccount: hold}
