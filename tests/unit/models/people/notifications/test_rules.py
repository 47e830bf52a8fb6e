"""When and how staff are told: the pure rules."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from models.people.notifications.letters import (
    SHOWN,
    Counted,
    Line,
    initial,
    read_staff_wording,
    write_digest,
    write_matters,
)
from models.people.notifications.rules import SHIPPED, OwnChoice, digest_due, digest_times, is_awake, ways_to
from models.people.notifications.words import StaffChannel, Topic

BERLIN = ZoneInfo("Europe/Berlin")
EMAIL, WECOM, SMS = StaffChannel.EMAIL, StaffChannel.WECOM, StaffChannel.SMS
ALL = {EMAIL: "a@example.com", WECOM: "wang", SMS: "+8613800138000"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("quiet", "awake", "asleep"),
    [
        ((time(21), time(7)), ["07:00", "20:59"], ["21:00", "23:59", "00:00", "06:59"]),
        ((time(12), time(14)), ["11:59", "14:00", "00:00"], ["12:00", "13:59"]),
        ((time(9), time(9)), ["09:00", "00:00", "23:59"], []),
    ],
)
def test_quiet_hours_may_be_over_midnight(quiet: tuple[time, time], awake: list[str], asleep: list[str]) -> None:
    house = replace(SHIPPED, quiet_from=quiet[0], quiet_until=quiet[1])
    for hour in awake:
        assert is_awake(house, BERLIN, at(f"2026-03-10 {hour}")), hour
    for hour in asleep:
        assert not is_awake(house, BERLIN, at(f"2026-03-10 {hour}")), hour


def test_the_house_bounds_what_staff_choose() -> None:
    house = replace(SHIPPED, channels=(EMAIL, SMS))
    everything = frozenset(StaffChannel)
    assert ways_to(house, OwnChoice(), ALL, everything) == (EMAIL, SMS)
    assert ways_to(house, OwnChoice((SMS, EMAIL)), ALL, everything) == (SMS, EMAIL)
    assert ways_to(house, OwnChoice((WECOM,)), ALL, everything) == ()
    assert ways_to(house, OwnChoice(()), ALL, everything) == ()
    assert ways_to(house, OwnChoice(), {SMS: "+8613800138000"}, everything) == (SMS,)
    assert ways_to(house, OwnChoice(), ALL, frozenset({SMS})) == (SMS,)


def test_a_digest_comes_at_the_hours_that_are_both_theirs_and_the_house_s() -> None:
    assert digest_times(SHIPPED, OwnChoice()) == SHIPPED.digest_at
    assert digest_times(SHIPPED, OwnChoice(digest_at=(time(13, 30), time(3)))) == (time(13, 30),)
    assert digest_times(SHIPPED, OwnChoice(digest_at=())) == ()


def test_a_digest_is_due_for_two_hours_and_the_latest_counts() -> None:
    times = (time(8, 30), time(9, 30))
    due = {hour: digest_due(times, BERLIN, at(f"2026-03-10 {hour}")) for hour in ("08:29", "08:30", "09:45", "11:30")}
    assert (due["08:29"], due["11:30"]) == (None, None)
    assert (due["08:30"], due["09:45"]) == (at("2026-03-10 08:30"), at("2026-03-10 09:30"))


def test_a_digest_keeps_to_the_store_s_clock_when_it_changes() -> None:
    for day, hour_utc in (("2026-03-28", 7), ("2026-03-29", 6)):  # the clock goes forward in the night between them
        due = digest_due((time(8),), BERLIN, at(f"{day} 08:00"))
        assert due is not None
        assert due.hour == hour_utc


@pytest.mark.parametrize(
    ("name", "language", "written"),
    [("李雷", "zh-CN", "李*"), ("Li Lei", "en", "L."), ("li", "zh-CN", "L."), (None, "en", "somebody unknown"),
     (" ", "zh-CN", "未知来电者")],
)  # fmt: skip
def test_of_a_customer_there_is_an_initial_at_most(name: str | None, language: str, written: str) -> None:
    assert initial(name, language) == written


def test_more_than_a_few_matters_are_counted() -> None:
    lines = [Line(f"matter {number}.", f"/cases/{number}") for number in range(SHOWN + 2)]
    word = write_matters("en", "Test Motors", lines, "https://example.com/", None)
    assert word.subject == "Test Motors: work for you"
    assert word.text.splitlines()[0] == "matter 0. https://example.com/cases/0"
    assert word.text.splitlines()[SHOWN:] == ["And 2 more."]


def test_a_department_gets_one_link_instead_of_many() -> None:
    word = write_matters(
        "en", "Test Motors", [Line("a.", "/notices")], "https://example.com", "https://example.com/d/x"
    )
    assert word.text.splitlines() == ["a.", "https://example.com/d/x"]


def test_a_digest_agrees_with_its_figures_in_both_languages() -> None:
    counts = [Counted("digest-cases", 1, "/cases", 1, at("2026-03-10 09:00")), Counted("digest-notices", 2, "/notices")]
    english = write_digest("en", "S", counts, BERLIN, None).text
    assert english.splitlines() == [
        "Open for you:",
        "- 1 case, 1 of them overdue, the first by 2026-03-10 09:00",
        "- 2 changes and sheets that your department has not acknowledged",
    ]
    assert "投诉与事项 1 件" in write_digest("zh-CN", "S", counts, BERLIN, None).text


def test_every_sentence_is_there_in_both_languages() -> None:
    said = read_staff_wording()
    assert all(set(languages) == {"en", "zh-CN"} for languages in said.values())
    told = {topic.value for topic in Topic} - {Topic.CASE_DEADLINE, Topic.APPOINTMENT_CHANGED}
    assert told <= said.keys()
