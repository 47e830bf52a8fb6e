"""What the law pack of a store holds."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from models.core.reasons import kept
from models.core.words import ProcessName, TouchState
from models.ledger.tables import Touch, Verdict
from models.people.tables import Store
from tests.support.office import Office
from tests.support.world import at

FOLLOWUP = ProcessName("post-delivery-followup")
NEW_YORK = ZoneInfo("America/New_York")


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

    def clock() -> datetime:
        """Later as soon as it is claimed."""
        with office.engine.connect() as connection:
            return after if connection.scalar(select(Touch.state)) == TouchState.CLAIMED else before

    account = office.dispatch(clock)
    assert (account.claimed, account.deferred, account.sent) == (1, {"law": 1}, 0)
    with office.open() as world:
        (held,) = world.touches()
        gates = world.connection.scalars(select(Verdict.gate).order_by(Verdict.id)).all()
        assert gates == ["none", "law"]
        assert (held.state, held.gate, held.not_before) == ("planned", "law", at("2026-03-11 08:00", NEW_YORK))
    assert office.dispatch(lambda: at("2026-03-11 09:00", NEW_YORK)).sent == 1
