"""What holds for a file as a whole: all or nothing, rejects, counts, and sentences about unusable files."""

from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.core.settings import Settings
from tasks.intake import importing
from tasks.intake.errors import AmbiguousColumn, ColumnsNotInFile, KindNeedsColumns, UnknownKind, UnusableFile
from tasks.intake.files.rejects import rejects_path
from tasks.intake.importing import load_file, read_kinds
from tasks.intake.kinds import KINDS
from tasks.intake.maps.column_map import NO_MAP
from tests.postgres.intake.conftest import Desk


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        ("lead", "Did you mean 'leads'?"),
        ("customer", "'customer' is not a kind of fact; expected one or more of stores, staff, customers"),
        ("customer", "Did you mean 'customers'?"),
        ("", "'' is not a kind of fact"),
    ],
)
def test_kinds_that_there_are_not(kinds: str, sentence: str) -> None:
    with pytest.raises(UnknownKind) as told:
        read_kinds(kinds)
    assert sentence in str(told.value)


def test_kinds_are_put_in_their_order() -> None:
    assert read_kinds("payments, Repair_Orders,customers") == ("customers", "repair-orders", "payments")


def test_a_column_that_the_file_does_not_have(desk: Desk) -> None:
    with pytest.raises(ColumnsNotInFile) as told:
        desk.load("customers", "Client,Mobile\nAnn,1\n", '[customers]\nkey = "Mobil"\nname = "Client"')
    assert str(told.value) == (
        f"{desk.folder / 'file.csv'} has no column 'Mobil' (customers.key in the map); "
        "its columns are 'Client', 'Mobile'. Did you mean 'Mobile'?"
    )


def test_a_file_that_lacks_what_its_kind_needs(desk: Desk) -> None:
    with pytest.raises(
        KindNeedsColumns, match=r"customers need 'key' and 'name'. The file's columns are 'Client', 'Mob'"
    ):
        desk.load("customers", "Client,Mob\nAnn,1\n")
    with pytest.raises(KindNeedsColumns, match=r"vehicles need 'key' or 'vin' or 'plate'"):
        desk.load("vehicles", "model\nGolf\n")


def test_a_column_that_is_there_twice(desk: Desk) -> None:
    content = "No,Name,Name\n1,Ann,Lee\n"
    with pytest.raises(AmbiguousColumn, match="names 'Name' more than once"):
        desk.load("customers", content, '[customers]\nkey = "No"\nname = "Name"')
    desk.load("customers", content, '[customers]\nkey = "No"\nname = { columns = ["Name (1)", "Name (2)"] }')
    assert desk.rows("select name from customers") == ["Ann Lee"]


def test_a_row_with_more_cells_than_the_header_has_slipped(desk: Desk) -> None:
    result = desk.load("customers", "key,name\n1,Ann\n2,Lee, Bob\n3,Cy,\n")
    assert result.counts["customers"].rejected == 2  # also where what slipped out is empty
    assert desk.rejects()[0]["reason"].startswith(
        "the row has 3 cells and the header has 2; a separator inside a value"
    )


def test_repeated_headers_are_skipped(desk: Desk) -> None:
    result = desk.load("customers", "key,name\n1,Ann\nkey,name\n2,Bob\n")
    assert (result.counts["customers"].read, result.rejects_path) == (2, None)


def test_rejects_can_be_opened_in_a_spreadsheet_and_go_when_all_is_well(desk: Desk) -> None:
    result = desk.load("customers", "key,name,birth_on\n1,Ann,=1+1\n2,王芳,+x\n3,Cy,@x\n")
    path = desk.folder / "file.csv.rejects.csv"
    assert result.rejects_path == path
    assert path.read_bytes().startswith(b"\xef\xbb\xbfrow,kind,column,value,reason")
    assert [each["value"] for each in desk.rejects()] == ["'=1+1", "'+x", "'@x"]
    assert desk.load("customers", "key,name\n1,Ann\n").rejects_path is None
    assert not path.exists()


def test_the_result_for_programs(desk: Desk) -> None:
    desk.load("customers", "key,name\nC1,Ann\n")
    result = desk.load("customers", "key,name\nC1,Ann\nC2,Bob\nC3,\n")
    assert result.as_json() == {
        "file": str(desk.folder / "file.csv"),
        "accepted": True,
        "kinds": {
            "customers": {
                "read": 3,
                "inserted": 1,
                "changed": 0,
                "unchanged": 1,
                "repeated": 0,
                "rejected": 1,
                "passed_over": 0,
                "warnings": 0,
            }
        },
        "rejects": str(desk.folder / "file.csv.rejects.csv"),
        "first_rejects": [
            {
                "row": 4,
                "kind": "customers",
                "column": "name",
                "field": "name",
                "value": "",
                "reason": {
                    "code": "value-expected",
                    "figures": {"meaning": {"en": ": full name of the person or company", "zh-CN": ""}},
                    "sentence": "expected a value, and the cell holds none: full name of the person or company",
                },
                "whole": True,
            }
        ],
        "notices": [],
    }


def test_nothing_accepted(desk: Desk) -> None:
    assert desk.load("customers", "key,name\n").accepted is False
    assert desk.load("customers", "key,name\nC1,\n").accepted is False


@pytest.mark.parametrize("end", ['C9,"Bob\n', "C9,B\x00b\n"])
def test_a_file_that_becomes_unreadable_far_down_changes_nothing(desk: Desk, end: str) -> None:
    desk.load("customers", "key,name\nC0,Ann\n")
    before = desk.snapshot()
    rows = "".join(f"C{number},Ann\n" for number in range(12_000))
    with pytest.raises(UnusableFile):
        desk.load("customers", f"key,name\n{rows}{end}")
    assert desk.snapshot() == before
    assert not rejects_path(desk.folder / "file.csv").exists()


def test_rejects_that_cannot_be_written_keep_the_file_out(desk: Desk) -> None:
    (desk.folder / "file.csv.rejects.csv").mkdir()
    with pytest.raises(UnusableFile, match="The rejects cannot be written, so nothing went in"):
        desk.load("customers", "key,name\nC1,Ann\nC2,\n")
    assert desk.rows("select count(*) from customers") == [0]


def test_one_row_may_hold_several_facts_of_a_kind(desk: Desk) -> None:
    map_ = """
        [customers]
        key = "No"
        name = "Name"
        [[consents]]
        only_where = { column = "SMS", is = "not empty" }
        customer = "No"
        channel = { constant = "sms" }
        granted = "SMS"
        [[consents]]
        only_where = { column = "Mail", is = "not empty" }
        customer = "No"
        channel = { constant = "email" }
        granted = "Mail"
        """
    result = desk.load("customers,consents", "No,Name,SMS,Mail\n1,Ann,no,yes\n2,Bob,,no\n", map_)
    assert desk.rows("select channel, granted from consents order by customer_id, channel") == [
        ("email", True),
        ("sms", False),
        ("email", False),
    ]
    assert (result.counts["consents"].read, result.counts["consents"].passed_over) == (4, 1)


def test_a_kind_that_fails_does_not_keep_out_the_others_of_its_row(desk: Desk) -> None:
    map_ = """
        [customers]
        key = "No"
        name = "Name"
        [vehicles]
        customer = "No"
        vin = "VIN"
        [deliveries]
        customer = "No"
        vehicle = "VIN"
        handed_over_on = "Day"
        """
    desk.load("customers,vehicles,deliveries", "No,Name,VIN,Day\n1,Ann,V1,soon\n,Bob,V2,2026-01-01\n", map_)
    assert desk.rows("select vin from vehicles order by 1") == ["V1", "V2"]
    assert desk.rows("select name from customers") == ["Ann"]
    assert desk.rows("select count(*) from handovers") == [0]


def test_batches_are_one_import(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    rows = "".join(f"C{number % 5},Ann{number}\n" for number in range(11))
    result = desk.load("customers", f"key,name\n{rows}")
    assert (result.counts["customers"].inserted, result.counts["customers"].repeated) == (5, 6)
    assert desk.rows("select name from customers order by name") == ["Ann10", "Ann6", "Ann7", "Ann8", "Ann9"]


def test_two_imports_at_once_take_turns(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("key,name\nC1,Ann\n", encoding="utf-8")
    now, settings = datetime(2026, 3, 1, tzinfo=UTC), Settings(home=tmp_path)
    with engine.begin() as first, engine.connect() as second:
        load_file(first, read_kinds("customers"), path, column_map=NO_MAP, now=now, settings=settings)
        waits = second.execute(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": importing.LOCK}).scalar_one()
        assert waits is False
    with engine.begin() as third:
        result = load_file(third, read_kinds("customers"), path, column_map=NO_MAP, now=now, settings=settings)
    assert result.counts["customers"].unchanged == 1


def test_every_kind_stays_whole_when_everything_in_it_is_nonsense(desk: Desk) -> None:
    desk.load("stores", "code\nS\n")
    for kind in KINDS.values():
        header = ",".join(column.name for column in kind.columns)
        for nonsense in ("�", "0", "'; drop table stores; --", "-", "９９９", "\u202e", "2026-02-30"):
            cells = ",".join(chain(repeat(f'"{nonsense}"', len(kind.columns))))
            desk.load(kind.name, f"{header}\n{cells}\n{cells}\n", store="S")
    assert "S" in desk.rows("select code from stores")
