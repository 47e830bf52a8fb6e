"""kill -9 in front of a provider without keys that can be asked: nothing is lost or doubled, and all is settled."""

import asyncio
from collections import Counter
from subprocess import Popen
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from models.core.words import ProcessName, TouchState
from models.ledger.providers import RegisteredTemplate, RegistrationState
from models.ledger.tables import TemplateVersion, Touch
from tasks.dispatch.asking import ask_about_unknown
from tests.postgres.dispatch.test_killed import start, wait_until_gone
from tests.support.clouds import AliyunCloud
from tests.support.dispatcher import settings_for
from tests.support.office import Office
from tests.support.world import at

TUESDAY = "2026-03-10 10:30"
CUSTOMERS = 60
WORDS = "{{ customer }}, hello."
BULK = "&batch=5&connections=2"


@pytest.fixture
def crowded(office: Office) -> Office:
    """Customers with a message due, whose template is registered."""
    with office.open() as world:
        for _ in range(CUSTOMERS):
            customer = world.customer()
            world.handover(customer, "2026-03-09", vehicle_id=world.vehicle(customer))
        world.plan(ProcessName("post-delivery-followup"), TUESDAY)
        world.connection.execute(update(TemplateVersion).values(text=WORDS, by_channel=None))
        world.connection.execute(
            insert(RegisteredTemplate).values(
                provider="aliyun", key="handover-thanks", language="en", branch="", code="SMS_1", text=WORDS,
                parameters=[{"name": "name", "variable": "customer", "longest": None}],
                state=RegistrationState.APPROVED, registered_at=at(TUESDAY), registered_by="test",
            )
        )  # fmt: skip
    return office


def settle(office: Office, address: str) -> None:
    """What the next hour brings: the dispatches of each minute, and the questions before them."""
    office.settings = settings_for(office.settings.home, address, 40)
    for when in (TUESDAY, "2026-03-10 10:32", "2026-03-10 10:41", "2026-03-10 11:12"):
        asyncio.run(ask_about_unknown(office.engine, office.settings, at(when)))
        office.dispatch(when)


def states(office: Office) -> Counter[TouchState]:
    with office.engine.connect() as connection:
        rows = connection.execute(select(Touch.state, func.count()).where(Touch.step == "thanks").group_by(Touch.state))
        return Counter(dict(rows.tuples().all()))


@pytest.mark.parametrize("killed_at", [1, 5, 11])
@pytest.mark.parametrize("taken", [True, False])
async def test_nothing_is_lost_or_doubled(crowded: Office, killed_at: int, taken: bool) -> None:
    """The sender dies in a request that the provider has taken, or has not."""
    process: list[Popen[bytes]] = []

    def kill(action: str, _: dict[str, Any]) -> dict[str, Any] | None:
        if action == "SendBatchSms" and len(cloud.calls_of(action)) == killed_at:
            process[0].kill()
        return None

    async with AliyunCloud(answer=kill) as cloud:
        address = f"{cloud.address}{BULK}"
        process.append(start(crowded, address))
        await asyncio.to_thread(wait_until_gone, crowded, process[0])
        assert process[0].returncode == -9
        cloud.answer = None
        if not taken:
            del cloud.records[-5:]
        before = len(cloud.records)
        await asyncio.to_thread(settle, crowded, address)
        assert before < CUSTOMERS
    assert states(crowded) == {TouchState.SENT: CUSTOMERS}
    received = Counter(record["PhoneNum"] for record in cloud.records)
    assert set(received.values()) == {1}
    assert len(received) == CUSTOMERS
