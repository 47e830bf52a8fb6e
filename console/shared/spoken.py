"""Reasons as sentences for users of the command line."""

from zoneinfo import ZoneInfo

from models.core.reasons import READER, GivenReason


def spoken(reason: GivenReason | None, time_zone: str | None = None) -> str:
    """A reason as a sentence in the language of the settings; empty for none."""
    return reason.say(READER.get(), ZoneInfo(time_zone) if time_zone else None) if reason else ""
