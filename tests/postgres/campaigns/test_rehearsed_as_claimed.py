"""A dry run predicts for each customer what the claim then does: both use the same gates."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from models.campaigns.plans import read_plan
from models.core.words import ProcessName, Rehearsed, TouchState
from models.ledger.tables import Dispatcher, PolicyVersion, Touch
from tasks.campaigns.rehearsal.rehearsing import list_rehearsed
from tasks.campaigns.rehearsal.would_be_touches import Rehearsing
from tasks.dispatch.claim import claim
from tests.support.audience_oracle import PERSONS, Person, Undone, enter
from tests.support.recipients import launched_campaign, recipient
from tests.support.world import World, at

PLAN = read_plan(
    {
        "audience": {"kind": "all"},
        "channels": ["sms", "email"],
        "variants": [{"key": "a", "words": {"en": {"sms": "Come.", "email": {"subject": "Spring", "text": "Come."}}}}],
        "control_percent": 0,
        "canary": {"percent": 0},
    }
)
OUTCOMES = {TouchState.CLAIMED: Rehearsed.TOLD, TouchState.PLANNED: Rehearsed.HELD}


def rehearsed(world: World, now: datetime) -> dict[int, tuple[Any, ...]]:
    page = list_rehearsed(world.connection, Rehearsing(PLAN, 1, world.store_id, now, now))
    return {
        row.customer_id: (row.outcome, row.reason and row.reason.code, row.channel if row.outcome == "told" else None)
        for row in page.rows
    }


def claimed(world: World, customers: list[int], now: datetime) -> dict[int, tuple[Any, ...]]:
    campaign_id = launched_campaign(world, now)
    for customer_id in customers:
        recipient(world, campaign_id, TouchState.PLANNED, began=now, customer_id=customer_id)
    connection = world.connection
    dispatcher = connection.execute(insert(Dispatcher).values(started_at=now).returning(Dispatcher.id)).scalar_one()
    policy = connection.execute(select(func.min(PolicyVersion.id))).scalar_one()
    claim(connection, now, dispatcher_id=dispatcher, limit=100, policies=[policy])
    touches = connection.execute(
        select(Touch.customer_id, Touch.state, Touch.reason, Touch.channel).where(
            Touch.process == ProcessName("campaigns")
        )
    )
    return {row.customer_id: (OUTCOMES.get(row.state, Rehearsed.NOT_TOLD), row.reason, row.channel) for row in touches}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    persons=st.lists(PERSONS, min_size=1, max_size=5),
    now=st.sampled_from([at("2026-03-10 10:00"), at("2026-03-10 21:00"), at("2026-10-01 10:00")]),
)
def test_the_claim_does_what_the_dry_run_says(world: World, persons: list[Person], now: datetime) -> None:
    with suppress(Undone), world.connection.begin_nested():
        customers = [enter(world, replace(person, listed=False)) for person in persons]
        foreseen = rehearsed(world, now)
        assert claimed(world, customers, now) == foreseen
        raise Undone
