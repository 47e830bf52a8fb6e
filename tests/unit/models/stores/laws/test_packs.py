"""Law packs as data: what is shipped, and what a file may not say."""

import pytest
from phonenumbers import geocoder, parse

from models.stores.laws.pack import UnknownPack, UnusablePack, all_packs, pack_of, read_pack
from models.stores.laws.places import areas, places_of_number, places_of_record

PACK = """
name = "xx"
title = { zh-CN = "x", en = "x" }
checked_on = 2026-01-01
not_covered = [{ zh-CN = "x", en = "x" }]
[[hours]]
code = "xx-hours"
source = "a law"
says = { zh-CN = "x", en = "x" }
purposes = ["marketing"]
windows = [{ since = 08:00:00, until = 21:00:00 }]
"""


def test_every_rule_cites_its_source_and_each_pack_says_what_it_leaves_out() -> None:
    assert list(all_packs()) == ["house", "cn", "eu", "us"]
    for pack in all_packs().values():
        assert pack.rules
        assert pack.not_covered
        codes = [rule.code for rule in pack.rules]
        assert len(set(codes)) == len(codes)
        assert all(code.startswith(pack.name) for code in codes)
        assert all(rule.source.strip() for rule in pack.rules)


def test_an_unknown_pack_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownPack, match=r"no law pack 'mars'; expected one of house, cn, eu, us\."):
        pack_of("mars")


@pytest.mark.parametrize(
    ("wrong", "right", "sentence"),
    [
        (
            "until = 08:00:00",
            "until = 21:00:00",
            r"xx\.toml, hours\.0\.windows\.0: hours that leave no time",
        ),
        ('purposes = ["hello"]', 'purposes = ["marketing"]', r"xx\.toml, hours\.0\.purposes"),
        ('source = ""', 'source = "a law"', r"xx\.toml, hours\.0\.source"),
        ('says = { en = "x" }', 'says = { zh-CN = "x", en = "x" }', r"xx\.toml, hours\.0\.says"),
    ],
)
def test_a_file_that_says_nonsense_is_refused_with_the_place(wrong: str, right: str, sentence: str) -> None:
    assert read_pack(PACK, "xx.toml").name == "xx"
    with pytest.raises(UnusablePack, match=sentence):
        read_pack(PACK.replace(right, wrong), "xx.toml")


def test_a_number_says_where_its_holder_may_be() -> None:
    assert places_of_number("+12135550101") == ("America/Los_Angeles US-CA",)
    assert places_of_number("+8613800138000") == ("Asia/Shanghai CN",)
    assert places_of_number("+33612345678") == ("Europe/Paris FR",)
    assert set(places_of_number("+19075550101")) == {"America/Adak US-AK", "America/Anchorage US-AK"}
    assert places_of_number("+18005551234") == ()
    assert places_of_number("nonsense") == ()


def test_an_address_says_where_a_customer_may_be() -> None:
    texas = ("America/Chicago US-TX", "America/Denver US-TX")
    assert places_of_record("US", None, "TX", None, None) == texas
    assert places_of_record("US", "USA", None, "Austin, TX", None) == texas
    assert places_of_record("US", None, None, None, "787") == texas
    assert places_of_record("CN", None, "DE", None, "787") == ()
    assert places_of_record("US", None, "DE", None, None) == ("America/New_York US-DE",)
    assert places_of_record("US", "Deutschland", "DE", None, "100") == ("Europe/Berlin DE",)
    assert places_of_record("US", "US", None, "Springfield", None) == ()
    assert places_of_record("CN", "Atlantis", "TX", None, None) == ()


def test_area_codes_are_those_of_the_library_for_numbers() -> None:
    names = {"Washington": "Washington State"}
    for name, area in areas().items():
        for code in area.phone:
            said = geocoder.description_for_number(parse(f"+1{code}2000000"), "en")
            state = name.removeprefix("US-")
            known = {names.get(area.words[1], area.words[1]), *area.words}
            assert said in known or said.endswith(f", {state}") or said == "United States", (name, code, said)
