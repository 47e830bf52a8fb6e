"""The life of an account, day by day: never chased for nothing or during a promise, and never back to a milder tone."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, insert, select, update

from models.core.words import InvoiceKind, InvoiceStatus, ProcessName, Role, StepKind, TouchState
from models.ledger.tables import Touch
from models.messages.letters import write_money
from models.policies.shipped import shipped_policy
from models.subjects.account import Invoice
from tasks.planning.sweep import plan
from tasks.touches.approvals import approve, list_waiting
from tests.support.desk import staff_id
from tests.support.oracles import Books, Document, Paid, tolerances_of
from tests.support.stepwise import StepwiseDispatcher
from tests.support.world import World, at

OVERDUE = ProcessName("overdue-accounts")
POLICY = shipped_policy(OVERDUE)
LEVELS = [step.key for step in sorted(POLICY.steps, key=lambda step: step.nominal_due)]
TOLERANCES: dict[str, Decimal] = tolerances_of(POLICY)
CHASED = (TouchState.SENT, TouchState.READY)
money = st.sampled_from(["30.00", "400.00", "1000.00"]).map(Decimal)
currencies = st.sampled_from(["CNY", "CNY", "EUR"])


class LifeOfAnAccount(RuleBasedStateMachine):
    """One account, its papers in the database and in plain books beside it."""

    connection: Connection

    @initialize(due_in=st.integers(-20, 5), amount=money, currency=currencies)
    def open_the_account(self, due_in: int, amount: Decimal, currency: str) -> None:
        self.savepoint = self.connection.begin_nested()
        self.today = date(2026, 3, 10)
        self.world = World(self.connection)
        self.account = self.world.account(self.world.customer())
        self.world.staff(Role.FINANCE, code="F1")
        self.dispatcher = StepwiseDispatcher(self.connection, at("2026-03-10 00:00"))
        self.books = Books()
        self.invoices: list[int] = []
        self.promised: list[tuple[date, date]] = []
        self.reached: dict[Any, int] = {}
        self.an_invoice_comes(due_in, amount, currency, InvoiceKind.INVOICE)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            self.dispatcher.die()
            self.savepoint.rollback()

    @rule(
        due_in=st.integers(-40, 10),
        amount=money,
        currency=currencies,
        kind=st.sampled_from([InvoiceKind.INVOICE, InvoiceKind.CREDIT_NOTE]),
    )
    def an_invoice_comes(self, due_in: int, amount: Decimal, currency: str, kind: InvoiceKind) -> None:
        document = Document(kind, currency, amount, self.today + timedelta(days=due_in))
        self.books.documents.append(document)
        values = {"kind": kind, "currency": currency, "amount": amount, "due_on": document.due_on}
        values |= {"store_id": self.world.store_id, "account_id": self.account, "key": f"I{len(self.invoices)}"}
        added = insert(Invoice).values(**values).returning(Invoice.id)
        self.invoices.append(self.connection.execute(added).scalar_one())

    @rule(amount=money, currency=currencies)
    def money_comes_on_account(self, amount: Decimal, currency: str) -> None:
        self.books.payments.append(Paid(currency, amount, self.today))
        self.world.payment(self.account, self.today.isoformat(), str(amount), currency=currency)

    @rule(amount=money, which=st.integers(0, 9))
    def money_comes_for_an_invoice(self, amount: Decimal, which: int) -> None:
        place = which % len(self.invoices)
        document = self.books.documents[place]
        if document.kind is InvoiceKind.CREDIT_NOTE:
            return
        self.books.payments.append(Paid(document.currency, amount, self.today, place))
        self.world.payment(
            self.account, self.today.isoformat(), str(amount), self.invoices[place], currency=document.currency
        )

    @rule(which=st.integers(0, 9), status=st.sampled_from(list(InvoiceStatus)))
    def an_invoice_is_disputed_or_not(self, which: int, status: InvoiceStatus) -> None:
        place = which % len(self.invoices)
        self.books.documents[place] = replace(self.books.documents[place], status=status, status_on=self.today)
        changed = update(Invoice).where(Invoice.id == self.invoices[place])
        self.connection.execute(changed.values(status=status, status_on=self.today))

    @rule(days=st.integers(0, 12))
    def payment_is_promised(self, days: int) -> None:
        self.promised.append((self.today, self.today + timedelta(days=days)))
        self.world.promise(self.account, *(day.isoformat() for day in self.promised[-1]))

    @precondition(lambda self: hasattr(self, "world"))
    @rule(days=st.sampled_from([1, 1, 1, 2, 5]))
    def days_pass(self, days: int) -> None:
        """Nothing ran for all but the last of them."""
        self.today += timedelta(days=days)
        self._run()

    @rule()
    def the_same_day_goes_on(self) -> None:
        self._run()

    def _run(self) -> None:
        now = at(f"{self.today} 10:30")
        before = {touch.id for touch in self._chased()}
        plan(self.connection, OVERDUE, now, None).check()
        for waiting in list_waiting(self.connection, now):
            approve(self.connection, waiting.id, now, staff_id(self.connection, "F1"))
        self.dispatcher.claim(now)
        self.dispatcher.release(now)
        self.dispatcher.record(now)
        for touch in self._chased():
            if touch.id not in before:
                self._check(touch)

    def _chased(self) -> list[Any]:
        return list(self.connection.execute(select(Touch.__table__).where(Touch.state.in_(CHASED))))

    def _check(self, touch: Any) -> None:
        owed = self.books.statement(self.today, TOLERANCES)
        assert owed.owes, touch
        assert touch.anchor_at == at(f"{owed.oldest_due} 00:00"), touch
        assert not self._promise_is_running(), touch
        level = LEVELS.index(touch.step)
        assert level > self.reached.get(touch.anchor_at, -1), touch
        self.reached[touch.anchor_at] = level
        if touch.kind == StepKind.MESSAGE:
            for (currency, _), total in self.books.parts(owed.items, self.today).items():
                assert write_money(total, currency) in touch.body

    def _promise_is_running(self) -> bool:
        """The latest promise counts; none of these names an amount, so only its day ends it."""
        latest = max(self.promised, default=None)
        return latest is not None and self.today <= latest[1]


def test_the_life_of_an_account(connection: Connection) -> None:
    class Life(LifeOfAnAccount):
        pass

    Life.connection = connection
    run_state_machine_as_test(
        Life,
        settings=settings(
            deadline=None, max_examples=8, stateful_step_count=25, suppress_health_check=list(HealthCheck)
        ),
    )
