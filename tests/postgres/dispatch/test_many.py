"""Batches of production size: a query plan for a few must also work for a thousand."""

from sqlalchemy import insert, text

from models.core.words import ProcessName
from models.people.tables import ContactPoint, Customer
from models.subjects.handover import Handover
from tests.support.stepwise import StepwiseDispatcher
from tests.support.world import World, at

CUSTOMERS = 1000
TUESDAY = "2026-03-10 10:30"


def test_one_plan_for_all_batches_is_good_for_a_large_one(world: World) -> None:
    """After some batches PostgreSQL keeps one plan for those to come. It took half an hour for a thousand customers."""
    hand_over(world, CUSTOMERS)
    world.plan(ProcessName("post-delivery-followup"), TUESDAY)
    world.connection.execute(text("analyze"))
    driver = world.connection.connection.driver_connection
    assert driver is not None
    driver.prepare_threshold = 0
    world.connection.execute(text("set local plan_cache_mode = force_generic_plan"))
    world.connection.execute(text("set local statement_timeout = '20s'"))
    dispatcher = StepwiseDispatcher(world.connection, at(TUESDAY))
    dispatcher.claim(at(TUESDAY))
    dispatcher.release(at(TUESDAY))
    assert dispatcher.record(at(TUESDAY)).sent == CUSTOMERS


def hand_over(world: World, customers: int) -> None:
    """Cars handed over yesterday, to so many customers."""
    known = {"store_id": world.store_id, "created_at": at("2026-03-01 10:00")}
    named = [known | {"name": f"Customer {number}"} for number in range(customers)]
    ids = world.connection.scalars(insert(Customer).returning(Customer.id), named).all()
    points = [{"customer_id": id_, "kind": "phone", "value": f"+86139{id_:08d}"} for id_ in ids]
    day = at("2026-03-09 10:00").date()
    visits = [{"store_id": world.store_id, "key": f"H{id_}", "customer_id": id_, "handed_over_on": day} for id_ in ids]
    world.connection.execute(insert(ContactPoint), points)
    world.connection.execute(insert(Handover), visits)
