"""What staff or another system write down of what a customer said: at the counter, by phone, in a letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from models.core.errors import InvalidInput
from models.core.words import ChannelName, ContactKind
from models.inbound.tables import Inbound
from models.inbound.words import BY_HAND, SENDER_KINDS, AnswerWay, InboundKind, InboundWay
from models.people.tables import Customer, Store
from tasks.inbound.answering import by_case
from tasks.inbound.handling import hold, settle
from tasks.inbound.matching import NoSuchCustomer, candidates
from tasks.inbound.recording import HAND, InboundRecorded, NewInbound, record_inbound
from tasks.ledger import audit
from tasks.self_service.replies import read_address
from tasks.stores.staff import find_actor

LONGEST_TEXT = 4000
CLOCKS_DIFFER = timedelta(minutes=5)


class NothingSaid(InvalidInput):
    """An inbound without text."""

    def __init__(self) -> None:
        super().__init__("Write down what the customer said.")


class SaidTooMuch(InvalidInput):
    """A text that nobody would read."""

    def __init__(self, length: int) -> None:
        self.length, self.longest = length, LONGEST_TEXT
        super().__init__(f"Write down at most {LONGEST_TEXT} characters; these are {length}.")


class NotByHand(InvalidInput):
    """A way that comes about by itself."""

    def __init__(self, way: str) -> None:
        self.way = way
        super().__init__(f"'{way}' is not written down by hand; expected one of {', '.join(BY_HAND)}.")


class SaidInFuture(InvalidInput):
    """A moment that has not come yet."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        super().__init__(f"The customer cannot have said it at {at:%Y-%m-%d %H:%M}, which is yet to come.")


class OfAnotherStore(InvalidInput):
    """A customer of another store than the one that was named."""

    def __init__(self, customer_id: int, store: str) -> None:
        self.customer_id, self.store = customer_id, store
        super().__init__(f"Customer {customer_id} is not one of store '{store}'.")


class WhichStore(InvalidInput):
    """It is not certain which store answers."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = ", ".join(known)
        super().__init__(f"Say which store answers; the stores are {self.known or 'none yet'}.")


@dataclass(frozen=True, slots=True)
class AnsweringStore:
    """The store that answers."""

    id: int
    zone: ZoneInfo


def answering_store(connection: Connection, code: str | None, customer_id: int | None) -> AnsweringStore:
    """The store of a code, or the customer's, or the only one. Raises `WhichStore`."""
    stores = connection.execute(select(Store.id, Store.code, Store.time_zone).order_by(Store.code)).all()
    theirs = connection.scalar(select(Customer.store_id).where(Customer.id == customer_id))
    fitting = [
        store
        for store in stores
        if (store.code == code if code is not None else customer_id is None or store.id == theirs)
    ]
    if len(fitting) != 1:
        raise WhichStore([store.code for store in stores])
    return AnsweringStore(fitting[0].id, ZoneInfo(fitting[0].time_zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDown:
    """What was written down."""

    way: InboundWay
    text: str
    kind: InboundKind | None = None
    """None: as the text suggests, or else other."""
    customer_id: int | None = None
    sender: str | None = None
    """A phone number, an address or a WeChat id. Whoever alone has it is the customer."""
    received_at: datetime | None = None
    """None: now."""
    key: str | None = None
    """The key of whoever writes it down: the same is recorded once. None: it is new."""


def write_down(
    connection: Connection,
    written: WrittenDown,
    store_id: int,
    now: datetime,
    *,
    staff_code: str | None,
    source: str = HAND,
) -> InboundRecorded:
    """Record something for a store. `staff_code` None: another system recorded it.

    Raises `NothingSaid`, `SaidTooMuch`, `NotByHand`, `SaidInFuture`, `NoSuchCustomer`, `OfAnotherStore`,
    `UnreadableSender`, `UnknownStaff`, `InactiveStaff`.
    """
    text = _check(written, now)
    actor = find_actor(connection, staff_code, store_id) if staff_code is not None else None
    sender = _sender(connection, written)
    customer_id = written.customer_id or _alone(connection, sender, store_id)
    if customer_id is not None:
        _check_customer(connection, customer_id, store_id)
    new = NewInbound(
        way=written.way,
        text=text,
        received_at=written.received_at or now,
        source=source,
        source_key=written.key or uuid4().hex,
        kind=written.kind,
        customer_id=customer_id,
        store_id=store_id,
        sender=sender,
        recorded_by=actor.id if actor else None,
    )
    recorded = record_inbound(connection, new, now)
    assert recorded is not None  # noqa: S101  the store is named
    if actor is not None and not recorded.again:
        audit.record(connection, now, actor.code, "inbound.written-down", "inbound", recorded.id)
    return recorded


def complain(
    connection: Connection, written: WrittenDown, store_id: int, now: datetime, staff_code: str
) -> tuple[InboundRecorded, int | None]:
    """Record a complaint, and open its case at once where the customer is known; the case's id."""
    recorded = write_down(connection, written, store_id, now, staff_code=staff_code)
    row = connection.execute(select(Inbound.customer_id, Inbound.case_id).where(Inbound.id == recorded.id)).one()
    if recorded.again or row.customer_id is None:
        return recorded, row.case_id
    return recorded, by_case(connection, hold(connection, recorded.id, staff_code, None, now), None, now)


def answer_at_once(connection: Connection, inbound_id: int, words: str, now: datetime, staff_code: str) -> None:
    """It was answered while the customer was there."""
    settle(connection, hold(connection, inbound_id, staff_code, None, now), AnswerWay.IN_PERSON, words, now)


def _check(written: WrittenDown, now: datetime) -> str:
    text = written.text.strip()
    if not text:
        raise NothingSaid
    if len(text) > LONGEST_TEXT:
        raise SaidTooMuch(len(text))
    if written.way not in BY_HAND:
        raise NotByHand(written.way)
    if written.received_at is not None and written.received_at > now + CLOCKS_DIFFER:
        raise SaidInFuture(written.received_at)
    return text


def _sender(connection: Connection, written: WrittenDown) -> str | None:
    given = (written.sender or "").strip()
    kind = SENDER_KINDS.get(written.way)
    if not given or kind is None:
        return None
    channel = ChannelName.EMAIL if kind is ContactKind.EMAIL else ChannelName.WECHAT
    return read_address(connection, given, ChannelName.PHONE if kind is ContactKind.PHONE else channel)


def _alone(connection: Connection, sender: str | None, store_id: int) -> int | None:
    """The one customer of the store who has the number; several who share it are told apart by a person."""
    having = candidates(connection, sender, store_id)
    return having[0] if len(having) == 1 else None


def _check_customer(connection: Connection, customer_id: int, store_id: int) -> None:
    found = connection.scalar(select(Customer.store_id).where(Customer.id == customer_id, Customer.erased_at.is_(None)))
    if found is None:
        raise NoSuchCustomer(customer_id)
    if found != store_id:
        raise OfAnotherStore(
            customer_id, connection.execute(select(Store.code).where(Store.id == store_id)).scalar_one()
        )
