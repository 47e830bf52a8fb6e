"""Files as tables: encodings, separators, headers, and files that are no tables."""

import os
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tasks.intake.errors import AmbiguousColumn, UnusableFile
from tasks.intake.files import sources
from tasks.intake.files.sources import Source, open_source
from tasks.intake.maps.column_map import FileRules
from tasks.intake.values.dates import read_date

WANTED = ("Name", "Phone")


def table(path: Path, rules: FileRules | None = None) -> tuple[list[str], list[tuple[int, list[str]]], tuple[str, ...]]:
    """Header, rows and notices of a file."""
    with open_source(path, rules or FileRules(), WANTED) as source:
        return list(source.header.names), list(source.rows), tuple(map(str, source.notices))


def a_file(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    """A file with this content."""
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def an_archive() -> bytes:
    """A ZIP archive of something else than a workbook."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr(ZipInfo("sales.csv"), "Name,Phone\n")  # without the time of day
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = [["Name", "Phone"], ["王芳、李娜", '"1,2;3|4\t5"']]
    content = "\n".join(separator.join(line) for line in lines)
    if encoding == "utf-16-le":
        content = f"\ufeff{content}"
    header, rows, notices = table(a_file(tmp_path, content, encoding))
    assert header == ["Name", "Phone"]
    assert rows == [(2, ["王芳、李娜", "1,2;3|4\t5"])]
    assert not notices


def test_a_late_byte_decides_the_encoding(tmp_path: Path) -> None:
    body = "".join(f"Ann{i},{i}\n" for i in range(300_000))
    _, rows, _ = table(a_file(tmp_path, f"Name,Phone\n{body}王芳,1\n", "gb18030"))
    assert rows[-1] == (300_002, ["王芳", "1"])


def test_western_text_is_not_taken_for_chinese_and_says_so(tmp_path: Path) -> None:
    _, rows, notices = table(a_file(tmp_path, "Name;Phone\nMüller Größe;1\nJörg Wäßrig;2\n", "cp1252"))
    assert rows[0] == (2, ["Müller Größe", "1"])
    assert "cp1252" in notices[0]


def test_an_encoding_of_the_map_that_is_not_the_files(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="not written in utf-8, which the map names"):
        table(a_file(tmp_path, "Name,Phone\n王芳,1\n", "gb18030"), FileRules(encoding="utf-8"))


def test_titles_above_the_header_and_empty_rows(tmp_path: Path) -> None:
    content = "List of Name, as of today\n\n,\nPhone,Name\n1,Ann\n\n2,Bob\n"
    header, rows, _ = table(a_file(tmp_path, content))
    assert header == ["Phone", "Name"]
    assert rows == [(5, ["1", "Ann"]), (7, ["2", "Bob"])]


def test_the_map_says_where_the_header_is(tmp_path: Path) -> None:
    path = a_file(tmp_path, "Name,Phone\nName,Phone\n1,2\n")
    assert table(path, FileRules(header_row=2))[1] == [(3, ["1", "2"])]
    with pytest.raises(UnusableFile, match="header_row is 9, but the file has 3 rows"):
        table(path, FileRules(header_row=9))


def test_short_rows_are_filled_and_cells_with_line_breaks_count_as_one_row(tmp_path: Path) -> None:
    _, rows, _ = table(a_file(tmp_path, 'Name,Phone,Note\nAnn\n"Bob\nRay",2,x\nCy,3,\n'))
    assert rows == [(2, ["Ann", "", ""]), (3, ["Bob\nRay", "2", "x"]), (4, ["Cy", "3", ""])]


def test_a_name_that_stands_twice_in_the_header(tmp_path: Path) -> None:
    with open_source(a_file(tmp_path, "Name,Phone,name\n1,2,3\n"), FileRules(), WANTED) as source:
        assert source.header.find("Name (2)") == 2
        with pytest.raises(
            AmbiguousColumn, match=r"names 'Name' more than once, as columns 1 and 3; write 'Name \(1\)'"
        ):
            source.header.find("Name")


@pytest.mark.parametrize("name", ["due_date", "DUE DATE", " Due-Date ", "ＤＵＥ date", "\ufeffDue\u3000Date"])
def test_names_of_columns_are_compared_generously(tmp_path: Path, name: str) -> None:
    with open_source(a_file(tmp_path, "Name,Due Date\n"), FileRules(), WANTED) as source:
        assert source.header.find(name) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file is empty"),
        ("\n\n\n", "The file is empty"),
        ('Name,Phone\nAnn,"1\nBob,2\n', "A quotation mark that opens in line 2 is never closed"),
        ("<html><table><tr><td>Name</td></tr></table></html>", "a web page or XML"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "Line 3 holds the character zero when it is read as cp1252"),
        ("Name,Phone\n".encode("utf-16-le"), 'say encoding = "utf-16-le" under [file] in the map'),
        (an_archive(), "The file is a ZIP archive, and no workbook; unpack it first."),
        (b"PK\x03\x04 this is no workbook", "not a workbook that can be read"),
        (b"Name,Phone\n\x81\x20\x8d\n", "encoding is not known"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(UnusableFile) as told:
        table(a_file(tmp_path, content))
    assert str(told.value).startswith(f"{tmp_path / 'file.csv'}: ")
    assert sentence in str(told.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="cannot be read: No such file"):
        table(tmp_path / "none.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="cannot be read: Is a directory"):
        table(tmp_path)


@pytest.mark.parametrize("large", [False, True])
def test_workbooks_small_and_large_read_the_same(tmp_path: Path, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if large:
        monkeypatch.setattr(sources, "LARGE_WORKBOOK", 0)
    book = Workbook()
    sheet = book.active
    for row in (["Title"], [], ["Name", "Phone", "Km"], ["Ann", 13800138000, 0.1 + 0.2], ["Bob", "x", True]):
        sheet.append(row)
    book.save(tmp_path / "file.csv")
    header, rows, _ = table(tmp_path / "file.csv")
    assert header[:3] == ["Name", "Phone", "Km"]
    assert rows == [(4, ["Ann", "13800138000", "0.3"]), (5, ["Bob", "x", "yes"])]


def test_a_workbook_whose_formulas_nobody_has_worked_out(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "Phone"])
    book.save(tmp_path / "file.csv")
    assert table(tmp_path / "file.csv")[2] == ()
    book.active.append(["Ann", "=A1"])
    book.save(tmp_path / "file.csv")
    _, rows, notices = table(tmp_path / "file.csv")
    assert rows == [(2, ["Ann", ""])]
    assert [notice for notice in notices if "has formulas whose values are not in the file" in notice]


def test_the_other_sheets_of_a_workbook_are_told_unless_one_is_named(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "Phone"])
    book.create_sheet("March")
    book.create_sheet("Lists").sheet_state = "hidden"
    book.save(tmp_path / "file.csv")
    (notice,) = table(tmp_path / "file.csv")[2]
    assert "other sheets than the first one, which were passed over: 'March'; where" in notice
    assert table(tmp_path / "file.csv", FileRules(sheet="Sheet"))[2] == ()


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    book = Workbook()
    book.save(tmp_path / "file.csv")
    for sheet in ("Sales", 2):
        with pytest.raises(UnusableFile, match=f"has no sheet '{sheet}'; its sheets are 'Sheet'"):
            table(tmp_path / "file.csv", FileRules(sheet=sheet))


def test_rows_are_streamed(tmp_path: Path) -> None:
    with open_source(a_file(tmp_path, "Name,Phone\n" + "Ann,1\n" * 100), FileRules(), WANTED) as source:
        assert isinstance(source, Source)
        assert next(source.rows) == (2, ["Ann", "1"])


KOREAN = "Name,Phone\n김영희 서울특별시,1\n박철수 부산광역시,2\n이민호 대구광역시,3\n"
TRADITIONAL = "Name,Phone\n陳大文 臺北市信義區,1\n黃小明 高雄市鹽埕區,2\n張學友 香港灣仔,3\n"
SIMPLIFIED = "Name,Phone\n王芳 上海市浦东新区,1\n李娜 北京市海淀区,2\n赵敏 深圳市南山区,3\n"


@pytest.mark.parametrize(("content", "encoding"), [(KOREAN, "euc-kr"), (TRADITIONAL, "big5")])
def test_an_encoding_that_may_be_another_is_asked_about(tmp_path: Path, content: str, encoding: str) -> None:
    path = a_file(tmp_path, content, encoding)
    with pytest.raises(UnusableFile, match=f"as well in .*{encoding}"):
        table(path)
    assert table(path, FileRules(encoding=encoding))[1][0][1][0] == content.split("\n")[1].split(",", maxsplit=1)[0]


def test_chinese_is_chinese_without_a_word(tmp_path: Path) -> None:
    _, rows, notices = table(a_file(tmp_path, SIMPLIFIED, "gb18030"))
    assert (rows[0][1][0], notices) == ("王芳 上海市浦东新区", ())


def test_letters_that_were_broken_before_are_told(tmp_path: Path) -> None:
    broken = "Name,Phone\nJörg Müller,1\n".encode().decode("cp1252")
    assert "2 were written in UTF-8 and read in another" in table(a_file(tmp_path, broken))[2][0]
    assert "1 are lost" in table(a_file(tmp_path, "Name,Phone\nJ\ufffdrg,1\n"))[2][0]


@pytest.mark.parametrize("what", ["pipe", "holes", "line"])
def test_what_has_no_end_is_no_file(tmp_path: Path, what: str) -> None:
    path = tmp_path / "file.csv"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "holes":
        with path.open("wb") as stream:
            stream.truncate(2 << 30)
    else:
        path.write_text("x," * (15 << 20), encoding="utf-8")
    with pytest.raises(UnusableFile, match=r"a pipe or a device|more than 1,024 MiB|more than 4,194,304 characters"):
        table(path)


def a_workbook(path: Path, sheet: str) -> Path:
    """A workbook whose one sheet is this XML."""
    book = Workbook()
    book.active.append(["Name", "Phone"])
    whole = BytesIO()
    book.save(whole)
    with ZipFile(whole) as before, ZipFile(path, "w", ZIP_DEFLATED) as after:
        for part in before.infolist():
            content = before.read(part)
            after.writestr(part.filename, sheet if part.filename == "xl/worksheets/sheet1.xml" else content)
    return path


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>{{}}</sheetData></worksheet>'
NAME = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'


@pytest.mark.parametrize(
    ("sheet", "size"),
    [
        (SHEET.format(f'{NAME}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), 1),
        (SHEET.format(f'{NAME}<row r="9999999"><c r="ZZZZ9999999"><v>1</v></c></row>'), 1),
        (SHEET.format("<row>" + "<c" * 200_000), 1),
        ('<worksheet><sheetData><row r="1"><c r="A1"><v>1', 1),
        ("<c><v>1</v></c>", 6_000_000),
    ],
    ids=["the end of the sheet", "beyond it", "unclosed cells", "unclosed", "much out of little"],
)
def test_a_workbook_that_breaks_its_reader_breaks_nothing_else(tmp_path: Path, sheet: str, size: int) -> None:
    with pytest.raises(UnusableFile, match=r"workbook|columns|empty"):
        table(a_workbook(tmp_path / "file.xlsx", sheet * size))


def test_the_days_of_a_workbook_that_count_from_1904(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["Name", "Phone", "Day", "Number"])
    book.active.append(["Ann", 1, date(2026, 3, 2), 44621])
    book.save(tmp_path / "file.xlsx")
    _, rows, _ = table(tmp_path / "file.xlsx")
    assert [read_date(cell) for cell in rows[0][1][2:]] == [date(2026, 3, 2), date(2026, 3, 2)]
