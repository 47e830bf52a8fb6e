"""Whom a process would contact that is not there yet, seen on real facts: in the last days and in the next."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from models.core.masking import mask_name
from models.people.tables import Customer, CustomerKey, Store
from models.policies.policy import Policy
from models.policies.shipped import LANGUAGES
from tasks.database.timeouts import reading_within
from tasks.planning.comparing import LONGEST_SECONDS, ComparisonTooLong
from tasks.planning.forecasting import Day, by_time_zone, count_to_come, due_on, stores_of, unforeseeable_steps
from tasks.policies.catalogue import PolicyInForce

BEFORE, AHEAD = 30, 14
"""Days that are looked back and ahead."""
SHOWN = 10
"""So many customers of a day are shown."""


@dataclass(frozen=True, slots=True)
class TriedContact:
    """A customer who would be contacted, for a look."""

    day: date
    step: str
    customer: str
    """Masked."""
    customer_key: str
    store: str


@dataclass(frozen=True, slots=True)
class TriedDay:
    """Contacts of one store-local day."""

    day: date
    by_step: dict[str, int]
    sample: list[TriedContact]


def try_day(connection: Connection, now: datetime, policy: Policy, ahead: int) -> TriedDay:
    """What sweeps would plan for the day that is `ahead` days from today; a past one by the facts of that day.

    Today also brings what fell due before and is still valid: the first sweep of a new process would catch it up.
    Quiet hours, caps and consent have their say only when something is sent. Raises `ComparisonTooLong`.
    """
    counted: Counter[str] = Counter()
    sample: list[TriedContact] = []
    day = now.date()
    with reading_within(connection, LONGEST_SECONDS, ComparisonTooLong()):
        for in_force, tried in _days(connection, now, policy, ahead):
            day = tried.date
            hidden = unforeseeable_steps(in_force)
            for cell, touches in count_to_come(connection, in_force, tried, hidden).items():
                counted[cell[3]] += touches
            sample += _sample(connection, in_force, tried, hidden)
    return TriedDay(day, dict(counted), sample[:SHOWN])


def _days(connection: Connection, now: datetime, policy: Policy, ahead: int) -> Iterator[tuple[PolicyInForce, Day]]:
    """The policy for the stores of each time zone, with their day."""
    stores = stores_of(connection)
    unsaved = {(step.template, language): 0 for step in policy.steps for language in LANGUAGES}
    for in_force in by_time_zone([PolicyInForce(0, 0, policy, tuple(stores), unsaved)], stores):
        zone = ZoneInfo(stores[in_force.stores[0]].time_zone)
        day = now.astimezone(zone).date() + timedelta(days=ahead)
        midnight = datetime.combine(day, time(0), zone)
        ends = datetime.combine(day + timedelta(days=1), time(0), zone)
        yield in_force, Day(day, midnight if ahead else now, ends, ahead == 0)


def _sample(
    connection: Connection, in_force: PolicyInForce, day: Day, hidden: frozenset[str]
) -> Iterator[TriedContact]:
    due = due_on(in_force, day, hidden).subquery("due")
    key = select(func.min(CustomerKey.key)).where(CustomerKey.customer_id == due.c.customer_id).scalar_subquery()
    rows = connection.execute(
        select(due.c.step, Customer.name, key.label("key"), Store.code)
        .join(Customer, Customer.id == due.c.customer_id)
        .join(Store, Store.id == due.c.store_id)
        .order_by(due.c.due_at, due.c.customer_id)
        .limit(SHOWN)
    )
    for row in rows:
        yield TriedContact(day.date, row.step, mask_name(row.name), row.key or "", row.code)
