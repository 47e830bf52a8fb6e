"""Running a flow by hand, in this process, on an installation that is opened for it."""

import os
import signal
from pathlib import Path

import pytest

from deployments import schedules
from deployments.embedded import cluster_of
from deployments.launcher import open_launcher
from deployments.postgres import find_postmaster
from deployments.prefect_server import PrefectUnreachable, open_prefect
from deployments.processes import end
from deployments.schedules import Served
from models.core.settings import Settings, read_settings
from tests.support.ports import free_port
from tests.support.waiting import until

BEAT = Served("trial-beat", "tests.deployments.trial_beat", ())


def test_a_flow_runs_against_the_servers_that_run(
    prefect_api: str, shared_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAL_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(schedules, "SERVED", (BEAT,))
    before = dict(os.environ)
    with open_launcher(Settings(home=shared_directory / "home")) as launcher:
        assert os.environ["PREFECT_API_URL"] == prefect_api
        assert read_settings().database_url is not None
        launcher.run("trial-beat")
        launcher.run("trial-beat", dry_run=True)
    assert (tmp_path / "notes").read_text() == "beat\nbeat\n"
    assert dict(os.environ) == before


def test_a_database_that_dies_under_a_run_is_started_again(
    prefect_api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", prefect_api)
    home = tmp_path / "home"
    cluster = cluster_of(home)
    with open_launcher(Settings(home=home)):
        killed = find_postmaster(cluster)
        assert killed is not None
        assert end([killed], signal.SIGKILL, 10)
        until(lambda: find_postmaster(cluster) not in {None, killed})
    assert find_postmaster(cluster) is None


def test_a_prefect_api_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
    with (
        pytest.raises(PrefectUnreachable, match=f"No Prefect server answers at 127.0.0.1:{port}"),
        open_prefect(Settings(home=tmp_path / "home")),
    ):
        pass
    assert not (tmp_path / "home").exists()
