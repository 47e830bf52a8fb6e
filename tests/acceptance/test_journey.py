"""From an empty home to a completed day: sample, import, run, calls, why; and a run that is killed."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired
from typing import Any

import pytest
from sqlalchemy import text

from models.policies.shipped import shipped_processes
from tests.acceptance.conftest import SECONDS, Installation
from tests.support.sink import Received, Sink

TUESDAY = "2026-03-10T10:00+08:00"
DAYS = ("2026-03-11T10:00+08:00", "2026-03-12T10:00+08:00")


@pytest.fixture(scope="module")
def dealership(running_servers: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The sample dealership; importing a file twice changes nothing."""
    installation, folder = Installation(running_servers), tmp_path_factory.mktemp("sample")
    loaded = installation.run("sample", "--load", "--customers", "150", "--seed", "7", "--out", folder)
    assert loaded.returncode == 0, loaded.stderr
    again = installation.run("import", "invoices", folder / "invoices.csv", "--json")
    assert again.returncode == 0, again.stderr
    invoices = json.loads(again.stdout)["kinds"]["invoices"]
    assert (invoices["inserted"], invoices["changed"]) == (0, 0)
    assert invoices["unchanged"] > 0
    return installation


def rows(installation: Installation, statement: str) -> list[Any]:
    engine = installation.engine()
    with engine.connect() as connection:
        found = connection.execute(text(statement)).all()
    engine.dispose()
    return list(found)


def outbox(installation: Installation) -> list[dict[str, Any]]:
    path = installation.home / "outbox.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_day_s_work(dealership: Installation) -> None:
    wrong = dealership.run("run", "all", "--as-of", TUESDAY, AFTERCARE_CHANNELS__SMS="nonsense")
    assert wrong.returncode == 2
    assert rows(dealership, "select count(*) from touches") == [(0,)]

    rehearsed = json.loads(dealership.run("run", "all", "--as-of", TUESDAY, "--dry-run", "--json").stdout)
    assert rows(dealership, "select count(*) from touches") == [(0,)]
    assert outbox(dealership) == []

    done = dealership.run("run", "all", "--as-of", TUESDAY, "--json")
    assert done.returncode == 0, done.stderr
    accounts = {run["process"]: run["account"] for run in json.loads(done.stdout)["runs"]}
    assert accounts.keys() == set(shipped_processes())
    for account in accounts.values():
        settled = account["sent"] + sum(account["deferred"].values()) + sum(account["cancelled"].values())
        assert account["claimed"] == settled + account["failed"] + account["unknown"]
        planned = account["planned"] + account["already_planned"] + sum(account["suppressed"].values())
        assert account["eligible"] == planned
    assert {run["process"] for run in rehearsed["runs"]} == accounts.keys()
    sent = outbox(dealership)
    heads = rows(dealership, "select id from touches where state = 'sent' and merged_into is null")
    assert sorted(message["id"] for message in sent) == sorted(str(row.id) for row in heads)

    again = json.loads(dealership.run("run", "all", "--as-of", TUESDAY, "--json").stdout)
    assert sum(run["account"]["sent"] for run in again["runs"]) == 0
    assert outbox(dealership) == sent


def test_the_calls_of_the_day_and_what_comes_of_one(dealership: Installation) -> None:
    calls = json.loads(dealership.run("calls", "--json", AFTERCARE_NOW=TUESDAY).stdout)
    waiting = rows(dealership, "select count(*) from touches where state = 'ready'")[0][0]
    assert 0 < len(calls) <= waiting
    call = next(item for item in calls if item["kind"] == "call")
    assert call["script"]
    assert call["phone"].startswith("+")
    caller = rows(
        dealership,
        f"select f.code from staff f join stores s on s.id = f.store_id where s.code = '{call['store']}' and f.active",
    )[0].code
    done = dealership.run(
        "calls", "done", call["id"][:8], "--outcome", "no-answer", "--by", caller, AFTERCARE_NOW=TUESDAY
    )
    assert done.returncode == 0, done.stderr
    (touch,) = rows(dealership, f"select state, not_before from touches where id = '{call['id']}'")
    assert touch.state == "ready"
    assert touch.not_before.hour - 2 == 3  # three hours later, in UTC


def test_why_tells_of_every_touch(dealership: Installation) -> None:
    told, number = rows(
        dealership,
        "select customer_id, (select value from contact_points p where p.id = contact_point_id) from touches"
        " where state = 'sent' and merged_into is null order by id limit 1",
    )[0]
    done = dealership.run("why", number, "--as-of", TUESDAY)
    assert done.returncode == 0, done.stderr
    steps = rows(dealership, f"select distinct step from touches where customer_id = {told}")
    said = " ".join(done.stdout.split())
    assert steps
    for step in steps:
        assert step.step in said


@pytest.mark.parametrize(
    ("day", "messages", "seconds"),
    [(DAYS[0], 1, None), (DAYS[1], None, random.Random().uniform(1, 4))],
    ids=["at-the-first-message", "at-any-moment"],
)
async def test_a_run_that_is_killed_and_given_again_says_everything_once(
    dealership: Installation, day: str, messages: int | None, seconds: float | None
) -> None:
    running: list[Popen[bytes]] = []

    def kill(_: Received) -> None:
        if len(sink.received) == messages:
            running[0].kill()

    async with Sink(record=kill) as sink:
        variables = {"AFTERCARE_CHANNELS__SMS": sink.url}
        running.append(await asyncio.to_thread(start, dealership, day, variables))
        status = await asyncio.to_thread(end, running[0], seconds)
        assert status == -9 or seconds
        sink.record = None
        again = await asyncio.to_thread(dealership.run, "run", "all", "--as-of", day, **variables)
        assert again.returncode == 0, again.stderr
    check_nothing_lost_or_doubled(dealership, day, sink)


def start(dealership: Installation, day: str, variables: dict[str, str]) -> Popen[bytes]:
    command = dealership.command("run", "all", "--as-of", day)
    return Popen(command, env=dealership.variables(variables), stdout=DEVNULL, stderr=DEVNULL)


def end(running: Popen[bytes], seconds: float | None) -> int:
    """The exit status, after killing the process if it runs longer than some seconds."""
    try:
        return running.wait(seconds or SECONDS)
    except TimeoutExpired:
        running.kill()
        return running.wait(SECONDS)


def check_nothing_lost_or_doubled(dealership: Installation, day: str, sink: Sink) -> None:
    """Every message of the day arrived with one idempotency key, and no due touch is stuck."""
    heads = rows(
        dealership,
        f"select id from touches where state = 'sent' and channel = 'sms' and merged_into is null"
        f" and contacted_at = '{day}'",
    )
    assert {one.key for one in sink.received} == {str(row.id) for row in heads}
    texts = Counter((one.body["to"], one.body["text"], one.key) for one in sink.received)
    assert len({(to, said) for to, said, _ in texts}) == len(texts)
    hanging = rows(
        dealership,
        f"select state, count(*) from touches where state in ('claimed', 'sending', 'unknown', 'failed')"
        f" or (state = 'planned' and not_before <= '{day}') group by state",
    )
    assert hanging == []
