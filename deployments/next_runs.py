"""When a flow runs next by its schedule. For display only."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from deployments.schedules import Served, Slot, find_flow

LOOK_AHEAD = timedelta(days=2)
"""Every schedule has a slot at least once a day, even across DST changes."""


def next_run(served: Served, after: datetime, store_zone: ZoneInfo, home_zone: ZoneInfo) -> datetime:
    """The first moment from `after` on at which a flow is scheduled for stores of a zone.

    `after` itself for a flow that has no schedule.
    """
    moments = (_next(slot, after, store_zone if slot.local else home_zone) for slot in served.slots)
    return min(moments, default=after)


def next_run_of(flows: Iterable[Served], home_zone: ZoneInfo) -> Callable[[str, datetime, ZoneInfo], datetime]:
    """Tells when a flow of that name runs next: given its name, the moment to look from, and a store's zone."""
    there = tuple(flows)
    return lambda name, after, store_zone: next_run(find_flow(there, name), after, store_zone, home_zone)


def _next(slot: Slot, after: datetime, zone: ZoneInfo) -> datetime:
    minute, hour, *_ = slot.cron.split()
    return next(
        moment
        for moment in _minutes(after)
        if _fits(minute, moment.astimezone(zone).minute) and _fits(hour, moment.astimezone(zone).hour)
    )


def _minutes(after: datetime) -> Iterator[datetime]:
    """Each full minute from a moment on, in elapsed time, so that DST changes are handled in every zone."""
    whole = after.replace(second=0, microsecond=0)
    first = whole if whole == after else whole + timedelta(minutes=1)
    for ahead in range(LOOK_AHEAD // timedelta(minutes=1)):
        yield first + timedelta(minutes=ahead)


def _fits(field: str, value: int) -> bool:
    """Whether a field of a cron line, `*`, `*/5` or `30`, matches a value."""
    if field == "*":
        return True
    return value % int(field.removeprefix("*/")) == 0 if field.startswith("*/") else value == int(field)
