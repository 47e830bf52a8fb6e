"""What the oracle omits: debts, campaigns, two time zones, values that look like SQL, and query counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, text, update

from models.campaigns.audiences import read_audience
from models.core.words import CampaignAnswer, Purpose, TouchState
from models.people.tables import Customer
from tasks.campaigns.audiences.counting import (
    AudienceTooSlow,
    audience_of,
    count_audience,
    sample_audience,
    see_audience,
)
from tasks.database.timeouts import reading_within
from tests.support.recipients import launched_campaign, recipient
from tests.support.world import World, at, day

NOW = at("2026-03-10 10:00")


def found(world: World, rule: dict[str, Any], now: datetime = NOW, store_id: int | None = None) -> set[int]:
    rows = world.connection.execute(audience_of(read_audience(rule), now, store_id))
    return {row.customer_id for row in rows}


def test_who_owes_is_who_would_be_chased(world: World) -> None:
    debtor, payer, early, disputing, credited = (world.customer() for _ in range(5))
    world.invoice(world.account(debtor), "2026-03-09", "100")
    paid = world.account(payer)
    world.invoice(paid, "2026-03-01", "100")
    world.payment(paid, "2026-03-05", "100")
    world.invoice(world.account(early), "2026-03-10", "100")
    world.invoice(world.account(disputing), "2026-03-01", "100", status="disputed")
    books = world.account(credited)
    world.invoice(books, "2026-03-01", "100")
    world.invoice(books, "2026-03-01", "100", kind="credit-note")
    assert found(world, {"kind": "overdue"}) == {debtor}
    assert found(world, {"kind": "overdue"}, at("2026-03-04 10:00")) == {payer}
    assert found(world, {"kind": "overdue", "yes": False}) == {payer, early, disputing, credited}


def test_a_fact_counts_from_its_day_on(world: World) -> None:
    customer_id = world.customer()
    world.handover(customer_id, "2026-03-05")
    world.complaint(customer_id, "2026-03-06 09:00", "2026-03-08 09:00")
    world.consent(customer_id, granted=True, given_at=at("2026-03-07 09:00"), purpose=Purpose.MARKETING)
    rules: dict[str, dict[str, Any]] = {
        "bought": {"kind": "bought"},
        "complaint": {"kind": "complaint"},
        "consent": {"kind": "consent", "purpose": "marketing", "channel": "sms"},
    }
    known = {
        when: [name for name, rule in rules.items() if found(world, rule, at(f"2026-03-{when} 12:00"))]
        for when in ("04", "05", "06", "07", "08")
    }
    assert known == {
        "04": [],
        "05": ["bought"],
        "06": ["bought", "complaint"],
        "07": ["bought", "complaint", "consent"],
        "08": ["bought", "consent"],
    }


def test_a_lead_counts_from_its_day_on_in_the_state_that_it_had_then(world: World) -> None:
    customer_id = world.customer()
    dated: dict[str, Any] = {
        "contacted_on": day("2026-03-06"),
        "state": "lost",
        "lost_reason": "dear",
        "state_on": day("2026-03-08"),
    }
    world.lead(customer_id, "2026-03-05", **dated)
    rules: dict[str, dict[str, Any]] = {
        "open": {"kind": "lead"},
        "lost": {"kind": "lead", "states": ["lost"]},
        "forgotten": {"kind": "lead", "states": [], "uncontacted_days": 2},
    }
    known = {
        when: [name for name, rule in rules.items() if found(world, rule, at(f"2026-03-{when} 12:00"))]
        for when in ("04", "05", "06", "07", "08")
    }
    assert known == {
        "04": [],
        "05": ["open", "forgotten"],
        "06": ["open"],
        "07": ["open"],
        "08": ["lost", "forgotten"],
    }


def test_each_store_has_its_own_day(world: World) -> None:
    berlin = world.store(time_zone="Europe/Berlin")
    in_shanghai = world.customer(birth_on=day("1990-03-10"))
    in_berlin = world.customer(birth_on=day("1990-03-09"), store_id=berlin)
    assert found(world, {"kind": "birthday", "within_days": 0}, at("2026-03-10 02:00")) == {in_shanghai, in_berlin}
    assert found(world, {"kind": "all"}, store_id=berlin) == {in_berlin}


def test_nobody_who_was_erased(world: World) -> None:
    erased = world.customer()
    world.connection.execute(update(Customer).where(Customer.id == erased).values(erased_at=NOW))
    assert found(world, {"kind": "all"}) == set()


@pytest.fixture
def campaign_id(world: World) -> int:
    return launched_campaign(world, at("2026-03-01 10:00"))


def test_the_part_that_someone_had_in_an_earlier_campaign(world: World, campaign_id: int) -> None:
    answered: dict[str, Any] = {"answer": CampaignAnswer.INTERESTED, "answered_at": at("2026-03-02 10:00")}
    keen = recipient(world, campaign_id, **answered)
    silent = recipient(world, campaign_id)
    stopped = recipient(world, campaign_id, TouchState.CANCELLED)
    world.customer()
    expected = {
        "in-audience": {keen, silent, stopped},
        "sent": {keen, silent},
        "answered": {keen},
        "not-answered": {silent},
    }
    for part, customers in expected.items():
        assert found(world, {"kind": "campaign", "part": part}) == customers
        assert found(world, {"kind": "campaign", "part": part, "campaign": campaign_id}) == customers
        assert found(world, {"kind": "campaign", "part": part, "campaign": campaign_id + 1}) == set()
        assert found(world, {"kind": "campaign", "part": part, "within_days": 5}) == set()
        assert found(world, {"kind": "campaign", "part": part, "within_days": 10}) == customers
    day_of_launch = at("2026-03-01 12:00")
    assert found(world, {"kind": "campaign", "part": "answered"}, day_of_launch) == set()
    assert found(world, {"kind": "campaign", "part": "not-answered"}, day_of_launch) == {keen, silent}


NASTY = ["'; drop table customers; --", '" or 1=1', "%", "_", "\\", "a'b", ":now", "%(x)s", "中文", "İ"]


@pytest.mark.parametrize("said", NASTY)
def test_what_looks_like_sql_is_only_a_value(world: World, said: str) -> None:
    own = world.customer(level=said, area=said)
    world.vehicle(own, make=said, model=said)
    world.customer(level="gold", area="Pudong")
    for rule in (
        {"kind": "level", "levels": [said]},
        {"kind": "area", "areas": [said]},
        {"kind": "car", "makes": [said], "models": [said]},
    ):
        assert found(world, rule) == {own}
    assert found(world, {"kind": "store", "stores": [said]}) == set()


def test_some_of_them_are_shown_with_their_car_and_last_visit(world: World) -> None:
    customer_id = world.customer(name="Wang Fang")
    world.vehicle(customer_id, model="Aurora", plate="A123", model_year=2024)
    world.vehicle(customer_id, model="Old", model_year=2010)
    world.vehicle(customer_id, model="Sold", model_year=2026, disposed_on=day("2026-01-01"))
    world.repair_order(customer_id, "2026-02-01", opened_on=day("2026-01-30"))
    world.handover(customer_id, "2024-01-01")
    everybody = read_audience({"kind": "all"})
    (one,) = sample_audience(world.connection, everybody, NOW, None, 10)
    assert (one.name, one.car, one.last_visit) == ("Wang Fang", "Aurora A123", day("2026-01-30"))
    for _ in range(4):
        world.customer()
    seen = see_audience(world.connection, everybody, NOW, world.store_id, 3)
    assert (seen.size, len(seen.some)) == (5, 3)
    assert count_audience(world.connection, everybody, NOW, world.store_id) == 5


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(world.connection, "before_cursor_execute", note)
    yield statements
    event.remove(world.connection, "before_cursor_execute", note)


def test_an_audience_is_as_many_statements_for_many_as_for_few(world: World) -> None:
    rule = read_audience({"kind": "any", "of": [{"kind": "visits", "least": 1}, {"kind": "car"}, {"kind": "overdue"}]})
    numbers = []
    for many in (1, 20):
        for _ in range(many):
            world.handover(world.customer(), "2026-03-01")
        with counted(world) as statements:
            assert see_audience(world.connection, rule, NOW, None, 50).size >= many
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]


def test_a_search_that_takes_too_long_is_given_up_with_a_sentence(world: World) -> None:
    with (
        pytest.raises(AudienceTooSlow, match="not found within 10 seconds"),
        reading_within(world.connection, 1, AudienceTooSlow()),
    ):
        world.connection.execute(text("select count(*) from generate_series(1, 100000000)"))
    assert count_audience(world.connection, read_audience({"kind": "all"}), NOW, None) == 0
