"""The data of reports on an installation: the status of each process, and lists of touches."""

from uuid import UUID

from pydantic import BaseModel

from models.core.base import Facts
from models.core.reasons import GivenReason
from models.core.words import (
    ChannelName,
    Gate,
    OutcomeName,
    ProcessName,
    RunState,
    StepKind,
    TouchState,
)
from models.ledger.explanations import Moment


class RunSeen(BaseModel):
    """A run with its account."""

    id: UUID
    process: str
    state: RunState
    as_of: Moment
    started_at: Moment
    finished_at: Moment | None
    started_by: str
    account: Facts | None
    error: str | None


class ProcessStatus(BaseModel):
    """The status of one process."""

    process: ProcessName
    enabled: bool
    last_run: RunSeen | None
    """Dry runs aside."""
    touches: dict[TouchState, int]
    """Open touches only."""
    next_due: Moment | None
    """When the next planned touch is due to be examined; if in the past, at the next dispatch."""


class PauseSeen(BaseModel):
    """A channel that is paused."""

    channel: ChannelName
    store: str | None
    """Null: the channel shared by all stores."""
    paused_at: Moment
    reason: GivenReason
    probe_at: Moment


class Status(BaseModel):
    """The status of an installation."""

    as_of: Moment
    database: str
    schema_version: str | None
    stores: int
    processes: list[ProcessStatus]
    other_runs: list[RunSeen]
    """The last run of each flow that is not a business process."""
    paused: list[PauseSeen]


class TouchRow(BaseModel):
    """A touch in a list."""

    id: UUID
    process: ProcessName
    step: str
    kind: StepKind
    store: str
    time_zone: str
    customer: str
    customer_key: str | None
    state: TouchState
    state_at: Moment
    gate: Gate | None
    reason: GivenReason | None
    due_at: Moment
    not_before: Moment
    valid_until: Moment
    contacted_at: Moment | None
    channel: ChannelName | None
    recipient: str | None
    message_id: str | None
    outcome: OutcomeName | None


class StoreRow(BaseModel):
    """A store in a list."""

    code: str
    name: str
    time_zone: str
    language: str
    contact_from: str
    contact_until: str
    holiday_country: str | None
    channels: list[ChannelName]
    customers: int
