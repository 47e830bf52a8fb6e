"""When a touch is retried after a transient failure."""

from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

MOST_ATTEMPTS = 6
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
LONGEST_ASKED = timedelta(days=1)
"""A provider that asks for more is mistaken."""
JITTER = 0.25
"""The maximum jitter as a share of the delay, so that messages that failed together are not retried together."""


def next_attempt(attempts: int, now: datetime, seed: UUID, asked: timedelta | None = None) -> datetime | None:
    """When the next attempt is due after `attempts` (at least 1) failures; None if no retries are left.

    The delay doubles from one minute to at most one hour, plus a jitter derived from the touch's id (`seed`),
    so the result is deterministic. It is longer if the provider `asked` for more, but at most a day.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    delay: timedelta = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    delay = max(delay, min(asked or delay, LONGEST_ASKED))
    return now + delay * (1 + JITTER * _share(seed, attempts))


def _share(seed: UUID, attempts: int) -> float:
    """A deterministic number from 0 to 1 that differs by touch and attempt."""
    digest = blake2b(seed.bytes + attempts.to_bytes(2), digest_size=4).digest()
    return int.from_bytes(digest) / 0xFFFFFFFF
