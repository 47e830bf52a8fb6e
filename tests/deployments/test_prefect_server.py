"""Which Prefect server listens on a port."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deployments import prefect_server
from deployments.prefect_server import _environment, _serves, server_of
from models.core.settings import Settings


def test_another_installations_server_at_the_same_port_is_not_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_server, "answers", lambda _api: True)
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other,
    ):
        api = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        assert _serves(psutil.Process(), api)
        assert not _serves(psutil.Process(other.pid), api)
        other.communicate(b"\n")


def test_prefect_understands_what_it_is_told_to_keep(tmp_path: Path) -> None:
    """Prefect's settings, read by its own code from our server's environment."""
    server = server_of(Settings(home=tmp_path, prefect_events_days=3, prefect_runs_days=20))
    reading = """
import json
from prefect.settings import get_current_settings
server = get_current_settings().server
vacuum = server.services.db_vacuum
days = server.events.retention_period.days, vacuum.retention_period.days
print(json.dumps([*days, sorted(vacuum.enabled_vacuum_types)]))
"""
    told = subprocess.run(
        [sys.executable, "-c", reading], env=_environment(server, 4200), capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout) == [3, 20, ["events", "flow_runs", "orphans"]]
