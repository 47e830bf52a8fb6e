"""Accounts on hold: what puts them there, and what takes them off again (R4)."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from models.core.words import CaseKind, InvoiceStatus, OutcomeName, ProcessName, Role
from models.kits.outcomes import CallReport
from models.ledger.tables import AuditEntry, Case, Touch
from models.policies.shipped import shipped_policy
from models.subjects.account import Account, Invoice
from models.subjects.arrangement import ArrangementKind
from tasks.calls.recording import record_outcome
from tasks.customers.accounts.arranging import (
    BadInstalments,
    CurrencyNeeded,
    DoesNotSumUp,
    EndPassed,
    EndTooFarOff,
    NothingArranged,
    NothingOwed,
    Part,
    UnknownInvoice,
    end_arrangement,
    set_block,
    set_dispute,
    set_instalments,
)
from tasks.customers.accounts.holding import (
    HeldAlready,
    NotHeld,
    ReasonMissing,
    SeveralAccounts,
    find_account,
    hold_account,
    release_account,
)
from tasks.dispatch.tasks_of_desks import carry_out
from tasks.policies.changing import change_policy
from tasks.subjects.account.ageing import Per, UnknownAccount, list_accounts, read_ageing
from tasks.subjects.account.releasing import release_paid
from tests.support.desk import handed_to_staff, staff_id
from tests.support.world import World, at, day

OVERDUE = ProcessName("overdue-accounts")
NOW = at("2026-03-10 10:30")
LATER = at("2026-03-12 15:00")


@pytest.fixture(autouse=True)
def finance(world: World) -> int:
    return world.staff(Role.FINANCE, code="F1")


def held(world: World, amount: str = "1000.00") -> int:
    """An account that the step of day 60 has put on hold."""
    account = world.account(world.customer(), key="K-1")
    world.invoice(account, "2026-01-05", amount, key="I-1")
    world.plan(OVERDUE, "2026-03-10 10:00")
    tasks = world.connection.scalars(select(Touch.id).where(Touch.step == "finance-60")).all()
    carry_out(world.connection, tasks, NOW)
    return account


def since(world: World, account: int) -> date | None:
    return world.connection.scalar(select(Account.held_since).where(Account.id == account))


def restoring(world: World) -> list[tuple[str, str | None]]:
    """The cases for what was cut off: their notes and deadlines."""
    rows = world.connection.execute(
        select(Case.note, Case.solve_by).where(Case.kind == CaseKind.RESTORE_SERVICE).order_by(Case.id)
    )
    return [(row.note, row.solve_by) for row in rows]


def test_an_account_that_has_paid_comes_off_hold_and_finance_restores_it_the_same_day(world: World) -> None:
    account = held(world)
    assert since(world, account) == day("2026-03-10")
    world.payment(account, "2026-03-12", "960.00")  # 40 are left, which are tolerated

    assert release_paid(world.connection, LATER) == 1
    assert release_paid(world.connection, LATER) == 0

    assert since(world, account) is None
    assert restoring(world) == [("K-1: what is owed is within the tolerance again", at("2026-03-13 00:00"))]
    (entry,) = world.connection.execute(
        select(AuditEntry.actor, AuditEntry.after).where(AuditEntry.action == "account.released")
    )
    assert (entry.actor, entry.after["reason"]) == ("aftercare", "paid-within-tolerance")


@pytest.mark.parametrize("paid", ["0.01", "949.99"])
def test_what_is_left_above_the_tolerance_keeps_the_hold(world: World, paid: str) -> None:
    account = held(world)
    world.payment(account, "2026-03-12", paid)
    assert release_paid(world.connection, LATER) == 0
    assert since(world, account) == day("2026-03-10")


def test_what_is_contested_is_not_paid(world: World) -> None:
    account = held(world)
    world.connection.execute(update(Invoice).values(status=InvoiceStatus.DISPUTED))
    assert release_paid(world.connection, LATER) == 0
    assert since(world, account) == day("2026-03-10")


def test_a_second_hold_and_release_is_another_task(world: World) -> None:
    account = held(world)
    world.payment(account, "2026-03-12", "1000.00")
    release_paid(world.connection, LATER)
    world.connection.execute(update(Account).values(held_since=day("2026-03-12"), hold_reason="handed-to-finance"))
    release_paid(world.connection, at("2026-03-12 16:00"))
    assert len(restoring(world)) == 2


def test_the_run_of_overdue_accounts_finds_what_no_import_told(world: World) -> None:
    """A payment dated ahead counts from its day on, and no import comes on that day."""
    account = held(world)
    world.payment(account, "2026-03-14", "1000.00")
    assert release_paid(world.connection, LATER) == 0
    assert release_paid(world.connection, at("2026-03-14 08:30")) == 1
    assert since(world, account) is None


def test_a_hold_by_hand_stays_until_it_is_released_by_hand(world: World) -> None:
    account = world.account(world.customer(), key="K-1")
    found = find_account(world.connection, "K-1", NOW)
    hold_account(world.connection, found, "cheque returned", NOW, "F1")
    assert release_paid(world.connection, LATER) == 0
    with pytest.raises(HeldAlready):
        hold_account(world.connection, find_account(world.connection, "K-1", NOW), "again", NOW, "F1")

    release_account(world.connection, find_account(world.connection, "K-1", LATER), "new cheque came", LATER, "F1")

    assert since(world, account) is None
    assert restoring(world) == [("K-1: new cheque came", at("2026-03-13 00:00"))]
    with pytest.raises(NotHeld):
        release_account(world.connection, find_account(world.connection, "K-1", LATER), "twice", LATER, "F1")


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_nothing_is_done_by_hand_without_a_reason(world: World, reason: str | None) -> None:
    held(world)
    found = find_account(world.connection, "K-1", NOW)
    for refused in (
        lambda: hold_account(world.connection, found, reason, NOW, "F1"),
        lambda: release_account(world.connection, found, reason, NOW, "F1"),
        lambda: set_block(world.connection, found, day("2026-04-01"), reason, NOW, "F1"),
        lambda: set_dispute(world.connection, found, day("2026-04-01"), reason, NOW, "F1"),
    ):
        with pytest.raises(ReasonMissing):
            refused()
    assert since(world, found.id) == day("2026-03-10")


def test_an_account_is_found_by_its_key_in_its_store(world: World) -> None:
    world.account(world.customer(), key="K-1")
    other = world.store(code="OTHER")
    world.account(world.customer(store_id=other), key="K-1", store_id=other)
    assert find_account(world.connection, "K-1", NOW, "OTHER").store_id == other
    with pytest.raises(SeveralAccounts):
        find_account(world.connection, "K-1", NOW)
    with pytest.raises(UnknownAccount):
        find_account(world.connection, "K-2", NOW)


def holds_on_refusal(world: World) -> None:
    body = shipped_policy(OVERDUE).model_dump(mode="json")
    body["rules"]["hold_on"] = "refusal"
    change_policy(world.connection, at("2026-03-01 09:00"), body, None, "test")


def refused_call(world: World) -> int:
    """A call 15 days after the due date, in which the customer refuses to pay."""
    account = world.account(world.customer(), key="K-9")
    world.invoice(account, "2026-02-23", "1000.00")
    world.plan(OVERDUE, "2026-03-10 10:00")
    touch = handed_to_staff(world, "call-15", NOW)
    refused = CallReport(OutcomeName("refuses-to-pay"))
    record_outcome(world.connection, touch, refused, NOW, staff_id(world.connection, "F1"))
    return account


def test_a_store_may_hold_only_who_refuses(world: World) -> None:
    holds_on_refusal(world)
    assert since(world, held(world)) is None  # the day alone is not enough
    account = refused_call(world)
    assert since(world, account) == day("2026-03-10")
    world.payment(account, "2026-03-12", "1000.00")
    assert release_paid(world.connection, LATER) == 1


def test_where_the_day_is_enough_a_refusal_holds_nothing_before_it(world: World) -> None:
    assert since(world, refused_call(world)) is None


def owing(world: World, amount: str = "900.00", due_on: str = "2026-03-03") -> int:
    account = world.account(world.customer(), key="K-1")
    world.invoice(account, due_on, amount, key="I-1")
    return account


def suppressed(world: World, now: str) -> dict[str, int]:
    return dict(world.plan(OVERDUE, now).suppressed)


@pytest.mark.parametrize(("kind", "reason"), [("dispute", "account-disputed"), ("block", "chasing-blocked")])
def test_chasing_waits_for_the_end_and_resumes_by_itself(world: World, kind: str, reason: str) -> None:
    owing(world)
    found = find_account(world.connection, "K-1", NOW)
    arrange = set_dispute if kind == "dispute" else set_block
    arrange(world.connection, found, day("2026-03-19"), "the manager promised it", NOW, "F1")
    assert reason in suppressed(world, "2026-03-10 11:00")
    assert reason in suppressed(world, "2026-03-19 20:00")
    assert world.steps() == []
    world.plan(OVERDUE, "2026-03-20 10:00")
    assert world.steps() == ["call-15"]


def test_a_contested_invoice_is_left_out_and_the_rest_is_chased(world: World) -> None:
    account = owing(world)
    world.invoice(account, "2026-03-05", "500.00", key="I-2")
    found = find_account(world.connection, "K-1", NOW)
    set_dispute(world.connection, found, day("2026-04-30"), "not what was ordered", NOW, "F1", invoice="I-1")
    world.plan(OVERDUE, "2026-03-12 10:00")
    (touch,) = [touch for touch in world.touches() if touch.step == "reminder-7"]
    assert [one["number"] for one in touch.figures["invoices"]] == ["I-2"]
    with pytest.raises(UnknownInvoice):
        set_dispute(world.connection, found, day("2026-04-30"), "why", NOW, "F1", invoice="I-3")


def test_an_arrangement_that_is_ended_counts_no_more(world: World) -> None:
    owing(world)
    found = find_account(world.connection, "K-1", NOW)
    made = set_block(world.connection, found, day("2026-06-30"), "on holiday", NOW, "F1")
    end_arrangement(world.connection, found, made, "back early", NOW, "F1")
    world.plan(OVERDUE, "2026-03-10 11:00")
    assert world.steps() == ["reminder-7"]
    with pytest.raises(NothingArranged):
        end_arrangement(world.connection, found, made, "again", NOW, "F1")


def parts(*said: tuple[str, str]) -> list[Part]:
    return [Part(day(on), Decimal(amount)) for on, amount in said]


def test_instalments_hold_for_as_long_as_they_are_paid(world: World) -> None:
    account = owing(world)
    found = find_account(world.connection, "K-1", NOW)
    plan = parts(("2026-03-15", "300"), ("2026-04-15", "300"), ("2026-05-15", "300"))
    set_instalments(world.connection, found, plan, "short of money", NOW, "F1")
    assert "instalments-running" in suppressed(world, "2026-03-15 12:00")
    world.payment(account, "2026-03-15", "300.00")
    assert "instalments-running" in suppressed(world, "2026-04-15 12:00")
    assert world.steps() == []
    world.plan(OVERDUE, "2026-04-16 10:00")  # the second part did not come
    assert world.steps() == ["formal-30"]


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (parts(("2026-03-15", "300"), ("2026-04-15", "300")), DoesNotSumUp),
        (parts(("2026-03-15", "450"), ("2026-03-15", "450")), BadInstalments),
        (parts(("2026-04-15", "450"), ("2026-03-15", "450")), BadInstalments),
        (parts(("2026-04-15", "900")), BadInstalments),
        (parts(("2026-04-15", "0"), ("2026-05-15", "900")), BadInstalments),
        (parts(("2026-04-15", "449.995"), ("2026-05-15", "450.005")), BadInstalments),
        (parts(("2026-03-09", "450"), ("2026-05-15", "450")), EndPassed),
        (parts(("2026-03-15", "450"), ("2036-05-15", "450")), EndTooFarOff),
    ],
)
def test_a_plan_that_cannot_be_is_refused(world: World, plan: list[Part], error: type[Exception]) -> None:
    owing(world)
    found = find_account(world.connection, "K-1", NOW)
    with pytest.raises(error):
        set_instalments(world.connection, found, plan, "short of money", NOW, "F1")
    world.plan(OVERDUE, "2026-03-10 11:00")
    assert world.steps() == ["reminder-7"]


def test_instalments_are_of_what_is_owed_in_one_currency(world: World) -> None:
    account = world.account(world.customer(), key="K-1")
    found = find_account(world.connection, "K-1", NOW)
    plan = parts(("2026-03-15", "450"), ("2026-04-15", "450"))
    with pytest.raises(NothingOwed):
        set_instalments(world.connection, found, plan, "short of money", NOW, "F1")
    world.invoice(account, "2026-03-03", "900.00")
    world.invoice(account, "2026-03-03", "70.00", "EUR")
    with pytest.raises(CurrencyNeeded):
        set_instalments(world.connection, found, plan, "short of money", NOW, "F1")
    assert set_instalments(world.connection, found, plan, "short of money", NOW, "F1", currency="CNY")


def test_an_end_that_has_passed_is_refused(world: World) -> None:
    owing(world)
    found = find_account(world.connection, "K-1", NOW)
    with pytest.raises(EndPassed):
        set_block(world.connection, found, day("2026-03-09"), "why", NOW, "F1")
    with pytest.raises(EndTooFarOff):
        set_dispute(world.connection, found, day("2036-03-09"), "why", NOW, "F1")


def test_the_ageing_of_what_is_open(world: World) -> None:
    """Amounts are hand-computed: the payment on account covers the oldest first."""
    seller = world.staff(Role.AGENT, code="S1", name="Zhao Min")
    account = world.account(world.customer(name="Li Lei"), key="K-1")
    world.invoice(account, "2025-12-31", "100.00")  # 69 days
    world.invoice(account, "2026-01-09", "200.00", salesperson_id=seller)  # 60 days
    world.invoice(account, "2026-02-07", "300.00", salesperson_id=seller)  # 31 days
    world.invoice(account, "2026-02-08", "400.00")  # 30 days
    world.invoice(account, "2026-03-10", "500.00")  # today
    world.invoice(account, "2026-03-11", "600.00")  # tomorrow
    world.invoice(account, "2026-03-01", "70.00", "EUR")
    world.invoice(account, "2026-01-01", "80.00", status=InvoiceStatus.DISPUTED)
    world.payment(account, "2026-03-01", "40.00")

    per_account = read_ageing(world.connection, NOW, Per.ACCOUNT)

    assert [
        (
            line.key,
            line.currency,
            line.not_due,
            line.days_0_30,
            line.days_31_60,
            line.over_60,
            line.disputed,
            line.total,
        )
        for line in per_account
    ] == [
        ("K-1", "CNY", *map(Decimal, ("600.00", "900.00", "500.00", "60.00", "80.00", "2060.00"))),
        ("K-1", "EUR", *map(Decimal, ("0.00", "70.00", "0.00", "0.00", "0.00", "70.00"))),
    ]
    assert per_account[0].oldest_due == day("2025-12-31")
    sold = {(line.key, line.currency): line.total for line in read_ageing(world.connection, NOW, Per.SALESPERSON)}
    assert sold == {("S1", "CNY"): Decimal(500), (None, "CNY"): Decimal(1560), (None, "EUR"): Decimal(70)}
    in_store = read_ageing(world.connection, NOW, Per.STORE)
    assert [(line.name, line.currency, line.total) for line in in_store] == [
        ("Test Motors", "CNY", Decimal(2060)),
        ("Test Motors", "EUR", Decimal(70)),
    ]
    assert read_ageing(world.connection, NOW, Per.STORE, "nowhere") == []


def test_the_list_says_who_is_on_hold_and_what_is_arranged(world: World) -> None:
    held(world)
    quiet = world.account(world.customer(), key="K-2")
    world.invoice(quiet, "2026-03-03", "900.00")
    world.account(world.customer(), key="K-3")
    set_block(world.connection, find_account(world.connection, "K-2", NOW), day("2026-04-01"), "sick", NOW, "F1")

    first, second = list_accounts(world.connection, NOW)

    assert (first.key, first.held_since, first.hold_reason) == ("K-1", day("2026-03-10"), "handed-to-finance")
    assert (second.key, second.held_since) == ("K-2", None)
    assert [(one.kind, one.ends_on, one.reason) for one in second.arrangements] == [
        (ArrangementKind.BLOCK, day("2026-04-01"), "sick")
    ]
