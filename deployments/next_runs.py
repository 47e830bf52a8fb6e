"""When a flow runs next by its schedule. For display only."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from deployments.schedules import Slot, find_served

LOOK_AHEAD = timedelta(days=2)
"""Every schedule has a slot at least once a day, even across DST changes."""


def next_run(process: str, after: datetime, store_zone: ZoneInfo, home_zone: ZoneInfo) -> datetime:
    """The first moment from `after` on at which a process is scheduled for stores of a zone.

    `after` itself for a flow that has no schedule. Raises `UnknownProcess`.
    """
    slots = find_served(process).slots
    moments = (_next(slot, after, store_zone if slot.local else home_zone) for slot in slots)
    return min(moments, default=after)


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
