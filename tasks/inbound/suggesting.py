"""What staff say of a suggestion: confirmed, it is carried out; refused, what it did is taken back."""

from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from models.core.cadence import moment
from models.core.errors import Conflict
from models.core.rows import AnyRow
from models.core.words import AppointmentStatus
from models.inbound.reading import promised_day
from models.inbound.words import AnswerWay, InboundKind, Suggestion
from models.people.tables import Store
from models.subjects.account import KIND as ACCOUNT
from models.subjects.appointment import Appointment
from tasks.inbound.answering import by_case
from tasks.inbound.handling import Held, NeedsCustomer, change, hold, settle, taken_by
from tasks.inbound.matching import candidates
from tasks.inbound.revocations import channel_of, opt_out, take_back
from tasks.ledger import audit
from tasks.self_service.booking import ask_for_another_time
from tasks.self_service.paying import promise
from tasks.subjects.contract import OfCustomer
from tasks.subjects.registry import subject_of


class NothingSuggested(Conflict):
    """No suggestion is waiting to be confirmed or refused."""

    def __init__(self, inbound_id: int) -> None:
        self.inbound_id = inbound_id
        super().__init__(f"Nothing is suggested for inbound {inbound_id} that waits for your word.")


class NeedsPromisedDay(Conflict):
    """The text names no day for the promise."""

    def __init__(self) -> None:
        super().__init__("The text names no day: say by when the customer promised to pay.")


class NoAccountToPromise(Conflict):
    """It is not certain which account a promise is for."""

    def __init__(self, accounts: int) -> None:
        self.accounts = accounts
        super().__init__(
            f"The customer has {accounts} accounts that are being chased, so that it is not certain what is promised. "
            "Record it with a call."
        )


def confirm(
    connection: Connection,
    inbound_id: int,
    now: datetime,
    staff_code: str,
    *,
    day: date | None = None,
    seen: int | None = None,
) -> None:
    """Carry out what is suggested. `day`: by when a promise is, where the text does not say it.

    Raises what `hold` raises, and `NothingSuggested`, `NeedsCustomer`, `NeedsPromisedDay`, `NoAccountToPromise`, and
    what a promise raises.
    """
    held = _hold(connection, inbound_id, staff_code, seen, now)
    row = held.row
    match row.suggested:
        case Suggestion.REVOCATION:
            if not row.acted_on:
                opt_out(connection, [_customer(row)], channel_of(row), now, row.received_at)
            settle(connection, held, AnswerWay.NONE, None, now, confirmed=True, acted_on=True)
        case Suggestion.PROMISE:
            on = _promise(connection, row, day, now)
            settle(connection, held, AnswerWay.NONE, on.isoformat(), now, confirmed=True)
        case Suggestion.OTHER_TIME:
            _other_time(connection, held, now)
        case Suggestion.COMPLAINT:
            by_case(connection, held, None, now, confirmed=True)
        case Suggestion.INTEREST:
            change(connection, row, taken_by(held, now) | {"confirmed": True, "kind": InboundKind.INTEREST})
        case Suggestion.ABSENCE:
            settle(connection, held, AnswerWay.NONE, None, now, confirmed=True)
        case _:
            assert_never(row.suggested)
    _audit(connection, held, "inbound.suggestion-confirmed", now)


def refuse(connection: Connection, inbound_id: int, now: datetime, staff_code: str, *, seen: int | None = None) -> None:
    """It was misread. What an opt-out did is taken back; the inbound stays to be answered.

    Raises what `hold` raises, and `NothingSuggested`.
    """
    held = _hold(connection, inbound_id, staff_code, seen, now)
    row = held.row
    if row.suggested is Suggestion.REVOCATION and row.acted_on:
        whose = {*candidates(connection, row.sender, None), *([row.customer_id] if row.customer_id else [])}
        take_back(connection, whose, channel_of(row), row.received_at, now)
    kind = InboundKind.OTHER if row.kind is InboundKind.REVOCATION else row.kind
    change(connection, row, taken_by(held, now) | {"confirmed": False, "acted_on": False, "kind": kind})
    _audit(connection, held, "inbound.suggestion-refused", now)


def _hold(connection: Connection, inbound_id: int, staff_code: str, seen: int | None, now: datetime) -> Held:
    held = hold(connection, inbound_id, staff_code, seen, now)
    if held.row.suggested is None or held.row.confirmed is not None:
        raise NothingSuggested(inbound_id)
    return held


def _audit(connection: Connection, held: Held, action: str, now: datetime) -> None:
    after = {"suggested": held.row.suggested}
    audit.record(connection, now, held.actor.code, action, "inbound", held.row.id, None, after)


def _customer(row: AnyRow) -> int:
    if row.customer_id is None:
        raise NeedsCustomer(row.id)
    return int(row.customer_id)


def _promise(connection: Connection, row: AnyRow, day: date | None, now: datetime) -> date:
    """Keep a promise for the one account of the customer that is being chased; its day."""
    facts = subject_of(ACCOUNT).facts(now, OfCustomer(_customer(row))).subquery("accounts_now")
    chased = connection.scalars(select(facts.c.subject_id).where(facts.c.owes)).all()
    if len(chased) != 1:
        raise NoAccountToPromise(len(chased))
    zone = ZoneInfo(connection.execute(select(Store.time_zone).where(Store.id == row.store_id)).scalar_one())
    on = day or promised_day(row.text, row.received_at.astimezone(zone).date())
    if on is None:
        raise NeedsPromisedDay
    promise(connection, chased[0], on, now)
    return on


def _other_time(connection: Connection, held: Held, now: datetime) -> None:
    """The next visit is not reminded of any more, and whoever confirmed finds another time with the customer."""
    row = held.row
    appointment = connection.execute(
        select(Appointment.id, Appointment.starts_at)
        .where(
            Appointment.customer_id == _customer(row),
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.arrived_at.is_(None),
            Appointment.starts_at > moment(now),
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(1)
    ).one_or_none()
    values = taken_by(held, now) | {"confirmed": True, "kind": InboundKind.BOOKING}
    if appointment is not None:
        change(connection, row, values | {"appointment_id": appointment.id})
        ask_for_another_time(connection, appointment.id, appointment.starts_at, now)
    else:
        change(connection, row, values)
