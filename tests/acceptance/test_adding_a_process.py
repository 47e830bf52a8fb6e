"""docs/adding-a-process.md, followed to the letter: the way without code."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from deployments.embedded import cluster_of, connect
from tasks.processes.files import FILES
from tests.acceptance.conftest import Installation, Servers

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-process.md").read_text(encoding="utf-8")
TYRES = "tyre-storage"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The three files of the page, in a folder."""
    folder = tmp_path / "tyres"
    folder.mkdir()
    for name in FILES:
        (block,) = re.findall(rf"```toml {name}\n(.*?)```", PAGE, re.DOTALL)
        (folder / name).write_text(block, encoding="utf-8")
    return folder


@pytest.fixture
def dealership(servers: Servers, tmp_path: Path) -> Installation:
    """The sample dealership in a home and a database of its own: no other test sees what is added and sent here."""
    name = f"processes_{uuid4().hex[:8]}"
    with connect(cluster_of(servers.home)) as server:
        server.execute(f"create database {name}")
    address = cluster_of(servers.home).url(name).set(drivername="postgresql")
    installation = Installation(tmp_path / "home")
    installation.environment |= {
        "AFTERCARE_DATABASE_URL": address.render_as_string(hide_password=False),
        "PREFECT_API_URL": servers.prefect_api,
    }
    assert installation.run("db", "upgrade").returncode == 0
    loaded = installation.run("sample", "--load", "--customers", "150", "--seed", "7", "--out", tmp_path / "sample")
    assert loaded.returncode == 0, loaded.stderr
    return installation


def latest_handover(installation: Installation) -> date:
    """Of somebody who still has the car."""
    engine = installation.engine()
    with engine.connect() as connection:
        found = connection.scalar(
            text(
                "select max(h.handed_over_on) from handovers h join vehicles v on v.id = h.vehicle_id"
                " where v.customer_id = h.customer_id"
            )
        )
    engine.dispose()
    assert found is not None
    return date.fromisoformat(str(found))


def test_the_page_s_process_is_added_runs_and_is_removed(dealership: Installation, written: Path) -> None:
    added = dealership.run("processes", "add", written, "--off", "--json")
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout)["enabled"] is False

    as_of = f"{latest_handover(dealership) + timedelta(days=180):%F}T10:30"
    rehearsed = dealership.run("run", TYRES, "--as-of", as_of, "--dry-run", "--json")
    assert rehearsed.returncode == 0, rehearsed.stderr
    (run,) = json.loads(rehearsed.stdout)["runs"]
    assert run["account"]["planned"] >= 1
    assert {contact["step"] for contact in run["would_contact"]} <= {"tyres-180", "tyres-360"}
    assert dealership.run("processes", "enable", TYRES).returncode == 0

    done = dealership.run("run", TYRES, "--as-of", as_of, "--json")
    assert done.returncode == 0, done.stderr
    (run,) = json.loads(done.stdout)["runs"]
    assert run["account"]["planned"] >= 1
    touches = json.loads(dealership.run("touches", "--process", TYRES, "--json").stdout)
    assert {touch["process"] for touch in touches} == {TYRES}
    told = dealership.run("why", touches[0]["customer_key"], "--process", TYRES, "--as-of", as_of)
    assert told.returncode == 0, told.stderr
    assert touches[0]["step"] in told.stdout

    shown = dealership.run("status", "--json")
    assert TYRES in [one["process"] for one in json.loads(shown.stdout)["processes"]]
    removed = dealership.run("processes", "remove", TYRES, "--json")
    assert removed.returncode == 0, removed.stderr
    kept = json.loads(dealership.run("touches", "--process", TYRES, "--json").stdout)
    assert {touch["id"] for touch in kept} == {touch["id"] for touch in touches}


def test_a_mistake_of_the_page_s_files_is_told_as_the_page_says(installation: Installation, written: Path) -> None:
    policy = written / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("vehicle-kept", "still-owes"), encoding="utf-8")
    before = installation.run("processes", "list", "--json").stdout
    refused = installation.run("processes", "add", written)
    assert refused.returncode == 2
    (said,) = re.findall(r"```text\nThe process in tyres is refused\. (.*?)\n```", PAGE, re.DOTALL)
    assert said.replace("\n", " ") in refused.stderr
    assert installation.run("processes", "list", "--json").stdout == before
