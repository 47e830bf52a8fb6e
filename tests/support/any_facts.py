"""Facts and rows of whatever kinds and tables there are, by the types of their columns: a new one needs no test of ours
to be told of it."""

from datetime import date, datetime

from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Connection, Date, DateTime, Integer, Numeric, String, Table, insert, select
from sqlalchemy.types import TypeEngine

from models.core.words import SubjectKind
from models.kits.registry import all_traits
from tasks.subjects.contract import OfCustomer
from tasks.subjects.registry import subject_of
from tests.support.world import at

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
NOW = at("2026-03-10 10:00")


def letter_columns(kind: SubjectKind) -> dict[str, TypeEngine[object]]:
    """What the select of a subject gives its letters, with the types."""
    subject = subject_of(kind)
    facts = select(subject.facts(NOW, OfCustomer(1)).subquery()).subquery()
    return {column.name: column.type for column in subject.letter(facts)}


def any_letter_facts(known: set[str]) -> st.SearchStrategy[dict[str, object]]:
    """Values for what letters of any subject may say, of which a test knows no better values."""
    columns = {name: kind for subject in all_traits() for name, kind in letter_columns(subject).items()}
    return st.fixed_dictionaries({name: _values(kind) for name, kind in columns.items() if name not in known})


def _values(kind: TypeEngine[object]) -> st.SearchStrategy[object]:
    match kind:
        case Boolean():
            return st.booleans()
        case Date():
            return DAYS
        case Integer():
            return st.integers(0, 10**6)
        case Numeric():
            return st.none() | st.decimals(0, 10**6, places=2)
        case _:
            return st.none() | st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1)


def insert_any_row(connection: Connection, table: Table, keys: dict[str, int]) -> None:
    """A row of a table, its columns filled by their types; `keys`: by name of a table, the row to refer to there."""
    values = {column.name: _value(column, keys) for column in table.columns if column.identity is None}
    connection.execute(insert(table).values(values))


def _value(column: Column[object], keys: dict[str, int]) -> object:
    for key in column.foreign_keys:
        return keys.get(key.column.table.name)
    match column.type:
        case Boolean():
            return False
        case DateTime():
            return datetime(2026, 3, 10, tzinfo=NOW.tzinfo)
        case Date():
            return NOW.date()
        case Integer() | Numeric():
            return 1
        case String():
            return "test"
        case _:
            return {}
