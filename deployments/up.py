"""Everything on one machine: the database, Prefect's server and our programs, supervised from start to stop."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from types import FrameType

import structlog
from sqlalchemy import URL

from deployments.database import open_database
from deployments.embedded import cluster_of, restart_if_dead
from deployments.environment import environment_of_part
from deployments.locks import alone_or_not
from deployments.parts import PARTS, Child, News, Part
from deployments.postgres import find_postmaster
from deployments.prefect_server import API_VARIABLE, open_prefect, restart_server_if_dead, server_of
from deployments.processes import end_marked, part_of
from models.core.errors import Conflict, Unavailable
from models.core.settings import Settings

LOOK_SECONDS = 0.5
READY_SECONDS = 120
READY = frozenset({"serving", "standing-by", "console-serving"})
"""The event that a program announces when it has started."""

log = structlog.get_logger()


class AlreadyUp(Conflict):
    """`aftercare up` already runs for this installation."""

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(
            f"Aftercare is already up in {home}; stop that one first, or set AFTERCARE_HOME to another place."
        )


class PartDidNotStart(Unavailable):
    """One of our programs ended before it was ready."""

    def __init__(self, part: str, log_file: Path) -> None:
        self.part = part
        super().__init__(f"The {part} did not start; its log is {log_file}.")


class Interrupts:
    """How often the end was requested, by Ctrl-C, SIGTERM or closing the terminal."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.count = 0

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Count the signals, instead of ending at the first."""
        before = {number: signal.signal(number, self._note) for number in self.SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def up(settings: Settings, parts: Sequence[Part] = PARTS) -> None:
    """Run the installation until Ctrl-C or SIGTERM; then drain and stop it. Raises `AftercareError`.

    Processes that an earlier one left behind are adopted (the database, Prefect's server) or ended (our own programs).
    """
    home = settings.home.expanduser().resolve()
    interrupts = Interrupts()
    with alone_or_not(home / "up.lock") as alone, interrupts.noted():
        if not alone:
            raise AlreadyUp(home)
        log.info("Starting", home=str(home))
        with open_database(settings) as database, open_prefect(settings) as api:
            stack = Stack(settings, home, api, interrupts)
            try:
                stack.start(database, parts)
                stack.watch()
            finally:
                stack.drain()
        log.info("Stopped")


class Stack:
    """The programs of one installation, above its database and its Prefect API."""

    def __init__(self, settings: Settings, home: Path, api: str, interrupts: Interrupts) -> None:
        self._settings = settings
        self._home = home
        self._api = api
        self._interrupts = interrupts
        self._news: News = News()
        self._children: list[Child] = []
        self._ready: set[str] = set()
        self._own_server = API_VARIABLE not in os.environ
        self._own_database = find_postmaster(cluster_of(home)) is not None

    def start(self, database: URL, parts: Sequence[Part]) -> None:
        """Start the programs, and wait until each is ready."""
        for part in parts:
            end_marked(part_of(self._home, part.name), part.stop_seconds)
            environment = environment_of_part(self._settings, database, self._api, part.name)
            self._children.append(Child(part, environment, self._home / "logs", self._news))
        deadline = time.monotonic() + READY_SECONDS
        while not self._interrupts.count and len(self._ready) < len(parts):
            self._tell_news()
            for child in self._children:
                if child.ended is not None or time.monotonic() > deadline:
                    raise PartDidNotStart(child.part.name, child.log)
        if not self._interrupts.count:
            log.info(
                "Aftercare is up; Ctrl-C stops it",
                prefect=self._api.removesuffix("/api"),
                database=database.render_as_string(hide_password=True),
                outbox=str(self._settings.outbox.resolve()),
            )

    def watch(self) -> None:
        """Supervise all of it until the end is requested."""
        while not self._interrupts.count:
            self._tell_news()
            if self._own_database and restart_if_dead(self._home):
                log.warning("The database died and was restarted")
            if self._own_server and restart_server_if_dead(server_of(self._settings), self._api):
                log.warning("Prefect's server died and was restarted")
            for child in self._children:
                if child.ended is not None and child.may_start:
                    log.warning(f"The {child.part.name} died and is restarted", status=child.ended)
                    end_marked(part_of(self._home, child.part.name), seconds=5)
                    child.start_again()

    def drain(self) -> None:
        """Let the programs finish what they are doing, and end them."""
        log.info("Stopping; press Ctrl-C again to stop without waiting for active runs")
        asked = self._interrupts.count
        for child in self._children:
            child.ask_to_end()
        started = time.monotonic()
        while any(self._may_go_on(child, time.monotonic() - started) for child in self._children):
            if self._interrupts.count > asked:
                asked = self._interrupts.count
                for child in self._children:
                    child.ask_to_end()
            self._tell_news()
        for child in self._children:
            child.finish()
            end_marked(part_of(self._home, child.part.name), seconds=1)
        self._tell_news()

    def _may_go_on(self, child: Child, seconds: float) -> bool:
        return child.ended is None and seconds < child.part.stop_seconds

    def _tell_news(self) -> None:
        """Log what the programs announce; waits a moment for it."""
        try:
            while True:
                part, news = self._news.get(timeout=LOOK_SECONDS)
                self._tell(part, news)
        except Empty:
            return

    def _tell(self, part: Part, news: dict[str, object]) -> None:
        event = str(news.pop("event", ""))
        if event in READY:
            self._ready.add(part.name)
        sentence, level = SENTENCES.get(event, (f"The {part.name} says: {event}", "info"))
        getattr(log, level)(sentence, **news)


SENTENCES = {
    "serving": ("The flows are served", "info"),
    "first-admin": ("Sign in to the console with this password, which is shown only this once", "warning"),
    "console-serving": ("The console is open", "info"),
    "standing-by": ("The runner stands by", "warning"),
    "replaced": ("Another runner has taken over", "warning"),
    "reconciled": ("Runs that a dead runner had left were closed", "warning"),
    "plan-changed": ("The schedules were updated", "info"),
    "prefect-away": ("Prefect's server does not answer the runner, which keeps retrying", "warning"),
    "no-runs-made": ("PREFECT MAKES NO RUNS FOR ACTIVE SCHEDULES: these will not run until this is solved", "error"),
    "runs-made": ("Prefect makes runs for all active schedules again", "info"),
    "draining": ("Waiting for active runs", "info"),
    "drained": ("All runs have ended", "info"),
}
