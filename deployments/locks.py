"""Locks between processes, held by the kernel: they end with the process that holds them, even after kill -9."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from models.core.errors import AftercareError, Unavailable

POLL_SECONDS = 0.05
T = TypeVar("T")


class UnusablePlace(AftercareError):
    """A directory of ours cannot be created or written to."""

    def __init__(self, path: Path, reason: str | None) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be written ({reason}): run aftercare as the user that its home belongs to, "
            f"or set AFTERCARE_HOME to another place."
        )


class LockTimeout(Unavailable):
    """Another process has held a lock for too long."""

    def __init__(self, path: Path, seconds: float) -> None:
        self.path = path
        self.seconds = seconds
        super().__init__(f"Another aftercare command has been holding {path} for more than {seconds:.0f} seconds.")


def _open(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+")
    except OSError as error:
        raise UnusablePlace(path, error.strerror) from error


def _try_lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(path: Path, seconds: float = 180) -> Iterator[None]:
    """Hold an exclusive lock, waiting at most `seconds` for it. Raises `LockTimeout`."""
    with _open(path) as file:
        deadline = time.monotonic() + seconds
        while not _try_lock(file, fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                raise LockTimeout(path, seconds)
            time.sleep(POLL_SECONDS)
        yield


@contextmanager
def alone_or_not(path: Path) -> Iterator[bool]:
    """Try to take an exclusive lock without waiting. Whether it was taken."""
    with _open(path) as file:
        yield _try_lock(file, fcntl.LOCK_EX)


class Membership:
    """One process among the users of a shared resource; `leave` tells whether it was the last.

    The lock is `flock`, not `lockf`: two members in one process count as two, and closing one leaves the other.
    """

    def __init__(self, path: Path) -> None:
        self._file = _open(path)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Leave, and return whether nobody is left. Call it under the same lock as joining."""
        last = _try_lock(self._file, fcntl.LOCK_EX)
        self._file.close()
        return last


@contextmanager
def shared(directory: Path, start: Callable[[], T], stop: Callable[[], None]) -> Iterator[T]:
    """Share a resource with other processes: `start` makes sure that it runs, and the last to leave stops it.

    Each user holds a lock that ends with its process; there is no list of process ids. So a command that was killed
    no longer counts, and a command that finds an orphan adopts it.
    """
    lock = directory / "door.lock"
    with alone(lock):
        member = Membership(directory / "users.lock")
        try:
            thing = start()
        except BaseException:
            member.leave()
            raise
    try:
        yield thing
    finally:
        with alone(lock):
            if member.leave():
                stop()
