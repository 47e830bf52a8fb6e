"""The rules of a map, on single rows."""

from datetime import date
from typing import Any

import pytest

from tasks.intake.files.reading import Holds, Notation
from tasks.intake.maps.column_map import Condition, Rule
from tasks.intake.maps.rules import compile_conditions, compile_rule
from tasks.intake.values.cells import PlainNumber, Unusable

NOTATION = Notation(country="CN")
MONTHS = {"column": "B", "unit": "months"}


def value(cells: dict[str, str], rule: dict[str, Any], holds: Holds = Holds.TEXT, notation: Notation = NOTATION) -> str:
    """What a rule gives for a row."""
    get = compile_rule(Rule.model_validate(rule), holds, notation, list(cells).index)
    return get(list(cells.values()))


@pytest.mark.parametrize(
    ("cells", "rule", "expected"),
    [
        ({"A": " x "}, {"column": "A"}, "x"),
        ({"A": "n/a"}, {"column": "A"}, ""),
        ({"A": "x", "B": "", "C": "y"}, {"columns": ["A", "B", "C"], "join": "-"}, "x-y"),
        ({"A": "", "B": "y"}, {"first_of": ["A", "B"]}, "y"),
        ({"A": "Lee, Ann"}, {"column": "A", "split": ",", "part": 2}, "Ann"),
        ({"A": "Lee, Ann"}, {"column": "A", "split": ",", "part": -1}, "Ann"),
        ({"A": "Lee"}, {"column": "A", "split": ",", "part": 2}, ""),
        ({"A": "Ann  Mary Lee"}, {"column": "A", "split": " ", "part": -1}, "Lee"),
        ({"A": "Golf (2024)"}, {"column": "A", "pattern": r"\((\d+)\)"}, "2024"),
        ({"A": "Golf"}, {"column": "A", "pattern": r"\d+"}, ""),
        ({"A": "ok'D"}, {"column": "A", "values": {"OK'd": "confirmed"}}, "confirmed"),
        ({"A": "else"}, {"column": "A", "values": {"X": "cancelled"}}, "else"),
        ({"A": "else"}, {"column": "A", "values": {"X": "cancelled", "*": "booked"}}, "booked"),
        ({"A": ""}, {"column": "A", "values": {"X": "cancelled", "*": "booked"}}, ""),
        ({"A": ""}, {"column": "A", "values": {"": "requested", "*": "booked"}}, "requested"),
        ({"A": "-"}, {"column": "A", "values": {"-": "cancelled"}}, "cancelled"),
        ({"A": ""}, {"column": "A", "default": 7}, "7"),
        ({"A": "", "B": "y"}, {"column": "A", "default_from": "B", "default": "z"}, "y"),
        ({"A": "", "B": ""}, {"column": "A", "default_from": "B", "default": "z"}, "z"),
        ({}, {"constant": True}, "yes"),
        ({}, {"constant": date(2026, 3, 2)}, "2026-03-02"),
        ({"A": "1,000.00", "B": "250.50"}, {"difference": ["A", "B"]}, "749.50"),
        ({"A": "1,000.00", "B": ""}, {"difference": ["A", "B"]}, "1000.00"),
        ({"A": "", "B": ""}, {"difference": ["A", "B"]}, ""),
        ({"A": "1", "B": "2", "C": "3"}, {"sum": ["A", "B", "C"]}, "6.0"),
        ({"A": "-12.50"}, {"column": "A", "absolute": True}, "12.50"),
        ({"A": "x", "B": "-"}, {"columns": ["A", "B"], "join": "/"}, "x"),
        ({"A": "0042", "B": "7"}, {"columns": [{"column": "A", "pattern": "^0*(.+)"}, "B"], "join": "/"}, "42/7"),
        ({"A": "R1"}, {"columns": ["A", {"constant": "2"}], "join": "/"}, "R1/2"),
        ({"A": ""}, {"columns": ["A", {"constant": "2"}], "join": "/"}, ""),
    ],
)
def test_texts(cells: dict[str, str], rule: dict[str, Any], expected: str) -> None:
    assert value(cells, rule) == expected


@pytest.mark.parametrize(
    ("cells", "rule", "holds", "expected"),
    [
        ({"A": "2024-02-29"}, {"column": "A", "plus": "2 years"}, Holds.DATE, "2026-02-28"),
        ({"A": "29/02/2024"}, {"column": "A", "plus": "2 years", "formats": ["%d/%m/%Y"]}, Holds.DATE, "2026-02-28"),
        ({"A": ""}, {"column": "A", "plus": "2 years"}, Holds.DATE, ""),
        ({"A": "2026-03-02 10:00"}, {"column": "A", "plus": "-1 hour"}, Holds.MOMENT, "2026-03-02T09:00:00"),
        ({"A": "2026-03-02"}, {"column": "A", "plus": "1 day"}, Holds.MOMENT, "2026-03-03"),
        ({"A": "2026-03-02", "B": "30"}, {"column": "A", "plus": MONTHS | {"unit": "days"}}, Holds.DATE, "2026-04-01"),
        ({"A": "2026-03-02", "B": "0"}, {"column": "A", "plus": MONTHS}, Holds.DATE, "2026-03-02"),
        ({"A": "2026-03-02", "B": "24.0"}, {"column": "A", "plus": [MONTHS, "-1 day"]}, Holds.DATE, "2028-03-01"),
        ({"A": "2026-03-02", "B": "3年"}, {"column": "A", "plus": MONTHS}, Holds.DATE, "2029-03-02"),
        ({"A": "2026-03-02", "B": "2 Jahre"}, {"column": "A", "plus": {"column": "B"}}, Holds.DATE, "2028-03-02"),
        ({"A": "2026-03-02", "B": ""}, {"column": "A", "plus": MONTHS}, Holds.DATE, ""),
        ({"A": "2026-03-02", "B": ""}, {"column": "A", "plus": MONTHS | {"default": 36}}, Holds.DATE, "2029-03-02"),
    ],
)
def test_dates_with_an_interval(cells: dict[str, str], rule: dict[str, Any], holds: Holds, expected: str) -> None:
    assert value(cells, rule, holds) == expected


@pytest.mark.parametrize(
    ("cell", "clause"),
    [("forever", "a whole number of months, or a span such as 24 months"), ("99999", "moved out of the calendar")],
)
def test_a_span_that_is_none_is_told_with_its_column(cell: str, clause: str) -> None:
    with pytest.raises(Unusable, match=clause):
        value({"A": "2026-03-02", "B": cell}, {"column": "A", "plus": MONTHS}, Holds.DATE)


def test_rules_side_by_side_may_have_moments_in_different_zones() -> None:
    rule = {"first_of": [{"column": "UTC", "time_zone": "UTC"}, "Local"]}
    assert value({"UTC": "2026-03-02 14:30", "Local": ""}, rule, Holds.MOMENT) == "2026-03-02T14:30:00+00:00"
    assert value({"UTC": "", "Local": "2026-03-02 14:30"}, rule, Holds.MOMENT) == "2026-03-02 14:30"


def test_rules_side_by_side_may_have_dates_in_different_forms() -> None:
    rule = {"column": "Due", "formats": ["%d/%m/%Y"], "default_from": {"column": "Date", "formats": ["%m-%d-%y"]}}
    assert value({"Due": "02/03/2026", "Date": ""}, rule, Holds.DATE) == "2026-03-02"
    assert value({"Due": "", "Date": "03-02-26"}, rule, Holds.DATE) == "2026-03-02"


def test_figures_of_a_computation_are_told_with_their_column() -> None:
    with pytest.raises(Unusable, match="'Open' holds 'much'"):
        value({"Total": "5", "Open": "much"}, {"difference": ["Total", "Open"]})


def test_computed_figures_have_a_point_whatever_the_file_writes() -> None:
    found = value({"A": "1.000,50", "B": "0,25"}, {"difference": ["A", "B"]}, notation=Notation("DE", decimal=","))
    assert found == "1000.25"
    assert isinstance(found, PlainNumber)


@pytest.mark.parametrize(
    ("cell", "condition", "holds"),
    [
        ("", {"is": "empty"}, True),
        ("n/a", {"is": "empty"}, True),
        ("x", {"is": "not empty"}, True),
        ("0.00", {"is": "zero"}, True),
        ("", {"is": "zero"}, True),
        ("0,00 €", {"is": "not zero"}, False),
        ("12", {"is": "not zero"}, True),
        ("much", {"is": "not zero"}, True),
        ("Total ", {"equals": "total"}, True),
        ("b", {"in": ["a", "b"]}, True),
        ("c", {"in": ["a", "b"]}, False),
        ("c", {"not": ["a", "b"]}, True),
        ("a", {"not": "A"}, False),
        ("1", {"equals": 1}, True),
        ("RE-77", {"matches": "^RE"}, True),
    ],
)
def test_conditions(cell: str, condition: dict[str, Any], holds: bool) -> None:
    test = compile_conditions([Condition.model_validate({"column": "A"} | condition)], NOTATION, ["A"].index)
    assert test([cell]) is holds
