"""What the law pack of a store holds."""

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, select, update

from models.calls.outcomes import NO_ANSWER, REACHED
from models.core.reasons import kept
from models.core.words import ProcessName, Purpose, Role, StepKind, TouchState
from models.ledger.tables import CallAttempt, Touch, Verdict
from models.people.tables import ContactPoint, Store
from models.stores.laws.pack import UnknownPack
from tasks.access.sessions import SignedIn
from tasks.access.users import NoSuchStore
from tasks.calls.queue import Caller, next_call
from tasks.stores.laws.choosing import HoursLeaveNoTime, choose_law, list_laws
from tasks.stores.laws.closing import read_held
from tasks.stores.laws.placing import place_for_laws
from tests.support.office import Office
from tests.support.world import World, at

WARRANTY = ProcessName("warranty-expiry")
OVERDUE = ProcessName("overdue-accounts")
FOLLOWUP = ProcessName("post-delivery-followup")
NEW_YORK = ZoneInfo("America/New_York")


def an_agent(world: World) -> SignedIn:
    return SignedIn(1, "mei", "Mei", Role.AGENT, world.store_id, "K1", "mei", "en", False, "")


def _later_once_claimed(office: Office, before: datetime, after: datetime) -> Callable[[], datetime]:
    """A clock that goes on as soon as something is claimed."""

    def clock() -> datetime:
        with office.engine.connect() as connection:
            claimed = connection.scalar(select(Touch.id).where(Touch.state == TouchState.CLAIMED).limit(1))
        return after if claimed else before

    return clock


def test_nobody_in_los_angeles_is_texted_at_six_from_new_york(office: Office) -> None:
    with office.open() as world:
        world.connection.execute(update(Store).values(law="us", time_zone="America/New_York"))
        world.handover(world.customer("+12135550101"), "2026-03-09")
        world.handover(world.customer("+12125550101"), "2026-03-09")
        world.zone = "America/New_York"
        world.plan(FOLLOWUP, "2026-03-10 10:30")
    account = office.dispatch(lambda: at("2026-03-10 10:30", NEW_YORK))
    assert (account.deferred, account.sent) == ({"law": 1}, 1)
    with office.open() as world:
        (held,) = [touch for touch in world.touches() if touch.state == "planned"]
        assert held.not_before == at("2026-03-10 11:00", NEW_YORK)
        assert "us-courtesy" in str(kept(held.reason, held.reason_figures))
    assert office.dispatch(lambda: at("2026-03-10 11:00", NEW_YORK)).sent == 1


def test_hours_that_end_between_the_claim_and_the_last_look_hold(office: Office) -> None:
    with office.open() as world:
        world.connection.execute(
            update(Store).values(law="us", time_zone="America/New_York", contact_until=time(23, 30))
        )
        world.handover(world.customer("+12125550101"), "2026-03-09")
        world.zone = "America/New_York"
        world.plan(FOLLOWUP, "2026-03-10 10:30")
    before, after = at("2026-03-10 20:59:59", NEW_YORK), at("2026-03-10 21:00", NEW_YORK)
    account = office.dispatch(_later_once_claimed(office, before, after))
    assert (account.claimed, account.deferred, account.sent) == (1, {"law": 1}, 0)
    with office.open() as world:
        (held,) = (touch for touch in world.touches() if touch.step == "thanks")
        theirs = select(Verdict.gate).where(Verdict.touch_id == held.id).order_by(Verdict.id)
        gates = world.connection.scalars(theirs).all()
        assert gates == ["none", "law"]
        assert (held.state, held.gate, held.not_before) == ("planned", "law", at("2026-03-11 08:00", NEW_YORK))
    assert office.dispatch(lambda: at("2026-03-11 09:00", NEW_YORK)).sent == 1


def test_a_marketing_text_ends_as_the_law_asks(office: Office) -> None:
    with office.open() as world:
        world.connection.execute(update(Store).values(law="cn"))
        customer = world.customer("+8613800138000")
        world.consent(customer, granted=True, given_at=at("2026-03-01 10:00"))
        world.handover(customer, "2026-03-09")
        world.plan(FOLLOWUP, "2026-03-10 10:30")
        world.connection.execute(update(Touch).values(purpose=Purpose.MARKETING))
    assert office.dispatch("2026-03-10 10:30").sent == 1
    (message,) = office.outbox()
    assert message["text"].endswith(" 拒收请回复R")
    with office.open() as world:
        (told,) = (touch for touch in world.touches() if touch.step == "thanks")
        assert told.body == message["text"]


def test_a_debt_is_called_about_seven_times_in_seven_days_and_not_after_a_conversation(connection: Connection) -> None:
    world = World(connection)
    connection.execute(update(Store).values(law="us"))
    tried, talked, fresh = (_owes_a_call(world) for _ in range(3))
    earlier = {
        tried: [(f"2026-03-{day} 10:00", NO_ANSWER) for day in ("04", "05", "06", "07", "08", "09")]
        + [("2026-03-09 15:00", NO_ANSWER)],
        talked: [("2026-03-05 10:00", REACHED)],
        fresh: [("2026-03-02 10:00", REACHED), ("2026-03-09 10:00", NO_ANSWER)],
    }
    for customer, attempts in earlier.items():
        touch = connection.scalars(select(Touch.id).where(Touch.customer_id == customer)).first()
        for made, outcome in attempts:
            connection.execute(insert(CallAttempt).values(touch_id=touch, attempted_at=at(made), outcome=outcome.name))
    held = read_held(connection, list(connection.scalars(select(Touch.id))), at("2026-03-10 11:00"))
    found = {row.customer_id: held[row.id] for row in world.touches() if row.id in held}
    assert set(found) == {tried, talked}
    assert (found[tried].reason, found[tried].until) == ("attempts-of-law", at("2026-03-11 10:00"))
    assert found[tried].figures["most"] == 7
    assert (found[talked].reason, found[talked].until) == ("rest-of-law", at("2026-03-12 10:00"))
    assert str(kept(found[talked].reason, found[talked].figures)).startswith("the law asks for 7 days of rest")


def _owes_a_call(world: World) -> int:
    """A customer whom somebody is to call about a debt."""
    customer = world.customer()
    world.handover(customer, "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:30")
    due = update(Touch).where(Touch.customer_id == customer).values(purpose=Purpose.DUNNING, kind=StepKind.CALL)
    world.connection.execute(due)
    return customer


def test_a_call_is_not_given_to_anybody_outside_the_hours_of_the_law(connection: Connection) -> None:
    world = World(connection, zone="America/New_York")
    connection.execute(update(Store).values(law="us", contact_until=time(23)))
    west = world.customer("+12135550101")
    world.handover(west, "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:30")
    ready = {"state": TouchState.READY, "not_before": at("2026-03-10 10:00", NEW_YORK)}
    connection.execute(update(Touch).where(Touch.kind == StepKind.CALL).values(**ready))
    caller = Caller(an_agent(world), (), frozenset({Role.AGENT, None}))
    assert next_call(connection, caller, at("2026-03-10 10:30", NEW_YORK)) is None
    (call,) = [touch for touch in world.touches() if touch.kind is StepKind.CALL]
    assert call.not_before == at("2026-03-10 11:00", NEW_YORK)
    verdict = connection.execute(select(Verdict.gate, Verdict.reason).order_by(Verdict.id.desc()).limit(1)).one()
    assert tuple(verdict) == ("law", "hours-of-law")
    world.staff(code="mei")
    held = next_call(connection, caller, at("2026-03-10 11:00", NEW_YORK))
    assert held is not None
    assert held.item.id == call.id


def test_a_message_waits_for_the_hours_with_all_its_lines(office: Office) -> None:
    """A line about a debt keeps the hours of debts, whatever it is a line of."""
    with office.open() as world:
        world.connection.execute(update(Store).values(law="us", time_zone="America/New_York", contact_until=time(23)))
        world.zone = "America/New_York"
        customer = world.customer("+12125550101")
        world.warranty(customer, "2026-05-08")
        world.invoice(world.account(customer), "2026-03-03", "1000.00")
        world.plan(WARRANTY, "2026-03-10 10:30")
        world.plan(OVERDUE, "2026-03-10 10:30")
    before, after = at("2026-03-10 20:59", NEW_YORK), at("2026-03-10 21:00", NEW_YORK)
    account = office.dispatch(_later_once_claimed(office, before, after))
    assert (account.claimed, account.deferred, account.sent) == (2, {"law": 2}, 0)
    with office.open() as world:
        assert {touch.not_before for touch in world.touches()} == {at("2026-03-11 08:00", NEW_YORK)}
    account = office.dispatch(lambda: at("2026-03-11 09:00", NEW_YORK))
    assert (account.sent, account.of_which_merged) == (2, 1)
    assert len(office.outbox()) == 1


def test_housekeeping_places_every_number_of_a_house_with_a_law(connection: Connection) -> None:
    world = World(connection)
    customers = [world.customer(phone) for phone in ("+12135550101", "+12135550102", "+8613800138000", "+18005551234")]
    world.customer(None, "li.na@example.com")

    def run(work: Callable[[Connection], int]) -> int:
        return work(connection)

    assert place_for_laws(run) == 0
    connection.execute(update(Store).values(law="us"))
    assert place_for_laws(run) == 4
    placed = dict(connection.execute(select(ContactPoint.customer_id, ContactPoint.places)).tuples().all())
    expected = [["America/Los_Angeles US-CA"], ["America/Los_Angeles US-CA"], ["Asia/Shanghai CN"], []]
    assert [placed[customer] for customer in customers] == expected
    assert place_for_laws(run) == 0


def test_a_store_whose_hours_leave_no_time_cannot_choose_a_law(connection: Connection) -> None:
    world = World(connection)
    now = at("2026-03-10 10:00")
    code = connection.scalars(select(Store.code)).one()
    connection.execute(update(Store).values(contact_from=time(5), contact_until=time(7)))
    with pytest.raises(HoursLeaveNoTime, match=rf"Store {code}: its contact hours from 05:00 to 07:00 .* pack 'us'"):
        choose_law(connection, now, code, "us", "lena")
    with pytest.raises(UnknownPack):
        choose_law(connection, now, code, "mars", "lena")
    with pytest.raises(NoSuchStore):
        choose_law(connection, now, "nowhere", "us", "lena")
    connection.execute(update(Store).values(contact_until=time(9)))
    assert choose_law(connection, now, code, "us", "lena").name == "us"
    assert [one.law for one in list_laws(connection, world.store_id)] == ["us"]
