"""How phone numbers and e-mail addresses of other systems are read."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.intake.values.cells import Unusable
from tasks.intake.values.phones import _parse, read_email, read_phone, read_phones


@pytest.mark.parametrize(
    ("text", "country", "number", "takes_text"),
    [
        ("13800138000", "CN", "+8613800138000", True),
        ("138 0013-8000", "CN", "+8613800138000", True),
        ("１３８００１３８０００", "CN", "+8613800138000", True),
        ("+86 138 0013 8000", "DE", "+8613800138000", True),
        ("0086 13800138000", "CN", "+8613800138000", True),
        ("tel: 138-0013-8000", "CN", "+8613800138000", True),
        ("手机：13800138000", "CN", "+8613800138000", True),
        ("138-0013-8000（王先生）", "CN", "+8613800138000", True),
        ("13800138000 (微信同号)", "CN", "+8613800138000", True),
        ("13800138000.0", "CN", "+8613800138000", True),
        ("917-555-0102 (cell)", "US", "+19175550102", True),
        ("(021) 6123 4567", "CN", "+862161234567", False),
        ("021-61234567转801", "CN", "+862161234567", False),
        ("0151 23456789", "DE", "+4915123456789", True),
        ("030/1234567", "DE", "+49301234567", False),
        ("+49 (0)171 / 555 0102", "DE", "+491715550102", True),
        ("+49 (0)171 / 555 0102", "CN", "+491715550102", True),
        ("(555) 010-1234", "US", "+15550101234", True),
        ("(212) 555-0201 x12", "US", "+12125550201", False),
        ("212-555-0306 ext. 4", "US", "+12125550306", False),
    ],
)
def test_phones(text: str, country: str, number: str, takes_text: bool) -> None:
    assert read_phone(text, country) == (number, takes_text)


@pytest.mark.parametrize(
    "text", ["12345", "none", "138001380", "138-CALL-NOW", "", "13800138000x", "000", "021-61234567(传真)"]
)
def test_a_phone_number_that_is_none(text: str) -> None:
    with pytest.raises(Unusable, match="not a phone number in CN; expected one such as"):
        read_phone(text, "CN")


def test_several_in_a_cell_and_what_is_none_among_them() -> None:
    phones, unusable = read_phones("13800138000/13900139000；12345、13800138000", "CN")
    assert [phone.number for phone in phones] == ["+8613800138000", "+8613900139000"]
    assert [text for text, _ in unusable] == ["12345"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("030 / 1234567", "+49301234567"),
        ("+49 (0)171 / 5550102", "+491715550102"),
        ("0049 (0) 171 / 555 0102", "+491715550102"),
        ("+49 30/1234567", "+49301234567"),
    ],
)
def test_a_slash_behind_the_area_code_separates_nothing(text: str, number: str) -> None:
    phones, unusable = read_phones(text, "DE")
    assert ([phone.number for phone in phones], unusable) == ([number], [])


@given(
    st.one_of(
        st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
        st.from_regex(r"0?1[5-7][0-9]{7,10}", fullmatch=True),
        st.from_regex(r"[0-9]{5,13}", fullmatch=True),
    ),
    st.sampled_from(["CN", "DE", "GB", "FR", "JP", "IN", "HK"]),
)
def test_the_short_cut_says_what_parsing_says(digits: str, country: str) -> None:
    parsed = _parse(digits, country)
    try:
        number = read_phone(digits, country).number
    except Unusable:
        number = None
    assert number == (phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if parsed else None)


@given(st.text(max_size=25))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    read_phones(text, "CN")


def test_emails() -> None:
    assert read_email(" Ann.Lee@Example.COM ") == "ann.lee@example.com"
    for text in ("ann", "ann@", "a b@example.com", "ann@example"):
        with pytest.raises(Unusable, match="e-mail address"):
            read_email(text)
