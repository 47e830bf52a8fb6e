"""Rows of statements."""

from sqlalchemy import Row

AnyRow = Row[tuple[object, ...]]
"""A row of whatever columns, read by their names: SQLAlchemy types what stands at a place, not what has a name."""
