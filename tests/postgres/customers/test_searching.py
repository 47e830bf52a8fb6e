"""Customers are found by any identifier, and never in another store."""

from typing import Any

import pytest
from sqlalchemy import Connection, event

from tasks.customers.searching import MOST, PAGE, Hits, search_customers
from tests.support.world import World


def names(hits: Hits) -> list[str]:
    return [customer.name for customer in hits.customers]


@pytest.fixture
def wang(world: World) -> int:
    customer_id = world.customer("+8613800138000", "wang@example.com", name="Wang Xiaoming")
    world.vehicle(customer_id, plate="沪A12345", vin="LSVAA4182E2000001")
    return customer_id


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "+86 138 0013 8000",
        "138-0013-8000",
        "8613800138000",
        "１３８００１３８０００",
        "Wang@Example.com",
        "沪A12345",
        "沪a·12345",
        "沪A 12345",
        "lsvaa4182e2000001",
        "wang xiaoming",
        "  Wang   Xiaoming ",
    ],
)
def test_what_means_one_customer_finds_that_one(world: World, wang: int, text: str) -> None:
    world.customer(name="Li Na")
    assert search_customers(world.connection, None, text).exact == wang


def test_the_sources_key_means_one_customer(world: World) -> None:
    customer_id = world.customer(name="Zhao Lei")
    world.customer(name="Qian Mei")
    key = next(row.key for row in world.connection.exec_driver_sql(
        "select key from customer_keys where customer_id = %s", (customer_id,)
    ))  # fmt: skip
    assert search_customers(world.connection, None, key).exact == customer_id


def test_the_beginning_of_a_name_comes_before_a_part_of_one(world: World) -> None:
    for name in ("Zhang Wangde", "Wangari Li", "Wang Fang", "Huang Yi"):
        world.customer(name=name)
    assert names(search_customers(world.connection, None, "wang")) == ["Wang Fang", "Wangari Li", "Zhang Wangde"]


def test_a_family_name_of_one_sign_is_enough(world: World) -> None:
    for name in ("王芳", "王小明", "李王"):
        world.customer(name=name)
    hits = search_customers(world.connection, None, "王")
    assert names(hits) == ["王小明", "王芳", "李王"]
    assert hits.exact is None


@pytest.mark.parametrize(("text", "found"), [("小明", ["王小明"]), ("明", ["王小明", "李明"]), ("üll", ["Müller"])])
def test_a_part_in_the_middle_of_a_name_finds_it_in_any_writing(world: World, text: str, found: list[str]) -> None:
    for name in ("王小明", "李明", "明小王子", "Müller"):
        world.customer(name=name)
    expected = [*(["明小王子"] if text == "明" else []), *found]
    assert sorted(names(search_customers(world.connection, None, text))) == sorted(expected)


def test_a_part_is_looked_up_and_not_looked_for_in_every_name(world: World) -> None:
    world.connection.exec_driver_sql(
        "insert into customers (store_id, name, created_at)"
        " select %s, chr(19968 + n %% 900) || chr(21000 + n %% 701) || chr(22000 + n %% 811), timestamptz '2020-01-01Z'"
        " from generate_series(1, 5000) n",
        (world.store_id,),
    )
    world.connection.exec_driver_sql("analyze customers")
    asked: list[str] = []

    def note(_: Connection, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if "@>" in statement:
            rows = world.connection.connection.cursor().execute(f"explain {statement}", parameters)
            asked.append("\n".join(line for (line,) in rows))

    event.listen(world.connection, "before_cursor_execute", note)
    search_customers(world.connection, None, chr(21005) + chr(22005))
    event.remove(world.connection, "before_cursor_execute", note)
    assert ["ix_customers_name_letters" in plan for plan in asked] == [True], asked


def test_a_single_hit_by_the_beginning_of_a_name_is_not_taken_for_certain(world: World, wang: int) -> None:
    hits = search_customers(world.connection, None, "Wang")
    assert [customer.id for customer in hits.customers] == [wang]
    assert hits.exact is None


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "\\", "nobody", "\x00", "'; drop table customers; --", "a" * 900])
def test_what_means_nobody_finds_nobody(world: World, wang: int, text: str) -> None:
    assert wang
    assert search_customers(world.connection, None, text).customers == []


@pytest.mark.parametrize("text", ["13800138000", "Wang", "xiao", "沪A12345"])
def test_another_stores_customer_is_not_found(world: World, wang: int, text: str) -> None:
    other = world.store()
    assert search_customers(world.connection, other, text).customers == []
    assert [hit.id for hit in search_customers(world.connection, world.store_id, text).customers] == [wang]


def test_a_shared_phone_lists_everybody_who_has_it(world: World) -> None:
    both = {world.customer("+8613800138000", name=name) for name in ("Wang Fang", "Li Lei")}
    hits = search_customers(world.connection, None, "13800138000")
    assert {hit.id for hit in hits.customers} == both
    assert hits.exact is None


def test_pages_hold_everybody_once(world: World) -> None:
    everybody = {world.customer(name=f"Chen {number:03}") for number in range(PAGE * 2 + 1)}
    pages = [search_customers(world.connection, None, "chen", page) for page in (1, 2, 3)]
    assert [len(page.customers) for page in pages] == [PAGE, PAGE, 1]
    assert [page.more for page in pages] == [True, True, False]
    assert {hit.id for page in pages for hit in page.customers} == everybody
    assert search_customers(world.connection, None, "chen", 99).page == 3


def test_more_than_can_be_paged_through_is_said(world: World) -> None:
    world.connection.exec_driver_sql(
        "insert into customers (store_id, name, created_at)"
        " select %s, 'Sun ' || n, timestamptz '2020-01-01Z' from generate_series(1, %s) n",
        (world.store_id, MOST + 1),
    )
    assert search_customers(world.connection, None, "sun").too_many
