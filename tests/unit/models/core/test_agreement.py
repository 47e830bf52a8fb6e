"""Words agree with the number before them: one rule, and no English sentence that forgets it."""

import re
import string
from itertools import pairwise

import pytest

from console.shared.words import read_wording
from models.core.saying import ENGLISH, agree, fill, read_sentences

SEVERAL = re.compile(r"^\)? ?(other |planned |more |open |due |new )*([a-z]+s|people)\b")
"""A word in the plural after a figure."""
NO_PLURALS = {
    "was",
    "is",
    "has",
    "as",
    "this",
    "its",
    "minus",
    "plus",
    "s",
    "less",
    "does",
    "says",
    "works",
    "customers'",
    "across",
    "sends",
    "stands",
    "goes",
    "holds",
}
"""What ends like a plural and is none."""


@pytest.mark.parametrize(("count", "said"), [("0", "0 days"), ("1", "1 day"), ("2", "2 days"), ("1,001", "1,001 days")])
def test_words_agree_with_the_figure_before_them(count: str, said: str) -> None:
    assert fill("{count} [day|days]", {"count": count}) == said


def test_only_the_figure_next_before_counts_and_what_people_wrote_stays() -> None:
    assert fill("{a} [day|days] of {b} [week|weeks], {text}", {"a": 2, "b": 1, "text": "[x|y]"}) == (
        "2 days of 1 week, [x|y]"
    )
    assert agree("no [choice", "1") == "no [choice"


def test_no_english_sentence_has_a_plural_after_a_figure_that_may_be_one() -> None:
    sentences = {**read_wording(), **read_sentences()}
    wrong = []
    for key, said in sentences.items():
        if key.startswith("errors."):
            continue
        pieces = list(string.Formatter().parse(said[ENGLISH]))
        for (_, name, _, _), (after, _, _, _) in pairwise(pieces):
            found = SEVERAL.match(after)
            if name is not None and found and found[2] not in NO_PLURALS:
                wrong.append(f"{key}: {said[ENGLISH]}")
    assert wrong == []
