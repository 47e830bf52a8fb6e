"""Monthly statements: made once, sent, agreed to, or differed from, which opens a case and stops the chasing (R4)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from models.core.words import CaseKind, CaseState, ProcessName, Role
from models.ledger.tables import Case
from models.subjects.arrangement import Arrangement
from models.subjects.statement import AccountStatement
from tasks.customers.accounts.statements import make_statements, resume_settled
from tasks.self_service.statements import NoDifference, StatementAnswered, agree, differ, see_statement
from tests.support.world import World, at

PROCESS = ProcessName("account-statements")
EARLY = at("2026-03-02 08:30")


def contract_account(world: World, *amounts: str) -> tuple[int, int]:
    customer = world.customer(has_contract=True)
    account = world.account(customer)
    for amount in amounts:
        world.invoice(account, "2026-02-20", amount)
    return customer, account


def statements(world: World) -> list[Any]:
    return list(world.connection.execute(select(AccountStatement.__table__).order_by(AccountStatement.id)))


def made(world: World, *amounts: str) -> tuple[int, int]:
    """The only account's statement; its id and the customer."""
    customer, _ = contract_account(world, *amounts)
    assert make_statements(world.connection, EARLY) == 1
    return statements(world)[0].id, customer


def test_contract_customers_get_one_statement_a_month_of_all_that_is_open(world: World) -> None:
    _, account = contract_account(world, "1000.00", "12.50")
    world.invoice(world.account(world.customer()), "2026-02-20", "77.00")
    contract_account(world)
    assert make_statements(world.connection, EARLY) == 1
    assert make_statements(world.connection, EARLY) == 0
    (row,) = statements(world)
    assert (row.account_id, str(row.month)) == (account, "2026-03-01")
    assert row.totals == {"CNY": "1012.50"}
    assert len(see_statement(world.connection, row.id).owing.invoices) == 2
    assert make_statements(world.connection, at("2026-03-08 08:30")) == 0
    assert make_statements(world.connection, at("2026-04-08 08:30")) == 0, "it is too late in the month"
    assert make_statements(world.connection, at("2026-04-07 23:59")) == 1


def test_what_is_too_little_to_chase_is_on_the_statement(world: World) -> None:
    statement, _ = made(world, "12.50")
    assert [str(one.open) for one in see_statement(world.connection, statement).owing.invoices] == ["12.50"]


def test_who_paid_lately_confirms_that_nothing_is_open(world: World) -> None:
    _, account = contract_account(world, "100.00")
    world.payment(account, "2026-02-25", "100.00")
    assert make_statements(world.connection, EARLY) == 1
    assert statements(world)[0].totals == {}


def test_it_is_sent_and_asked_about_once_more_until_it_is_answered(world: World) -> None:
    statement, customer = made(world, "100.00")
    world.plan(PROCESS, "2026-03-02 08:31")
    assert world.steps(customer)[0] == "statement"
    agree(world.connection, statement, at("2026-03-03 09:00"))
    agree(world.connection, statement, at("2026-03-03 09:01"))
    account = world.plan(PROCESS, "2026-03-09 08:30")
    assert "statement-again" not in world.steps(customer, "planned"), account
    assert see_statement(world.connection, statement).agrees is True


def test_a_difference_opens_a_case_of_finance_and_nobody_chases_until_it_is_closed(world: World) -> None:
    finance = world.staff(Role.FINANCE)
    statement, customer = made(world, "1000.00")
    words = "Invoice 7 was paid in January."
    case_id = differ(world.connection, statement, f" {words} ", at("2026-03-03 09:00"))
    assert differ(world.connection, statement, words, at("2026-03-03 09:01")) == case_id
    case = world.connection.execute(select(Case.__table__)).one()
    assert (case.kind, case.owner_id, case.note, case.received) == (
        CaseKind.STATEMENT_DIFFERS, finance, words, "page-wish",
    )  # fmt: skip
    assert case.answer_by == at("2026-03-04 09:00")
    dunned = world.plan(ProcessName("overdue-accounts"), "2026-03-07 08:30")
    assert (world.steps(customer), set(dunned.suppressed)) == ([], {"account-disputed"})
    assert resume_settled(world.connection, at("2026-03-07 09:00")) == 0
    closed = {"state": CaseState.CLOSED, "closed_at": at("2026-03-07 10:00")}
    world.connection.execute(update(Case).values(**closed))
    assert resume_settled(world.connection, at("2026-03-07 11:00")) == 1
    assert resume_settled(world.connection, at("2026-03-07 11:01")) == 0
    assert world.connection.scalars(select(Arrangement.ended_on)).one() == date(2026, 3, 7)
    world.plan(ProcessName("overdue-accounts"), "2026-03-07 13:30")
    assert world.steps(customer) == ["call-15"]


def test_who_differed_cannot_agree_and_a_difference_needs_words(world: World) -> None:
    statement, _ = made(world, "1000.00")
    for words in (" ", "x" * 1001):
        with pytest.raises(NoDifference):
            differ(world.connection, statement, words, EARLY)
    agree(world.connection, statement, EARLY)
    differ(world.connection, statement, "On second thought, no.", EARLY)
    with pytest.raises(StatementAnswered):
        agree(world.connection, statement, EARLY)
    with pytest.raises(StatementAnswered):
        differ(world.connection, statement, "And another.", EARLY)
