"""Recording what a customer said: once, with a person responsible and a deadline."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, case, select, update
from sqlalchemy.dialects.postgresql import insert

from models.core.words import ChannelName, Role
from models.inbound.reading import Reading, read_free_text
from models.inbound.tables import Inbound
from models.inbound.words import KIND_OF, InboundKind, InboundState, InboundWay
from models.people.tables import Customer, Store
from tasks.inbound.responsible import deadline_in_store, find_responsible

REPLY, APPOINTMENT, SURVEY, HAND, API, SAMPLE = "reply", "appointment", "survey", "hand", "api", "sample"
"""The sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInbound:
    """Something to record. A source's key is recorded only once, however often it is said."""

    way: InboundWay
    text: str
    received_at: datetime
    source: str
    source_key: str
    kind: InboundKind | None = None
    """None: as the text suggests, or else other."""
    customer_id: int | None = None
    store_id: int | None = None
    """Of an unknown sender; None: the first store."""
    sender: str | None = None
    channel: ChannelName | None = None
    reply_id: int | None = None
    appointment_id: int | None = None
    touch_id: UUID | None = None
    wanted_at: datetime | None = None
    recorded_by: int | None = None
    role: Role | None = None
    """Who is asked first; None: by kind."""
    reading: Reading | None = None
    """What it was read as already; None: it is read here."""
    acted_on: bool = False
    """The reading was acted on."""


@dataclass(frozen=True, slots=True)
class InboundRecorded:
    """What was recorded. `again`: it was there before."""

    id: int
    again: bool


def record_inbound(connection: Connection, new: NewInbound, now: datetime) -> InboundRecorded | None:
    """Record an inbound unless its source was recorded before. None: there is no store that could answer."""
    known = _known(connection, new)
    if known is not None:
        return InboundRecorded(known, again=True)
    store_id = _store_of(connection, new)
    if store_id is None:
        return None
    reading = new.reading or read_free_text(new.text)
    kind = new.kind or (KIND_OF[reading.suggests] if reading else InboundKind.OTHER)
    suggested = reading.suggests if reading else None
    whose = find_responsible(
        connection, store_id, kind, now, customer_id=new.customer_id, appointment_id=new.appointment_id,
        suggested=suggested, role=new.role,
    )  # fmt: skip
    names = ("way", "text", "source", "source_key", "received_at", "customer_id", "sender", "channel", "reply_id",
             "appointment_id", "touch_id", "wanted_at", "recorded_by", "acted_on")  # fmt: skip
    values: dict[str, object] = {name: getattr(new, name) for name in names} | {
        "store_id": store_id,
        "kind": kind,
        "state": InboundState.OPEN,
        "role": whose.role,
        "responsible_id": whose.staff_id,
        "due_at": deadline_in_store(connection, store_id, kind, new.received_at, new.customer_id),
        "suggested": suggested,
        "suggested_by": reading.rule if reading else None,
    }
    statement = insert(Inbound).values(**values).on_conflict_do_nothing(constraint="uq_inbound_once")
    made = connection.scalar(statement.returning(Inbound.id))
    if made is not None:
        return InboundRecorded(made, again=False)
    first = _known(connection, new)  # somebody recorded the same at this moment
    return InboundRecorded(first, again=True) if first is not None else None


def request_visit(
    connection: Connection,
    appointment_id: int,
    store_id: int,
    customer_id: int,
    wanted_at: datetime | None,
    text: str,
    now: datetime,
) -> None:
    """A customer asked on a page for a visit, or for another time. Asking again changes what nobody has answered."""
    changed = (
        update(Inbound)
        .where(
            Inbound.appointment_id == appointment_id,
            Inbound.kind == InboundKind.BOOKING,
            Inbound.state != InboundState.ANSWERED,
        )
        .values(wanted_at=wanted_at, text=case((_on_a_page, text), else_=Inbound.text), version=Inbound.version + 1)
    )
    if connection.execute(changed).rowcount:
        return
    record_inbound(
        connection,
        NewInbound(
            way=InboundWay.PAGE_REQUEST,
            text=text,
            received_at=now,
            source=APPOINTMENT,
            source_key=f"{appointment_id}:{now.isoformat()}",
            kind=InboundKind.BOOKING,
            customer_id=customer_id,
            store_id=store_id,
            appointment_id=appointment_id,
            wanted_at=wanted_at,
        ),
        now,
    )


_on_a_page = Inbound.way == InboundWay.PAGE_REQUEST
"""What the customer wrote themselves is not replaced."""


def _known(connection: Connection, new: NewInbound) -> int | None:
    same = (Inbound.source == new.source, Inbound.source_key == new.source_key)
    return connection.scalar(select(Inbound.id).where(*same))


def _store_of(connection: Connection, new: NewInbound) -> int | None:
    """The store that the source names, or the customer's, or the first one."""
    if new.store_id is not None:
        return new.store_id
    if new.customer_id is not None:
        return connection.execute(select(Customer.store_id).where(Customer.id == new.customer_id)).scalar_one()
    return connection.scalar(select(Store.id).order_by(Store.code).limit(1))
