"""What the rows say: it fits together, it is dated up to the rehearsal, and it can be reached in good conscience."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import cast
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from models.core.words import (
    AppointmentStatus,
    ChannelName,
    InvoiceKind,
    InvoiceStatus,
    PartsState,
    Purpose,
    Role,
    WorkKind,
)
from tasks.sample.dealership import SAMPLE_MOMENT, sample_rows
from tasks.sample.rows import (
    AppointmentRow,
    ConsentRow,
    CustomerRow,
    DeliveryRow,
    InvoiceRow,
    OdometerRow,
    PaymentRow,
    PromiseRow,
    RepairOrderRow,
    Row,
    StaffRow,
    StoreRow,
    VehicleRow,
    WarrantyRow,
)

AHEAD = {
    "starts_at", "due_on", "ends_on", "promised_for", "compulsory_insurance_ends_on", "driving_licence_ends_on",
}  # fmt: skip
"""What may lie ahead of the rehearsal: what is agreed or due, not what has happened."""


@pytest.fixture(scope="module")
def facts() -> dict[type[Row], list[Row]]:
    """The good rows of 1,500 customers, by kind."""
    by_kind: dict[type[Row], list[Row]] = defaultdict(list)
    for row in sample_rows(1500, 11):
        by_kind[type(row)].append(row)
    return by_kind


Facts = dict[type[Row], list[Row]]


def customers(facts: Facts) -> list[CustomerRow]:
    return cast(list[CustomerRow], facts[CustomerRow])


def test_there_are_two_stores_of_two_zones_languages_and_currencies(facts: Facts) -> None:
    stores = cast(list[StoreRow], facts[StoreRow])
    assert [(store.code, store.time_zone, store.language) for store in stores] == [
        ("SH01", "Asia/Shanghai", "zh-CN"),
        ("BE01", "Europe/Berlin", "en"),
    ]
    currencies = {(row.store, row.currency) for row in cast(list[InvoiceRow], facts[InvoiceRow])}
    assert currencies == {("SH01", "CNY"), ("BE01", "EUR")}


def test_phones_are_valid_and_nobody_shares_one(facts: Facts) -> None:
    phones = [row.phone for row in customers(facts) if row.phone]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in phones)
    assert len(set(phones)) == len(phones)
    staff = cast(list[StaffRow], facts[StaffRow])
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(row.phone)) for row in staff)


def test_mobiles_belong_to_no_operator_and_landlines_take_no_text(facts: Facts) -> None:
    for row in customers(facts):
        if row.phone and row.phone.startswith(("+861620", "+491500")):
            number = phonenumbers.parse(row.phone)
            assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        elif row.phone:
            number = phonenumbers.parse(row.phone)
            assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE


def test_some_can_only_be_called_some_only_written_to_and_some_neither(facts: Facts) -> None:
    reach = Counter((_kind_of(row.phone), bool(row.email), bool(row.wechat)) for row in customers(facts))
    assert reach["mobile", False, False] > 200
    assert reach["landline", False, False] > 20
    assert reach[None, True, False] > 20
    assert reach[None, False, False] > 10
    assert reach["mobile", False, True] > 100


def _kind_of(phone: str | None) -> str | None:
    return phone and ("mobile" if phone.startswith(("+861620", "+491500")) else "landline")


def test_consent_is_given_and_withdrawn_in_every_way(facts: Facts) -> None:
    rows = cast(list[ConsentRow], facts[ConsentRow])
    assert Counter((row.purpose, row.granted) for row in rows)["marketing", "yes"] > 400
    withdrawn = {(row.purpose, row.channel) for row in rows if row.granted == "no"}
    assert {(None, None), (None, "sms"), ("marketing", None), ("marketing", "sms"), ("follow-up", "phone")} <= withdrawn
    assert {row.purpose for row in rows} <= {None, *Purpose}
    assert {row.channel for row in rows} <= {None, *ChannelName}


def test_every_key_that_a_row_names_is_there(facts: Facts) -> None:
    people = {(row.store, row.key): row for row in customers(facts)}
    cars = {(row.store, row.key) for row in cast(list[VehicleRow], facts[VehicleRow])}
    bills = {(row.store, row.key) for row in cast(list[InvoiceRow], facts[InvoiceRow])}
    staff = {(row.store, row.code) for row in cast(list[StaffRow], facts[StaffRow])}
    for row in (row for rows in facts.values() for row in rows):
        cells = row._asdict()
        assert "customer" not in cells or (cells["store"], cells["customer"]) in people
        assert "vehicle" not in cells or (cells["store"], cells["vehicle"]) in cars
        assert "advisor" not in cells or (cells["store"], cells["advisor"]) in staff
        assert not cells.get("invoice") or (cells["store"], cells["invoice"]) in bills


@pytest.mark.parametrize(
    "kind",
    [CustomerRow, VehicleRow, AppointmentRow, DeliveryRow, RepairOrderRow, WarrantyRow, InvoiceRow, PaymentRow],
)
def test_no_key_stands_twice(facts: Facts, kind: type[Row]) -> None:
    keys = Counter(
        (getattr(row, "store", None), getattr(row, "key", None))
        for row in facts[kind]
        if not isinstance(row, StoreRow | OdometerRow | ConsentRow | StaffRow)
    )
    assert max(keys.values()) == 1


def test_at_most_one_reading_a_car_and_day_and_none_runs_backwards(facts: Facts) -> None:
    readings: dict[str, dict[date, int]] = defaultdict(dict)
    for row in cast(list[OdometerRow], facts[OdometerRow]):
        assert row.read_on not in readings[row.vehicle]
        readings[row.vehicle][row.read_on] = row.kilometres
    for by_day in readings.values():
        in_order = [by_day[day] for day in sorted(by_day)]
        assert in_order == sorted(in_order)
        assert in_order[0] >= 0


def _moments(facts: Facts) -> Iterator[tuple[str, str, date]]:
    for row in (row for rows in facts.values() for row in rows):
        cells = row._asdict()
        for name, value in cells.items():
            if isinstance(value, date) and name not in AHEAD:
                yield cells["store"], name, value


def test_nothing_has_happened_after_the_rehearsal(facts: Facts) -> None:
    zones = {row.code: ZoneInfo(row.time_zone) for row in cast(list[StoreRow], facts[StoreRow])}
    for store, name, value in _moments(facts):
        if isinstance(value, datetime):
            assert value.replace(tzinfo=zones[store]) <= SAMPLE_MOMENT, name
        else:
            assert value <= SAMPLE_MOMENT.astimezone(zones[store]).date(), name


def test_money_is_positive_in_cents_and_nobody_pays_more_than_is_asked(facts: Facts) -> None:
    invoices = {row.key: row for row in cast(list[InvoiceRow], facts[InvoiceRow])}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in cast(list[PaymentRow], facts[PaymentRow]):
        assert row.amount > 0
        assert row.amount == round(row.amount, 2)
        if row.invoice:
            paid[row.invoice] += row.amount
            assert invoices[row.invoice].currency == row.currency
            assert row.paid_on >= invoices[row.invoice].issued_on
    assert all(amount <= invoices[key].amount for key, amount in paid.items())
    assert all(row.amount > 0 and row.amount == round(row.amount, 2) for row in invoices.values())


def test_words_are_the_words_of_the_business(facts: Facts) -> None:
    appointments = cast(list[AppointmentRow], facts[AppointmentRow])
    orders = cast(list[RepairOrderRow], facts[RepairOrderRow])
    invoices = cast(list[InvoiceRow], facts[InvoiceRow])
    assert {row.status for row in appointments} == set(AppointmentStatus)
    assert {row.parts_state for row in appointments} == set(PartsState) - {PartsState.UNKNOWN}
    assert {row.work_kind for row in orders} == set(WorkKind)
    assert {row.kind for row in invoices} == set(InvoiceKind)
    assert {row.status for row in invoices} == {InvoiceStatus.OPEN, InvoiceStatus.DISPUTED}
    assert {row.role for row in cast(list[StaffRow], facts[StaffRow])} <= set(Role)


def test_dates_that_belong_together_are_in_order(facts: Facts) -> None:
    assert all(row.starts_on < row.ends_on for row in cast(list[WarrantyRow], facts[WarrantyRow]))
    assert all(row.made_on <= row.promised_for for row in cast(list[PromiseRow], facts[PromiseRow]))
    assert all(row.issued_on <= row.due_on for row in cast(list[InvoiceRow], facts[InvoiceRow]))
    orders = cast(list[RepairOrderRow], facts[RepairOrderRow])
    assert all(row.closed_on is None or row.opened_on <= row.closed_on for row in orders)
    assert any(row.closed_on is None for row in orders)
    appointments = cast(list[AppointmentRow], facts[AppointmentRow])
    assert all(row.booked_at is None or row.booked_at < row.starts_at for row in appointments)


def test_no_car_that_was_sold_on_has_an_appointment_ahead(facts: Facts) -> None:
    sold = {row.key for row in cast(list[VehicleRow], facts[VehicleRow]) if row.disposed_on}
    assert sold
    ahead = {
        row.vehicle
        for row in cast(list[AppointmentRow], facts[AppointmentRow])
        if row.starts_at.date() >= SAMPLE_MOMENT.date()
    }
    assert not sold & ahead
