"""The last thirty days: contacts, follow-up coverage and satisfaction."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, Connection, Select, func, literal, select, union_all

from models.calls.outcomes import names_of
from models.calls.queue import asked_for_marks
from models.calls.surveys import BELOW_PAR, DIMENSIONS, SurveyAnswer
from models.core.cadence import local_day
from models.ledger.standings import NONE, UNCOVERED, ContactStanding, Coverage, Share, standing_of
from models.ledger.tables import Touch
from tasks.overview.coverage import DAYS, read_coverage, read_in_warranty
from tasks.overview.days import Bounds, bounds_of, calendar, of_store, read_zones


@dataclass(frozen=True, slots=True)
class PastDay:
    """One day of the stores' calendars."""

    day: date
    standings: dict[ContactStanding, int] = field(default_factory=dict)
    """The results of the due contacts."""
    satisfied: Share = NONE
    """Of the customers who stated their satisfaction."""


@dataclass(frozen=True, slots=True)
class History:
    """The last thirty days, oldest first, and the goals."""

    days: list[PastDay]
    visits: list[tuple[date, Coverage]]
    """By day of the visit: how far they were followed up. Visits of the last week still have time."""
    in_warranty: Coverage = UNCOVERED
    """Of the customers in warranty, by the best contact of the last year."""

    @property
    def coverage(self) -> Coverage:
        """All those visits."""
        return sum((one for _, one in self.visits), UNCOVERED)

    @property
    def satisfaction(self) -> Share:
        """The share of satisfied answers."""
        return sum((day.satisfied for day in self.days), NONE)


def read_history(connection: Connection, now: datetime, store_id: int | None) -> History:
    """The last thirty days of one store, or of all (None)."""
    zones = read_zones(connection, store_id)
    if not zones:
        return History([], [])
    bounds, stores = bounds_of(zones, now, DAYS), calendar(now, DAYS, store_id)
    standings = _read_standings(connection, bounds, stores, store_id)
    satisfied = _read_satisfied(connection, bounds, stores, store_id)
    last = max(now.astimezone(zone).date() for zone in zones)
    dates = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    days = [PastDay(one, dict(standings[one]), satisfied.get(one, NONE)) for one in dates]
    return History(days, read_coverage(connection, now, store_id), read_in_warranty(connection, now, store_id))


def _read_standings(
    connection: Connection, bounds: Bounds, stores: CTE, store_id: int | None
) -> dict[date, Counter[ContactStanding]]:
    day, held = local_day(Touch.due_at, stores.c.time_zone), Touch.gate.is_not(None)
    statement = (
        select(day.label("day"), Touch.state, held.label("held"), func.count().label("touches"))
        .join(stores, stores.c.id == Touch.store_id)
        .where(Touch.due_at >= bounds.first, Touch.due_at < bounds.end)
        .where(Touch.due_at >= stores.c.first, Touch.due_at < stores.c.end)
        .group_by(day, Touch.state, held)
    )
    found: dict[date, Counter[ContactStanding]] = defaultdict(Counter)
    for row in connection.execute(of_store(statement, Touch.store_id, store_id)):
        found[row.day][standing_of(row.state, held=row.held)] += row.touches
    return found


def _read_satisfied(connection: Connection, bounds: Bounds, stores: object, store_id: int | None) -> dict[date, Share]:
    """Statements of satisfaction by survey or phone. A customer who gave both counts once, by the survey."""
    said = union_all(
        of_store(_surveys(bounds, stores), SurveyAnswer.store_id, store_id),
        of_store(_calls(bounds, stores), Touch.store_id, store_id),
    ).subquery("said")
    rows = connection.execute(
        select(said.c.day, func.count().label("of"), func.count().filter(said.c.satisfied).label("good")).group_by(
            said.c.day
        )
    )
    return {row.day: Share(row.good, row.of) for row in rows}


def _surveys(bounds: Bounds, stores: Any) -> Select[tuple[date, bool]]:
    lowest = func.least(*(getattr(SurveyAnswer, name) for name in DIMENSIONS))
    return (
        select(
            local_day(SurveyAnswer.answered_at, stores.c.time_zone).label("day"),
            (lowest >= BELOW_PAR).label("satisfied"),
        )
        .join(stores, stores.c.id == SurveyAnswer.store_id)
        .where(SurveyAnswer.answered_at >= bounds.first, SurveyAnswer.answered_at < bounds.end)
        .where(SurveyAnswer.answered_at >= stores.c.first, SurveyAnswer.answered_at < stores.c.end)
        .where(lowest.is_not(None))
    )


def _calls(bounds: Bounds, stores: Any) -> Select[tuple[date, bool]]:
    answered = (
        select(literal(1))
        .where(SurveyAnswer.subject_kind == Touch.subject_kind, SurveyAnswer.subject_id == Touch.subject_id)
        .exists()
    )
    said = [*names_of(satisfied=True), *names_of(satisfied=False)]
    return (
        select(
            local_day(Touch.due_at, stores.c.time_zone).label("day"),
            (Touch.outcome.in_(names_of(satisfied=True))).label("satisfied"),
        )
        .join(stores, stores.c.id == Touch.store_id)
        .where(Touch.due_at >= bounds.first, Touch.due_at < bounds.end)
        .where(Touch.due_at >= stores.c.first, Touch.due_at < stores.c.end)
        .where(Touch.subject_kind.in_(asked_for_marks()), Touch.outcome.in_(said), ~answered)
    )
