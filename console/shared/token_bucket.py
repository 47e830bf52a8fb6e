"""Rate limiting: a token bucket for each caller, which refills over time."""

from collections.abc import Hashable
from dataclasses import dataclass

MOST = 10_000
"""At most this many buckets are kept. Full ones are dropped first, which loses nothing."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The rate that each caller is allowed."""

    at_once: int
    """Requests at once (the bucket's size)."""
    per_second: float
    """Requests over time (the refill rate)."""

    @property
    def fills_in(self) -> float:
        """Seconds until an empty bucket is full."""
        return self.at_once / self.per_second


class Buckets:
    """The buckets of all callers, by key. Moments are seconds of any one clock."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._filled: dict[Hashable, tuple[float, float]] = {}
        """The moment and the tokens at the last look, by caller; the most recent caller is last."""

    def take(self, who: Hashable, now: float) -> float:
        """Take a token and return 0.0; without one, return the seconds until there is one."""
        tokens = self._tokens(who, now)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._allowance.per_second
        self._filled.pop(who, None)
        self._filled[who] = (now, tokens if wait else tokens - 1)
        self._forget(now)
        return wait

    def wait(self, who: Hashable, now: float) -> float:
        """Seconds until there is a token, without taking it."""
        return max(0.0, 1 - self._tokens(who, now)) / self._allowance.per_second

    def _tokens(self, who: Hashable, now: float) -> float:
        then, tokens = self._filled.get(who, (now, float(self._allowance.at_once)))
        return min(tokens + max(now - then, 0.0) * self._allowance.per_second, float(self._allowance.at_once))

    def _forget(self, now: float) -> None:
        if len(self._filled) <= MOST:
            return
        empty_since = now - self._allowance.fills_in
        self._filled = {who: seen for who, seen in self._filled.items() if seen[0] > empty_since}
        while len(self._filled) > MOST:
            del self._filled[next(iter(self._filled))]
