"""A short cache for answers that many pages ask for at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")

LONG_SECONDS = 0.05
"""Answers that took less than this are not served stale."""


@dataclass(frozen=True, slots=True)
class _Known(Generic[T]):
    answer: T
    asked_at: float
    took: float


class ShortMemory(Generic[T]):
    """Caches answers for some seconds, so that many simultaneous requests cost the database one query.

    An answer that took long is served stale for `bridged` seconds more while it is refreshed in the background: in a
    small installation every answer is fresh, and in a large one nobody waits. Keys must be few, such as the stores:
    none is ever evicted.
    """

    def __init__(self, seconds: float, *, bridged: float = 0.0) -> None:
        self._seconds, self._bridged = seconds, bridged
        self._known: dict[Hashable, _Known[T]] = {}
        self._asking: dict[Hashable, asyncio.Lock] = {}
        self._renewing: dict[Hashable, asyncio.Task[T]] = {}

    async def recall(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The cached answer for a key, or a new one from `ask()`."""
        known = self._known.get(key)
        if known is None or not self._holds(known, self._bridged if known.took > LONG_SECONDS else 0.0):
            return await self._ask(key, ask)
        if not self._holds(known) and key not in self._renewing:
            self._renewing[key] = asyncio.create_task(self._ask(key, ask))
            self._renewing[key].add_done_callback(partial(self._renewed, key))
        return known.answer

    def _holds(self, known: _Known[T], longer: float = 0.0) -> bool:
        return time.monotonic() - known.asked_at < self._seconds + longer

    async def _ask(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        async with self._asking.setdefault(key, asyncio.Lock()):
            known = self._known.get(key)
            if known is not None and self._holds(known):
                return known.answer
            begun = time.monotonic()
            answer = await ask()
            self._known[key] = _Known(answer, time.monotonic(), time.monotonic() - begun)
            return answer

    def _renewed(self, key: Hashable, renewal: asyncio.Task[T]) -> None:
        """Ignore the error of a failed refresh: the next caller who has to wait asks again, and gets it."""
        del self._renewing[key]
        if not renewal.cancelled():
            renewal.exception()
