"""When flows run, as data."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from prefect.server.schemas.schedules import CronSchedule
from sqlalchemy import Connection, insert, text

from deployments.schedules import (
    ENGINE_FLOWS,
    Served,
    find_flow,
    read_enabled,
    read_flows,
    read_zones,
    schedules_of,
    shipped_flows,
    slots_of,
)
from models.core.words import CAMPAIGNS, ProcessName
from models.people.tables import Store
from models.policies.schedule import ProcessSchedule
from models.policies.shipped import shipped_policy, shipped_processes
from tasks.policies.catalogue import add_policy, install_shipped
from tasks.policies.processes import UnknownProcess


def test_every_process_of_the_business_is_served() -> None:
    names = [served.name for served in shipped_flows()]
    assert {*shipped_processes(), CAMPAIGNS, "dispatch", "housekeeping"} <= set(names)
    assert len(set(names)) == len(names)


def test_a_daily_process_has_each_slot_once_in_each_zone() -> None:
    zones = ["Asia/Shanghai", "America/Argentina/Ushuaia", "Asia/Shanghai"]
    made = schedules_of(find_flow(shipped_flows(), "warranty-expiry"), zones, "Asia/Shanghai")
    assert [(schedule.slug, schedule.cron, schedule.zone) for schedule in made] == [
        ("morning-america-argentina-ushuaia", "30 8 * * *", "America/Argentina/Ushuaia"),
        ("morning-asia-shanghai", "30 8 * * *", "Asia/Shanghai"),
        ("afternoon-america-argentina-ushuaia", "30 13 * * *", "America/Argentina/Ushuaia"),
        ("afternoon-asia-shanghai", "30 13 * * *", "Asia/Shanghai"),
    ]


def test_a_beat_is_the_same_in_all_zones_and_a_new_installation_has_one_zone() -> None:
    assert (
        len(schedules_of(find_flow(shipped_flows(), "dispatch"), ["Asia/Tokyo", "Europe/Paris"], "Asia/Shanghai")) == 1
    )
    assert {s.zone for s in schedules_of(find_flow(shipped_flows(), "overdue-accounts"), [], "Europe/Paris")} == {
        "Europe/Paris"
    }


@pytest.mark.parametrize("served", shipped_flows(), ids=lambda served: served.name)
def test_slugs_tell_schedules_apart_whatever_the_zones(served: Served) -> None:
    made = schedules_of(served, ["Europe/Paris", "Asia/Tokyo", "Etc/GMT+5"], "Asia/Shanghai")
    assert len({schedule.slug for schedule in made}) == len(made)


@pytest.mark.parametrize("served", shipped_flows(), ids=lambda served: served.name)
@pytest.mark.parametrize("change", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
async def test_no_day_is_left_out_or_had_twice_when_clocks_change(served: Served, change: datetime) -> None:
    start = (change - timedelta(days=1)).replace(hour=0)
    for schedule in schedules_of(served, ["Europe/Berlin"], "Europe/Berlin"):
        if schedule.slug.startswith("beat"):
            continue
        prefect = CronSchedule(cron=schedule.cron, timezone=schedule.zone)
        days = [
            moment.astimezone(ZoneInfo("Europe/Berlin")).date()
            for moment in await prefect.get_dates(n=10, start=start, end=start + timedelta(days=3))
        ]
        assert days == sorted(set(days))
        assert (days[-1] - days[0]).days == len(days) - 1 == 2


def test_what_runs_seldom_is_made_up_for_at_a_start() -> None:
    rare = {served.name for served in shipped_flows() if served.rare}
    assert rare.isdisjoint({"appointment-reminders", "inbox-answers", "lead-followup", "dispatch"})
    assert rare >= {
        "post-delivery-followup",
        "warranty-expiry",
        "overdue-accounts",
        "complaint-followup",
        "came-back",
        "account-statements",
        "renewals",
        "service-due",
        "inspection-results",
        "key-accounts",
        "trade-in",
        "win-back",
        "housekeeping",
    }


def test_an_unknown_process_is_told_the_known_ones() -> None:
    with pytest.raises(UnknownProcess, match="There is no process 'birthdays'; there are appointment-reminders, "):
        find_flow(shipped_flows(), "birthdays")


def test_what_is_switched_off_and_where_stores_are_comes_from_the_database(connection: Connection) -> None:
    for code, zone in (("A", "Asia/Shanghai"), ("B", "Europe/Paris"), ("C", "Asia/Shanghai")):
        connection.execute(insert(Store).values(code=code, name=code, time_zone=zone))
    connection.execute(
        text(
            "insert into processes (name, enabled) values ('overdue-accounts', false)"
            " on conflict (name) do update set enabled = excluded.enabled"
        )
    )
    assert read_zones(connection) == ["Asia/Shanghai", "Europe/Paris"]
    assert [name for name, enabled in read_enabled(connection, read_flows(connection)).items() if not enabled] == [
        "overdue-accounts"
    ]


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ({"every": "5m"}, [("beat", "*/5 * * * *")]),
        ({"every": "1m"}, [("beat", "* * * * *")]),
        ({"every": "1h"}, [("beat", "0 * * * *")]),
        ({"every": "6h"}, [("beat", "0 */6 * * *")]),
        ({"at": ["08:30", "13:30"]}, [("morning", "30 8 * * *"), ("afternoon", "30 13 * * *")]),
        (
            {"at": ["18:00", "07:05", "12:00", "11:59"]},
            [
                ("morning", "5 7 * * *"),
                ("morning-2", "59 11 * * *"),
                ("afternoon", "0 12 * * *"),
                ("afternoon-2", "0 18 * * *"),
            ],
        ),
    ],
)
def test_a_schedule_becomes_slots_whose_names_tell_them_apart(
    said: dict[str, str], slots: list[tuple[str, str]]
) -> None:
    made = slots_of(ProcessSchedule.model_validate(said))
    assert [(slot.name, slot.cron) for slot in made] == slots
    assert all(slot.local == (slot.name != "beat") for slot in made)


def test_the_policy_for_all_stores_says_when_its_process_runs(connection: Connection) -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    assert read_flows(connection) == shipped_flows()
    install_shipped(connection, now)
    assert read_flows(connection) == shipped_flows()
    body = shipped_policy(ProcessName("warranty-expiry")).model_dump(mode="json")
    add_policy(connection, "warranty-expiry", body | {"schedule": {"at": ["07:00"]}}, None, "mei", now)
    assert [slot.cron for slot in find_flow(read_flows(connection), "warranty-expiry").slots] == ["0 7 * * *"]
    unsaid = {name: said for name, said in body.items() if name not in ("schedule", "description", "tags")}
    add_policy(connection, "warranty-expiry", unsaid, None, "mei", now)
    assert read_flows(connection) == shipped_flows()


def test_each_made_flow_is_found_by_prefect_under_the_name_of_its_process() -> None:
    for served in shipped_flows():
        flow = getattr(import_module(served.module), served.function)
        assert flow.name == served.name
        if served not in ENGINE_FLOWS:
            assert (flow.__module__, flow.__name__) == (served.module, served.function)
            assert flow.description in (served.description or "")
