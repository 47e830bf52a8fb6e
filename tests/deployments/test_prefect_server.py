"""Whose server answers at a port."""

import socket
import subprocess
import sys

import psutil
import pytest

from deployments import prefect_server
from deployments.prefect_server import _serves


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
