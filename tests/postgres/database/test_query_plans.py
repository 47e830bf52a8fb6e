"""No sweep, claim or list scans a whole big table for a small result, according to PostgreSQL's query plans."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, insert, text

from benchmarks.crowd import NOON, fill, run, settle
from deployments.embedded import connect
from deployments.postgres import Cluster
from models.core.words import CAMPAIGNS, ProcessName, Role, TouchState, Wave, WinnerBy
from models.ledger.tables import Dispatcher
from models.people.tables import StaffMember
from models.policies.shipped import shipped_processes
from tasks.access.sessions import SignedIn
from tasks.calls.listing import list_calls
from tasks.calls.queue import caller_of, next_call, read_standing
from tasks.campaigns.outcome.measuring import measure_canary, measure_trial
from tasks.campaigns.outcome.results import read_results
from tasks.channels.contract import Accepted
from tasks.dispatch.claim import claim
from tasks.dispatch.dispatchers import recover_abandoned
from tasks.dispatch.recording import record, results_of
from tasks.dispatch.release import release
from tasks.overview.day import read_day
from tasks.overview.deadlines import read_urgent
from tasks.overview.health import read_ledger_health, read_oldest_due
from tasks.overview.missed import read_missed
from tasks.planning.sweep import plan
from tasks.touches.lists import MOST_DAYS, DueDays, Wanted, read_touch_page
from tests.support.campaigns import LaunchedCampaign
from tests.support.world import World

pytestmark = pytest.mark.xdist_group("query-plans")  # one worker makes the dealership, once

DISPATCHER = 1
CUSTOMERS = 20_000
SCARCITY = 20
BIG = frozenset(
    {
        "customers", "contact_points", "touches", "verdicts", "appointments", "handovers", "repair_orders",
        "warranties", "warranty_ends", "vehicles", "accounts", "invoices", "payments", "cases", "due_items", "leads",
    }
)  # fmt: skip
"""The tables that grow with the customers."""
SAID_LONG_AGO = """
    insert into touches (
        process, subject_kind, subject_id, anchor_at, step, kind, purpose, priority, obligation, works_holidays,
        store_id, customer_id, policy_version_id, template_version_id, channels, conditions, approval,
        due_at, valid_until, not_before, state, state_at, figures, planned_at, contacted_at
    )
    select 'post-delivery-followup', 'handover', n, timestamptz '2015-01-01Z', 'thanks', 'message', 'follow-up', 50,
           false, false, 1 + n % 2, n, 1, 1, '{{sms}}', '{{}}', '{{}}', timestamptz '2015-01-02Z',
           timestamptz '2015-01-03Z', timestamptz '2015-01-02Z', 'sent', timestamptz '2015-01-02Z', '{{}}',
           timestamptz '2015-01-01Z', timestamptz '2015-01-02Z'
    from {numbers}
"""


@pytest.fixture(scope="module")
def dealership(template_database: str, postgres: Cluster) -> Iterator[Engine]:
    """Many customers who are all in the ledger, few of them due."""
    name = f"query_plans_{uuid.uuid4().hex[:8]}"
    with connect(postgres) as administration:
        administration.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}")
    engine = create_engine(postgres.url(name))
    fill(engine, CUSTOMERS, SCARCITY)
    with engine.begin() as connection:
        run(connection, SAID_LONG_AGO, CUSTOMERS)
    settle(engine)
    yield engine
    engine.dispose()
    with connect(postgres) as administration:
        administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def connection(dealership: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back, in which all processes are planned."""
    with dealership.connect() as connection:
        for process in (*shipped_processes(), CAMPAIGNS):
            plan(connection, process, NOON, None)
        connection.execute(insert(Dispatcher).values(id=DISPATCHER, started_at=NOON))
        connection.execute(text("analyze touches"))
        yield connection
        connection.rollback()


@contextmanager
def plans_of(connection: Connection) -> Iterator[list[dict[str, Any]]]:
    """The query plans of the statements in the block."""
    plans: list[dict[str, Any]] = []

    def explain(_: Connection, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lstrip().upper().startswith(("WITH", "SELECT", "INSERT", "UPDATE")):
            cursor = connection.connection.cursor()
            cursor.execute(f"explain (format json) {statement}", parameters)
            (answer,) = cursor.fetchone() or ("[]",)
            plans.extend(one["Plan"] for one in (json.loads(answer) if isinstance(answer, str) else answer))

    event.listen(connection, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(connection, "before_cursor_execute", explain)


def read_whole(plans: list[dict[str, Any]]) -> set[str]:
    """The big tables with sequential scans in the plans."""
    found = {node["Relation Name"] for node in plans if "Relation Name" in node and reads_whole(node)} & BIG
    inner = [part for node in plans for part in node.get("Plans", [])]
    return found | (read_whole(inner) if inner else set())


def reads_whole(node: dict[str, Any]) -> bool:
    """True too where an index is asked for no more than the rows of the stores."""
    only_stores = re.fullmatch(r"\(store_id = [^)]*\)+", node.get("Index Cond", ""))
    return node["Node Type"] == "Seq Scan" or only_stores is not None


def claim_some(connection: Connection, process: ProcessName | None = None) -> list[UUID]:
    """The messages that a claim gives to the dispatcher."""
    judged = claim(connection, NOON, dispatcher_id=DISPATCHER, limit=100, process=process)
    return [one.id for one in judged if one.state is TouchState.CLAIMED]


@pytest.mark.parametrize("process", shipped_processes())
def test_a_sweep_looks_at_those_who_may_be_due(connection: Connection, process: ProcessName) -> None:
    with plans_of(connection) as plans:
        account = plan(connection, process, NOON, None)
    assert account.already_planned
    assert read_whole(plans) == set()


@pytest.mark.parametrize("process", [None, ProcessName("warranty-expiry")])
def test_a_claim_looks_at_those_it_claims(connection: Connection, process: ProcessName | None) -> None:
    with plans_of(connection) as plans:
        assert claim_some(connection, process)
    assert read_whole(plans) == set()


def test_the_last_look_and_the_recording_look_at_what_goes_out(connection: Connection) -> None:
    claimed = claim_some(connection)
    with plans_of(connection) as plans:
        released = release(connection, claimed, NOON, dispatcher_id=DISPATCHER, resendable=True).released
        results = results_of(released, [Accepted() for _ in released], NOON)
        record(connection, results, NOON, dispatcher_id=DISPATCHER)
    assert released
    assert read_whole(plans) == set()


def test_recovery_looks_at_what_is_in_flight(connection: Connection) -> None:
    claimed = claim_some(connection)
    with plans_of(connection) as plans:
        assert recover_abandoned(connection, NOON) == len(claimed)
    assert read_whole(plans) == set()


def test_the_list_of_calls_looks_at_what_is_ready(connection: Connection) -> None:
    claim_some(connection)
    with plans_of(connection) as plans:
        assert list_calls(connection, NOON)
    assert read_whole(plans) == set()


@pytest.mark.parametrize("store_id", [None, 1])
def test_the_first_page_and_the_health_look_at_their_days(connection: Connection, store_id: int | None) -> None:
    with plans_of(connection) as plans:
        assert sum(day.due for day in read_day(connection, NOON, store_id))
        assert read_oldest_due(connection, NOON, store_id)
        read_ledger_health(connection, NOON, store_id)
        read_urgent(connection, NOON, store_id, None)
    assert read_whole(plans) == set()


def indexes_of(plans: list[dict[str, Any]]) -> set[str]:
    """The indexes used in the plans."""
    inner = [part for node in plans for part in node.get("Plans", [])]
    return {node["Index Name"] for node in plans if "Index Name" in node} | (indexes_of(inner) if inner else set())


@pytest.mark.parametrize("store", [None, "N"])
def test_what_was_missed_is_found_by_its_own_index(connection: Connection, store: str | None) -> None:
    claim_some(connection)
    let_pass = text("update touches set state = 'missed', state_at = :now where state = 'ready'")
    assert connection.execute(let_pass, {"now": NOON}).rowcount
    connection.execute(text("analyze touches"))
    with plans_of(connection) as plans:
        assert read_missed(connection, NOON, 1 if store else None).count
    assert "ix_touches_missed" in indexes_of(plans)
    assert read_whole(plans) == set()
    window = DueDays(NOON.date() - timedelta(days=MOST_DAYS - 1), NOON.date())
    with plans_of(connection) as plans:
        assert read_touch_page(connection, Wanted(state=TouchState.MISSED, store=store, window=window), 30).rows
    assert "ix_touches_missed" in indexes_of(plans)
    assert read_whole(plans) == set()


def test_the_next_call_looks_at_what_is_ready(connection: Connection) -> None:
    claim_some(connection)
    manager = SignedIn(1, "mei", "Mei", Role.MANAGER, 1, "S1", "mei", "en", False, "")
    connection.execute(insert(StaffMember).values(store_id=1, code="mei", name="Mei", role=Role.MANAGER))
    caller = caller_of(connection, manager, NOON)
    with plans_of(connection) as plans:
        assert next_call(connection, caller, NOON)
        assert read_standing(connection, caller, NOON, "Asia/Shanghai").waiting
    assert read_whole(plans) == set()


def test_what_a_campaign_is_measured_by_looks_at_its_own_recipients(connection: Connection) -> None:
    campaign = LaunchedCampaign(World(connection), NOON)
    for customer_id in range(2, 82, 2):
        campaign.told(customer_id, wave=Wave.CANARY)
    connection.execute(text("analyze campaign_recipients, touches"))
    with plans_of(connection) as plans:
        assert measure_canary(connection, campaign.id, NOON).told
        assert [measure_trial(connection, campaign.id, by, NOON) for by in WinnerBy]
        assert read_results(connection, campaign.id, NOON).account.sent
    assert read_whole(plans) == set()


@pytest.mark.parametrize(
    ("index", "process", "table"),
    [
        ("ix_handovers_handed_over_on", ProcessName("post-delivery-followup"), "handovers"),
        ("ix_warranty_ends_ends_on", ProcessName("warranty-expiry"), "warranty_ends"),
        ("ix_appointments_starts_at", ProcessName("appointment-reminders"), "appointments"),
        ("ix_invoices_settled_on_due_on", ProcessName("overdue-accounts"), "invoices"),
        ("ix_cases_closed_at", ProcessName("complaint-followup"), "cases"),
    ],
)
def test_a_missing_index_is_noticed(connection: Connection, index: str, process: ProcessName, table: str) -> None:
    connection.execute(text(f"drop index {index}"))
    with plans_of(connection) as plans:
        plan(connection, process, NOON, None)
    assert table in read_whole(plans)
