"""The card of a customer, and the one line of all that happened."""

from decimal import Decimal

import pytest

from models.core.words import CampaignAnswer, Wave
from models.subjects.owing import total_of
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.customers.card import read_card
from tasks.customers.timeline import CAMPAIGN, ENGINE_ENTRIES, PAGE, TOUCH, read_timeline
from tasks.ledger import audit
from tasks.subjects.account.settlements import derive_settlements
from tasks.subjects.timeline import entries_of_subjects
from tests.postgres.customers.conftest import NOW, lead_a_life
from tests.support.campaigns import LaunchedCampaign
from tests.support.world import World


@pytest.fixture
def busy(world: World) -> int:
    """A customer with an entry of every kind."""
    customer_id = lead_a_life(world)
    LaunchedCampaign(world).told(customer_id, answer=CampaignAnswer.INTERESTED)
    return customer_id


def test_the_card_says_who_it_is_and_what_they_owe(world: World, busy: int) -> None:
    card = read_card(world.connection, world.store_id, busy, NOW)
    assert (card.name, card.salutation, card.language) == ("Wang Fang", "Ms", "en")
    assert [point.value for point in card.points] == ["+8613800138000", "wang@example.com"]
    (vehicle,) = card.vehicles
    assert (vehicle.plate, vehicle.kilometres) == ("沪A12345", 13_500)
    assert [f"{warranty.ends_on}" for warranty in vehicle.warranties] == ["2026-12-31"]
    assert total_of(card.owing.invoices) == {"CNY": Decimal("60.50"), "EUR": Decimal("20.00")}


def test_the_line_tells_of_every_kind_the_newest_first(world: World, busy: int) -> None:
    line = []
    stretch = read_timeline(world.connection, world.store_id, busy)
    line += stretch.entries
    while stretch.earlier is not None:
        stretch = read_timeline(world.connection, world.store_id, busy, stretch.earlier)
        line += stretch.entries
    assert {entry.kind for entry in line} == {*ENGINE_ENTRIES, *entries_of_subjects()}
    assert [entry.at for entry in line] == sorted((entry.at for entry in line), reverse=True)


def test_a_campaign_is_told_by_its_name(world: World) -> None:
    campaign = LaunchedCampaign(world)
    told, held_out = world.customer(), world.customer()
    campaign.told(told, answer=CampaignAnswer.INTERESTED)
    campaign.recipient(held_out, wave=Wave.CONTROL)
    seen = {
        customer: [(one.kind, one.facts) for one in read_timeline(world.connection, None, customer).entries]
        for customer in (told, held_out)
    }
    (answer, facts), (touch, of_touch) = seen[told]
    assert (answer, facts["campaign"], facts["answer"]) == (CAMPAIGN, "Spring check", "interested")
    assert (touch, of_touch["campaign"]) == (TOUCH, "Spring check")
    assert seen[held_out] == [(CAMPAIGN, {"campaign": "Spring check", "wave": "control"})]


def test_stretches_hold_everything_once_though_much_happened_at_one_moment(world: World) -> None:
    customer_id = world.customer()
    for number in range(PAGE * 2 + 1):
        audit.record(world.connection, NOW, "lin", "customer.seen", "customer", customer_id, None, {"n": number})
    seen, cursor, stretches = [], None, 0
    while True:
        stretch = read_timeline(world.connection, None, customer_id, cursor)
        seen += [entry.facts["after"]["n"] for entry in stretch.entries]
        stretches += 1
        if stretch.earlier is None:
            break
        cursor = stretch.earlier
    assert sorted(seen) == list(range(PAGE * 2 + 1))
    assert stretches == 3


def test_another_stores_customer_is_out_of_reach(world: World, busy: int, stranger: SignedIn) -> None:
    with pytest.raises(NotYours):
        read_card(world.connection, stranger.store_id, busy, NOW)
    with pytest.raises(NotYours):
        read_timeline(world.connection, stranger.store_id, busy)


@pytest.mark.parametrize(("paid", "state"), [("100.00", "settled"), ("40.00", "open")])
def test_an_invoice_that_payments_have_settled_is_not_called_open(world: World, paid: str, state: str) -> None:
    customer = world.customer()
    account = world.account(customer)
    invoice = world.invoice(account, "2026-03-03", "100.00")
    world.payment(account, "2026-03-04", paid, invoice)
    derive_settlements(world.connection)
    line = read_timeline(world.connection, world.store_id, customer).entries
    (entry,) = (entry for entry in line if entry.kind == "invoice")
    assert entry.facts["state"] == state
