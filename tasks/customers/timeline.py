"""The timeline: everything between a customer and the business, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Connection,
    Select,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from models.calls.surveys import DIMENSIONS, SurveyAnswer
from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.base import WORD, Facts, enumeration
from models.core.cadence import ZONED
from models.core.reasons import GivenReason, read_reason
from models.core.rows import AnySelect
from models.core.words import RECIPIENT, Gate, TouchState, Wave
from models.ledger.tables import (
    AuditEntry,
    CallAttempt,
    Case,
    CaseNote,
    DeliveryReceipt,
    Reply,
    Touch,
    Verdict,
    given_reason,
)
from models.ledger.touch_states import OPEN
from models.people.tables import Consent, ContactPoint, Customer, StaffMember, Store
from tasks.access.reach import check_customer
from tasks.customers.records import audit_entries_about
from tasks.stores.actors import actor_name
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.timeline import EntryKind, entries_of_subjects, entry

PAGE = 25
AUDITED = ("customer", "touch", "case", "appointment", "contact-point", "reply")
"""The entities whose changes are told; of surveys, promises and notices their own entries tell."""
_RECIPIENT = literal(RECIPIENT, WORD)


TOUCH, VERDICT, CALL_ATTEMPT = EntryKind("touch"), EntryKind("verdict"), EntryKind("call-attempt")
RECEIPT, REPLY, SURVEY = EntryKind("receipt"), EntryKind("reply"), EntryKind("survey")
CASE, CASE_NOTE, CONSENT = EntryKind("case"), EntryKind("case-note"), EntryKind("consent")
CAMPAIGN = EntryKind("campaign")
"""Held out of one as a part of its control group, or an answer to one."""
AUDIT = EntryKind("audit")
ENGINE_ENTRIES = (
    TOUCH, VERDICT, CALL_ATTEMPT, RECEIPT, REPLY, SURVEY, CASE, CASE_NOTE, CONSENT, CAMPAIGN, AUDIT,
)  # fmt: skip
"""The kinds of entries that are about no subject in particular; the others are those of the subjects' drawers."""


class Cursor(NamedTuple):
    """The cursor between two pages of the timeline."""

    at: datetime
    kind: str
    ref: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One past or future entry."""

    at: datetime
    kind: EntryKind
    ref: str
    """An id, or the source's key."""
    facts: Facts


@dataclass(frozen=True, slots=True)
class Stretch:
    """One page of the timeline."""

    entries: list[Entry]
    earlier: Cursor | None
    """The cursor for the next page; None: the beginning was reached."""


def read_timeline(
    connection: Connection, store_id: int | None, customer_id: int, before: Cursor | None = None
) -> Stretch:
    """The entries before the cursor, or the latest ones. Raises `NotYours`."""
    check_customer(connection, store_id, customer_id)
    zone = select(Store.time_zone).join(Customer, Customer.store_id == Store.id).where(Customer.id == customer_id)
    whose = {"customer": customer_id, "zone": connection.execute(zone).scalar_one()}
    statement = _line()
    if before is not None:
        place = tuple_(*(statement.selected_columns[name] for name in ("at", "kind", "ref")))
        statement = statement.where(
            place < tuple_(literal(before.at, ZONED), literal(before.kind), literal(before.ref))
        )
    rows = connection.execute(statement, whose).all()
    entries = [Entry(row.at, EntryKind(row.kind), row.ref, _with_reason(row.facts)) for row in rows[:PAGE]]
    last = entries[-1] if len(rows) > PAGE else None
    return Stretch(entries, Cursor(last.at, last.kind, last.ref) if last else None)


def _with_reason(facts: Facts) -> Facts:
    """Its reason is one of the ledger's, or a text by a person or a gateway."""
    match facts.get("reason"):
        case None:
            return facts
        case str() as text:
            return facts | {"reason": read_reason(text)}
        case given:
            return facts | {"reason": GivenReason.model_validate(given)}


@cache
def _line() -> AnySelect:
    """The latest entries of all kinds. Cached, because building the statement takes longer than running it."""
    line = union_all(*_sources()).subquery("line")
    return select(line).order_by(line.c.at.desc(), line.c.kind.desc(), line.c.ref.desc()).limit(PAGE + 1)


def _sources() -> Iterator[AnySelect]:
    """Every kind of entry, as selects of the same columns."""
    touches = select(Touch.id).where(Touch.customer_id == CUSTOMER)
    yield _touches()
    yield _verdicts(touches)
    yield _attempts(touches)
    yield _receipts(touches)
    yield _replies()
    yield from (one.select() for one in entries_of_subjects().values())
    yield from _cases()
    yield _surveys()
    yield _consents()
    yield from _campaigns()
    yield from _audit()


def _touches() -> AnySelect:
    carrier = aliased(Touch, name="carrier")
    to_come, undone = Touch.state.in_(OPEN), Touch.state == TouchState.MISSED
    said_or_ended = func.coalesce(Touch.contacted_at, Touch.state_at)
    return (
        entry(
            TOUCH,
            case((to_come, Touch.not_before), (undone, Touch.state_at), else_=said_or_ended),
            Touch.id,
            process=Touch.process, step=Touch.step, what=Touch.kind, purpose=Touch.purpose, state=Touch.state,
            channel=Touch.channel, recipient=ContactPoint.value, body=Touch.body, gate=Touch.gate,
            reason=given_reason(Touch),
            outcome=Touch.outcome, merged_into=carrier.step, assigned_to=StaffMember.name, campaign=Campaign.name,
        )
        .select_from(Touch)
        .outerjoin(CampaignRecipient, (Touch.subject_kind == _RECIPIENT) & (CampaignRecipient.id == Touch.subject_id))
        .outerjoin(Campaign, Campaign.id == CampaignRecipient.campaign_id)
        .outerjoin(ContactPoint, ContactPoint.id == Touch.contact_point_id)
        .outerjoin(StaffMember, StaffMember.id == Touch.assigned_to)
        .outerjoin(carrier, carrier.id == Touch.merged_into)
        .where(Touch.customer_id == CUSTOMER)
    )  # fmt: skip


def _verdicts(touches: Select[tuple[UUID]]) -> AnySelect:
    """Verdicts that held or stopped a touch. Passing ones are implied by the sending."""
    return (
        entry(
            VERDICT, Verdict.decided_at, Verdict.id,
            process=Touch.process, step=Touch.step, gate=Verdict.gate, decision=Verdict.decision,
            reason=given_reason(Verdict), until=Verdict.until,
        )
        .join(Touch, Touch.id == Verdict.touch_id)
        .where(Verdict.touch_id.in_(touches), Verdict.gate != Gate.NONE)
    )  # fmt: skip


def _attempts(touches: Select[tuple[UUID]]) -> AnySelect:
    return (
        entry(
            CALL_ATTEMPT, CallAttempt.attempted_at, CallAttempt.id,
            process=Touch.process, step=Touch.step, outcome=CallAttempt.outcome, note=CallAttempt.note,
            by=StaffMember.name, again_at=CallAttempt.again_at,
        )
        .join(Touch, Touch.id == CallAttempt.touch_id)
        .outerjoin(StaffMember, StaffMember.id == CallAttempt.staff_id)
        .where(CallAttempt.touch_id.in_(touches))
    )  # fmt: skip


def _receipts(touches: Select[tuple[UUID]]) -> AnySelect:
    return (
        entry(
            RECEIPT, DeliveryReceipt.reported_at, DeliveryReceipt.id,
            process=Touch.process, step=Touch.step, state=DeliveryReceipt.status, reason=DeliveryReceipt.reason,
        )
        .join(Touch, Touch.id == DeliveryReceipt.touch_id)
        .where(DeliveryReceipt.touch_id.in_(touches))
    )  # fmt: skip


def _replies() -> AnySelect:
    return entry(
        REPLY, Reply.received_at, Reply.id, channel=Reply.channel, text=Reply.text, meaning=Reply.meaning
    ).where(Reply.customer_id == CUSTOMER)


def _cases() -> Iterator[AnySelect]:
    yield (
        entry(
            CASE, Case.opened_at, Case.id,
            what=Case.kind, state=Case.state, title=Case.title, note=Case.note, by=StaffMember.name,
        )
        .outerjoin(StaffMember, StaffMember.id == Case.owner_id)
        .where(Case.customer_id == CUSTOMER)
    )  # fmt: skip
    yield (
        entry(
            CASE_NOTE, CaseNote.written_at, CaseNote.id,
            case=CaseNote.case_id, text=CaseNote.text, by=actor_name(CaseNote.author, Case.store_id),
        )
        .join(Case, Case.id == CaseNote.case_id)
        .where(Case.customer_id == CUSTOMER)
    )  # fmt: skip


def _surveys() -> AnySelect:
    marks = {name: SurveyAnswer.__table__.c[name] for name in DIMENSIONS}
    return entry(SURVEY, SurveyAnswer.answered_at, SurveyAnswer.id, text=SurveyAnswer.comment, **marks).where(
        SurveyAnswer.customer_id == CUSTOMER
    )


def _consents() -> AnySelect:
    return entry(
        CONSENT, Consent.given_at, Consent.id,
        purpose=Consent.purpose, channel=Consent.channel, granted=Consent.granted, source=Consent.source,
        reason=Consent.reason,
    ).where(Consent.customer_id == CUSTOMER)  # fmt: skip


def _campaigns() -> Iterator[AnySelect]:
    """Campaign entries without a touch: control group membership and answers."""
    theirs = CampaignRecipient.customer_id == CUSTOMER
    held_out = CampaignRecipient.wave == literal(Wave.CONTROL, enumeration(Wave))
    named = {"campaign": Campaign.name, "wave": CampaignRecipient.wave}
    for at, which, facts in (
        (CampaignRecipient.anchor_at, held_out, named),
        (
            CampaignRecipient.answered_at,
            CampaignRecipient.answer.is_not(None),
            named | {"answer": CampaignRecipient.answer},
        ),
    ):
        yield (
            entry(CAMPAIGN, at, CampaignRecipient.id, **facts)
            .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
            .where(theirs, which)
        )


def _audit() -> Iterator[AnySelect]:
    for theirs in audit_entries_about(CUSTOMER, AUDITED):
        yield entry(
            AUDIT, AuditEntry.at, AuditEntry.id,
            by=actor_name(AuditEntry.actor), action=AuditEntry.action, before=AuditEntry.before, after=AuditEntry.after,
        ).where(theirs)  # fmt: skip
