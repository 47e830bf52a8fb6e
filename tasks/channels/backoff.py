"""When a touch is tried again after a transient failure."""

from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

MOST_ATTEMPTS = 6
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
JITTER = 0.25
"""The share of the delay that is added at most, so that what failed together does not come back together."""


def next_attempt(attempts: int, now: datetime, seed: UUID) -> datetime | None:
    """When the next attempt is due after `attempts` (at least 1) have failed; None when they are used up.

    The delay doubles from one minute, to an hour at most, plus a jitter that follows from the touch's id (`seed`):
    asked again, the answer is the same.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    delay: timedelta = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    return now + delay * (1 + JITTER * _share(seed, attempts))


def _share(seed: UUID, attempts: int) -> float:
    """A number from 0 to 1 that differs from touch to touch and from attempt to attempt, yet never changes."""
    digest = blake2b(seed.bytes + attempts.to_bytes(2), digest_size=4).digest()
    return int.from_bytes(digest) / 0xFFFFFFFF
