"""Rows of statements."""

from typing import Any, TypeVar

from sqlalchemy import Row, Select
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

AnyRow = Row[tuple[object, ...]]
"""A row of whatever columns, read by their names: SQLAlchemy types what stands at a place, not what has a name."""
AnySelect = Select[tuple[object, ...]]
"""A statement of whatever columns. Its rows are `AnyRow`."""
Cells = TypeVar("Cells", bound=tuple[Any, ...])
"""What a row holds: for what gives back a statement of the same rows."""
Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]
"""The columns of a table or subquery, by their names."""
