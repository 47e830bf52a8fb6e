"""`outbox://`: the embedded default. One JSON object a line, appended to `outbox.jsonl` in the installation's home.

Several processes may write at once. A chunk is one append under a file lock, flushed to disk before it is
accepted. If a writer dies during an append, the next one repairs the file, so that each line is valid JSON.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from tasks.channels.contract import Abilities, Accepted, Message, Outcome, Transient, Unknown

CHUNK = 500
ID_OPENING = b'{"id":"'
ID_LENGTH = 36
TAIL_PIECE = 65_536
"""Bytes per read when searching backwards for the start of an incomplete last line."""


class OutboxChannel:
    """Writes messages to a file instead of sending them.

    Idempotent: a message marked `resend` is skipped if it is already in the file.
    """

    abilities = Abilities(takes_key=True, messages_a_request=CHUNK)

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        """Appends the messages, in a thread, because the lock and the disk may block."""
        return await asyncio.to_thread(self._append, batch)

    async def aclose(self) -> None:
        """Does nothing: no resources are held between chunks."""

    def _append(self, batch: Sequence[Message]) -> list[Outcome]:
        try:
            with _locked(self._path) as file:
                _heal(file)
                standing = _find_standing(self._path, {_key(message) for message in batch if message.resend})
                outcome = _write(file, b"".join(_line(message) for message in batch if _key(message) not in standing))
        except OSError as error:
            outcome = Transient(_describe(error))
        return [outcome] * len(batch)


@contextmanager
def _locked(path: Path) -> Iterator[FileIO]:
    """The file, opened for appending and locked. Closing it, or the end of the process, releases the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with FileIO(descriptor, "r+") as file:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield file


def _write(file: FileIO, lines: bytes) -> Outcome:
    """Appends all lines or nothing."""
    descriptor = file.fileno()
    before = os.fstat(descriptor).st_size
    try:
        written = os.write(descriptor, lines)
        os.fsync(descriptor)
        problem = None if written == len(lines) else "the outbox took a part only"
    except OSError as error:
        problem = _describe(error)
    if problem is None:
        return Accepted()
    try:
        os.ftruncate(descriptor, before)
    except OSError:
        return Unknown(problem)
    return Transient(problem)


def _heal(file: FileIO) -> None:
    """Completes a last line that lacks only its line feed; removes an incomplete one."""
    end = file.seek(0, os.SEEK_END)
    start = _last_line_start(file, end)
    if start == end:
        return
    file.seek(start)
    try:
        json.loads(file.read())
    except ValueError:
        os.ftruncate(file.fileno(), start)
    else:
        os.write(file.fileno(), b"\n")


def _last_line_start(file: FileIO, end: int) -> int:
    """The start of the unterminated line; `end` if the last line is complete."""
    upper = end
    while upper > 0:
        lower = max(0, upper - TAIL_PIECE)
        file.seek(lower)
        newline = file.read(upper - lower).rfind(b"\n")
        if newline >= 0:
            return lower + newline + 1
        upper = lower
    return 0


def _find_standing(path: Path, wanted: set[bytes]) -> set[bytes]:
    """The wanted ids that are in the file. The file is read only if any are wanted."""
    if not wanted:
        return set()
    with path.open("rb") as lines:
        return wanted.intersection(line[len(ID_OPENING) : len(ID_OPENING) + ID_LENGTH] for line in lines)


def _key(message: Message) -> bytes:
    return str(message.id).encode("ascii")


def _line(message: Message) -> bytes:
    """The line of a message. It starts with the id, where `_find_standing` looks for it."""
    fields = message.fields | {"sent_at": message.sent_at.isoformat()}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _describe(error: OSError) -> str:
    return f"the outbox cannot be written ({error.strerror})"
