"""Range comparisons for the conditions of an audience."""

from datetime import date

from sqlalchemy import ColumnElement, Date, SQLColumnExpression, and_, cast, func, literal, true
from sqlalchemy.types import Text

from models.campaigns.conditions.history import Bought, LastVisit

Yes = ColumnElement[bool]


def lowered(text: str) -> ColumnElement[str]:
    """A bound text, lowercased by PostgreSQL."""
    return func.lower(literal(text, Text))


def one_of(column: SQLColumnExpression[object], names: tuple[str, ...]) -> Yes:
    """Case-insensitive membership, with PostgreSQL's lowercasing on both sides."""
    return func.lower(column).in_([lowered(name) for name in names])


def between(value: SQLColumnExpression[object], least: object, most: object) -> Yes:
    """Whether a value is within bounds; either bound may be missing."""
    bounds = [value >= least] if least is not None else []
    return and_(true(), *bounds, *([value <= most] if most is not None else []))


def days_between(day: SQLColumnExpression[date], today: object, condition: LastVisit | Bought) -> Yes:
    """Whether a day is within a range of days ago and between two dates."""
    ago = today - day
    return and_(
        day <= today,
        between(ago, condition.least_days, condition.most_days),
        between(day, condition.since, condition.until),
    )


def in_years(day: SQLColumnExpression[object], years: object) -> ColumnElement[date]:
    """The same day some years later. 29 February becomes the 28th if needed."""
    return cast(day + func.make_interval(years), Date)
