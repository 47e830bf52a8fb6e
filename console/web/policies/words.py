"""A policy in words: the labels of its fields, their values, and each step on one line."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from console.shared.words import read_wording
from console.web.authentication.viewer import Viewer
from models.core.offsets import Offset, read_offset
from models.core.recurrence import WEEK, YEAR, Recurrence, read_recurrence
from models.core.validation import Place
from models.kits.effects import word_of

TIME_SHOWN = len("10:00")
GROUP = "policies"
"""The wording file with the labels of policy fields."""
HOUR = 60


def name_key(field: str) -> str:
    """The wording key of a field. `after` is also a column heading, so the field's key differs."""
    return "after_field" if field == "after" else field


def field_label(viewer: Viewer, field: str, group: str = GROUP) -> str:
    """The label of a field."""
    key = f"{group}.{name_key(field)}"
    return viewer.say(key) if key in read_wording() else field


def choice_word(viewer: Viewer, field: str, value: str, group: str = GROUP) -> str:
    """The label of one of the values of a field."""
    own = f"{group}.{field}_{value}"
    return viewer.say(own) if own in read_wording() else viewer.word(value)


def value_in_words(viewer: Viewer, field: str, value: object) -> str:
    """A value of a field in a list of differences."""
    if isinstance(value, bool):
        return viewer.say("policies.yes" if value else "policies.no")
    if value is None or value in ("", []):
        return viewer.say("policies.nothing")
    if isinstance(value, list | tuple):
        written = (word_of(one) if isinstance(one, Mapping) else str(one) for one in value)
        return viewer.say("frame.comma").join(choice_word(viewer, field, one) for one in written)
    return choice_word(viewer, field, str(value))


def place_in_words(viewer: Viewer, place: Place | tuple[str, ...], step: str) -> str:
    """The label of a field, with its step."""
    if place[0] != "steps" or len(place) == 1:
        return field_label(viewer, str(place[-1]))
    name = viewer.word(step)
    return f"{name} · {field_label(viewer, str(place[-1]))}" if len(place) > 2 else name


def step_in_words(viewer: Viewer, step: dict[str, Any]) -> str:
    """A step on one line."""
    channels = viewer.say("frame.comma").join(viewer.word(str(channel)) for channel in step.get("channels") or [])
    role = value_in_words(viewer, "role", step["role"]) if step.get("role") else ""
    parts = (
        viewer.word(str(step["kind"])),
        _moment(viewer, step),
        _again(viewer, step),
        role,
        channels,
        viewer.word(str(step["template"])),
    )
    return " · ".join(part for part in parts if part)


def _again(viewer: Viewer, step: dict[str, object]) -> str:
    """How often it comes again; what says nothing of the kind stands as it was written."""
    written = str(step.get("every") or "")
    try:
        span = _span_between(viewer, read_recurrence(written)) if written else ""
    except ValueError:
        return written
    return viewer.say("policies.every_again", span=span) if span else ""


def _span_between(viewer: Viewer, every: Recurrence) -> str:
    if every.months:
        years = every.months % YEAR == 0
        unit, count = ("year", every.months // YEAR) if years else ("month", every.months)
    else:
        weeks = every.days % WEEK == 0
        unit, count = ("week", every.days // WEEK) if weeks else ("day", every.days)
    return viewer.say(f"policies.one_{unit}") if count == 1 else viewer.say(f"policies.{unit}s", count=count)


def _moment(viewer: Viewer, step: dict[str, object]) -> str:
    """When a step is due relative to its anchor. An unreadable offset is shown as it was written."""
    at = str(step.get("at") or "")[:TIME_SHOWN]
    try:
        after = read_offset(step["after"])
    except ValueError:
        return f"{step['after']} {at}".strip()
    if not after.nominal:
        return f"{viewer.say('policies.that_day')} {at}" if at else viewer.say("policies.at_once")
    direction = "earlier" if after.nominal < timedelta(0) else "later"
    return f"{viewer.say(f'policies.{direction}', span=_span(viewer, after))} {at}".strip()


def _span(viewer: Viewer, offset: Offset) -> str:
    """Its length in the largest unit that divides it."""
    days, minutes = abs(offset.days), abs(offset.minutes)
    if days:
        return viewer.say("policies.one_day") if days == 1 else viewer.say("policies.days", count=days)
    if minutes % HOUR:
        return viewer.say("policies.minutes", count=minutes)
    return (
        viewer.say("policies.one_hour") if minutes == HOUR else viewer.say("policies.hours_long", count=minutes // HOUR)
    )
