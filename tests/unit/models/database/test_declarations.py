"""Each table and column says what it holds of persons and how long it is kept; what says nothing is found."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, ForeignKey, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from models.core.base import table_info
from models.core.personal import Blanked, Info, Persons, blanked, customers, erased, kept, nobody, staff
from models.core.retention import ForEver, Purged, Retention, WithParent
from models.database.tables import metadata
from models.ledger.tables import ENTITIES_OF_CUSTOMERS
from tests.support.declarations import tables_of_customers, unsaid

ROOT = Path(__file__).parents[4]
KEPT = ForEver("a row a test", "a test wants it")


def copied() -> MetaData:
    copy = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(copy)
    return copy


def with_scratch(info: Info, *columns: Column[object], key: str = "customers.id") -> list[str]:
    """What is unsaid once there is one table more, which points to customers in one way or another."""
    copy = copied()
    Table("scratch", copy, Column("whose", BigInteger, ForeignKey(key)), *columns, info=info)
    return unsaid(copy)


def says(persons: Persons, retention: Retention = KEPT) -> Info:
    return table_info(persons, retention)["info"]


def test_nothing_is_unsaid() -> None:
    assert unsaid(metadata) == []


def test_tables_that_only_lead_to_customers_over_others_are_among_those_looked_at() -> None:
    found = tables_of_customers(metadata)
    assert {"customers", "touches", "verdicts", "warranty_ends", "department_notices"} <= found
    assert not {"stores", "staff", "users", "runs", "campaigns"} & found


@pytest.mark.parametrize("key", ["customers.id", "vehicles.id", "touches.id"])
def test_a_new_table_that_says_nothing_is_found(key: str) -> None:
    assert with_scratch({}, Column[Any]("note", Text()), key=key) == [
        "scratch: say in `info` how long its rows are kept, as models/core/retention.py has it.",
        "scratch: say in `info` whose data it holds, as models/core/personal.py has it.",
    ]


def test_a_table_of_customers_cannot_call_itself_nobody_s() -> None:
    assert with_scratch(says(nobody("note")), Column[Any]("note", Text()), key="cases.id") == [
        "scratch: foreign keys lead to customers; say by which of them its rows belong to one."
    ]


@pytest.mark.parametrize(
    ("persons", "column", "found"),
    [
        (customers("whose"), Column("note", Text()), "scratch.note: say in `info` how it is erased"),
        (customers("whose"), Column("marks", BigInteger), "scratch.marks: say in `info` how it is erased"),
        (customers("whose", "note"), Column("note", Text(), info=blanked()), "scratch.note: it is impersonal and"),
        (customers("whose"), Column("note", Text(), nullable=False, info=blanked()), "scratch.note: it cannot become"),
        (customers("whose"), Column("note", Text(), info=kept("")), "scratch.note: say why it is kept"),
        (customers("whose", "gone"), Column("note", Text(), info=blanked()), "scratch: it calls a column 'gone'"),
        (customers("note"), Column("note", Text(), info=blanked()), "scratch: no foreign key leads from 'note'"),
    ],
)  # fmt: skip
def test_a_column_that_says_nothing_or_too_much_is_found(persons: Persons, column: Column[Any], found: str) -> None:
    (sentence,) = with_scratch(says(persons), column)
    assert sentence.startswith(found)


@pytest.mark.parametrize("persons", [staff(), nobody()])
@pytest.mark.parametrize("kind", [Text, JSONB])
def test_words_and_json_about_staff_or_in_passing_say_so_too(persons: Persons, kind: type[Text | JSONB]) -> None:
    (sentence,) = with_scratch(says(persons), Column[Any]("said", kind()), key="stores.id")
    assert sentence == "scratch.said: say in `info` how it is erased, or call it impersonal."
    assert with_scratch(says(persons), Column[Any]("said", kind(), info=erased(Blanked())), key="stores.id") == []


@pytest.mark.parametrize("name", ["name", "phone", "email"])
def test_what_staff_are_known_by_is_declared_personal(name: str) -> None:
    copy = copied()
    copy.tables["staff"].c[name].info = {}
    assert unsaid(copy) == [f"staff.{name}: say in `info` how it is erased, or call it impersonal."]


@pytest.mark.parametrize(
    ("retention", "found"),
    [
        (Purged("fast", "said_at", "dispatchers", "old"), "scratch: it has no column 'said_at'."),
        (Purged("fast", "whose", "nonsense", "old"), "scratch: there is no setting 'nonsense'."),
        (WithParent("fast", "stores", "a part"), "scratch: no foreign key deletes its rows with those of stores."),
        (ForEver("fast", ""), "scratch: say why its rows are kept, and how fast it grows."),
    ],
)
def test_a_retention_that_cannot_be_is_found(retention: Retention, found: str) -> None:
    assert with_scratch(says(nobody(), retention), key="stores.id") == [found]


IMPERSONAL_ENTITIES = {
    "api-key", "audience", "audience-list", "campaign", "case-category", "department-sheet", "file", "letter-batch",
    "policy", "process", "registered-template", "run", "staff", "staff-message", "store", "template", "user",
}  # fmt: skip
"""What an entry of the audit trail can be about that is no row of a customer's."""


def entities_in(source: str) -> Iterator[str]:
    """What the entries are about that code keeps: the fifth argument of `audit.record`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
            about = node.args[4]
            yield str(about.value) if isinstance(about, ast.Constant) else f"not written out: {ast.unparse(about)}"


def test_whatever_the_audit_trail_is_about_is_a_customer_s_or_declared_impersonal() -> None:
    rooms = ("tasks", "console", "deployments")
    sources = [path.read_text(encoding="utf-8") for room in rooms for path in (ROOT / room).rglob("*.py")]
    found = {entity for source in sources for entity in entities_in(source)}
    assert len(found) > 10
    assert found - ENTITIES_OF_CUSTOMERS.keys() - IMPERSONAL_ENTITIES == set()
    assert {*entities_in('audit.record(c, now, by, "wish.made", "wish", 1)')} == {"wish"}
