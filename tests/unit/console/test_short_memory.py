"""What is asked often is answered from memory for a while, by each key its own."""

import asyncio

import pytest

from console.web.health import watching
from console.web.health.watching import ShortMemory


class Asked:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> int:
        self.times += 1
        await asyncio.sleep(0)
        return self.times


async def test_many_who_ask_at_once_make_it_work_once() -> None:
    memory, asked = ShortMemory[int](60), Asked()
    assert await asyncio.gather(*(memory.recall(None, asked) for _ in range(5))) == [1] * 5


async def test_each_store_has_an_answer_of_its_own() -> None:
    memory, asked = ShortMemory[int](60), Asked()
    assert [await memory.recall(store, asked) for store in (None, 1, 2, 1, None)] == [1, 2, 3, 2, 1]


async def test_what_is_too_old_is_asked_again() -> None:
    memory, asked = ShortMemory[int](0), Asked()
    assert [await memory.recall(1, asked) for _ in range(2)] == [1, 2]


async def test_what_took_long_is_answered_as_it_was_and_asked_anew_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LONG_SECONDS", -1.0)
    memory, asked = ShortMemory[int](0, bridged=60), Asked()
    assert [await memory.recall(1, asked) for _ in range(3)] == [1, 1, 1]
    await asyncio.gather(*memory._renewing.values())
    assert asked.times == 2, "by one of those who asked meanwhile"
    assert await memory.recall(1, asked) == 2


async def test_what_goes_wrong_meanwhile_leaves_the_answer_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LONG_SECONDS", -1.0)
    memory, asked = ShortMemory[int](0, bridged=60), Asked()

    async def fail() -> int:
        raise ConnectionError

    assert await memory.recall(1, asked) == 1
    assert await memory.recall(1, fail) == 1
    await asyncio.gather(*memory._renewing.values(), return_exceptions=True)
    assert await memory.recall(1, asked) == 1


async def test_what_went_wrong_is_not_remembered() -> None:
    memory, asked = ShortMemory[int](60), Asked()

    async def fail() -> int:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await memory.recall(1, fail)
    assert await memory.recall(1, asked) == 1
