"""Whom the conditions of an audience are asked of, and the sets of customers that they have in common."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import SelectBase, SQLColumnExpression, Subquery

from models.core.cadence import Now
from tasks.campaigns.audiences.bounds import Yes


@dataclass
class AudienceQuery:
    """The customers that a rule is asked of, and the sets that its conditions have been joined to them so far."""

    now: Now
    stores: Subquery
    """`stores_today`, joined to the customers."""
    sets: dict[object, Subquery] = field(default_factory=dict)

    @property
    def today(self) -> SQLColumnExpression[date]:
        """The day in the customer's store."""
        today: SQLColumnExpression[date] = self.stores.c.today
        return today

    def joined(self, name: object, made: Callable[[], SelectBase]) -> Subquery:
        """A set of customers with one row each; one that is asked for twice is made once."""
        if name not in self.sets:
            self.sets[name] = made().subquery(f"set_{len(self.sets) + 1}")
        return self.sets[name]

    def among(self, name: object, made: Callable[[], SelectBase]) -> Yes:
        """Whether the customer is in a set."""
        return self.joined(name, made).c.customer_id.is_not(None)
