"""The possible subjects of each process for one customer, with remarks on them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Subquery, Text, cast, select, union_all

from models.core.reasons import GivenReason, ReasonCode, declare, give
from models.core.words import SubjectKind
from models.kits.registry import traits_of
from tasks.policies.catalogue import PolicyInForce
from tasks.subjects.contract import OfCustomer, RulesOf, Subject
from tasks.subjects.registry import subject_of

FORMER = declare("on-record-no-longer")


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """One subject of a customer."""

    kind: SubjectKind
    id: int
    store_id: int | None
    key: str | None
    about: str | None
    anchor_at: datetime | None
    remarks: list[GivenReason] = field(default_factory=list)
    waits_for: ReasonCode | None = None
    """Why the planner ignores it for now."""


def read_subjects(
    connection: Connection,
    kinds: Sequence[SubjectKind],
    policies: Sequence[PolicyInForce],
    customer_id: int,
    now: datetime,
) -> list[SubjectFacts]:
    """The customer's subjects of some kinds as known at `now`, the earliest first: as these policies see them."""
    return [subject for kind in kinds for subject in _of_kind(connection, kind, policies, customer_id, now)]


def read_former_subjects(
    connection: Connection, told_of: Collection[tuple[SubjectKind, int]], present: Sequence[SubjectFacts]
) -> list[SubjectFacts]:
    """Subjects in the ledger that are missing from the facts: the car was sold, or the row was deleted."""
    missing = sorted(set(told_of) - {(subject.kind, subject.id) for subject in present})
    return [
        SubjectFacts(
            kind,
            subject_id,
            None,
            _keys(connection, kind, [subject_id]).get(subject_id),
            None,
            None,
            [give(FORMER)],
        )
        for kind, subject_id in missing
    ]


def _of_kind(
    connection: Connection, kind: SubjectKind, policies: Sequence[PolicyInForce], customer_id: int, now: datetime
) -> Iterator[SubjectFacts]:
    subject = subject_of(kind)
    views = [select(_seen(subject, customer_id, now, policy)) for policy in policies] if subject.by_rules else []
    facts = union_all(*views).subquery("facts") if views else subject.facts(now, OfCustomer(customer_id)).subquery()
    statement = select(facts).order_by(facts.c.anchor_at.nulls_last(), facts.c.subject_id)
    rows = connection.execute(statement).mappings().all()
    keys = _keys(connection, kind, [row["subject_id"] for row in rows])
    for row in rows:
        yield SubjectFacts(
            kind,
            row["subject_id"],
            row["store_id"],
            keys[row["subject_id"]],
            row.get("vehicle"),
            row["anchor_at"],
            subject.remarks(connection, row),
            subject.waits_for(connection, row["subject_id"]),
        )


def _seen(subject: Subject, customer_id: int, now: datetime, in_force: PolicyInForce) -> Subquery:
    """The facts under the rules of one policy, in the stores it holds for."""
    rules = RulesOf(in_force.policy.rules)
    facts = subject.facts_under(now, OfCustomer(customer_id), rules).subquery()
    return select(facts).where(facts.c.store_id.in_(in_force.stores)).subquery()


def _keys(connection: Connection, kind: SubjectKind, ids: Sequence[int]) -> dict[int, str]:
    table = traits_of(kind).table.__table__
    key = table.c.key if "key" in table.c else cast(table.c.id, Text)  # a case has no source: its key is its number
    named = select(table.c.id, key.label("key")).where(table.c.id.in_(ids))
    return {row.id: row.key for row in connection.execute(named)}
