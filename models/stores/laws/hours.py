"""Whether a customer may be contacted at a moment by the hours of a pack, at one place."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.core.words import Purpose, StepKind
from models.stores.laws.pack import HoursRule, Pack, Weekday
from models.stores.laws.places import Place, is_in, zone_of

DAYS_AHEAD = 15
"""A rule that is closed for longer leaves no time at all."""
WEEKDAYS = tuple(Weekday)
STEP = timedelta(minutes=5)
ANY_WEEK = datetime(2026, 6, 1)  # noqa: DTZ001  a Monday, by the clock on the wall
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Closed:
    """Which rule is against it, and when the pack's hours begin again."""

    rule: str
    until: datetime


def closed_until(pack: Pack, where: Place, purpose: Purpose, kind: StepKind, now: datetime) -> Closed | None:
    """Why a customer at a place may not be contacted now, and until when; None: they may."""
    rules = rules_for(pack, where, purpose, kind)
    zone = ZoneInfo(zone_of(where))
    first = next((rule for rule in rules if not is_open(rule, zone, now)), None)
    if first is None:
        return None
    at = now
    while (closed := next((rule for rule in rules if not is_open(rule, zone, at)), None)) is not None:
        at = _next_open(closed, zone, at)
        if at > now + timedelta(days=DAYS_AHEAD):
            break
    return Closed(first.code, at)


def rules_for(pack: Pack, where: Place, purpose: Purpose, kind: StepKind) -> tuple[HoursRule, ...]:
    """The rules that hold for contacts of a kind and purpose at a place."""
    return tuple(
        rule
        for rule in pack.hours
        if purpose in rule.purposes
        and kind in rule.kinds
        and (not rule.areas or any(is_in(where, area) for area in rule.areas))
    )


def is_open(rule: HoursRule, zone: ZoneInfo, at: datetime) -> bool:
    """Whether one rule allows a contact at a moment, by the clock in a zone."""
    return _allows(rule, at.astimezone(zone))


def _next_open(rule: HoursRule, zone: ZoneInfo, at: datetime) -> datetime:
    """The first moment after `at` at which a rule opens, or has nothing to say."""
    today = at.astimezone(zone).date()
    for ahead in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        free = WEEKDAYS[day.weekday()] not in rule.weekdays
        starts = [datetime.min.time()] if free else sorted(window.since for window in rule.windows)
        for start in starts:
            begins = datetime.combine(day, start, zone).astimezone(UTC)
            if begins > at and is_open(rule, zone, begins):
                return begins
    return at + timedelta(days=DAYS_AHEAD + 1)


def leaves_time(pack: Pack, where: Place, purpose: Purpose, kind: StepKind, since: time, until: time) -> bool:
    """Whether the hours of a pack at a place and those of a store there have a moment of the week in common."""
    rules = rules_for(pack, where, purpose, kind)
    moments = (ANY_WEEK + number * STEP for number in range(A_WEEK // STEP))
    return any(since <= at.time() < until and all(_allows(rule, at) for rule in rules) for at in moments)


def _allows(rule: HoursRule, local: datetime) -> bool:
    """Whether a rule allows a contact by the clock on the wall."""
    if WEEKDAYS[local.weekday()] not in rule.weekdays:
        return True
    return any(window.since <= local.time() < window.until for window in rule.windows)
