"""Words that are said on the page that the viewer opens next, because the one that they belong to is left."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["positive", "info", "warning", "negative"]
TakeBack = Callable[[], Awaitable[str]]
"""Undoes what was done, and returns what to say then."""
KEPT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word to the viewer."""

    text: str
    kind: Kind = "positive"
    back: TakeBack | None = None


_kept: dict[str, tuple[Word, float]] = {}
"""By session. Old ones are dropped, so that it cannot grow."""


def keep_word(session: str, word: Word) -> None:
    """Keep a word for the next page of a session, by the digest of its token."""
    now = time.monotonic()
    for old in [one for one, (_, kept_at) in _kept.items() if now - kept_at > KEPT_SECONDS]:
        del _kept[old]
    _kept[session] = (word, now)


def take_word(session: str) -> Word | None:
    """The word that was kept for a session, once; None if there is none or it is old."""
    word, kept_at = _kept.pop(session, (None, 0.0))
    return word if time.monotonic() - kept_at < KEPT_SECONDS else None
