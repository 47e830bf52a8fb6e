"""How often somebody may ask: a bucket of tokens for each, which fills up again by itself."""

from collections.abc import Hashable
from dataclasses import dataclass

MOST = 10_000
"""So many buckets are kept; those that are full again are forgotten first, for that loses nothing."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What each may ask for."""

    at_once: int
    """So often in one go."""
    per_second: float
    """So often for as long as they like."""

    @property
    def fills_in(self) -> float:
        """Seconds in which an empty bucket is full again."""
        return self.at_once / self.per_second


class Buckets:
    """The buckets of everybody who asks, by whatever tells them apart. Moments are seconds of any one clock."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._filled: dict[Hashable, tuple[float, float]] = {}
        """Until when each was looked at, and the tokens that it held then; whoever asked last is last."""

    def take(self, who: Hashable, now: float) -> float:
        """Take a token: 0.0. Or none, where there is none: the seconds until there is one again."""
        tokens = self._tokens(who, now)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._allowance.per_second
        self._filled.pop(who, None)
        self._filled[who] = (now, tokens if wait else tokens - 1)
        self._forget(now)
        return wait

    def wait(self, who: Hashable, now: float) -> float:
        """The seconds until there is a token, without taking it."""
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
