"""How dates and moments of other systems are read."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.intake.values.cells import PlainNumber, Unusable
from tasks.intake.values.dates import in_zone, read_date, read_interval, read_local, read_time

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
A_DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02",
        "2026-3-2",
        "2026/3/2",
        "2026.03.02",
        "20260302",
        "2026年3月2日",
        "２０２６年３月２日",
        "2026年03月02号",
        "2.3.2026",
        "02.03.2026",
        "2 Mar 2026",
        "02-Mar-2026",
        "March 2, 2026",
        "Mon, 2 Mar 2026",
        "2026-03-02 (星期一)",
        "2026/3/2 0:00",
        "2026-03-02 14:30:05",
        "2026-03-02T14:30",
        "2026年3月2日 下午2点半",
        PlainNumber("46083"),
        PlainNumber("46083.604166"),
        PlainNumber("20260302"),
    ],
)
def test_dates_that_can_be_read_in_one_way(text: str) -> None:
    assert read_date(text) == A_DAY


@pytest.mark.parametrize(
    "text",
    [
        "03/02/2026",
        "13/02/2026",
        "02.03.26",
        "46083",
        "soon",
        "2026",
        "2026-02-30",
        "31.02.2026",
        "0026-03-02",
        "Total",
    ],
)
def test_dates_that_cannot_be_read_in_one_way(text: str) -> None:
    with pytest.raises(Unusable):
        read_date(text)


def test_the_map_names_other_forms_and_iso_is_still_understood() -> None:
    forms = ("%d/%m/%Y", "%d.%m.%y")
    assert read_date("02/03/2026", forms) == A_DAY
    assert read_date("2.3.26", forms) == A_DAY
    assert read_date("02/03/2026 00:00:00", forms) == A_DAY
    assert read_date("2026-03-02", forms) == A_DAY
    with pytest.raises(Unusable, match=r"%d/%m/%Y \(31/12/2026\) or %d\.%m\.%y"):
        read_date("03-02-26", forms)


def test_a_moment_with_a_zone_is_its_day_in_the_store() -> None:
    assert read_date("2026-03-01T16:30:00Z", (), SHANGHAI) == A_DAY
    assert read_date("2026-03-01 16:30 UTC", (), SHANGHAI) == A_DAY
    assert read_date("1772382600", (), SHANGHAI) == A_DAY


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2026-03-02 14:30", time(14, 30)),
        ("2026/3/2 2:30 PM", time(14, 30)),
        ("2026-03-02 12:05 am", time(0, 5)),
        ("2026年3月2日下午2点半", time(14, 30)),
        ("2026-03-02 上午9:00", time(9)),
        ("2026-03-02 中午12:30", time(12, 30)),
        ("2026-03-02 9点", time(9)),
        ("2026-03-02 10h30", time(10, 30)),
        ("2.3.2026 9h", time(9)),
        ("02.03.2026 10 Uhr", time(10)),
        ("2026-03-02 10:00-11:30", time(10)),
        ("2026-03-02 10:00 ~ 11:30", time(10)),
        ("2026-03-02 11:00 AM - 12:00 PM", time(11)),
        ("2026-03-02 2:00 pm-3:30 pm", time(14)),
        ("2026-03-02 2:00-3:30 PM", time(14)),
        ("2026-03-02 11:00 - 1:00 PM", time(11)),
        ("2026-03-02 12:00-1:00 PM", time(12)),
        ("2026-03-02 下午2:00-3:30", time(14)),
        ("2026年3月2日上午9:30-下午1:30", time(9, 30)),
        ("2.3.2026 14:30 Uhr", time(14, 30)),
        ("2026-03-02 00:00:00 14:30", time(14, 30)),
        ("2026-03-02 1899-12-30 14:30:00", time(14, 30)),
        ("202603021430", time(14, 30)),
        ("20260302T143000", time(14, 30)),
        ("46083.604167", time(14, 30)),
        ("Tuesday, March 2, 2026 2:30 PM", time(14, 30)),
        ("20260302 1430", None),
        ("2026-03-02", None),
    ],
)
def test_moments(text: str, clock: time | None) -> None:
    if clock is None and " " in text:
        with pytest.raises(Unusable):
            read_local(text)
        return
    moment, has_time = read_local(text)
    assert (moment, has_time) == (datetime.combine(A_DAY, clock or time.min), clock is not None)


def test_a_moment_with_an_offset_keeps_it() -> None:
    moment, _ = read_local("2026-03-02T14:30:00+01:00")
    assert in_zone(moment, SHANGHAI) == datetime(2026, 3, 2, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 13:30 UTC",
        "2026/3/2 8:30 AM GMT-0500",
        "2026-03-02 08:30 -0500",
        "2026-03-02T08:30:00.000-0500",
        "Mon, 02 Mar 2026 13:30:00 GMT",
        "1772458200",
        "1772458200000",
    ],
)
def test_a_moment_that_says_its_zone(text: str) -> None:
    moment, has_time = read_local(text)
    assert (moment.astimezone(UTC), has_time) == (datetime(2026, 3, 2, 13, 30, tzinfo=UTC), True)


def test_a_moment_with_a_zone_in_a_form_of_the_map() -> None:
    moment, _ = read_local("03/02/2026 1:30 PM UTC", ("%m/%d/%Y %I:%M %p",))
    assert moment == datetime(2026, 3, 2, 13, 30, tzinfo=UTC)


def test_day_numbers_in_text_are_read_where_the_map_says_so() -> None:
    assert read_date("46083", ("serial",)) == A_DAY
    assert read_local("46083", ("serial",)) == (datetime.combine(A_DAY, time.min), False)
    with pytest.raises(Unusable, match=r"serial \(46387\.604167\)"):
        read_date("4608", ("serial",))


def test_a_moment_in_a_form_of_the_map() -> None:
    assert read_local("02/03/2026 2:30 PM", ("%d/%m/%Y %I:%M %p",))[0] == datetime.combine(A_DAY, time(14, 30))
    assert read_local("02/03/2026 14:30", (), ("%d/%m/%Y",))[0] == datetime.combine(A_DAY, time(14, 30))


def test_a_span_in_a_form_of_the_map() -> None:
    moment, has_time = read_local("02/03/2026 1:30 PM - 2:30 PM", ("%d/%m/%Y %I:%M %p",))
    assert (moment, has_time) == (datetime.combine(A_DAY, time(13, 30)), True)


def test_an_offset_is_no_span() -> None:
    moment, _ = read_local("2026-03-02 10:00-05:00")
    assert in_zone(moment, SHANGHAI) == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_a_time_left_out_by_summer_time_moves_forward_and_a_doubled_one_is_the_first() -> None:
    gap, _ = read_local("2026-03-29 02:30")
    fold, _ = read_local("2026-10-25 02:30")
    assert in_zone(gap, BERLIN).astimezone(BERLIN) == datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)
    assert in_zone(fold, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime.fromisoformat("1950-01-01"), datetime.fromisoformat("2100-01-01")),
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York")]),
)
def test_every_local_moment_is_read_and_is_off_by_a_changed_clock_at_most(moment: datetime, zone: ZoneInfo) -> None:
    moment = moment.replace(second=0, microsecond=0)
    read, _ = read_local(f"{moment:%Y-%m-%d %H:%M}".zfill(16))
    back = in_zone(read, zone).astimezone(zone).replace(tzinfo=None)
    assert timedelta() <= back - moment <= timedelta(hours=1)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_survives_its_usual_spellings(day: date) -> None:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%Y年%m月%d日", "%d %b %Y", "%Y-%m-%dT%H:%M:%S"):
        assert read_date(day.strftime(form).replace(day.strftime("%Y"), f"{day.year:04}")) == day


@given(st.text(max_size=30))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    for read in (read_date, read_local, read_time):
        try:
            read(text)
        except Unusable:
            continue


@pytest.mark.parametrize(
    ("interval", "start", "end"),
    [
        ("2 years", date(2024, 2, 29), date(2026, 2, 28)),
        ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
        ("-1 month", date(2026, 3, 31), date(2026, 2, 28)),
        ("60 days", date(2026, 1, 1), date(2026, 3, 2)),
        ("2 years - 1 day", date(2024, 3, 1), date(2026, 2, 28)),
        ("24个月", date(2024, 2, 29), date(2026, 2, 28)),
        ("30 Tage", date(2026, 1, 1), date(2026, 1, 31)),
        ("1 year 6 months", date(2024, 3, 1), date(2025, 9, 1)),
    ],
)
def test_intervals(interval: str, start: date, end: date) -> None:
    assert start + read_interval(interval) == end


@pytest.mark.parametrize("text", ["", "2", "years", "2 yaers", "2 years and"])
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(ValueError, match="is not an interval"):
        read_interval(text)
