"""What tells the rows of one look at an account apart."""

from typing import Any

from sqlalchemy import ColumnElement, and_

KEY = ("account_id", "policy_version_id")
"""The account, and the policy version under whose rules it is looked at, where several may be."""


def key_of(rows: Any) -> list[ColumnElement[Any]]:
    """The columns of `KEY` that rows have."""
    return [rows.c[name] for name in KEY if name in rows.c]


def same_look(one: object, other: object) -> ColumnElement[bool]:
    """Whether two rows are of one look at one account."""
    return and_(*(mine == theirs for mine, theirs in zip(key_of(one), key_of(other), strict=True)))
