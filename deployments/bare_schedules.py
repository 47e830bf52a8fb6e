"""When to say that Prefect's scheduler makes no runs: not before it has had its turn."""

from collections.abc import Iterable
from dataclasses import dataclass, field

CYCLE_SECONDS = 60
"""How often Prefect's scheduler goes over all deployments. A new one it looks at every 5 seconds, unless it is busy."""
GRACE_SECONDS = 2 * CYCLE_SECONDS + 30
"""So long an active schedule may be without a coming run: two whole turns of the scheduler, on a busy machine."""
SOON_SECONDS = 15
SELDOM_SECONDS = 600


@dataclass
class BareSchedules:
    """The active schedules that no coming run has been made for, and since when. Times are seconds of one clock."""

    since: dict[str, float] = field(default_factory=dict)
    told: bool = False
    """Whether somebody was told that no runs are made, and not yet that they are made again."""

    def look(self, bare: Iterable[str], now: float) -> list[str]:
        """Take note of the schedules that are bare at present; those that have been so for too long."""
        self.since = {name: self.since.get(name, now) for name in bare}
        overdue = sorted(name for name, since in self.since.items() if now - since >= GRACE_SECONDS)
        self.told = self.told or bool(overdue)
        return overdue

    def over(self) -> bool:
        """Whether what was told of has ended; asked once, it is forgotten."""
        ended = self.told and not self.since
        self.told = self.told and not ended
        return ended

    @property
    def pause(self) -> int:
        """Seconds until it is worth looking again: soon while a schedule is bare, and nobody was told of it yet."""
        return SOON_SECONDS if self.since and not self.told else SELDOM_SECONDS
