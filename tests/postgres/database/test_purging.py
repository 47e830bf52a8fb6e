"""Purging deletes expired rows as declared, and keeps rows that are still needed, however old."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, insert, select, text, update

from models.campaigns.tables import Audience, AudienceList, AudienceListMember, Campaign
from models.core.retention import DaysKept, purged_tables
from models.core.words import CampaignState, ChannelName, ProcessName, ReceiptStatus, Role, TouchState
from models.database.tables import metadata
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import ChannelPause, DeliveryReceipt, Dispatcher, Run, Touch, Verdict
from models.people.access import BrowserSession, SeenSignature
from models.people.tables import Customer
from tasks.access.users import NewUser, add_user
from tasks.database.purging import purge
from tasks.runs.recording import close_run, fail_run, open_run
from tests.support.campaigns import plan_data
from tests.support.office import Office
from tests.support.purging import purged
from tests.support.world import World, at

NOW = at("2026-03-10 03:10")
DAY = timedelta(days=1)
LONG_AGO = NOW - 400 * DAY


def add(connection: Connection, table: Any, **values: Any) -> Any:
    return connection.execute(insert(table).values(**values).returning(*table.__table__.primary_key.columns)).scalar()


def how_many(connection: Connection, table: Any) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def a_run(connection: Connection, at: datetime, account: RunAccount | None = None, **values: Any) -> UUID:
    wanted: dict[str, Any] = {
        "process": "dispatch",
        "dry_run": False,
        "prefect_run_id": None,
        "started_by": "schedule",
    } | values
    run_id = open_run(connection, wanted.pop("process"), at, at, **wanted)
    if account is not None:
        close_run(connection, run_id, account, at)
    return run_id


IDLE = RunAccount()


def test_sessions_and_signatures_go_when_they_are_worth_nothing(world: World) -> None:
    connection = world.connection
    add_user(connection, NewUser("chief", Role.ADMIN), "correct horse battery", NOW, "test")
    user_id = connection.scalar(text("select id from users where login = 'chief'"))
    for name, expires_at in (("old", NOW - timedelta(seconds=1)), ("live", NOW)):
        times = {"created_at": NOW - DAY, "seen_at": NOW - DAY, "expires_at": expires_at}
        add(connection, BrowserSession, token_digest=name, user_id=user_id, **times)
    for name, minutes in (("old", 11), ("believed", 10)):
        add(connection, SeenSignature, signature=name, seen_at=NOW - timedelta(minutes=minutes))
    gone = purged(connection, NOW)
    assert (gone["browser_sessions"], gone["seen_signatures"]) == (1, 1)
    assert connection.scalars(select(BrowserSession.token_digest)).all() == ["live"]
    assert connection.scalars(select(SeenSignature.signature)).all() == ["believed"]


def test_runs_that_found_nothing_go_and_those_that_the_ledger_names_stay(world: World) -> None:
    connection = world.connection
    for account in (IDLE, IDLE):
        a_run(connection, LONG_AGO, account)
    a_run(connection, LONG_AGO, None, dry_run=True)
    kept = {
        a_run(connection, LONG_AGO, account)
        for account in (
            RunAccount(eligible=1, planned=1),
            RunAccount(claimed=1, deferred={"quiet-hours": 1}),
            RunAccount(eligible=1, suppressed={"too late": 1}),
            RunAccount(ended={"paid": 1}),
        )
    }
    failed = a_run(connection, LONG_AGO)
    fail_run(connection, failed, IDLE, "the database went away", LONG_AGO)
    last = a_run(connection, LONG_AGO, IDLE, process="warranty-expiry")
    young = a_run(connection, NOW - 89 * DAY, IDLE)
    assert purged(connection, NOW)["runs"] == 3
    assert set(connection.scalars(select(Run.id))) == kept | {failed, last, young}


def test_no_touch_and_no_verdict_names_a_run_that_is_gone(world: World) -> None:
    """Real sweeps, some of which find nothing: without foreign keys, this is what the purge has to keep to."""
    connection, customer = world.connection, world.customer()
    world.appointment(customer, "2025-01-20 10:00", booked_at=at("2025-01-10 10:00"))
    from tasks.planning.sweep import plan

    for day in range(8, 24):
        moment = at(f"2025-01-{day:02d} 09:00")
        run_id = a_run(connection, moment, process=ProcessName("appointment-reminders"))
        close_run(connection, run_id, plan(connection, ProcessName("appointment-reminders"), moment, run_id), moment)
    named = set(connection.scalars(select(Touch.planned_by))) | set(connection.scalars(select(Verdict.run_id)))
    assert purged(connection, NOW)["runs"] > 5
    assert len(named - {None}) > 1
    assert named - {None} <= set(connection.scalars(select(Run.id)))


def test_dispatchers_go_but_for_those_that_hold_a_touch(world: World) -> None:
    connection, customer = world.connection, world.customer()
    world.appointment(customer, "2026-03-11 10:00")
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 09:00")
    run_id = a_run(connection, LONG_AGO, IDLE)
    a_run(connection, LONG_AGO + DAY, IDLE)
    idle = add(connection, Dispatcher, started_at=LONG_AGO, run_id=run_id)
    holding = add(connection, Dispatcher, started_at=LONG_AGO)
    young = add(connection, Dispatcher, started_at=NOW - 29 * DAY)
    connection.execute(update(Touch).values(state=TouchState.SENDING, claimed_by=holding))
    gone = purged(connection, NOW)
    assert (gone["dispatchers"], gone["runs"]) == (1, 1), "the run goes with the dispatcher that named it"
    assert idle not in (left := set(connection.scalars(select(Dispatcher.id))))
    assert left == {holding, young}


def test_a_run_stays_while_its_dispatcher_does(world: World) -> None:
    connection = world.connection
    run_id = a_run(connection, LONG_AGO, IDLE)
    a_run(connection, NOW, IDLE)
    add(connection, Dispatcher, started_at=LONG_AGO, run_id=run_id)
    assert purged(connection, NOW, DaysKept(dispatchers=1000))["runs"] == 0
    assert purged(connection, NOW)["runs"] == 1


def test_a_list_goes_with_its_members_once_nothing_picks_by_it(world: World) -> None:
    connection, customer = world.connection, world.customer()
    lists = {}
    for name in ("unused", "audience", "campaign", "young"):
        made_at = NOW - 89 * DAY if name == "young" else LONG_AGO
        lists[name] = add(connection, AudienceList, name=name, made_at=made_at, made_by="lin")
        connection.execute(insert(AudienceListMember).values(list_id=lists[name], customer_id=customer))
    of = {name: {"kind": "list", "list": list_id} for name, list_id in lists.items()}
    nested = {"kind": "not", "of": {"kind": "any", "of": [{"kind": "contract"}, of["audience"]]}}
    add(connection, Audience, name="a", rule=nested, changed_at=NOW, changed_by="lin")
    add(
        connection, Campaign, name="c", plan=plan_data(audience=of["campaign"]), state=CampaignState.DRAFT,
        state_at=NOW, author="lin", created_at=NOW,
    )  # fmt: skip
    assert purged(connection, NOW)["audience_lists"] == 1
    assert set(connection.scalars(select(AudienceList.name))) == {"audience", "campaign", "young"}
    assert how_many(connection, AudienceListMember) == 3
    assert connection.scalar(select(Customer.id)) == customer


def test_ended_pauses_and_reports_of_nobody_s_message_go(world: World) -> None:
    connection, customer = world.connection, world.customer()
    world.appointment(customer, "2026-03-11 10:00")
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 09:00")
    pause = {"channel": ChannelName.SMS, "paused_at": LONG_AGO, "reason": "failed", "probe_at": LONG_AGO}
    add(connection, ChannelPause, resumed_at=LONG_AGO, **pause)
    add(connection, ChannelPause, resumed_at=None, **pause)
    touch_id = connection.scalars(select(Touch.id)).first()
    report = {"status": ReceiptStatus.DELIVERED, "reported_at": LONG_AGO, "received_at": LONG_AGO, "held": True}
    ours = add(connection, DeliveryReceipt, touch_id=touch_id, **report)
    add(connection, DeliveryReceipt, message_id="nobody's", **report)
    gone = purged(connection, NOW)
    assert (gone["channel_pauses"], gone["delivery_receipts"]) == (1, 1)
    assert connection.scalars(select(DeliveryReceipt.id)).all() == [ours]
    assert connection.scalars(select(ChannelPause.resumed_at)).all() == [None]


def test_the_settings_say_how_long(world: World) -> None:
    add(
        world.connection, ChannelPause, channel="sms", paused_at=NOW, reason="x", probe_at=NOW, resumed_at=NOW - 3 * DAY
    )
    assert purged(world.connection, NOW)["channel_pauses"] == 0
    assert purged(world.connection, NOW, DaysKept(channel_pauses=2))["channel_pauses"] == 1


def test_each_batch_is_a_transaction_and_what_somebody_holds_is_left(office: Office) -> None:
    def in_transaction(work: Any) -> int:
        with office.engine.begin() as connection:
            deleted = int(work(connection))
            batches.append(deleted)
            return deleted

    batches: list[int] = []
    with office.open() as world:
        for number in range(10):
            add(world.connection, SeenSignature, signature=f"s{number}", seen_at=LONG_AGO + timedelta(hours=number))
    with office.engine.begin() as holder:
        holder.execute(select(SeenSignature).where(SeenSignature.signature == "s0").with_for_update())
        gone = purge(in_transaction, DaysKept(), NOW, at_once=4)
    assert gone["seen_signatures"] == 9
    assert max(batches) == 4
    assert [batch for batch in batches if batch] == [4, 4, 1]


def test_every_table_that_is_purged_is_counted(world: World) -> None:
    assert set(purged(world.connection, NOW)) == {table.name for table, _ in purged_tables(metadata)}


@pytest.mark.parametrize(("table", "by"), [("dispatchers", "claimed_by"), ("runs", "run_id")])
def test_deleting_looks_through_no_big_table(world: World, table: str, by: str) -> None:
    """What PostgreSQL asks for each row that a foreign key may point to is found by an index."""
    connection = world.connection
    asked = {"dispatchers": "touches", "runs": "dispatchers"}[table]
    connection.execute(text("set local enable_seqscan = off"))
    value = "1" if table == "dispatchers" else "'00000000-0000-0000-0000-000000000000'"
    plan = connection.scalars(text(f"explain select 1 from {asked} x where x.{by} = {value} for key share of x")).all()
    assert "Seq Scan" not in "\n".join(plan)
    pointing = {
        key.parent.table.name
        for other in metadata.tables.values()
        for key in other.foreign_keys
        if key.column.table.name == table
    }
    assert pointing == {asked}
