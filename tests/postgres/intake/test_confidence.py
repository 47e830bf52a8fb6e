"""Whether a file is what it is taken for, asked before anything goes in; and what a check shows."""

from datetime import date, timedelta

import pytest
from openpyxl import Workbook

from tasks.intake.errors import DoubtfulFile
from tasks.intake.importing import check_file, load_file, read_kinds
from tasks.intake.maps.column_map import NO_MAP
from tests.postgres.intake.conftest import NOW, Desk

LIGATURE = "\ufb03"
INVOICES = "key,account,due_on,amount\n"
SEEN = "select ctid::text || t::text from files_seen t"


@pytest.fixture
def ledger(desk: Desk) -> Desk:
    """A desk that knows a customer with an account."""
    desk.load("customers", "key,name\nA1,Ann\n")
    return desk


def rows(count: int, line: str) -> str:
    """So many rows, numbered."""
    return "".join(line.format(n=n) + "\n" for n in range(count))


@pytest.mark.parametrize(
    ("content", "doubt"),
    [
        (rows(20, "I{n},A1,2026-02-10,1.00") + rows(4, "J{n},A1,2026-02-10,1,190.50"), "4 of 24 rows are not like the"),
        (rows(10, "I{n},A1,2026-02-10,1.00") + rows(11, "J{n},A1,soon,1.00"), "11 of 21 rows are rejected"),
        (rows(20, "I{n},A1,2026-02-10,1.00") + rows(8, "I{n},A1,2026-02-10,2.00"), "8 of 28 rows are contradicted"),
        ("I1,A1,2026-02-10,1.00\n" * 30, "29 of 30 rows are repetitions"),
    ],
)
def test_a_file_of_which_much_is_odd_is_not_loaded_unless_that_is_accepted(
    ledger: Desk, content: str, doubt: str
) -> None:
    with pytest.raises(DoubtfulFile, match=doubt):
        ledger.load("invoices", INVOICES + content)
    assert ledger.rows("select count(*) from invoices") == [0]
    with pytest.raises(DoubtfulFile, match=doubt):
        ledger.load("invoices", INVOICES + content, '[file]\ndecimal = "."')
    result = ledger.load("invoices", INVOICES + content, '[file]\naccept = "known to be so"')
    assert result.accepted
    assert any(doubt in str(notice) and "known to be so" in str(notice) for notice in result.notices)
    path = ledger.write(INVOICES + content)
    loaded = load_file(ledger.connection, read_kinds("invoices"), path, now=NOW, settings=ledger.settings, accept=True)
    assert any(doubt in str(each) for each in loaded.doubts)


def test_a_column_that_holds_something_else_than_the_last_time(ledger: Desk) -> None:
    people = "key,name,area,level\n"
    ledger.load("customers", people + rows(20, "K{n},Ann,Pudong,1"))
    with pytest.raises(DoubtfulFile, match="'area' held words when this source was loaded last, and holds digits now"):
        ledger.load("customers", people + rows(20, "K{n},Ann,1,Pudong"))
    assert ledger.rows("select distinct area from customers where area is not null") == ["Pudong"]
    before = ledger.snapshot(), ledger.rows(SEEN)
    ledger.load("customers", people + rows(20, "K{n},Ann,Pudong,1"))
    assert (ledger.snapshot(), ledger.rows(SEEN)) == before


def test_days_that_a_spreadsheet_took_for_months(ledger: Desk) -> None:
    book = Workbook()
    book.active.append(["key", "account", "due_on", "amount"])
    for number in range(6):
        book.active.append([f"I{number}", "A1", date(2026, 1 + number % 2, 1 + number), 10])
        book.active.append([f"J{number}", "A1", f"{13 + number}.02.2026", 10])
    path = ledger.folder / "file.csv"
    book.save(path)
    with pytest.raises(DoubtfulFile, match="every date of the spreadsheet is of the 1st to 12th"):
        ledger.load("invoices", path)


def test_a_check_says_everything_and_changes_nothing(ledger: Desk) -> None:
    before = ledger.snapshot(), ledger.rows(SEEN)
    path = ledger.write(INVOICES + 'I1,A1,2026-02-10,"1,190.50"\nI2,A1,soon,1.00\n')
    result = check_file(
        ledger.connection, read_kinds("invoices"), path, column_map=NO_MAP, now=NOW, settings=ledger.settings
    )
    assert (ledger.snapshot(), ledger.rows(SEEN)) == before
    assert list(ledger.folder.glob("*.rejects.csv*")) == []
    assert (result.counts["invoices"].inserted, result.counts["invoices"].rejected) == (1, 1)
    assert result.check
    assert ("amount", "1,190.50", "amount", "1190.50") in result.check.understood[0].cells
    assert result.check.understood[1].problems[0].say("en").startswith("due_on: expected a date")
    assert [each.row for each in result.check.rejects] == [3]
    assert result.as_json()["checked"] is True
    assert ledger.load("invoices", path).counts["invoices"].inserted == 1


def test_contradictions_are_named_with_what_they_say(ledger: Desk) -> None:
    result = ledger.load("invoices", INVOICES + "I1,A1,2026-02-10,350.00\nI1,A1,2026-02-10,200.00\n")
    assert "'I1' (rows 2, 3) amount: 200.00 or 350.00" in str(result.notices[0])
    people = ledger.load("customers", "key,name,level\nB1,Bob,1\nB1,Bob,\nB2,Cy,1\nB2,Cy,2\n")
    assert "'B2' (rows 4, 5) level: 1 or 2" in str(people.notices[0])
    assert "B1" not in str(people.notices[0])


@pytest.mark.parametrize(
    ("kind", "content", "column"),
    [
        ("customers", f"key,name\n{'k' * 9000},Ann\n", "key"),
        ("customers", f"key,name\nK1,{'n' * 9000}\n", "name"),
        ("customers", f"key,name,wechat\nK1,Ann,{'w' * 9000}\n", "wechat"),
        ("vehicles", f"key,plate\nV1,{'沪' * 9000}\n", "plate"),
        ("invoices", f"key,account,due_on,amount\nI1,A1,{' ' * 5000}2026{'-' * 5000},1\n", "due_on"),
        ("invoices", f"key,account,due_on,amount\nI1,A1,2026-02-10,{'1 ' * 5000}\n", "amount"),
        ("appointments", f"key,customer,starts_at\nX1,A1,{LIGATURE * 9000}\n", "starts_at"),
    ],
)
def test_a_cell_that_is_too_long_is_told_and_not_looked_at(ledger: Desk, kind: str, content: str, column: str) -> None:
    ledger.load(kind, content)
    (told,) = ledger.rejects()
    assert (told["column"], told["reason"].split(" characters")[0][-20:].strip()[:8] != "") == (column, True)
    assert "characters, and the cell has" in told["reason"]
    assert len(told["value"]) <= 1_001


def test_it_is_kept_when_files_came_and_how_new_their_rows_were(ledger: Desk) -> None:
    seen = "select loads, expected_days, file_name from files_seen where source like 'invoices%'"
    for day in (1, 2, 2):
        content = f"key,customer,issued_on,due_on,amount\nI{day},A1,2026-02-1{day},2027-01-01,5.00\n"
        ledger.load("invoices", content, "[file]\nexpected_every_days = 7\n", now=NOW + timedelta(days=day))
    ((loads, expected, name),) = ledger.rows(seen)
    assert [each["newest_on"] for each in loads] == ["2026-02-11", "2026-02-12"]
    assert [each["at"] for each in loads] == [(NOW + timedelta(days=day)).isoformat() for day in (1, 2)]
    assert (expected, name) == (7, "file.csv")
