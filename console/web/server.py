"""The console as a program. It serves until SIGTERM, or until its standard input closes when `up` started it."""

import json
import signal
import socket
import sys
import threading
from types import FrameType
from typing import Protocol

import uvicorn
from sqlalchemy import URL

from console.shared.database import Database
from console.web.application import make_application
from models.core.errors import AftercareError
from models.core.garbage_collection import FOR_PAGES, collect_seldom
from models.core.settings import USUAL_PORT, Settings
from tasks.access.users import FIRST, add_first_admin

DRAIN_SECONDS = 5


class Announce(Protocol):
    """Reports events to the program that started the console."""

    def __call__(self, event: str, **facts: object) -> None: ...


class PortTaken(AftercareError):
    """Another program listens on the console's port."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        super().__init__(f"Port {port} on {host} is taken; set AFTERCARE_CONSOLE_PORT to a free one.")


def serve(url: URL, settings: Settings, announce: Announce) -> None:
    """Serve the console until SIGTERM or Ctrl-C.

    Announces `first-admin` with its password, once ever, then `console-serving` with its address. Raises `PortTaken`.
    """
    listening = _listen(settings.console_host, settings.console_port)
    application = make_application(url, settings)
    collect_seldom(FOR_PAGES)
    server = _Server(uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=DRAIN_SECONDS))
    password = _first_password(url, settings)
    if password is not None:
        announce("first-admin", login=FIRST, password=password)
    announce("console-serving", console=f"http://{settings.console_host}:{listening.getsockname()[1]}")
    server.run(sockets=[listening])


def _listen(host: str, port: int | None) -> socket.socket:
    """Listen on the configured port. Without one, listen on the default port, or on any if that is taken."""
    try:
        return socket.create_server((host, port or USUAL_PORT))
    except OSError as error:
        if port is not None:
            raise PortTaken(host, port) from error
        return socket.create_server((host, 0))


class _Server(uvicorn.Server):
    """Ends at a signal without raising it again."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._captured_signals.clear()


def _first_password(url: URL, settings: Settings) -> str | None:
    database = Database(url, settings)
    try:
        return database.work_here(add_first_admin, database.now)
    finally:
        database.close()


def end_with_standard_input() -> None:
    """End this process when the program that started it has ended."""

    def wait() -> None:
        sys.stdin.read()
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def announce_as_json(event: str, **facts: object) -> None:
    """Print one JSON object per line on standard output, as every program of `aftercare up` does."""
    sys.stdout.write(json.dumps({"event": event, **facts}, ensure_ascii=False) + "\n")
    sys.stdout.flush()
