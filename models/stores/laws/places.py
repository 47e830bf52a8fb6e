"""Where a customer may be: by their number, and by what is on record of them.

A place is a time zone with the area that it is in, if that is known: `America/Chicago US-TX`. What is known of a
customer may name several places; a law is then kept at all of them.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NewType

from phonenumbers import (
    NumberParseException,
    PhoneNumberType,
    number_type,
    parse,
    region_code_for_number,
    timezone,
)

from models.core.frozen import Frozen

Place = NewType("Place", str)
AREAS = Path(__file__).with_name("areas.toml")
NORTH_AMERICA = "+1"
UNITED_STATES = "US"
AREA_CODE = slice(2, 5)
PLACED = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)
"""The kinds of numbers that belong to a place. A toll-free number may be answered anywhere."""
UNKNOWN_ZONE = "Etc/Unknown"
POSTCODE_DIGITS = 3


class Area(Frozen):
    """An area of the file."""

    words: tuple[str, ...]
    zones: tuple[str, ...]
    postcodes: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()


@cache
def areas() -> Mapping[str, Area]:
    """The areas by their codes: ISO 3166, such as `FR` or `US-TX`."""
    read = tomllib.loads(AREAS.read_text(encoding="utf-8"))
    return {code: Area.model_validate(area) for code, area in read.items()}


def place(zone: str, area: str | None = None) -> Place:
    """A time zone in an area."""
    return Place(f"{zone} {area}" if area else zone)


def zone_of(where: Place) -> str:
    """The IANA name of a place's time zone."""
    return where.partition(" ")[0]


def is_in(where: Place, area: str) -> bool:
    """Whether a place is in an area: `US-TX` is in `US-TX` and in `US`."""
    code = where.partition(" ")[2]
    return code == area or code.startswith(f"{area}-")


def places_of_number(number: str) -> tuple[Place, ...]:
    """Where the holder of a number (E.164) may be; empty if the number does not say."""
    try:
        parsed = parse(number)
    except NumberParseException:
        return ()
    if number_type(parsed) not in PLACED:
        return ()
    area = _state_of(number) or region_code_for_number(parsed)
    zones = timezone.time_zones_for_number(parsed)
    return tuple(place(zone, area) for zone in zones if zone != UNKNOWN_ZONE)


def _state_of(number: str) -> str | None:
    return _by_area_code().get(number[AREA_CODE]) if number.startswith(NORTH_AMERICA) else None


@cache
def _by_area_code() -> Mapping[str, str]:
    return {code: name for name, area in areas().items() for code in area.phone}


def places_of_record(
    home: str | None, country: str | None, area: str | None, city: str | None, postcode: str | None
) -> tuple[Place, ...]:
    """Where a customer may be by their address. `home`: the country (ISO 3166) of those that name none.

    What nobody can read says nothing. A state within the country goes before the country; a wide country that is the
    store's own says no more than the store's zone does.
    """
    known = _by_word().get(_folded(country)) if country else home
    if known is None:
        return ()
    within = {name for name in _named(area, city) if name.startswith(f"{known}-")}
    within |= _by_postcode(known, postcode)
    found = sorted(within) or ([known] if country and (known != home or len(areas()[known].zones) == 1) else [])
    return tuple(place(zone, name) for name in found for zone in areas()[name].zones)


def _named(*texts: str | None) -> Iterable[str]:
    """The areas that a text is the name of, or ends with, as `Austin, TX`."""
    for text in texts:
        if text:
            for part in (text, text.rpartition(",")[2]):
                if (found := _by_word().get(_folded(part))) is not None:
                    yield found
                if (found := _states().get(_folded(part))) is not None:
                    yield found


def _folded(text: str) -> str:
    return text.strip().casefold()


@cache
def _by_word() -> Mapping[str, str]:
    """Countries by their names."""
    return {_folded(word): name for name, area in areas().items() if "-" not in name for word in area.words}


@cache
def _states() -> Mapping[str, str]:
    """Areas within countries by their names, which may be those of countries: `DE` is Delaware and Germany."""
    return {_folded(word): name for name, area in areas().items() if "-" in name for word in area.words}


def _by_postcode(country: str, postcode: str | None) -> set[str]:
    digits = (postcode or "").strip()[:POSTCODE_DIGITS]
    if country != UNITED_STATES or len(digits) < POSTCODE_DIGITS or not digits.isdecimal():
        return set()
    found = _postcodes().get(int(digits))
    return {found} if found else set()


@cache
def _postcodes() -> Mapping[int, str]:
    """The areas by the first three digits of their postcodes."""
    return {
        number: name
        for name, area in areas().items()
        for span in area.postcodes
        for number in range(int(span.partition("-")[0]), int(span.rpartition("-")[2]) + 1)
    }
