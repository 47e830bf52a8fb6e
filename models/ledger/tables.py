"""The ledger: what is due, what was said, what came of it, and who decided what. Rows here never disappear."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Dialect,
    ForeignKey,
    Index,
    TypeDecorator,
    UniqueConstraint,
    case,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from models.core.base import WORD, Base, Facts, Key, enumeration, growing, table_info
from models.core.personal import (
    ERASED,
    ERASED_NOTE,
    BlankedWhere,
    Reduced,
    Replaced,
    blanked,
    by_entity,
    customers,
    erased,
    kept,
    nobody,
)
from models.core.reasons import GivenReason
from models.core.retention import ForEver, Purged
from models.core.words import (
    CaseKind,
    CaseState,
    ChannelName,
    Decision,
    Gate,
    OutcomeName,
    Purpose,
    ReceiptStatus,
    ReplyMeaning,
    Role,
    RunState,
    StepKind,
    SubjectKind,
    TouchState,
    WarningLevel,
)

THE_LEDGER = "the ledger: what was due, what was said, and what came of it"
IN_FREE_WORDS = (Gate.NONE, Gate.RETRY, Gate.APPROVAL, Gate.CHANNEL)
"""The gates whose reasons may be texts by people or gateways. All others use reason codes."""
FOUND_NOTHING = """
    (
        dry_run or (
            state = 'completed'
            and account @> '{"planned": 0, "claimed": 0}'
            and account -> 'suppressed' = '{}' and account -> 'ended' = '{}'
        )
    )
    and exists (select from runs as later where later.process = runs.process and later.started_at > runs.started_at)
    and not exists (select from dispatchers where dispatchers.run_id = runs.id)
"""
"""The run planned, judged and ended nothing, so no touch or verdict refers to it, and its process has run since."""
HOLDS_NOTHING = "not exists (select from touches where touches.claimed_by = dispatchers.id)"


class _AsGiven(TypeDecorator[GivenReason | None]):
    """A reason and its figures as a single result value."""

    impl = JSONB
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> GivenReason | None:  # noqa: ARG002  SQLAlchemy's own form
        """The reason; None if there is none."""
        return GivenReason.model_validate(value) if value is not None else None


def given_reason(row: Any) -> ColumnElement[GivenReason | None]:
    """For a select: the reason of a row with the columns `reason` and `reason_figures`."""
    return reason_from(row.reason, row.reason_figures)


def reason_from(code: Any, figures: Any) -> ColumnElement[GivenReason | None]:
    """For a select: the reason of a code and its figures; null if the code is null."""
    kept = func.coalesce(figures, func.jsonb_build_object(), type_=JSONB)
    said = func.jsonb_build_object(literal_column("'code'"), code, literal_column("'figures'"), kept)
    return type_coerce(case((code.is_not(None), said)), _AsGiven)


class Process(Base):
    """A process of this installation, and whether it is enabled."""

    __tablename__ = "processes"

    name: Mapped[str] = mapped_column(primary_key=True)
    enabled: Mapped[bool] = mapped_column(server_default="true")
    removed_at: Mapped[datetime | None]
    """When a process of the house's own was removed; null: it stands."""

    __table_args__ = (table_info(nobody("name"), ForEver("one row per process", "touches refer to it")),)


class ProcessWording(Base):
    """One version of the words of a process that was added without code: its name, its steps, its templates."""

    __tablename__ = "process_wordings"

    process: Mapped[str] = mapped_column(ForeignKey("processes.name"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[Facts]
    """`{"tyre-storage": {"en": …, "zh-CN": …}}`. The newest version holds, also after its process was removed."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(info=kept("the login of who added the process"))

    __table_args__ = (
        table_info(nobody("process words"), ForEver("one row per change", "what a process did is read with its words")),
    )


class PolicyVersion(Base):
    """One version of a policy. A store's own overrides the shipped one. Old versions are kept for ever."""

    __tablename__ = "policy_versions"

    id: Mapped[Key]
    name: Mapped[str]
    """The process, or `contact-rules` for the rules across processes."""
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    version: Mapped[int]
    body: Mapped[Facts]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(info=kept("the login of who changed the policy"))

    __table_args__ = (
        UniqueConstraint("name", "store_id", "version", postgresql_nulls_not_distinct=True),
        Index(
            "uq_policy_versions_active",
            "name",
            "store_id",
            unique=True,
            postgresql_where=sql("active"),
            postgresql_nulls_not_distinct=True,
        ),
        table_info(
            nobody("name body"), ForEver("one row per change", "touches keep the version that they were planned under")
        ),
    )


class TemplateVersion(Base):
    """One version of a template in one language."""

    __tablename__ = "template_versions"

    id: Mapped[Key]
    key: Mapped[str]
    language: Mapped[str]
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    version: Mapped[int]
    subject: Mapped[str | None]
    text: Mapped[str]
    by_channel: Mapped[Facts | None]
    """Texts that replace it on certain channels: `{"email": {"subject": …, "text": …}}`."""
    also: Mapped[str | None]
    """The line that represents it in a merged message; null: it is never merged."""
    active: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(info=kept("the login of who changed the wording"))

    __table_args__ = (
        UniqueConstraint("key", "language", "store_id", "version", postgresql_nulls_not_distinct=True),
        Index(
            "uq_template_versions_active",
            "key",
            "language",
            "store_id",
            unique=True,
            postgresql_where=sql("active"),
            postgresql_nulls_not_distinct=True,
        ),
        table_info(
            nobody("key language subject text by_channel also"),
            ForEver("one row per change", "touches keep the wording that they were planned under"),
        ),
    )


class Run(Base):
    """One run of a process, with its balanced account."""

    __tablename__ = "runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=sql("gen_random_uuid()"))
    process: Mapped[str]
    prefect_run_id: Mapped[UUID | None]
    as_of: Mapped[datetime]
    dry_run: Mapped[bool]
    state: Mapped[RunState] = mapped_column(enumeration(RunState))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    started_by: Mapped[str] = mapped_column(info=kept("the login of who started it by hand"))
    account: Mapped[Facts | None]
    error: Mapped[str | None]
    policy_versions: Mapped[Facts] = mapped_column(server_default=sql("'{}'::jsonb"))
    """By store code (`*`: all other stores), the policy version used for planning."""

    __table_args__ = (
        Index("ix_runs_process_started_at", "process", "started_at"),
        Index("ix_runs_started_at", "started_at"),
        Index("ix_runs_state_started_at", "state", "started_at"),
        Index("ix_runs_prefect_run_id", "prefect_run_id"),
        table_info(
            nobody("process account error policy_versions"),
            Purged(
                "about 3,200 rows a day: dispatch and campaigns run every minute",
                "started_at",
                "idle_runs",
                "a run that found nothing to do is soon of no interest",
                only=FOUND_NOTHING,
                stays="runs that planned, judged or ended anything, that failed, and the last of each process",
            ),
        ),
    )


class Dispatcher(Base):
    """An operating-system process that claims touches. It holds an advisory lock on its id while it is alive."""

    __tablename__ = "dispatchers"

    id: Mapped[Key]
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("runs.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        table_info(
            nobody(),
            Purged(
                "one row per dispatch: about 1,700 a day",
                "started_at",
                "dispatchers",
                "only a dispatcher that holds touches is ever looked up",
                only=HOLDS_NOTHING,
                stays="one that a touch still names",
            ),
        ),
    )


class Touch(Base):
    """One due contact with one customer."""

    __tablename__ = "touches"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=sql("gen_random_uuid()"))
    process: Mapped[str] = mapped_column(ForeignKey("processes.name"))
    subject_kind: Mapped[SubjectKind] = mapped_column(WORD)
    subject_id: Mapped[int] = mapped_column(BigInteger)
    anchor_at: Mapped[datetime]
    step: Mapped[str]
    kind: Mapped[StepKind] = mapped_column(growing(StepKind))
    purpose: Mapped[Purpose] = mapped_column(growing(Purpose))
    priority: Mapped[int]
    """Higher goes first."""
    obligation: Mapped[bool]
    """An obligation to the customer or by law: the cap neither holds nor counts it."""
    works_holidays: Mapped[bool]
    """Whether it may be sent on a public holiday."""
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_versions.id"))
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """In order of preference."""
    conditions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The conditions checked again at sending; frozen with the policy version."""
    role: Mapped[Role | None] = mapped_column(growing(Role))
    """The role that calls, or whose desk a task is for."""
    approval: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The roles that may approve it; empty: no approval needed."""
    effects: Mapped[list[Facts]] = mapped_column(JSONB, server_default=sql("'[]'::jsonb"))
    """What a task does when it reaches its desk; frozen with the policy version."""
    series: Mapped[Facts | None] = mapped_column(JSONB(none_as_null=True))
    """For an occurrence of a step that recurs: from which moment of its subject, and how often. Its `anchor_at` is the
    moment of the occurrence."""
    due_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    """Exclusive."""
    not_before: Mapped[datetime]
    """`due_at`, or the moment to which a gate deferred it."""
    state: Mapped[TouchState] = mapped_column(enumeration(TouchState))
    state_at: Mapped[datetime]
    gate: Mapped[Gate | None] = mapped_column(growing(Gate))
    """The gate that last held or stopped it."""
    reason: Mapped[str | None] = mapped_column(info=erased(Replaced(ERASED, if_any=True)))
    """The reason code for its state; null if there was no obstacle."""
    reason_figures: Mapped[Facts | None] = mapped_column(JSONB(none_as_null=True), info=blanked())
    """The figures of that reason, if any. The planner's figures are in `figures`."""
    figures: Mapped[Facts] = mapped_column(info=erased(Replaced({})))
    """What the planner saw."""
    planned_at: Mapped[datetime]
    planned_by: Mapped[UUID | None]
    """The run. No foreign key: deleting runs would then need an index here, a cost on every touch."""
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("dispatchers.id"))
    contacted_at: Mapped[datetime | None]
    """When it was handed to a channel or to staff: what the cap counts."""
    channel: Mapped[ChannelName | None] = mapped_column(growing(ChannelName))
    contact_point_id: Mapped[int | None] = mapped_column(ForeignKey("contact_points.id", ondelete="SET NULL"))
    resendable: Mapped[bool] = mapped_column(server_default="false")
    """It was handed to a channel that takes its id as an idempotency key, so a retry is safe."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    provider: Mapped[str | None]
    """The scheme of the address by which it was handed over, such as `aliyun`; null before 0.2."""
    message_id: Mapped[str | None] = mapped_column(info=kept("the provider's number of the message names nobody here"))
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("touches.id"))
    """The touch whose message included its line."""
    subject_line: Mapped[str | None] = mapped_column(info=blanked())
    """The subject line of an e-mail, kept with the `body`."""
    body: Mapped[str | None] = mapped_column(info=blanked())
    """The text as sent, or possibly sent. It is stored before sending, so that a retry uses the same text."""
    delivered_at: Mapped[datetime | None]
    """When a delivery receipt confirmed it."""
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    held_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who has this call on their screen. Nobody else gets it until `held_until`."""
    held_until: Mapped[datetime | None]
    outcome: Mapped[OutcomeName | None] = mapped_column(WORD)

    __table_args__ = (
        # Starts with the subject, so that it also finds the touches of one subject.
        UniqueConstraint("subject_kind", "subject_id", "process", "anchor_at", "step", name="uq_touches_once"),
        Index("ix_touches_customer_id_contacted_at", "customer_id", "contacted_at"),
        # Campaigns have their own index: a million waiting messages do not delay a reminder.
        Index(
            "ix_touches_due",
            sql("priority desc"),
            "not_before",
            postgresql_where=sql("state = 'planned' and process <> 'campaigns'"),
        ),
        Index(
            "ix_touches_open",
            "process",
            postgresql_where=sql("state in ('planned', 'awaiting-approval', 'ready')"),
        ),
        Index("ix_touches_ready", "store_id", "not_before", postgresql_where=sql("state = 'ready'")),
        Index("ix_touches_due_at", "due_at", "id"),
        # Rare states: without these indexes, finding them would scan everything due within some days.
        Index(
            "ix_touches_ended",
            "state",
            "due_at",
            "id",
            postgresql_where=sql("state in ('done', 'cancelled', 'skipped', 'superseded')"),
        ),
        # Few rows, which are reported to managers.
        Index("ix_touches_missed", "due_at", "id", postgresql_where=sql("state = 'missed'")),
        Index(
            "ix_touches_of_campaigns",
            "policy_version_id",
            "state",
            "not_before",
            postgresql_where=sql("process = 'campaigns'"),
        ),
        Index("ix_touches_awaiting_approval", "due_at", "id", postgresql_where=sql("state = 'awaiting-approval'")),
        # For claimed and sending touches; also lets a dispatcher be deleted without scanning every touch.
        Index("ix_touches_in_flight", "claimed_by", postgresql_where=sql("claimed_by is not null")),
        Index("ix_touches_unsettled", "state_at", postgresql_where=sql("state in ('unknown', 'failed')")),
        Index("ix_touches_message_id", "message_id", postgresql_where=sql("message_id is not null")),
        Index(
            "ix_touches_tasks_done",
            "assigned_to",
            "state_at",
            postgresql_where=sql("kind = 'task' and state = 'done'"),
        ),
        CheckConstraint("due_at < valid_until", name="valid_after_due"),
        CheckConstraint("(state in ('claimed', 'sending')) = (claimed_by is not null)", name="claimed_by_a_dispatcher"),
        table_info(
            customers(
                "customer_id",
                "process subject_kind subject_id anchor_at step kind purpose priority obligation works_holidays "
                "channels conditions role approval effects series due_at valid_until not_before "
                "state state_at gate planned_at planned_by approved_at contacted_at channel resendable attempts "
                "provider delivered_at held_until outcome",
            ),
            ForEver("one row per contact that falls due", THE_LEDGER),
        ),
    )


CAMPAIGNS: ColumnElement[str] = literal_column("'campaigns'", Text)
"""The process of all campaigns, as it stands in the conditions of the indexes: written out, for PostgreSQL has to see
that it is this one, whatever plan it keeps."""
OF_CAMPAIGNS = Touch.process == CAMPAIGNS
OF_PROCESSES = Touch.process != CAMPAIGNS
"""Not part of a campaign."""


class Verdict(Base):
    """A gate's verdict on a touch, with the figures it saw. Kept for ever: it answers "why" and "why not"."""

    __tablename__ = "verdicts"

    id: Mapped[Key]
    touch_id: Mapped[UUID] = mapped_column(ForeignKey("touches.id"), index=True)
    gate: Mapped[Gate] = mapped_column(growing(Gate))
    decision: Mapped[Decision] = mapped_column(enumeration(Decision))
    reason: Mapped[str | None] = mapped_column(
        info=erased(BlankedWhere("gate", IN_FREE_WORDS, "the other gates say fixed sentences"))
    )
    """A reason code."""
    reason_figures: Mapped[Facts | None] = mapped_column(
        JSONB(none_as_null=True), info=erased(BlankedWhere("gate", IN_FREE_WORDS, "the other gates give plain figures"))
    )
    """The figures of that reason, if any."""
    figures: Mapped[Facts] = mapped_column(info=erased(Replaced({})))
    decided_at: Mapped[datetime]
    until: Mapped[datetime | None]
    """When a held touch is examined again."""
    run_id: Mapped[UUID | None]
    """No foreign key, for the same reason as `planned_by` of a touch."""

    __table_args__ = (
        table_info(
            customers("touch_id", "gate decision decided_at until run_id"),
            ForEver("two to six rows per touch", "it answers why, and why not"),
        ),
    )


class CallAttempt(Base):
    """One attempt at a call."""

    __tablename__ = "call_attempts"

    id: Mapped[Key]
    touch_id: Mapped[UUID] = mapped_column(ForeignKey("touches.id"), index=True)
    attempted_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[OutcomeName] = mapped_column(WORD)
    note: Mapped[str | None] = mapped_column(info=blanked())
    again_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_call_attempts_staff_id_attempted_at", "staff_id", "attempted_at"),
        table_info(customers("touch_id", "attempted_at outcome again_at"), ForEver("two rows per call", THE_LEDGER)),
    )


class Reply(Base):
    """A customer's reply."""

    __tablename__ = "replies"

    id: Mapped[Key]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    sender: Mapped[str] = mapped_column(info=erased(Replaced("")))
    channel: Mapped[ChannelName] = mapped_column(growing(ChannelName))
    text: Mapped[str] = mapped_column(info=erased(Replaced("")))
    meaning: Mapped[ReplyMeaning] = mapped_column(growing(ReplyMeaning))
    received_at: Mapped[datetime]
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    message_id: Mapped[str | None] = mapped_column(
        unique=True, info=kept("by the provider's number the same reply is not taken again")
    )

    __table_args__ = (
        table_info(
            customers("customer_id", "channel meaning received_at", sender="sender"),
            ForEver("one row per reply", "it is what customers said, and how it was understood"),
        ),
    )


class Case(Base):
    """A matter that a person must settle by a deadline."""

    __tablename__ = "cases"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[CaseKind] = mapped_column(growing(CaseKind))
    cause: Mapped[str]
    """What opened it, such as `touch:…` or `promise:…`. A cause opens only one case, however often it occurs."""
    title: Mapped[str]
    note: Mapped[str | None] = mapped_column(info=blanked())
    state: Mapped[CaseState] = mapped_column(enumeration(CaseState))
    opened_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    solve_by: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    touch_id: Mapped[UUID | None] = mapped_column(ForeignKey("touches.id"))
    version: Mapped[int] = mapped_column(server_default="1")
    """Version counter for optimistic locking: a change based on an older version is refused."""

    __table_args__ = (
        UniqueConstraint("kind", "cause"),
        Index("ix_cases_open", "store_id", "state", postgresql_where=sql("state <> 'closed'")),
        Index("ix_cases_closed_at", "closed_at", postgresql_where=sql("state = 'closed'")),
        table_info(
            customers(
                "customer_id",
                "kind cause title state opened_at answer_by solve_by answered_at solved_at closed_at version",
            ),
            ForEver("one row per case", "a cause opens a case only once, and complaints are compared over years"),
        ),
    )


class CaseNote(Base):
    """A note on a case."""

    __tablename__ = "case_notes"

    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    written_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(info=kept("who wrote it, by a staff code"))
    """A staff code."""
    text: Mapped[str] = mapped_column(info=erased(Replaced(ERASED_NOTE)))

    __table_args__ = (table_info(customers("case_id", "written_at"), ForEver("one row per note", THE_LEDGER)),)


class CaseWarning(Base):
    """Who was told of a case's deadline, and when: each deadline once per level."""

    __tablename__ = "case_warnings"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    deadline: Mapped[datetime] = mapped_column(primary_key=True)
    level: Mapped[WarningLevel] = mapped_column(growing(WarningLevel), primary_key=True)
    told_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    """Null: the store has nobody of that role."""
    told_at: Mapped[datetime]

    __table_args__ = (
        table_info(
            customers("case_id", "deadline level told_at"),
            ForEver("up to three rows per missed deadline", "it proves who was told, and when"),
        ),
    )


class DeliveryReceipt(Base):
    """A gateway's delivery receipt for a message."""

    __tablename__ = "delivery_receipts"

    id: Mapped[Key]
    touch_id: Mapped[UUID | None] = mapped_column(ForeignKey("touches.id"))
    """Null: no touch has the message id, or not yet."""
    message_id: Mapped[str | None] = mapped_column(info=kept("the provider's number of the message names nobody here"))
    """The gateway's message id, if it used that."""
    status: Mapped[ReceiptStatus] = mapped_column(enumeration(ReceiptStatus))
    reason: Mapped[str | None] = mapped_column(info=blanked())
    reported_at: Mapped[datetime]
    received_at: Mapped[datetime]
    held: Mapped[bool] = mapped_column(server_default="false")
    """It arrived before the dispatch recorded the sending, and waits for that."""

    __table_args__ = (
        UniqueConstraint("touch_id", "status"),
        Index(
            "uq_delivery_receipts_without_touch",
            "message_id",
            "status",
            unique=True,
            postgresql_where=sql("touch_id is null"),
        ),
        Index("ix_delivery_receipts_held", "received_at", postgresql_where=sql("held")),
        CheckConstraint("touch_id is not null or message_id is not null", name="of_a_message"),
        table_info(
            customers("touch_id", "status reported_at received_at held"),
            Purged(
                "one or two rows per message",
                "received_at",
                "receipts",
                "reports of messages that were never ours are of no use",
                only="held and touch_id is null",
                stays="reports of our messages",
            ),
        ),
    )


class ChannelPause(Base):
    """A paused channel: it failed too often, or was paused by hand."""

    __tablename__ = "channel_pauses"

    id: Mapped[Key]
    channel: Mapped[ChannelName] = mapped_column(growing(ChannelName))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    """The store that owns the channel; null: the shared channel."""
    paused_at: Mapped[datetime]
    reason: Mapped[str]
    probe_at: Mapped[datetime]
    """When one message is sent as a probe."""
    resumed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_channel_pauses_active",
            "channel",
            "store_id",
            unique=True,
            postgresql_where=sql("resumed_at is null"),
            postgresql_nulls_not_distinct=True,
        ),
        table_info(
            nobody("reason"),
            Purged(
                "one row per pause",
                "resumed_at",
                "channel_pauses",
                "how often a channel failed is compared over a year",
                stays="one that has not ended",
            ),
        ),
    )


NO_FREE_WORDS = Reduced(
    (
        "state", "outcome", "granted", "purpose", "channel", "cancelled", "again_at", "marks", "made_on",
        "promised_for", "department", "acknowledged_at",
    ),
    "what was changed stays known, but nothing in free words",
)  # fmt: skip
"""What the audit trail keeps about an erased customer."""
ENTITIES_OF_CUSTOMERS = {
    "customer": "customers",
    "contact-point": "contact_points",
    "touch": "touches",
    "case": "cases",
    "reply": "replies",
    "inbound": "inbound",
    "appointment": "appointments",
    "department-notice": "department_notices",
    "survey": "survey_answers",
    "account": "accounts",
    "lead": "leads",
}
"""The entities of entries about customers, with the table of the `entity_id`."""


class AuditEntry(Base):
    """Who changed what, when, before and after."""

    __tablename__ = "audit_entries"

    id: Mapped[Key]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(info=kept("who did it: a login, a staff code, or a customer by their id"))
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[str]
    before: Mapped[Facts | None] = mapped_column(info=erased(NO_FREE_WORDS))
    after: Mapped[Facts | None] = mapped_column(info=erased(NO_FREE_WORDS))

    __table_args__ = (
        Index("ix_audit_entries_entity_entity_id", "entity", "entity_id"),
        Index("ix_audit_entries_at", "at"),
        table_info(
            by_entity("entity", "entity_id", ENTITIES_OF_CUSTOMERS, "at action entity entity_id"),
            ForEver("one row per change that a person makes, and per sign-in", "who did what may be asked years later"),
        ),
    )
