"""The customer of an explanation: identity, contact points and consent."""

from datetime import datetime

from sqlalchemy import Connection, or_, select

from models.core.cadence import moment
from models.core.reasons import GivenReason, read_reason
from models.core.words import CaseState
from models.ledger.explanations import CaseSeen, ConsentSeen, ContactPointSeen, CustomerSeen
from models.ledger.tables import Case
from models.people.tables import Consent, ContactPoint, Customer, CustomerKey, Store

SETTLED = (CaseState.SOLVED, CaseState.CLOSED)


def read_customer(connection: Connection, customer_id: int, now: datetime) -> CustomerSeen:
    """The customer as known at `now`."""
    row = connection.execute(
        select(Customer.name, Store.code, Store.time_zone)
        .join(Store, Store.id == Customer.store_id)
        .where(Customer.id == customer_id)
    ).one()
    keys = select(CustomerKey.key).where(CustomerKey.customer_id == customer_id).order_by(CustomerKey.key)
    return CustomerSeen(
        id=customer_id,
        keys=list(connection.scalars(keys)),
        name=row.name,
        store=row.code,
        time_zone=row.time_zone,
        contact_points=_contact_points(connection, customer_id),
        consents=_consents(connection, customer_id, now),
        open_cases=_open_cases(connection, customer_id, now),
    )


def _contact_points(connection: Connection, customer_id: int) -> list[ContactPointSeen]:
    rows = connection.execute(
        select(
            ContactPoint.kind,
            ContactPoint.value,
            ContactPoint.takes_text,
            ContactPoint.invalid_since,
            ContactPoint.invalid_reason,
        )
        .where(ContactPoint.customer_id == customer_id)
        .order_by(ContactPoint.kind, ContactPoint.rank, ContactPoint.id)
    )
    return [
        ContactPointSeen(**(dict(row) | {"invalid_reason": _read(row["invalid_reason"])})) for row in rows.mappings()
    ]


def _consents(connection: Connection, customer_id: int, now: datetime) -> list[ConsentSeen]:
    """The latest entry for each purpose and channel."""
    rows = connection.execute(
        select(Consent.purpose, Consent.channel, Consent.granted, Consent.given_at, Consent.source, Consent.reason)
        .where(Consent.customer_id == customer_id, Consent.given_at <= moment(now))
        .distinct(Consent.purpose, Consent.channel)
        .order_by(Consent.purpose, Consent.channel, Consent.given_at.desc(), Consent.id.desc())
    )
    return [ConsentSeen(**(dict(row) | {"reason": _read(row["reason"])})) for row in rows.mappings()]


def _read(kept: str | None) -> GivenReason | None:
    return read_reason(kept) if kept else None


def _open_cases(connection: Connection, customer_id: int, now: datetime) -> list[CaseSeen]:
    rows = connection.execute(
        select(Case.id, Case.kind, Case.title, Case.state, Case.opened_at, Case.answer_by, Case.solve_by)
        .where(
            Case.customer_id == customer_id,
            Case.opened_at <= moment(now),
            or_(Case.state.not_in(SETTLED), Case.closed_at > moment(now)),
        )
        .order_by(Case.opened_at, Case.id)
    )
    return [CaseSeen(**row) for row in rows.mappings()]
