"""Whatever the page or the language: those who work here read dates in one way, written in one place."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import console
from console.docs.reasons import declared_reasons
from console.shared.words import LANGUAGES, say_figure
from models.core.saying import FigureType, say_typed
from models.core.shown import show_day, show_moment

ROOT = Path(console.__path__[0]).parent
PAGES = [
    *sorted((ROOT / "console/web").rglob("*.py")),
    *sorted((ROOT / "console/shared").rglob("*.py")),
    ROOT / "models/core/saying.py",
]
WRITES = re.compile(r":%[YdbBm]|strftime\(|write_day\(|(?<!from)isoformat\(\)\}|: \w+(?:\.\w+)*\.isoformat\(\)[,)]")
NO_READER = {"console/web/campaigns/form.py", "console/web/campaigns/page.py"}
"""What an input of a browser, an address or a program reads."""
SHANGHAI = ZoneInfo("Asia/Shanghai")
OTHERWISE = re.compile(r"\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|\d月\d|\d/\d{1,2}/\d")


def writes_dates(source: str) -> list[str]:
    """The lines that write a date in a way of their own."""
    return [line.strip() for line in source.splitlines() if WRITES.search(line)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_writes_dates_in_a_way_of_its_own(path: Path) -> None:
    if str(path.relative_to(ROOT)) not in NO_READER:
        assert writes_dates(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line", ['f"{day:%d %b}"', "day.strftime(form)", "write_day(day, language)", 'f"{day.isoformat()}"']
)
def test_a_page_that_did_would_be_found(line: str) -> None:
    assert writes_dates(f"label({line})")


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_and_errors_write_dates_as_the_tables_beside_them(language: str) -> None:
    at = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)
    assert say_typed(language, FigureType.DAY, "2026-03-10", None) == show_day(date(2026, 3, 10)) == "2026-03-10"
    assert say_typed(language, FigureType.MOMENT, at.isoformat(), SHANGHAI) == show_moment(at, SHANGHAI)
    assert show_moment(at, SHANGHAI) == "2026-03-10 09:30"
    assert say_figure(language, date(2026, 3, 10)) == "2026-03-10"
    assert say_figure(language, at.astimezone(SHANGHAI)) == "2026-03-10 09:30"
    dated = [one for one in declared_reasons() if {FigureType.DAY, FigureType.MOMENT} & set(one.figures.values())]
    assert len(dated) > 10


def test_otherwise_written_dates_are_known() -> None:
    assert [bool(OTHERWISE.search(text)) for text in ("10 Mar 2026", "3月10日", "03/10/2026", "2026-03-10")] == [
        True, True, True, False,
    ]  # fmt: skip
