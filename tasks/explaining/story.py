"""The explanation for a customer: what was sent, what not, and why, from the planner itself and the ledger."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, select

from models.core.reasons import NUMBER, GivenReason, ReasonCode, declare, give
from models.core.words import ANCHOR, CAMPAIGNS, ProcessName, SubjectKind, TouchState
from models.kits.registry import traits_of
from models.ledger.explanations import (
    Explanation,
    ProcessStory,
    StepStanding,
    StepStory,
    SubjectStory,
)
from models.ledger.tables import Process, Touch
from models.policies.policy import Step
from tasks.explaining.customer import read_customer
from tasks.explaining.left_out import remarks_of_left_out
from tasks.explaining.subjects import SubjectFacts, read_former_subjects, read_subjects
from tasks.planning.population import AHEAD, PAST_LAST_STEP, Span, population
from tasks.policies.catalogue import PolicyInForce, kinds_of, policies_in_force
from tasks.policies.processes import removed_processes
from tasks.subjects.contract import OfCustomer
from tasks.touches.recorded import Key, Recorded, read_touches

REMEMBERED = timedelta(days=30)
"""Steps that were never planned and ended longer ago are left out."""
SWITCHED_OFF = declare("process-switched-off")
NO_MORE = declare("process-no-more")
OVER = declare("more-over", number=NUMBER, days=NUMBER)
NEVER_DUE = declare("next-step-first")
GOES_TO_ANOTHER = declare("planned-for-earlier-owner")
NextSweep = Callable[[ProcessName, datetime, ZoneInfo], datetime]
"""When a process next sweeps the stores of a zone, after a moment."""


@dataclass(frozen=True, slots=True)
class View:
    """The context of an explanation: process, customer and moment."""

    process: ProcessName
    customer_id: int
    now: datetime
    sweep_after: Callable[[datetime], datetime]
    """When the process sweeps next, after a moment."""
    removed: bool
    """It was removed: it plans nothing any more, and what it did is told."""


def explain(
    connection: Connection,
    customer_id: int,
    now: datetime,
    processes: Sequence[ProcessName],
    next_sweep: NextSweep,
) -> Explanation:
    """The story of a customer in each process, from the facts known at `now` and the current ledger.

    One that was removed is told of where it has done anything for the customer.
    """
    customer = read_customer(connection, customer_id, now)
    zone = ZoneInfo(customer.time_zone)
    gone = removed_processes(connection)
    views = [
        View(process, customer_id, now, partial(_sweep_after, next_sweep, process, zone), process in gone)
        for process in processes
    ]
    stories = [_process(connection, view) for view in views]
    told = [story for story in stories if story.subjects or story.process not in gone]
    return Explanation(as_of=now, customer=customer, processes=told)


def _sweep_after(next_sweep: NextSweep, process: ProcessName, zone: ZoneInfo, after: datetime) -> datetime:
    return next_sweep(process, after, zone)


def _process(connection: Connection, view: View) -> ProcessStory:
    enabled = connection.scalar(select(Process.enabled).where(Process.name == view.process)) is not False
    policies = policies_in_force(connection, view.process)
    kinds = _kinds_in_ledger(connection, view) if view.removed else kinds_of(view.process, policies)
    subjects = read_subjects(connection, kinds, policies, view.customer_id, view.now)
    present = [(subject.kind, subject.id) for subject in subjects]
    touches = read_touches(connection, view.process, view.customer_id, present)
    subjects += read_former_subjects(connection, {key[:2] for key in touches}, subjects)
    looked_at = _looked_at(connection, policies, view)
    standing = [in_force for in_force in policies if in_force.among is None]
    steps_of = {store_id: in_force.policy.steps for in_force in standing for store_id in in_force.stores}
    stories = [
        _subject(subject, steps_of.get(subject.store_id or 0, ()), looked_at, touches, view) for subject in subjects
    ]
    told = [story for story in stories if story.steps or story.remarks]
    remarks = _remarks(enabled, [] if subjects else kinds, len(stories) - len(told))
    if view.removed:
        told, remarks = [story for story in told if story.steps], [give(NO_MORE)]
    if view.process == CAMPAIGNS:
        remarks += remarks_of_left_out(connection, view.customer_id, view.now)
    return ProcessStory(process=view.process, enabled=enabled and not view.removed, remarks=remarks, subjects=told)


def _kinds_in_ledger(connection: Connection, view: View) -> list[SubjectKind]:
    """What a process that has no policy any more was about, for the customer."""
    kinds = select(Touch.subject_kind).where(Touch.process == view.process, Touch.customer_id == view.customer_id)
    return [SubjectKind(kind) for kind in connection.scalars(kinds.distinct().order_by(Touch.subject_kind))]


def _remarks(enabled: bool, absent: Sequence[SubjectKind], over: int) -> list[GivenReason]:
    remarks = []
    if not enabled:
        remarks.append(give(SWITCHED_OFF))
    remarks += [give(traits_of(kind).absent) for kind in absent]
    if over:
        remarks.append(give(OVER, number=over, days=REMEMBERED.days))
    return remarks


def _looked_at(connection: Connection, policies: Sequence[PolicyInForce], view: View) -> dict[Key, RowMapping]:
    """The planner's rows for the customer's subjects: each step as the touch it would become."""
    found: dict[Key, RowMapping] = {}
    for in_force in policies:
        rows = population(in_force, Span.of_sweep(view.now), OfCustomer(view.customer_id)).subquery("seen")
        statement = select(rows).where(rows.c.store_id.in_(in_force.stores))
        for row in connection.execute(statement).mappings():
            found[(SubjectKind(row["subject_kind"]), row["subject_id"], row["anchor_at"], row["step"])] = row
    return found


def _subject(
    subject: SubjectFacts,
    steps: Sequence[Step],
    looked_at: Mapping[Key, RowMapping],
    touches: Mapping[Key, Recorded],
    view: View,
) -> SubjectStory:
    own = (subject.kind, subject.id)
    stories = [_of_ledger(touch, view) for key, touch in touches.items() if key[:2] == own]
    seen = {key: row for key, row in looked_at.items() if key[:2] == own}
    stories += [
        _not_planned(row, subject.waits_for, view)
        for key, row in seen.items()
        if key not in touches and row["valid_until"] > view.now - REMEMBERED
    ]
    if subject.anchor_at is not None and subject.anchor_at > view.now - REMEMBERED:
        told = {story.step for story in stories} | {key[3] for key in seen}
        stories += _not_counted(subject, steps, told)
    return SubjectStory(
        kind=subject.kind,
        id=subject.id,
        key=subject.key,
        about=subject.about,
        anchor_at=subject.anchor_at,
        remarks=subject.remarks + ([] if stories else _past_the_last(list(seen.values()), view.now)),
        steps=sorted(stories, key=lambda story: (story.due_at is None, story.due_at or view.now, story.step)),
    )


def _past_the_last(seen: Sequence[RowMapping], now: datetime) -> list[GivenReason]:
    """That the process has no step left for a subject which still gives a reason for the last of them."""
    last = max(seen, key=lambda row: row["valid_until"], default=None)
    if last is None or last["reason"] is not None or last["valid_until"] > now:
        return []
    return [give(PAST_LAST_STEP, step=last["step"], ended=last["valid_until"].isoformat())]


def _of_ledger(recorded: Recorded, view: View) -> StepStory:
    """A touch of the ledger; for another customer's touch, only that it exists."""
    story = recorded.story
    if recorded.customer_id == view.customer_id:
        return story.model_copy(update={"next_look_at": _next_look(recorded, view)})
    return story.model_copy(
        update={
            "standing": StepStanding.OF_ANOTHER_CUSTOMER,
            "touch": None,
            "figures": {},
            "reason": give(GOES_TO_ANOTHER),
            "next_look_at": None,
        }
    )


def _next_look(recorded: Recorded, view: View) -> datetime | None:
    """Never in the past: due touches are examined from now on, and a call on a staff list is not examined at all."""
    story = recorded.story
    if view.removed:
        return None
    for_good = view.process == CAMPAIGNS  # its planner visits each recipient once
    if recorded.revivable and not for_good and story.valid_until is not None and story.valid_until > view.now:
        return view.sweep_after(view.now)
    if story.next_look_at is None or story.next_look_at > view.now:
        return story.next_look_at
    listed = story.touch is not None and story.touch.state is TouchState.READY
    return None if listed else view.now


def _not_planned(row: RowMapping, waits_for: ReasonCode | None, view: View) -> StepStory:
    """What the planner sees or will see, and the ledger does not have."""
    reason = row["reason"] or waits_for
    standing = _standing(row, reason, view.now)
    over = standing is StepStanding.NEVER_PLANNED
    return StepStory(
        step=row["step"],
        kind=row["kind"],
        standing=standing,
        due_at=row["due_at"],
        valid_until=row["valid_until"],
        reason=give(reason) if reason else None,
        figures=row["figures"],
        next_look_at=None if over else view.sweep_after(max(row["due_at"] - AHEAD, view.now)),
        touch=None,
    )


def _standing(row: RowMapping, reason: ReasonCode | None, now: datetime) -> StepStanding:
    if row["valid_until"] <= now:
        return StepStanding.NEVER_PLANNED
    if reason is not None:
        return StepStanding.STOPPED
    return StepStanding.TO_COME if row["due_at"] - AHEAD > now else StepStanding.DUE


def _not_counted(subject: SubjectFacts, steps: Sequence[Step], told: set[str]) -> Iterator[StepStory]:
    """The steps for which the subject has no moment."""
    for step in steps:
        if step.subject == subject.kind and step.key not in told:
            there = step.counts_from == ANCHOR
            yield StepStory(
                step=step.key,
                kind=step.kind,
                standing=StepStanding.NOT_COUNTED,
                due_at=None,
                valid_until=None,
                reason=give(NEVER_DUE if there else traits_of(step.subject).moments[step.counts_from]),
                figures={},
                next_look_at=None,
                touch=None,
            )
