"""What customers write back: confirmations, wishes for another time, and opt-outs, each taken once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

import phonenumbers
from sqlalchemy import ColumnElement, Connection, Row, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from models.cadence import moment
from models.errors import AftercareError
from models.ledger import Reply, Touch
from models.people import Consent, ContactPoint, Store
from models.replies import read_meaning
from models.service import Appointment
from models.words import (
    AppointmentStatus,
    ChannelName,
    ContactKind,
    Gate,
    ProcessName,
    ReplyMeaning,
    StepKind,
    SubjectKind,
    TouchState,
)
from tasks import audit
from tasks.touches import cancel_touches

OPTED_OUT = "the customer opted out of the channel"
SOURCE = "reply"
MISSED = timedelta(days=2)
"""So long after a missed appointment the customer may still ask for another time."""
HOME = "CN"
"""Whose numbers a sender without a country's code is tried as, beside the stores' countries; as in the import."""
ANSWERABLE = {
    ReplyMeaning.CONFIRM: (AppointmentStatus.BOOKED,),
    ReplyMeaning.OTHER_TIME: (AppointmentStatus.BOOKED, AppointmentStatus.REQUESTED, AppointmentStatus.NO_SHOW),
}
"""The appointments that a reply may be about, by what it says."""
TOLD = (TouchState.SENDING, TouchState.SENT, TouchState.UNKNOWN)
KINDS: dict[ChannelName, ContactKind] = {
    ChannelName.SMS: ContactKind.PHONE,
    ChannelName.PHONE: ContactKind.PHONE,
    ChannelName.EMAIL: ContactKind.EMAIL,
    ChannelName.WECHAT: ContactKind.WECHAT,
}


class UnreadableSender(AftercareError):
    """A sender that is no phone number."""

    def __init__(self, sender: str) -> None:
        self.sender = sender
        super().__init__(
            f"'{sender}' is not a phone number; expected one with its country's code, such as +86 138 0013 8000."
        )


@dataclass(frozen=True, slots=True)
class ReplyTaken:
    """A reply, and what it led to."""

    id: int
    meaning: ReplyMeaning
    customers: tuple[int, ...]
    """Whom the sender is, as far as they are known."""
    appointment_id: int | None
    cancelled: int
    """Touches cancelled by an opt-out."""
    again: bool
    """It was taken before under the same message id, and led to nothing this time."""


def record_reply(
    connection: Connection,
    sender: str,
    text: str,
    channel: ChannelName,
    now: datetime,
    message_id: str | None = None,
) -> ReplyTaken:
    """Take a reply: `1` confirms, `2` asks for another time, an opt-out is honoured at once; the rest is kept.

    Raises `UnreadableSender`.
    """
    address, customers = _sender(connection, sender, channel)
    meaning = read_meaning(text)
    appointment = _appointment(connection, customers, meaning, now)
    customer_id = appointment.customer_id if appointment else next(iter(customers), None)
    appointment_id = appointment.id if appointment else None
    reply_id = connection.execute(
        insert(Reply)
        .values(
            customer_id=customer_id,
            sender=address,
            channel=channel,
            text=text,
            meaning=meaning,
            received_at=now,
            appointment_id=appointment_id,
            message_id=message_id,
        )
        .on_conflict_do_nothing(index_elements=["message_id"])
        .returning(Reply.id)
    ).scalar_one_or_none()
    if reply_id is None:
        return _taken_before(connection, message_id, customers)
    cancelled = _act(connection, meaning, appointment, customers, channel, now)
    return ReplyTaken(reply_id, meaning, customers, appointment_id, cancelled, again=False)


def _taken_before(connection: Connection, message_id: str | None, customers: tuple[int, ...]) -> ReplyTaken:
    first = connection.execute(select(Reply.__table__).where(Reply.message_id == message_id)).one()
    return ReplyTaken(first.id, first.meaning, customers, first.appointment_id, 0, again=True)


def _act(
    connection: Connection,
    meaning: ReplyMeaning,
    appointment: Row[Any] | None,
    customers: tuple[int, ...],
    channel: ChannelName,
    now: datetime,
) -> int:
    """What a reply leads to; how many touches it cancelled."""
    match meaning:
        case ReplyMeaning.CONFIRM:
            _set(connection, appointment, {"confirmed_at": now, "other_time_asked_at": None}, now)
        case ReplyMeaning.OTHER_TIME:
            _set(connection, appointment, {"other_time_asked_at": now, "confirmed_at": None}, now)
        case ReplyMeaning.STOP:
            return _opt_out(connection, customers, channel, now)
        case ReplyMeaning.UNREADABLE:
            pass
        case _:
            assert_never(meaning)
    return 0


def _set(
    connection: Connection, appointment: Row[Any] | None, values: dict[str, datetime | None], now: datetime
) -> None:
    if appointment is None:
        return
    connection.execute(update(Appointment).where(Appointment.id == appointment.id).values(**values))
    before = {name: _plain(getattr(appointment, name)) for name in values}
    after = {name: _plain(value) for name, value in values.items()}
    actor = f"customer:{appointment.customer_id}"
    audit.record(connection, now, actor, "appointment.replied", "appointment", appointment.id, before, after)


def _plain(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _opt_out(connection: Connection, customers: tuple[int, ...], channel: ChannelName, now: datetime) -> int:
    """Withdraw consent for the channel, for every purpose, and cancel the messages that have no other."""
    if not customers:
        return 0
    values = {"purpose": None, "channel": channel, "granted": False, "given_at": now, "source": SOURCE}
    withdrawn = [values | {"customer_id": customer, "reason": OPTED_OUT} for customer in customers]
    connection.execute(insert(Consent).values(withdrawn).on_conflict_do_nothing())
    only_there = (
        Touch.customer_id.in_(customers)
        & (Touch.kind == StepKind.MESSAGE)
        & (Touch.channels == literal([channel.value], ARRAY(Text)))
    )
    return cancel_touches(connection, only_there, Gate.CONSENT, OPTED_OUT, now, {"channel": channel})


def _appointment(
    connection: Connection, customers: Sequence[int], meaning: ReplyMeaning, now: datetime
) -> Row[Any] | None:
    """The appointment that a `1` or a `2` is about: of those that wait, the one last messaged about, then the next.

    A missed one can still be given another time, but not be confirmed.
    """
    statuses = ANSWERABLE.get(meaning)
    if not statuses or not customers:
        return None
    since = now - MISSED if meaning is ReplyMeaning.OTHER_TIME else now
    messaged_at = (
        select(func.max(Touch.contacted_at))
        .where(
            Touch.process == ProcessName.APPOINTMENT_REMINDERS.value,
            Touch.subject_kind == SubjectKind.APPOINTMENT,
            Touch.subject_id == Appointment.id,
            Touch.kind == StepKind.MESSAGE,
            Touch.state.in_(TOLD),
            Touch.contacted_at <= moment(now),
        )
        .scalar_subquery()
    )
    statement = (
        select(Appointment.__table__)
        .where(
            Appointment.customer_id.in_(customers),
            Appointment.status.in_(statuses),
            Appointment.arrived_at.is_(None),
            Appointment.starts_at > moment(since),
        )
        .order_by(messaged_at.desc().nulls_last(), Appointment.starts_at, Appointment.id)
        .limit(1)
        .with_for_update(of=Appointment.__table__)
    )
    return connection.execute(statement).one_or_none()


def _sender(connection: Connection, sender: str, channel: ChannelName) -> tuple[str, tuple[int, ...]]:
    """The sender's address, and every customer who has it; who was contacted last comes first."""
    kind = KINDS[channel]
    spellings = _numbers(connection, sender) if kind is ContactKind.PHONE else [sender.strip()]
    known = {address: _customers(connection, kind, address) for address in spellings}
    address = next((spelling for spelling in spellings if known[spelling]), spellings[0])
    return address, known[address]


def _customers(connection: Connection, kind: ContactKind, address: str) -> tuple[int, ...]:
    contacted = select(func.max(Touch.contacted_at)).where(Touch.customer_id == ContactPoint.customer_id)
    return tuple(
        connection.scalars(
            select(ContactPoint.customer_id)
            .where(ContactPoint.kind == kind, _same(kind, address))
            .order_by(contacted.scalar_subquery().desc().nulls_last(), ContactPoint.customer_id)
        )
    )


def _same(kind: ContactKind, address: str) -> ColumnElement[bool]:
    """E-mail addresses are kept in lower case; the case of a WeChat id may matter."""
    return ContactPoint.value == (address.casefold() if kind is ContactKind.EMAIL else address)


def _numbers(connection: Connection, sender: str) -> list[str]:
    """The E.164 numbers that a sender may be: gateways give them with or without a plus sign or a country's code."""
    countries = [country for country in connection.scalars(select(Store.holiday_country).distinct()) if country]
    attempts = [(sender, None), (f"+{sender.strip()}", None), *((sender, country) for country in (*countries, HOME))]
    numbers = [number for text, country in attempts if (number := _parse(text, country))]
    if not numbers:
        raise UnreadableSender(sender)
    return list(dict.fromkeys(numbers))


def _parse(text: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None
