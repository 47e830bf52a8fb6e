"""Answering an inbound: in words, by a message, by a visit that is agreed on, by a case, or by a lead."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.core.cadence import moment
from models.core.errors import Conflict, InvalidInput
from models.core.rows import AnyRow
from models.core.words import (
    AppointmentStatus,
    CaseKind,
    ChangeKind,
    ChannelName,
    LeadState,
    LeadUrgency,
    ProcessName,
    Purpose,
)
from models.inbound.words import ANSWER_CHANNELS, REPLY_KINDS, AnswerWay, InboundWay
from models.ledger.case_causes import Received
from models.ledger.tables import Touch
from models.people.tables import ContactPoint, Store
from models.subjects.appointment import Appointment, AppointmentChange
from models.subjects.inbound import KIND
from models.subjects.lead import Lead
from tasks.cases.handling import NewCase, open_case
from tasks.customers.consent import Switch, read_switches
from tasks.inbound.handling import Held, NeedsCustomer, NeedsWord, hold, settle
from tasks.ledger import audit
from tasks.planning.sweep import plan

PROCESS = ProcessName("inbox-answers")
LONGEST_MESSAGE = 500
BY_MESSAGE = (ChannelName.SMS, ChannelName.WECHAT, ChannelName.EMAIL)
RECEIVED: dict[InboundWay, Received] = {
    InboundWay.REPLY: Received.REPLY,
    InboundWay.PAGE_REQUEST: Received.PAGE,
    InboundWay.PAGE_WISH: Received.PAGE,
    InboundWay.PHONE: Received.PHONE,
    InboundWay.COUNTER: Received.COUNTER,
    InboundWay.LETTER: Received.LETTER,
    InboundWay.EMAIL: Received.EMAIL,
    InboundWay.WECHAT: Received.WECHAT,
}
"""How a complaint was received, by how it was said."""
UNDECIDED = (AppointmentStatus.REQUESTED, AppointmentStatus.BOOKED)


class MessageTooLong(InvalidInput):
    """The message is too long."""

    def __init__(self, length: int) -> None:
        self.length, self.longest = length, LONGEST_MESSAGE
        super().__init__(f"A message has at most {LONGEST_MESSAGE} characters; this one has {length}.")


class MessageWithdrawn(Conflict):
    """The customer wants no messages of ours by any channel that would reach them."""

    def __init__(self, channel: ChannelName, since: datetime | None, source: str, reason: str | None) -> None:
        self.channel, self.since, self.source, self.reason = channel, since, source, reason
        self.said_on = since.date().isoformat() if since else ""
        because = f" ({reason})" if reason else ""
        super().__init__(
            f"No message can go to this customer: they withdrew service messages by {channel} on {self.said_on} "
            f"({source}){because}. Answer by a call."
        )


class NoAddressForMessage(Conflict):
    """There is no number or address that a message could go to."""

    def __init__(self) -> None:
        super().__init__("No message can go to this customer: there is no number or address for one. Answer by a call.")


class MessageNotPlanned(Conflict):
    """The policy of the process has no step for it any more, so that nothing would be sent."""

    def __init__(self) -> None:
        super().__init__(f"No message was planned: the process '{PROCESS}' has no step for it. Answer by a call.")


class NeedsTime(InvalidInput):
    """A visit that is agreed on needs a time."""

    def __init__(self) -> None:
        super().__init__("Say when the visit is.")


class TimePassed(InvalidInput):
    """A visit cannot be agreed on for a time that has passed."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        super().__init__(f"The time {at:%Y-%m-%d %H:%M} has passed.")


@dataclass(frozen=True, slots=True)
class Answer:
    """How an inbound is answered."""

    how: AnswerWay
    words: str | None = None
    """The message itself, or what was said and done."""
    at: datetime | None = None
    """When a visit that is agreed on begins; None: at the time asked for."""


def answer_inbound(
    connection: Connection, inbound_id: int, answer: Answer, now: datetime, staff_code: str, *, seen: int | None = None
) -> None:
    """Answer an inbound, completely or not at all: if something fails, the inbound stays as it was.

    Raises what `hold` raises, and `NeedsWord`, `NeedsCustomer`, `MessageTooLong`, `MessageWithdrawn`,
    `NoAddressForMessage`, `NeedsTime`, `TimePassed`.
    """
    held = hold(connection, inbound_id, staff_code, seen, now)
    match answer.how:
        case AnswerWay.MESSAGE:
            _by_message(connection, held, answer.words or "", now)
        case AnswerWay.APPOINTMENT:
            _by_appointment(connection, held, answer, now)
        case AnswerWay.CASE:
            by_case(connection, held, answer.words, now)
        case AnswerWay.LEAD:
            _by_lead(connection, held, answer.words, now)
        case AnswerWay.NONE if not (answer.words or "").strip():
            raise NeedsWord
        case _:
            settle(connection, held, answer.how, answer.words, now)


def _by_message(connection: Connection, held: Held, words: str, now: datetime) -> None:
    """Through the ledger and its gates, as every touch. What a gate would stop is refused at once."""
    text = words.strip()
    if not text:
        raise NeedsWord
    if len(text) > LONGEST_MESSAGE:
        raise MessageTooLong(len(text))
    channel = channel_for(connection, held.row, now)
    settle(connection, held, AnswerWay.MESSAGE, text, now, answer_channel=channel)
    plan(connection, PROCESS, now, None)
    # The customer is answered by the way that they wrote by, and not by the first of the policy's.
    mine = (Touch.process == PROCESS, Touch.subject_kind == KIND, Touch.subject_id == held.row.id)
    planned = update(Touch).where(*mine, Touch.anchor_at == moment(now)).values(channels=[channel])
    if not connection.execute(planned).rowcount:
        raise MessageNotPlanned


def channel_for(connection: Connection, inbound: AnyRow, now: datetime) -> ChannelName:
    """The channel that an answer goes by: that of the customer's own message first.

    Raises `NeedsCustomer`, `NoAddressForMessage`, and `MessageWithdrawn` with the consent that says so.
    """
    if inbound.customer_id is None:
        raise NeedsCustomer(inbound.id)
    own = inbound.channel or ANSWER_CHANNELS.get(inbound.way)
    in_order = sorted(BY_MESSAGE, key=lambda channel: (channel is not own, BY_MESSAGE.index(channel)))
    used = connection.execute(select(Store.channels).where(Store.id == inbound.store_id)).scalar_one()
    reached = [one for one in in_order if one in used and _has_point(connection, inbound.customer_id, one, now)]
    if not reached:
        raise NoAddressForMessage
    switches = read_switches(connection, None, inbound.customer_id, now)
    refused: Switch | None = None
    for channel in reached:
        switch = switches.of(Purpose.SERVICE, channel)
        if switch.allowed:
            return channel
        refused = refused or switch
    assert refused is not None  # noqa: S101  at least one channel was tried
    raise MessageWithdrawn(refused.channel, refused.since, refused.source or "", refused.reason)


def _has_point(connection: Connection, customer_id: int, channel: ChannelName, now: datetime) -> bool:
    """Whether the gates would find an address for the channel."""
    found = select(ContactPoint.id).where(
        ContactPoint.customer_id == customer_id,
        ContactPoint.kind == REPLY_KINDS[channel],
        or_(ContactPoint.invalid_since.is_(None), ContactPoint.invalid_since > moment(now)),
    )
    if channel is ChannelName.SMS:
        found = found.where(ContactPoint.takes_text)
    return connection.execute(found.limit(1)).one_or_none() is not None


def _by_appointment(connection: Connection, held: Held, answer: Answer, now: datetime) -> None:
    """Agree on the visit that was asked for. Its confirmation goes out as that of any booking."""
    row = held.row
    start = answer.at or row.wanted_at
    if start is None:
        raise NeedsTime
    if start <= now:
        raise TimePassed(start.astimezone(_zone(connection, row.store_id)))
    if row.appointment_id is not None:
        _agree(connection, held, row.appointment_id, start, now)
    words = answer.words or f"{start.astimezone(_zone(connection, row.store_id)):%Y-%m-%d %H:%M}"
    settle(connection, held, AnswerWay.APPOINTMENT, words, now)


def _agree(connection: Connection, held: Held, appointment_id: int, start: datetime, now: datetime) -> None:
    """A requested visit becomes booked; one that stands is moved, and departments hear of it as of any move."""
    found = connection.execute(
        select(Appointment.__table__).where(Appointment.id == appointment_id).with_for_update()
    ).one()
    if found.status not in UNDECIDED:
        return  # the store's own system has settled it otherwise: what was agreed is on record here
    values: dict[str, object] = {"starts_at": start, "status": AppointmentStatus.BOOKED, "other_time_asked_at": None}
    if found.status == AppointmentStatus.REQUESTED:
        values["booked_at"] = now
    elif found.starts_at != start:
        values["moved_at"] = now
        connection.execute(
            insert(AppointmentChange).values(
                appointment_id=found.id, kind=ChangeKind.MOVED, from_starts_at=found.starts_at, to_starts_at=start,
                changed_at=now, by_customer=True,
            )
        )  # fmt: skip
    connection.execute(update(Appointment).where(Appointment.id == found.id).values(**values))
    before = {"starts_at": found.starts_at.isoformat(), "state": found.status}
    after = {"starts_at": start.isoformat(), "state": AppointmentStatus.BOOKED}
    audit.record(connection, now, held.actor.code, "appointment.agreed", "appointment", found.id, before, after)


def by_case(connection: Connection, held: Held, words: str | None, now: datetime, **more: object) -> int:
    """Open a complaint's case that whoever answers owns; its id. Raises `NeedsCustomer`, `NeedsWord`."""
    row = held.row
    if row.customer_id is None:
        raise NeedsCustomer(row.id)
    note = "\n".join(part for part in (row.text.strip(), (words or "").strip()) if part)
    if not note:
        raise NeedsWord
    case_id = open_case(
        connection,
        NewCase(
            row.store_id,
            row.customer_id,
            CaseKind.COMPLAINT,
            f"inbound:{row.id}",
            note,
            held.actor.id,
            received=RECEIVED[row.way],
        ),
        now,
    )
    settle(connection, held, AnswerWay.CASE, words, now, case_id=case_id, **more)
    return case_id


def _by_lead(connection: Connection, held: Held, words: str | None, now: datetime) -> None:
    """Make a lead of it, to be contacted as any other."""
    row = held.row
    if row.customer_id is None:
        raise NeedsCustomer(row.id)
    lead = upsert(Lead).values(
        store_id=row.store_id,
        key=f"inbound:{row.id}",
        customer_id=row.customer_id,
        urgency=LeadUrgency.WITHIN_A_MONTH,
        state=LeadState.OPEN,
        created_on=_today(connection, row.store_id, now),
    )
    connection.execute(lead.on_conflict_do_nothing(index_elements=["store_id", "key"]))
    settle(connection, held, AnswerWay.LEAD, words, now)


def _zone(connection: Connection, store_id: int) -> ZoneInfo:
    return ZoneInfo(connection.execute(select(Store.time_zone).where(Store.id == store_id)).scalar_one())


def _today(connection: Connection, store_id: int, now: datetime) -> date:
    return now.astimezone(_zone(connection, store_id)).date()
