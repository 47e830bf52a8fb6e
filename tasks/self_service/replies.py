"""What customers write back: confirmations, wishes for another time, and opt-outs, each taken once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import phonenumbers
from sqlalchemy import Connection, Row, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from models.calls.outcomes import names_of
from models.core.cadence import moment
from models.core.errors import InvalidInput
from models.core.reasons import give
from models.core.rows import AnyRow
from models.core.words import (
    CampaignAnswer,
    ChannelName,
    ContactKind,
    Gate,
    Purpose,
    ReplyMeaning,
    StepKind,
    SubjectKind,
    SurveySource,
    TouchState,
)
from models.inbound.reading import Reading, read_free_text
from models.inbound.words import REPLY_KINDS
from models.ledger.law_notices import NoticeKind
from models.ledger.tables import Reply, Touch
from models.ledger.touch_states import TOLD
from models.messages.replies import is_one_of, meaning_in_turn, read_mark
from models.people.tables import ContactPoint, Customer, Store
from models.stores.laws.pack import pack_of
from tasks.customers.consent import append_entry
from tasks.inbound.replies import UnsettledReply, hand_to_a_person
from tasks.inbound.revocations import OPTED_OUT, opt_in, opt_out
from tasks.self_service.surveys import Answer, answer_survey
from tasks.stores.laws.notices import confirm, find_question, note_answer
from tasks.subjects.registry import all_replies, replies_of
from tasks.subjects.replies import About, Led
from tasks.touches.picking import cancel_touches

HOME = "CN"
"""Whose numbers a sender without a country's code is tried as, beside the stores' countries; as in the import."""
ANSWERED_WITHIN = timedelta(days=30)
"""So long after a survey a digit is an answer to it, and after a campaign's message whatever is written."""
DOUBLE_OPT_IN = "double opt-in"
"""The source of a consent that was given by the answer to our question."""
CONFIRMED = {
    ReplyMeaning.STOP: NoticeKind.OPTED_OUT,
    ReplyMeaning.START: NoticeKind.OPTED_IN,
    ReplyMeaning.HELP: NoticeKind.HELP,
}
BY_MESSAGE = "recommends"
"""What a survey by message asks for with one digit."""


class UnreadableSender(InvalidInput):
    """A sender that is no phone number."""

    def __init__(self, sender: str) -> None:
        self.sender = sender
        super().__init__(
            f"'{sender}' is not a phone number; expected one with its country's code, such as +86 138 0013 8000."
        )


Said = Row[tuple[UUID, SubjectKind, int, int, int, bool, bool]]
"""What was said to a customer: the touch, its subject, store and customer, `is_survey`, `is_answered`."""


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


@dataclass(frozen=True, slots=True)
class _Read:
    """What a reply means, given what was said to the sender last and what waits for an answer."""

    meaning: ReplyMeaning
    mark: int | None
    said: Said | None
    """What was said last."""
    survey: Said | None
    """The same, if it is a survey that the reply may mark."""
    answered: Said | None
    """The same, if it takes answers."""
    reading: Reading | None
    """Of free words."""
    question: AnyRow | None
    """The question for consent that it agrees to."""
    interested: bool
    waiting: About | None

    @property
    def about(self) -> About | Said | None:
        """What it is about."""
        return self.waiting or (self.survey if self.meaning is ReplyMeaning.MARK else self.answered)


def record_reply(
    connection: Connection,
    sender: str,
    text: str,
    channel: ChannelName,
    now: datetime,
    message_id: str | None = None,
) -> ReplyTaken:
    """Take a reply: an opt-out is honoured at once, the rest is handed to the kit that it belongs to, and all is kept.

    A `1` or a `2` belongs to what waits for it, whatever was said last. After a survey a digit from 1 to 5 is its
    answer, unless something waits for a `1` or a `2`. After a message of a kit that takes answers (a campaign's) a
    `1` answers it, unless something waits for it; whatever else is written is an answer, too.
    A word of return of the store's law pack takes back what an opt-out did, and no more.
    An opt-out in other words is honoured where it is clear. What no rule settles goes to a person (invariant 11).
    Raises `UnreadableSender`.
    """
    address, customers = _sender(connection, sender, channel)
    read = _read(connection, customers, text, now, channel, address)
    meaning, mark, said, answered, waiting, about = (
        read.meaning, read.mark, read.said, read.answered, read.waiting, read.about,
    )  # fmt: skip
    noted = dict(waiting.noted) if waiting else {}
    reply_id = _keep(
        connection,
        customer_id=about.customer_id if about else next(iter(customers), None),
        sender=address,
        channel=channel,
        text=text,
        meaning=meaning,
        received_at=now,
        message_id=message_id,
        **noted,
    )
    if reply_id is None:
        return _taken_before(connection, message_id, customers)
    if meaning is ReplyMeaning.MARK and read.survey is not None and mark is not None:
        case_id = _answer(connection, read.survey, mark, now)
        return ReplyTaken(reply_id, meaning, customers, None, 0, mark, case_id, None, again=False)
    cancelled = opt_out(connection, customers, channel, now) if meaning is ReplyMeaning.STOP else 0
    settled = _settle_by_law(connection, read, customers, channel, address, reply_id, now)
    to = waiting or (About(answered.subject_kind, answered.subject_id, answered.customer_id) if answered else None)
    led = _hand_over(connection, to, meaning, customers, now) if to else Led()
    if led.cancels is not None:
        cancelled += cancel_touches(connection, led.cancels, Gate.CONSENT, give(OPTED_OUT), now, dict(led.figures))
    appointment_id = noted.get("appointment_id")
    left = UnsettledReply(
        reply_id, address, channel, text, meaning, customers, about.customer_id if about else None,
        appointment_id=appointment_id, touch_id=said.touch_id if said is not None else None,
        settled=settled or (waiting is not None and meaning is ReplyMeaning.CONFIRM), interested=read.interested,
        reading=read.reading,
    )  # fmt: skip
    hand_to_a_person(connection, left, now)
    return ReplyTaken(reply_id, meaning, customers, appointment_id, cancelled, None, None, led.answer, again=False)


def _read(
    connection: Connection, customers: Sequence[int], text: str, now: datetime, channel: ChannelName, address: str
) -> _Read:
    mark = read_mark(text)
    said = _said_last(connection, customers, now)
    survey = said if said is not None and said.is_survey and mark is not None else None
    answered = said if said is not None and said.is_answered else None
    waits = said is not None and mark is not None and _something_waits(connection, customers, now)
    meaning = meaning_in_turn(text, after_survey=survey is not None, something_waits=waits)
    reading = read_free_text(text) if meaning is ReplyMeaning.UNREADABLE else None
    if reading is not None and reading.clear:
        meaning = ReplyMeaning.STOP
    if meaning is ReplyMeaning.UNREADABLE:
        meaning = _meaning_by_law(connection, customers, text)
    question = None
    if meaning is ReplyMeaning.UNREADABLE:
        question = find_question(connection, customers, channel, address, text, now)
        meaning = ReplyMeaning.AGREE if question is not None else meaning
    interested = answered is not None and meaning is ReplyMeaning.CONFIRM and not waits
    waiting = None if interested else _waiting(connection, customers, meaning, now)
    return _Read(meaning, mark, said, survey, answered, reading, question, interested, waiting)


def _settle_by_law(
    connection: Connection, read: _Read, customers: Sequence[int], channel: ChannelName, address: str, reply_id: int,
    now: datetime,
) -> bool:  # fmt: skip
    """Do what a word of the law packs asks for, and confirm it; whether that needs nobody any more."""
    settled = False
    if read.meaning is ReplyMeaning.START:
        settled = opt_in(connection, customers, channel, now) > 0
    elif read.question is not None:
        evidence = note_answer(connection, read.question, reply_id)
        whose, purpose = read.question.customer_id, read.question.purpose
        append_entry(connection, whose, purpose, channel, evidence, now, DOUBLE_OPT_IN, granted=True)
        settled = True
    kind = CONFIRMED.get(read.meaning)
    if kind is not None and customers:
        confirm(connection, kind, customers[0], channel, address, now, reply_id)
    return settled


def _meaning_by_law(connection: Connection, customers: Sequence[int], text: str) -> ReplyMeaning:
    """What a reply means by a word of the law packs of the sender's stores; `unreadable` if it is none."""
    laws = select(Store.law).join(Customer, Customer.store_id == Store.id).where(Customer.id.in_(customers)).distinct()
    packs = [pack_of(law) for law in connection.scalars(laws.order_by(Store.law))]
    asked = (ReplyMeaning.STOP, ReplyMeaning.START, ReplyMeaning.HELP)
    found = (meaning for meaning in asked for pack in packs if is_one_of(text, pack.words_for(meaning)))
    return next(found, ReplyMeaning.UNREADABLE)


def _something_waits(connection: Connection, customers: Sequence[int], now: datetime) -> bool:
    return any(replies.waits(connection, customers, now) for replies in all_replies())


def _waiting(connection: Connection, customers: Sequence[int], meaning: ReplyMeaning, now: datetime) -> About | None:
    """What waits for a reply of that meaning: of several, what the customer was last messaged about."""
    found = [about for replies in all_replies() if (about := replies.find(connection, customers, meaning, now))]
    return max(found, key=lambda about: (about.messaged_at is not None, about.messaged_at or now), default=None)


def _hand_over(
    connection: Connection, about: About, meaning: ReplyMeaning, customers: Sequence[int], now: datetime
) -> Led:
    replies = replies_of(about.kind)
    return replies.take(connection, about, meaning, customers, now) if replies else Led()


def _keep(connection: Connection, **values: Any) -> int | None:
    """Write the reply down; its id, or None where one of the same message id is there already."""
    kept = insert(Reply).values(**values).on_conflict_do_nothing(index_elements=["message_id"]).returning(Reply.id)
    return connection.execute(kept).scalar_one_or_none()


def _taken_before(connection: Connection, message_id: str | None, customers: tuple[int, ...]) -> ReplyTaken:
    first = connection.execute(select(Reply.__table__).where(Reply.message_id == message_id)).one()
    mark = read_mark(first.text) if first.meaning is ReplyMeaning.MARK else None
    return ReplyTaken(first.id, first.meaning, customers, first.appointment_id, 0, mark, None, None, again=True)


def _answer(connection: Connection, survey: Said, mark: int, now: datetime) -> int | None:
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


def _said_last(connection: Connection, customers: Sequence[int], now: datetime) -> Said | None:
    """What was said to the sender last, by message or by phone: `is_survey`, `is_answered` by replies, or neither."""
    messaged = and_(Touch.kind == StepKind.MESSAGE, Touch.state.in_(TOLD))
    called = and_(
        Touch.kind == StepKind.CALL,
        Touch.state == TouchState.DONE,
        or_(Touch.outcome.is_(None), Touch.outcome.not_in(names_of(reached=False))),
    )
    said_at = case((Touch.kind == StepKind.CALL, Touch.state_at), else_=Touch.contacted_at)
    is_survey = Touch.purpose == Purpose.SURVEY
    is_answered = Touch.subject_kind.in_([replies.kind for replies in all_replies() if replies.answers_messages])
    whose = (Touch.id.label("touch_id"), Touch.subject_kind, Touch.subject_id, Touch.store_id, Touch.customer_id)
    return connection.execute(
        select(*whose, is_survey.label("is_survey"), is_answered.label("is_answered"))
        .where(
            Touch.customer_id.in_(customers),
            Touch.contacted_at.between(moment(now - ANSWERED_WITHIN), moment(now)),
            or_(messaged, called),
            said_at <= moment(now),
        )
        # Of one message's lines, the survey's is answered, or else the one that takes answers.
        .order_by(said_at.desc(), is_survey.desc(), is_answered.desc(), Touch.id)
        .limit(1)
    ).one_or_none()


def read_address(connection: Connection, sender: str, channel: ChannelName) -> str:
    """A sender's address as it is kept on record, however it was written. Raises `UnreadableSender`."""
    return _sender(connection, sender, channel)[0]


def _sender(connection: Connection, sender: str, channel: ChannelName) -> tuple[str, tuple[int, ...]]:
    """The sender's address, and every customer who has it; who was contacted last comes first."""
    kind = REPLY_KINDS[channel]
    spellings = _numbers(connection, sender) if kind is ContactKind.PHONE else [_plain(kind, sender)]
    known = {address: _customers(connection, kind, address) for address in spellings}
    address = next((spelling for spelling in spellings if known[spelling]), spellings[0])
    return address, known[address]


def _customers(connection: Connection, kind: ContactKind, address: str) -> tuple[int, ...]:
    contacted = select(func.max(Touch.contacted_at)).where(Touch.customer_id == ContactPoint.customer_id)
    return tuple(
        connection.scalars(
            select(ContactPoint.customer_id)
            .where(ContactPoint.kind == kind, ContactPoint.value == address)
            .order_by(contacted.scalar_subquery().desc().nulls_last(), ContactPoint.customer_id)
        )
    )


def _plain(kind: ContactKind, sender: str) -> str:
    """E-mail addresses are kept in lower case; the case of a WeChat id may matter."""
    return sender.strip().casefold() if kind is ContactKind.EMAIL else sender.strip()


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
