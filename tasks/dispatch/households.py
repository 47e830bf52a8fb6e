"""Several customers behind one number or address: they are told of one occasion once, and not each."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    and_,
    any_,
    bindparam,
    case,
    distinct,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause
from sqlalchemy.types import Text

from models.campaigns.tables import CampaignVariant
from models.core.base import enumeration, growing
from models.core.cadence import Now, moment
from models.core.reasons import declare
from models.core.words import Decision, Gate, StepKind, TouchState
from models.ledger.tables import Touch
from models.people.tables import ContactPoint
from tasks.database.statement_comments import holds

SAME_NUMBER = declare("told-at-same-number")
LOCK_CLASS = 727_012
"""The first key of the advisory locks of numbers that several customers have; the second is a number below `LOCKS`."""
LOCKS = 256
"""So many at most are taken at once, for PostgreSQL has room for some thousands."""


def campaign_of(policy_version_id: object) -> ScalarSelect[int]:
    """The campaign that a policy version is of."""
    variant = select(CampaignVariant.campaign_id).where(CampaignVariant.policy_version_id == policy_version_id)
    return variant.scalar_subquery()


@cache
def sharing_with_another_dispatcher() -> Select[tuple[int]]:
    """Of some `customers` those who share a number or an address with somebody whom another dispatcher is weighing at
    this moment. Numbers that are not taken by another are taken by this transaction.

    Customers are locked one by one, and each dispatcher would find that nobody else was told.
    """
    own, other = aliased(ContactPoint, name="own"), aliased(ContactPoint, name="other")
    which = func.mod(func.abs(func.hashtext(own.value)), LOCKS, type_=Integer).label("which")
    shared = (
        select(own.customer_id, which)
        .join(other, and_(other.kind == own.kind, other.value == own.value, other.customer_id != own.customer_id))
        .where(own.customer_id == any_(bindparam("customers", type_=ARRAY(BigInteger))))
        .cte("shared")
        .prefix_with(holds("numbers and addresses that a customer shares with somebody else"))
    )
    once = select(distinct(shared.c.which).label("which")).order_by("which").offset(0).subquery("once")
    taken = select(once.c.which, func.pg_try_advisory_xact_lock(LOCK_CLASS, once.c.which).label("ours")).cte("taken")
    taken = taken.prefix_with("materialized")
    return select(shared.c.customer_id).join(taken, taken.c.which == shared.c.which).where(~taken.c.ours).distinct()


def told_at_same_number(due: CTE, reach: CTE, day_begins: ColumnElement[datetime], now: Now) -> LateralFromClause:
    """A message to another customer with the same number or address: of the same step on the same day, or of the same
    campaign. Obligations are to each, and keep nothing back."""
    own, theirs = aliased(ContactPoint, name="own"), aliased(ContactPoint, name="theirs")
    of_campaign = campaign_of(Touch.policy_version_id).correlate(Touch) == due.c.campaign_id
    same = case(
        (due.c.campaign_id.is_(None), and_(Touch.process == due.c.process, Touch.contacted_at >= day_begins)),
        else_=of_campaign,
    )
    return (
        select(Touch.id)
        .select_from(own)
        .join(theirs, and_(theirs.kind == own.kind, theirs.value == own.value, theirs.customer_id != own.customer_id))
        .join(Touch, and_(Touch.customer_id == theirs.customer_id, Touch.contact_point_id == theirs.id))
        .where(
            own.id == reach.c.contact_point_id,
            Touch.contacted_at <= moment(now),
            Touch.step == due.c.step,
            Touch.kind == StepKind.MESSAGE,
            Touch.channel == reach.c.channel,
            Touch.state != TouchState.FAILED,
            ~Touch.obligation,
            same,
        )
        .limit(1)
        .lateral("household")
    )


def to_each_number_once(row: Any) -> ColumnElement[bool]:
    """Messages that are no obligation. What may have gone out already goes again, or nowhere."""
    return and_(row.kind == StepKind.MESSAGE, ~row.obligation, ~row.resendable)


def one_per_number(weighed: CTE) -> CTE:
    """Of several customers who would be told the same at one number or address now, the others wait for the next day;
    whether the first one was told is known by then."""
    row = weighed.c
    sharing = and_(row.decision == Decision.PASS, to_each_number_once(row), row.address.is_not(None))
    first = func.first_value(row.customer_id).over(
        partition_by=(row.channel, row.address, row.process, row.step, row.campaign_id, sharing),
        order_by=(row.mine.desc(), row.priority.desc(), row.due_at, row.id),
    )
    waits = and_(sharing, first != row.customer_id)
    changed = {
        "decision": case((waits, literal(Decision.HOLD, enumeration(Decision))), else_=row.decision),
        "gate": case((waits, literal(Gate.HOUSEHOLD, growing(Gate))), else_=row.gate),
        "reason": case((waits, literal(SAME_NUMBER, Text)), else_=row.reason),
        "until": case((waits, row.tomorrow_opens_at), else_=row.until),
    }
    kept = [column for column in row if column.name not in changed]
    return (
        select(*kept, *(expression.label(name) for name, expression in changed.items()))
        .cte("housed")
        .prefix_with(holds("of customers who share a number, all but the first wait"))
    )
