"""What lies before whoever calls: the car, what was said to the customer lately, and the earlier tries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, false, select

from models.core.cadence import moment
from models.core.words import CaseKind, CaseState, ChannelName, OutcomeName, StepKind, TouchState
from models.kits.registry import traits_of
from models.ledger.tables import CallAttempt, Case, Touch
from models.people.tables import Customer, StaffMember
from models.subjects.vehicle import Vehicle
from tasks.calls.listing import CallItem
from tasks.customers.addresses import address_line

CONTACTS = 5
"""So many of the last contacts are shown."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Something that was said to the customer, or a call to them."""

    at: datetime
    process: str
    step: str
    kind: StepKind
    channel: ChannelName | None
    state: TouchState
    outcome: OutcomeName | None


@dataclass(frozen=True, slots=True)
class Try:
    """An earlier try at the same call."""

    at: datetime
    outcome: OutcomeName
    note: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is good to know before the call."""

    salutation: str | None
    level: str | None
    vehicle: str | None
    plate: str | None
    contacts: Sequence[Contact]
    tries: Sequence[Try]
    complaint: bool
    """A complaint of the customer is open."""
    address: str | None
    """On one line; for a visit or a letter."""


def read_sheet(connection: Connection, item: CallItem, now: datetime) -> Sheet:
    """The sheet of a call."""
    customer = connection.execute(
        select(Customer.salutation, Customer.level, address_line().label("address")).where(
            Customer.id == item.customer_id
        )
    ).one()
    car = connection.execute(_car(item)).one_or_none()
    open_complaint = (Case.customer_id == item.customer_id, Case.kind == CaseKind.COMPLAINT)
    unsolved = Case.state.in_((CaseState.OPEN, CaseState.ANSWERED))
    return Sheet(
        salutation=customer.salutation,
        level=customer.level,
        vehicle=" ".join(str(part) for part in (car.make, car.model, car.model_year) if part) if car else None,
        plate=car.plate if car else None,
        contacts=_contacts(connection, item, now),
        tries=_tries(connection, item, now),
        address=customer.address,
        complaint=connection.scalar(select(Case.id).where(*open_complaint, unsolved).limit(1)) is not None,
    )


def _car(item: CallItem) -> Select[tuple[str | None, str | None, str | None, int | None]]:
    """The car that the call is about, where its subject has one."""
    columns = (Vehicle.plate, Vehicle.make, Vehicle.model, Vehicle.model_year)
    traits = traits_of(item.subject_kind)
    if not traits.of_vehicle:
        return select(*columns).where(false())
    table: Any = traits.table
    return select(*columns).join(table, table.vehicle_id == Vehicle.id).where(table.id == item.subject_id)


def _contacts(connection: Connection, item: CallItem, now: datetime) -> list[Contact]:
    rows = connection.execute(
        select(
            Touch.contacted_at, Touch.process, Touch.step, Touch.kind, Touch.channel, Touch.state, Touch.outcome
        )
        .where(
            Touch.customer_id == item.customer_id,
            Touch.contacted_at <= moment(now),
            Touch.id != item.id,
            Touch.kind != StepKind.TASK,
        )
        .order_by(Touch.contacted_at.desc())
        .limit(CONTACTS)
    )  # fmt: skip
    return [Contact(*row) for row in rows]


def _tries(connection: Connection, item: CallItem, now: datetime) -> list[Try]:
    rows = connection.execute(
        select(CallAttempt.attempted_at, CallAttempt.outcome, CallAttempt.note, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == CallAttempt.staff_id)
        .where(CallAttempt.touch_id == item.id, CallAttempt.attempted_at <= moment(now))
        .order_by(CallAttempt.attempted_at.desc())
    )
    return [Try(*row) for row in rows]
