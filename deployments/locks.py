"""Locks between processes, held by the kernel: they end with the process that holds them, even at kill -9."""

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
    """A directory of ours cannot be made or written to."""

    def __init__(self, path: Path, reason: str | None) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be written ({reason}): run aftercare as the user that its home belongs to, "
            f"or set AFTERCARE_HOME to another place."
        )


class LockTimeout(Unavailable):
    """Another process held a lock for longer than it ever should."""

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
    """Be the only one inside, waiting at most `seconds` for whoever is. Raises `LockTimeout`."""
    with _open(path) as file:
        deadline = time.monotonic() + seconds
        while not _try_lock(file, fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                raise LockTimeout(path, seconds)
            time.sleep(POLL_SECONDS)
        yield


@contextmanager
def alone_or_not(path: Path) -> Iterator[bool]:
    """Whether we are the only one inside, without waiting."""
    with _open(path) as file:
        yield _try_lock(file, fcntl.LOCK_EX)


class Membership:
    """One process among those that use something together; `leave` tells whether it was the last.

    The lock is `flock`, not `lockf`: two members in one process count as two, and closing one leaves the other.
    """

    def __init__(self, path: Path) -> None:
        self._file = _open(path)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Leave, and say whether nobody is left. Call it under the lock that joining is done under."""
        last = _try_lock(self._file, fcntl.LOCK_EX)
        self._file.close()
        return last


@contextmanager
def shared(directory: Path, start: Callable[[], T], stop: Callable[[], None]) -> Iterator[T]:
    """Use something together with other processes: `start` makes sure that it runs, and the last to leave stops it.

    Who uses it is known by a lock that each user holds and that ends with its process, not by a list of process ids.
    So a command that was killed is no user any more, and one that finds an orphan adopts it by using it.
    """
    door = directory / "door.lock"
    with alone(door):
        member = Membership(directory / "users.lock")
        try:
            thing = start()
        except BaseException:
            member.leave()
            raise
    try:
        yield thing
    finally:
        with alone(door):
            if member.leave():
                stop()
