"""With a hundred thousand open among many answered, each list of the inbox is read off an index."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text

from deployments.embedded import connect
from deployments.postgres import Cluster
from models.core.words import Role
from tasks.inbound.listing import InboxView, Wanted, page_of_inbound, read_standing
from tasks.inbound.sweeping import escalate_overdue
from tests.support.world import World, at

NOW = at("2026-03-11 10:00")
OPEN, ANSWERED = 100_000, 200_000
PATIENCE = 0.3
"""Seconds: what the inbox may take with so many open."""
FILL = """
    insert into inbound (store_id, way, kind, text, source, source_key, received_at, state, role, responsible_id,
                         due_at, escalated_at, answered_at, answered_how)
    select 1 + n % 2, 'phone-call', 'question', 'hello', 'test', n::text, t, state, 'agent',
           case when n % 50 = 0 then null else 1 + n % 40 end, t + interval '1 day', t + interval '1 day',
           case state when 'answered' then t + interval '1 hour' end, case state when 'answered' then 'by-call' end
    from generate_series(1, {total}) as n,
         lateral (select case when n % 3 = 0 then 'open' else 'answered' end as state,
                         timestamptz '2026-01-01Z' + n * interval '20 seconds' as t) as of_it
"""


@pytest.fixture(scope="module")
def inbox(template_database: str, postgres: Cluster) -> Iterator[Engine]:
    """Two stores of twenty people each, with a full inbox."""
    name = f"inbox_plans_{uuid.uuid4().hex[:8]}"
    with connect(postgres) as administration:
        administration.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}")
    engine = create_engine(postgres.url(name))
    with engine.begin() as connection:
        world = World(connection)
        stores = (world.store_id, world.store())
        for number in range(40):
            world.staff(Role.AGENT, store_id=stores[number % 2], code=f"A{number}")
        connection.execute(text(FILL.format(total=OPEN + ANSWERED)))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze inbound"))
    yield engine
    engine.dispose()
    with connect(postgres) as administration:
        administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


def plans_of(connection: Connection, deed: object) -> list[str]:
    """The plans of the statements that a deed runs."""
    said: list[tuple[str, Any]] = []

    def listen(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        said.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", listen)
    try:
        assert callable(deed)
        deed()
    finally:
        event.remove(connection, "before_cursor_execute", listen)
    cursor = connection.connection.cursor()
    plans = []
    for statement, parameters in said:
        cursor.execute(f"explain {statement}", parameters)
        plans.append("\n".join(row[0] for row in cursor.fetchall()))
    return plans


@pytest.mark.parametrize("view", list(InboxView))
@pytest.mark.parametrize("whole_house", [False, True])
def test_no_list_reads_the_whole_table(inbox: Engine, view: InboxView, whole_house: bool) -> None:
    with inbox.connect() as connection:
        code = connection.execute(text("select code from stores where id = 1")).scalar_one()
        wanted = Wanted(view, None if whole_house else code, "A0")
        first = page_of_inbound(connection, wanted, NOW)
        assert len(first.rows) == 50
        assert first.next is not None
        plans = plans_of(connection, lambda: page_of_inbound(connection, wanted, NOW, after=first.next))
    assert not [plan for plan in plans if "Seq Scan on inbound" in plan], plans
    assert all("Sort" not in plan for plan in plans if view is not InboxView.MINE), plans


def test_the_inbox_answers_quickly(inbox: Engine) -> None:
    """The list, the numbers of the badge, and a sweep that finds nothing overdue that it has not seen before."""
    with inbox.connect() as connection:
        wanted = Wanted(InboxView.MINE, None, "A0")
        deeds = (
            lambda: page_of_inbound(connection, wanted, NOW),
            lambda: read_standing(connection, 1, "A0", NOW),
            lambda: escalate_overdue(connection, NOW),
        )
        for deed in deeds:
            deed()
            took = min(_seconds(deed) for _ in range(3))
            assert took < PATIENCE, deed
        assert not [plan for plan in plans_of(connection, deeds[2]) if "Seq Scan on inbound" in plan]


def _seconds(deed: object) -> float:
    assert callable(deed)
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began
