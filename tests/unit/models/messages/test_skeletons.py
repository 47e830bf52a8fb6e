"""What a template says apart from its values, and values that are too long."""

import pytest

from models.messages.skeletons import all_skeletons, branching, placeholders_in, registered_form, shorten, skeleton

VALUES = {"customer": "Li", "store": "S", "store_phone": "", "links": {"survey": "https://x.y/1"}}


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("【{{ store }}】{{ customer }}您好", "{{ customer }}您好"),
        ("a{{customer}}  b", "a{{ customer }}  b"),
        ("{% if store_phone %}call {{ store_phone }}{% else %}bye{% endif %}", "bye"),
        ("{% if links.survey %}see {{ links.survey }}{% endif %}", "see {{ links.survey }}"),
        ("{{ 'x' if customer == 'Li' else 'y' }}", "x"),
        ("{{ customer|upper }}", "LI"),
    ],
)
def test_a_skeleton_has_placeholders_for_values(template: str, said: str) -> None:
    assert registered_form(skeleton(template, VALUES)) == said


def test_a_value_that_looks_like_a_placeholder_is_none() -> None:
    assert skeleton("{{ customer }}", VALUES | {"customer": "{{ store }}"}) == "{{ customer }}"
    assert skeleton("{{ customer|trim }}", VALUES | {"customer": "{{ store }}"}) != "{{ customer }}"


def test_each_way_through_conditions_is_a_text() -> None:
    template = (
        "Hi{% if links.survey %} {{ links.survey }}{% endif %}{% if store_phone %} or {{ store_phone }}{% endif %}."
    )
    assert all_skeletons(template) == {
        "": "Hi.",
        "links.survey": "Hi {{ links.survey }}.",
        "store_phone": "Hi or {{ store_phone }}.",
        "links.survey+store_phone": "Hi {{ links.survey }} or {{ store_phone }}.",
    }
    assert all_skeletons("Hi {{ customer }}.") == {"": "Hi {{ customer }}."}


def test_what_branches_is_told_by_its_line() -> None:
    assert branching("Hi {{ customer }}.") == []
    assert branching("Hi.\n{% if customer %}you{% endif %}{{ store|upper }}") == [
        "the condition in line 2",
        "the filter 'upper'",
    ]


def test_placeholders_are_told_in_their_order_once() -> None:
    assert placeholders_in("{{ b }} {{a}} {{ b }} {{ links.survey }}") == ["b", "a", "links.survey"]


@pytest.mark.parametrize(
    ("value", "longest", "short"),
    [
        ("Li Na", 5, "Li Na"),
        ("Aurora Grand Touring", 14, "Aurora Grand…"),
        ("Aurora Grand Touring", 10, "Aurora…"),
        ("Wolfgang", 5, None),
        ("保养维修和清洗", 5, "保养维修…"),
        ("CNY 1,234.50", 6, None),
        ("oil change, 30,000 km", 12, None),
        ("https://x.y/abc", 12, None),
        ("Müller-Lüdenscheid GmbH", 9, "Müller-…"),
    ],
)
def test_a_long_value_loses_whole_words_and_no_figures(value: str, longest: int, short: str | None) -> None:
    assert shorten(value, longest) == short
    assert short is None or len(short) <= longest
