"""Where an installation stands, and switching parts of it."""

from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from models.core.words import ChannelName, ProcessName, RunState, TouchState
from models.ledger.tables import AuditEntry, ChannelPause, Run
from tasks.overview.reporting import TouchFilter, list_stores, list_touches, read_status
from tasks.runs.steering import NotPaused, resume_channel, switch_process
from tests.support.world import World, at, day

FOLLOWUP = ProcessName("post-delivery-followup")
WARRANTY = ProcessName("warranty-expiry")
NOW = at("2026-03-10 10:00")


def add_run(world: World, process: str, started_at: str, *, dry_run: bool = False) -> None:
    world.connection.execute(
        insert(Run).values(
            id=uuid4(), process=process, as_of=at(started_at), dry_run=dry_run, state=RunState.COMPLETED,
            started_at=at(started_at), started_by="test", account={"sent": 3},
        )
    )  # fmt: skip


def test_each_process_is_told_with_its_last_real_run_and_what_is_open(world: World) -> None:
    for customer in (world.customer(), world.customer()):
        world.handover(customer, "2026-03-09")
    world.plan(FOLLOWUP, "2026-03-10 09:05")
    add_run(world, FOLLOWUP, "2026-03-09 08:30")
    add_run(world, FOLLOWUP, "2026-03-10 08:30")
    add_run(world, FOLLOWUP, "2026-03-10 09:30", dry_run=True)
    add_run(world, "housekeeping", "2026-03-10 03:10")
    told = read_status(world.connection, NOW)
    (followup,) = (one for one in told.processes if one.process == FOLLOWUP)
    assert followup.last_run is not None
    assert followup.last_run.started_at == at("2026-03-10 08:30")
    assert followup.touches == {TouchState.PLANNED: 2}
    assert followup.next_due == at("2026-03-10 10:00")
    assert [run.process for run in told.other_runs] == ["housekeeping"]
    assert told.schema_version
    assert told.stores == 1


def test_touches_are_filtered_and_their_recipients_masked(world: World) -> None:
    customer = world.customer(phone="+8613912345678")
    world.handover(customer, "2026-03-09")
    world.handover(world.customer(), "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 09:05")
    mark_sent(world, customer)
    everything = list_touches(world.connection, TouchFilter(), reveal=False)
    assert [row.step for row in everything if row.state is not TouchState.SKIPPED] == ["thanks", "day-3-call", "thanks"]
    picked = TouchFilter(process=FOLLOWUP, state=TouchState.SENT, day=day("2026-03-10"), customer_id=customer)
    (masked,) = list_touches(world.connection, picked, reveal=False)
    (full,) = list_touches(world.connection, picked, reveal=True)
    assert (masked.recipient, full.recipient) == ("+86***78", "+8613912345678")
    assert len(list_touches(world.connection, TouchFilter(limit=1), reveal=False)) == 1
    assert list_touches(world.connection, TouchFilter(step="day-90"), reveal=False) == []
    assert list_touches(world.connection, TouchFilter(store="elsewhere"), reveal=False) == []


def mark_sent(world: World, customer: int) -> None:
    from sqlalchemy import update

    from models.ledger.tables import Touch
    from models.people.tables import ContactPoint

    point = select(ContactPoint.id).where(ContactPoint.customer_id == customer).scalar_subquery()
    world.connection.execute(
        update(Touch)
        .where(Touch.customer_id == customer, Touch.state == TouchState.PLANNED)
        .values(state=TouchState.SENT, channel=ChannelName.SMS, contact_point_id=point)
    )


def test_the_day_of_a_touch_is_that_of_its_store(world: World) -> None:
    """18:00 in Los Angeles on the 10th is the 11th in Shanghai."""
    far = world.store(code="LA01", time_zone="America/Los_Angeles")
    world.appointment(world.customer(), "2026-03-12 14:00", store_id=far, booked_at=at("2026-03-11 09:00"))
    world.plan(ProcessName("appointment-reminders"), "2026-03-11 09:30")
    on_tenth = TouchFilter(step="confirmation", day=day("2026-03-10"))
    assert len(list_touches(world.connection, on_tenth, reveal=False)) == 1


def test_switching_a_process_is_kept_with_who_did_it(world: World) -> None:
    assert switch_process(world.connection, NOW, WARRANTY, enabled=False, actor="ops")
    assert not switch_process(world.connection, NOW, WARRANTY, enabled=False, actor="ops")
    told = {one.process: one.enabled for one in read_status(world.connection, NOW).processes}
    assert told[WARRANTY] is False
    (entry,) = world.connection.execute(select(AuditEntry.__table__)).all()
    assert (entry.actor, entry.action, entry.entity_id) == ("ops", "process.disabled", WARRANTY)


def test_a_paused_channel_is_told_and_resumed_by_hand(world: World) -> None:
    world.connection.execute(
        insert(ChannelPause).values(
            channel=ChannelName.SMS, paused_at=NOW, reason="20 of 40 failed", probe_at=at("2026-03-10 10:15")
        )
    )
    assert [pause.channel for pause in read_status(world.connection, NOW).paused] == [ChannelName.SMS]
    resume_channel(world.connection, NOW, ChannelName.SMS, None, "ops")
    assert read_status(world.connection, NOW).paused == []
    with pytest.raises(NotPaused, match="The channel sms that the stores share is not paused"):
        resume_channel(world.connection, NOW, ChannelName.SMS, None, "ops")


def test_stores_are_listed_with_their_hours(world: World) -> None:
    world.customer()
    (store,) = list_stores(world.connection)
    assert (store.contact_from, store.contact_until, store.customers) == ("09:00", "20:00", 1)
