"""Planners and dispatchers at once: every touch once, every cap held, and the accounts add up."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add
from threading import Barrier
from uuid import UUID

from sqlalchemy import create_engine, func, select

from models.core.words import ProcessName, StepKind, TouchState
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import Touch
from tasks.dispatch.dispatch import dispatch_due
from tasks.planning.sweep import plan
from tests.support.office import Office
from tests.support.world import at

TUESDAY = "2026-03-10 10:30"
NOW = at(TUESDAY)
PLANNERS, DISPATCHERS = 2, 4
CUSTOMERS = 240
PROCESSES = (ProcessName("warranty-expiry"), ProcessName("overdue-accounts"), ProcessName("post-delivery-followup"))


def populate(office: Office) -> None:
    """Everyone has a warranty that ends and a car handed over; each third owes money, or is owed a call, besides."""
    with office.open() as world:
        for number in range(CUSTOMERS):
            customer = world.customer()
            world.warranty(customer, "2026-05-08")
            world.handover(customer, "2026-03-07" if number % 3 == 0 else "2026-03-09")
            if number % 3 == 1:
                world.invoice(world.account(customer), "2026-03-03", "1000.00")


def all_at_once(works: list[Callable[[], RunAccount]]) -> list[RunAccount]:
    """Each in a thread of its own, started together."""
    start = Barrier(len(works))

    def go(work: Callable[[], RunAccount]) -> RunAccount:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(go, works))


def sweeper(office: Office) -> Callable[[], RunAccount]:
    def sweep() -> RunAccount:
        engine = create_engine(office.engine.url)
        account = RunAccount()
        for process in PROCESSES:
            with engine.begin() as connection:
                account += plan(connection, process, NOW, None)
        engine.dispose()
        account.check()
        return account

    return sweep


def dispatcher(office: Office) -> Callable[[], RunAccount]:
    def dispatch() -> RunAccount:
        engine = create_engine(office.engine.url)
        account = asyncio.run(
            dispatch_due(engine, office.settings.model_copy(update={"dispatch_batch": 20}), lambda: NOW)
        )
        engine.dispose()
        account.check()
        return account

    return dispatch


def messages_sent(office: Office) -> list[UUID]:
    """The touches that the ledger holds to have gone out in a message of their own."""
    sent = (Touch.state == TouchState.SENT, Touch.merged_into.is_(None), Touch.kind == StepKind.MESSAGE)
    with office.engine.connect() as connection:
        return list(connection.scalars(select(Touch.id).where(*sent)))


def test_two_planners_and_four_dispatchers_at_once(office: Office) -> None:
    populate(office)
    planners = [sweeper(office) for _ in range(PLANNERS)]
    dispatchers = [dispatcher(office) for _ in range(DISPATCHERS)]
    accounts = all_at_once(planners + dispatchers)
    accounts += all_at_once(dispatchers)  # what was planned after a dispatcher had found nothing left
    whole = reduce(add, accounts, RunAccount())
    whole.check()
    touches = CUSTOMERS * 2 + CUSTOMERS // 3
    assert whole.planned == touches
    with office.engine.connect() as connection:
        states = Counter(
            dict(connection.execute(select(Touch.state, func.count()).group_by(Touch.state)).tuples().all())
        )
        skipped = states.pop(TouchState.SKIPPED, 0)
        per_customer = connection.scalars(
            select(func.count())
            .where(Touch.contacted_at.is_not(None), Touch.merged_into.is_(None), ~Touch.obligation)
            .group_by(Touch.customer_id)
        ).all()
    assert states.keys() <= {TouchState.SENT, TouchState.READY, TouchState.PLANNED}
    assert sum(states.values()) == touches
    assert whole.sent == states[TouchState.SENT] + states[TouchState.READY]
    assert whole.of_which_handed_to_staff == states[TouchState.READY]
    assert sum(whole.suppressed.values()) == skipped  # recorded as missed by whoever came first
    assert whole.eligible == PLANNERS * (touches + skipped)
    assert set(per_customer) == {1}
    assert len(per_customer) == CUSTOMERS
    assert sorted(message["id"] for message in office.outbox()) == sorted(str(head) for head in messages_sent(office))
