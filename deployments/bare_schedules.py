"""When to report that Prefect's scheduler creates no runs: only after it has had time to do so."""

from collections.abc import Iterable
from dataclasses import dataclass, field

CYCLE_SECONDS = 60
"""How often Prefect's scheduler visits all deployments. New ones are visited every 5 seconds, unless it is busy."""
GRACE_SECONDS = 2 * CYCLE_SECONDS + 30
"""How long an active schedule may lack a coming run: two full rounds of the scheduler, on a busy machine."""
SOON_SECONDS = 15
SELDOM_SECONDS = 600


@dataclass
class BareSchedules:
    """The active schedules without a coming run, and since when. Times are seconds of one clock."""

    since: dict[str, float] = field(default_factory=dict)
    told: bool = False
    """Whether the problem was reported, and its end not yet."""

    def look(self, bare: Iterable[str], now: float) -> list[str]:
        """Record the schedules without runs. Returns those that have been without for too long."""
        self.since = {name: self.since.get(name, now) for name in bare}
        overdue = sorted(name for name, since in self.since.items() if now - since >= GRACE_SECONDS)
        self.told = self.told or bool(overdue)
        return overdue

    def over(self) -> bool:
        """Whether a reported problem is over; reports it once."""
        ended = self.told and not self.since
        self.told = self.told and not ended
        return ended

    @property
    def pause(self) -> int:
        """Seconds until the next look: few while an unreported schedule lacks runs."""
        return SOON_SECONDS if self.since and not self.told else SELDOM_SECONDS
