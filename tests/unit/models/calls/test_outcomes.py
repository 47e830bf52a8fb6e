"""What comes of a call: examples and properties of the rule."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.calls.outcomes import (
    CALLBACK,
    NO_ANSWER,
    REACHED,
    REACHED_NOT_SATISFIED,
    REACHED_SATISFIED,
    REFUSED_PURPOSES,
    REFUSES_CONTACT,
    TRIES,
    WRONG_NUMBER,
    all_outcomes,
    effects_of,
    outcomes_of,
)
from models.core.words import OutcomeName, Purpose, SubjectKind, TouchState
from models.kits.outcomes import (
    AnswerKind,
    CallEffects,
    CallFacts,
    CallReport,
    IncompleteOutcome,
    Outcome,
    PromiseMade,
    Question,
    UnfitOutcome,
)
from models.kits.registry import all_traits
from models.stores.contact_hours import ContactHours
from models.stores.working_hours import WorkingHours, working_span
from models.subjects.account import PROMISED
from models.subjects.lead import LEAD_IS_LOST, ORDER_PLACED, POSTPONED

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_EIGHT = ContactHours(SHANGHAI, time(9), time(20), None)
CLOSED_ON_SUNDAY = WorkingHours(NINE_TO_EIGHT, {"saturday": ["09:00", "16:00"], "sunday": None})


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def facts(now: datetime, **values: object) -> CallFacts:
    usual = {
        "now": now,
        "hours": CLOSED_ON_SUNDAY,
        "works_holidays": False,
        "subject": SubjectKind("handover"),
        "unanswered": 0,
        "another_phone": False,
    }
    return CallFacts(**(usual | values))  # type: ignore[arg-type]  # the values are as various as the fields


@pytest.mark.parametrize(
    ("now", "unanswered", "again"),
    [
        ("2026-03-10 10:00", 0, "2026-03-10 13:00"),  # a Tuesday: later the same day
        ("2026-03-10 16:00", 0, "2026-03-11 09:00"),  # closed at 18:00: the next morning
        ("2026-03-14 14:00", 0, "2026-03-16 09:00"),  # Saturday until 16:00, closed on Sunday
        ("2026-03-10 05:00", 0, "2026-03-10 09:00"),  # before anyone is called
        ("2026-03-10 10:00", 1, "2026-03-11 09:00"),  # the second time: the next day
        ("2026-03-14 10:00", 1, "2026-03-16 09:00"),
    ],
)
def test_who_does_not_answer_is_called_again(now: str, unanswered: int, again: str) -> None:
    effects = effects_of(CallReport(NO_ANSWER.name), facts(at(now), unanswered=unanswered))
    assert effects == CallEffects(TouchState.READY, at(again))


def test_three_tries_are_enough() -> None:
    effects = effects_of(CallReport(NO_ANSWER.name), facts(at("2026-03-10 10:00"), unanswered=2))
    assert effects == CallEffects(TouchState.DONE)


def test_a_holiday_is_no_day_to_call_again_but_for_who_works_on_it() -> None:
    hours = WorkingHours(ContactHours(SHANGHAI, time(9), time(20), "CN"), {})
    eve = at("2026-09-30 17:00")  # the National Day holiday begins on 1 October
    again = effects_of(CallReport(NO_ANSWER.name), facts(eve, hours=hours)).again_at
    urgent = effects_of(CallReport(NO_ANSWER.name), facts(eve, hours=hours, works_holidays=True)).again_at
    assert again is not None
    assert again.astimezone(SHANGHAI).date() > date(2026, 10, 3)
    assert urgent == at("2026-10-01 09:00")


@pytest.mark.parametrize("outcome", [REACHED.name, REACHED_SATISFIED.name])
def test_who_was_reached_is_done(outcome: OutcomeName) -> None:
    assert effects_of(CallReport(outcome), facts(at("2026-03-10 10:00"))) == CallEffects(TouchState.DONE)


def test_who_is_not_satisfied_has_a_complaint() -> None:
    effects = effects_of(CallReport(REACHED_NOT_SATISFIED.name), facts(at("2026-03-10 10:00")))
    assert effects == CallEffects(TouchState.DONE, opens_complaint=True)


def test_a_wrong_number_is_followed_by_the_next_one_where_there_is_one() -> None:
    now = at("2026-03-10 10:00")
    report = CallReport(WRONG_NUMBER.name)
    assert effects_of(report, facts(now, another_phone=True)) == CallEffects(
        TouchState.READY, now, invalidates_number=True
    )
    assert effects_of(report, facts(now)) == CallEffects(TouchState.DONE, invalidates_number=True)


def test_a_refusal_leaves_service_and_dunning() -> None:
    effects = effects_of(CallReport(REFUSES_CONTACT.name), facts(at("2026-03-10 10:00")))
    assert set(Purpose) - set(effects.refuses) == {Purpose.SERVICE, Purpose.DUNNING}
    assert effects == CallEffects(TouchState.DONE, refuses=REFUSED_PURPOSES)


def test_a_callback_is_when_the_customer_wants_it() -> None:
    late = at("2026-03-15 21:30")  # a Sunday evening
    effects = effects_of(CallReport(CALLBACK.name, callback_at=late), facts(at("2026-03-10 10:00")))
    assert effects == CallEffects(TouchState.READY, late)


def test_a_promise_is_of_an_account() -> None:
    promise = PromiseMade(date(2026, 3, 20), Decimal("500.00"), "CNY")
    account = facts(at("2026-03-10 10:00"), subject=SubjectKind("account"))
    effects = effects_of(CallReport(PROMISED.name, promise=promise), account)
    assert effects == CallEffects(TouchState.DONE, promise=promise)


PROMISE = PromiseMade(date(2026, 3, 20))


@pytest.mark.parametrize(
    ("report", "subject", "sentence"),
    [
        (CallReport(CALLBACK.name), SubjectKind("account"), "needs the time that the customer asked for"),
        (
            CallReport(CALLBACK.name, callback_at=at("2026-03-10 09:59")),
            SubjectKind("account"),
            "the time 2026-03-10 09:59 has passed",
        ),
        (CallReport(PROMISED.name), SubjectKind("account"), "needs the day that was promised"),
        (
            CallReport(PROMISED.name, promise=PROMISE),
            SubjectKind("warranty"),
            "the call is about a warranty, and only an account is promised to",
        ),
        (
            CallReport(PROMISED.name, promise=PromiseMade(date(2026, 3, 9))),
            SubjectKind("account"),
            "the promised day 2026-03-09 has passed",
        ),
        (
            CallReport(PROMISED.name, promise=PromiseMade(date(2026, 3, 20), Decimal(-5), "CNY")),
            SubjectKind("account"),
            "the amount -5 is not above zero",
        ),
        (
            CallReport(PROMISED.name, promise=PromiseMade(date(2026, 3, 20), Decimal(5))),
            SubjectKind("account"),
            "needs an amount and its currency together",
        ),
        (
            CallReport(REACHED.name, callback_at=at("2026-03-11 10:00")),
            SubjectKind("account"),
            "a time to call again goes with 'callback'",
        ),
        (
            CallReport(NO_ANSWER.name, promise=PROMISE),
            SubjectKind("account"),
            "a promised day goes with 'promised'",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(report: CallReport, subject: SubjectKind, sentence: str) -> None:
    with pytest.raises((IncompleteOutcome, UnfitOutcome)) as refused:
        effects_of(report, facts(at("2026-03-10 10:00"), subject=subject))
    assert sentence in str(refused.value)


ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"]).map(ZoneInfo)
CLOCKS = st.tuples(st.integers(0, 22), st.integers(1, 22)).map(
    lambda pair: (time(pair[0]), time(min(23, pair[0] + pair[1])))
)
DAYS = st.sampled_from(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
OPENING = st.dictionaries(DAYS, st.none() | CLOCKS.map(lambda span: [f"{clock:%H:%M}" for clock in span]), max_size=6)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis adds the zone


@st.composite
def working_hours(draw: st.DrawFn) -> WorkingHours:
    since, until = draw(CLOCKS)
    country = draw(st.sampled_from([None, "CN", "DE"]))
    return WorkingHours(ContactHours(draw(ZONES), since, until, country), draw(OPENING))


@given(hours=working_hours(), now=MOMENTS, unanswered=st.integers(0, 10), works_holidays=st.booleans())
def test_a_call_is_put_off_into_working_hours_and_never_to_a_fourth_try(
    hours: WorkingHours, now: datetime, unanswered: int, works_holidays: bool
) -> None:
    days = [now.date() + timedelta(days=ahead) for ahead in range(14)]
    assume(any(working_span(hours, day, works_holidays=works_holidays) for day in days))
    effects = effects_of(
        CallReport(NO_ANSWER.name),
        facts(now, hours=hours, unanswered=unanswered, works_holidays=works_holidays),
    )
    if unanswered + 1 >= TRIES:
        assert effects == CallEffects(TouchState.DONE)
        return
    assert effects.again_at is not None
    assert effects.again_at > now
    zone = hours.contact.zone
    again = effects.again_at.astimezone(zone)
    span = working_span(hours, again.date(), works_holidays=works_holidays)
    assert span is not None
    assert span[0] <= effects.again_at < span[1]
    if unanswered == 0:
        assert effects.again_at - now >= timedelta(hours=3)
    else:
        assert again.date() > now.astimezone(zone).date()


def an_answer(question: Question) -> str:
    return {
        AnswerKind.DAY: "2026-03-10",
        AnswerKind.AMOUNT: "1500.00",
        AnswerKind.CHOICE: next(iter(question.choices), ""),
        AnswerKind.TEXT: "CNY",
    }[question.kind]


@pytest.mark.parametrize(
    ("outcome", "answers", "because"),
    [
        (LEAD_IS_LOST, {}, "needs an answer to 'why'"),
        (LEAD_IS_LOST, {"why": "the weather"}, "is none of price, model"),
        (LEAD_IS_LOST, {"why": "price", "deposit": "5"}, "does not ask for 'deposit'"),
        (POSTPONED, {"on": "31.02.2026"}, "is not a day"),
        (ORDER_PLACED, {"deposit": "-5"}, "is not an amount from 0 on"),
        (ORDER_PLACED, {"deposit": "5.005"}, "is not an amount from 0 on"),
        (ORDER_PLACED, {"deposit": "much"}, "is not an amount such as"),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused(outcome: Outcome, answers: dict[str, str], because: str) -> None:
    with pytest.raises((IncompleteOutcome, UnfitOutcome), match=because):
        effects_of(
            CallReport(outcome.name, answers=answers), facts(at("2026-03-10 10:00"), subject=SubjectKind("lead"))
        )


@given(now=MOMENTS, outcome=st.sampled_from(list(all_outcomes())), unanswered=st.integers(0, 5), another=st.booleans())
def test_every_outcome_ends_a_call_or_says_when_it_is_made_again(
    now: datetime, outcome: OutcomeName, unanswered: int, another: bool
) -> None:
    subject = next(kind for kind in all_traits() if outcome in outcomes_of(kind))
    report = CallReport(
        outcome,
        callback_at=now + timedelta(hours=1) if outcome == CALLBACK.name else None,
        promise=PromiseMade(now.date() + timedelta(days=5)) if outcome == PROMISED.name else None,
        answers={question.name: an_answer(question) for question in all_outcomes()[outcome].asks},
    )
    effects = effects_of(report, facts(now, subject=subject, unanswered=unanswered, another_phone=another))
    assert (effects.state is TouchState.READY) == (effects.again_at is not None)
    assert effects.state in (TouchState.READY, TouchState.DONE)
