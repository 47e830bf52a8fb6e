"""What conditions ask of visits, purchases and leads."""

from sqlalchemy import false, func, or_

from models.campaigns.conditions.history import Bought, HasBooked, HasLead, LastVisit, Visited
from tasks.campaigns.audiences.bounds import Yes, between, days_between
from tasks.campaigns.audiences.customer_sets import buyers, days_here, last_days_here, with_appointment_ahead, with_lead
from tasks.campaigns.audiences.query import AudienceQuery


def _was_last_here(condition: LastVisit, query: AudienceQuery) -> Yes:
    last = query.joined("last visit", lambda: last_days_here(query.now)).c.day
    bounds = (condition.least_days, condition.most_days, condition.since, condition.until)
    never = last.is_(None) if condition.or_never else false()
    if all(bound is None for bound in bounds):
        return never
    return or_(never, func.coalesce(days_between(last, query.today, condition), false()))


def _visited(condition: Visited, query: AudienceQuery) -> Yes:
    those = ("visits", condition.within_days, condition.work_kinds)
    here = query.joined(those, lambda: days_here(condition, query.now))
    return between(func.coalesce(here.c.visits, 0), condition.least, condition.most)


def _has_booked(condition: HasBooked, query: AudienceQuery) -> Yes:
    name = ("booked", condition.within_days)
    return query.among(name, lambda: with_appointment_ahead(condition, query.now)).is_(condition.yes)


def _bought(condition: Bought, query: AudienceQuery) -> Yes:
    return query.among(condition, lambda: buyers(condition, query.now))


def _has_lead(condition: HasLead, query: AudienceQuery) -> Yes:
    return query.among(condition, lambda: with_lead(condition, query.now))


HOLDS = {
    LastVisit: _was_last_here, Visited: _visited, HasBooked: _has_booked, Bought: _bought, HasLead: _has_lead,
}  # fmt: skip
