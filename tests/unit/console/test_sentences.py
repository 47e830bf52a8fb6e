"""One plain sentence for wherever a step stands."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from console.shared.sentences import about_moment, details, where_it_stands
from models.calls.outcomes import NO_ANSWER, REACHED_SATISFIED
from models.core.reasons import GivenReason, ReasonCode, as_written, give
from models.core.words import ChannelName, Decision, Gate, StepKind, TouchState
from models.ledger.explanations import AttemptSeen, StepStanding, StepStory, TouchSeen, VerdictSeen
from tasks.planning.ending import UNDONE
from tests.support.world import SHANGHAI, at

DUE = at("2026-03-10 10:00")


def because(code: str) -> GivenReason:
    return GivenReason(code=ReasonCode(code))


def story(standing: StepStanding, touch: TouchSeen | None = None, **differences: Any) -> StepStory:
    plain: dict[str, Any] = {
        "step": "reminder-7", "kind": StepKind.MESSAGE, "due_at": DUE, "valid_until": at("2026-03-18 10:00"),
        "reason": None, "figures": {}, "next_look_at": None,
    }  # fmt: skip
    return StepStory(standing=standing, touch=touch, **(plain | differences))


def seen(state: TouchState, **differences: Any) -> TouchSeen:
    plain: dict[str, Any] = dict.fromkeys(TouchSeen.model_fields) | {
        "id": UUID(int=1), "state": state, "state_at": at("2026-03-10 10:01"), "not_before": DUE,
        "planned_at": at("2026-03-09 10:00"), "policy_version": 1, "approval": [], "verdicts": [], "attempts": [],
    }  # fmt: skip
    return TouchSeen.model_validate(plain | differences)


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (
            story(StepStanding.TO_COME, next_look_at=at("2026-03-09 13:30")),
            "To come: due 2026-03-10 10:00; checked again at 2026-03-09 13:30.",
        ),
        (
            story(StepStanding.DUE, next_look_at=at("2026-03-10 13:30")),
            "Due 2026-03-10 10:00, and nothing is in the way; checked again at 2026-03-10 13:30.",
        ),
        (
            story(
                StepStanding.STOPPED,
                reason=because("promise-running"),
                next_look_at=at("2026-03-10 13:30"),
            ),
            "Not planned, because a promise to pay is running; due 2026-03-10 10:00; "
            "checked again at 2026-03-10 13:30.",
        ),
        (story(StepStanding.NEVER_PLANNED), "Never planned, and its time passed on 2026-03-18 10:00."),
        (
            story(StepStanding.NEVER_PLANNED, reason=because("nothing-owed")),
            "Never planned, and its time passed on 2026-03-18 10:00; as things stand, nothing is owed any more.",
        ),
        (
            story(StepStanding.NOT_COUNTED, due_at=None, reason=because("no-booking-date")),
            "Does not arise: no booking date is on record.",
        ),
        (
            story(StepStanding.OF_ANOTHER_CUSTOMER, reason=because("planned-for-earlier-owner")),
            "Not for this customer: it was planned for an earlier owner of the car.",
        ),
    ],
)
def test_what_is_not_in_the_ledger(step: StepStory, sentence: str) -> None:
    assert where_it_stands(step, SHANGHAI) == sentence


@pytest.mark.parametrize(
    ("touch", "sentence"),
    [
        (seen(TouchState.PLANNED), "Planned; goes out from 2026-03-10 10:00."),
        (
            seen(TouchState.PLANNED, gate=Gate.QUIET_HOURS, reason=as_written("quiet hours")),
            "Held back (quiet hours); checked again at 2026-03-10 10:00.",
        ),
        (
            seen(TouchState.PLANNED, approved_by="Li Na", approved_at=at("2026-03-09 11:00")),
            "Planned; goes out from 2026-03-10 10:00. Approved by Li Na on 2026-03-09 11:00.",
        ),
        (
            seen(TouchState.AWAITING_APPROVAL, approval=["finance", "manager"]),
            "Waits for a named person's approval: finance or manager.",
        ),
        (
            seen(TouchState.MISSED, reason=give(UNDONE)),
            "Missed on 2026-03-10 10:01: nobody did it in time.",
        ),
        (seen(TouchState.CLAIMED), "Is being sent, since 2026-03-10 10:01."),
        (
            seen(TouchState.SENT, channel=ChannelName.SMS, recipient="+8613800000001", contacted_at=DUE),
            "Sent on 2026-03-10 10:00 by sms to +8613800000001.",
        ),
        (
            seen(TouchState.SENT, merged_into="day-before", contacted_at=DUE),
            "Said on 2026-03-10 10:00 inside the message of day-before.",
        ),
        (seen(TouchState.READY, role="advisor"), "On the list of advisor, from 2026-03-10 10:00."),
        (
            seen(TouchState.DONE, outcome=REACHED_SATISFIED.name),
            "Done on 2026-03-10 10:01: reached-satisfied.",
        ),
        (
            seen(TouchState.FAILED, reason=as_written("rejected by the gateway")),
            "Failed on 2026-03-10 10:01: rejected by the gateway. A person must settle it.",
        ),
        (seen(TouchState.UNKNOWN), "May or may not have arrived. A receipt or a person must settle it."),
        (
            seen(TouchState.CANCELLED, reason=because("nothing-owed")),
            "Cancelled on 2026-03-10 10:01: nothing is owed any more.",
        ),
    ],
)
def test_what_is_in_the_ledger(touch: TouchSeen, sentence: str) -> None:
    assert where_it_stands(story(StepStanding.IN_LEDGER, touch), SHANGHAI) == sentence


def test_what_was_cancelled_and_may_return_says_when() -> None:
    cancelled = seen(TouchState.CANCELLED, reason=because("promise-running"))
    told = where_it_stands(story(StepStanding.IN_LEDGER, cancelled, next_look_at=at("2026-03-10 13:30")), SHANGHAI)
    assert told.endswith("a promise to pay is running; checked again at 2026-03-10 13:30.")


def test_every_state_has_its_sentence() -> None:
    told = {where_it_stands(story(StepStanding.IN_LEDGER, seen(state)), SHANGHAI) for state in TouchState}
    assert len(told) == len(TouchState) - 1  # claimed and sending are one thing to people


def test_verdicts_tries_and_the_text_follow() -> None:
    touch = seen(
        TouchState.READY,
        body="Dear customer",
        verdicts=[
            VerdictSeen(
                gate=Gate.CAP, decision=Decision.HOLD, reason=because("contacted-enough"),
                figures={"of_day": 1}, decided_at=DUE, until=at("2026-03-11 09:00"),
            ),
            VerdictSeen(gate=Gate.NONE, decision=Decision.PASS, reason=None, figures={}, decided_at=DUE, until=None),
        ],
        attempts=[
            AttemptSeen(
                attempted_at=DUE, by="Li Na", outcome=NO_ANSWER.name, note=None, again_at=at("2026-03-10 15:00")
            )
        ],
    )  # fmt: skip
    assert list(details(touch, SHANGHAI)) == [
        "2026-03-10 10:00: cap held it: the customer was contacted enough for now, until 2026-03-11 09:00 (of day: 1)",
        "2026-03-10 10:00: called by Li Na: no-answer; again from 2026-03-10 15:00",
        "Text: Dear customer",
    ]


def test_a_day_is_shown_as_a_day() -> None:
    assert about_moment(at("2026-05-08 00:00"), SHANGHAI) == " (2026-05-08)"
    assert about_moment(at("2026-05-08 00:00"), ZoneInfo("UTC")) == " (2026-05-07 16:00)"
