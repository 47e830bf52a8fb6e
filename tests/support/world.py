"""A factory of facts for tests: each call makes one fact, with only the values that matter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, insert, select, update

from models.core.words import (
    AppointmentStatus,
    CaseKind,
    CaseState,
    ChannelName,
    ContactKind,
    EndBasis,
    InvoiceKind,
    InvoiceStatus,
    LeadUrgency,
    PartsState,
    ProcessName,
    Purpose,
    Role,
    TouchState,
)
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import Case, Touch
from models.people.tables import Consent, ContactPoint, Customer, CustomerKey, StaffMember, Store
from models.subjects.account import Account, Invoice, Payment, Promise
from models.subjects.appointment import Appointment
from models.subjects.due_item import DueItem
from models.subjects.handover import Handover
from models.subjects.inspection import POINTS, Inspection, InspectionPoint
from models.subjects.lead import Lead, LeadSource, ShowroomVisit
from models.subjects.repair_order import RepairOrder
from models.subjects.statement import AccountStatement
from models.subjects.vehicle import OdometerReading, Vehicle
from models.subjects.warranty import Warranty, WarrantyEnd
from tasks.planning.sweep import plan
from tasks.policies.catalogue import install_if_empty

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONG_AGO = date(1, 1, 1)
FOR_EVER = date(9999, 12, 31)
INSTALLED = datetime(2020, 1, 1, tzinfo=UTC)
"""When the shipped policies came into the databases of the tests."""


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """A moment in the store's zone, such as `2026-03-10 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def day(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)


@dataclass
class World:
    """Makes facts on one connection; each maker returns the id of what it made."""

    connection: Connection
    zone: str = "Asia/Shanghai"
    numbers: Any = field(default_factory=lambda: count(1))
    store_id: int = 0

    def __post_init__(self) -> None:
        install_if_empty(self.connection, INSTALLED)
        self.store_id = self.store()

    def _add(self, table: Any, **values: Any) -> int:
        made = self.connection.execute(insert(table).values(**values).returning(table.id)).scalar_one()
        assert isinstance(made, int)
        return made

    def _key(self) -> str:
        return f"K{next(self.numbers)}"

    def store(self, **values: Any) -> int:
        key = self._key()
        return self._add(
            Store, **({"code": key, "name": "Test Motors", "time_zone": self.zone, "language": "en"} | values)
        )

    def staff(self, role: Role = Role.AGENT, **values: Any) -> int:
        values = {"store_id": self.store_id, "code": self._key(), "name": "Wang Fang", "role": role} | values
        return self._add(StaffMember, **values)

    def customer(self, phone: str | None = "", email: str | None = None, **values: Any) -> int:
        """A customer with a mobile number of their own, unless `phone` says otherwise."""
        key = self._key()
        values = {"store_id": self.store_id, "name": f"Customer {key}", "created_at": at("2020-01-01 00:00")} | values
        customer_id = self._add(Customer, **values)
        self.connection.execute(
            insert(CustomerKey).values(store_id=values["store_id"], key=key, customer_id=customer_id)
        )
        number = f"+8613800{next(self.numbers):06d}" if phone == "" else phone
        if number:
            self._add(ContactPoint, customer_id=customer_id, kind=ContactKind.PHONE, value=number)
        if email:
            self._add(ContactPoint, customer_id=customer_id, kind=ContactKind.EMAIL, value=email)
        return customer_id

    def consent(
        self,
        customer_id: int,
        *,
        granted: bool,
        given_at: datetime,
        purpose: Purpose | None = None,
        channel: ChannelName | None = None,
    ) -> int:
        return self._add(
            Consent, customer_id=customer_id, purpose=purpose, channel=channel, granted=granted, given_at=given_at,
            source="test",
        )  # fmt: skip

    def vehicle(self, customer_id: int | None, **values: Any) -> int:
        key = self._key()
        return self._add(
            Vehicle, **({"store_id": self.store_id, "key": key, "customer_id": customer_id, "model": "Aurora"} | values)
        )

    def readings(self, vehicle_id: int, *readings: tuple[str, int]) -> None:
        for read_on, kilometres in readings:
            self.connection.execute(
                insert(OdometerReading).values(
                    vehicle_id=vehicle_id, read_on=day(read_on), kilometres=kilometres, source="test"
                )
            )

    def warranty(self, customer_id: int, ends_on: str, vehicle_id: int | None = None, **values: Any) -> int:
        """A warranty that ends on a date; its end by mileage is derived by whoever tests that."""
        vehicle_id = vehicle_id or self.vehicle(customer_id)
        values = {
            "store_id": self.store_id,
            "key": self._key(),
            "vehicle_id": vehicle_id,
            "ends_on": day(ends_on),
        } | values
        warranty_id = self._add(Warranty, **values)
        self.connection.execute(
            insert(WarrantyEnd).values(
                warranty_id=warranty_id, known_from=LONG_AGO, known_until=FOR_EVER, ends_on=day(ends_on),
                basis=EndBasis.DATE, figures={},
            )
        )  # fmt: skip
        return warranty_id

    def appointment(self, customer_id: int, starts_at: str, **values: Any) -> int:
        """A booked visit that needs no parts, unless `values` say otherwise."""
        return self._add(
            Appointment,
            **{
                "store_id": self.store_id,
                "key": self._key(),
                "customer_id": customer_id,
                "starts_at": at(starts_at, ZoneInfo(self.zone)),
                "status": AppointmentStatus.BOOKED,
                "parts_state": PartsState.NOT_NEEDED,
            }
            | values,
        )

    def handover(self, customer_id: int, handed_over_on: str, **values: Any) -> int:
        values = {"store_id": self.store_id, "key": self._key(), "customer_id": customer_id} | values
        return self._add(Handover, handed_over_on=day(handed_over_on), **values)

    def repair_order(self, customer_id: int, closed_on: str, **values: Any) -> int:
        values = {"store_id": self.store_id, "key": self._key(), "customer_id": customer_id} | values
        return self._add(RepairOrder, closed_on=day(closed_on), **values)

    def account(self, customer_id: int, **values: Any) -> int:
        return self._add(
            Account, **({"store_id": self.store_id, "key": self._key(), "customer_id": customer_id} | values)
        )

    def statement(self, account_id: int, customer_id: int, month: str = "2026-03-01") -> int:
        """A monthly statement of an account that owes nothing."""
        values = {"store_id": self.store_id, "customer_id": customer_id, "account_id": account_id, "month": day(month)}
        return self._add(AccountStatement, **values, made_at=at(f"{month} 08:30"), totals={}, invoices=[])

    def invoice(self, account_id: int, due_on: str, amount: str, currency: str = "CNY", **values: Any) -> int:
        return self._add(
            Invoice,
            **{
                "store_id": self.store_id,
                "key": self._key(),
                "account_id": account_id,
                "kind": InvoiceKind.INVOICE,
                "due_on": day(due_on),
                "amount": Decimal(amount),
                "currency": currency,
                "status": InvoiceStatus.OPEN,
            }
            | values,
        )

    def payment(
        self, account_id: int, paid_on: str, amount: str, invoice_id: int | None = None, currency: str = "CNY"
    ) -> int:
        return self._add(
            Payment, store_id=self.store_id, key=self._key(), account_id=account_id, invoice_id=invoice_id,
            paid_on=day(paid_on), amount=Decimal(amount), currency=currency,
        )  # fmt: skip

    def promise(self, account_id: int, made_on: str, promised_for: str, **values: Any) -> int:
        values = {"store_id": self.store_id, "key": self._key(), "account_id": account_id} | values
        return self._add(Promise, made_on=day(made_on), promised_for=day(promised_for), **values)

    def lead(self, customer_id: int, created_on: str, urgency: LeadUrgency = LeadUrgency.ORDERED, **values: Any) -> int:
        values = {"store_id": self.store_id, "key": self._key(), "urgency": urgency} | values
        return self._add(Lead, customer_id=customer_id, created_on=day(created_on), **values)

    def lead_source(self, lead_id: int, came_in_on: str, source: str | None = None) -> None:
        """The customer of a lead came in once more."""
        values = {"store_id": self.store_id, "key": self._key(), "lead_id": lead_id, "source": source}
        self.connection.execute(insert(LeadSource).values(**values, came_in_on=day(came_in_on)))

    def showroom_visit(self, lead_id: int, visited_on: str) -> int:
        values = {"store_id": self.store_id, "key": self._key(), "lead_id": lead_id}
        return self._add(ShowroomVisit, visited_on=day(visited_on), **values)

    def due_item(self, customer_id: int, ends_on: str, item: str = "insurance", **values: Any) -> int:
        values = {"store_id": self.store_id, "key": self._key(), "item": item} | values
        return self._add(DueItem, customer_id=customer_id, ends_on=day(ends_on), **values)

    def inspection(self, customer_id: int, vehicle_id: int, inspected_on: str, **found: str) -> int:
        """An inspection with points that are not in order: `engine="fault"`; hyphens are written as underscores."""
        values = {"store_id": self.store_id, "key": self._key(), "customer_id": customer_id, "vehicle_id": vehicle_id}
        made = self._add(Inspection, inspected_on=day(inspected_on), **values)
        points = {point: found.get(point.replace("-", "_"), "ok") for point in POINTS}
        rows = [{"inspection_id": made, "point": point, "finding": finding} for point, finding in points.items()]
        self.connection.execute(insert(InspectionPoint), rows)
        return made

    def complaint(self, customer_id: int, opened_at: str, closed_at: str | None = None, **values: Any) -> int:
        """A complaint of the customer, which was closed or still is open."""
        zone = ZoneInfo(self.zone)
        return self._add(
            Case,
            **{
                "store_id": self.store_id,
                "customer_id": customer_id,
                "kind": CaseKind.COMPLAINT,
                "cause": f"test:{self._key()}",
                "title": "Customer not satisfied",
                "state": CaseState.CLOSED if closed_at else CaseState.OPEN,
                "opened_at": at(opened_at, zone),
                "closed_at": at(closed_at, zone) if closed_at else None,
            }
            | values,
        )

    def plan(self, process: ProcessName, now: str) -> RunAccount:
        """Sweep a process as of a moment; the account must balance."""
        account = plan(self.connection, process, at(now, ZoneInfo(self.zone)), None)
        account.check()
        return account

    def touches(self, customer_id: int | None = None) -> Sequence[Row[Any]]:
        """The touches, in the order in which they are due."""
        statement = select(Touch.__table__).order_by(Touch.due_at, Touch.step)
        if customer_id is not None:
            statement = statement.where(Touch.customer_id == customer_id)
        return self.connection.execute(statement).all()

    def steps(self, customer_id: int | None = None, state: str | None = None) -> list[str]:
        """The steps of the touches, in due order: of one state, or of all but what was skipped as missed."""
        return [
            touch.step
            for touch in self.touches(customer_id)
            if (touch.state != TouchState.SKIPPED if state is None else touch.state == state)
        ]

    def move(self, appointment_id: int, starts_at: str, moved_at: str) -> None:
        """The customer agreed on another time."""
        self.connection.execute(
            update(Appointment)
            .where(Appointment.id == appointment_id)
            .values(starts_at=at(starts_at, ZoneInfo(self.zone)), moved_at=at(moved_at, ZoneInfo(self.zone)))
        )

    def cancel(self, key: str) -> None:
        """The customer called the visit off."""
        self.connection.execute(
            update(Appointment).where(Appointment.key == key).values(status=AppointmentStatus.CANCELLED)
        )
