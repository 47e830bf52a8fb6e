"""The texts of law packs beside the processes: confirmations of words, and questions for consent.

They are sent once. What may have gone out is never sent again, whatever the channel: nobody misses a second
confirmation, and a question can be asked anew.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Row, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from models.core.cadence import moment
from models.core.errors import Conflict, InvalidInput
from models.core.rows import AnyRow
from models.core.settings import Settings
from models.core.words import ChannelName, ContactKind, Purpose, StepKind
from models.ledger.law_notices import LawNotice, NoticeKind, NoticeState
from models.ledger.tables import ChannelPause
from models.messages.replies import is_one_of
from models.people.tables import ContactPoint, Customer, Store
from models.stores.laws.hours import closed_until
from models.stores.laws.pack import Pack, pack_of
from models.stores.laws.places import place, places_of_number
from tasks.channels.contract import Accepted, Message, Outcome, Rejected, Transient
from tasks.channels.opening import find_address, open_channel
from tasks.ledger import audit

CONFIRMED_WITHIN = timedelta(minutes=5)
"""A confirmation that comes later is none: 47 CFR 64.1200(a)(12)."""
NOT_AGAIN_FOR = timedelta(days=1)
"""Two machines that answer each other would else never stop."""
CUT_OFF_AFTER = timedelta(minutes=10)
AT_ONCE = 500
TEMPLATE = PROCESS = "law-notice"


class NoDoubleOptIn(InvalidInput):
    """The law pack of a store asks nobody for consent to a purpose."""

    def __init__(self, store: str, law: str, purpose: Purpose) -> None:
        self.store, self.law, self.purpose = store, law, purpose
        super().__init__(f"Store {store} goes by the pack '{law}', which has no question for consent to {purpose}.")


class NobodyToAsk(Conflict):
    """The customer has no number that a question could go to."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__(f"Customer {customer_id} has no mobile number that a question could go to.")


def confirm(
    connection: Connection, kind: NoticeKind, customer_id: int, channel: ChannelName, address: str, now: datetime,
    reply_id: int,
) -> None:  # fmt: skip
    """Let a reply by a word of the pack be confirmed, if the pack of the customer's store has a text for that."""
    row = _read_customer(connection, customer_id)
    pack = pack_of(row.law)
    if pack.confirmations is None or channel is not ChannelName.SMS:
        return
    text = getattr(pack.confirmations, kind.value.replace("-", "_"))
    said_lately = select(LawNotice.id).where(
        LawNotice.address == address, LawNotice.kind == kind, LawNotice.made_at > moment(now - NOT_AGAIN_FOR)
    )
    if connection.scalar(said_lately.limit(1)) is None:
        _keep(connection, row, kind, channel, address, text, now, CONFIRMED_WITHIN, reply_id=reply_id)


def ask_consent(connection: Connection, customer_id: int, purpose: Purpose, now: datetime, author: str) -> None:
    """Ask a customer by SMS whether they agree to messages for a purpose. Consent counts from their answer alone.

    Raises `NoDoubleOptIn`, `NobodyToAsk`.
    """
    row = _read_customer(connection, customer_id)
    rule = pack_of(row.law).double_opt_in
    if rule is None or purpose not in rule.purposes:
        raise NoDoubleOptIn(row.code, row.law, purpose)
    number = connection.scalar(
        select(ContactPoint.value)
        .where(
            ContactPoint.customer_id == customer_id,
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.takes_text,
            or_(ContactPoint.invalid_since.is_(None), ContactPoint.invalid_since > moment(now)),
        )
        .order_by(ContactPoint.rank, ContactPoint.id)
        .limit(1)
    )
    if number is None:
        raise NobodyToAsk(customer_id)
    lasts = timedelta(days=rule.expires_days)
    more = {"purpose": purpose, "made_by": author}
    _keep(connection, row, NoticeKind.CONSENT_QUESTION, ChannelName.SMS, number, rule.question, now, lasts, **more)
    audit.record(connection, now, author, "customer.consent-asked", "customer", customer_id, None, {"purpose": purpose})


def find_question(
    connection: Connection, customers: Sequence[int], channel: ChannelName, address: str, text: str, now: datetime
) -> AnyRow | None:
    """The question that a reply agrees to; None: it agrees to none that was asked and still stands."""
    asked = (
        select(LawNotice.__table__, Store.law)
        .join(Store, Store.id == LawNotice.store_id)
        .where(
            LawNotice.customer_id.in_(customers),
            LawNotice.kind == NoticeKind.CONSENT_QUESTION,
            LawNotice.channel == channel,
            LawNotice.address == address,
            LawNotice.state.in_((NoticeState.SENT, NoticeState.UNKNOWN)),
            LawNotice.answer_id.is_(None),
            LawNotice.valid_until > moment(now),
        )
        .order_by(LawNotice.made_at.desc())
    )
    return next((row for row in connection.execute(asked) if _agrees(pack_of(row.law), text)), None)


def _agrees(pack: Pack, text: str) -> bool:
    return pack.double_opt_in is not None and is_one_of(text, pack.double_opt_in.answers)


def note_answer(connection: Connection, question: AnyRow, reply_id: int) -> str:
    """Keep which reply agreed; the evidence for the consent, in words."""
    connection.execute(update(LawNotice).where(LawNotice.id == question.id).values(answer_id=reply_id))
    return f"{question.made_at:%F %H:%MZ} {question.text} -> reply {reply_id}"


def _read_customer(connection: Connection, customer_id: int) -> Row[Any]:
    return connection.execute(
        select(
            Customer.id, Customer.language.label("own_language"), Store.language, Store.id.label("store_id"),
            Store.code, Store.name, Store.phone, Store.law,
        )
        .join(Store, Store.id == Customer.store_id)
        .where(Customer.id == customer_id)
    ).one()  # fmt: skip


def _keep(
    connection: Connection, row: AnyRow, kind: NoticeKind, channel: ChannelName, address: str, text: dict[str, str],
    now: datetime, lasts: timedelta, **more: Any,
) -> None:  # fmt: skip
    language = row.own_language or row.language
    said = text[language].format(store=row.name, phone=row.phone or "")
    values = {
        "id": uuid4(), "customer_id": row.id, "store_id": row.store_id, "kind": kind, "channel": channel,
        "address": address, "text": said, "language": language, "made_at": now, "valid_until": now + lasts,
        "state": NoticeState.WAITING, "state_at": now,
    }  # fmt: skip
    connection.execute(insert(LawNotice).values(values | more).on_conflict_do_nothing(index_elements=["reply_id"]))


def any_notice_waits(connection: Connection) -> bool:
    """Whether there is a notice to send, or one that was cut off."""
    open_ones = LawNotice.state.in_((NoticeState.WAITING, NoticeState.SENDING))
    return connection.scalar(select(LawNotice.id).where(open_ones).limit(1)) is not None


async def send_notices(engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> dict[str, int]:
    """Send what waits, at most `AT_ONCE`; how many by what became of them. A question waits for the hours of the law,
    and everything for a paused channel; what is past its time fails."""
    with engine.begin() as connection:
        taken = _take(connection, clock())
    became: dict[str, int] = defaultdict(int)
    for (store, channel), rows in taken.items():
        address, setting = find_address(settings, channel, store)
        opened = open_channel(address, setting, settings)
        try:
            messages = [_message(row, clock()) for row in rows]
            registered = opened.abilities.needs_registered
            unfit: list[Outcome] = [Rejected("registered templates only") for _ in messages]
            outcomes = unfit if registered else await opened.send(messages)
        finally:
            await opened.aclose()
        with engine.begin() as connection:
            for row, outcome in zip(rows, outcomes, strict=True):
                state = _state_after(outcome)
                became[state.value] += 1
                _move(connection, [row.id], state, clock())
    return dict(became)


def _take(connection: Connection, now: datetime) -> dict[tuple[str, ChannelName], list[AnyRow]]:
    """What goes now, by store and channel, marked as being sent."""
    notice = LawNotice
    cut_off = notice.state == NoticeState.SENDING, notice.state_at <= moment(now - CUT_OFF_AFTER)
    connection.execute(update(notice).where(*cut_off).values(state=NoticeState.UNKNOWN, state_at=now))
    late = notice.state == NoticeState.WAITING, notice.valid_until <= moment(now)
    connection.execute(update(notice).where(*late).values(state=NoticeState.FAILED, state_at=now))
    paused = (
        select(ChannelPause.id)
        .where(
            ChannelPause.resumed_at.is_(None),
            ChannelPause.channel == notice.channel,
            or_(ChannelPause.store_id.is_(None), ChannelPause.store_id == notice.store_id),
        )
        .exists()
    )
    rows = connection.execute(
        select(
            notice.__table__, Store.code, Store.law, Store.time_zone, Store.holiday_country,
            Store.name.label("store_name"), Store.address.label("store_address"),
        )
        .join(Store, Store.id == notice.store_id)
        .where(notice.state == NoticeState.WAITING, ~paused)
        .order_by(notice.made_at)
        .limit(AT_ONCE)
        .with_for_update(of=notice.__table__, skip_locked=True)
    ).all()  # fmt: skip
    going = [row for row in rows if row.purpose is None or _within_hours(row, now)]
    _move(connection, [row.id for row in going], NoticeState.SENDING, now)
    found: dict[tuple[str, ChannelName], list[AnyRow]] = defaultdict(list)
    for row in going:
        found[row.code, row.channel].append(row)
    return found


def _within_hours(row: AnyRow, now: datetime) -> bool:
    pack = pack_of(row.law)
    places = places_of_number(row.address) or (place(row.time_zone, row.holiday_country),)
    return all(closed_until(pack, where, row.purpose, StepKind.MESSAGE, now) is None for where in places)


def _move(connection: Connection, ids: Sequence[Any], state: NoticeState, now: datetime) -> None:
    if ids:
        connection.execute(update(LawNotice).where(LawNotice.id.in_(ids)).values(state=state, state_at=now))


def _state_after(outcome: Outcome) -> NoticeState:
    match outcome:
        case Accepted():
            return NoticeState.SENT
        case Rejected():
            return NoticeState.FAILED
        case Transient():
            return NoticeState.WAITING
        case _:
            return NoticeState.UNKNOWN


def _message(row: AnyRow, now: datetime) -> Message:
    return Message(
        id=row.id,
        to=row.address,
        text=row.text,
        subject=None,
        template=TEMPLATE,
        purpose=Purpose.SERVICE,
        sent_at=now,
        language=row.language,
        store=row.code,
        process=PROCESS,
        store_name=row.store_name,
        postal_address=row.store_address,
    )
