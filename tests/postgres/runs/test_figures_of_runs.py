"""Every figure in the account of a run has words, which the pages and the commands say."""

import pytest

from console.shared.words import name_part, read_wording
from models.core.retention import DaysKept
from models.policies.shipped import LANGUAGES
from tasks.overview.coverage import measure_coverage
from tasks.runs.housekeeping import keep_house
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_run_has_words(world: World, language: str) -> None:
    figures = [*measure_coverage(world.connection, NOW), *keep_house(world.connection, NOW, None, DaysKept()).figures]
    assert len(figures) > 15
    assert {name for name in figures if f"runs.figure_{name}" not in read_wording()} == set()
    assert len({name_part(language, name) for name in figures}) == len(figures)


def test_no_words_are_left_of_figures_that_there_are_no_more(world: World) -> None:
    figures = {*measure_coverage(world.connection, NOW), *keep_house(world.connection, NOW, None, DaysKept()).figures}
    assert {key for key in read_wording() if key.startswith("runs.figure_")} == {
        f"runs.figure_{name}" for name in figures
    }
