"""Which variant of a trial wins."""

from hypothesis import given
from hypothesis import strategies as st

from models.campaigns.measures import VariantMeasure, winner_of

KEYS = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def trials(draw: st.DrawFn) -> list[VariantMeasure]:
    keys = draw(st.lists(KEYS, min_size=1, unique=True))
    counts = [draw(st.integers(0, 10_000)) for _ in keys]
    return [VariantMeasure(key, told, draw(st.integers(0, told))) for key, told in zip(keys, counts, strict=True)]


def test_the_larger_share_wins_however_few_were_told() -> None:
    assert winner_of([VariantMeasure("a", 1000, 99), VariantMeasure("b", 100, 10)]) == "b"


def test_of_equals_the_first_wins_in_whatever_order_they_come() -> None:
    assert winner_of([VariantMeasure("b", 30, 10), VariantMeasure("a", 60, 20)]) == "a"


def test_where_nobody_was_told_the_first_wins() -> None:
    assert winner_of([VariantMeasure("b", 0, 0), VariantMeasure("a", 0, 0)]) == "a"


def test_one_told_without_success_is_no_worse_than_one_that_nobody_was_told() -> None:
    assert winner_of([VariantMeasure("a", 0, 0), VariantMeasure("b", 5, 0)]) == "b"


@given(trials())
def test_nobody_beats_the_winner(measures: list[VariantMeasure]) -> None:
    best = next(one for one in measures if one.variant == winner_of(measures))
    assert all(best.good * one.told >= one.good * best.told for one in measures if best.told)
