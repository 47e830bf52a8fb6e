"""Two people or two gateways do the same at once: only one succeeds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from models.calls.outcomes import REFUSES_CONTACT
from models.core.words import ChannelName, ProcessName
from models.kits.outcomes import CallReport
from models.ledger.tables import CallAttempt, Reply
from models.people.tables import Consent
from tasks.calls import CallRecorded, record_outcome
from tasks.self_service.replies import record_reply
from tasks.touches.picking import WrongState
from tests.support.desk import handed_to_staff, staff_id
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
PEOPLE = 4


def at_once(engine: Engine, deed: Callable[[Connection], Any]) -> list[Any]:
    """The result or error of each of four connections that do the same."""
    together = Barrier(PEOPLE)

    def one(_number: int) -> Any:
        with engine.connect() as connection:
            together.wait(timeout=30)
            try:
                with connection.begin():
                    return deed(connection)
            except WrongState as error:
                return error

    with ThreadPoolExecutor(PEOPLE) as threads:
        return list(threads.map(one, range(PEOPLE)))


def test_a_call_is_recorded_by_one_of_them(engine: Engine) -> None:
    with engine.begin() as connection:
        world = World(connection)
        world.staff(code="W1")
        world.handover(world.customer(), "2026-03-07")
        world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
        touch = handed_to_staff(world, "day-3-call", NOW)
    report = CallReport(REFUSES_CONTACT.name)
    results = at_once(
        engine, lambda connection: record_outcome(connection, touch, report, NOW, staff_id(connection, "W1"))
    )
    assert sum(isinstance(result, CallRecorded) for result in results) == 1
    assert sum(isinstance(result, WrongState) for result in results) == PEOPLE - 1
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(CallAttempt)) == 1


def test_a_message_delivered_by_several_gateways_is_taken_once(engine: Engine) -> None:
    with engine.begin() as connection:
        World(connection).customer(phone="+8613800138000")
    results = at_once(
        engine,
        lambda connection: record_reply(connection, "+8613800138000", "STOP", ChannelName.SMS, NOW, "m1"),
    )
    assert sorted(result.again for result in results) == [False, True, True, True]
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Reply)) == 1
        assert connection.scalar(select(func.count()).select_from(Consent)) == 1
