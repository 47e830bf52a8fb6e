"""How days and moments are written for those who work with this system, on pages, in commands and in reasons.

One way for all languages, which sorts and cannot be read in two ways. Letters to customers write dates as their
language does: `models.messages.letters`.
"""

from datetime import date, datetime, tzinfo


def show_day(day: date) -> str:
    """A day, such as 2026-03-10."""
    return f"{day:%Y-%m-%d}"


def show_month(day: date) -> str:
    """The month of a day, such as 2026-03."""
    return f"{day:%Y-%m}"


def show_moment(moment: datetime, zone: tzinfo) -> str:
    """A moment on the clock of a zone, to the minute, such as 2026-03-10 09:30."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
