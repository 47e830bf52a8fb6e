"""The import kinds of what customers owe: invoices, payments, and promises to pay."""

from decimal import Decimal

from sqlalchemy import case, exists, func, insert, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.core.reasons import TEXT, declare, give
from models.core.rows import AnySelect
from models.core.words import InvoiceKind, InvoiceStatus
from models.people.tables import CustomerKey
from models.subjects.account import Account, Invoice, Payment, Promise
from tasks.intake.columns import CUSTOMER_COLUMNS, GIVES_CUSTOMER, STORE, Column, KindName, key
from tasks.intake.files.reading import Holds, choice
from tasks.intake.kinds import Consequence, Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
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
from tasks.intake.references import find_customers, find_staff
from tasks.intake.staging import Staged, analyze, table_of_ids
from tasks.intake.values.amounts import Amount, settle_currency
from tasks.intake.values.cells import Unusable
from tasks.intake.values.choices import words_of
from tasks.intake.values.plausibility import RECENT, Window
from tasks.subjects.account.releasing import release_paid
from tasks.subjects.account.settlements import derive_settlements

ACCOUNT = Column("account", Holds.KEY, "key of the account; without it the account of the customer")
ABOVE_ZERO = declare("amount-above-zero")
NO_CREDIT_NOTE = declare("negative-invoice")
NO_MONEY = declare("amount-of-zero")
NEGATIVE_PAYMENT = declare("negative-payment")
DUE_DAY_EXPECTED = declare("due-day-expected")
INVOICE_IN_OTHER_CURRENCY = declare("invoice-in-other-currency")
UNKNOWN_INVOICE, INVOICE_OF_OTHERS = declare("unknown-invoice"), declare("invoice-of-other-stores")
PROMISED_BEFORE = declare("promised-before-made", day=TEXT)
NOBODYS_ACCOUNT, ACCOUNT_OF_ANOTHER = declare("no-customer-and-no-account"), declare("account-of-another")
GIVES_ACCOUNT = (*GIVES_CUSTOMER, ACCOUNT.name)
TOUCHED_INVOICES = table_of_ids("touched_invoices")
"""The invoices that may be settled on another day now."""
INVOICE_KINDS = words_of(
    InvoiceKind,
    {
        InvoiceKind.INVOICE: "inv,bill,sales invoice,customer invoice,out_invoice,tax invoice,debit,"
        "debit note,发票,账单,应收,rechnung,re,ar",
        InvoiceKind.CREDIT_NOTE: "credit,credit memo,creditnote,cn,cr,crn,refund,out_refund,return,"
        "贷项,贷项通知单,红字发票,红票,红冲,退款,冲销,gutschrift,gs,stornorechnung",
    },
)
INVOICE_STATES = words_of(
    InvoiceStatus,
    {
        InvoiceStatus.OPEN: "unpaid,due,overdue,past due,outstanding,part paid,partly paid,partially paid,partial,"
        "issued,sent,posted,pending,late,new,approved,reminded,"
        "未付,未付款,未结,未结清,未收,逾期,已逾期,部分付款,部分已付,部分支付,待付,待付款,已开票,"
        "offen,überfällig,teilbezahlt,teilweise bezahlt,gemahnt",
        InvoiceStatus.DISPUTED: "dispute,in dispute,under dispute,contested,queried,query,on hold,claim,"
        "争议,有争议,争议中,异议,有异议,strittig,bestritten,reklamiert,reklamation",
        InvoiceStatus.SETTLED: "paid,paid in full,fully paid,closed,cleared,done,complete,completed,balanced,"
        "已付,已付款,付清,已付清,已结,已结清,结清,已收,已收款,已支付,bezahlt,beglichen,ausgeglichen,erledigt",
        InvoiceStatus.VOID: "voided,cancelled,canceled,written off,write off,writeoff,bad debt,deleted,reversed,"
        "annulled,作废,已作废,核销,已核销,坏账,取消,已取消,已冲销,storniert,ausgebucht,abgeschrieben",
    },
)


def _settle(load: Load) -> None:
    analyze(load.connection, TOUCHED_INVOICES)
    derive_settlements(load.connection, select(TOUCHED_INVOICES.c.id))
    release_paid(load.connection, load.now)


SETTLEMENTS = Consequence((TOUCHED_INVOICES,), _settle)
"""Invoices are settled when the payments for them reach their amount."""


def check_invoice(row: Checked, house: House) -> None:
    """Amounts are positive; what reduces a debt is a credit note."""
    values = row.values
    amount = _take_amount(row, house)
    values["kind"] = values["kind"] or InvoiceKind.INVOICE
    if amount is not None and amount < 0:
        if values["kind"] is InvoiceKind.CREDIT_NOTE or house.negative_amounts == "credit-notes":
            values["kind"] = InvoiceKind.CREDIT_NOTE
            values["amount"] = -amount
        else:
            row.refuse(
                "amount",
                give(NO_CREDIT_NOTE),
                amount,
            )
    if values["kind"] is InvoiceKind.CREDIT_NOTE:
        values["due_on"] = values["due_on"] or values["issued_on"]
    if not values["due_on"] and not row.refused:
        row.refuse(
            "due_on",
            give(DUE_DAY_EXPECTED),
        )


def _take_amount(row: Checked, house: House) -> Decimal | None:
    """The amount, with the currency that stood beside it as the row's, unless the row names one."""
    amount: Amount | None = row.values["amount"]
    if amount is None:
        return None
    row.values["amount"] = amount.value
    try:
        row.values["currency"] = settle_currency(
            amount.currency, row.values["currency"], assumed=house.currency_assumed
        )
    except Unusable as error:
        row.refuse("amount", error.reason, amount.value)
    if amount.value == 0:
        row.refuse(
            "amount",
            give(NO_MONEY),
            amount.value,
        )
    return amount.value


def load_invoices(load: Load, staged: Staged) -> None:
    """Invoices are known by their number."""
    rows = staged.table
    find_accounts(load, staged)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, Invoice)
    assign_ids(load.connection, staged, Invoice)
    load.connection.execute(
        update(rows).values(currency=func.coalesce(rows.c.currency, load.currency)).where(rows.c.currency.is_(None))
    )
    find_staff(load.connection, staged, "salesperson")
    fields = [
        Field("account_id", "account_id", given_by=GIVES_ACCOUNT),
        Field("salesperson_id", "salesperson_id", given_by=("salesperson",)),
        Field("kind", "kind", given_by=("kind", "amount"), default=InvoiceKind.INVOICE.value),
        *(Field(name, name) for name in ("issued_on", "due_on", "amount")),
        Field("currency", "currency", given_by=("currency", "amount")),
        Field("status", "status", default=InvoiceStatus.OPEN.value),
        Field("status_on", "status_on"),
    ]
    merge(load.connection, staged, Invoice, fields)
    load.remember(TOUCHED_INVOICES, staged, "target_id")


INVOICES = Kind(
    name=KindName("invoices"),
    meaning="An invoice or a credit note.",
    columns=(
        STORE,
        key("invoice number"),
        *CUSTOMER_COLUMNS,
        ACCOUNT,
        Column("kind", choice("kind of invoice", INVOICE_KINDS), "invoice or credit-note; invoice"),
        Column("issued_on", Holds.DATE, "date of the invoice", plausible=RECENT),
        Column("due_on", Holds.DATE, "last day to pay; a credit note may do without it", plausible=Window(40, 10)),
        Column("amount", Holds.AMOUNT, "gross amount, above zero for invoices and credit notes alike", required=True),
        Column("currency", Holds.CURRENCY, "ISO 4217 code or sign; without it the amount's own sign, or CNY"),
        Column("status", choice("invoice status", INVOICE_STATES), "open, disputed, settled, void; open"),
        Column("status_on", Holds.DATE, "since when the status holds; without it, always so", plausible=RECENT),
        Column("salesperson", Holds.STAFF, "code or name of who sold what it is for, who is in `staff`", spare=True),
    ),
    identity="store and key",
    one_of=(("due_on",), ("customer", "customer_phone", "account")),
    after=("staff", "customers", "repair-orders", "odometer-readings"),
    check=check_invoice,
    looks_up=("account_id", "salesperson_id"),
    consequences=(SETTLEMENTS,),
    api_scope="accounts:write",
    load=load_invoices,
    example={
        "store": "SH01",
        "key": "I-7001",
        "customer": "C-1001",
        "kind": "invoice",
        "issued_on": "2026-02-11",
        "due_on": "2026-03-13",
        "amount": "1,280.00",
        "currency": "CNY",
    },
)


def check_payment(row: Checked, house: House) -> None:
    """Money that came in."""
    amount = _take_amount(row, house)
    if amount is not None and amount < 0:
        row.refuse(
            "amount",
            give(NEGATIVE_PAYMENT),
            amount,
        )


def load_payments(load: Load, staged: Staged) -> None:
    """Payments are known by key. One for an invoice belongs to the invoice's account and is in its currency."""
    connection, rows, invoices = load.connection, staged.table, table_of(Invoice)
    find_invoices(load, staged)
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
    reject(connection, staged, "currency", give(INVOICE_IN_OTHER_CURRENCY), other)
    find_accounts(load, staged)
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


def find_invoices(load: Load, staged: Staged) -> None:
    """Set `invoice_id` of the rows that name an invoice, and reject those whose invoice is not known."""
    rows, invoices = staged.table, table_of(Invoice)
    for same_store in staged.reaches:
        store = invoices.c.store_id == rows.c.store_id if same_store else invoices.c.store_id != rows.c.store_id
        candidates = select(rows.c.entry, invoices.c.id, literal(0).label("rank")).where(
            rows.c.invoice_id.is_(None), invoices.c.key == rows.c.invoice, store
        )
        look_up(load.connection, staged, "invoice_id", candidates)
    found = rows.c.invoice_id
    for code, where in ((UNKNOWN_INVOICE, found.is_(None)), (INVOICE_OF_OTHERS, found == AMBIGUOUS)):
        reject(load.connection, staged, "invoice", give(code), rows.c.invoice.is_not(None) & where)


def _remember_former_invoices(load: Load, staged: Staged) -> None:
    """A payment that turns out to be for another invoice leaves its former one open again."""
    rows, payments = staged.table, table_of(Payment)
    former = select(payments.c.invoice_id).where(
        payments.c.id == rows.c.target_id, payments.c.invoice_id.is_distinct_from(rows.c.invoice_id)
    )
    load.connection.execute(insert(TOUCHED_INVOICES).from_select(["id"], former))


PAYMENTS = Kind(
    name=KindName("payments"),
    meaning="Money received, for one invoice or on account.",
    columns=(
        STORE,
        key("what tells this payment from others of the same invoice"),
        Column("invoice", Holds.KEY, "invoice number; without it the payment is on account"),
        *CUSTOMER_COLUMNS,
        ACCOUNT,
        Column("paid_on", Holds.DATE, "the day the money came in", required=True, plausible=RECENT),
        Column("amount", Holds.AMOUNT, "above zero", required=True),
        Column("currency", Holds.CURRENCY, "ISO 4217 code or sign; without it the invoice's"),
    ),
    identity="store and key",
    one_of=(("invoice", "account", "customer", "customer_phone"),),
    after=("invoices",),
    check=check_payment,
    looks_up=("account_id", "invoice_id"),
    not_from_constants=frozenset({"currency"}),
    consequences=(SETTLEMENTS,),
    api_scope="accounts:write",
    load=load_payments,
    example={"store": "SH01", "key": "P-8001", "invoice": "I-7001", "paid_on": "2026-02-20", "amount": "280.00"},
)


def check_promise(row: Checked, house: House) -> None:
    """A promise is made before the day it is for."""
    values = row.values
    amount = _take_amount(row, house)
    if amount is not None and amount < 0:
        row.refuse("amount", give(ABOVE_ZERO), amount)
    if amount is None:
        values["currency"] = None
    if values["made_on"] and values["promised_for"] and values["promised_for"] < values["made_on"]:
        reason = give(PROMISED_BEFORE, day=values["made_on"].isoformat())
        row.refuse("promised_for", reason, values["promised_for"])


def load_promises(load: Load, staged: Staged) -> None:
    """Promises are known by key; without one, by their account and the day they were made."""
    connection, rows, accounts = load.connection, staged.table, table_of(Account)
    find_accounts(load, staged)
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


PROMISES = Kind(
    name=KindName("promises"),
    meaning="A promise to pay by a day.",
    columns=(
        STORE,
        key("number of the promise; without it the account and the day it was made", required=False),
        *CUSTOMER_COLUMNS,
        ACCOUNT,
        Column("made_on", Holds.DATE, "the day the customer promised", required=True, plausible=RECENT),
        Column("promised_for", Holds.DATE, "the day by which they will pay", required=True, plausible=Window(40, 10)),
        Column("amount", Holds.AMOUNT, "how much; without it all that is open"),
        Column("currency", Holds.CURRENCY, "ISO 4217 code or sign; without it CNY"),
    ),
    identity="store and key",
    one_of=(("customer", "customer_phone", "account"),),
    after=("customers", "invoices", "payments"),
    check=check_promise,
    looks_up=("account_id",),
    not_from_constants=frozenset({"currency"}),
    load=load_promises,
    example={
        "store": "SH01",
        "key": "Z-9001",
        "customer": "C-1001",
        "made_on": "2026-02-25",
        "promised_for": "2026-03-20",
        "amount": "1,000.00",
        "currency": "CNY",
    },
)


def find_accounts(load: Load, staged: Staged) -> None:
    """Set `account_id` of all rows: the account that a row names, or else its customer's, made where there is none."""
    connection, rows = load.connection, staged.table
    _find_named_accounts(load, staged)
    _open_accounts(load, staged)
    # An account that is named without its customer, and is not on record, is that of the customer with the same key.
    nameless = rows.c.account_id.is_(None) & rows.c.customer_id.is_(None) & rows.c.account.is_not(None)
    if connection.execute(update(rows).values(customer=rows.c.account).where(nameless)).rowcount:
        _open_accounts(load, staged)
    nobodys = rows.c.customer_id.is_(None) & rows.c.account_id.is_(None)
    reject(connection, staged, "customer", give(NOBODYS_ACCOUNT), nobodys)
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


def _accounts_of_customers(staged: Staged) -> AnySelect:
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
    reason = give(ACCOUNT_OF_ANOTHER)
    reject(load.connection, staged, "account", reason, another | rows.c.account_id.is_(None), value=column)
