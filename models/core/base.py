"""What all tables share: naming conventions, and the column types of the house."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import TIMESTAMP, BigInteger, Enum, Identity, MetaData, Numeric, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

Facts = dict[str, Any]
"""Figures kept as JSON: what a rule saw, what a person changed."""

Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Instant = Annotated[datetime, mapped_column(TIMESTAMP(timezone=True))]
Money = Annotated[Decimal, mapped_column(Numeric(14, 2))]


WORD: String = String(40)
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


def enumeration(kind: type[StrEnum]) -> Enum:
    """A text column that holds the values of `kind` and nothing else, guarded by a check constraint."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
