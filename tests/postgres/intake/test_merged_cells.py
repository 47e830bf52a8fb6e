"""Merged cells of a workbook: what a row holds there is not known, unless nobody reads it or the map says so."""

from io import BytesIO

import pytest
from openpyxl import Workbook

from tasks.intake.files import sources
from tests.postgres.intake.conftest import Desk

ROWS = [
    ["Customers of March", "", "", ""],
    ["Region", "key", "name", "phone"],
    ["North", "C1", "Ann", "13800138001"],
    ["", "C2", "Bob", "13800138002"],
    ["", "C3", "Cy", "13800138003"],
    ["South", "C4", "Dee", "13800138004"],
]
NAMES = "select name from customers order by name"
MAP = """
    [constants]
    store = "S"
    [customers]
    key = "key"
    name = "name"
    phone = "phone"
"""


@pytest.fixture(params=["whole", "streamed"])
def shop(desk: Desk, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with a store, that reads workbooks at once or, as it does large ones, row by row."""
    desk.load("stores", "code\nS\n")
    if request.param == "streamed":
        monkeypatch.setattr(sources, "LARGE_WORKBOOK", 0)
    return desk


def merging(*ranges: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    for merged in ("A1:D1", *ranges):
        sheet.merge_cells(merged)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_title_over_the_table_and_a_column_that_nobody_reads_lose_nothing(shop: Desk) -> None:
    assert shop.load("customers", merging("A3:A5"), MAP).rejected == 0
    assert shop.rows(NAMES) == ["Ann", "Bob", "Cy", "Dee"]


def test_rows_that_share_a_cell_are_refused_but_for_the_first(shop: Desk) -> None:
    shop.load("customers", merging("D3:D5"), MAP)
    assert shop.rows(NAMES) == ["Ann", "Dee"]
    assert [(one["row"], one["column"]) for one in shop.rejects()] == [("4", "phone"), ("5", "phone")]
    assert "merged with others in rows 3 to 5" in shop.rejects()[0]["reason"]


def test_a_cell_over_several_columns_leaves_none_of_its_row_known(shop: Desk) -> None:
    shop.load("customers", merging("C4:D4"), MAP)
    assert shop.rows(NAMES) == ["Ann", "Cy", "Dee"]


def test_the_map_may_say_that_the_value_is_meant_for_the_rows_below(shop: Desk) -> None:
    shop.load("customers", merging("A3:A5"), MAP.replace("[constants]", '[file]\nfill_down = ["Region"]\n[constants]'))
    grouped = MAP.replace("[constants]", '[file]\nfill_down = ["Region"]\n[constants]') + 'area = "Region"\n'
    assert shop.load("customers", merging("A3:A5"), grouped).rejected == 0
    assert shop.rows("select area from customers order by name") == ["North", "North", "North", "South"]
