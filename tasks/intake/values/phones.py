"""Phone numbers and e-mail addresses as sources write them."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from models.core.reasons import TEXT, GivenReason, declare, give
from tasks.intake.values.cells import Unusable, clean, narrow, whole_digits
from tasks.intake.values.placeholders import is_no_phone

SEPARATORS = re.compile(r"[/;,、|\n]|或")
LABEL = re.compile(r"^\s*(?:tel|phone|mobile|mob|cell|手机号?|电话)?\s*[.:]?\s*(?=[+(\d])", re.IGNORECASE)
EXTENSION = re.compile(r"\s*(?:ext\.?|extension|x|转|分机|#)\s*\d{1,6}\s*$", re.IGNORECASE)
REMARK = re.compile(r"\s*\((?![^()]*(?:fax|传真))[^()\d]*\)\s*$", re.IGNORECASE)
"""Words in brackets behind a number: whose it is, or what for."""
READ_AS_FIGURE = re.compile(r"(?<=\d{7})\.0$")
"""What a program that took the number for a figure wrote behind it."""
TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
"""The zero that leads into the network, as it stands behind a country's code: `+49 (0)171 …`."""
NORTH_AMERICA = 1
SPOKEN_ONLY = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.UAN,
    }
)
NO_PHONE = declare("no-phone-number", country=TEXT, example=TEXT, international=TEXT)
NO_EMAIL = declare("no-email-address")
EMAIL = re.compile(r"[^@\s<>()]+@[^@\s<>()]+\.[^@\s<>().]{2,}")


class Phone(NamedTuple):
    """A phone number in E.164, and whether a text message can reach it."""

    number: str
    takes_text: bool


def parts(text: str) -> list[str]:
    """What a cell lists, one by one, without empty ones or repetitions."""
    return list(dict.fromkeys(part for part in (clean(each) for each in SEPARATORS.split(narrow(text))) if part))


@lru_cache(maxsize=65_536)
def read_phone(text: str, country: str) -> Phone:
    """The number that a text is, in `country` unless it says otherwise. Raises `Unusable`."""
    written = READ_AS_FIGURE.sub("", REMARK.sub("", narrow(whole_digits(text))))
    digits, extensions = EXTENSION.subn("", LABEL.sub("", written))
    mobile = _mobile_pattern(country)
    if mobile and mobile.pattern.fullmatch(digits) and not is_no_phone(digits):
        return Phone(f"+{mobile.country_code}{digits}", not extensions)
    number = None if re.search(r"[^\W\d_]", digits) else _parse(digits, country)
    if number is None:
        examples = (_example(country), _example(country, PhoneNumberFormat.INTERNATIONAL))
        raise Unusable(give(NO_PHONE, country=country, example=examples[0], international=examples[1]))
    # Behind an extension is a switchboard, which nobody can text: in North America nothing else tells.
    takes_text = not extensions and phonenumbers.number_type(number) not in SPOKEN_ONLY
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), takes_text)


def _parse(digits: str, country: str) -> PhoneNumber | None:
    if is_no_phone(digits):
        return None
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_valid_number(number):
        return number
    # North American area codes are added faster than their list is kept, so there the length decides.
    possible = number.country_code == NORTH_AMERICA and phonenumbers.is_possible_number(number)
    return number if possible else None


class _Mobile(NamedTuple):
    """How mobile numbers of a country look without its code."""

    country_code: int
    pattern: re.Pattern[str]


@cache
def _mobile_pattern(country: str) -> _Mobile | None:
    """A short cut, forty times as fast as parsing: plain digits that can be nothing but a mobile number.

    There is none for countries where a landline's number can look the same.
    """
    plan = PhoneMetadata.metadata_for_region(country, None)
    if plan is None or plan.mobile is None or plan.fixed_line is None or plan.same_mobile_and_fixed_line_pattern:
        return None
    mobile, landline = plan.mobile.national_number_pattern, plan.fixed_line.national_number_pattern
    if not mobile or not landline or not plan.country_code or plan.country_code == NORTH_AMERICA:
        return None
    return _Mobile(plan.country_code, re.compile(f"(?!(?:{landline})$)(?:{mobile})"))


def read_phones(text: str, country: str) -> tuple[list[Phone], list[tuple[str, GivenReason]]]:
    """The numbers that a cell lists, and what in it is none, each with what was expected.

    A cell that is one number as a whole is one: some write a slash behind the area code.
    """
    phones: dict[str, Phone] = {}
    unusable: list[tuple[str, GivenReason]] = []
    for part in [text] if _is_one_number(text, country) else parts(text):
        try:
            phone = read_phone(part, country)
        except Unusable as error:
            unusable.append((part, error.reason))
        else:
            phones.setdefault(phone.number, phone)
    return list(phones.values()), unusable


def _is_one_number(text: str, country: str) -> bool:
    """Whether all digits of a text make up one number, but for the zero that leads into the network."""
    try:
        number = read_phone(text, country).number
    except Unusable:
        return False
    written = TRUNK_ZERO.sub("", narrow(text))
    digits = "".join(character for character in written if character.isdecimal()).lstrip("0")
    return number.endswith(digits)


@lru_cache(maxsize=256)
def _example(country: str, form: int = PhoneNumberFormat.NATIONAL) -> str:
    number = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    return str(phonenumbers.format_number(number, form)) if number else "+86 138 0013 8000"


def read_email(text: str) -> str:
    """An e-mail address in lower case. Raises `Unusable`."""
    address = narrow(text).strip().removeprefix("mailto:").casefold()
    if not EMAIL.fullmatch(address):
        raise Unusable(give(NO_EMAIL))
    return address
