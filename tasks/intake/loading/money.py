"""Loading invoices with their accounts, payments, and promises to pay."""

from typing import Any

from sqlalchemy import Select, case, exists, func, insert, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.core.words import InvoiceKind, InvoiceStatus
from models.people.tables import CustomerKey
from models.subjects.money import Account, Invoice, Payment, Promise
from tasks.intake.loading.load import Load
from tasks.intake.loading.people import GIVES_CUSTOMER
from tasks.intake.merging import (
    AMBIGUOUS,
    Field,
    assign_ids,
    find_by_key,
    look_up,
    merge,
    reject,
    renew_figures,
    table_of,
)
from tasks.intake.references import find_customers
from tasks.intake.staging import TOUCHED_INVOICES, Staged

GIVES_ACCOUNT = (*GIVES_CUSTOMER, "account")


def load_invoices(load: Load, staged: Staged) -> None:
    """Invoices are known by their number."""
    rows = staged.table
    _find_accounts(load, staged)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, Invoice)
    assign_ids(load.connection, staged, Invoice)
    load.connection.execute(
        update(rows).values(currency=func.coalesce(rows.c.currency, load.currency)).where(rows.c.currency.is_(None))
    )
    fields = [
        Field("account_id", "account_id", given_by=GIVES_ACCOUNT),
        Field("kind", "kind", given_by=("kind", "amount"), default=InvoiceKind.INVOICE.value),
        *(Field(name, name) for name in ("issued_on", "due_on", "amount")),
        Field("currency", "currency", given_by=("currency", "amount")),
        Field("status", "status", default=InvoiceStatus.OPEN.value),
        Field("status_on", "status_on"),
    ]
    merge(load.connection, staged, Invoice, fields)
    load.remember(TOUCHED_INVOICES, staged, "target_id")


def load_payments(load: Load, staged: Staged) -> None:
    """Payments are known by key. One for an invoice belongs to the invoice's account and is in its currency."""
    connection, rows, invoices = load.connection, staged.table, table_of(Invoice)
    _find_invoices(load, staged)
    connection.execute(
        update(rows)
        .values(
            account_id=invoices.c.account_id,
            customer=null(),
            customer_phone=null(),
            account=null(),
            currency=func.coalesce(rows.c.currency, invoices.c.currency),
        )
        .where(invoices.c.id == rows.c.invoice_id)
    )
    other = exists().where(invoices.c.id == rows.c.invoice_id, invoices.c.currency != rows.c.currency)
    reject(connection, staged, "currency", "the invoice is in another currency", other)
    _find_accounts(load, staged)
    connection.execute(update(rows).values(currency=load.currency).where(rows.c.currency.is_(None)))
    load.keep_last(staged, "store_id", "key")
    find_by_key(connection, staged, Payment)
    _remember_former_invoices(load, staged)
    assign_ids(connection, staged, Payment)
    fields = [
        Field("account_id", "account_id", given_by=("invoice", *GIVES_ACCOUNT)),
        Field("invoice_id", "invoice_id", given_by=("invoice",)),
        Field("paid_on", "paid_on"),
        Field("amount", "amount"),
        Field("currency", "currency", given_by=("amount",)),
    ]
    merge(connection, staged, Payment, fields)
    load.remember(TOUCHED_INVOICES, staged, "invoice_id")


def _find_invoices(load: Load, staged: Staged) -> None:
    """Set `invoice_id` of the rows that name an invoice, and reject those whose invoice is not known."""
    rows, invoices = staged.table, table_of(Invoice)
    for same_store in staged.reaches:
        store = invoices.c.store_id == rows.c.store_id if same_store else invoices.c.store_id != rows.c.store_id
        candidates = select(rows.c.entry, invoices.c.id, literal(0).label("rank")).where(
            rows.c.invoice_id.is_(None), invoices.c.key == rows.c.invoice, store
        )
        look_up(load.connection, staged, "invoice_id", candidates)
    unknown = "no invoice with this number is known; invoices are imported before their payments, or together with them"
    several = "this store has no invoice with this number, and several other stores have one"
    for reason, where in ((unknown, rows.c.invoice_id.is_(None)), (several, rows.c.invoice_id == AMBIGUOUS)):
        reject(load.connection, staged, "invoice", reason, rows.c.invoice.is_not(None) & where)


def _remember_former_invoices(load: Load, staged: Staged) -> None:
    """A payment that turns out to be for another invoice leaves its former one open again."""
    rows, payments = staged.table, table_of(Payment)
    former = select(payments.c.invoice_id).where(
        payments.c.id == rows.c.target_id, payments.c.invoice_id.is_distinct_from(rows.c.invoice_id)
    )
    load.connection.execute(insert(TOUCHED_INVOICES).from_select(["id"], former))


def load_promises(load: Load, staged: Staged) -> None:
    """Promises are known by key; without one, by their account and the day they were made."""
    connection, rows, accounts = load.connection, staged.table, table_of(Account)
    _find_accounts(load, staged)
    made = accounts.c.key + "/" + func.to_char(rows.c.made_on, "YYYY-MM-DD")
    connection.execute(update(rows).values(key=made).where(rows.c.key.is_(None), accounts.c.id == rows.c.account_id))
    connection.execute(
        update(rows).values(currency=func.coalesce(rows.c.currency, load.currency)).where(rows.c.amount.is_not(None))
    )
    load.keep_last(staged, "store_id", "key")
    find_by_key(connection, staged, Promise)
    assign_ids(connection, staged, Promise)
    fields = [
        Field("account_id", "account_id", given_by=GIVES_ACCOUNT),
        Field("made_on", "made_on"),
        Field("promised_for", "promised_for"),
        Field("amount", "amount"),
        Field("currency", "currency", given_by=("amount",)),
    ]
    merge(connection, staged, Promise, fields)


def _find_accounts(load: Load, staged: Staged) -> None:
    """Set `account_id` of all rows: the account that a row names, or else its customer's, made where there is none."""
    connection, rows = load.connection, staged.table
    _find_named_accounts(load, staged)
    _open_accounts(load, staged)
    # An account that is named without its customer, and is not on record, is that of the customer with the same key.
    nameless = rows.c.account_id.is_(None) & rows.c.customer_id.is_(None) & rows.c.account.is_not(None)
    if connection.execute(update(rows).values(customer=rows.c.account).where(nameless)).rowcount:
        _open_accounts(load, staged)
    nobodys = rows.c.customer_id.is_(None) & rows.c.account_id.is_(None)
    reject(connection, staged, "customer", "the row names no customer and no account", nobodys)
    _reject_accounts_of_others(load, staged)


def _open_accounts(load: Load, staged: Staged) -> None:
    """Find the customers of the rows, and their accounts, which are made where there are none."""
    find_customers(load.connection, staged)
    look_up(load.connection, staged, "account_id", _accounts_of_customers(staged))
    _make_accounts(load, staged)
    _find_named_accounts(load, staged)
    look_up(load.connection, staged, "account_id", _accounts_of_customers(staged))


def _find_named_accounts(load: Load, staged: Staged) -> None:
    rows, accounts = staged.table, table_of(Account)
    load.connection.execute(
        update(rows)
        .values(account_id=accounts.c.id)
        .where(rows.c.account_id.is_(None), accounts.c.store_id == rows.c.store_id, accounts.c.key == rows.c.account)
    )


def _accounts_of_customers(staged: Staged) -> Select[Any]:
    """For rows that name no account: their customer's; of several the one with the customer's key, or the oldest."""
    rows, accounts = staged.table, table_of(Account)
    rank = case((accounts.c.key == rows.c.customer, 0), else_=accounts.c.id)
    return select(rows.c.entry, accounts.c.id, rank.label("rank")).where(
        rows.c.account_id.is_(None),
        rows.c.account.is_(None),
        accounts.c.store_id == rows.c.store_id,
        accounts.c.customer_id == rows.c.customer_id,
    )


def _make_accounts(load: Load, staged: Staged) -> None:
    """Make the accounts that rows need and that are not on record; the first row that names one says whose it is."""
    rows, keys = staged.table, table_of(CustomerKey)
    known_by = select(func.min(keys.c.key)).where(keys.c.customer_id == rows.c.customer_id).scalar_subquery()
    needed = rows.c.account_id.is_(None) & rows.c.customer_id.is_not(None)
    named = (
        select(rows.c.store_id, rows.c.account, rows.c.customer_id)
        .where(needed, rows.c.account.is_not(None))
        .distinct(rows.c.store_id, rows.c.account)
        .order_by(rows.c.store_id, rows.c.account, rows.c.entry)
    )
    own = (
        select(rows.c.store_id, func.coalesce(rows.c.customer, known_by), rows.c.customer_id)
        .where(needed, rows.c.account.is_(None))
        .distinct(rows.c.store_id, rows.c.customer_id)
        .order_by(rows.c.store_id, rows.c.customer_id, rows.c.entry)
    )
    for accounts in (named, own):
        added = upsert(table_of(Account)).from_select(["store_id", "key", "customer_id"], accounts)
        load.connection.execute(added.on_conflict_do_nothing())
    renew_figures(load.connection, table_of(Account))


def _reject_accounts_of_others(load: Load, staged: Staged) -> None:
    rows, accounts = staged.table, table_of(Account)
    another = exists().where(
        accounts.c.id == rows.c.account_id,
        rows.c.customer_id.is_not(None),
        accounts.c.customer_id != rows.c.customer_id,
    )
    column = case((rows.c.account.is_(None), rows.c.customer), else_=rows.c.account)
    reason = "the account with this key belongs to another customer, and one statement goes to one customer"
    reject(load.connection, staged, "account", reason, another | rows.c.account_id.is_(None), value=column)
