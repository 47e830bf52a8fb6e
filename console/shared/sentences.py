"""The state of a step of a process in plain sentences."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from console.shared.figures import describe_figures
from console.shared.spoken import spoken
from models.core.shown import show_moment
from models.core.words import Decision, Gate, TouchState
from models.ledger.explanations import AttemptSeen, StepStanding, StepStory, TouchSeen, VerdictSeen


def where_it_stands(story: StepStory, zone: ZoneInfo) -> str:
    """One sentence on one step."""
    due = show_moment(story.due_at, zone) if story.due_at else ""
    match story.standing:
        case StepStanding.IN_LEDGER | StepStanding.OF_ANOTHER_CUSTOMER:
            return _of_ledger(story, zone)
        case StepStanding.TO_COME:
            return f"To come: due {due}; {_again(story, zone)}."
        case StepStanding.DUE:
            return f"Due {due}, and nothing is in the way; {_again(story, zone)}."
        case StepStanding.STOPPED:
            return f"Not planned, because {spoken(story.reason, zone.key)}; due {due}; {_again(story, zone)}."
        case StepStanding.NEVER_PLANNED:
            still = f"; as things stand, {spoken(story.reason, zone.key)}" if story.reason else ""
            passed = show_moment(story.valid_until, zone) if story.valid_until else ""
            return f"Never planned, and its time passed on {passed}{still}."
        case StepStanding.NOT_COUNTED:
            return f"Does not arise: {spoken(story.reason, zone.key)}."
        case _:
            assert_never(story.standing)


def _again(story: StepStory, zone: ZoneInfo) -> str:
    if story.next_look_at is None:
        return "not checked again"
    return f"checked again at {show_moment(story.next_look_at, zone)}"


def _of_ledger(story: StepStory, zone: ZoneInfo) -> str:
    if story.touch is None:
        return f"Not for this customer: {spoken(story.reason, zone.key)}."
    told = _of_touch(story.touch, zone)
    ended = story.touch.state in (TouchState.CANCELLED, TouchState.SUPERSEDED)
    return f"{told[:-1]}; {_again(story, zone)}." if ended and story.next_look_at else told


def _of_touch(touch: TouchSeen, zone: ZoneInfo) -> str:
    """The sentence for a touch in the ledger."""
    because = f": {spoken(touch.reason, zone.key)}" if touch.reason else ""
    since = show_moment(touch.state_at, zone)
    match touch.state:
        case TouchState.PLANNED:
            return _planned(touch, zone)
        case TouchState.AWAITING_APPROVAL:
            return f"Waits for a named person's approval: {' or '.join(touch.approval)}."
        case TouchState.CLAIMED | TouchState.SENDING:
            return f"Is being sent, since {since}."
        case TouchState.SENT:
            return _sent(touch, zone, because)
        case TouchState.READY:
            who = touch.assigned_to or touch.role or "staff"
            return f"On the list of {who}, from {show_moment(touch.not_before, zone)}."
        case TouchState.DONE:
            outcome = f": {touch.outcome}" if touch.outcome else ""
            return f"Done on {since}{outcome}."
        case TouchState.FAILED:
            return f"Failed on {since}{because}. A person must settle it."
        case TouchState.UNKNOWN:
            return f"May or may not have arrived{because}. A receipt or a person must settle it."
        case TouchState.CANCELLED | TouchState.SUPERSEDED | TouchState.SKIPPED | TouchState.MISSED:
            return f"{touch.state.capitalize()} on {since}{because}."
        case _:
            assert_never(touch.state)


def _planned(touch: TouchSeen, zone: ZoneInfo) -> str:
    when = show_moment(touch.not_before, zone)
    if touch.gate and touch.reason:
        return f"Held back ({spoken(touch.reason, zone.key)}); checked again at {when}."
    approved = (
        f" Approved by {touch.approved_by} on {show_moment(touch.approved_at, zone)}." if touch.approved_at else ""
    )
    return f"Planned; goes out from {when}.{approved}"


def _sent(touch: TouchSeen, zone: ZoneInfo, because: str) -> str:
    """With who or what settled it, if that was not known at first."""
    when = show_moment(touch.contacted_at or touch.state_at, zone)
    if touch.merged_into:
        return f"Said on {when} inside the message of {touch.merged_into}{because}."
    to = f" to {touch.recipient}" if touch.recipient else ""
    by = f" by {touch.channel}" if touch.channel else ""
    return f"Sent on {when}{by}{to}{because}."


def details(touch: TouchSeen | None, zone: ZoneInfo) -> Iterator[str]:
    """Further details of a touch: verdicts, attempts, and the text."""
    if touch is None:
        return
    for verdict in touch.verdicts:
        if verdict.gate is not Gate.NONE:
            yield _of_verdict(verdict, zone)
    for attempt in touch.attempts:
        yield _of_attempt(attempt, zone)
    if touch.body:
        yield f"Text: {touch.body}"


def _of_verdict(verdict: VerdictSeen, zone: ZoneInfo) -> str:
    done = {Decision.PASS: "let it pass", Decision.HOLD: "held it", Decision.STOP: "stopped it"}[verdict.decision]
    why = f": {spoken(verdict.reason, zone.key)}" if verdict.reason else ""
    until = f", until {show_moment(verdict.until, zone)}" if verdict.until else ""
    seen = describe_figures(verdict.figures, zone)
    return f"{show_moment(verdict.decided_at, zone)}: {verdict.gate} {done}{why}{until}" + (
        f" ({seen})" if seen else ""
    )


def _of_attempt(attempt: AttemptSeen, zone: ZoneInfo) -> str:
    by = f" by {attempt.by}" if attempt.by else ""
    note = f" ({attempt.note})" if attempt.note else ""
    again = f"; again from {show_moment(attempt.again_at, zone)}" if attempt.again_at else ""
    return f"{show_moment(attempt.attempted_at, zone)}: called{by}: {attempt.outcome}{note}{again}"


def about_moment(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment in brackets, only the day if it is a day's beginning; or nothing."""
    if moment is None:
        return ""
    return f" ({show_moment(moment, zone).removesuffix(' 00:00')})"
