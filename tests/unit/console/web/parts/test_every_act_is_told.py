"""Every act says what it did, in the one place of the page."""

from pathlib import Path

import pytest

import console.web

WEB = Path(console.web.__path__[0])
ACTS = sorted(path for path in WEB.rglob("*.py") if ".change(" in path.read_text(encoding="utf-8"))
SAYS = ("tell(", "choosing.take(")
CHANGES_NOTHING = {"rehearsal_page.py"}
"""A rehearsal shows its result, and changes nothing."""


def test_there_are_acts() -> None:
    assert len(ACTS) > 20


@pytest.mark.parametrize("path", ACTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_page_that_changes_something_says_so(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert path.name in CHANGES_NOTHING or any(word in source for word in SAYS)


def test_words_are_said_in_one_place_and_never_pile_up() -> None:
    assert [path.name for path in WEB.rglob("*.py") if "ui.notify(" in path.read_text(encoding="utf-8")] == []
