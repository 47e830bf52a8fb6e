"""What the planner, the claim and the explanations ask of every kind of subject."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from models.core.base import WORD, Facts
from models.core.cadence import ZONED, Now, moment, shift
from models.core.reasons import GivenReason, ReasonCode
from models.core.rows import AnySelect
from models.core.words import ANCHOR, Condition, LinkPurpose, Moment, OutcomeName, SubjectKind
from models.kits.contract import Rules
from models.kits.outcomes import OutcomeAnswer, PromiseMade
from models.kits.registry import BrokenKit
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

    ids: Select[tuple[int]]


OneCustomer = int | BindParameter[int]
CUSTOMER: BindParameter[int] = bindparam("customer", type_=BigInteger)
"""The parameter: a statement about one customer that is asked often is made once with it."""


@dataclass(frozen=True, slots=True)
class OfCustomer:
    """The subjects of one customer, whenever they were."""

    customer_id: OneCustomer


Scope = DueWithin | Those | OfCustomer


@dataclass(frozen=True, slots=True)
class InForce:
    """In each store, the rules of the most important active policy that has them: nobody in particular asks."""


@dataclass(frozen=True, slots=True)
class RulesOf:
    """The rules of the policy that asks."""

    rules: Rules


@dataclass(frozen=True, slots=True)
class AsPlanned:
    """The rules that touches were planned under. The facts then have a row for each pair of subject and policy
    version, and a column `policy_version_id`."""

    touches: Select[tuple[int, int]]
    """Their `subject_id` and `policy_version_id`."""


IN_FORCE = InForce()
Under = InForce | RulesOf | AsPlanned
"""Whose rules the facts are worked out under, where they depend on rules at all."""


Action = Callable[[Connection, ColumnElement[bool], datetime], None]
"""Carries out an effect for the touches that a condition on `Touch` chooses; to do it twice changes nothing more."""


class Subject(ABC):
    """One kind of subject. `facts` selects, for each subject in scope and as known at `now`, one row with

    `subject_id`, `store_id`, `customer_id`, `time_zone`, `language`, `today` (store-local), `anchor_at` (null: there
    is nothing to count from), a column for each moment of its kit, what `reason` needs, and what its letters say.
    """

    kind: SubjectKind
    anchor_day: str | None = None
    """The column of the anchor's store-local day, where one says it."""
    stays_open: bool = False
    """It goes on calling for contacts after the last step of a process, as a debt does until it is paid. A run accounts
    for it then, too; `facts` has it in every scope."""
    not_meant: frozenset[ReasonCode] = frozenset()
    """Reasons why a step is not for a subject at all, but for others of its kind. A run counts a subject once for each
    step that is; `why` shows the others with their reason."""
    by_rules: bool = False
    """Its facts depend on the rules of a policy, so that each policy may see others: see `facts_under`."""

    @abstractmethod
    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """The facts of the subjects in scope, dated up to `now`."""

    def facts_under(self, now: Now, scope: Scope, under: Under) -> AnySelect:  # noqa: ARG002  for others
        """The same under the rules of a policy. A kind whose facts depend on them overrides it, and sets `by_rules`."""
        return self.facts(now, scope)

    def facts_of_touches(self, now: Now, touches: Select[tuple[int, int]]) -> AnySelect:
        """The facts of what touches are about, each under the rules it was planned under: join with `about_same`.

        `touches` selects their `subject_id` and `policy_version_id`.
        """
        ids = Those(touches.with_only_columns(touches.selected_columns.subject_id))
        return self.facts_under(now, ids, AsPlanned(touches))

    def counted_from(self, facts: Subquery, step: Step) -> ColumnElement[datetime]:
        """The moment that a step counts from."""
        return moment_of(facts, step.counts_from)

    def near(self, facts: Subquery, step: Step, window: Window) -> ColumnElement[bool]:
        """Whether `step` may be due where `window` of the moment it counts from says; cheap, asked before `due_at`."""
        return counted_within(self.counted_from(facts, step), window)

    def due_at(
        self,
        facts: Subquery,
        step: Step,
        policy: Policy,  # noqa: ARG002  for others
        occurs_at: ColumnElement[datetime] | None = None,
    ) -> ColumnElement[datetime]:
        """When `step` of `policy` is due for the subject of a row of facts. `occurs_at`: the occurrence in question of
        a step that recurs; without it, the first."""
        if occurs_at is not None:
            return shift(occurs_at, facts.c.time_zone, step.after, step.at)
        day = facts.c[self.anchor_day] if self.anchor_day and step.counts_from == ANCHOR else None
        return shift(self.counted_from(facts, step), facts.c.time_zone, step.after, step.at, day=day)

    @abstractmethod
    def reason(
        self,
        facts: Subquery,
        now: Now,
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],
        rules: Any,
    ) -> ColumnElement[str | None]:
        """The code of why the subject gives no reason for a contact under `conditions`; null when it does.

        `rules` is the JSON of the policy's rules.
        """

    @abstractmethod
    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """What the rules saw, as JSON."""

    @abstractmethod
    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The labelled columns that the variables of its letters need beside the common ones."""

    def only_in_letters(self) -> frozenset[str]:
        """The columns of its facts that no rule asks for: a sweep need not read them."""
        return frozenset()

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:  # noqa: ARG002  for others
        """What `why` says of a row of facts, beside the steps."""
        return []

    def waits_for(self, connection: Connection, subject_id: int) -> ReasonCode | None:  # noqa: ARG002  for others
        """What keeps the planner from a subject for now."""
        return None

    def take_promise(
        self,
        connection: Connection,  # noqa: ARG002  for others
        subject_id: int,  # noqa: ARG002  for others
        promise: PromiseMade,  # noqa: ARG002  for others
        made_on: date,  # noqa: ARG002  for others
        attempt_id: int,  # noqa: ARG002  for others
    ) -> int:
        """Write down what a customer promised in one try at a call, on a store-local day; the promise's id.

        Raises `BrokenKit` for a kit that offers an outcome with a promise, and keeps none.
        """
        raise BrokenKit(f"subject '{self.kind}'", "a call may end with a promise, but it has no take_promise")

    def take_outcome(
        self,
        connection: Connection,  # noqa: ARG002  for others
        subject_id: int,  # noqa: ARG002  for others
        outcome: OutcomeName,  # noqa: ARG002  for others
        answers: Mapping[str, OutcomeAnswer],  # noqa: ARG002  for others
        day: date,  # noqa: ARG002  for others
    ) -> None:
        """Keep on the subject what came of a call about it, on a store-local day, for an outcome that says `kept`.

        Raises `BrokenKit` for a kit that offers such an outcome and keeps nothing.
        """
        raise BrokenKit(f"subject '{self.kind}'", "an outcome of its calls is to be kept, but it has no take_outcome")

    def open_links(self, customer_id: int, now: datetime) -> AnySelect | None:  # noqa: ARG002  for others
        """The subjects for which a customer has a link now: `purpose`, `kind`, `id`, `key`, and `at`, when it is."""
        return None


def moment_of(facts: Subquery, name: Moment) -> ColumnElement[datetime]:
    """The column of one of the moments of a subject."""
    found: ColumnElement[datetime] = facts.c.anchor_at if name == ANCHOR else facts.c[name]
    return found


def about_same(facts: FromClause, touch: Any) -> ColumnElement[bool]:
    """Whether a row of `facts_of_touches` is of a touch: `touch` is `Touch`, or has its columns."""
    subject: ColumnElement[bool] = facts.c.subject_id == touch.subject_id
    if "policy_version_id" not in facts.c:
        return subject
    return and_(subject, facts.c.policy_version_id == touch.policy_version_id)


def linked(purpose: LinkPurpose, kind: SubjectKind, table: Any, at: object, key: Any = None) -> AnySelect:
    """The columns of `open_links`: a subject's link, how the source calls it, and when it is; null: at no time."""
    return select(
        literal(purpose, Text).label("purpose"),
        literal(kind, WORD).label("kind"),
        table.id,
        (table.key if key is None else key).label("key"),
        cast(at, ZONED).label("at"),
    )


def counted_within(at: SQLColumnExpression[datetime], window: Window) -> ColumnElement[bool]:
    """Whether the moment that a step counts from lies in the window; asked so that PostgreSQL expects half to be."""
    return func.coalesce(at.between(moment(window.since), moment(window.until)), False)


BEHIND, AHEAD = timedelta(hours=12), timedelta(hours=14)
"""The clocks that are farthest from UTC."""


def local_days(window: Window) -> tuple[date, date]:
    """The first and the last day that some clock may show in the window."""
    return (window.since - BEHIND).astimezone(UTC).date(), (window.until + AHEAD).astimezone(UTC).date()


def asked(condition: Condition, conditions: ColumnElement[Sequence[str]]) -> ColumnElement[bool]:
    """Whether `condition` is among the conditions of a step or a touch."""
    return literal(condition, Text) == any_(conditions)


def first_reason(*rules: tuple[ColumnElement[bool], ReasonCode | None]) -> ColumnElement[str | None]:
    """The reason of the first rule that is broken; null when none is. A rule without a reason ends the asking."""
    return case(
        *((broken, null() if reason is None else literal(reason, Text)) for broken, reason in rules),
        else_=None,
    )


def condition_array(conditions: Sequence[Condition]) -> ColumnElement[Sequence[str]]:
    """The conditions of a step, as the array that `asked` looks into."""
    return literal(list(conditions), ARRAY(Text))


def within(column: SQLColumnExpression[object], windows: Sequence[tuple[object, object]]) -> ColumnElement[bool]:
    """Whether a column lies in one of the windows (both ends included). One index range each."""
    return or_(*(column.between(since, until) for since, until in windows))
