"""`docs/importing.md` says what is so: its maps are good, its examples go in, its columns are the columns."""

import re
import tomllib
from pathlib import Path

import pytest

from tasks.intake.files.reading import Holds
from tasks.intake.kinds import KINDS, Kind
from tasks.intake.maps.column_map import FileRules, KindTable, MapPart, Rule, Span, map_from
from tests.postgres.intake.conftest import Desk

PAGE = (Path(__file__).parents[3] / "docs" / "importing.md").read_text(encoding="utf-8")
MAPS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)

LEDGER = """
[customers]
key = "key"
name = "name"
[invoices]
key = "invoice"
customer = "key"
due_on = "due_on"
amount = "amount"
currency = { constant = "EUR" }
"""


def example(title: str) -> tuple[str, str]:
    """The file and the map of an example."""
    section = PAGE.split(f"### {title}\n")[1].split("\n### ")[0]
    file, column_map = re.findall(r"```(?:toml)?\n(.*?)```", section, re.DOTALL)[:2]
    return file, column_map


@pytest.mark.parametrize("number", range(len(MAPS)))
def test_every_map_is_a_map(number: int) -> None:
    map_from(tomllib.loads(MAPS[number]), Path("map.toml"))


def test_the_ledger(desk: Desk) -> None:
    file, column_map = example("An invoice ledger")
    result = desk.load("customers,invoices,payments", file, column_map)
    assert {kind: (count.inserted, count.rejected) for kind, count in result.counts.items()} == {
        "customers": (2, 0),
        "invoices": (3, 0),
        "payments": (1, 0),
    }


def test_the_appointment_book(desk: Desk) -> None:
    file, column_map = example("An appointment book without customer numbers")
    result = desk.load("customers,vehicles,appointments", file, column_map)
    assert all((count.inserted, count.rejected) == (1, 0) for count in result.counts.values())
    assert desk.rows("select status, work_kind, parts_state from appointments") == [("booked", "inspection", "ordered")]


def test_money_that_went_back(desk: Desk) -> None:
    desk.load("customers,invoices", "key,invoice,name,due_on,amount\n1001,RE-1,Miller,2026-02-04,1190\n", LEDGER)
    file, column_map = example("Money that went back")
    result = desk.load("invoices,payments", file, column_map)
    assert {kind: (count.inserted, count.passed_over) for kind, count in result.counts.items()} == {
        "invoices": (1, 1),
        "payments": (1, 1),
    }
    assert desk.rows("select key, due_on::text, amount::text from invoices order by key") == [
        ("P-2", "2026-02-20", "1190.00"),
        ("RE-1", "2026-02-04", "1190.00"),
    ]
    desk.load("payments", "key,invoice,paid_on,amount\nP-3,RE-1,2026-02-20,-5\n")
    assert "is imported as an invoice" in desk.rejects()[0]["reason"]


def test_what_a_file_leaves_out_stays_as_it_is(desk: Desk) -> None:
    desk.load("customers", "key,name\nC1,Li Na\n")
    rows = ["A1,C1,2026-03-10 10:00,booked", "A2,C1,2026-03-12 10:00,booked"]
    header = "key,customer,starts_at,status"
    desk.load("appointments", "\n".join((header, *rows)))
    desk.load("appointments", "\n".join((header, rows[1])))
    assert desk.rows("select key, status from appointments order by key") == [("A1", "booked"), ("A2", "booked")]
    desk.load("appointments", f"{header}\nA1,C1,2026-03-10 10:00,cancelled")
    assert desk.rows("select key, status from appointments order by key") == [("A1", "cancelled"), ("A2", "booked")]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_columns_of_each_kind(kind: Kind) -> None:
    section = PAGE.split(f"### {kind.name}\n")[1].split("\n### ")[0]
    assert f"Identified by {kind.identity}." in section
    for column in kind.columns:
        name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
        assert f"| {name} | {column.holds} | {column.meaning.replace('|', '/')} |" in section
    assert section.count("\n| ") == len(kind.columns) + 1


def test_the_example_of_each_kind_goes_in(desk: Desk) -> None:
    for kind in KINDS.values():
        section = PAGE.split(f"### {kind.name}\n")[1].split("\n### ")[0]
        counts = desk.load(kind.name, re.findall(r"```\n(.*?)```", section, re.DOTALL)[0]).counts[kind.name]
        assert (counts.inserted, counts.rejected, counts.warnings) == (1, 0, 0), kind.name


@pytest.mark.parametrize("model", [Rule, Span, FileRules, KindTable])
def test_every_setting_is_explained(model: type[MapPart]) -> None:
    assert not [name for name in model.model_fields if not re.search(rf"`{name}\b", PAGE)]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_each_column_of_dates_says_which_can_be_meant(kind: Kind) -> None:
    section = PAGE.split("### Which dates can be meant\n")[1].split("\n## ")[0]
    dates = [column for column in kind.columns if column.holds in {Holds.DATE, Holds.MOMENT, Holds.START}]
    for column in dates:
        assert column.plausible, column.name
        assert f"| {kind.name} | `{column.name}` | {column.plausible.sentence} |" in section
    assert section.count(f"| {kind.name} |") == len(dates)
    assert not [column.name for column in kind.columns if column.plausible and column not in dates]
