"""Drafts of processes, and whom they would contact: the same as what they do contact once they are added."""

from collections import Counter

import pytest

from models.core.words import RECIPIENT, ProcessName
from models.kits.registry import all_traits
from models.policies.shipped import read_policy, shipped_processes
from tasks.planning.forecasting import forecast
from tasks.planning.trying import AHEAD, BEFORE, try_day
from tasks.policies.processes import UnknownProcess
from tasks.processes.adding import add_process
from tasks.processes.beginning import OF_SUBJECT, begin_process
from tasks.processes.files import ProcessFiles
from tests.support.tyre_storage import POLICY, TYRES, tyre_storage
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")


def fill(files: ProcessFiles) -> ProcessFiles:
    """What the draft leaves to be written."""
    for languages in files.templates.values():
        for text in languages.values():
            text["text"] = text["text"] or "{{ customer }}"
    for word, said in files.wording.items():
        said.update({language: text or f"{word} {language}" for language, text in said.items()})
    return files


@pytest.mark.parametrize("kind", [kind for kind in all_traits() if kind != RECIPIENT])
def test_a_draft_about_any_subject_wants_words_alone(world: World, kind: str) -> None:
    files = begin_process(world.connection, "own", f"{OF_SUBJECT}{kind}")
    assert add_process(world.connection, NOW, fill(files), "mei").process == ProcessName("own")


@pytest.mark.parametrize("process", shipped_processes())
def test_a_copy_of_any_process_wants_a_name_alone(world: World, process: ProcessName) -> None:
    files = fill(begin_process(world.connection, "own", process))
    assert [step["key"] for step in files.policy["steps"]]
    assert add_process(world.connection, NOW, files, "mei").new


def test_a_process_of_ones_own_is_edited_and_can_be_copied(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    edited = begin_process(world.connection, TYRES, TYRES)
    assert not add_process(world.connection, NOW, edited, "mei").changed
    assert add_process(world.connection, NOW, fill(begin_process(world.connection, "own", TYRES)), "mei").new


@pytest.mark.parametrize("source", ["birthdays", "handover", "subject:boat", f"subject:{RECIPIENT}"])
def test_nothing_is_begun_with_what_there_is_not(world: World, source: str) -> None:
    with pytest.raises(UnknownProcess):
        begin_process(world.connection, "own", source)


def test_what_is_seen_beforehand_is_what_is_foreseen_afterwards(world: World) -> None:
    """180 days after 10 September 2025 is the day before: the first sweep would still say it."""
    for handed_over in ("2025-09-10", "2025-09-14", "2025-09-14", "2025-03-20", "2025-01-05"):
        world.handover(world.customer(), handed_over)
    policy = read_policy(TYRES, POLICY)
    seen = Counter[tuple[str, str]]()
    for ahead in range(AHEAD):
        tried = try_day(world.connection, NOW, policy, ahead)
        seen.update({(f"{tried.day}", step): count for step, count in tried.by_step.items()})
        assert len(tried.sample) == sum(tried.by_step.values())
        assert all(contact.customer.endswith("***") for contact in tried.sample)
    add_process(world.connection, NOW, tyre_storage(), "mei")
    rows = [row for row in forecast(world.connection, NOW, AHEAD).rows if row.process == TYRES]
    assert seen == {(f"{row.day}", row.step): row.to_come for row in rows}
    assert seen.total() == 4


def test_the_last_days_are_seen_by_the_facts_of_each_day(world: World) -> None:
    world.handover(world.customer(), "2025-08-30")  # half a year later is 26 February 2026
    policy = read_policy(TYRES, POLICY)
    days = [try_day(world.connection, NOW, policy, ahead) for ahead in range(-BEFORE, 0)]
    assert [(f"{one.day}", one.by_step) for one in days if one.by_step] == [("2026-02-26", {"tyres-180": 1})]
