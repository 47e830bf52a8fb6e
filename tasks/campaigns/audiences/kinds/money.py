"""What conditions ask of what the customer spent and owes."""

from sqlalchemy import func

from models.campaigns.conditions.money import IsHeld, OwesOverdue, Spent
from tasks.campaigns.audiences.bounds import Yes, between
from tasks.campaigns.audiences.customer_sets import debtors, on_hold, spending
from tasks.campaigns.audiences.query import AudienceQuery


def _spent(condition: Spent, query: AudienceQuery) -> Yes:
    name = ("spent", condition.currency, condition.within_days, condition.since, condition.until)
    spent = query.joined(name, lambda: spending(condition, query.now))
    return between(func.coalesce(spent.c.total, 0), condition.least, condition.most)


def _owes_overdue(condition: OwesOverdue, query: AudienceQuery) -> Yes:
    return query.among("overdue", lambda: debtors(query.now)).is_(condition.yes)


def _is_held(condition: IsHeld, query: AudienceQuery) -> Yes:
    return query.among("held", lambda: on_hold(query.now)).is_(condition.yes)


HOLDS = {Spent: _spent, OwesOverdue: _owes_overdue, IsHeld: _is_held}
