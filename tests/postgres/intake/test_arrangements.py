"""Disputes, blocks and plans of instalments by file (R4)."""

import pytest

from tests.postgres.intake.conftest import Desk

HEAD = "key,account,kind,starts_on,ends_on,ended_on,invoice,instalments,currency,reason\n"
KEPT = (
    "select r.key, a.key, r.kind, i.key, r.ends_on::text, r.currency from account_arrangements r"
    " join accounts a on a.id = r.account_id left join invoices i on i.id = r.invoice_id order by 1"
)
PARTS = "select due_on::text, amount::text from account_instalments order by 1"


@pytest.fixture
def ledger(desk: Desk) -> Desk:
    """A desk with an account that owes CNY 600.00 in two invoices."""
    desk.load("customers", "key,name,phone\nC1,Ann,13800138000\n")
    desk.load("invoices", "key,customer,due_on,amount,currency\nI1,C1,2026-02-01,400,CNY\nI2,C1,2026-02-10,200,CNY\n")
    return desk


def refused(desk: Desk, rows: str) -> list[tuple[str, str]]:
    """The column and the reason of each row that stays out."""
    result = desk.load("arrangements", HEAD + rows)
    if not result.counts["arrangements"].rejected:
        return []
    return [(one["column"], one["reason"]) for one in desk.rejects()]


def test_each_kind_is_kept_once(ledger: Desk) -> None:
    rows = (
        "A1,C1,block,2026-02-20,2026-03-20,,,,,claim pending\n"
        "A2,,争议,2026-02-20,2026-03-01,,I2,,,wrong part\n"
        'A3,C1,instalments,2026-02-20,,,,"2026-03-01=350; 2026-04-01=250.00",CNY,\n'
    )
    result = ledger.load("arrangements", HEAD + rows)
    assert result.counts["arrangements"].inserted == 3
    assert ledger.rows(KEPT) == [
        ("A1", "C1", "block", None, "2026-03-20", None),
        ("A2", "C1", "dispute", "I2", "2026-03-01", None),
        ("A3", "C1", "instalments", None, "2026-04-01", "CNY"),
    ]
    assert ledger.rows(PARTS) == [("2026-03-01", "350.00"), ("2026-04-01", "250.00")]
    again = ledger.load("arrangements", HEAD + rows)
    assert (again.counts["arrangements"].unchanged, again.counts["arrangements"].rejected) == (3, 0)


def test_a_plan_that_began_is_not_asked_to_sum_up_again_and_another_is(ledger: Desk) -> None:
    plan = 'A3,C1,instalments,2026-02-20,,,,"2026-03-01=300; 2026-04-01=300",CNY,\n'
    assert refused(ledger, plan) == []
    ledger.load("payments", "key,invoice,paid_on,amount\nP1,I1,2026-02-25,400\n")
    assert refused(ledger, plan) == []
    ((column, reason),) = refused(ledger, plan.replace("2026-04-01=300", "2026-04-01=301"))
    assert (column, "do not sum up" in reason) == ("instalments", True)
    assert refused(ledger, plan.replace("=300", "=100")) == []
    assert ledger.rows(PARTS) == [("2026-03-01", "100.00"), ("2026-04-01", "100.00")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ('B1,C1,instalments,2026-02-20,,,,"2026-03-01=300; 2026-04-01=200",CNY,', "instalments"),
        ('B1,C1,instalments,2026-02-20,,,,"2026-03-01=600",CNY,', "instalments"),
        ('B1,C1,instalments,2026-02-20,,,,"2026-03-01=900; 2026-04-01=-300",CNY,', "instalments"),
        ('B1,C1,instalments,2026-02-20,,,,"soon=300; later=300",CNY,', "instalments"),
        ('B1,C1,instalments,2026-02-20,,,,"2026-03-01=NaN; 2026-04-01=300",CNY,', "instalments"),
        ('B1,C1,instalments,2026-02-20,,,,"2026-03-01=300; 2026-04-01=300",EUR,', "instalments"),
        ("B1,C1,instalments,2026-02-20,,,,,CNY,", "instalments"),
        ('B1,C1,block,2026-02-20,2026-03-20,,,"2026-03-01=600",,', "instalments"),
        ("B1,C1,block,2026-02-20,,,,,,", "ends_on"),
        ("B1,C1,dispute,2026-02-20,2026-02-19,,,,,", "ends_on"),
        ("B1,C1,block,2026-02-20,2026-03-20,,I1,,,", "invoice"),
        ("B1,,dispute,2026-02-20,2026-03-20,,I9,,,", "invoice"),
        ("B1,C1,forgive,2026-02-20,2026-03-20,,,,,", "kind"),
    ],
)
def test_what_does_not_fit_stays_out(ledger: Desk, row: str, column: str) -> None:
    assert [one for one, _ in refused(ledger, row + "\n")] == [column]
    assert ledger.rows(KEPT) == []


def test_an_arrangement_ends_by_file(ledger: Desk) -> None:
    ledger.load("arrangements", f"{HEAD}A1,C1,block,2026-02-20,2026-03-20,,,,,\n")
    result = ledger.load("arrangements", f"{HEAD}A1,C1,block,2026-02-20,2026-03-20,2026-03-01,,,,\n")
    assert result.counts["arrangements"].changed == 1
    assert ledger.rows("select ended_on::text from account_arrangements") == ["2026-03-01"]
