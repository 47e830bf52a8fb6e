"""How amounts and kilometres of other systems are read."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.intake.files.reading import Holds, Notation, reader_for
from tasks.intake.values.amounts import DecimalMark, read_amount, read_currency, read_kilometres, settle_currency
from tasks.intake.values.cells import PlainNumber, Unusable


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1234.5", "1234.50", None),
        ("1,234.50", "1234.50", None),
        ("1.234,50", "1234.50", None),
        ("12,50", "12.50", None),
        ("1,234", "1234", None),
        ("1.234.567", "1234567", None),
        ("1 234,50 €", "1234.50", "EUR"),
        ("1\xa0234,50", "1234.50", None),
        ("1'234.50", "1234.50", None),
        ("¥1,234.00", "1234", "CNY"),
        ("￥１，２３４．５０", "1234.50", "CNY"),
        ("1234元", "1234", "CNY"),
        ("RMB 1,234.00", "1234", "CNY"),
        ("$-12.00", "-12", "USD"),
        ("-$12.00", "-12", "USD"),
        ("(123.45)", "-123.45", None),
        ("(€123.45)", "-123.45", "EUR"),
        ("123.45-", "-123.45", None),
        ("−5.00", "-5", None),
        ("+5.00", "5", None),
        ("1.2万", "12000", None),
        ("12.00 EUR", "12", "EUR"),
        (".5", "0.50", None),
        ("1,23,456.00", "123456", None),
        ("500,-", "500", None),
        ("1'250.–", "1250", None),
        ("-500,-", "-500", None),
        ("500,00 -", "-500", None),
        ("RMB.500", "500", "CNY"),
        ("Fr. 500.-", "500", "CHF"),
        ("kr.50", "50", "kr"),
        ("1,250.00 Cr", "-1250", None),
        ("1,250.00 Dr.", "1250", None),
        ("EUR 12.00 CR", "-12", "EUR"),
        ("1234.5000", "1234.50", None),
        (PlainNumber("1234.500001"), "1234.50", None),
        (PlainNumber("1.234"), "1.23", None),
    ],
)
def test_amounts(text: str, value: str, currency: str | None) -> None:
    assert read_amount(text) == (Decimal(value), currency)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "12 apples", "1.2.3", "1,2,3", "1,23.45", "12.345", "1.005", "1e5", "99999999999999", "12.3.2026"],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(Unusable):
        read_amount(text)


def test_what_can_be_read_in_two_ways_is_asked_about() -> None:
    with pytest.raises(Unusable, match="two ways"):
        read_amount("1.234")
    assert read_amount("1.234", ",").value == 1234
    with pytest.raises(Unusable, match="at most two digits"):
        read_amount("1.234", ".")
    assert read_amount("1,234", ".").value == 1234


def test_digits_behind_the_mark_are_counted_as_written() -> None:
    with pytest.raises(Unusable, match="at most two digits"):
        read_amount("25,000", ",")


@pytest.mark.parametrize(
    ("beside", "row", "assumed", "currency"),
    [
        ("CHF", "EUR", True, "CHF"),
        ("CHF", None, False, "CHF"),
        (None, "EUR", True, "EUR"),
        ("kr", "NOK", True, "NOK"),
        ("USD", "CAD", False, "CAD"),
    ],
)
def test_the_currency_of_an_amount(beside: str | None, row: str | None, assumed: bool, currency: str) -> None:
    assert settle_currency(beside, row, assumed=assumed) == currency


@pytest.mark.parametrize(
    ("beside", "row", "assumed"), [("kr", "EUR", True), ("kr", None, False), ("CHF", "EUR", False)]
)
def test_currencies_that_contradict_each_other(beside: str, row: str | None, assumed: bool) -> None:
    with pytest.raises(Unusable, match=r"several currencies|the amount is in CHF"):
        settle_currency(beside, row, assumed=assumed)


def test_a_number_cell_has_a_point_whatever_the_file_writes_in_text() -> None:
    assert read_amount(PlainNumber("1234.5"), ",").value == Decimal("1234.50")


@given(st.decimals(-999_999_999, 999_999_999, places=2), st.sampled_from([".", ","]))
def test_every_amount_survives_being_written_with_its_thousands(value: Decimal, mark: DecimalMark) -> None:
    english = f"{value:,.2f}"
    text = english if mark == "." else english.translate(str.maketrans(",.", ".,"))
    assert read_amount(text, mark).value == value
    assert read_amount(text).value == value


@given(st.text(max_size=20), st.sampled_from([None, ".", ","]))
def test_no_text_does_worse_than_being_refused(text: str, mark: DecimalMark | None) -> None:
    for read in (read_amount, read_kilometres):
        try:
            read(text, mark)
        except Unusable:
            continue


@pytest.mark.parametrize(
    ("text", "kilometres"),
    [
        ("12345", 12345),
        ("12,345 km", 12345),
        ("12.345", 12345),
        ("1.2万公里", 12000),
        (PlainNumber("8.0"), 8),
        ("０", 0),
    ],
)
def test_kilometres(text: str, kilometres: int) -> None:
    assert read_kilometres(text) == kilometres


def test_a_limit_that_is_none_in_words() -> None:
    read = reader_for(Holds.KILOMETRES, Notation(country="CN"))
    assert [read(text, ZoneInfo("UTC")) for text in ("unlimited", "不限公里", "60,000")] == [None, None, 60_000]


@pytest.mark.parametrize("text", ["-5", "many", "99999999", PlainNumber("-1")])
def test_what_are_no_kilometres(text: str) -> None:
    with pytest.raises(Unusable, match="expected kilometres"):
        read_kilometres(text)


@pytest.mark.parametrize(
    ("text", "code"), [("cny", "CNY"), ("元", "CNY"), ("€", "EUR"), ("US$", "USD"), ("JPY", "JPY")]
)
def test_currencies(text: str, code: str) -> None:
    assert read_currency(text) == code


@pytest.mark.parametrize("text", ["XYZ", "money", "12"])
def test_what_is_no_currency(text: str) -> None:
    with pytest.raises(Unusable, match="ISO 4217"):
        read_currency(text)
