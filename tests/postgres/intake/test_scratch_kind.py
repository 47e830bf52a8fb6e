"""A kind is found by being there: with its drawer alone it has files, maps, a place in the API, docs and a sample."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from console.api.upserts import make_routes
from console.docs.import_kinds import columns_of_kinds, scopes_of_kinds
from tasks.access.api_scopes import all_scopes
from tasks.intake.columns import KindName
from tasks.intake.errors import UnknownKind, UnusableMap
from tasks.intake.files.records import load_records
from tasks.intake.importing import read_kinds
from tasks.sample.dealership import write_sample
from tasks.sample.pieces.all_pieces import PIECES
from tests.postgres.intake.conftest import Desk
from tests.support.scratch_kind import TABLE, looked_into, write_drawer

DRIVES = KindName("test-drives")
MAP = """
    [test-drives]
    key = "No"
    customer = "Client"
    driven_on = "Day"
    mood = { column = "Face", values = { ":-(" = "sad" } }
    """


@pytest.fixture
def drawer(tmp_path: Path) -> Iterator[Path]:
    """The drawer of test drives, which is looked into."""
    (tmp_path / "drawers").mkdir()
    module = write_drawer(tmp_path / "drawers", "test_drive")
    with looked_into(tmp_path / "drawers"):
        yield module


@pytest.fixture
def drives(desk: Desk, drawer: Path) -> Desk:
    """A desk with the table of test drives, and a customer."""
    desk.connection.execute(text(TABLE))
    desk.load("stores", "code\nSH01\n")
    desk.load("customers", "key,name\nC1,Li Na\n")
    return desk


def test_without_its_drawer_there_is_no_such_kind() -> None:
    with pytest.raises(UnknownKind):
        read_kinds("test-drives")


def test_its_files_go_in_with_checks_and_words_of_its_own(drives: Desk) -> None:
    rows = ("1,C1,Nova,2026-02-03,难过", "2,C1,tractor,2026-02-03,", "3,C1,,2026-02-04,so so")
    file = "\n".join(("key,customer,model,driven_on,mood", *rows))
    counts = drives.load("test-drives", file).counts[DRIVES]
    assert (counts.inserted, counts.rejected) == (1, 2)
    assert drives.rows("select key, model, driven_on::text, mood from test_drives") == [
        ("1", "Nova", "2026-02-03", "sad")
    ]
    assert [(each["kind"], each["reason"]) for each in drives.rejects()] == [
        ("test-drives", "model: expected a car."),
        (
            "test-drives",
            "mood: expected one of glad, sad; the map can translate the source's words, such as "
            'values = { "X" = "…", "*" = "…" }.',
        ),
    ]
    before = drives.snapshot()
    assert drives.load("test-drives", file).counts[DRIVES].unchanged == 1
    assert drives.snapshot() == before


def test_a_map_has_a_table_for_it_and_knows_its_columns(drives: Desk) -> None:
    drives.load("customers,test-drives", "No,Client,Day,Face,key,name\n7,C1,2026-02-03,:-(,C1,Li Na\n", MAP)
    assert drives.rows("select key, mood from test_drives") == [("7", "sad")]
    with pytest.raises(UnusableMap, match=r"test-drives.moood: 'moood' is not known here.* Did you mean 'mood'\?"):
        drives.load("test-drives", "No\n1\n", '[test-drives]\nmoood = "No"\n')


def test_programs_write_it(drives: Desk) -> None:
    record = {"key": "8", "customer": "C1", "driven_on": "2026-02-05", "mood": None}
    loaded = load_records(drives.connection, DRIVES, [record], store="SH01", now=drives.now, settings=drives.settings)
    assert (loaded.accepted, loaded.rejects) == (1, [])
    assert drives.rows("select key, mood from test_drives") == [("8", "glad")]
    application = FastAPI()
    application.include_router(make_routes())
    paths = application.openapi()["paths"]
    assert {"/api/v1/test-drives", "/api/v1/test-drives/{key}"} <= paths.keys()
    assert "`test-drives:write`" in paths["/api/v1/test-drives"]["post"]["description"]
    assert "test-drives:write" in all_scopes()


def test_the_documentation_tells_of_it(drawer: Path) -> None:
    assert "### test-drives\n\nA drive before the sale.\nIdentified by store and key.\n" in columns_of_kinds()
    assert "| `mood` | mood | glad, sad; glad |" in columns_of_kinds()
    assert "| `test-drives:write` | `test-drives` |" in scopes_of_kinds()


def test_the_sample_has_rows_of_it(drawer: Path, tmp_path: Path) -> None:
    summary = write_sample(tmp_path / "sample", 200, 7)
    assert (summary.good[DRIVES], summary.broken[DRIVES]) == (200 - len(PIECES), 1)
    lines = (tmp_path / "sample" / "test-drives.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "store,key,customer,driven_on"
    assert len(lines) == 1 + summary.good[DRIVES] + summary.broken[DRIVES]
