"""Accounts, invoices, payments and promises."""

from datetime import date
from decimal import Decimal

import pytest

from tasks.intake.errors import UnusableMap
from tests.postgres.intake.conftest import Desk

INVOICES = "key,customer,due_on,amount\n"
OWED = (
    "select i.key, a.key, name, kind, amount, currency, status from invoices i"
    " join accounts a on a.id = account_id join customers c on c.id = a.customer_id order by 1"
)


@pytest.fixture
def ledger(desk: Desk) -> Desk:
    """A desk that knows two customers, one of them by two keys."""
    desk.load("customers", "key,name,phone\nC1,Ann,13800138000\nC2,Bob,13900139000\nD1,Ann,13800138000\n")
    return desk


def test_an_account_is_made_for_each_customer_not_for_each_key(ledger: Desk) -> None:
    ledger.load("invoices", f"{INVOICES}1,C1,2026-03-01,100\n2,D1,2026-03-01,200\n3,C2,2026-03-01,300\n")
    ledger.load("invoices", f"{INVOICES}4,D1,2026-03-01,400\n")
    assert [(invoice, account, name) for invoice, account, name, *_ in ledger.rows(OWED)] == [
        ("1", "C1", "Ann"),
        ("2", "C1", "Ann"),
        ("3", "C2", "Bob"),
        ("4", "C1", "Ann"),
    ]


def test_accounts_with_keys_of_their_own(ledger: Desk) -> None:
    ledger.load(
        "invoices",
        """
        key,customer,account,due_on,amount
        1,C1,K7,2026-03-01,100
        2,,K7,2026-03-01,100
        3,C2,K7,2026-03-01,100
        4,,C2,2026-03-01,100
        5,,K9,2026-03-01,100
        6,,,2026-03-01,100
        """,
    )
    assert [(invoice, account, name) for invoice, account, name, *_ in ledger.rows(OWED)] == [
        ("1", "K7", "Ann"),
        ("2", "K7", "Ann"),
        ("4", "C2", "Bob"),
    ]
    assert [(each["row"], each["column"], each["value"]) for each in ledger.rejects()] == [
        ("4", "account", "K7"),
        ("6", "customer", "K9"),
        ("7", "customer", ""),
    ]
    assert "belongs to another customer" in ledger.rejects()[0]["reason"]


def test_invoices_by_phone(ledger: Desk) -> None:
    ledger.load("invoices", "key,customer_phone,due_on,amount\n1,138 0013 8000,2026-03-01,5\n")
    assert ledger.rows(OWED)[0][1:3] == ("C1", "Ann")


def test_kinds_states_and_currencies(ledger: Desk) -> None:
    content = """
        key,customer,kind,issued_on,due_on,amount,currency,status,status_on
        1,C1,,2026-01-01,2026-02-01,"¥1,234.50",,,
        2,C1,Credit Memo,2026-01-01,,-50,EUR,,
        3,C1,红字发票,2026-01-01,,50,€,,
        4,C1,invoice,,2026-02-01,50,,争议,2026-01-05
        5,C1,invoice,,2026-02-01,$50,,Paid,2026-01-05
        6,C1,invoice,,2026-02-01,50,,written off,
        """
    ledger.load("invoices", content)
    assert [row[3:] for row in ledger.rows(OWED)] == [
        ("invoice", Decimal("1234.50"), "CNY", "open"),
        ("credit-note", Decimal("50.00"), "EUR", "open"),
        ("credit-note", Decimal("50.00"), "EUR", "open"),
        ("invoice", Decimal("50.00"), "CNY", "disputed"),
        ("invoice", Decimal("50.00"), "USD", "settled"),
        ("invoice", Decimal("50.00"), "CNY", "void"),
    ]
    before = ledger.snapshot()
    assert ledger.load("invoices", content).counts["invoices"].unchanged == 6
    assert ledger.snapshot() == before
    ledger.load("invoices", "key,customer,due_on,amount\n4,C1,2026-02-01,50\n")
    assert ledger.rows("select status from invoices where key = '4'") == ["disputed"]


def test_what_is_wrong_with_an_invoice(ledger: Desk) -> None:
    result = ledger.load(
        "invoices",
        """
        key,customer,issued_on,due_on,amount,currency,status
        1,C1,,2026-02-01,-100,,
        2,C1,,2026-02-01,0,,
        3,C1,,,100,,
        4,C1,,01/02/2026,100,,
        5,C1,,2026-02-01,a lot,,
        6,C1,,2026-02-01,1.234,,
        7,C1,,2026-02-01,100,XYZ,
        8,C1,,2026-02-01,100,,maybe
        9,C9,,2026-02-01,100,,
        """,
    )
    assert (result.counts["invoices"].rejected, result.accepted) == (9, False)
    told = [(each["column"], each["value"], each["reason"]) for each in ledger.rejects()]
    assert [(column, value) for column, value, _ in told] == [
        ("amount", "'-100.00"),
        ("amount", "0.00"),
        ("due_on", ""),
        ("due_on", "01/02/2026"),
        ("amount", "a lot"),
        ("amount", "1.234"),
        ("currency", "XYZ"),
        ("status", "maybe"),
        ("customer", "C9"),
    ]
    sentences = [reason for *_, reason in told]
    assert "a credit note is told by kind = credit-note" in sentences[0]
    assert "expected an amount above zero" in sentences[1]
    assert 'default_from = { column = "Date", plus = "30 days" }' in sentences[2]
    assert "expected a date such as 2026-03-02" in sentences[3]
    assert "two ways" in sentences[5]


def test_negative_amounts_as_credit_notes(ledger: Desk) -> None:
    ledger.load("invoices", f"{INVOICES}1,C1,2026-03-01,-5\n", '[file]\nnegative_amounts = "credit-notes"')
    assert ledger.rows(OWED)[0][3:5] == ("credit-note", Decimal("5.00"))


def test_payments(ledger: Desk) -> None:
    ledger.load("invoices", f"{INVOICES}1,C1,2026-03-01,$100\n2,C2,2026-03-01,200\n")
    content = """
        key,invoice,customer,account,paid_on,amount,currency
        P1,1,,,2026-01-05,40,
        P2,1,C2,,2026-01-06,$60,
        P3,,C2,,2026-01-07,10,
        P4,,,C2,2026-01-08,10,EUR
        P5,9,,,2026-01-09,10,
        P6,1,,,2026-01-09,10,EUR
        P7,1,,,2026-01-09,-10,
        P8,1,,,soon,10,
        P9,,,,2026-01-09,10,
        """
    ledger.load("payments", content)
    assert ledger.rows(
        "select p.key, i.key, a.key, p.amount, p.currency from payments p left join invoices i on i.id = invoice_id"
        " join accounts a on a.id = p.account_id order by 1"
    ) == [
        ("P1", "1", "C1", Decimal("40.00"), "USD"),
        ("P2", "1", "C1", Decimal("60.00"), "USD"),
        ("P3", None, "C2", Decimal("10.00"), "CNY"),
        ("P4", None, "C2", Decimal("10.00"), "EUR"),
    ]
    assert [(each["row"], each["column"], each["value"]) for each in ledger.rejects()] == [
        ("6", "invoice", "9"),
        ("7", "currency", "EUR"),
        ("8", "amount", "'-10.00"),
        ("9", "paid_on", "soon"),
        ("10", "customer", ""),
    ]
    assert ledger.rejects()[0]["reason"].startswith("invoice: no invoice with this number is known")
    assert "absolute = true" in ledger.rejects()[2]["reason"]
    before = ledger.snapshot()
    assert ledger.load("payments", content).counts["payments"].unchanged == 4
    assert ledger.snapshot() == before


def test_a_constant_currency_does_not_speak_for_payments_of_other_invoices(ledger: Desk) -> None:
    ledger.load("invoices", f"{INVOICES}1,C1,2026-03-01,$100\n")
    ledger.load(
        "payments",
        "key,invoice,customer,paid_on,amount\n1,1,,2026-01-05,9\n2,,C2,2026-01-05,9\n",
        '[constants]\ncurrency = "EUR"',
    )
    assert ledger.rows("select currency from payments order by key") == ["USD", "EUR"]


def test_a_constant_currency_that_is_none(ledger: Desk) -> None:
    with pytest.raises(UnusableMap, match=r"constants\.currency: expected a currency as its ISO 4217 code"):
        ledger.load("invoices", f"{INVOICES}1,C1,2026-03-01,100\n", '[constants]\ncurrency = "money"')


def test_promises(ledger: Desk) -> None:
    content = """
        key,customer,made_on,promised_for,amount
        ,C1,2026-02-01,2026-02-15,"1,000"
        X,C2,2026-02-01,2026-02-15,
        Y,C2,2026-02-15,2026-02-01,
        Z,C9,2026-02-01,2026-02-15,
        W,C2,2026-02-01,2026-02-15,-5
        """
    ledger.load("promises", content)
    assert ledger.rows("select key, promised_for, amount, currency from promises order by key") == [
        ("C1/2026-02-01", date(2026, 2, 15), Decimal("1000.00"), "CNY"),
        ("X", date(2026, 2, 15), None, None),
    ]
    assert [(each["row"], each["column"]) for each in ledger.rejects()] == [
        ("4", "promised_for"),
        ("5", "customer"),
        ("6", "amount"),
    ]
    before = ledger.snapshot()
    assert ledger.load("promises", content).counts["promises"].unchanged == 2
    assert ledger.snapshot() == before


HELD = "select key, held_since from accounts order by key"


def test_a_payment_takes_the_account_off_hold_in_the_same_import(ledger: Desk) -> None:
    ledger.load("invoices", f"{INVOICES}1,C1,2025-12-01,1000\n2,C2,2025-12-01,1000\n")
    ledger.rows("update accounts set held_since = '2026-02-01', hold_reason = 'handed-to-finance' returning id")
    ledger.load("payments", "key,invoice,paid_on,amount\nP1,1,2026-02-28,1000\n")
    assert ledger.rows(HELD) == [("C1", None), ("C2", date(2026, 2, 1))]
    on_account = "key,customer,paid_on,amount\nP2,C2,2026-02-28,1000\n"
    ledger.load("payments", on_account)
    ledger.load("payments", on_account)
    assert ledger.rows(HELD) == [("C1", None), ("C2", None)]
    assert ledger.rows("select count(*) from cases where kind = 'restore-service'") == [2]


def test_an_invoice_that_is_credited_takes_the_account_off_hold(ledger: Desk) -> None:
    ledger.load("invoices", f"{INVOICES}1,C1,2025-12-01,1000\n")
    ledger.rows("update accounts set held_since = '2026-02-01', hold_reason = 'handed-to-finance' returning id")
    ledger.load("invoices", "key,customer,kind,due_on,amount\n2,C1,credit-note,2026-02-20,1000\n")
    assert ledger.rows(HELD) == [("C1", None)]


def test_who_sold_is_kept_with_the_invoice(ledger: Desk) -> None:
    ledger.load("staff", "code,name,role\nS1,Zhao Min,agent\n")
    ledger.load(
        "invoices", "key,customer,due_on,amount,salesperson\n1,C1,2026-03-01,100,Zhao Min\n2,C1,2026-03-01,9,Qi\n"
    )
    sold = "select i.key, s.code from invoices i left join staff s on s.id = salesperson_id order by 1"
    assert ledger.rows(sold) == [("1", "S1"), ("2", None)]
    assert [(each["row"], each["column"]) for each in ledger.rejects()] == [("3", "salesperson")]
