"""Detached programs, found again by a mark in their environment.

Unlike a pid file, a mark stays right after the starter's kill -9, a power cut, or the reuse of a process id.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

POLL_SECONDS = 0.05
KILL_SECONDS = 5
MARK = "AFTERCARE_PART"
"""The environment variable that says to which part of which installation a process, or its parent, belongs."""


LARGEST_LOG = 10_000_000  # bytes


def trim(log: Path) -> None:
    """Create the log's directory. A log that has grown large is rotated; one older log is kept."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))


@dataclass(frozen=True)
class SystemAccount:
    """A system account that a program runs under instead of ours."""

    user: int
    group: int


def start_detached(
    arguments: list[str], environment: Mapping[str, str], log: Path, account: SystemAccount | None = None
) -> psutil.Process | None:
    """Start a program in a new session, detached from us. Its output goes to `log`.

    Ctrl-C in the terminal does not reach it, and it may outlive its starter. None: it has ended already.
    """
    trim(log)
    shell = ["/bin/sh", "-c", 'exec 3>&1 >&2; "$@" 3>&- & echo $! >&3', "sh"]
    with log.open("ab") as output:
        started = subprocess.run(
            [*shell, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            cwd="/",
            env=environment,
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            start_new_session=True,
            check=True,
            text=True,
        )
    try:
        return psutil.Process(int(started.stdout))
    except psutil.NoSuchProcess:
        return None


def part_of(home: Path, part: str) -> str:
    """The mark of one part of one installation."""
    return f"{part} of {home.expanduser().resolve()}"


def find_marked(mark: str) -> list[psutil.Process]:
    """The live processes with a mark, the oldest first. Those of other users are not visible."""
    found = [process for process in psutil.process_iter(["create_time"]) if _carries(process, mark)]
    return sorted(found, key=_age_key)


def _age_key(process: psutil.Process) -> tuple[float, int]:
    return float(process.info["create_time"]), process.pid


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return bool(process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, OSError):
        return False


def wait_until(met: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition for at most `seconds`. Whether it became true."""
    deadline = time.monotonic() + seconds
    while not met():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def has_ended(process: psutil.Process | None) -> bool:
    """Whether a process is gone, or is a zombie."""
    try:
        return process is None or not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end(processes: Sequence[psutil.Process], how: signal.Signals, seconds: float) -> bool:
    """Ask processes to end. Whether all did within `seconds`."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(how)
    return wait_until(lambda: all(has_ended(process) for process in processes), seconds)


def end_marked(mark: str, seconds: float) -> None:
    """End all processes with a mark, and their children: gracefully, and after `seconds` by force."""
    end(find_marked(mark), signal.SIGTERM, seconds)
    end(find_marked(mark), signal.SIGKILL, KILL_SECONDS)
