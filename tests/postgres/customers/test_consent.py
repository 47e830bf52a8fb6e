"""Consent as the gates read it and as staff change it."""

from datetime import datetime
from itertools import product

import pytest
from sqlalchemy import select

from models.core.words import ChannelName, ProcessName, Purpose, TouchState
from models.ledger.tables import AuditEntry
from models.people.tables import Consent
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.customers.consent import (
    ConsentChanged,
    NeedsEvidence,
    NeedsReason,
    SaidAtThisMoment,
    read_switches,
    stop_all_contact,
    switch_consent,
)
from tasks.dispatch.gates import latest_consent
from tests.postgres.customers.conftest import NOW
from tests.support.world import World, at


def seen(world: World, customer_id: int) -> int:
    return read_switches(world.connection, None, customer_id, NOW).seen


def allowed(world: World, customer_id: int, purpose: Purpose, channel: ChannelName) -> bool:
    return read_switches(world.connection, None, customer_id, NOW).of(purpose, channel).allowed


def switch(world: World, user: SignedIn, customer_id: int, *, granted: bool, note: str = "", as_seen: int = -1) -> None:
    latest = seen(world, customer_id) if as_seen < 0 else as_seen
    switch_consent(
        world.connection, user, NOW, customer_id, Purpose.MARKETING, ChannelName.SMS, note, latest, granted=granted
    )


def test_without_a_word_everything_but_marketing_is_allowed(world: World) -> None:
    customer_id = world.customer()
    switches = read_switches(world.connection, None, customer_id, NOW).all
    assert {one.purpose for one in switches if not one.allowed} == {Purpose.MARKETING}


def test_the_switches_stand_as_the_gates_decide(world: World) -> None:
    customer_id = world.customer()
    said: list[tuple[Purpose | None, ChannelName | None, bool, datetime]] = [
        (None, None, False, at("2026-01-01 10:00")),
        (Purpose.SERVICE, None, True, at("2026-01-02 10:00")),
        (None, ChannelName.SMS, False, at("2026-01-03 10:00")),
        (Purpose.MARKETING, ChannelName.EMAIL, True, at("2026-01-04 10:00")),
        (Purpose.SERVICE, ChannelName.SMS, True, at("2026-01-05 10:00")),
        (None, None, True, at("2026-04-01 10:00")),
    ]
    for purpose, channel, granted, given_at in said:
        world.consent(customer_id, granted=granted, given_at=given_at, purpose=purpose, channel=channel)
    for purpose, channel in product(Purpose, ChannelName):
        gate = world.connection.scalar(latest_consent(customer_id, purpose, channel.value, NOW))
        assert allowed(world, customer_id, purpose, channel) == gate, (purpose, channel)


def test_marketing_needs_a_word_on_how_the_customer_agreed(world: World, manager: SignedIn) -> None:
    customer_id = world.customer()
    with pytest.raises(NeedsEvidence):
        switch(world, manager, customer_id, granted=True, note="  ")
    switch(world, manager, customer_id, granted=True, note="double opt-in by e-mail on 9 March")
    assert allowed(world, customer_id, Purpose.MARKETING, ChannelName.SMS)
    entry = world.connection.execute(select(Consent.__table__)).one()
    assert (entry.source, entry.reason) == ("console", "double opt-in by e-mail on 9 March")
    trail = select(AuditEntry.__table__).where(AuditEntry.action == "customer.consent-switched")
    assert world.connection.execute(trail).one().actor == manager.login


def test_it_can_be_switched_back_and_forth_while_the_clock_stands_still(world: World, manager: SignedIn) -> None:
    customer_id = world.customer()
    for granted in (True, False, True, False):
        switch(world, manager, customer_id, granted=granted, note="said so on the phone")
        assert allowed(world, customer_id, Purpose.MARKETING, ChannelName.SMS) is granted


def test_the_second_of_two_is_told(world: World, manager: SignedIn) -> None:
    customer_id = world.customer()
    both_saw = seen(world, customer_id)
    switch(world, manager, customer_id, granted=True, note="agreed", as_seen=both_saw)
    with pytest.raises(ConsentChanged):
        switch(world, manager, customer_id, granted=False, as_seen=both_saw)
    assert allowed(world, customer_id, Purpose.MARKETING, ChannelName.SMS)


def test_nothing_is_switched_that_would_only_count_later(world: World, manager: SignedIn) -> None:
    customer_id = world.customer()
    world.consent(customer_id, granted=False, given_at=NOW)
    with pytest.raises(SaidAtThisMoment):
        switch(world, manager, customer_id, granted=True, note="agreed")


def test_stopping_all_contact_refuses_everything_and_cancels_what_is_open(world: World, manager: SignedIn) -> None:
    customer_id, other = world.customer(), world.customer()
    for one in (customer_id, other):
        world.appointment(one, "2026-03-11 10:00")
        world.consent(one, granted=True, given_at=at("2026-01-01 10:00"), purpose=Purpose.MARKETING)
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 09:00")
    open_before = len(world.steps(customer_id, TouchState.PLANNED))
    assert open_before > 0
    with pytest.raises(NeedsReason):
        stop_all_contact(world.connection, manager, NOW, customer_id, " ", seen(world, customer_id))
    cancelled = stop_all_contact(world.connection, manager, NOW, customer_id, "asked us to", seen(world, customer_id))
    assert cancelled == open_before
    assert not any(one.allowed for one in read_switches(world.connection, None, customer_id, NOW).all)
    assert world.steps(customer_id, TouchState.PLANNED) == []
    assert len(world.steps(other, TouchState.PLANNED)) == open_before


def test_another_stores_customer_is_out_of_reach(world: World, stranger: SignedIn) -> None:
    customer_id = world.customer()
    with pytest.raises(NotYours):
        read_switches(world.connection, stranger.store_id, customer_id, NOW)
    with pytest.raises(NotYours):
        switch(world, stranger, customer_id, granted=False)
    with pytest.raises(NotYours):
        stop_all_contact(world.connection, stranger, NOW, customer_id, "because", 0)
