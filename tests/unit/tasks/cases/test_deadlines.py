"""How long a case may take: around the clock, or while the store works."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.words import CaseKind, CaseState
from models.ledger.cases import Deadlines, Urgency, deadlines_of, next_deadline, urgency_of
from models.stores.contact_hours import ContactHours
from models.stores.working_hours import WEEKDAYS, WorkingHours, after_working, working_span

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_EIGHT = ContactHours(SHANGHAI, time(9), time(20), "CN")
CLOSED_ON_SUNDAY = WorkingHours(NINE_TO_EIGHT, {"saturday": ["09:00", "16:00"], "sunday": None})
NEVER = WorkingHours(NINE_TO_EIGHT, dict.fromkeys(WEEKDAYS))
STEP = timedelta(minutes=15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("opened", "answer_by", "solve_by"),
    [
        # Wednesday: 8 hours, then 9 on Thursday, 7 of Friday.
        ("2026-03-11 10:00", "2026-03-13 16:00", "2026-03-17 15:00"),
        # Friday evening: nothing counts before Saturday, which is short, and Sunday is closed.
        ("2026-03-13 19:00", "2026-03-17 17:00", "2026-03-20 14:00"),
    ],
)
def test_hours_count_while_the_store_works(opened: str, answer_by: str, solve_by: str) -> None:
    assert deadlines_of(CaseKind.COMPLAINT, at(opened), CLOSED_ON_SUNDAY) == (at(answer_by), at(solve_by))


def test_public_holidays_do_not_count() -> None:
    # The National Day holidays of 2026 begin on Thursday 1 October.
    one_hour_left = at("2026-09-30 17:00")
    until = after_working(CLOSED_ON_SUNDAY, one_hour_left, timedelta(hours=2)).astimezone(SHANGHAI)
    assert until.date() > date(2026, 10, 1)
    assert until.time() == time(10)


def test_hours_count_around_the_clock_where_the_store_says_nothing_else() -> None:
    now = at("2026-03-13 19:00")
    assert deadlines_of(CaseKind.COMPLAINT, now) == (now + timedelta(hours=24), now + timedelta(hours=48))
    assert deadlines_of(CaseKind.FINANCE_HANDOVER, now) == (None, now + timedelta(hours=48))
    assert after_working(NEVER, now, timedelta(hours=24)) == now + timedelta(hours=24)


def test_an_hour_is_an_hour_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 12, tzinfo=berlin)
    (answer_by, _) = deadlines_of(CaseKind.COMPLAINT, before)
    assert answer_by is not None
    assert answer_by.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=24)


HOURS = st.builds(
    lambda zone, since, length, country, opening: WorkingHours(
        ContactHours(ZoneInfo(zone), time(since), time(min(since + length, 23)), country), opening
    ),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.integers(6, 12),
    st.integers(4, 12),
    st.sampled_from([None, "CN", "DE"]),
    st.dictionaries(
        st.sampled_from(["monday", "wednesday", "saturday", "sunday"]),
        st.sampled_from([None, ["08:00", "18:00"], ["12:00", "20:30"]]),
    ),
)
QUARTERS = st.integers(0, 4 * 24 * 365 * 2).map(lambda count: datetime(2026, 1, 1, tzinfo=UTC) + count * STEP)


def works(hours: WorkingHours, moment: datetime) -> bool:
    """Whether staff work in the quarter of an hour that begins at `moment`: day by day, by the spans."""
    day = moment.astimezone(hours.contact.zone).date()
    span = working_span(hours, day, works_holidays=False)
    return span is not None and span[0] <= moment < span[1]


@given(HOURS, QUARTERS, st.integers(1, 100))
def test_between_the_opening_and_the_deadline_lies_the_working_time(
    hours: WorkingHours, since: datetime, quarters: int
) -> None:
    until = after_working(hours, since, quarters * STEP)
    steps = int((until - since) / STEP)
    assert since + steps * STEP == until
    assert sum(works(hours, since + step * STEP) for step in range(steps)) == quarters
    assert works(hours, until - STEP), "the deadline is in working time, or at its end"


@given(HOURS, QUARTERS, st.integers(0, 96), st.integers(1, 96))
def test_what_is_opened_later_is_not_due_earlier(
    hours: WorkingHours, since: datetime, later: int, quarters: int
) -> None:
    duration = quarters * STEP
    assert after_working(hours, since, duration) <= after_working(hours, since + later * STEP, duration)


def test_what_must_be_met_next() -> None:
    answer, solve = at("2026-03-11 10:00"), at("2026-03-12 10:00")
    both = Deadlines(answer, solve)
    assert [next_deadline(state, both) for state in CaseState] == [answer, solve, None, None]
    assert next_deadline(CaseState.OPEN, Deadlines(None, solve)) == solve


@pytest.mark.parametrize(
    ("now", "urgency"),
    [("05:59", Urgency.AHEAD), ("06:00", Urgency.NEAR), ("10:00", Urgency.NEAR), ("10:01", Urgency.PAST)],
)
def test_how_near_a_deadline_is(now: str, urgency: Urgency) -> None:
    assert urgency_of(at("2026-03-11 10:00"), at(f"2026-03-11 {now}")) is urgency


def test_no_deadline_is_not_near() -> None:
    assert urgency_of(None, at("2026-03-11 10:00")) is Urgency.SETTLED
