"""The recording gateway as a process of its own, which outlives the sender it is put in front of."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from models.core.settings import Settings
from tasks.channels.contract import Accepted
from tasks.channels.opening import open_channel
from tests.support.messages import make_message

ROOT = Path(__file__).parents[4]


def _read(record: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]


async def test_records_what_it_accepts(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    command = [sys.executable, "-m", "tests.support.sink", "--port", "0", "--record", str(record)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        address = SecretStr(f"gateway://127.0.0.1:{port}/messages")
        channel = open_channel(address, "AFTERCARE_CHANNELS__SMS", Settings())
        first, second = make_message(), make_message()
        outcomes = await channel.send([first, second]) + await channel.send([first])
        await channel.aclose()
    finally:
        process.terminate()
        assert await process.wait() == 0
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    lines = _read(record)
    assert {line["key"] for line in lines} == {str(first.id), str(second.id)}
    assert [line["repeated"] for line in lines] == [False, False, True]
    assert lines[2]["body"]["to"] == first.to
