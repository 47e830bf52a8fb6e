"""Prefect's server on our PostgreSQL, shared by several commands: the first starts it, the last stops it."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from sqlalchemy import URL

from deployments.database import check_reachable, read_url
from deployments.embedded import PREFECT_DATABASE, cluster_of, open_embedded
from deployments.locks import alone, shared
from deployments.processes import MARK, end_marked, find_marked, has_ended, part_of, start_detached, wait_until
from models.core.errors import AftercareError, Unavailable
from models.core.settings import Settings

HOST = "127.0.0.1"
USUAL_PORT = 4200
START_SECONDS = 120  # a fresh database takes 8 to 11 seconds, on a busy machine many times that
ADOPT_SECONDS = 30
STOP_SECONDS = 15
DAY = 24 * 60 * 60
START_ATTEMPTS = 3  # another program may take the port after our check
API_VARIABLE = "PREFECT_API_URL"
PORT_VARIABLE = "PREFECT_SERVER_API_PORT"
DATABASE_SETTING = "AFTERCARE_PREFECT_DATABASE_URL"


class PrefectDidNotStart(Unavailable):
    """Prefect's server ended or never answered after its start."""

    def __init__(self, log: Path) -> None:
        self.log = log
        super().__init__(f"Prefect's server did not start; its log is {log}.")


class PortTaken(AftercareError):
    """Another program listens on the port of Prefect's server."""

    def __init__(self, port: int | None) -> None:
        self.port = port
        super().__init__(
            f"Port {port} on {HOST} is taken by another program; set AFTERCARE_PREFECT_PORT to a free one."
        )


class PrefectUnreachable(Unavailable):
    """No Prefect server answers at the configured address."""

    def __init__(self, api: str) -> None:
        parts = urlsplit(api)
        self.host = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
        super().__init__(f"No Prefect server answers at {self.host}, which PREFECT_API_URL names.")


@dataclass(frozen=True)
class PrefectServer:
    """Where a Prefect server is started, and its settings."""

    home: Path
    database: URL
    port: int | None
    events_days: int
    """How long it keeps events."""
    runs_days: int
    """How long it keeps finished flow runs."""

    @property
    def directory(self) -> Path:
        """Prefect's home directory."""
        return self.home / "prefect"

    @property
    def log(self) -> Path:
        """Its log file."""
        return self.home / "logs" / "prefect-server.log"

    @property
    def mark(self) -> str:
        """The mark by which its process is found."""
        return part_of(self.home, "prefect-server")


def server_of(settings: Settings) -> PrefectServer:
    """The server of an installation without `PREFECT_API_URL`."""
    home = settings.home.expanduser().resolve()
    if settings.prefect_database_url:
        database = _for_asyncpg(read_url(settings.prefect_database_url, DATABASE_SETTING, "asyncpg"))
    else:
        database = cluster_of(home).url(PREFECT_DATABASE, "asyncpg")
    return PrefectServer(
        home, database, settings.prefect_port, settings.prefect_events_days, settings.prefect_runs_days
    )


@contextmanager
def open_prefect(settings: Settings) -> Iterator[str]:
    """The address of a Prefect API that answers, for as long as the block runs.

    It is the one that `PREFECT_API_URL` names, or a server of our own.
    """
    outside = os.environ.get(API_VARIABLE)
    if outside:
        if not answers(outside):
            raise PrefectUnreachable(outside)
        yield outside
        return
    server = server_of(settings)
    with (
        _open_prefect_database(settings),
        shared(server.directory, lambda: ensure_server(server), lambda: stop_server(server)) as api,
    ):
        yield api


@contextmanager
def _open_prefect_database(settings: Settings) -> Iterator[None]:
    if settings.prefect_database_url:
        check_reachable(read_url(settings.prefect_database_url, DATABASE_SETTING), DATABASE_SETTING)
        yield
    else:
        with open_embedded(settings.home):
            yield


def restart_server_if_dead(server: PrefectServer, api: str) -> bool:
    """Restart it at its old address if it died while in use. Whether it had died."""
    if find_server(server):
        return False
    with alone(server.directory / "door.lock"):
        ensure_server(replace(server, port=urlsplit(api).port))
    return True


def _for_asyncpg(url: URL) -> URL:
    """The asyncpg driver calls `sslmode` `ssl`."""
    mode = url.query.get("sslmode")
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode}) if mode else url


def answers(api: str, seconds: float = 5) -> bool:
    """Whether a Prefect API answers. The request never uses a proxy."""
    parts = urlsplit(api)
    if parts.scheme == "https":
        return True  # an outside server with TLS; Prefect's own client reports its certificate errors
    try:
        with closing(HTTPConnection(parts.hostname or HOST, parts.port or 80, timeout=seconds)) as connection:
            connection.request("GET", f"{parts.path.rstrip('/')}/health")
            return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False


def find_server(server: PrefectServer) -> tuple[psutil.Process, str] | None:
    """The running server of this installation and its API's address, whoever started it."""
    for process in find_marked(server.mark):
        try:
            return process, _api_at(int(process.environ()[PORT_VARIABLE]))
        except (psutil.Error, KeyError, ValueError):
            continue
    return None


def ensure_server(server: PrefectServer) -> str:
    """Start the server unless one of this installation answers. Returns the address of its API.

    Call it under a lock that every starter takes.
    """
    found = find_server(server)
    if found and wait_until(lambda: _serves(*found) or has_ended(found[0]), ADOPT_SECONDS) and _serves(*found):
        return found[1]
    end_marked(server.mark, STOP_SECONDS)
    for _ in range(START_ATTEMPTS):
        api = _start(server, _choose_port(server.port))
        if api:
            return api
    raise PrefectDidNotStart(server.log)


def _serves(process: psutil.Process, api: str) -> bool:
    """Whether the API that answers is this server's: another installation may have taken the port."""
    port = urlsplit(api).port
    try:
        family = (process, *process.children(recursive=True))
        own = any(at.laddr.port == port for one in family for at in one.net_connections("tcp") if not at.raddr)
    except psutil.Error:
        return False
    return own and answers(api)


def stop_server(server: PrefectServer) -> None:
    """Stop it, whoever started it."""
    end_marked(server.mark, STOP_SECONDS)


def _api_at(port: int) -> str:
    return f"http://{HOST}:{port}/api"


def _choose_port(wanted: int | None) -> int:
    """The configured port; without one, the default port if it is free, else any."""
    for port in (wanted,) if wanted else (USUAL_PORT, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
            except OSError:
                continue
            return int(trial.getsockname()[1])
    raise PortTaken(wanted)


def _start(server: PrefectServer, port: int) -> str | None:
    arguments = [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
    process = start_detached(arguments, _environment(server, port), server.log)
    api = _api_at(port)
    wait_until(lambda: _serves(process, api) or has_ended(process), START_SECONDS)
    if not has_ended(process) and _serves(process, api):
        return api
    end_marked(server.mark, seconds=0)
    return None


def _environment(server: PrefectServer, port: int) -> dict[str, str]:
    """The caller's environment without settings of the user's other Prefect installations."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return others | {
        MARK: server.mark,
        "PREFECT_HOME": str(server.directory),
        "PREFECT_API_URL": _api_at(port),
        PORT_VARIABLE: str(port),
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": server.database.render_as_string(hide_password=False),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(server.runs_days * DAY),  # seconds
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{server.events_days}D",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
    }
