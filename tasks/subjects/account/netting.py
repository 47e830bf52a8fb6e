"""What accounts owe: payments, part payments and credits netted against their invoices, per currency (R4)."""

from datetime import date
from decimal import Decimal
from typing import assert_never

from sqlalchemy import CTE, ColumnElement, Subquery, and_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.types import Date, Numeric, Text

from models.core.rows import AnySelect
from models.core.words import InvoiceKind, InvoiceStatus
from models.ledger.tables import PolicyVersion
from models.subjects.account import Account, Invoice, Payment, Promise
from tasks.database.statement_comments import holds, nameless_cte
from tasks.policies.catalogue import rule_in_force
from tasks.subjects.account.arrangements import is_contested
from tasks.subjects.account.looks import key_of, same_look
from tasks.subjects.contract import AsPlanned, InForce, RulesOf, Under

TOLERANCE = "tolerance"
"""The rule: per currency, a balance up to which nobody is chased."""
NOTHING = literal(Decimal(0), Numeric(14, 2))
ONCE = "MATERIALIZED"
"""Computed once whatever the planner expects: in a nested loop, for each account anew, it would take hours."""


def days_of_accounts(stores: Subquery, chosen: ColumnElement[bool], under: Under) -> CTE:
    """The accounts looked at, each with its store-local day and the tolerances that count.

    `stores` are `stores_today`; `chosen` is a condition on accounts, of which what touches are about needs none.
    """
    looked_at = select(
        Account.id.label("account_id"),
        Account.store_id,
        Account.customer_id,
        Account.key.label("account"),
        stores.c.today,
    ).join(stores, stores.c.id == Account.store_id)
    return nameless_cte(
        _tolerating(looked_at, chosen, under),
        holds("the accounts looked at, with their day and tolerances"),
    )


def _tolerating(looked_at: AnySelect, chosen: ColumnElement[bool], under: Under) -> AnySelect:
    match under:
        case InForce():
            tolerated = rule_in_force(TOLERANCE)
            with_tolerance = looked_at.add_columns(tolerated.c.value.label("tolerance"))
            return with_tolerance.join(tolerated, tolerated.c.store_id == Account.store_id).where(chosen)
        case RulesOf():
            given = literal(under.rules.model_dump(mode="json").get(TOLERANCE, {}), JSONB)
            return looked_at.add_columns(given.label("tolerance")).where(chosen)
        case AsPlanned():
            asked = under.touches.distinct().subquery()
            those = under.touches.with_only_columns(under.touches.selected_columns.policy_version_id)
            every = select(PolicyVersion.id, PolicyVersion.body[("rules", TOLERANCE)].label("value"))
            versions = nameless_cte(
                every.where(PolicyVersion.id.in_(those)),
                ONCE,
                holds("the tolerances of the policy versions that touches were planned under"),
            )
            # Looked up row by row: joined to the few versions, PostgreSQL would expect only as few accounts.
            its_own = select(versions.c.value).where(versions.c.id == asked.c.policy_version_id).scalar_subquery()
            return looked_at.add_columns(asked.c.policy_version_id, its_own.label("tolerance")).join(
                asked, asked.c.subject_id == Account.id
            )
        case _:
            assert_never(under)


def statements(looked_at: CTE) -> CTE:
    """Per account: the oldest due date, the totals and the invoices that are chased.

    Currencies of which no more than the tolerance is open are left out; where none is above it, the statement holds
    them all and `owes` is false.
    """
    listed = _listed(_balances(_open_invoices(looked_at)))
    row = listed.c
    invoice = func.jsonb_build_object(
        literal("number", Text), row.number, literal("due_on", Text), row.due_on,
        literal("open", Text), cast(row.open, Text), literal("currency", Text), row.currency,
    )  # fmt: skip
    return nameless_cte(
        select(
            *key_of(listed),
            func.min(row.due_on).label("oldest_due"),
            func.bool_or(row.above).label("owes"),
            func.jsonb_object_agg(row.currency, cast(row.total, Text), type_=JSONB).label("totals"),
            func.jsonb_agg(aggregate_order_by(invoice, row.due_on, row.number), type_=JSONB).label("invoices"),
        )
        .where(row.listed)
        .group_by(*key_of(listed)),
        holds("per account: the invoices that are chased, and their totals"),
    )


def _open_invoices(looked_at: CTE) -> Subquery:
    """What is open of each undisputed invoice: its own payments first, then the account's credit, oldest first."""
    documents = _documents(looked_at)
    credit = _credit(looked_at, documents)
    row = documents.c
    unpaid = row.amount - row.paid
    up_to_here = func.sum(unpaid).over(
        partition_by=(*key_of(documents), row.currency), order_by=(row.due_on, row.invoice_id)
    )
    uncovered = func.least(unpaid, func.greatest(up_to_here - func.coalesce(credit.c.amount, NOTHING), NOTHING))
    return (
        select(
            *key_of(documents),
            row.number,
            row.salesperson_id,
            row.currency,
            row.due_on,
            row.tolerated,
            uncovered.label("open"),
        )
        .outerjoin(credit, and_(same_look(credit, documents), credit.c.currency == row.currency))
        .where(row.kind == InvoiceKind.INVOICE, row.chased, row.amount > row.paid)
        .subquery("open_invoices")
    )


def balances_of(looked_at: CTE) -> Subquery:
    """Each invoice of which something is open and undisputed, whatever is tolerated."""
    return _balances(_open_invoices(looked_at))


def disputed_of(looked_at: CTE) -> Subquery:
    """Each disputed invoice of which something is open, less its own payments."""
    documents = _documents(looked_at)
    row = documents.c
    return (
        select(
            *key_of(documents), row.number, row.salesperson_id, row.currency, row.due_on,
            (row.amount - row.paid).label("open"),
        )
        .where(row.kind == InvoiceKind.INVOICE, row.contested, row.amount > row.paid)
        .subquery("disputed")
    )  # fmt: skip


def _balances(open_items: Subquery) -> Subquery:
    """Each open invoice with what is open of its account in its currency.

    This and what follows are windows over one order of the rows; joined with their sums, they would be read twice.
    """
    row = open_items.c
    total = func.sum(row.open).over(partition_by=(*key_of(open_items), row.currency))
    return select(open_items, total.label("total")).where(row.open > NOTHING).subquery("balances")


def _listed(balances: Subquery) -> Subquery:
    """Each open invoice, and whether the statement names it."""
    row = balances.c
    above = row.total > row.tolerated
    any_above = func.bool_or(above).over(partition_by=key_of(balances))
    return select(balances, above.label("above"), (above == any_above).label("listed")).subquery("listed")


def _documents(looked_at: CTE) -> CTE:
    """The invoices and credit notes known on the day, each with its status then and what was paid on it by then."""
    today = looked_at.c.today
    since = _status_since()
    status = case((or_(since.is_(None), since <= today), Invoice.status), else_=InvoiceStatus.OPEN.value)
    paid = (
        select(func.coalesce(func.sum(Payment.amount), NOTHING))
        .where(Payment.invoice_id == Invoice.id, Payment.currency == Invoice.currency, Payment.paid_on <= today)
        .scalar_subquery()
    )
    tolerated = cast(looked_at.c.tolerance[Invoice.currency].astext, Numeric(14, 2))
    return nameless_cte(
        select(
            *key_of(looked_at),
            Invoice.id.label("invoice_id"),
            Invoice.key.label("number"),
            Invoice.kind,
            Invoice.salesperson_id,
            Invoice.currency,
            Invoice.due_on,
            case((status == InvoiceStatus.VOID, NOTHING), else_=Invoice.amount).label("amount"),
            and_(status == InvoiceStatus.OPEN, ~is_contested(today)).label("chased"),
            or_(status == InvoiceStatus.DISPUTED, is_contested(today)).label("contested"),
            paid.label("paid"),
            func.coalesce(tolerated, NOTHING).label("tolerated"),
        )
        .join(looked_at, looked_at.c.account_id == Invoice.account_id)
        .where(or_(Invoice.issued_on.is_(None), Invoice.issued_on <= today)),
        holds("the invoices and credit notes known on the day, with what was paid on each"),
    )


def _status_since() -> ColumnElement[date | None]:
    """Since when an invoice has its status; null: always. An undated settlement is as old as its last payment."""
    last_paid = (
        select(func.max(Payment.paid_on))
        .where(Payment.invoice_id == Invoice.id, Payment.currency == Invoice.currency)
        .scalar_subquery()
    )
    undated = and_(Invoice.status_on.is_(None), Invoice.status == InvoiceStatus.SETTLED)
    return case((undated, last_paid), else_=Invoice.status_on)


def _credit(looked_at: CTE, documents: CTE) -> CTE:
    """Per account and currency: payments on account, credit notes, and what was paid beyond an invoice."""
    row = documents.c
    on_account = select(*key_of(looked_at), Payment.currency, Payment.amount).join(
        Payment, looked_at.c.account_id == Payment.account_id
    )
    unassigned = on_account.where(Payment.invoice_id.is_(None), Payment.paid_on <= looked_at.c.today)
    credited = select(*key_of(documents), row.currency, row.amount).where(
        row.kind == InvoiceKind.CREDIT_NOTE, row.chased
    )
    beyond = select(*key_of(documents), row.currency, (row.paid - row.amount).label("amount")).where(
        row.kind == InvoiceKind.INVOICE, row.paid > row.amount
    )
    gathered = unassigned.union_all(credited, beyond).subquery("credits")
    return nameless_cte(
        select(*key_of(gathered), gathered.c.currency, func.sum(gathered.c.amount).label("amount")).group_by(
            *key_of(gathered), gathered.c.currency
        ),
        holds("per account and currency: payments on account, credit notes, overpayments"),
    )


def latest_promises(looked_at: CTE) -> CTE:
    """Per account: the latest promise made by the day, and whether what was promised has come in."""
    today = looked_at.c.today
    received = (
        select(func.coalesce(func.sum(Payment.amount), NOTHING))
        .where(
            Payment.account_id == Promise.account_id,
            Payment.currency == Promise.currency,
            Payment.paid_on.between(Promise.made_on, func.least(Promise.promised_for, today)),
        )
        .scalar_subquery()
    )
    return nameless_cte(
        select(
            *key_of(looked_at),
            Promise.id.label("promise_id"),
            Promise.made_on,
            Promise.promised_for,
            (func.coalesce(Promise.amount <= received, False)).label("kept"),
            (Promise.promised_for >= today).label("running"),
        )
        .join(looked_at, looked_at.c.account_id == Promise.account_id)
        .where(Promise.made_on <= today)
        .distinct(*key_of(looked_at))
        .order_by(*key_of(looked_at), Promise.made_on.desc(), Promise.promised_for.desc(), Promise.id.desc()),
        ONCE,
        holds("per account: the latest promise to pay, and whether it was kept"),
    )


def day_after(day: ColumnElement[date]) -> ColumnElement[date]:
    """The next day."""
    return cast(day + literal(1), Date)
