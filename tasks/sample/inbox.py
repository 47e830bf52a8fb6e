"""What customers of the sample dealership said by themselves: of several kinds, some of it overdue.

It is recorded as it would come, and not imported: a reply, a request on a page, a call, words at the counter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Row, select

from models.core.words import ChannelName, ContactKind
from models.inbound.words import InboundKind, InboundWay
from models.people.tables import ContactPoint, Customer, CustomerKey, Store
from models.subjects.appointment import Appointment
from tasks.inbound.by_hand import WrittenDown, write_down
from tasks.inbound.recording import SAMPLE
from tasks.self_service.booking import SlotTaken, ask_for_visit, days_for_a_visit
from tasks.self_service.replies import record_reply

EVERY = 3
"""Customers so many apart say something, from the last one on: the first ones are set pieces of other things."""
UNKNOWN = "+8613900000000"


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing that is said, in each language of the stores, and how long ago."""

    way: InboundWay
    kind: InboundKind | None
    text: dict[str, str]
    ago: timedelta


SAID = (
    Saying(
        InboundWay.PHONE, InboundKind.QUESTION,
        {"zh-CN": "我的车什么时候可以取？", "en": "When can I fetch my car?"}, timedelta(hours=1),
    ),
    Saying(
        InboundWay.COUNTER, InboundKind.COMPLAINT,
        {"zh-CN": "刹车又响了，上周才修过。", "en": "The brakes squeal again, a week after the repair."},
        timedelta(hours=26),
    ),
    Saying(
        InboundWay.WECHAT, InboundKind.WISH,
        {"zh-CN": "希望周日也能保养。", "en": "I wish you were open on Sundays."}, timedelta(days=2),
    ),
    Saying(
        InboundWay.LETTER, InboundKind.OTHER,
        {"zh-CN": "贵公司二月账单请改开我司抬头。", "en": "Please make out the bill of February to our company."},
        timedelta(days=5),
    ),
)  # fmt: skip
REPLIES = {
    "zh-CN": ("请不要再给我发短信了", "明天来不了，改个时间吧", "周五转账", "几点开门？", "自动回复：休假期间"),
    "en": (
        "please stop texting me", "I can't make it tomorrow", "I will pay on Friday", "When do you open?",
        "Automatic reply: I am out of office",
    ),
}  # fmt: skip
"""What is written back: each is read by another rule, or by none."""
ASKED = {"zh-CN": "你们周六上班吗？", "en": "Are you open on Saturday?"}
WORK = {"zh-CN": "保养", "en": "service"}


def fill_inbox(engine: Engine, now: datetime) -> int:
    """Record the sample's inbound, once; how much there was to record."""
    with engine.begin() as connection:
        return sum(1 for store in _stores(connection) for _ in _said_in(connection, store, now))


def _stores(connection: Connection) -> list[Row[tuple[int, str, str]]]:
    return list(connection.execute(select(Store.id, Store.code, Store.language).order_by(Store.code)))


def _said_in(connection: Connection, store: Row[tuple[int, str, str]], now: datetime) -> Iterator[int]:
    replies = REPLIES[store.language]
    customers = _customers(connection, store.id, EVERY * (len(SAID) + len(replies) + 1))[::EVERY]
    for number, (saying, customer) in enumerate(zip(SAID, customers, strict=False)):
        written = WrittenDown(
            way=saying.way, kind=saying.kind, text=saying.text[store.language], customer_id=customer.id,
            received_at=now - saying.ago, key=f"{store.code}:{number}",
        )  # fmt: skip
        yield write_down(connection, written, store.id, now, staff_code=None, source=SAMPLE).id
    for number, (text, customer) in enumerate(zip(replies, customers[len(SAID) :], strict=False)):
        at, key = now - timedelta(minutes=20 * (number + 1)), f"sample:{store.code}:{number}"
        yield record_reply(connection, customer.phone, text, ChannelName.SMS, at, key).id
    yield record_reply(connection, UNKNOWN, ASKED[store.language], ChannelName.SMS, now, "sample:unknown").id
    for customer in customers[-1:]:
        yield from _request(connection, store, customer.id, now - timedelta(hours=2))


def _request(connection: Connection, store: Row[tuple[int, str, str]], customer_id: int, at: datetime) -> Iterator[int]:
    """A visit asked for on a campaign's page, once."""
    key = f"sample:{customer_id}"
    if connection.scalar(select(Appointment.id).where(Appointment.store_id == store.id, Appointment.key == key)):
        return
    for starts in list(days_for_a_visit(connection, store.id, at).values())[1:2]:
        try:
            yield ask_for_visit(connection, store.id, customer_id, key, starts[0], WORK[store.language], at)
        except SlotTaken:
            return


def _customers(connection: Connection, store_id: int, count: int) -> list[Row[tuple[int, str]]]:
    """The last customers of a store with a mobile number, by their keys."""
    return list(
        connection.execute(
            select(Customer.id, ContactPoint.value.label("phone"))
            .join(ContactPoint, ContactPoint.customer_id == Customer.id)
            .join(CustomerKey, CustomerKey.customer_id == Customer.id)
            .where(
                Customer.store_id == store_id,
                ContactPoint.kind == ContactKind.PHONE,
                ContactPoint.rank == 1,
                ContactPoint.takes_text,
            )
            .order_by(CustomerKey.key.desc())
            .limit(count)
        )
    )
