"""What all tables share: naming conventions, and the column types of the house."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from sqlalchemy import TIMESTAMP, BigInteger, Dialect, Enum, Identity, MetaData, Numeric, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from models.core.personal import PERSONS, Persons
from models.core.retention import RETENTION, Retention

Facts = dict[str, Any]
"""Figures kept as JSON: what a rule saw, what a person changed."""

Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Money = Annotated[Decimal, mapped_column(Numeric(14, 2))]

LONGEST_WORD = 40
"""Characters of the longest word that a column of words holds."""


WORD: String = String(LONGEST_WORD)
"""A word of a set that grows: which words there are is for the kits and the processes to say, not for the schema."""


class Base(DeclarativeBase):
    """The declarative base; every constraint is named by convention, so that an error names its rule."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {Facts: JSONB, str: Text, datetime: TIMESTAMP(timezone=True)}  # noqa: RUF012  SQLAlchemy's own form


class UnknownWord(LookupError, DontWrapMixin):
    """A word that is to be written into a column whose set does not have it: a mistake of ours, and no user's."""

    def __init__(self, word: str, known: Mapping[str, str]) -> None:
        self.word = word
        super().__init__(f"'{word}' is not one of the words known here: {', '.join(known)}.")


class Word(TypeDecorator[str]):
    """A text column that holds words of a set that grows. The application checks what is written, not the database.

    `known` gives the words by how they are written in the database, each as the code has it: a member of an
    enumeration, or the word itself where the set is found at run time. It is asked at each use, so the set may grow
    while the program runs; pass the same function each time, because statements are cached by it.

    Writing any other word, or comparing with one, raises `UnknownWord`. Reading one does not fail: it comes back as
    plain text, because rows outlive whoever brought the word in.
    """

    impl = String
    cache_ok = True

    def __init__(self, known: Callable[[], Mapping[str, str]]) -> None:
        super().__init__(LONGEST_WORD)
        self.known = known

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's form
        """The word as the database has it."""
        if value is not None and value not in self.known():
            raise UnknownWord(value, self.known())
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The word as the code has it."""
        return None if value is None else self.known().get(value, value)


@cache
def growing(kind: type[StrEnum]) -> Word:
    """A text column for a set of words that grows: what sort of thing something is.

    A new member needs no migration. See `docs/decisions/0013-words-that-grow.md`.
    """
    members = {member.value: member for member in kind}
    return Word(lambda: members)


def enumeration(kind: type[StrEnum]) -> Enum:
    """A text column for a closed set of words, guarded by a check constraint: states and decisions.

    A new member needs a migration, as the rules that say what may follow it need code.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=LONGEST_WORD,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def table_info(persons: Persons, retention: Retention) -> dict[str, Any]:
    """What every table declares, at the end of its `__table_args__`: whose data it holds, and how long it is kept."""
    return {"info": {PERSONS: persons, RETENTION: retention}}
