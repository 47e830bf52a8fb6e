"""What is unknown settles itself: the provider is asked what became of the message, where it can be asked.

A question is noted in a transaction of its own before it is asked, so that several dispatchers do not ask the same
thing, and an answer is recorded in a second one. What the provider says is a verdict of the touch, which `why` shows.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, insert, or_, select, update
from sqlalchemy.dialects import postgresql

from models.core.cadence import moment
from models.core.reasons import TEXT, GivenReason, declare, give
from models.core.rows import AnyRow
from models.core.settings import Settings
from models.core.words import ChannelName, Decision, Gate, ReceiptStatus, TouchState
from models.ledger.providers import DeliveryQuestion
from models.ledger.tables import Touch, Verdict
from models.people.tables import ContactPoint, Store
from tasks.channels.asking import (
    Answer,
    AskableChannel,
    Delivered,
    NoAnswer,
    NotKnown,
    OnItsWay,
    Question,
    Undelivered,
)
from tasks.channels.opening import all_addresses, find_address, open_channel, scheme_of
from tasks.dispatch.receipts import Receipt, record_receipts
from tasks.ledger.transitions import change

LOG = structlog.get_logger()
SAID_DELIVERED = declare("provider-says-delivered")
SAID_UNDELIVERED = declare("provider-says-undelivered", text=TEXT)
SAID_TAKEN = declare("provider-has-it")
SAID_NOT_YET = declare("provider-does-not-know-it-yet")
SAID_NEVER = declare("provider-never-got-it")
SAID_NOTHING = declare("provider-did-not-answer", text=TEXT)
WAITS = (timedelta(minutes=2), timedelta(minutes=8), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
"""How long after the sending it is asked first, and then how long after each question."""
ASKED_FOR = timedelta(days=3)
"""What is older is left to a person."""
NEVER_GOT_IT = timedelta(minutes=40)
"""A provider that does not know a message so long after its sending, asked several times, never got it."""
AT_ONCE = 200
"""Questions of one dispatch."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message whose delivery is unknown, and the question about it."""

    question: Question
    customer_id: int
    channel: ChannelName
    store: str
    asked: int
    """How often, this time included."""
    again_at: datetime
    """When it is asked again, if this does not settle it."""
    answered: str | None
    """The reason code of the last answer."""


def askable_providers(settings: Settings) -> set[str]:
    """The schemes among the configured channels that can be asked."""
    return {
        scheme_of(address)
        for address, setting in all_addresses(settings)
        if open_channel(address, setting, settings).abilities.can_be_asked
    }


async def ask_about_unknown(engine: Engine, settings: Settings, now: datetime) -> Counter[str]:
    """Ask the providers about what is unknown, and settle it; how many questions got which answer, by reason code."""
    providers = askable_providers(settings)
    if not providers:
        return Counter()
    doubts = await asyncio.to_thread(_take, engine, providers, now)
    answers = await _ask(settings, doubts, now)
    told = await asyncio.to_thread(_record, engine, list(zip(doubts, answers, strict=True)), now)
    if told:
        LOG.info("asked what became of messages", **told)
    return told


def anything_to_ask(connection: Connection, settings: Settings, now: datetime) -> bool:
    """Whether a question is due."""
    providers = askable_providers(settings)
    return bool(providers) and connection.execute(_due(providers, now).limit(1)).first() is not None


def _due(providers: set[str], now: datetime) -> Select[tuple[UUID]]:
    asked = DeliveryQuestion
    never = or_(asked.touch_id.is_(None), asked.asked_at < Touch.contacted_at)  # since it was last sent
    due = or_(and_(never, Touch.contacted_at <= moment(now - WAITS[0])), asked.again_at <= moment(now))
    return (
        select(Touch.id)
        .outerjoin(asked, asked.touch_id == Touch.id)
        .where(
            Touch.state == TouchState.UNKNOWN,
            Touch.merged_into.is_(None),
            Touch.provider.in_(sorted(providers)),
            Touch.contacted_at > moment(now - ASKED_FOR),
            due,
        )
        .order_by(Touch.state_at)
    )


def _take(engine: Engine, providers: set[str], now: datetime) -> list[Doubt]:
    """The questions that are due, noted as asked."""
    with engine.begin() as connection:
        ids = connection.scalars(_due(providers, now).limit(AT_ONCE).with_for_update(of=Touch, skip_locked=True)).all()
        rows = connection.execute(_doubtful(ids)).all() if ids else []
        doubts = [_doubt(row, now) for row in rows]
        for doubt in doubts:
            noted = {"asked": doubt.asked, "asked_at": now, "again_at": doubt.again_at}
            statement = postgresql.insert(DeliveryQuestion).values(touch_id=doubt.question.touch_id, **noted)
            connection.execute(statement.on_conflict_do_update(index_elements=["touch_id"], set_=noted))
        return doubts


def _doubtful(ids: Sequence[UUID]) -> Any:
    return (
        select(
            Touch.id, Touch.customer_id, Touch.message_id, Touch.channel, Touch.contacted_at, Touch.body,
            ContactPoint.value.label("recipient"), Store.code.label("store"),
            DeliveryQuestion.asked, DeliveryQuestion.asked_at, DeliveryQuestion.answer,
        )
        .join(ContactPoint, ContactPoint.id == Touch.contact_point_id)
        .join(Store, Store.id == Touch.store_id)
        .outerjoin(DeliveryQuestion, DeliveryQuestion.touch_id == Touch.id)
        .where(Touch.id.in_(ids))
    )  # fmt: skip


def _doubt(row: AnyRow, now: datetime) -> Doubt:
    before = row.asked is not None and row.asked_at >= row.contacted_at
    asked = (row.asked if before else 0) + 1
    again_at = now + WAITS[min(asked, len(WAITS) - 1)]
    question = Question(row.id, row.message_id, row.recipient, row.body or "", row.contacted_at)
    return Doubt(question, row.customer_id, row.channel, row.store, asked, again_at, row.answer if before else None)


async def _ask(settings: Settings, doubts: Sequence[Doubt], now: datetime) -> list[Answer]:
    """The answers, in the order of the doubts."""
    by_setting: dict[str, list[int]] = defaultdict(list)
    for place, doubt in enumerate(doubts):
        by_setting[find_address(settings, doubt.channel, doubt.store).setting].append(place)
    answers: list[Answer] = [NoAnswer("the channel is set otherwise since") for _ in doubts]
    async with AsyncExitStack() as closing:
        for places in by_setting.values():
            first = doubts[places[0]]
            address, setting = find_address(settings, first.channel, first.store)
            channel = open_channel(address, setting, settings)
            closing.push_async_callback(channel.aclose)
            if not isinstance(channel, AskableChannel):
                continue
            told = await channel.ask([doubts[place].question for place in places], now)
            for place, answer in zip(places, told, strict=True):
                answers[place] = answer
    return answers


def _record(engine: Engine, answered: Sequence[tuple[Doubt, Answer]], now: datetime) -> Counter[str]:
    told: Counter[str] = Counter()
    if not answered:
        return told
    with engine.begin() as connection:
        for doubt, answer in answered:
            said, decision, until = _settle(connection, doubt, answer, now)
            told[said.code] += 1
            _note(connection, doubt, said, decision, until, now)
    return told


def _settle(
    connection: Connection, doubt: Doubt, answer: Answer, now: datetime
) -> tuple[GivenReason, Decision, datetime | None]:
    """Settle one touch, with what went out inside its message, and say why."""
    match answer:
        case Delivered(at, message_id):
            _report(connection, doubt, ReceiptStatus.DELIVERED, at, message_id, None, now)
            return give(SAID_DELIVERED), Decision.PASS, None
        case Undelivered(reason, at):
            _report(connection, doubt, ReceiptStatus.UNDELIVERED, at, None, reason, now)
            return give(SAID_UNDELIVERED, text=reason), Decision.STOP, None
        case OnItsWay(message_id):
            taken = change(TouchState.SENT, (TouchState.UNKNOWN,), now).where(_together(doubt))
            connection.execute(taken.values(reason=None, reason_figures=None, message_id=message_id))
            return give(SAID_TAKEN), Decision.PASS, None
        case NotKnown():
            return _not_known(connection, doubt, now)
        case NoAnswer(reason):
            return give(SAID_NOTHING, text=reason), Decision.HOLD, doubt.again_at
        case _:
            assert_never(answer)


def _not_known(connection: Connection, doubt: Doubt, now: datetime) -> tuple[GivenReason, Decision, datetime | None]:
    """Soon after the sending a provider may not know it yet; later on it never got it, and it goes again."""
    if now - doubt.question.sent_at < NEVER_GOT_IT or doubt.answered != SAID_NOT_YET:
        return give(SAID_NOT_YET), Decision.HOLD, doubt.again_at
    unsaid = dict.fromkeys(
        ("reason", "reason_figures", "contacted_at", "channel", "contact_point_id", "message_id", "merged_into",
         "subject_line", "body", "provider")
    )  # fmt: skip
    again = change(TouchState.PLANNED, (TouchState.UNKNOWN,), now).where(_together(doubt))
    connection.execute(again.values(gate=Gate.RETRY, not_before=now, **unsaid))
    return give(SAID_NEVER), Decision.HOLD, now


def _report(
    connection: Connection,
    doubt: Doubt,
    status: ReceiptStatus,
    at: datetime | None,
    message_id: str | None,
    reason: str | None,
    now: datetime,
) -> None:
    """As if the provider had reported it by itself."""
    reported_at = max(at or now, doubt.question.sent_at)
    receipt = Receipt(status, reported_at, doubt.question.touch_id, message_id, reason)
    record_receipts(connection, [receipt], now)


def _together(doubt: Doubt) -> ColumnElement[bool]:
    """The touch and those whose lines its message carries."""
    head = doubt.question.touch_id
    return and_(Touch.customer_id == doubt.customer_id, or_(Touch.id == head, Touch.merged_into == head))


def _note(
    connection: Connection,
    doubt: Doubt,
    said: GivenReason,
    decision: Decision,
    until: datetime | None,
    now: datetime,
) -> None:
    """Keep the answer; a verdict is written only if it differs from the last answer."""
    touch_id = doubt.question.touch_id
    noted = update(DeliveryQuestion).where(DeliveryQuestion.touch_id == touch_id)
    settled = decision is not Decision.HOLD
    connection.execute(noted.values(answer=said.code, again_at=None if settled else doubt.again_at))
    if said.code != doubt.answered:
        verdict = {"touch_id": touch_id, "gate": Gate.CHANNEL, "decision": decision, "figures": {}, "until": until}
        connection.execute(insert(Verdict).values(**verdict, **said.columns, decided_at=now))
