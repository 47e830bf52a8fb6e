"""What staff change on a lead outside a call: its class, when it is called again, whose it is, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, select, update

from models.core.errors import Conflict, InvalidInput
from models.core.reasons import GivenReason, give
from models.core.words import LeadState, LeadUrgency
from models.people.tables import StaffMember, Store
from models.subjects.lead import LEAST_DEPOSIT, Lead, LostKind
from tasks.access.reach import NotYours
from tasks.ledger import audit
from tasks.subjects.lead.facts import LOW_DEPOSIT

LONGEST_WORDS = 500


class LeadSettled(Conflict):
    """A lead that is open no more."""

    def __init__(self, lead_id: int, state: LeadState) -> None:
        self.lead_id, self.state = lead_id, state
        super().__init__(f"The lead {lead_id} is {state} and was not changed; take it up again first.")


class LeadIsOpen(Conflict):
    """A lead that cannot be taken up again: it is open."""

    def __init__(self, lead_id: int) -> None:
        self.lead_id = lead_id
        super().__init__(f"The lead {lead_id} is open.")


class DayHasPassed(InvalidInput):
    """A lead that is put off to a day that is not ahead."""

    def __init__(self, on: date, today: date) -> None:
        self.on, self.today = on, today
        super().__init__(f"{on} is not after today, {today}; expected a later day.")


class NoSuchSalesperson(InvalidInput):
    """Nobody of the lead's store has this staff code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"Nobody who works in the lead's store has the staff code '{code}'.")


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a customer paid on ordering."""

    deposit: Decimal | None = None
    currency: str = "CNY"


def grade_lead(
    connection: Connection,
    lead_id: int,
    urgency: LeadUrgency,
    now: datetime,
    actor: str,
    ordered: Ordered | None = None,
) -> GivenReason | None:
    """Set the class of a lead anew, as of today: its calls count from then. `actor`: a staff code.

    Returns the warning that a deposit is lower than the house wants. Raises `NotYours`, `LeadSettled`.
    """
    lead, today = _open(connection, lead_id, now)
    values: dict[str, object] = {"urgency": urgency, "urgency_on": today, "postponed_to": None}
    deposit = ordered.deposit if ordered is not None and urgency is LeadUrgency.ORDERED else None
    if ordered is not None and deposit is not None:
        values |= {"deposit": deposit, "currency": ordered.currency.upper()}
    _change(connection, lead, values, "lead.graded", now, actor)
    if ordered is None or deposit is None or deposit >= LEAST_DEPOSIT:
        return None
    currency = ordered.currency.upper()
    return give(LOW_DEPOSIT, deposit={currency: str(deposit)}, least={currency: str(LEAST_DEPOSIT)})


def note_contact(connection: Connection, lead_id: int, now: datetime, actor: str, note: str | None = None) -> None:
    """The customer was reached today, by whatever way: the next call counts from now. Raises as `grade_lead` does."""
    lead, today = _open(connection, lead_id, now)
    values: dict[str, object] = {"contacted_on": today, "postponed_to": None}
    if note:
        values["note"] = note[:LONGEST_WORDS]
    _change(connection, lead, values, "lead.contacted", now, actor)


def postpone_lead(connection: Connection, lead_id: int, until: date, now: datetime, actor: str) -> None:
    """The customer asked not to be called before a day. Raises `DayHasPassed`, and as `grade_lead` does."""
    lead, today = _open(connection, lead_id, now)
    if until <= today:
        raise DayHasPassed(until, today)
    _change(connection, lead, {"postponed_to": until}, "lead.postponed", now, actor)


def give_lead(connection: Connection, lead_id: int, salesperson: str, now: datetime, actor: str) -> None:
    """Make somebody of the store its salesperson, by staff code. Raises `NoSuchSalesperson`, and as `grade_lead`."""
    lead, _ = _open(connection, lead_id, now)
    theirs = (StaffMember.store_id == lead["store_id"], StaffMember.code == salesperson, StaffMember.active)
    found = connection.scalar(select(StaffMember.id).where(*theirs))
    if found is None:
        raise NoSuchSalesperson(salesperson)
    _change(connection, lead, {"salesperson_id": found}, "lead.given", now, actor)


def lose_lead(
    connection: Connection,
    lead_id: int,
    why: LostKind,
    now: datetime,
    actor: str,
    *,
    competitor: str | None = None,
    words: str | None = None,
) -> None:
    """The customer does not buy here, for a reason that the manager confirms. Raises as `grade_lead` does."""
    lead, today = _open(connection, lead_id, now)
    values = {
        "state": LeadState.LOST, "state_on": today, "lost_kind": why, "competitor": competitor, "postponed_to": None,
        "lost_reason": (words or why.value)[:LONGEST_WORDS],
    }  # fmt: skip
    _change(connection, lead, values, "lead.lost", now, actor)


def reopen_lead(connection: Connection, lead_id: int, now: datetime, actor: str) -> None:
    """Take a lead up again that was lost or had expired; its class counts from today.

    Raises `NotYours`, `LeadIsOpen`, and `LeadSettled` for one that was won.
    """
    lead, today = _locked(connection, lead_id, now)
    if lead["state"] == LeadState.OPEN:
        raise LeadIsOpen(lead_id)
    if lead["state"] == LeadState.WON:
        raise LeadSettled(lead_id, LeadState.WON)
    values = {"state": LeadState.OPEN, "state_on": None, "lost_kind": None, "lost_reason": None, "competitor": None}
    _change(connection, lead, values | {"urgency_on": today}, "lead.reopened", now, actor)


def _open(connection: Connection, lead_id: int, now: datetime) -> tuple[RowMapping, date]:
    lead, today = _locked(connection, lead_id, now)
    if lead["state"] != LeadState.OPEN:
        raise LeadSettled(lead_id, LeadState(lead["state"]))
    return lead, today


def _locked(connection: Connection, lead_id: int, now: datetime) -> tuple[RowMapping, date]:
    lead = (
        connection.execute(select(Lead.__table__).where(Lead.id == lead_id).with_for_update()).mappings().one_or_none()
    )
    if lead is None:
        raise NotYours("lead", lead_id)
    zone = connection.execute(select(Store.time_zone).where(Store.id == lead["store_id"])).scalar_one()
    return lead, now.astimezone(ZoneInfo(zone)).date()


def _change(
    connection: Connection, lead: RowMapping, values: Mapping[str, object], action: str, now: datetime, actor: str
) -> None:
    before = {name: _plain(lead[name]) for name in values}
    connection.execute(update(Lead).where(Lead.id == lead["id"]).values(values))
    after = {name: _plain(value) for name, value in values.items()}
    audit.record(connection, now, actor, action, "lead", lead["id"], before, after)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date | Decimal) else value
