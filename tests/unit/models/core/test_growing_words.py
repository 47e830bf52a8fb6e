"""The column type of sets of words that grow: checked when written, tolerant when read."""

from typing import NewType

import pytest
from sqlalchemy import column
from sqlalchemy.dialects import postgresql

from models.calls.outcomes import all_outcomes
from models.core.base import LONGEST_WORD, UnknownWord, Word, growing
from models.core.words import Gate
from models.database.tables import metadata
from models.kits.registry import all_traits

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
Kit = NewType("Kit", str)


def test_it_is_a_text_of_as_many_characters_as_before() -> None:
    assert growing(Gate).compile(DIALECT) == "VARCHAR(40)"


def test_the_same_set_has_one_type_so_that_statements_are_cached() -> None:
    assert growing(Gate) is growing(Gate)


def test_a_set_may_grow_while_the_program_runs() -> None:
    known = {"appointment": Kit("appointment")}
    words = Word(lambda: known)
    with pytest.raises(UnknownWord, match="'tyre-set' is not one of the words known here: appointment"):
        words.process_bind_param("tyre-set", DIALECT)
    known["tyre-set"] = Kit("tyre-set")
    assert words.process_bind_param("tyre-set", DIALECT) == "tyre-set"


def test_what_is_read_is_known_or_plain_text() -> None:
    words = growing(Gate)
    assert words.process_result_value("cap", DIALECT) is Gate.CAP
    assert words.process_result_value("gone", DIALECT) == "gone"
    assert words.process_result_value(None, DIALECT) is None


def test_null_is_written_as_null() -> None:
    assert growing(Gate).process_bind_param(None, DIALECT) is None


def test_written_out_in_a_statement_it_is_checked_too() -> None:
    gate = column("gate", growing(Gate))
    written = (gate == Gate.CAP).compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    assert str(written) == "gate = 'cap'"


def test_no_word_is_too_long_for_its_column() -> None:
    columns = [column for table in metadata.sorted_tables for column in table.columns]
    words = {word for column in columns if isinstance(column.type, Word) for word in column.type.known()}
    words |= {*all_outcomes(), *all_traits(), *(word for one in all_traits().values() for word in one.conditions)}
    assert len(words) > 50
    assert {word for word in words if len(word) > LONGEST_WORD} == set()
