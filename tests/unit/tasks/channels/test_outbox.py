"""Every line of the outbox is whole, and no message stands in it twice, whoever writes and whenever they die."""

import asyncio
import errno
import json
import multiprocessing
import os
import threading
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from models.core.words import Purpose
from tasks.channels import outbox
from tasks.channels.contract import Accepted, Message, Outcome, Transient, Unknown
from tasks.channels.outbox import TAIL_PIECE, OutboxChannel
from tests.support.messages import make_message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the outbox will be, in a folder that does not exist yet."""
    return tmp_path / "home" / "outbox.jsonl"


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _ids(path: Path) -> list[str]:
    return [line["id"] for line in _read(path)]


def _send(path: Path, *batch: Message) -> list[Outcome]:
    return asyncio.run(OutboxChannel(path).send(batch))


def test_writes_a_line_for_each_message(path: Path) -> None:
    plain, mail = make_message(), make_message(to="li@example.com", subject="提醒", text="第一行\n第二行")
    assert _send(path, plain, mail) == [Accepted(), Accepted()]
    assert path.read_bytes().count(b"\n") == 2
    assert "第一行" in path.read_text(encoding="utf-8")
    assert _read(path) == [
        {
            "id": str(plain.id),
            "to": plain.to,
            "text": plain.text,
            "template": "appointment-reminder",
            "purpose": "service",
            "parameters": {"customer": "Li Na"},
            "language": "zh-CN",
            "store": "SH01",
            "process": "appointment-reminders",
            "sent_at": "2026-03-02T10:00:00+00:00",
        },
        {
            "id": str(mail.id),
            "to": "li@example.com",
            "text": "第一行\n第二行",
            "subject": "提醒",
            "template": "appointment-reminder",
            "purpose": "service",
            "parameters": {"customer": "Li Na"},
            "language": "zh-CN",
            "store": "SH01",
            "process": "appointment-reminders",
            "sent_at": "2026-03-02T10:00:00+00:00",
        },
    ]


def test_only_its_owner_may_read_the_customers_data(path: Path) -> None:
    _send(path, make_message())
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_that_broke_off_is_removed(path: Path) -> None:
    first, torn, last = make_message(), make_message(text="很" * TAIL_PIECE), make_message()
    _send(path, first)
    whole = path.stat().st_size
    _send(path, torn)
    os.truncate(path, path.stat().st_size - 5)
    _send(path, last)
    assert _ids(path) == [str(first.id), str(last.id)]
    assert path.read_bytes()[whole - 1 : whole] == b"\n"


def test_a_line_that_lacks_only_its_end_is_kept(path: Path) -> None:
    first, second = make_message(), make_message()
    _send(path, first)
    os.truncate(path, path.stat().st_size - 1)
    _send(path, second)
    assert _ids(path) == [str(first.id), str(second.id)]


def test_a_file_that_is_one_torn_line_is_emptied_first(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"id":"')
    message = make_message()
    _send(path, message)
    assert _ids(path) == [str(message.id)]


def test_a_message_sent_again_is_not_doubled(path: Path) -> None:
    there, lost = make_message(), make_message()
    _send(path, make_message(), there)
    again = [make_message(id=one.id, resend=True) for one in (there, lost)]
    assert _send(path, *again) == [Accepted(), Accepted()]
    assert _ids(path)[1:] == [str(there.id), str(lost.id)]


def test_a_message_whose_line_was_torn_is_written_when_sent_again(path: Path) -> None:
    torn = make_message(resend=True)
    _send(path, make_message(), torn)
    os.truncate(path, path.stat().st_size - 5)
    _send(path, torn)
    assert _ids(path)[1:] == [str(torn.id)]


def test_an_id_in_a_text_is_not_taken_for_a_line(path: Path) -> None:
    wanted = make_message(resend=True)
    _send(path, make_message(text=f'{{"id":"{wanted.id}"'))
    _send(path, wanted)
    assert _ids(path)[1:] == [str(wanted.id)]


def test_a_full_disk_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _send(path, make_message())
    before = path.read_bytes()
    write = os.write
    monkeypatch.setattr("tasks.channels.outbox.os.write", lambda descriptor, lines: write(descriptor, lines[:50]))
    assert [type(outcome) for outcome in _send(path, make_message(), make_message())] == [Transient, Transient]
    assert path.read_bytes() == before


def test_lines_that_can_be_neither_kept_nor_taken_back_are_unknown(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("tasks.channels.outbox.os.fsync", fail)
    assert isinstance((_send(path, make_message()))[0], Transient)
    assert path.read_bytes() == b""
    monkeypatch.setattr("tasks.channels.outbox.os.ftruncate", fail)
    assert isinstance((_send(path, make_message()))[0], Unknown)


def test_a_place_that_cannot_be_written_is_transient(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    [outcome] = _send(tmp_path / "home" / "outbox.jsonl", make_message())
    assert isinstance(outcome, Transient)


def _write_many(path: Path, writer: int, chunks: int) -> None:
    async def write() -> None:
        channel = OutboxChannel(path)
        for chunk in range(chunks):
            ids = [UUID(int=(writer << 64) + chunk * 50 + number) for number in range(50)]
            moment = datetime(2026, 3, 2, tzinfo=UTC)
            text = f"{writer}" * 500
            await channel.send([Message(one, "+861", text, None, "t", Purpose.SERVICE, moment) for one in ids])

    asyncio.run(write())


def test_two_processes_append_at_once(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(path, writer, 10)) for writer in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    ids = [UUID(one).int for one in _ids(path)]
    assert len(set(ids)) == len(ids) == 1000
    for number in (1, 2):
        own = [one for one in ids if one >> 64 == number]
        assert own == sorted(own)


async def test_one_writer_at_a_time_looks_and_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = threading.Barrier(2)
    write = outbox._write

    def wait_for_another_and_write(file: FileIO, lines: bytes) -> Outcome:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=0.2)
        return write(file, lines)

    monkeypatch.setattr(outbox, "_write", wait_for_another_and_write)
    again = make_message(resend=True)
    await asyncio.gather(*(OutboxChannel(path).send([again]) for _ in range(2)))
    assert meeting.broken
    assert _ids(path) == [str(again.id)]
