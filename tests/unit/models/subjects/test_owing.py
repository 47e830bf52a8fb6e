"""What an account owes is told apart by when it is due, and the parts add up to all of it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.messages.letters import write_money, write_price
from models.subjects.owing import read_owing, total_of, write_owing

TODAY = date(2026, 12, 1)


@st.composite
def invoices(draw: st.DrawFn) -> list[dict[str, Any]]:
    return [
        {
            "number": f"I{place}",
            "open": str(draw(st.decimals("0.01", 10**6, places=2))),
            "currency": draw(st.sampled_from(["CNY", "EUR", "JPY"])),
            "due_on": (TODAY + timedelta(days=draw(st.integers(-90, 90)))).isoformat(),
        }
        for place in range(draw(st.integers(1, 9)))
    ]


def invoice(number: str, amount: str, in_days: int) -> dict[str, Any]:
    due_on = (TODAY + timedelta(days=in_days)).isoformat()
    return {"number": number, "open": amount, "currency": "EUR", "due_on": due_on}


@given(open_invoices=invoices())
def test_each_invoice_is_in_one_part_and_the_parts_add_up(open_invoices: list[dict[str, Any]]) -> None:
    owing = read_owing(open_invoices, TODAY)
    parts = [*owing.overdue, *owing.due_today, *owing.not_due]
    assert sorted(one.number for one in parts) == sorted(one["number"] for one in open_invoices)
    assert total_of(parts) == total_of(owing.invoices)
    assert all(one.due_on < TODAY for one in owing.overdue)
    assert all(one.due_on > TODAY for one in owing.not_due)


@given(open_invoices=invoices(), language=st.sampled_from(["en", "zh-CN"]))
def test_no_variable_calls_due_what_is_not(open_invoices: list[dict[str, Any]], language: str) -> None:
    """Also not `total` and `invoices`, which letters of a house's own and letters planned earlier say beside it."""
    owing = read_owing(open_invoices, TODAY)
    said = write_owing(owing, language)
    assert bool(said["overdue"]) == bool(owing.overdue) == (said["days_overdue"] != "0") == bool(said["overdue_for"])
    for one in owing.not_due:
        assert f"{one.number} " not in said["overdue_invoices"] + said["due_today_invoices"]
    if owing.not_due and (owing.overdue or owing.due_today):
        due = total_of([*owing.overdue, *owing.due_today])
        assert said["total"].startswith(" + ".join(write_money(amount, currency) for currency, amount in due.items()))
        assert ("not due yet" if language == "en" else "未到期") in said["total"]


def test_a_statement_says_how_each_part_stands() -> None:
    owing = read_owing([invoice("I3", "1280", 3), invoice("I1", "1000", -60), invoice("I2", "50", 0)], TODAY)
    said = write_owing(owing, "en")
    assert said["statement"] == (
        "EUR 1,000.00 overdue for 60 days (I1 EUR 1,000.00); EUR 50.00 due today (I2 EUR 50.00); "
        "EUR 1,280.00 not due yet (I3 EUR 1,280.00 due 4 Dec 2026)"
    )
    assert said["total"] == "EUR 1,050.00 (and EUR 1,280.00 not due yet)"
    assert write_owing(owing, "zh-CN")["statement"] == (
        "已逾期60天：EUR 1,000.00（I1 EUR 1,000.00）；今日到期：EUR 50.00（I2 EUR 50.00）；"
        "未到期：EUR 1,280.00（I3 EUR 1,280.00 12月4日到期）"
    )


def test_of_several_days_the_oldest_is_named_and_one_day_is_one_day() -> None:
    said = write_owing(read_owing([invoice("I1", "10", -1), invoice("I2", "5", -9)], TODAY), "en")
    assert said["statement"] == "EUR 15.00 overdue, the oldest for 9 days (I2 EUR 5.00, I1 EUR 10.00)"
    assert write_owing(read_owing([invoice("I1", "10", -1)], TODAY), "en")["overdue_for"] == "1 day"


def test_many_invoices_are_counted() -> None:
    said = write_owing(read_owing([invoice(f"I{place}", "1", -9) for place in range(8)], TODAY), "en")
    assert said["overdue_invoices"].endswith("I4 EUR 1.00, and 3 more")


@pytest.mark.parametrize(
    ("amount", "currency", "written", "price"),
    [
        ("1234.5", "CNY", "CNY 1,234.50", "CNY 1,234.50"),
        ("0.045", "CNY", "CNY 0.04", "CNY 0.045"),
        ("1234", "JPY", "JPY 1,234", "JPY 1,234"),
        ("1.5", "KWD", "KWD 1.500", "KWD 1.500"),
        ("1000000", "EUR", "EUR 1,000,000.00", "EUR 1,000,000.00"),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount: str, currency: str, written: str, price: str) -> None:
    assert write_money(Decimal(amount), currency) == written
    assert write_price(Decimal(amount), currency) == price
