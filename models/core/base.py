"""What all tables share: naming conventions and column types."""

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
from models.core.retention import RETENTION, ForEver, Purged, Retention, WithParent

Facts = dict[str, Any]
"""Figures stored as JSON: what a rule saw, what a person changed."""

Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Money = Annotated[Decimal, mapped_column(Numeric(14, 2))]

LONGEST_WORD = 40
"""The maximum length of a word in a column of words, in characters."""


WORD: String = String(LONGEST_WORD)
"""A word of an open set: the kits and processes define its members, not the schema."""


class Base(DeclarativeBase):
    """The declarative base. Constraints are named by convention, so that an error names the violated rule."""

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
    """A word that is not in its column's set: a programming error, not a user's."""

    def __init__(self, word: str, known: Mapping[str, str]) -> None:
        self.word = word
        super().__init__(f"'{word}' is not one of the words known here: {', '.join(known)}.")


class Word(TypeDecorator[str]):
    """A text column for words of an open set. The application checks values on writing, not the database.

    `known` returns the words by their database value, each in its Python form: a member of an
    enumeration, or the word itself if the set is found at run time. It is called at each use, so the set may grow
    while the program runs. Always pass the same function, because statements are cached by it.

    Writing or comparing an unknown word raises `UnknownWord`. Reading one does not fail: it is returned as
    plain text, because rows outlive the kit that defined the word.
    """

    impl = String
    cache_ok = True

    def __init__(self, known: Callable[[], Mapping[str, str]]) -> None:
        super().__init__(LONGEST_WORD)
        self.known = known

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's form
        """The word's database value."""
        if value is not None and value not in self.known():
            raise UnknownWord(value, self.known())
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The word in its Python form."""
        return None if value is None else self.known().get(value, value)


@cache
def growing(kind: type[StrEnum]) -> Word:
    """A text column for an open set of words: kinds of things.

    A new member needs no migration. See `docs/decisions/0013-words-that-grow.md`.
    """
    members = {member.value: member for member in kind}
    return Word(lambda: members)


def enumeration(kind: type[StrEnum]) -> Enum:
    """A text column for a closed set of words with a check constraint: states and decisions.

    A new member needs a migration, just as the rules for its transitions need code.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=LONGEST_WORD,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def table_info(persons: Persons, retention: Retention) -> dict[str, dict[str, Persons | ForEver | WithParent | Purged]]:
    """What every table declares at the end of its `__table_args__`: data subject and retention."""
    return {"info": {PERSONS: persons, RETENTION: retention}}
