"""A state machine test of touches: allowed transitions only, each customer contacted once, caps respected."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, select, update

from models.calls.outcomes import all_outcomes, outcomes_of
from models.core.words import (
    CAMPAIGNS,
    AppointmentStatus,
    ChannelName,
    OutcomeName,
    ProcessName,
    Role,
    StepKind,
    TouchState,
)
from models.kits.outcomes import CallReport
from models.ledger.tables import Touch
from models.ledger.touch_states import may_follow
from models.people.tables import ContactPoint
from models.policies.shipped import shipped_processes
from models.subjects.appointment import Appointment
from models.subjects.vehicle import Vehicle
from tasks.calls import list_calls, record_outcome
from tasks.channels.contract import Accepted, Outcome, Rejected, Transient, Unknown
from tasks.dispatch.dispatchers import recover_abandoned
from tasks.dispatch.release import Released
from tasks.planning.sweep import plan
from tasks.self_service.replies import record_reply
from tasks.touches.approvals import approve, list_waiting, refuse
from tests.support.desk import staff_id
from tests.support.steps_taken import steps_since, watch_steps
from tests.support.stepwise import StepwiseDispatcher, Town
from tests.support.world import World, at

SHANGHAI = ZoneInfo("Asia/Shanghai")
DELIVERED = {"accepted": True, "no answer": True, "vanished": False, "rejected": False, "busy": False}
"""Whether the message reached the customer, by what comes of handing it over."""
FACTS = (
    ("a_car_is_handed_over", 1), ("a_car_is_handed_over", 3), ("a_warranty_nears_its_end", 59),
    ("an_invoice_is_due", 7), ("an_invoice_is_due", 15), ("a_visit_is_booked", 2),
)  # fmt: skip
"""Something to be said of each at once."""
people = st.integers(0, 1)
desks = st.integers(0, 1)
THIRD = 2
fates = st.lists(st.sampled_from(sorted(DELIVERED)), min_size=1, max_size=4)


class LifeOfATouch(RuleBasedStateMachine):
    """Two customers, two dispatchers, a gateway, staff, and a clock that only goes forward."""

    connection: Connection
    idempotent: bool

    @initialize(facts=st.lists(st.tuples(people, st.sampled_from(FACTS)), min_size=2, max_size=6))
    def open_the_store(self, facts: list[tuple[int, tuple[str, int]]]) -> None:
        self.savepoint = self.connection.begin_nested()
        self.now = at("2026-03-10 10:00")
        self.world = World(self.connection)
        self.customers = [self.world.customer(), self.world.customer()]
        self.accounts = [self.world.account(customer) for customer in self.customers]
        self.world.staff(Role.MANAGER, code="M1")
        self.town = Town()
        self.dispatchers: dict[int, StepwiseDispatcher] = {}
        self.checked = 0
        for who, (fact, days) in facts:
            getattr(self, fact)(who, days)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            for dispatcher in self.dispatchers.values():
                dispatcher.die()
            self.savepoint.rollback()

    # what happens in the world

    @rule(who=people, days=st.integers(0, 4))
    def a_car_is_handed_over(self, who: int, days: int) -> None:
        self.world.handover(self.customers[who], self._day(-days))

    @rule(who=people, days=st.sampled_from([63, 60, 45, 30, 7]))
    def a_warranty_nears_its_end(self, who: int, days: int) -> None:
        self.world.warranty(self.customers[who], self._day(days))

    @rule(who=people, days=st.sampled_from([-3, 0, 7, 15, 30, 60]))
    def an_invoice_is_due(self, who: int, days: int) -> None:
        self.world.invoice(self.accounts[who], self._day(-days), "1000.00")

    @rule(who=people, hours=st.integers(1, 50))
    def a_visit_is_booked(self, who: int, hours: int) -> None:
        start = self.now + timedelta(hours=hours)
        self.world.appointment(self.customers[who], f"{start:%Y-%m-%d %H:%M}", booked_at=self.now)

    @rule(who=people, hours=st.sampled_from([-24, -2, 2, 24]))
    def visits_are_moved(self, who: int, hours: int) -> None:
        moved = {"starts_at": Appointment.starts_at + timedelta(hours=hours), "moved_at": self.now}
        theirs = (Appointment.customer_id == self.customers[who], Appointment.starts_at > self.now)
        self.connection.execute(update(Appointment).where(*theirs).values(**moved))

    @rule(who=people)
    def visits_are_called_off(self, who: int) -> None:
        off = {"status": AppointmentStatus.CANCELLED, "cancelled_at": self.now}
        self.connection.execute(update(Appointment).where(Appointment.customer_id == self.customers[who]).values(**off))

    @rule(who=people, amount=st.sampled_from(["400.00", "1000.00", "3000.00"]))
    def money_comes_in(self, who: int, amount: str) -> None:
        self.world.payment(self.accounts[who], self._day(0), amount)

    @rule(who=people, days=st.integers(0, 5))
    def payment_is_promised(self, who: int, days: int) -> None:
        self.world.promise(self.accounts[who], self._day(0), self._day(days))

    @rule(who=people)
    def cars_are_sold(self, who: int) -> None:
        sold = update(Vehicle).where(Vehicle.customer_id == self.customers[who])
        self.connection.execute(sold.values(disposed_on=self.now.date()))

    @rule(who=people, words=st.sampled_from(["1", "2", "TD"]))
    def a_customer_writes(self, who: int, words: str) -> None:
        theirs = select(ContactPoint.value).where(ContactPoint.customer_id == self.customers[who])
        record_reply(self.connection, self.connection.scalars(theirs).one(), words, ChannelName.SMS, self.now)

    # what the house does

    @rule()
    def everything_is_swept(self) -> None:
        for process in (*shipped_processes(), CAMPAIGNS):
            plan(self.connection, process, self.now, None).check()

    @rule(desk=desks, process=st.sampled_from([None, None, *shipped_processes(), CAMPAIGNS]))
    def due_touches_are_claimed(self, desk: int, process: ProcessName | None) -> None:
        if desk not in self.dispatchers:
            self.dispatchers[desk] = StepwiseDispatcher(self.connection, self.now, idempotent=self.idempotent)
        if self.dispatchers[desk].batch is None:
            self.dispatchers[desk].claim(self.now, process)

    @rule(what_comes=fates, process=st.sampled_from([None, *shipped_processes(), CAMPAIGNS]))
    def a_whole_run_is_made(self, what_comes: list[str], process: ProcessName | None) -> None:
        """Swept, and dispatched as a third dispatcher does that finds the dead first."""
        self.everything_is_swept()
        self.the_dead_are_found()
        self.due_touches_are_claimed(THIRD, process)
        self.the_last_look_is_taken(THIRD)
        self.messages_go_out_and_are_recorded(THIRD, what_comes)
        self.a_dispatcher_is_killed(THIRD, 0)

    @rule(sent=st.integers(0, 3))
    def a_run_is_killed_in_mid_batch(self, sent: int) -> None:
        self.everything_is_swept()
        self.due_touches_are_claimed(THIRD, None)
        self.the_last_look_is_taken(THIRD)
        self.a_dispatcher_is_killed(THIRD, sent)

    @rule(desk=desks)
    def the_last_look_is_taken(self, desk: int) -> None:
        batch = self._batch(desk)
        if batch and batch.looked is None:
            self.dispatchers[desk].release(self.now)

    @rule(desk=desks, what_comes=fates)
    def messages_go_out_and_are_recorded(self, desk: int, what_comes: list[str]) -> None:
        batch = self._batch(desk)
        if not batch or batch.looked is None:
            return
        fates = {one.message.id: what_comes[place % len(what_comes)] for place, one in enumerate(batch.looked.released)}
        for one in batch.looked.released:
            if DELIVERED[fates[one.message.id]]:
                self.town.deliver(one, self.now, idempotent=self.idempotent)
        self.dispatchers[desk].record(self.now, lambda one: _answer(fates[one.message.id], one))

    @rule(desk=desks, sent=st.integers(0, 3))
    def a_dispatcher_is_killed(self, desk: int, sent: int) -> None:
        batch = self._batch(desk)
        if batch and batch.looked:
            self.dispatchers[desk].send(self.town, self.now, sent)
        if desk in self.dispatchers:
            self.dispatchers.pop(desk).die()

    @rule()
    def the_dead_are_found(self) -> None:
        recover_abandoned(self.connection, self.now)
        living = [dispatcher.id for dispatcher in self.dispatchers.values()]
        held = self.connection.scalars(select(Touch.claimed_by).where(Touch.claimed_by.is_not(None)))
        assert set(held) <= set(living)

    @rule(yes=st.booleans())
    def someone_decides(self, yes: bool) -> None:
        for waiting in list_waiting(self.connection, self.now)[:1]:
            if yes:
                approve(self.connection, waiting.id, self.now, staff_id(self.connection, "M1"))
            else:
                refuse(self.connection, waiting.id, self.now, staff_id(self.connection, "M1"), "not now")

    @rule(outcome=st.sampled_from(list(all_outcomes())))
    def a_call_is_made(self, outcome: OutcomeName) -> None:
        """Promises come in by themselves; what else needs more than an outcome is left to the tests of calls."""
        calls = [item for item in list_calls(self.connection, self.now) if item.kind is StepKind.CALL]
        for call in calls[:1]:
            fitting = outcomes_of(call.subject_kind).get(outcome)
            if call.not_before <= self.now and fitting and fitting.needs is None and not fitting.asks:
                record_outcome(self.connection, call.id, CallReport(outcome), self.now, staff_id(self.connection, "M1"))

    @rule(minutes=st.sampled_from([1, 5]))
    def minutes_pass(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: all(dispatcher.batch is None for dispatcher in self.dispatchers.values()))
    @rule(hours=st.sampled_from([1, 3, 12, 24, 72, 240]))
    def hours_pass(self, hours: int) -> None:
        """A dispatch takes minutes; hours pass when none is in progress."""
        self.now += timedelta(hours=hours)

    # what must hold, whatever happened

    @invariant()
    def every_step_is_lawful(self) -> None:
        if not hasattr(self, "world"):
            return
        for step in steps_since(self.connection, self.checked):
            assert may_follow(step.before, step.after), step
            self.checked = step.number

    @invariant()
    def missed_is_what_staff_had_and_let_pass(self) -> None:
        if not hasattr(self, "world"):
            return
        for touch in self._touches():
            if touch.state == TouchState.MISSED:
                assert touch.kind != StepKind.MESSAGE, touch
                assert touch.contacted_at < touch.valid_until <= touch.state_at, touch

    @invariant()
    def nobody_is_told_twice_and_what_was_sent_was_told(self) -> None:
        if not hasattr(self, "world"):
            return
        for touch in self._touches():
            told = self.town.times_told(touch.id)
            assert told <= 1, touch
            if touch.kind == StepKind.MESSAGE and touch.state == TouchState.SENT:
                assert told == 1, touch
            if touch.state in (TouchState.CANCELLED, TouchState.SUPERSEDED, TouchState.SKIPPED):
                assert told == 0, touch

    @invariant()
    def the_ledger_knows_the_words_that_arrived(self) -> None:
        if not hasattr(self, "world"):
            return
        told = {delivery.key: delivery.text for delivery in self.town.deliveries}
        for touch in self._touches():
            if touch.id in told and touch.state in (TouchState.SENT, TouchState.UNKNOWN):
                assert touch.body == told[touch.id], touch

    @invariant()
    def nobody_is_contacted_more_than_the_cap_allows(self) -> None:
        if not hasattr(self, "world"):
            return
        rows = {touch.id: touch for touch in self._touches()}
        contacts = [(rows[one.key].customer_id, one.at) for one in self.town.deliveries if not rows[one.key].obligation]
        contacts += [
            (touch.customer_id, touch.contacted_at)
            for touch in rows.values()
            if touch.kind == StepKind.CALL and touch.contacted_at and not touch.obligation
        ]
        days = [(customer, moment.astimezone(SHANGHAI).date()) for customer, moment in contacts]
        assert max(Counter(days).values(), default=0) <= 1
        for customer, last in days:
            week = [day for other, day in days if other == customer and last - timedelta(days=7) < day <= last]
            assert len(week) <= 3

    def _touches(self) -> Iterator[Any]:
        yield from self.connection.execute(select(Touch.__table__).where(Touch.customer_id.in_(self.customers)))

    def _batch(self, desk: int) -> Any:
        return self.dispatchers[desk].batch if desk in self.dispatchers else None

    def _day(self, days: int) -> str:
        return f"{self.now.astimezone(SHANGHAI) + timedelta(days=days):%Y-%m-%d}"


def _answer(fate: str, one: Released) -> Outcome:
    answers: dict[str, Outcome] = {
        "accepted": Accepted(f"m-{one.message.id}"),
        "rejected": Rejected("the gateway answered 400"),
        "busy": Transient("the gateway answered 503"),
    }
    return answers.get(fate, Unknown("the gateway did not answer"))


@pytest.mark.parametrize("takes_keys", [True, False], ids=["with-keys", "without-keys"])
def test_the_life_of_a_touch(connection: Connection, takes_keys: bool) -> None:
    watch_steps(connection)

    class Life(LifeOfATouch):
        pass

    Life.connection, Life.idempotent = connection, takes_keys
    run_state_machine_as_test(
        Life,
        settings=settings(
            deadline=None, max_examples=8, stateful_step_count=12, suppress_health_check=list(HealthCheck)
        ),
    )
