"""The board of leads: when each is to be called next, what is late, and what staff change on a lead."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.core.words import LeadState, LeadUrgency, Role
from models.ledger.tables import AuditEntry
from models.people.tables import StaffMember, Store
from models.subjects.lead import Lead, LostKind
from tasks.access.reach import NotYours
from tasks.subjects.lead.board import LeadsWanted, Standing, list_leads, read_lead, read_lead_board, read_lead_day
from tasks.subjects.lead.first_contact import set_first_contact
from tasks.subjects.lead.steering import (
    DayHasPassed,
    LeadIsOpen,
    LeadSettled,
    NoSuchSalesperson,
    Ordered,
    give_lead,
    grade_lead,
    lose_lead,
    note_contact,
    postpone_lead,
    reopen_lead,
)
from tests.support.world import World, at

TODAY = date(2026, 3, 10)
NOW = at("2026-03-10 12:00")
EVERY = {"O": 7, "H": 2, "A": 7, "B": 15}


def lead(world: World, days: int = 0, contacted: int | None = None, **values: Any) -> int:
    """A lead that came in so many days ago, its customer reached so many days ago."""
    reached = None if contacted is None else TODAY - timedelta(contacted)
    made = world.lead(world.customer(), str(TODAY - timedelta(days)), contacted_on=reached, **values)
    set_first_contact(world.connection, Lead.id == made, NOW)
    return made


def item(world: World, lead_id: int) -> Any:
    return read_lead(world.connection, None, lead_id, NOW).item


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(urgency=st.sampled_from(LeadUrgency), contacted=st.integers(0, 60))
def test_the_next_call_and_what_was_missed(world: World, urgency: LeadUrgency, contacted: int) -> None:
    found = item(world, lead(world, 60, contacted, urgency=urgency))
    every = EVERY[urgency]
    due = TODAY - timedelta(contacted) + timedelta(every)
    assert found.next_at == at(f"{due} 09:30")
    passed = [due + timedelta(every * number) for number in range(60)]
    missed = sum(1 for day in passed if day < TODAY)
    expected = Standing.OVERDUE if due < TODAY else Standing.DUE if due == TODAY else Standing.AHEAD
    assert (found.standing, found.missed) == (expected, missed)


def test_who_was_never_reached_is_called_within_two_working_hours(world: World) -> None:
    early = lead(world)
    late = lead(world, came_in_at=at("2026-03-10 11:30"))
    assert [(item(world, one).next_at, item(world, one).standing) for one in (early, late)] == [
        (at("2026-03-10 11:00"), Standing.OVERDUE),
        (at("2026-03-10 13:30"), Standing.DUE),
    ]


def test_the_board_counts_each_class_and_the_day_lists_what_is_due(world: World) -> None:
    overdue = lead(world, 20, 9, urgency="H")
    ahead = lead(world, 20, 1, urgency="H")
    today = lead(world, 20, 7, urgency="A")
    put_off = lead(world, 20, 9, urgency="A", postponed_to=TODAY + timedelta(3))
    lead(world, 20, 9, urgency="A", state="lost", lost_reason="price")
    board = {column.urgency: column for column in read_lead_board(world.connection, LeadsWanted(), NOW)}
    assert [one.id for one in board[LeadUrgency.WITHIN_A_WEEK].leads] == [overdue, ahead]
    assert (board[LeadUrgency.WITHIN_A_WEEK].count, board[LeadUrgency.WITHIN_A_WEEK].late) == (2, 1)
    assert [one.id for one in board[LeadUrgency.WITHIN_A_MONTH].leads] == [today, put_off]
    assert board[LeadUrgency.WITHIN_A_MONTH].late == 0
    assert [one.id for one in read_lead_day(world.connection, LeadsWanted(), NOW)] == [overdue, today]
    assert len(list_leads(world.connection, LeadsWanted(state=LeadState.LOST), NOW)) == 1


def test_a_salesperson_sees_their_own_and_another_store_nothing(world: World) -> None:
    world.staff(Role.SALES, code="S1")
    mine, other = lead(world, 20, 9), lead(world, 20, 9)
    give_lead(world.connection, mine, "S1", NOW, "S1")
    assert [one.id for one in read_lead_day(world.connection, LeadsWanted(salesperson="S1"), NOW)] == [mine]
    code = world.connection.execute(select(Store.code).where(Store.id == world.store_id)).scalar_one()
    assert {one.id for one in list_leads(world.connection, LeadsWanted(store=code), NOW)} == {mine, other}
    with pytest.raises(NotYours):
        read_lead(world.connection, world.store(), mine, NOW)
    with pytest.raises(NoSuchSalesperson):
        give_lead(world.connection, mine, "nobody", NOW, "S1")
    world.connection.execute(update(StaffMember).values(active=False))
    with pytest.raises(NoSuchSalesperson):
        give_lead(world.connection, mine, "S1", NOW, "S1")


def test_a_class_is_set_and_a_low_deposit_pointed_out(world: World) -> None:
    one = lead(world, 20, 9)
    low = Ordered(Decimal(1000))
    warning = grade_lead(world.connection, one, LeadUrgency.ORDERED, NOW, "S1", low)
    assert warning is not None
    assert "below the CNY 5,000.00 that the house wants" in warning.say("en")
    assert grade_lead(world.connection, one, LeadUrgency.ORDERED, NOW, "S1", Ordered(Decimal(5000))) is None
    row = world.connection.execute(select(Lead.__table__)).one()
    assert (row.urgency, row.urgency_on, row.deposit, row.currency) == ("O", TODAY, 5000, "CNY")
    actions = world.connection.execute(select(AuditEntry.action, AuditEntry.actor, AuditEntry.entity_id)).all()
    assert actions == [("lead.graded", "S1", str(one))] * 2


def test_a_lead_is_reached_put_off_lost_and_taken_up_again(world: World) -> None:
    one = lead(world, 20, 9, urgency="A")
    postpone_lead(world.connection, one, date(2026, 3, 20), NOW, "S1")
    assert item(world, one).postponed_to == date(2026, 3, 20)
    with pytest.raises(DayHasPassed):
        postpone_lead(world.connection, one, TODAY, NOW, "S1")
    note_contact(world.connection, one, NOW, "S1", "wants it in blue")
    assert (item(world, one).postponed_to, item(world, one).next_at) == (None, at("2026-03-17 09:30"))
    with pytest.raises(LeadIsOpen):
        reopen_lead(world.connection, one, NOW, "S1")
    lose_lead(world.connection, one, LostKind.PRICE, NOW, "S1", competitor="Vega")
    found = read_lead(world.connection, None, one, NOW)
    assert (found.item.standing, found.lost_kind, found.lost_reason) == (Standing.SETTLED, LostKind.PRICE, "price")
    with pytest.raises(LeadSettled):
        grade_lead(world.connection, one, LeadUrgency.ORDERED, NOW, "S1")
    reopen_lead(world.connection, one, NOW, "S1")
    assert item(world, one).state is LeadState.OPEN


def test_a_lead_won_by_a_handover_is_off_the_board(world: World) -> None:
    customer = world.customer()
    won = world.lead(customer, "2026-02-01", LeadUrgency.ORDERED)
    world.handover(customer, "2026-03-01")
    assert item(world, won).state is LeadState.WON
    assert list_leads(world.connection, LeadsWanted(), NOW) == []
    with pytest.raises(NotYours):
        read_lead(world.connection, None, 999_999_999, NOW)
