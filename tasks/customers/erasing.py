"""Erasing a customer on their request: what names them goes, what the books need stays under a pseudonym."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, and_, case, cast, func, literal, select, update

from models.calls.surveys import SurveyAnswer
from models.core.base import Base, Facts
from models.core.errors import AftercareError
from models.core.words import ContactKind, Gate, TouchState
from models.ledger.tables import AuditEntry, CallAttempt, Case, CaseNote, DeliveryReceipt, Reply, Touch, Verdict
from models.people.tables import Consent, ContactPoint, Customer
from models.subjects.leads import Lead
from models.subjects.money import Account
from models.subjects.vehicles import Vehicle
from tasks import audit
from tasks.access.reach import check_customer
from tasks.access.sessions import SignedIn
from tasks.customers.consent import NeedsReason
from tasks.customers.records import rows_about
from tasks.touches.picking import cancel_touches

ERASED = "erased on the customer's request"
IN_FLIGHT = (TouchState.CLAIMED, TouchState.SENDING)
IN_FREE_WORDS = (Gate.NONE, Gate.RETRY, Gate.APPROVAL, Gate.CHANNEL)
"""The gates whose reasons people or gateways word; the others say fixed sentences."""
KEPT_OF_AUDIT = ("state", "outcome", "granted", "purpose", "channel", "cancelled", "again_at")
"""What the audit trail goes on to say of a customer who was erased: nothing in free words."""


class AlreadyErased(AftercareError):
    """A customer who was erased before."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__("This customer's data was erased before.")


class MessageUnderWay(AftercareError):
    """A customer to whom something is being sent at this moment."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__("A message to this customer is being sent at this moment; try again in a minute.")


class NotTheirName(AftercareError):
    """The name that was typed to confirm it is another one."""

    def __init__(self) -> None:
        super().__init__("To confirm, type the customer's name exactly as it stands above.")


class ReasonNamesCustomer(AftercareError):
    """A reason that would keep what is to be erased."""

    def __init__(self) -> None:
        super().__init__("The reason stays on record: say it without the customer's name, number or address.")


def erase_customer(
    connection: Connection, user: SignedIn, now: datetime, customer_id: int, typed: str, reason: str
) -> None:
    """Erase what names the customer, everywhere, for good; cancel what is open. `typed` is their name, to confirm.

    The sources' keys are kept, so that an import knows them and takes nothing back in. Raises `NotYours`,
    `AlreadyErased`, `NotTheirName`, `NeedsReason`, `ReasonNamesCustomer`, `MessageUnderWay`.
    """
    check_customer(connection, user.store_id, customer_id)
    customer = connection.execute(select(Customer.__table__).where(Customer.id == customer_id).with_for_update()).one()
    _check(connection, customer, typed, reason)
    cancel_touches(connection, Touch.customer_id == customer_id, Gate.FACTS, ERASED, now, {})
    _erase_replies_of_nobody(connection, customer_id)
    theirs = rows_about(customer_id)
    for model, values in _blanks(customer_id, now).items():
        connection.execute(update(model).where(theirs[model]).values(values))
    audit.record(
        connection, now, user.login, "customer.erased", "customer", customer_id, None, {"reason": reason.strip()}
    )


def _check(connection: Connection, customer: Row[Any], typed: str, reason: str) -> None:
    if customer.erased_at is not None:
        raise AlreadyErased(customer.id)
    if " ".join(typed.split()) != " ".join(customer.name.split()):
        raise NotTheirName
    if not reason.strip():
        raise NeedsReason
    values = connection.scalars(select(ContactPoint.value).where(ContactPoint.customer_id == customer.id))
    if any(known.casefold() in reason.casefold() for known in (customer.name, *values)):
        raise ReasonNamesCustomer
    in_flight = select(Touch.id).where(Touch.customer_id == customer.id, Touch.state.in_(IN_FLIGHT)).limit(1)
    if connection.scalar(in_flight) is not None:
        raise MessageUnderWay(customer.id)


def _erase_replies_of_nobody(connection: Connection, customer_id: int) -> None:
    """Replies from a number of the customer's that were never told to be theirs."""
    numbers = select(ContactPoint.value).where(ContactPoint.customer_id == customer_id)
    unclaimed = and_(Reply.customer_id.is_(None), Reply.sender.in_(numbers))
    connection.execute(update(Reply).where(unclaimed).values(sender="", text=""))


def _blanks(customer_id: int, now: datetime) -> dict[type[Base], dict[str, Any]]:
    """What each table keeps instead of the customer's data."""
    pseudonym = {"name": f"erased {customer_id}", "salutation": None, "level": None, "birth_on": None, "area": None}
    nowhere = {
        # The row stays, for the touches that point to it; an address that is none fits every rule of the column.
        "kind": ContactKind.EMAIL,
        "value": literal("erased-", Text) + cast(ContactPoint.id, Text),
        "takes_text": False,
        "invalid_since": now,
        "invalid_reason": ERASED,
    }
    return {
        Customer: pseudonym | {"erased_at": now},
        ContactPoint: nowhere,
        Consent: {"reason": None},
        Vehicle: {"plate": None},
        Lead: {"lost_reason": case((Lead.lost_reason.is_not(None), ERASED))},
        Account: {"hold_reason": None},
        Touch: {"subject_line": None, "body": None, "figures": {}, "reason": case((Touch.reason.is_not(None), ERASED))},
        Verdict: {"figures": {}, "reason": case((Verdict.gate.in_(IN_FREE_WORDS), None), else_=Verdict.reason)},
        CallAttempt: {"note": None},
        DeliveryReceipt: {"reason": None},
        Reply: {"sender": "", "text": ""},
        Case: {"note": None},
        CaseNote: {"text": ERASED},
        SurveyAnswer: {"comment": None},
        AuditEntry: {"before": _kept(AuditEntry.before), "after": _kept(AuditEntry.after)},
    }


def _kept(facts: Any) -> ColumnElement[Facts | None]:
    """The parts of an audit entry that say nothing in free words."""
    is_object = func.jsonb_typeof(facts) == "object"
    parts = func.jsonb_each(case((is_object, facts))).table_valued("key", "value").render_derived()
    kept: ColumnElement[Facts | None] = (
        select(func.jsonb_object_agg(parts.c.key, parts.c.value))
        .where(parts.c.key.in_(KEPT_OF_AUDIT))
        .scalar_subquery()
    )
    return kept
