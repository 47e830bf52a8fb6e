"""A campaign with the installed command and a gateway: from a recipe to its results, and killed on the way."""

import asyncio
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any
from uuid import uuid4

import pytest

from deployments.embedded import cluster_of, connect
from models.core.toml_text import write_toml
from tests.acceptance.conftest import SECONDS, Installation
from tests.support.sink import Received, Sink

CUSTOMERS = "150"
BEGINS = "2026-04-14T10:30+08:00"
EVENING, LATER = "2026-04-14T22:30+08:00", "2026-04-16T10:30+08:00"
"""When it is day in the sample's other store, which has the last of the canary, and when the rest may follow."""
ALTERED = {
    "audience": {"kind": "reachable", "channels": ["sms"]},
    "canary": {"percent": 10, "at_least": 10, "watch_for": "2h"},
    "channels": ["sms"],
    "control_percent": 10,
}


@pytest.fixture(scope="module")
def dealership(running_servers: Path) -> Installation:
    """The sample dealership in its own database, with a user who writes campaigns and one who approves them."""
    installation = Installation(running_servers)
    name = f"campaigns_{uuid4().hex[:8]}"
    with connect(cluster_of(installation.home)) as server:
        server.execute(f"create database {name}")
    address = cluster_of(installation.home).url(name).set(drivername="postgresql")
    installation.environment |= {
        "AFTERCARE_DATABASE_URL": address.render_as_string(hide_password=False),
        "AFTERCARE_PUBLIC_URL": "http://127.0.0.1:9",
        "AFTERCARE_NOW": BEGINS,
    }
    assert installation.run("db", "upgrade").returncode == 0
    assert installation.run("sample", "--load", "--customers", CUSTOMERS, "--seed", "7").returncode == 0
    for login, role in (("mei", "marketing"), ("li", "manager")):
        installation.run("users", "add", login, "--role", role)
    return installation


def at(dealership: Installation, moment: str) -> Installation:
    """The same installation at another moment."""
    return replace(dealership, environment=dealership.environment | {"AFTERCARE_NOW": moment})


def told(installation: Installation, *arguments: str | Path, **more: str) -> str:
    done = installation.run(*arguments, **more)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


def launched(dealership: Installation, folder: Path, name: str) -> str:
    """Create a campaign from a recipe, change it in a file, rehearse, submit and approve it; returns its number."""
    made = told(dealership, "campaign", "new", name, "--recipe", "warranty-inspection", "--by", "mei")
    number = made.split("campaign ")[1].split(",")[0]
    file = folder / "plan.toml"
    plan = tomllib.loads(told(dealership, "campaign", "show", number, "--toml")) | ALTERED
    plan.pop("follow_up", None)
    file.write_text(write_toml(plan), encoding="utf-8")
    told(dealership, "campaign", "edit", number, "--plan", file, "--by", "mei")
    rehearsed = json.loads(told(dealership, "campaign", "dry-run", number, "--json"))
    assert rehearsed["audience"] == sum(part["customers"] for part in rehearsed["parts"]) > 50
    told(dealership, "campaign", "submit", number, "--launch", "--by", "mei")
    assert dealership.run("campaign", "approve", number, "--by", "mei").returncode == 2
    told(dealership, "campaign", "approve", number, "--by", "li")
    return number


def results(dealership: Installation, number: str, moment: str = LATER) -> dict[str, Any]:
    said = told(dealership, "campaign", "results", number, "--json", AFTERCARE_NOW=moment)
    found: dict[str, Any] = json.loads(said)
    return found


async def test_from_a_recipe_to_its_results(dealership: Installation, tmp_path: Path) -> None:
    number = await asyncio.to_thread(launched, dealership, tmp_path, "Spring check")
    async with Sink() as sink:
        channel = {"AFTERCARE_CHANNELS__SMS": sink.url}
        await asyncio.to_thread(told, dealership, "run", "campaigns", "--as-of", BEGINS, **channel)
        first = len(sink.received)
        canary = (await asyncio.to_thread(results, dealership, number))["account"]
        assert 0 < first == canary["sent"] < canary["recipients"] // 4
        assert canary["not_planned"] > canary["recipients"] // 2
        again = await asyncio.to_thread(told, dealership, "run", "campaigns", "--as-of", BEGINS, "--json", **channel)
        assert json.loads(again)["runs"][0]["account"]["sent"] == 0
        for moment in (EVENING, LATER):
            await asyncio.to_thread(told, dealership, "run", "campaigns", "--as-of", moment, **channel)
    found = await asyncio.to_thread(results, dealership, number)
    account = found["account"]
    settled = sum(account[name] for name in ("control", "sent", "waiting")) + sum(account["stopped"].values())
    assert account["recipients"] == settled + sum(account["held"].values())
    assert account["sent"] == len(sink.received) == len({one.body["to"] for one in sink.received}) > first
    assert found["control"]["recipients"] == account["control"] > 0
    assert found["told"]["sent"] == account["sent"]
    file = tmp_path / "spring.csv"
    told(dealership, "campaign", "export", number, file)
    assert len(file.read_text(encoding="utf-8-sig").splitlines()) == account["recipients"] + 1


async def test_a_run_that_is_killed_and_given_again_tells_everybody_once(
    dealership: Installation, tmp_path: Path
) -> None:
    day = "2026-05-19T10:30+08:00"  # a month later, so that no cap holds anybody
    then = at(dealership, day)
    number = await asyncio.to_thread(launched, then, tmp_path, "Once more")
    running: list[Popen[bytes]] = []

    def kill(_: Received) -> None:
        if len(sink.received) == 5:
            running[0].kill()

    async with Sink(record=kill) as sink:
        channel = {"AFTERCARE_CHANNELS__SMS": sink.url}
        running.append(await asyncio.to_thread(start, then, day, channel))
        assert await asyncio.to_thread(running[0].wait, SECONDS) == -9
        sink.record = None
        await asyncio.to_thread(told, then, "run", "campaigns", "--as-of", day, **channel)
    account = (await asyncio.to_thread(results, then, number, day))["account"]
    assert account["on_its_way"] == account["unknown"] == account["failed"] == 0
    assert account["sent"] == len({one.key for one in sink.received}) == len({one.body["to"] for one in sink.received})


def start(dealership: Installation, day: str, channel: dict[str, str]) -> Popen[bytes]:
    command = dealership.command("run", "campaigns", "--as-of", day)
    return Popen(command, env=dealership.variables(channel), stdout=DEVNULL, stderr=DEVNULL)
