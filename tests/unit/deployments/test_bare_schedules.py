"""Nobody is told that no runs are made before Prefect's scheduler has had its turn, and everybody afterwards."""

from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments import runner
from deployments.bare_schedules import CYCLE_SECONDS, GRACE_SECONDS, SELDOM_SECONDS, SOON_SECONDS, BareSchedules
from deployments.runner import Ending, Serving
from models.core.settings import Settings

NAMES = st.frozensets(st.sampled_from(["dispatch beat", "campaigns beat", "housekeeping night"]))
LOOKS = st.lists(st.tuples(st.floats(1, 200), NAMES), min_size=1, max_size=30)


def test_a_first_cycle_that_has_not_come_yet_alarms_nobody() -> None:
    watch = BareSchedules()
    assert watch.look(["dispatch beat"], 0) == []
    assert watch.look(["dispatch beat"], CYCLE_SECONDS + 5) == []
    assert watch.look([], CYCLE_SECONDS + 20) == []
    assert not watch.over()
    assert watch.pause == SELDOM_SECONDS


def test_a_scheduler_that_never_makes_runs_is_told_of_and_its_recovery_once() -> None:
    watch, now = BareSchedules(), 0.0
    while not (overdue := watch.look(["dispatch beat"], now)):
        now += watch.pause
    assert overdue == ["dispatch beat"]
    assert now < GRACE_SECONDS + CYCLE_SECONDS
    assert not watch.over()
    watch.look([], now + watch.pause)
    assert watch.over()
    assert not watch.over()


@given(LOOKS)
def test_told_are_exactly_those_bare_at_every_look_for_the_whole_grace(
    looks: list[tuple[float, frozenset[str]]],
) -> None:
    watch, now, history = BareSchedules(), 0.0, []
    for pause, bare in looks:
        now += pause
        history.append((now, bare))
        told = watch.look(bare, now)
        expected = []
        for name in sorted(bare):
            begun = now
            for moment, seen in reversed(history):
                if name not in seen:
                    break
                begun = moment
            if now - begun >= GRACE_SECONDS:
                expected.append(name)
        assert told == expected


@pytest.mark.parametrize(("bare_looks", "told"), [(1, []), (11, ["no-runs-made", "runs-made"])])
async def test_the_runner_tells_of_it_in_time(
    monkeypatch: pytest.MonkeyPatch, bare_looks: int, told: list[str]
) -> None:
    """Looks of a runner whose scheduler is slow, or fails for a while; the time between them passes at once."""
    looks, now, events = 0, 0.0, []

    async def bare(*_: object) -> list[str]:
        nonlocal looks
        looks += 1
        return ["dispatch beat"] if looks <= bare_looks else []

    class Hurried(Ending):
        async def within(self, seconds: float) -> bool:
            nonlocal now
            now += seconds
            return looks > bare_looks

    monkeypatch.setattr(runner, "schedules_without_runs", bare)
    monkeypatch.setattr(runner, "get_client", nullcontext)
    monkeypatch.setattr(runner, "_clock", lambda: now)
    serving = Serving(Settings(), Hurried(), lambda event, **_: events.append(event))
    await serving._check()
    assert events == told
    assert now > bare_looks * SOON_SECONDS
