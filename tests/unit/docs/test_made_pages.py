"""The parts of docs/ that are made from the code are up to date, and a page that is not is found."""

from pathlib import Path

import pytest

from console.docs.pages import BEGIN, MADE, ROOT, NoMarks, stale_pages


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the pages with parts that are made."""
    (tmp_path / "docs").mkdir()
    for made in MADE.values():
        (tmp_path / made.page).write_text((ROOT / made.page).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_the_pages_are_up_to_date() -> None:
    assert [path for path, _ in stale_pages()] == [], "run python -m console.docs"


@pytest.mark.parametrize("name", MADE)
def test_a_page_that_says_something_else_is_found_and_made_anew(copy: Path, name: str) -> None:
    page = copy / MADE[name].page
    right = page.read_text(encoding="utf-8")
    begin = BEGIN.format(name=name)
    page.write_text(right.replace(begin, f"{begin}\nWhat somebody wrote by hand.\n"), encoding="utf-8")
    assert list(stale_pages(copy)) == [(page, right)]


def test_a_page_without_the_marks_is_named(copy: Path) -> None:
    (copy / "docs" / "api.md").write_text("# The API\n", encoding="utf-8")
    with pytest.raises(NoMarks, match=r"docs/api.md: expected the lines '<!-- made by python"):
        list(stale_pages(copy))
