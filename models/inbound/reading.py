"""Free text read by rules that are data: what it may mean, and whether that is clear enough to act on.

The rules stand in `reading.toml`, in both languages. The first that fits decides.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from models.core.base import LONGEST_WORD
from models.core.frozen import Frozen
from models.inbound.words import Suggestion

RULES = Path(__file__).with_name("reading.toml")
LONGEST_READ = 2000
"""Characters. What matters stands at the beginning; a thread that was quoted is not read."""
BLANKS = re.compile(r"\s+")
EDGES = re.compile(r"^[\W_]+|[\W_]+$")
QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6,
}  # fmt: skip
DAYS = {"today": 0, "tonight": 0, "tomorrow": 1, "今天": 0, "今晚": 0, "明天": 1, "大后天": 3, "后天": 2}
IN_DAYS = re.compile("|".join(rf"\b{word}\b" if word.isascii() else word for word in DAYS))
ENGLISH_DAYS = "|".join(day for day in WEEKDAYS if day.isascii())
ON_WEEKDAY = re.compile(rf"\b({ENGLISH_DAYS})\b|(?:周|星期|礼拜)([一二三四五六日天])")
NEXT_WEEK = re.compile(r"下个?(?:周|星期|礼拜)")
ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
DAY_OF_MONTH = re.compile(r"(?<!\d)(\d{1,2})(?:号|日)|\b(\d{1,2})(?:st|nd|rd|th)\b")
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
MONTHS_TRIED = 62


def _compiles(pattern: str) -> str:
    re.compile(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class ReadingRule(Frozen):
    """One rule of the file."""

    name: Annotated[str, Field(max_length=LONGEST_WORD)]
    suggests: Suggestion
    clear: bool = False
    """It is acted on at once. Only a rule about the whole text may be."""
    whole: tuple[Pattern, ...] = ()
    found: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()

    def fits(self, text: str, bare: str) -> bool:
        """Whether the rule fits a plain text; `bare`: the same without courtesies."""
        if any(re.search(pattern, text) for pattern in self.unless):
            return False
        whole = any(re.fullmatch(pattern, bare) for pattern in self.whole)
        return whole or any(re.search(pattern, text) for pattern in self.found)


class Rulebook(Frozen):
    """The whole file."""

    courtesies: tuple[Pattern, ...]
    rules: tuple[ReadingRule, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was understood to mean."""

    suggests: Suggestion
    rule: str
    clear: bool


@cache
def rulebook() -> Rulebook:
    """The shipped rules."""
    return Rulebook.model_validate(tomllib.loads(RULES.read_text(encoding="utf-8")))


def read_free_text(text: str) -> Reading | None:
    """What a text suggests by the first rule that fits; None: a person must read it."""
    plain = _plain(text)
    bare = _without_courtesies(plain)
    fitting = (rule for rule in rulebook().rules if rule.fits(plain, bare))
    rule = next(fitting, None)
    return Reading(rule.suggests, rule.name, rule.clear) if rule else None


def promised_day(text: str, today: date) -> date | None:
    """The day that a promise names, from `today` (the store's) on; None: it names none that is certain."""
    plain = _plain(text)
    if found := ISO.search(plain):
        return _day(*(int(part) for part in found.groups()))
    if found := IN_DAYS.search(plain):
        return today + timedelta(days=DAYS[found[0]])
    if found := ON_WEEKDAY.search(plain):
        return _weekday(WEEKDAYS[found[1] or found[2]], today, next_week=bool(NEXT_WEEK.search(plain)))
    if found := DAY_OF_MONTH.search(plain):
        wanted = int(found[1] or found[2])
        ahead = (today + timedelta(days=days) for days in range(MONTHS_TRIED))
        return next((day for day in ahead if day.day == wanted), None)
    return None


def _weekday(weekday: int, today: date, *, next_week: bool) -> date:
    """The next day of that name. In Chinese, "下周五" is that of the week after this one, which begins on Monday."""
    if next_week:
        return today - today.weekday() * A_DAY + A_WEEK + weekday * A_DAY
    return today + timedelta(days=(weekday - today.weekday()) % 7 or 7)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[:LONGEST_READ]).translate(QUOTES).casefold()
    return BLANKS.sub(" ", folded).strip()


@cache
def _courtesy() -> re.Pattern[str]:
    """A courtesy at the beginning or at the end, with what punctuation is beside it."""
    words = [rf"{word}(?![a-z])" if word.isascii() else word for word in rulebook().courtesies]
    any_of = "|".join(words)
    return re.compile(rf"^(?:{any_of})[\W_]*|(?<![a-z])(?:{any_of})$")


def _without_courtesies(plain: str) -> str:
    """The text without punctuation and courtesies around it. Each pass takes something away, so that it ends."""
    bare = EDGES.sub("", plain)
    while (less := EDGES.sub("", _courtesy().sub("", bare, count=1))) != bare:
        bare = less
    return bare
