"""What stands for no number, and numbers that lost digits."""

import pytest

from tasks.customers.telling_apart import Person, are_two, several_people
from tasks.intake.values.cells import LeftOut, PlainNumber, RoundedNumber, Unusable, whole_digits
from tasks.intake.values.phones import read_phone
from tasks.intake.values.placeholders import refuse_code, refuse_key, refuse_vehicle


@pytest.mark.parametrize("text", ["0", "000", "TBA", "n.a.", "散客", "Walk-In", "?"])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(LeftOut):
        refuse_key(text)


@pytest.mark.parametrize("text", ["无牌", "未上牌", "NEW", "XXX", "0", "ohne Kennzeichen"])
def test_what_is_no_vehicle(text: str) -> None:
    with pytest.raises(LeftOut):
        refuse_vehicle(text)


def test_what_is_one() -> None:
    for text in ("1", "99999", "AAA", "X", "NEW-1", "沪A12345"):
        refuse_key(text)
    refuse_vehicle("沪A00000D1")
    refuse_code("NEW")
    with pytest.raises(LeftOut):
        refuse_code("Summe")


@pytest.mark.parametrize(
    ("text", "country"),
    [("9999999999", "US"), ("1234567890", "US"), ("13800000000", "CN"), ("11111111111", "CN"), ("0000000", "DE")],
)
def test_what_is_no_phone(text: str, country: str) -> None:
    with pytest.raises(Unusable):
        read_phone(text, country)


@pytest.mark.parametrize("text", ["2.02603E+11", "2,02603E+11", "2E+11", RoundedNumber("202603010000000100")])
def test_numbers_that_lost_digits(text: str) -> None:
    with pytest.raises(Unusable, match="cut off the last digits"):
        whole_digits(text)


def test_numbers_that_did_not() -> None:
    assert whole_digits("3.108207129E9") == "3108207129"
    for text in ("12E5", "E-1", "Re.5", PlainNumber("123456789012345")):
        assert whole_digits(text) is text


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        (("Theo Example", "1"), ("Ute Example", "2"), True),
        (("Ann", "1"), ("Ann Lee", "2"), False),
        (("Lee, Ann", "1"), ("Ann Lee", "2"), False),
        (("王芳", "1"), ("王 芳 女士", "2"), False),
        (("Theo Example", "1"), ("Ute Example", "1"), False),
        (("Theo Example", ""), ("Ute Example", "2"), False),
    ],
)
def test_who_are_two_people(one: tuple[str, str], other: tuple[str, str], two: bool) -> None:
    people = [Person(name, frozenset(filter(None, [phone]))) for name, phone in (one, other)]
    assert are_two(*people) is two
    assert (several_people(people) is not None) is two
