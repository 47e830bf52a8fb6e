"""What the planner, the claim and the explanations ask of every kind of subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    bindparam,
    case,
    func,
    literal,
    or_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from models.core.cadence import Now, moment
from models.core.words import Condition, SubjectKind
from models.policies.policy import Policy, Step


@dataclass(frozen=True, slots=True)
class Window:
    """Moments from `since` to `until`, wide enough for any time zone."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Among:
    """Some of the recipients of one variant of one campaign: those numbered after one id, up to another."""

    campaign_id: int
    variant: str
    after: int
    up_to: int


@dataclass(frozen=True, slots=True)
class DueWithin:
    """Subjects of some stores of which a step may be due in one of the windows. Each window is of the moment that
    the step counts from."""

    now: datetime
    steps: Sequence[tuple[Step, Window]]
    stores: Sequence[int]
    among: Among | None = None
    """Of a campaign: the recipients that its policy is for."""


@dataclass(frozen=True, slots=True)
class Those:
    """The subjects whose ids a select gives."""

    ids: Select[Any]


OneCustomer = int | BindParameter[int]
CUSTOMER: BindParameter[int] = bindparam("customer", type_=BigInteger)
"""The parameter: a statement about one customer that is asked often is made once with it."""


@dataclass(frozen=True, slots=True)
class OfCustomer:
    """The subjects of one customer, whenever they were."""

    customer_id: OneCustomer


Scope = DueWithin | Those | OfCustomer


class Subject(Protocol):
    """One kind of subject. `facts` selects, for each subject in scope and as known at `now`, one row with

    `subject_id`, `store_id`, `customer_id`, `time_zone`, `language`, `today` (store-local), `anchor_at` (null: there
    is nothing to count from), a column per `Moment` it knows, what `reason` needs, and what its letters say.
    """

    kind: SubjectKind

    def facts(self, now: Now, scope: Scope) -> Select[Any]:
        """The facts of the subjects in scope, dated up to `now`."""
        ...

    def near(self, facts: Subquery, step: Step, window: Window) -> ColumnElement[bool]:
        """Whether `step` may be due where `window` of the moment it counts from says; cheap, asked before `due_at`."""
        ...

    def due_at(self, facts: Subquery, step: Step, policy: Policy) -> ColumnElement[datetime]:
        """When `step` of `policy` is due for the subject of a row of facts."""
        ...

    def reason(
        self,
        facts: Subquery,
        now: Now,
        conditions: ColumnElement[Any],
        due_at: ColumnElement[datetime],
        rules: Any,
    ) -> ColumnElement[str | None]:
        """Why the subject gives no reason for a contact under `conditions`; null when it does.

        `rules` is the JSON of the policy's rules.
        """
        ...

    def figures(self, facts: Subquery) -> ColumnElement[Any]:
        """What the rules saw, as JSON."""
        ...

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The labelled columns that `models.messages.letters.write_variables` needs beside the common ones."""
        ...


def counted_within(at: SQLColumnExpression[Any], window: Window) -> ColumnElement[bool]:
    """Whether the moment that a step counts from lies in the window; asked so that PostgreSQL expects half to be."""
    return func.coalesce(at.between(moment(window.since), moment(window.until)), False)


BEHIND, AHEAD = timedelta(hours=12), timedelta(hours=14)
"""The clocks that are farthest from UTC."""


def local_days(window: Window) -> tuple[date, date]:
    """The first and the last day that some clock may show in the window."""
    return (window.since - BEHIND).astimezone(UTC).date(), (window.until + AHEAD).astimezone(UTC).date()


def asked(condition: Condition, conditions: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether `condition` is among the conditions of a step or a touch."""
    return literal(condition.value, Text) == func.any(conditions)


def first_reason(*rules: tuple[ColumnElement[bool], str | ColumnElement[str] | None]) -> ColumnElement[str | None]:
    """The reason of the first rule that is broken; null when none is. A rule without a reason ends the asking."""
    return case(
        *((broken, literal(reason, Text) if isinstance(reason, str) else reason) for broken, reason in rules),
        else_=None,
    )


def condition_array(conditions: Sequence[Condition]) -> ColumnElement[Any]:
    """The conditions of a step, as the array that `asked` looks into."""
    return literal([condition.value for condition in conditions], ARRAY(Text))


def within(column: SQLColumnExpression[Any], windows: Sequence[tuple[Any, Any]]) -> ColumnElement[bool]:
    """Whether a column lies in one of the windows (both ends included). One index range each."""
    return or_(*(column.between(since, until) for since, until in windows))
