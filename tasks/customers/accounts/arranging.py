"""Setting and ending what is arranged about an account: a dispute, a block until a day, a plan of instalments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from models.core.errors import Conflict, InvalidInput, NotFound
from models.core.words import InvoiceStatus
from models.subjects.account import KIND, Invoice
from models.subjects.arrangement import Arrangement, ArrangementKind, Instalment
from tasks.customers.accounts.holding import Found, check_reason
from tasks.ledger import audit
from tasks.stores.staff import Actor, find_actor
from tasks.subjects.contract import Those
from tasks.subjects.registry import subject_of

FARTHEST = timedelta(days=2 * 366)
"""A day further off is a slip."""
MOST_INSTALMENTS = 60


class EndPassed(InvalidInput):
    """An arrangement cannot end before today."""

    field = "until"

    def __init__(self, until: date, today: date) -> None:
        self.until, self.today = until, today
        super().__init__(f"The day {until} has passed; today is {today}.")


class EndTooFarOff(InvalidInput):
    """A day that is years away."""

    field = "until"

    def __init__(self, until: date, latest: date) -> None:
        self.until, self.latest = until, latest
        super().__init__(f"The day {until} is too far off; {latest} is the latest.")


class UnknownInvoice(NotFound):
    """The account has no open invoice with this number."""

    field = "invoice"

    def __init__(self, number: str, account: str) -> None:
        self.number, self.account = number, account
        super().__init__(f"Account {account} has no open invoice '{number}'.")


class NothingOwed(Conflict):
    """There is nothing to be paid in instalments."""

    field = "parts"

    def __init__(self, account: str) -> None:
        self.account = account
        super().__init__(f"Account {account} owes nothing above what is tolerated.")


class CurrencyNeeded(InvalidInput):
    """The account owes in several currencies, or not in the one named."""

    field = "currency"

    def __init__(self, account: str, owed: Sequence[str]) -> None:
        self.account, self.owed = account, ", ".join(owed)
        super().__init__(f"Account {account} owes {self.owed}: say in which of them the instalments are.")


class DoesNotSumUp(InvalidInput):
    """The instalments do not add up to what is owed."""

    field = "parts"

    def __init__(self, total: Decimal, owed: Decimal, currency: str) -> None:
        self.total, self.owed, self.currency = total, owed, currency
        super().__init__(f"The instalments sum up to {currency} {total:,.2f}, but {currency} {owed:,.2f} is open.")


class BadInstalments(InvalidInput):
    """There must be at least two instalments, in order of their days, each above zero."""

    field = "parts"

    def __init__(self) -> None:
        super().__init__(
            f"Expected 2 to {MOST_INSTALMENTS} instalments, each of more than zero with two decimals at most, "
            "and each on a later day than the one before."
        )


class NothingArranged(NotFound):
    """No such arrangement runs for the account."""

    def __init__(self, account: str, arrangement_id: int) -> None:
        self.account, self.arrangement_id = account, arrangement_id
        super().__init__(f"Account {account} has no running arrangement {arrangement_id}.")


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment."""

    due_on: date
    amount: Decimal


def set_dispute(
    connection: Connection,
    account: Found,
    until: date,
    reason: str | None,
    now: datetime,
    staff_code: str,
    *,
    invoice: str | None = None,
) -> int:
    """The customer contests an invoice (its number), or (None) all that is claimed: nobody chases it up to a day.

    The arrangement's id. Raises `ReasonMissing`, `ReasonTooLong`, `EndPassed`, `EndTooFarOff`, `UnknownInvoice`,
    `UnknownStaff`, `InactiveStaff`.
    """
    text, actor = _checked(connection, account, until, reason, staff_code)
    invoice_id = None if invoice is None else _invoice(connection, account, invoice)
    return _set(connection, account, ArrangementKind.DISPUTE, until, text, now, actor, invoice_id=invoice_id)


def set_block(
    connection: Connection, account: Found, until: date, reason: str | None, now: datetime, staff_code: str
) -> int:
    """Nobody chases the account up to a day; the arrangement's id. Raises as `set_dispute` does."""
    text, actor = _checked(connection, account, until, reason, staff_code)
    return _set(connection, account, ArrangementKind.BLOCK, until, text, now, actor)


def set_instalments(
    connection: Connection,
    account: Found,
    parts: Sequence[Part],
    reason: str | None,
    now: datetime,
    staff_code: str,
    *,
    currency: str | None = None,
) -> int:
    """What is owed is paid in parts, which sum up to it; the arrangement's id.

    Chasing goes on by itself the day after a part that was not paid. Raises as `set_dispute` does, and
    `BadInstalments`, `NothingOwed`, `CurrencyNeeded`, `DoesNotSumUp`.
    """
    days = [part.due_on for part in parts]
    whole = all(part.amount > 0 and part.amount == part.amount.quantize(Decimal("0.01")) for part in parts)
    if not 2 <= len(parts) <= MOST_INSTALMENTS or not whole or days != sorted(set(days)):
        raise BadInstalments
    if days[0] < account.today:
        raise EndPassed(days[0], account.today)
    text, actor = _checked(connection, account, days[-1], reason, staff_code)
    in_currency, owed = _owed(connection, account, currency, now)
    total = sum((part.amount for part in parts), Decimal(0))
    if total != owed:
        raise DoesNotSumUp(total, owed, in_currency)
    made = _set(connection, account, ArrangementKind.INSTALMENTS, days[-1], text, now, actor, currency=in_currency)
    connection.execute(
        insert(Instalment),
        [{"arrangement_id": made, "due_on": part.due_on, "amount": part.amount} for part in parts],
    )
    return made


def end_arrangement(
    connection: Connection, account: Found, arrangement_id: int, reason: str | None, now: datetime, staff_code: str
) -> None:
    """End a running arrangement before its last day: chasing goes on today.

    Raises `ReasonMissing`, `ReasonTooLong`, `NothingArranged`, `UnknownStaff`, `InactiveStaff`.
    """
    text = check_reason(reason)
    actor = find_actor(connection, staff_code, account.store_id)
    ended = connection.execute(
        update(Arrangement)
        .where(Arrangement.id == arrangement_id, Arrangement.account_id == account.id, _not_over(account.today))
        .values(ended_on=account.today, end_reason=text, ended_by=actor.id)
        .returning(Arrangement.kind)
    ).one_or_none()
    if ended is None:
        raise NothingArranged(account.key, arrangement_id)
    after = {"kind": ended.kind, "reason": text}
    audit.record(connection, now, actor.code, "account.arrangement-ended", "account", account.id, None, after)


def _not_over(today: date) -> ColumnElement[bool]:
    return and_(Arrangement.ends_on >= today, or_(Arrangement.ended_on.is_(None), Arrangement.ended_on > today))


def _checked(
    connection: Connection, account: Found, until: date, reason: str | None, staff_code: str
) -> tuple[str, Actor]:
    text = check_reason(reason)
    if until < account.today:
        raise EndPassed(until, account.today)
    if until > account.today + FARTHEST:
        raise EndTooFarOff(until, account.today + FARTHEST)
    return text, find_actor(connection, staff_code, account.store_id)


def _invoice(connection: Connection, account: Found, number: str) -> int:
    found = connection.scalar(
        select(Invoice.id).where(
            Invoice.account_id == account.id,
            Invoice.key == number,
            Invoice.status == InvoiceStatus.OPEN,
            Invoice.settled_on.is_(None),
        )
    )
    if found is None:
        raise UnknownInvoice(number, account.key)
    return found


def _owed(connection: Connection, account: Found, currency: str | None, now: datetime) -> tuple[str, Decimal]:
    """The currency of the instalments, and what is open in it."""
    facts = subject_of(KIND).facts(now, Those(select(Invoice.account_id).where(Invoice.account_id == account.id)))
    row = connection.execute(facts).mappings().first()
    totals = {name: Decimal(total) for name, total in (row["totals"] or {}).items()} if row and row["owes"] else {}
    if not totals:
        raise NothingOwed(account.key)
    chosen = currency or (next(iter(totals)) if len(totals) == 1 else None)
    if chosen is None or chosen not in totals:
        raise CurrencyNeeded(account.key, sorted(totals))
    return chosen, totals[chosen]


def _set(
    connection: Connection,
    account: Found,
    kind: ArrangementKind,
    until: date,
    reason: str,
    now: datetime,
    actor: Actor,
    *,
    invoice_id: int | None = None,
    currency: str | None = None,
) -> int:
    """Write down an arrangement. One of the same kind about the same thing is replaced."""
    same = and_(
        Arrangement.account_id == account.id,
        Arrangement.kind == kind,
        Arrangement.invoice_id.is_not_distinct_from(invoice_id),
        _not_over(account.today),
    )
    connection.execute(update(Arrangement).where(same).values(ended_on=account.today, ended_by=actor.id))
    made = connection.execute(
        insert(Arrangement)
        .values(
            {
                "account_id": account.id,
                "kind": kind,
                "invoice_id": invoice_id,
                "currency": currency,
                "starts_on": account.today,
                "ends_on": until,
                "reason": reason,
                "set_at": now,
                "set_by": actor.id,
            }
        )
        .returning(Arrangement.id)
    ).scalar_one()
    after = {"kind": kind, "ends_on": until.isoformat(), "invoice": invoice_id, "reason": reason}
    audit.record(connection, now, actor.code, "account.arranged", "account", account.id, None, after)
    return made
