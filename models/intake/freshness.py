"""Whether the facts of a source come as usual: reckoned from when its files came before, or from what a person set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

MOST_LOADS = 12
"""Of so many loads of a source it is remembered when they were; of one day the last."""
LEAST_LOADS = 4
"""From how many on they have a rhythm."""
OUTLIER = 4
"""A gap so many times as long as the usual one was an outage, and no part of the rhythm."""
GRACE = timedelta(days=1)
"""So much later than usual a file may come."""
CONTENT_GRACE = 3
"""Days: so much older than usual, beside twice the usual, the newest row of a file may be."""


@dataclass(frozen=True, slots=True)
class Load:
    """One load of a source."""

    at: datetime
    newest_on: date | None = None
    """The latest day up to then that one of its rows tells of, in a column of what has happened."""

    @property
    def lag(self) -> int | None:
        """How many days old the newest row was."""
        return None if self.newest_on is None else max(0, (self.at.date() - self.newest_on).days)

    @property
    def kept(self) -> dict[str, str | None]:
        """Its form in the record of the source."""
        return {"at": self.at.isoformat(), "newest_on": self.newest_on.isoformat() if self.newest_on else None}


def read_loads(kept: Sequence[Mapping[str, str | None]]) -> list[Load]:
    """The loads in the record of a source."""
    return [
        Load(datetime.fromisoformat(str(one["at"])), date.fromisoformat(one["newest_on"]) if one["newest_on"] else None)
        for one in kept
    ]


def add_load(loads: Sequence[Load], load: Load) -> list[Load]:
    """The latest loads with one more; of one day the last counts."""
    others = [each for each in loads if each.at.date() != load.at.date()]
    return sorted([*others, load], key=lambda each: each.at)[-MOST_LOADS:]


def usual_interval(loads: Sequence[Load], expected_days: int | None = None) -> timedelta | None:
    """How long it takes at most from one file of a source to the next; None where nobody can know.

    It is what a person set, or else the longest gap so far but for outages: of a file that comes on working days,
    the weekend.
    """
    if expected_days is not None:
        return timedelta(days=expected_days)
    if len(loads) < LEAST_LOADS:
        return None
    gaps = [later.at - earlier.at for earlier, later in pairwise(loads)]
    usual = timedelta(seconds=median(gap.total_seconds() for gap in gaps))
    return max(gap for gap in gaps if gap <= usual * OUTLIER)


def is_late(loads: Sequence[Load], expected_days: int | None, now: datetime) -> bool:
    """Whether the next file of a source should have come."""
    interval = usual_interval(loads, expected_days)
    return interval is not None and bool(loads) and now > loads[-1].at + interval + GRACE


def is_behind(loads: Sequence[Load]) -> bool:
    """Whether the newest row of the last file is older than those of the files before it used to be.

    Such a file comes in time, and yet says nothing new.
    """
    lags = [lag for load in loads if (lag := load.lag) is not None]
    if len(lags) < LEAST_LOADS or loads[-1].lag is None:
        return False
    *before, last = lags
    return last > 2 * max(before) + CONTENT_GRACE
