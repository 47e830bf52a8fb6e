"""Consents from a list, and those that customers gave or withdrew themselves."""

from datetime import timedelta

from sqlalchemy import insert, select

from models.people.tables import Consent, Customer
from tests.postgres.intake.conftest import NOW, Desk

CUSTOMERS = "key,name,phone\nC1,Li Na,13800138000\n"
OPT_IN = "customer,purpose,channel,granted\nC1,marketing,sms,yes\n"
OPT_OUT = "customer,purpose,channel,granted\nC1,marketing,sms,no\n"


def _journal(desk: Desk) -> list[tuple[bool, str]]:
    return desk.rows("select granted, source from consents order by given_at, id")


def test_a_list_imported_again_does_not_undo_what_the_customer_said(desk: Desk) -> None:
    desk.load("customers", CUSTOMERS, store="S1")
    desk.load("consents", OPT_IN, store="S1")
    customer = desk.connection.scalar(select(Customer.id))
    desk.connection.execute(
        insert(Consent).values(
            customer_id=customer, purpose="marketing", channel="sms", granted=False, given_at=NOW, source="reply"
        )
    )
    desk.load("consents", OPT_IN, store="S1", now=NOW + timedelta(days=1))
    assert _journal(desk) == [(True, "import"), (False, "reply")]


def test_a_list_that_says_otherwise_counts_from_now_on(desk: Desk) -> None:
    desk.load("customers", CUSTOMERS, store="S1")
    desk.load("consents", OPT_IN, store="S1")
    desk.load("consents", OPT_OUT, store="S1", now=NOW + timedelta(days=1))
    assert _journal(desk) == [(True, "import"), (False, "import")]
