"""A search reads a few pages of an index, never a whole table of customers."""

from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from tasks.customers.searching import search_customers
from tests.support.world import World

MANY = 20_000
BIG = ("customers", "customer_keys", "contact_points", "vehicles")


@pytest.fixture
def crowd(world: World) -> Connection:
    """So many customers that reading them all would cost more than an index."""
    connection = world.connection
    for statement in (
        "insert into customers (store_id, name, created_at)"
        " select :store, 'Family ' || md5(n::text), timestamptz '2020-01-01Z' from generate_series(1, :many) n",
        "insert into customer_keys (store_id, key, customer_id) select store_id, 'X' || id, id from customers",
        "insert into contact_points (customer_id, kind, value)"
        " select id, 'phone', '+861' || lpad(id::text, 10, '0') from customers",
        "insert into vehicles (store_id, key, customer_id, vin, plate)"
        " select store_id, 'V' || id, id, 'VIN' || id, 'P' || id from customers",
    ):
        connection.execute(text(statement), {"store": world.store_id, "many": MANY})
    for table in BIG:
        connection.execute(text(f"analyze {table}"))
    return connection


@pytest.mark.parametrize("wanted", ["family 12", "ab12c", "+86 13800138000", "VIN77"])
@pytest.mark.parametrize("of_one_store", [True, False])
def test_no_search_reads_a_whole_table(crowd: Connection, world: World, wanted: str, of_one_store: bool) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(crowd, "before_cursor_execute", note)
    search_customers(crowd, world.store_id if of_one_store else None, wanted)
    event.remove(crowd, "before_cursor_execute", note)
    plans = [
        line
        for statement, parameters in statements
        for (line,) in crowd.exec_driver_sql(f"explain {statement}", parameters)
    ]
    assert any("Index" in line for line in plans)
    assert [line for line in plans if any(f"Seq Scan on {table}" in line for table in BIG)] == []
