"""Leads with the people who they are about, as forms, commands and other programs hand them over one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from models.core.errors import InvalidInput
from models.core.reasons import GivenReason
from models.core.settings import Settings
from models.core.words import LeadUrgency
from models.people.tables import Store
from models.subjects.lead import Lead, LeadSource
from tasks.intake.columns import KindName
from tasks.intake.files.records import Record, load_records
from tasks.intake.files.rejects import Reject
from tasks.intake.staging import Counts

CUSTOMERS, LEADS = KindName("customers"), KindName("leads")
DIGITS = 16
"""Of a key that is made of a phone number or an address: enough that no two people share one."""


class NoSuchLead(InvalidInput):
    """A lead that was not accepted as it was written down."""

    def __init__(self, reason: GivenReason) -> None:
        self.reason = reason
        super().__init__(f"The lead was not written down: {reason}")


@dataclass(frozen=True, slots=True)
class NewLead:
    """Somebody who may buy a car, as they came in."""

    key: str
    urgency: LeadUrgency
    came_in_at: datetime
    customer: str | None = None
    """The key of a customer on record. Without it, the person is taken in by name, phone and e-mail."""
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    model: str | None = None
    source: str | None = None
    salesperson: str | None = None
    expected_on: date | None = None
    trades_in: bool | None = None
    referred_by: str | None = None
    """The key of the customer who sent this one."""
    note: str | None = None
    zone_known: bool = True
    """Whether the moment has a zone of its own; else it is the store's."""

    @property
    def person(self) -> str:
        """The key of the customer whom it is about."""
        if self.customer is not None:
            return self.customer
        known_by = (self.phone or self.email or self.key).strip().casefold()
        return f"lead:{sha256(known_by.encode()).hexdigest()[:DIGITS]}"


@dataclass
class TakenIn:
    """What became of the leads that were handed over."""

    counts: Counts = field(default_factory=Counts)
    rejects: list[Reject] = field(default_factory=list)
    """By lead, counted from 1."""


def take_in(
    connection: Connection,
    leads: Sequence[NewLead],
    *,
    store: str | None,
    confined: bool = False,
    now: datetime,
    settings: Settings,
) -> TakenIn:
    """Write leads down, and the people who are not on record yet, by the rules of imports: a customer with an open lead
    keeps the one. A lead whose key is on record stays as it is: what staff made of it since counts.

    `store` may be left out where there is only one; `confined`: nothing of another store is referred to. Raises
    `UnknownStore`.
    """
    place = _place(connection, store)
    known = _known(connection, place, [lead.key for lead in leads])
    leads = [lead for lead in leads if lead.key not in known]
    people = [_person(lead) for lead in leads if lead.customer is None]
    load = partial(load_records, connection, store=store, confined=confined, now=now, settings=settings)
    unknown = load(CUSTOMERS, people).rejects if people else []
    loaded = load(LEADS, [_lead(lead, place) for lead in leads])
    loaded.counts.read += len(known)
    loaded.counts.unchanged += len(known)
    return TakenIn(loaded.counts, [*unknown, *loaded.rejects])


def take_one(connection: Connection, lead: NewLead, *, store: str, now: datetime, settings: Settings) -> int:
    """Write one lead down; its id, or that of the open lead that the customer has. Raises `NoSuchLead` and what
    `take_in` raises."""
    taken = take_in(connection, [lead], store=store, now=now, settings=settings)
    whole = [reject.reason for reject in taken.rejects if reject.whole]
    if whole:
        raise NoSuchLead(whole[0])
    here = select(Store.id).where(Store.code == store).scalar_subquery()
    found = connection.scalar(select(Lead.id).where(Lead.store_id == here, Lead.key == lead.key))
    if found is None:
        further = select(LeadSource.lead_id).where(LeadSource.store_id == here, LeadSource.key == lead.key)
        found = connection.execute(further).scalar_one()
    return found


def _person(lead: NewLead) -> Record:
    return {"key": lead.person, "name": lead.name, "phone": lead.phone, "email": lead.email}


def _place(connection: Connection, store: str | None) -> Row[tuple[int, str]] | None:
    """The store of the leads; None: it is not said, and there are several, or it is unknown, which the import tells."""
    found = select(Store.id, Store.time_zone).limit(2)
    rows = connection.execute(found.where(Store.code == store) if store is not None else found).all()
    return rows[0] if len(rows) == 1 else None


def _known(connection: Connection, place: Row[tuple[int, str]] | None, keys: list[str]) -> set[str]:
    """Those of the keys that are on record in the store."""
    if place is None:
        return set()
    tables = (Lead, LeadSource)
    statements = (select(each.key).where(each.store_id == place.id, each.key.in_(keys)) for each in tables)
    return {key for statement in statements for key in connection.scalars(statement)}


def _lead(lead: NewLead, place: Row[tuple[int, str]] | None) -> Record:
    at = lead.came_in_at.astimezone(ZoneInfo(place.time_zone)) if place and lead.zone_known else lead.came_in_at
    written = at.isoformat() if lead.zone_known else at.replace(tzinfo=None).isoformat()
    return {
        "key": lead.key, "customer": lead.person, "urgency": lead.urgency.value, "model": lead.model,
        "created_on": at.date().isoformat(), "came_in_at": written, "source": lead.source,
        "salesperson": lead.salesperson, "expected_on": lead.expected_on.isoformat() if lead.expected_on else None,
        "trades_in": lead.trades_in, "referred_by": lead.referred_by, "note": lead.note,
    }  # fmt: skip
