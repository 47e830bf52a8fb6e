"""Which days can be meant in a column, which stand for none, and which century two digits mean."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tasks.intake.columns import KindName
from tasks.intake.files.reading import Holds, Notation, Reader, reader_for
from tasks.intake.kinds import KINDS
from tasks.intake.values.cells import LeftOut, RealDate, Unusable
from tasks.intake.values.date_forms import read_form
from tasks.intake.values.plausibility import DateWatch

NOW = datetime(2026, 3, 20, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def a_reader(kind: str, column: str, *forms: str) -> tuple[Reader, DateWatch]:
    """What reads a column of dates, and what it remembers."""
    found = KINDS[KindName(kind)].column(column)
    assert found
    assert found.plausible
    watch = DateWatch(*found.plausible.days(NOW), found.plausible.left_out, forms, found.plausible.no_days)
    notation = Notation("CN", date_formats=forms, no_day=watch.is_none)
    return watch.guard(reader_for(Holds.DATE, notation)), watch


@pytest.mark.parametrize(
    ("kind", "column", "text", "day"),
    [
        ("customers", "birth_on", "02.03.85", date(1985, 3, 2)),
        ("customers", "birth_on", "02.03.45", date(1945, 3, 2)),
        ("invoices", "due_on", "02.03.26", date(2026, 3, 2)),
        ("invoices", "issued_on", "02.03.95", date(1995, 3, 2)),
    ],
)
def test_two_digits_mean_the_century_that_can_be_meant(kind: str, column: str, text: str, day: date) -> None:
    assert a_reader(kind, column, "%d.%m.%y")[0](text, ZONE) == day


def test_two_digits_that_can_mean_two_centuries_are_asked_about() -> None:
    with pytest.raises(Unusable, match="can be read as 1915-03-02 or 2015-03-02"):
        a_reader("customers", "birth_on", "%d.%m.%y")[0]("02.03.15", ZONE)


@pytest.mark.parametrize("text", ["1905-07-19", "2052-03-01", "2122-03-01", "2199-11-20"])
def test_a_day_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(Unusable, match=f"{text} cannot be meant here; expected a day from 1986-03-20 to"):
        a_reader("leads", "created_on")[0](text, ZONE)
    with pytest.raises(LeftOut):
        a_reader("vehicles", "disposed_on")[0](text, ZONE)


def test_days_that_stand_for_none_are_counted_and_told_and_so_are_favourites() -> None:
    read, watch = a_reader("vehicles", "disposed_on")
    assert [read(text, ZONE) for text in ("1753-01-01", "01.01.1753", "9999-12-31", "0000-00-00")] == [None] * 4
    for _ in range(6):
        read("2000-01-01", ZONE)
    told = [str(notice) for notice in watch.notices("vehicles", "Sold")]
    assert told[0] == "vehicles, Sold: 1753-01-01 was read as no date, 2 times."
    assert "6 of 6 dates are 2000-01-01, which may stand for no date" in told[2]


def test_dates_beside_text_are_told() -> None:
    read, watch = a_reader("invoices", "due_on", "%d/%m/%Y")
    read(RealDate("2026-03-02"), ZONE)
    read("13/02/2026", ZONE)
    assert watch.half_converted
    assert "1 cell is a date of the spreadsheet and 1 are text" in str(list(watch.notices("invoices", "Due"))[-1])


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("106", "%d%m", (6, 1)),
        ("1106", "%d%m", (6, 11)),
        ("1122026", "%d%m%Y", (12, 1)),
        ("2026111", "%Y%m%d", None),
        ("26 106", "%y %d%m", (6, 1)),
        ("3.2.2026", "%d.%m.%Y", (2, 3)),
    ],
)
def test_figures_without_separators(text: str, form: str, day: tuple[int, int] | None) -> None:
    read = read_form(text, form)
    assert (read and (read.month, read.day)) == day


@pytest.mark.parametrize(
    ("forms", "cells", "told"),
    [
        ((), ["44603.5"], 1),
        ((), ["44603.5", "44604.5", "2026-02-12 10:00"], 1),
        (("serial",), ["44603.5"], 0),
        ((), ["2026-02-12 10:00"], 0),
    ],
)
def test_day_numbers_in_a_text_file_are_told_as_a_guess(forms: tuple[str, ...], cells: list[str], told: int) -> None:
    """Those of a workbook that counts from 1904 look the same, and are four years later."""
    read, watch = a_reader("repair-orders", "closed_on", *forms)
    for cell in cells:
        read(cell, ZONE)
    notices = [str(notice) for notice in watch.notices("appointments", "Start")]
    assert len([notice for notice in notices if "counted from 1900" in notice]) == told
