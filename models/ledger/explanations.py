"""The data of an explanation: what a customer was told, what not, and why."""

from datetime import UTC
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel

from models.core.base import Facts
from models.core.reasons import GivenReason
from models.core.words import (
    CaseKind,
    CaseState,
    ChannelName,
    ContactKind,
    Decision,
    Gate,
    OutcomeName,
    ProcessName,
    Purpose,
    StepKind,
    SubjectKind,
    TouchState,
)

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""A moment in UTC, for programs."""


class StepStanding(StrEnum):
    """The standing of one step of a subject."""

    IN_LEDGER = "in-ledger"
    """Planned; see the state of the touch."""
    OF_ANOTHER_CUSTOMER = "of-another-customer"
    """Planned for an earlier owner of the car."""
    TO_COME = "to-come"
    """Nothing prevents it; a later sweep plans it."""
    DUE = "due"
    """Nothing prevents it; the next sweep plans it."""
    STOPPED = "stopped"
    """A condition does not hold."""
    NEVER_PLANNED = "missed"
    """Its time has passed and it was never planned."""
    NOT_COUNTED = "not-counted"
    """It has no moment to count from."""


class VerdictSeen(BaseModel):
    """A gate's verdict on a touch."""

    gate: Gate
    decision: Decision
    reason: GivenReason | None
    figures: Facts
    decided_at: Moment
    until: Moment | None


class AttemptSeen(BaseModel):
    """One attempt at a call."""

    attempted_at: Moment
    by: str | None
    outcome: OutcomeName
    note: str | None
    again_at: Moment | None


class TouchSeen(BaseModel):
    """A touch as recorded in the ledger."""

    id: UUID
    state: TouchState
    state_at: Moment
    not_before: Moment
    gate: Gate | None
    reason: GivenReason | None
    planned_at: Moment
    policy_version: int
    approval: list[str]
    approved_at: Moment | None
    approved_by: str | None
    contacted_at: Moment | None
    channel: ChannelName | None
    recipient: str | None
    merged_into: str | None
    """The step whose message included its line."""
    body: str | None
    role: str | None
    assigned_to: str | None
    outcome: OutcomeName | None
    verdicts: list[VerdictSeen]
    attempts: list[AttemptSeen]


class StepStory(BaseModel):
    """One step of one subject: its standing and the reason."""

    step: str
    kind: StepKind
    standing: StepStanding
    due_at: Moment | None
    valid_until: Moment | None
    reason: GivenReason | None
    figures: Facts
    next_look_at: Moment | None
    """When it is examined next; null: never again automatically."""
    touch: TouchSeen | None


class SubjectStory(BaseModel):
    """One subject of a process, and its steps in the order in which they are due."""

    kind: SubjectKind
    id: int
    key: str | None
    """Its key in the source; null if the row is gone."""
    about: str | None
    """The car, if there is one."""
    anchor_at: Moment | None
    remarks: list[GivenReason]
    steps: list[StepStory]


class ProcessStory(BaseModel):
    """What one process has said to a customer and plans to say."""

    process: ProcessName
    enabled: bool
    remarks: list[GivenReason]
    subjects: list[SubjectStory]


class ContactPointSeen(BaseModel):
    """A contact point of the customer."""

    kind: ContactKind
    value: str
    takes_text: bool
    invalid_since: Moment | None
    invalid_reason: GivenReason | None


class ConsentSeen(BaseModel):
    """The customer's latest consent for a purpose and a channel; null: for all."""

    purpose: Purpose | None
    channel: ChannelName | None
    granted: bool
    given_at: Moment
    source: str
    reason: GivenReason | None


class CaseSeen(BaseModel):
    """An open case."""

    id: int
    kind: CaseKind
    title: str
    state: CaseState
    opened_at: Moment
    answer_by: Moment | None
    solve_by: Moment | None


class CustomerSeen(BaseModel):
    """The customer of the explanation."""

    id: int
    keys: list[str]
    name: str
    store: str
    time_zone: str
    contact_points: list[ContactPointSeen]
    consents: list[ConsentSeen]
    open_cases: list[CaseSeen]


class Explanation(BaseModel):
    """Everything about one customer, as of a moment."""

    as_of: Moment
    customer: CustomerSeen
    processes: list[ProcessStory]
