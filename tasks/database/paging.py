"""Cursor pagination: each page begins where the previous one ended, whatever was added or removed meanwhile."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from models.core.cadence import moment
from models.core.errors import InvalidInput
from models.core.rows import AnyRow, Cells

T = TypeVar("T")


class UnusableCursor(InvalidInput):
    """An invalid cursor."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text[:80]}' is not a cursor: pass the value that a page gave as 'next'.")


class Cursor(NamedTuple):
    """A cursor: the position of a row in a list ordered by a moment and then by id."""

    at: datetime
    id: UUID | int

    def __str__(self) -> str:
        """The cursor as text for URLs and programs."""
        return urlsafe_b64encode(f"{self.at.isoformat()} {self.id}".encode()).decode()

    @staticmethod
    def read(text: str, id_of: Callable[[str], UUID | int] = UUID) -> "Cursor":
        """Parse a cursor; `id_of` parses the id or raises `ValueError`. Raises `UnusableCursor`."""
        try:
            at, _, identity = urlsafe_b64decode(text.encode()).decode().partition(" ")
            cursor = Cursor(datetime.fromisoformat(at), id_of(identity))
        except ValueError as error:
            raise UnusableCursor(text) from error
        if cursor.at.tzinfo is None:
            raise UnusableCursor(text)
        return cursor


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, and the cursor for the next page; None: last page."""

    rows: Sequence[T]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: by a moment, then by id, backed by an index."""

    by: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    id: InstrumentedAttribute[UUID] | InstrumentedAttribute[int]
    latest_first: bool = False

    def sort(self, statement: Select[Cells]) -> Select[Cells]:
        """Apply the order to a statement."""
        columns = (self.by, self.id)
        return statement.order_by(*(column.desc() for column in columns) if self.latest_first else columns)

    def cursor_of(self, row: AnyRow) -> Cursor:
        """The cursor of a row, which has both columns."""
        return Cursor(getattr(row, self.by.key), row.id)

    def beyond(self, cursor: Cursor) -> ColumnElement[bool]:
        """The condition for rows after a cursor."""
        columns, values = tuple_(self.by, self.id), tuple_(moment(cursor.at), literal(cursor.id))
        return columns < values if self.latest_first else columns > values


def read_page(
    connection: Connection, statement: Select[Any], order: Order, limit: int, after: Cursor | None
) -> Page[AnyRow]:
    """The next page after a cursor, with at most `limit` rows."""
    if after is not None:
        statement = statement.where(order.beyond(after))
    rows = connection.execute(order.sort(statement).limit(limit + 1)).all()
    return Page(rows[:limit], order.cursor_of(rows[limit - 1]) if len(rows) > limit else None)
