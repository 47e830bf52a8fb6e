"""The programs that `aftercare up` supervises. Each ends when its standard input closes, or at SIGTERM."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from deployments.processes import trim

DRAIN_SECONDS = 30  # how long running flows may go on during a shutdown
LONGEST_PAUSE = 30  # delay between two starts of a program that keeps failing


@dataclass(frozen=True)
class Part:
    """One of our programs. It prints one JSON object with an `event` per line on standard output."""

    name: str
    arguments: tuple[str, ...]
    stop_seconds: float
    """How long it may take to end before it is killed."""


RUNNER = Part("runner", ("-m", "deployments.runner"), stop_seconds=DRAIN_SECONDS + 15)
CONSOLE = Part("console", ("-m", "console.web"), stop_seconds=10)
PARTS = (RUNNER, CONSOLE)

News = SimpleQueue[tuple[Part, dict[str, Any]]]


class Child:
    """A supervised program: started, watched, and restarted when it dies."""

    def __init__(self, part: Part, environment: Mapping[str, str], logs: Path, news: News) -> None:
        self.part = part
        self.log = logs / f"{part.name}.log"
        self._environment = environment
        self._news = news
        self._failures = 0
        self._start()

    def _start(self) -> None:
        trim(self.log)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.part.arguments],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # we pass Ctrl-C in the terminal on ourselves
                text=True,
            )
        self._started = time.monotonic()
        self._listener = Thread(target=self._listen, args=(self._process,), daemon=True)
        self._listener.start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101  it is a pipe, as requested above
        for line in process.stdout:
            with suppress(json.JSONDecodeError):
                self._news.put((self.part, json.loads(line)))

    @property
    def ended(self) -> int | None:
        """The exit status, if it has ended."""
        return self._process.poll()

    @property
    def may_start(self) -> bool:
        """Whether it may be restarted now: at once if it had run well, with a growing delay if it keeps failing."""
        pause = min(2**self._failures - 1, LONGEST_PAUSE)
        return bool(time.monotonic() >= self._started + pause)

    def start_again(self) -> None:
        """Restart it after its death."""
        self._release()
        ran_well = time.monotonic() - self._started > 2 * LONGEST_PAUSE
        self._failures = 0 if ran_well else self._failures + 1
        self._start()

    def ask_to_end(self) -> None:
        """Ask it to end. A second request ends it in a hurry."""
        if self.ended is None:
            self._process.send_signal(signal.SIGTERM)

    def finish(self) -> None:
        """Kill it if it still runs, and release its resources."""
        if self.ended is None:
            self._process.kill()
        self._release()

    def _release(self) -> None:
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._listener.join(timeout=5)
        if self._process.stdout:
            self._process.stdout.close()
