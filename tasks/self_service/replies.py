"""What customers write back: confirmations, wishes for another time, and opt-outs, each taken once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

import phonenumbers
from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from models.core.cadence import moment
from models.core.errors import InvalidInput
from models.core.reasons import declare, give
from models.core.words import (
    AppointmentStatus,
    CallOutcome,
    CampaignAnswer,
    ChannelName,
    ContactKind,
    Gate,
    Purpose,
    ReplyMeaning,
    StepKind,
    SurveySource,
    TouchState,
)
from models.ledger.tables import Reply, Touch
from models.messages.replies import meaning_in_turn, read_mark
from models.people.tables import Consent, ContactPoint, Store
from models.subjects import appointment
from models.subjects.appointment import Appointment
from tasks import audit
from tasks.campaigns.outcome.answers import answer_of, call_off, of_campaigns, record_answer
from tasks.self_service.surveys import Answer, answer_survey
from tasks.touches.picking import cancel_touches

OPTED_OUT = declare("opted-out-of-channel")
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
ANSWERED_WITHIN = timedelta(days=30)
"""So long after a survey a digit is an answer to it, and after a campaign's message whatever is written."""
NOT_REACHED = (CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER)
BY_MESSAGE = "recommends"
"""What a survey by message asks for with one digit."""
TOLD = (TouchState.SENDING, TouchState.SENT, TouchState.UNKNOWN)
KINDS: dict[ChannelName, ContactKind] = {
    ChannelName.SMS: ContactKind.PHONE,
    ChannelName.PHONE: ContactKind.PHONE,
    ChannelName.EMAIL: ContactKind.EMAIL,
    ChannelName.WECHAT: ContactKind.WECHAT,
}


class UnreadableSender(InvalidInput):
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
    mark: int | None
    """What it answers to a survey."""
    case_id: int | None
    """The complaint that a bad mark opened."""
    answer: CampaignAnswer | None
    """What it answers to a campaign."""
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

    After a survey a digit from 1 to 5 is its answer, unless an appointment waits for a `1` or a `2`. After a message
    of a campaign a `1` says that the customer is interested, unless an appointment waits for it; whatever else is
    written is an answer, too. Raises `UnreadableSender`.
    """
    address, customers = _sender(connection, sender, channel)
    mark = read_mark(text)
    said = _said_last(connection, customers, now)
    survey = said if said is not None and said.is_survey and mark is not None else None
    campaign = said if said is not None and said.is_campaign else None
    waits = said is not None and mark is not None and _appointment_waits(connection, customers, now)
    meaning = meaning_in_turn(text, after_survey=survey is not None, appointment_waits=waits)
    interested = campaign is not None and meaning is ReplyMeaning.CONFIRM and not waits
    appointment = None if interested else _appointment(connection, customers, meaning, now)
    about = appointment or (survey if meaning is ReplyMeaning.MARK else campaign)
    customer_id = about.customer_id if about else next(iter(customers), None)
    appointment_id = appointment.id if appointment else None
    reply_id = _keep(
        connection,
        customer_id=customer_id,
        sender=address,
        channel=channel,
        text=text,
        meaning=meaning,
        received_at=now,
        appointment_id=appointment_id,
        message_id=message_id,
    )
    if reply_id is None:
        return _taken_before(connection, message_id, customers)
    if meaning is ReplyMeaning.MARK and survey is not None and mark is not None:
        case_id = _answer(connection, survey, mark, now)
        return ReplyTaken(reply_id, meaning, customers, None, 0, mark, case_id, None, again=False)
    cancelled = _act(connection, meaning, appointment, customers, channel, now)
    answer = answer_of(meaning) if campaign is not None and appointment is None else None
    if campaign is not None and answer is not None:
        cancelled += _answer_campaign(connection, campaign.subject_id, answer, meaning, customers, now)
    return ReplyTaken(reply_id, meaning, customers, appointment_id, cancelled, None, None, answer, again=False)


def _keep(connection: Connection, **values: Any) -> int | None:
    """Write the reply down; its id, or None where one of the same message id is there already."""
    kept = insert(Reply).values(**values).on_conflict_do_nothing(index_elements=["message_id"]).returning(Reply.id)
    return connection.execute(kept).scalar_one_or_none()


def _answer_campaign(
    connection: Connection,
    recipient_id: int,
    answer: CampaignAnswer,
    meaning: ReplyMeaning,
    customers: Sequence[int],
    now: datetime,
) -> int:
    """Keep an answer to a campaign; an opt-out also ends what is to come of it. How many touches that cancels.

    That a customer is interested replaces what they said before; nothing else does, least of all an opt-out.
    """
    record_answer(connection, recipient_id, answer, now, replaces=answer is CampaignAnswer.INTERESTED)
    return call_off(connection, recipient_id, customers, give(OPTED_OUT), now) if meaning is ReplyMeaning.STOP else 0


def _taken_before(connection: Connection, message_id: str | None, customers: tuple[int, ...]) -> ReplyTaken:
    first = connection.execute(select(Reply.__table__).where(Reply.message_id == message_id)).one()
    mark = read_mark(first.text) if first.meaning is ReplyMeaning.MARK else None
    return ReplyTaken(first.id, first.meaning, customers, first.appointment_id, 0, mark, None, None, again=True)


def _answer(connection: Connection, survey: Row[Any], mark: int, now: datetime) -> int | None:
    """Keep a mark as the survey's answer; the complaint that it opens, if any."""
    answer = Answer(
        survey.subject_kind,
        survey.subject_id,
        survey.store_id,
        survey.customer_id,
        {BY_MESSAGE: mark},
        "",
        SurveySource.REPLY,
    )
    return answer_survey(connection, answer, now)


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
        case ReplyMeaning.MARK | ReplyMeaning.UNREADABLE:
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
    return cancel_touches(connection, only_there, Gate.CONSENT, give(OPTED_OUT), now, {"channel": channel})


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
    statement = (
        select(Appointment.__table__)
        .where(
            Appointment.customer_id.in_(customers),
            Appointment.status.in_(statuses),
            Appointment.arrived_at.is_(None),
            Appointment.starts_at > moment(since),
        )
        .order_by(_messaged_at(now).desc().nulls_last(), Appointment.starts_at, Appointment.id)
        .limit(1)
        .with_for_update(of=Appointment.__table__)
    )
    return connection.execute(statement).one_or_none()


def _messaged_at(now: datetime) -> ScalarSelect[Any]:
    """When the customer was last messaged about an appointment."""
    return (
        select(func.max(Touch.contacted_at))
        .where(
            Touch.subject_kind == appointment.KIND,
            Touch.subject_id == Appointment.id,
            Touch.kind == StepKind.MESSAGE,
            Touch.state.in_(TOLD),
            Touch.contacted_at <= moment(now),
        )
        .scalar_subquery()
    )


def _appointment_waits(connection: Connection, customers: Sequence[int], now: datetime) -> bool:
    """Whether the customer was messaged about an appointment, and has not answered."""
    waiting = select(Appointment.id).where(
        Appointment.customer_id.in_(customers),
        Appointment.status == AppointmentStatus.BOOKED,
        Appointment.arrived_at.is_(None),
        Appointment.confirmed_at.is_(None),
        Appointment.other_time_asked_at.is_(None),
        Appointment.starts_at > moment(now),
        _messaged_at(now).is_not(None),
    )
    return connection.execute(waiting.limit(1)).one_or_none() is not None


def _said_last(connection: Connection, customers: Sequence[int], now: datetime) -> Row[Any] | None:
    """What was said to the sender last, by message or by phone: `is_survey`, `is_campaign`, or something else."""
    messaged = and_(Touch.kind == StepKind.MESSAGE, Touch.state.in_(TOLD))
    called = and_(
        Touch.kind == StepKind.CALL,
        Touch.state == TouchState.DONE,
        or_(Touch.outcome.is_(None), Touch.outcome.not_in(NOT_REACHED)),
    )
    said_at = case((Touch.kind == StepKind.CALL, Touch.state_at), else_=Touch.contacted_at)
    is_survey = Touch.purpose == Purpose.SURVEY
    is_campaign = of_campaigns()
    whose = (Touch.subject_kind, Touch.subject_id, Touch.store_id, Touch.customer_id)
    return connection.execute(
        select(*whose, is_survey.label("is_survey"), is_campaign.label("is_campaign"))
        .where(
            Touch.customer_id.in_(customers),
            Touch.contacted_at.between(moment(now - ANSWERED_WITHIN), moment(now)),
            or_(messaged, called),
            said_at <= moment(now),
        )
        # Of one message's lines, the survey's is answered, or else the campaign's.
        .order_by(said_at.desc(), is_survey.desc(), is_campaign.desc(), Touch.id)
        .limit(1)
    ).one_or_none()


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
