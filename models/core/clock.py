"""The only place that reads the system clock. Everything else gets `now` as an argument."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from dateutil.parser import isoparse

from models.core.errors import InvalidInput

NOON = time(12, 0)


class UnreadableMoment(InvalidInput):
    """A moment that is not in ISO 8601 form."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is not a moment: expected ISO 8601, such as 2026-03-02 or 2026-03-02T10:00+08:00.")


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Parse an ISO 8601 text into a timezone-aware moment.

    A text without a zone is in `zone` (the store's). A bare date means noon of that day: facts dated that
    day count, and usual contact hours are open, as someone who rehearses a day expects.
    """
    try:
        moment: datetime = isoparse(text)
    except ValueError as error:
        raise UnreadableMoment(text) from error
    if "T" not in text and " " not in text:
        moment = datetime.combine(moment.date(), NOON)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def read_clock(moved_to: str | None, zone: ZoneInfo) -> datetime:
    """The current moment, or the one that `AFTERCARE_NOW` sets. Raises `UnreadableMoment`."""
    return read_moment(moved_to, zone) if moved_to else datetime.now(UTC)
