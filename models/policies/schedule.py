"""When a process runs by itself: every so often, or at times of day."""

from datetime import time, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, StringConstraints, model_validator

from models.core.frozen import Frozen
from models.core.offsets import Offset, OffsetField
from models.core.reasons import TEXT, declare, give
from models.core.validation import refuse, refused
from models.core.words import Language

ONE_WAY = declare("schedule-one-way")
NO_EVEN_BEAT = declare("no-even-beat", text=TEXT)
WHOLE_MINUTES = declare("whole-minutes")
TIME_TWICE = declare("time-twice", text=TEXT)
LANGUAGE_MISSING = declare("language-missing", text=TEXT)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")


class ProcessSchedule(Frozen):
    """When a process runs by itself; either of the two. Who is due is the ledger's business, not the schedule's."""

    every: OffsetField | None = None
    """Minutes that divide an hour, or hours that divide a day: `5m`, `2h`."""
    at: tuple[time, ...] = ()
    """Times of day, by the clock of each store."""

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.every is None) == (not self.at):
            refuse((), give(ONE_WAY))
        if self.every is not None and not _is_even(self.every):
            refuse(("every",), give(NO_EVEN_BEAT, text=str(self.every).removeprefix("+")))
        for number, moment in enumerate(self.at):
            if moment.second or moment.microsecond or moment.tzinfo:
                refuse(("at", number), give(WHOLE_MINUTES))
            if moment in self.at[:number]:
                refuse(("at", number), give(TIME_TWICE, text=f"{moment:%H:%M}"))
        return self


def _is_even(beat: Offset) -> bool:
    """Whether a line of cron can say it: it comes round at the same minutes of each hour, or hours of each day."""
    length = beat.nominal
    if beat.days or length <= timedelta(0) or length > DAY / 2:
        return False
    whole = HOUR if length < HOUR else DAY
    return whole % length == timedelta(0) and (length < HOUR or length % HOUR == timedelta(0))


TWICE_A_DAY = ProcessSchedule(at=(time(8, 30), time(13, 30)))
"""What holds for a process that says nothing: the afternoon makes up for a morning that was lost."""

Said = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


def _in_both(said: dict[Language, Said]) -> dict[Language, Said]:
    missing = [language for language in LANGUAGES if language not in said]
    if missing:
        raise refused(give(LANGUAGE_MISSING, text=", ".join(missing)))
    return said


InBothLanguages = Annotated[dict[Language, Said], AfterValidator(_in_both)]
"""A text in each language, by the language."""
