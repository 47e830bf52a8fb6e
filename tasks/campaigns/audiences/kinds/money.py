"""What conditions ask of what the customer spent and owes."""

from sqlalchemy import func

from models.campaigns.conditions.money import IsHeld, OwesOverdue, Spent
from tasks.campaigns.audiences.asked import Asked
from tasks.campaigns.audiences.bounds import Yes, between
from tasks.campaigns.audiences.customer_sets import debtors, on_hold, spending


def _spent(condition: Spent, asked: Asked) -> Yes:
    name = ("spent", condition.currency, condition.within_days, condition.since, condition.until)
    spent = asked.joined(name, lambda: spending(condition, asked.now))
    return between(func.coalesce(spent.c.total, 0), condition.least, condition.most)


def _owes_overdue(condition: OwesOverdue, asked: Asked) -> Yes:
    return asked.among("overdue", lambda: debtors(asked.now)).is_(condition.yes)


def _is_held(condition: IsHeld, asked: Asked) -> Yes:
    return asked.among("held", lambda: on_hold(asked.now)).is_(condition.yes)


HOLDS = {Spent: _spent, OwesOverdue: _owes_overdue, IsHeld: _is_held}
