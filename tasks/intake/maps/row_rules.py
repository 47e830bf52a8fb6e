"""What must be right about a row beyond each single cell, and what follows from its cells."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from models.core.words import InvoiceKind, LeadState
from tasks.intake.kinds import WEEKDAYS, KindName
from tasks.intake.values.amounts import Amount
from tasks.intake.values.cells import Unusable
from tasks.intake.values.choices import BookingWord
from tasks.intake.values.phones import Phone, read_email, read_phones

Values = dict[str, Any]


@dataclass
class Checked:
    """A row on its way in: the values read from it, and what was found wrong with them."""

    values: Values
    problems: list[tuple[str, str, str, bool]] = field(default_factory=list)
    """Our column, the value, a clause that says what is wrong, and whether the whole row stays out for it."""
    place: Decimal | None = None
    """Where the row stands among those that state the same fact, where the map says so."""

    def refuse(self, column: str, clause: str, value: object = "") -> None:
        """Keep the row out."""
        self.problems.append((column, str(value), clause, True))

    def leave_out(self, column: str, clause: str, value: object) -> None:
        """Take the row in without this value."""
        self.problems.append((column, str(value), clause, False))

    @property
    def refused(self) -> bool:
        """Whether the row stays out."""
        return any(whole for _, _, _, whole in self.problems)


@dataclass(frozen=True)
class House:
    """What the map says about the whole file that rules of rows need."""

    country: str
    negative_amounts: Literal["reject", "credit-notes"]


def check_store(row: Checked, _house: House) -> None:
    """A store opens before it closes, and customers are left in peace at night."""
    values = row.values
    hours = {day: values.pop(day) for day in WEEKDAYS}
    values["opening_hours"] = {day: span or None for day, span in hours.items() if span is not None}
    if values["contact_from"] and values["contact_until"] and values["contact_from"] >= values["contact_until"]:
        row.refuse("contact_until", "expected a time after contact_from", values["contact_until"])


def check_customer(row: Checked, house: House) -> None:
    """A customer goes in without a contact point that is none: what they bought and owe must find them."""
    phones: dict[str, Phone] = {}
    for column in ("phone", "phone2"):
        found, unusable = read_phones(row.values.pop(column) or "", house.country)
        phones |= {phone.number: phone for phone in found if phone.number not in phones}
        for text, clause in unusable:
            row.leave_out(column, clause, text)
    emails: list[str] = []
    for text in row.values.pop("email") or []:
        try:
            emails.append(read_email(text))
        except Unusable as error:
            row.leave_out("email", str(error), text)
    row.values["phones"] = list(phones)
    row.values["landlines"] = [number for number, phone in phones.items() if not phone.takes_text]
    row.values["emails"] = list(dict.fromkeys(emails))
    row.values["keys"] = [row.values["key"]]


def check_vehicle(row: Checked, _house: House) -> None:
    """A vehicle is known by its VIN or its plate where the source has no key for it."""
    values = row.values
    values["vin"] = values["vin"].upper().replace(" ", "") if values["vin"] else None
    values["key"] = values["key"] or values["vin"] or values["plate"]
    if not values["key"]:
        row.refuse("key", "expected a key, a VIN or a plate")
    if values["odometer_km"] is not None and not values["odometer_read_on"]:
        row.leave_out("odometer_km", "expected the day of the reading in odometer_read_on", values["odometer_km"])
        values["odometer_km"] = None


def check_appointment(row: Checked, _house: House) -> None:
    """That a booking is confirmed is a moment of its own: when the source does not say which, that of booking it."""
    word: BookingWord = row.values["status"] or BookingWord.BOOKED
    row.values["status"] = word.status
    if word is BookingWord.CONFIRMED:
        row.values["confirmed_at"] = row.values["confirmed_at"] or row.values["booked_at"]


def check_repair_order(row: Checked, _house: House) -> None:
    """A car is given back after it came in."""
    values = row.values
    if values["opened_on"] and values["closed_on"] and values["closed_on"] < values["opened_on"]:
        row.refuse(
            "closed_on", f"expected a day on or after opened_on, which is {values['opened_on']}", values["closed_on"]
        )


def check_warranty(row: Checked, _house: House) -> None:
    """A warranty ends after it starts; a limit of zero is none."""
    values = row.values
    values["limit_kilometres"] = values["limit_kilometres"] or None
    if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
        row.refuse(
            "ends_on", f"expected a day on or after starts_on, which is {values['starts_on']}", values["ends_on"]
        )


def check_invoice(row: Checked, house: House) -> None:
    """Amounts are positive; what reduces a debt is a credit note."""
    values = row.values
    amount = _take_amount(row)
    values["kind"] = values["kind"] or InvoiceKind.INVOICE
    if amount is not None and amount < 0:
        if values["kind"] is InvoiceKind.CREDIT_NOTE or house.negative_amounts == "credit-notes":
            values["kind"] = InvoiceKind.CREDIT_NOTE
            values["amount"] = -amount
        else:
            row.refuse(
                "amount",
                "expected an amount above zero: a credit note is told by kind = credit-note, or all negative amounts "
                'are credit notes by negative_amounts = "credit-notes" under [file] in the map',
                amount,
            )
    if values["kind"] is InvoiceKind.CREDIT_NOTE:
        values["due_on"] = values["due_on"] or values["issued_on"]
    if not values["due_on"] and not row.refused:
        row.refuse(
            "due_on",
            "expected the last day to pay; the map can count it from another date, such as "
            'due_on = { column = "Due", default_from = { column = "Date", plus = "30 days" } }',
        )


def check_payment(row: Checked, _house: House) -> None:
    """Money that came in."""
    amount = _take_amount(row)
    if amount is not None and amount < 0:
        row.refuse(
            "amount",
            "expected an amount above zero; where the source writes money received with a minus sign, the map drops it "
            "by absolute = true; money that went back, as a refund or a returned cheque, is imported as an invoice",
            amount,
        )


def check_promise(row: Checked, _house: House) -> None:
    """A promise is made before the day it is for."""
    values = row.values
    amount = _take_amount(row)
    if amount is not None and amount < 0:
        row.refuse("amount", "expected an amount above zero", amount)
    if amount is None:
        values["currency"] = None
    if values["made_on"] and values["promised_for"] and values["promised_for"] < values["made_on"]:
        row.refuse(
            "promised_for", f"expected a day on or after made_on, which is {values['made_on']}", values["promised_for"]
        )


def check_lead(row: Checked, _house: House) -> None:
    """A lead is lost for a reason; one that is not lost has none."""
    values = row.values
    if values["state"] is LeadState.LOST and not values["lost_reason"]:
        row.refuse("lost_reason", "expected why the lead was lost")
    if values["state"] is not LeadState.LOST and values["lost_reason"]:
        row.leave_out("lost_reason", "expected none beside any state but lost", values["lost_reason"])
        values["lost_reason"] = None


def _take_amount(row: Checked) -> Decimal | None:
    """The amount, with the currency that stood beside it as the row's, unless the row names one."""
    amount: Amount | None = row.values["amount"]
    if amount is None:
        return None
    row.values["amount"] = amount.value
    row.values["currency"] = row.values["currency"] or amount.currency
    if amount.value == 0:
        row.refuse(
            "amount",
            "expected an amount above zero; rows without money are passed over by the map with "
            'only_where = { column = "…", is = "not zero" }',
            amount.value,
        )
    return amount.value


RULES: dict[KindName, Callable[[Checked, House], None]] = {
    KindName.STORES: check_store,
    KindName.CUSTOMERS: check_customer,
    KindName.VEHICLES: check_vehicle,
    KindName.APPOINTMENTS: check_appointment,
    KindName.REPAIR_ORDERS: check_repair_order,
    KindName.WARRANTIES: check_warranty,
    KindName.INVOICES: check_invoice,
    KindName.PAYMENTS: check_payment,
    KindName.PROMISES: check_promise,
    KindName.LEADS: check_lead,
}
"""The kinds whose rows have rules beyond their cells."""
