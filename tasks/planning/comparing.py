"""What a new version of a policy would change: the planner's own population under both, compared in the database.

Nothing is written. What the ledger holds already stays as it was planned (invariant 9), and is counted as such.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    union,
)
from sqlalchemy.types import Text

from models.core.cadence import moment
from models.core.errors import Unavailable
from models.core.masking import mask_name
from models.core.reasons import GivenReason, kept
from models.core.rows import AnyRow, AnySelect
from models.core.words import TouchState
from models.people.tables import Customer, CustomerKey, Store
from models.policies.policy import Policy
from tasks.database.statistics import prepare_for_large_statements
from tasks.database.timeouts import reading_within
from tasks.planning.forecasting import (
    by_time_zone,
    coming_days,
    count_planned,
    count_to_come,
    in_ledger,
    stores_of,
    unforeseeable_steps,
)
from tasks.planning.population import Span, population
from tasks.policies.catalogue import PolicyInForce, policies_in_force
from tasks.policies.changing import read_version
from tasks.subjects.contract import Those

SHOWN = 50
"""So many customers are shown of each kind of change."""
LONGEST_SECONDS = 30
"""A statement that takes longer is given up: it must not hold the database back from its work."""
KEYS = ("process", "subject_kind", "subject_id", "anchor_at", "step")
SAID = ("kind", "purpose", "channels", "template_version_id", "role", "approval", "valid_until", "not_before")
"""What may have changed in a touch that stays at its moment."""


class Change(StrEnum):
    """What becomes of a touch under the new version."""

    ADDED = "added"
    LOST = "lost"
    MOVED = "moved"
    ALTERED = "altered"
    """At the same moment, but another way: channel, template, role, validity, approval."""
    SAME = "same"


class ComparisonTooLong(Unavailable):
    """A comparison that was given up."""

    def __init__(self) -> None:
        super().__init__(
            f"The comparison took longer than {LONGEST_SECONDS} seconds and was given up; nothing was changed."
        )


@dataclass(frozen=True, slots=True)
class StepChange:
    """How many touches of one step change in one way."""

    step: str
    change: Change
    touches: int
    stay: int
    """Of these, those in the ledger already: they stay as they are there."""


@dataclass(frozen=True, slots=True)
class ChangedTouch:
    """One of them, for a look."""

    change: Change
    step: str
    customer: str
    """Masked."""
    customer_key: str
    store: str
    time_zone: str
    before: datetime | None
    after: datetime | None
    reason: GivenReason | None
    """Why the version that has none has none, where a rule says so."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What today's sweep would do otherwise."""

    before: int
    """Touches due under the version in force."""
    after: int
    steps: list[StepChange]
    sample: list[ChangedTouch]


@dataclass(frozen=True, slots=True)
class ForeseenStep:
    """How many touches of one step come on one day, under both versions."""

    day: date
    step: str
    before: int
    after: int


def compare(connection: Connection, now: datetime, draft: Policy, store_id: int | None) -> Comparison:
    """What a draft would change for a store, or for all that have no policy of their own, in a sweep at `now`.

    Raises `ComparisonTooLong`.
    """
    prepare_for_large_statements(connection)
    with reading_within(connection, LONGEST_SECONDS, ComparisonTooLong()):
        rows = [
            row
            for old in _affected(connection, draft, store_id)
            for row in connection.execute(_changes(old, replace(old, policy=draft), now))
        ]
    firsts = [row for row in rows if row.of_step == 1]
    shown: Counter[str] = Counter()
    sample = []
    for row in rows:
        shown[row.change] += 1
        if row.change != Change.SAME and shown[row.change] <= SHOWN:
            sample.append(_changed(row))
    return Comparison(
        sum(row.old_touches for row in firsts),
        sum(row.new_touches for row in firsts),
        _by_step(draft, firsts),
        sorted(sample, key=lambda one: list(Change).index(one.change)),
    )


def foresee_both(
    connection: Connection, now: datetime, draft: Policy, store_id: int | None, ahead: int
) -> list[ForeseenStep]:
    """What comes on the store-local day that is `ahead` days from today, by step. Raises `ComparisonTooLong`."""
    before: Counter[tuple[date, str]] = Counter()
    after: Counter[tuple[date, str]] = Counter()
    with reading_within(connection, LONGEST_SECONDS, ComparisonTooLong()):
        stores = stores_of(connection)
        for old in by_time_zone(_affected(connection, draft, store_id), stores):
            zone = ZoneInfo(stores[old.stores[0]].time_zone)
            (day,) = islice(coming_days(now, ahead + 1, zone), ahead, None)
            planned = count_planned(connection, old, day)
            for in_force, counted in ((old, before), (replace(old, policy=draft), after)):
                to_come = count_to_come(connection, in_force, day, unforeseeable_steps(in_force))
                for cell, touches in (planned + to_come).items():
                    counted[cell[0], cell[3]] += touches
    order = [step.key for step in draft.steps]
    places = sorted(before.keys() | after.keys(), key=lambda place: (place[0], *_rank(order, place[1])))
    return [ForeseenStep(day, step, before[day, step], after[day, step]) for day, step in places]


def _affected(connection: Connection, draft: Policy, store_id: int | None) -> Iterator[PolicyInForce]:
    """The policies in force that the draft would take the place of, each with the stores where it would."""
    held = read_version(connection, draft.process, None, None, None)["id"] if store_id is None else None
    for in_force in policies_in_force(connection, draft.process):
        if in_force.version_id == held:
            yield in_force
        elif store_id in in_force.stores:
            yield replace(in_force, stores=(store_id,))


def _changes(old: PolicyInForce, new: PolicyInForce, now: datetime) -> AnySelect:
    """The first touches of every step and change with how many they are, and enough of every change to show."""
    paired = _paired(old, new, now)
    stays = and_(paired.c.change != Change.SAME, in_ledger(paired))
    by_step = (paired.c.change, paired.c.step)
    order = (func.coalesce(paired.c.before, paired.c.after), paired.c.subject_id)
    counted = select(
        paired,
        func.count().over(partition_by=by_step).label("touches"),
        func.count().filter(stays).over(partition_by=by_step).label("stay"),
        func.count().filter(paired.c.old_due).over(partition_by=by_step).label("old_touches"),
        func.count().filter(paired.c.new_due).over(partition_by=by_step).label("new_touches"),
        func.row_number().over(partition_by=by_step, order_by=order).label("of_step"),
        func.row_number().over(partition_by=paired.c.change, order_by=order).label("of_change"),
    ).subquery("counted")
    shown = and_(counted.c.of_change <= SHOWN, counted.c.change != Change.SAME)
    key = select(func.min(CustomerKey.key)).where(CustomerKey.customer_id == counted.c.customer_id).scalar_subquery()
    return (
        select(counted, Customer.name, key.label("key"), Store.code.label("store"), Store.time_zone)
        .join(Customer, Customer.id == counted.c.customer_id)
        .join(Store, Store.id == counted.c.store_id)
        .where(or_(counted.c.of_step == 1, shown))
        .order_by(counted.c.change, counted.c.of_change)
    )


def _paired(old: PolicyInForce, new: PolicyInForce, now: datetime) -> Subquery:
    """Each touch that is due under one of the versions, with what it is under both."""
    span = Span.of_sweep(now)
    due = [_due_only(population(policy, span).subquery()) for policy in (old, new)]
    concerned = Those(select(union(*due).cte("concerned").c.subject_id))
    before, after = (_judged(population(policy, span, concerned).subquery(), span) for policy in (old, new))
    same = and_(*(before.c[name] == after.c[name] for name in KEYS))
    either = [func.coalesce(after.c[name], before.c[name]).label(name) for name in (*KEYS, "customer_id", "store_id")]
    old_due, new_due = (func.coalesce(side.c.is_due, False) for side in (before, after))
    return (
        select(
            *either,
            _change(before, after, old_due, new_due).label("change"),
            old_due.label("old_due"),
            new_due.label("new_due"),
            before.c.due_at.label("before"),
            after.c.due_at.label("after"),
            case((old_due, after.c.reason), else_=before.c.reason).label("reason"),
        )
        .select_from(before.join(after, same, full=True))
        .where(or_(old_due, new_due))
        .subquery("paired")
    )


def _would_be(rows: Subquery) -> ColumnElement[bool]:
    """Whether a sweep would make it a touch that goes to the customer one day."""
    return and_(rows.c.wanted, rows.c.state != TouchState.SKIPPED)


def _due_only(rows: Subquery) -> AnySelect:
    return select(rows.c.subject_id).where(_would_be(rows))


def _judged(rows: Subquery, span: Span) -> Subquery:
    """Beside each row of a scope, whether it is due in the span as over everyone."""
    within = and_(rows.c.due_at <= moment(span.due_until), rows.c.valid_until > moment(span.valid_after))
    return select(rows, _would_be(rows).label("would_be"), and_(_would_be(rows), within).label("is_due")).subquery()


def _change(
    before: Subquery, after: Subquery, old_due: ColumnElement[bool], new_due: ColumnElement[bool]
) -> ColumnElement[str]:
    """What becomes of a touch; one that either version plans for another day has moved."""
    in_both = and_(func.coalesce(before.c.would_be, False), func.coalesce(after.c.would_be, False))
    said_otherwise = or_(*(before.c[name].is_distinct_from(after.c[name]) for name in SAID))
    words = {change: literal(change.value, Text) for change in Change}
    return case(
        (and_(old_due, not_(in_both)), words[Change.LOST]),
        (and_(new_due, not_(in_both)), words[Change.ADDED]),
        (before.c.due_at != after.c.due_at, words[Change.MOVED]),
        (said_otherwise, words[Change.ALTERED]),
        else_=words[Change.SAME],
    )


def _changed(row: AnyRow) -> ChangedTouch:
    change = Change(row.change)
    return ChangedTouch(
        change,
        row.step,
        mask_name(row.name),
        row.key or "",
        row.store,
        row.time_zone,
        row.before if change is not Change.ADDED else None,
        row.after if change is not Change.LOST else None,
        kept(row.reason, None),
    )


def _by_step(draft: Policy, rows: list[AnyRow]) -> list[StepChange]:
    """The counts of all policies that the draft takes the place of, in the order of its steps; those it drops last."""
    touches: Counter[tuple[str, Change]] = Counter()
    stay: Counter[tuple[str, Change]] = Counter()
    for row in rows:
        touches[row.step, Change(row.change)] += row.touches
        stay[row.step, Change(row.change)] += row.stay
    order, changes = [step.key for step in draft.steps], list(Change)
    places = sorted(touches, key=lambda place: (*_rank(order, place[0]), changes.index(place[1])))
    return [StepChange(step, change, touches[step, change], stay[step, change]) for step, change in places]


def _rank(order: list[str], step: str) -> tuple[int, str]:
    return (order.index(step) if step in order else len(order), step)
