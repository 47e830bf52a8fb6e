"""When flows run, as data."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from prefect.server.schemas.schedules import CronSchedule
from sqlalchemy import Connection, insert, text

from deployments.schedules import SERVED, Served, UnknownProcess, find_served, read_enabled, read_zones, schedules_of
from models.core.words import CAMPAIGNS
from models.people.tables import Store
from models.policies.shipped import shipped_processes


def test_every_process_of_the_business_is_served() -> None:
    names = [served.name for served in SERVED]
    assert {*shipped_processes(), CAMPAIGNS, "dispatch", "housekeeping"} <= set(names)
    assert len(set(names)) == len(names)


def test_a_daily_process_has_each_slot_once_in_each_zone() -> None:
    zones = ["Asia/Shanghai", "America/Argentina/Ushuaia", "Asia/Shanghai"]
    made = schedules_of(find_served("warranty-expiry"), zones, "Asia/Shanghai")
    assert [(schedule.slug, schedule.cron, schedule.zone) for schedule in made] == [
        ("morning-america-argentina-ushuaia", "30 8 * * *", "America/Argentina/Ushuaia"),
        ("morning-asia-shanghai", "30 8 * * *", "Asia/Shanghai"),
        ("afternoon-america-argentina-ushuaia", "30 13 * * *", "America/Argentina/Ushuaia"),
        ("afternoon-asia-shanghai", "30 13 * * *", "Asia/Shanghai"),
    ]


def test_a_beat_is_the_same_in_all_zones_and_a_new_installation_has_one_zone() -> None:
    assert len(schedules_of(find_served("dispatch"), ["Asia/Tokyo", "Europe/Paris"], "Asia/Shanghai")) == 1
    assert {s.zone for s in schedules_of(find_served("overdue-accounts"), [], "Europe/Paris")} == {"Europe/Paris"}


@pytest.mark.parametrize("served", SERVED, ids=lambda served: served.name)
def test_slugs_tell_schedules_apart_whatever_the_zones(served: Served) -> None:
    made = schedules_of(served, ["Europe/Paris", "Asia/Tokyo", "Etc/GMT+5"], "Asia/Shanghai")
    assert len({schedule.slug for schedule in made}) == len(made)


@pytest.mark.parametrize("served", SERVED, ids=lambda served: served.name)
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
    rare = {served.name for served in SERVED if served.rare}
    assert rare == {
        "post-delivery-followup",
        "warranty-expiry",
        "overdue-accounts",
        "complaint-followup",
        "housekeeping",
    }


def test_an_unknown_process_is_told_the_known_ones() -> None:
    with pytest.raises(UnknownProcess, match="There is no process 'birthdays'; there are appointment-reminders, "):
        find_served("birthdays")


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
    assert [name for name, enabled in read_enabled(connection).items() if not enabled] == ["overdue-accounts"]
