"""Leads: how soon a customer buys, what became of it, and why it was lost."""

from datetime import date

import pytest

from tests.postgres.intake.conftest import Desk

HEADER = "key,customer,urgency,model,state,lost_reason,created_on,contacted_on,state_on\n"
STANDING = "select key, state, lost_reason, state_on from leads order by key"


@pytest.fixture
def showroom(desk: Desk) -> Desk:
    """A desk that knows two customers."""
    desk.load("customers", "key,name,phone\nC1,Ann,13800138000\nC2,Bob,13900139000\n")
    return desk


def test_leads_go_in_and_the_bad_ones_are_told_of(showroom: Desk) -> None:
    content = HEADER + (
        "1,C1,H,Aurora,,,2026-02-01,,\n"
        "2,C2,三个月内,Comet,战败,价格过高,2026-02-01,2026-02-03,2026-02-20\n"
        "3,C2,C,,,,2026-02-01,,\n"
        "4,C2,A,,lost,,2026-02-01,,\n"
        "5,C9,A,,,,2026-02-01,,\n"
        "6,C2,A,,,,,,\n"
        "7,C2,o,,won,too dear,2026-02-01,,\n"
    )
    result = showroom.load("leads", content)
    assert showroom.rows(
        "select key, name, urgency, l.model from leads l join customers c on c.id = customer_id order by 1"
    ) == [
        ("1", "Ann", "H", "Aurora"),
        ("2", "Bob", "B", "Comet"),
        ("7", "Bob", "O", None),
    ]
    assert showroom.rows(STANDING) == [
        ("1", "open", None, None),
        ("2", "lost", "价格过高", date(2026, 2, 20)),
        ("7", "won", None, None),
    ]
    assert [(each["row"], each["column"], each["value"]) for each in showroom.rejects()] == [
        ("4", "urgency", "C"),
        ("5", "lost_reason", ""),
        ("6", "customer", "C9"),
        ("7", "created_on", ""),
        ("8", "lost_reason", "too dear"),
    ]
    assert showroom.rejects()[0]["reason"].startswith("urgency: expected one of O, H, A, B")
    assert showroom.rejects()[1]["reason"] == "lost_reason: expected why the lead was lost."
    assert (result.counts["leads"].rejected, result.counts["leads"].warnings) == (4, 1)
    before = showroom.snapshot()
    assert showroom.load("leads", content).counts["leads"].unchanged == 3
    assert showroom.snapshot() == before


def test_a_lead_is_lost_and_taken_up_again(showroom: Desk) -> None:
    lost = f"{HEADER}1,C1,A,Nova,lost,went elsewhere,2026-02-01,2026-02-03,2026-02-10\n"
    showroom.load("leads", lost)
    without_state = "key,customer,urgency,created_on,lost_reason\n1,C1,H,2026-02-01,\n"
    showroom.load("leads", without_state)
    assert showroom.rows(STANDING) == [("1", "lost", "went elsewhere", date(2026, 2, 10))]
    assert showroom.rows("select urgency, model from leads") == [("H", "Nova")]
    showroom.load("leads", "key,customer,urgency,created_on,state\n1,C1,H,2026-02-01,open\n")
    assert showroom.rows(STANDING) == [("1", "open", None, None)]
    showroom.load("leads", lost)
    assert showroom.rows(STANDING) == [("1", "lost", "went elsewhere", date(2026, 2, 10))]


def test_leads_of_one_number_in_two_stores(showroom: Desk) -> None:
    showroom.load("stores", "code\nSH02\n")
    showroom.load("customers", "store,key,name\nSH02,D1,Cai\n")
    known = showroom.rows("select code from stores order by id")
    showroom.load("leads", f"store,{HEADER}{known[0]},1,C1,A,,,,2026-02-01,,\nSH02,1,D1,B,,,,2026-02-01,,\n")
    assert showroom.rows("select urgency from leads order by store_id") == ["A", "B"]


def test_a_lead_of_nobody_is_refused_alone(showroom: Desk) -> None:
    """The file has a column for the customer, and one row none in it."""
    showroom.load("leads", HEADER + "1,C1,H,,,,2026-02-01,,\n2,,H,,,,2026-02-01,,\n")
    assert showroom.rows("select key from leads") == ["1"]
    ((row, reason),) = ((one["row"], one["reason"]) for one in showroom.rejects())
    assert (row, reason) == ("3", "customer: the row names no customer.")


def test_a_deposit_is_read_with_its_currency(showroom: Desk) -> None:
    result = showroom.load(
        "leads",
        "key,customer,urgency,deposit,currency,created_on\n"
        "1,C1,O,5000,CNY,2026-02-01\n2,C2,O,EUR 900.00,,2026-02-01\n3,C2,O,-5,CNY,2026-02-02\n4,C2,O,700,,2026-02-03\n",
    )
    assert [(reject.row, str(reject.reason)) for reject in result.first_rejects] == [
        (4, "expected an amount that is not negative"),
        (5, "expected the currency of the deposit"),
    ]
    assert showroom.rows("select deposit::text, currency from leads order by key") == [
        ("5000.00", "CNY"),
        ("900.00", "EUR"),
    ]
