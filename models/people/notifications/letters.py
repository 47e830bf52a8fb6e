"""How word to staff reads: pure functions of what happened, in the reader's language and their store's clock."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from models.core.saying import CHINESE, fill

WORDING = Path(__file__).with_name("words.toml")
SHOWN = 5
"""So many matters are told one by one; more are counted."""
INITIALS = {"en": "{first}.", CHINESE: "{first}*"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is told: a sentence, and the page of the console where it is."""

    sentence: str
    path: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of one kind is open for somebody."""

    key: str
    """Of the wording: `digest-inbound`, …"""
    count: int
    path: str
    late: int = 0
    first: datetime | None = None
    """The earliest deadline."""


@dataclass(frozen=True, slots=True)
class Word:
    """A message to a member of staff."""

    subject: str
    text: str


@cache
def read_staff_wording() -> Mapping[str, Mapping[str, str]]:
    """Every sentence by key and language."""
    said: dict[str, dict[str, str]] = tomllib.loads(WORDING.read_text(encoding="utf-8"))
    return said


def say_to_staff(language: str, key: str, **values: object) -> str:
    """A sentence in a language, with its values filled in."""
    return fill(read_staff_wording()[key][language], values)


def initial(name: str | None, language: str) -> str:
    """As much of a customer's name as leaves the house: the first character."""
    first = (name or "").strip()[:1]
    if not first:
        return read_staff_wording()["somebody"][language]
    return INITIALS["en" if first.isascii() else CHINESE].format(first=first.upper())


def write_at(at: datetime | None, zone: ZoneInfo) -> str:
    """A moment on the store's clock."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "-"


def write_matters(language: str, store: str, lines: Sequence[Line], root: str | None, link: str | None) -> Word:
    """What is told at once, the first ones in full. `link`: where a department acknowledges; None: there is none."""
    told = [_with_address(line, None if link else root) for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        told.append(say_to_staff(language, "more", count=len(lines) - SHOWN))
    if link:
        told.append(link)
    return Word(say_to_staff(language, "subject", store=store), "\n".join(told))


def write_digest(language: str, store: str, counts: Sequence[Counted], zone: ZoneInfo, root: str | None) -> Word:
    """All that is open, counted."""
    lines = [
        _with_address(
            Line(
                say_to_staff(language, one.key, count=one.count, late=one.late, at=write_at(one.first, zone)), one.path
            ),
            root,
        )
        for one in counts
    ]
    text = "\n".join([read_staff_wording()["digest"][language], *(f"- {line}" for line in lines)])
    return Word(say_to_staff(language, "subject", store=store), text)


def _with_address(line: Line, root: str | None) -> str:
    return f"{line.sentence} {root.rstrip('/')}{line.path}" if root else line.sentence
