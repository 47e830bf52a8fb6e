"""Whatever breaks in an export: nothing goes in that is not in the right file, and what is lost is told.

Takes a right file of each kind and breaks it as exports break: shifted, quoted, wrapped, re-encoded, with another
calendar's days, rounded, padded, dropped, doubled, of mixed locales, with subtotals, merged cells, or two files joined.
"""

import csv
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from sqlalchemy import inspect, text

from models.core.errors import AftercareError
from tasks.intake.columns import KindName
from tasks.intake.files.reading import Holds
from tasks.intake.importing import load_file, read_kinds
from tasks.intake.kinds import KINDS, Kind
from tasks.intake.results import ImportResult
from tests.postgres.intake.conftest import Desk
from tests.support.world import SHANGHAI

NOW = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
ROWS = 6
Fact = tuple[str | None, ...]
ENDS_OF_A_CUSTOMER = (
    "(select string_agg(concat_ws(' ', item, ends_on, provider, number), ', ' order by item) as ends "
    "from due_items group by customer_id) ends_of_a_customer"
)
"""Of a wide row several due items are made; what one customer has is compared as a whole."""
TABLES = {
    "stores": ("stores", "code, name, phone"),
    "staff": ("staff", "code, name, role, phone"),
    "customers": ("customers", "name, level, birth_on, area"),
    "consents": ("consents", "granted, nullif(given_at, 'epoch'), reason"),
    "vehicles": ("vehicles", "key, vin, plate, model"),
    "appointments": ("appointments", "key, starts_at, work"),
    "deliveries": ("handovers", "key, handed_over_on, salesperson"),
    "repair-orders": ("repair_orders", "key, opened_on, closed_on, work"),
    "warranties": ("warranties", "key, ends_on, name"),
    "odometer-readings": ("odometer_readings", "read_on, kilometres"),
    "invoices": ("invoices", "key, amount, due_on, kind"),
    "payments": ("payments", "key, amount, paid_on"),
    "promises": ("promises", "key, amount, made_on, promised_for"),
    "arrangements": ("account_arrangements", "key, kind, starts_on, ends_on, reason"),
    "due-items": ("due_items", "key, item, ends_on, issued_on"),
    "ends": (ENDS_OF_A_CUSTOMER, "ends"),
    "service-intervals": ("service_intervals", "key, item, months"),
    "inspections": ("inspections", "key, inspected_on, claim_amount"),
    "leads": ("leads", "key, urgency, model, created_on"),
    "showroom-visits": ("showroom_visits", "key, visited_on"),
}
"""Where the facts of a kind are, and what of them is compared; of another kind, all that it reads, in the table of its
name. A consent without a date counts from the epoch on."""
VALUES: dict[str, Callable[[int], str]] = {
    "store": lambda n: "S",
    "code": lambda n: f"S{n}A",
    "name": lambda n: ("Anton Adler", "Bärbel Bauer", "王芳", "Dörte Dietz", "李建国", "Frida Falk")[n],
    "item": lambda n: "insurance",
    "time_zone": lambda n: "Asia/Shanghai",
    "role": lambda n: "advisor",
    "customer": lambda n: f"C10{n}",
    "vehicle": lambda n: f"V10{n}",
    "invoice": lambda n: f"I10{n}",
    "vin": lambda n: f"LSVAA4180E200001{n}",
    "plate": lambda n: f"沪A5678{n}",
    "phone": lambda n: f"1380013811{n}",
    "phone2": lambda n: "",
    "email": lambda n: f"somebody{n}@example.com",
    "urgency": lambda n: "H",
    "amount": lambda n: f"1{n}50.50",
    "status": lambda n: "",
    "state": lambda n: "",
    "lost_reason": lambda n: "",
    "granted": lambda n: "yes" if n % 2 else "no",
    "purpose": lambda n: "marketing",
    "starts_at": lambda n: f"2026-03-2{n} 10:30",
    "promised_for": lambda n: f"2026-04-1{n}",
    "closed_on": lambda n: f"2026-03-1{n}",
    "ends_on": lambda n: f"2027-03-1{n}",
    "odometer_km": lambda n: f"1200{n}",
    "kilometres": lambda n: f"1200{n}",
    "limit_kilometres": lambda n: "60000",
    "work": lambda n: f"job {n}",
    "works": lambda n: "maintenance",
    "months": lambda n: "12",
}
BY_HOLDS: dict[Holds, Callable[[int], str]] = {
    Holds.KEY: lambda n: f"K10{n}",
    Holds.TEXT: lambda n: f"text {n}",
    Holds.DATE: lambda n: f"2026-02-1{n}",
    Holds.MOMENT: lambda n: f"2026-02-1{n} 09:15",
}
LEFT_OUT = ("customer_phone", "customer_name", "account", "advisor", "currency", "department", "departments", "lead")
OWN_VALUES: dict[str, dict[str, Callable[[int], str]]] = {"arrangements": {"kind": lambda n: "block"}}
OWN_LEFT_OUT = {"arrangements": ("invoice", "instalments", "ended_on")}
"""A block is about all that is owed, and is no plan."""


def right_file(kind: Kind) -> list[list[str]]:
    """A file of a kind in which every cell is right."""
    values, left_out = VALUES | OWN_VALUES.get(kind.name, {}), (*LEFT_OUT, *OWN_LEFT_OUT.get(kind.name, ()))
    columns = [
        column
        for column in kind.columns
        if (column.name in values or column.holds in BY_HOLDS) and column.name not in left_out
    ]
    rows = [[(values.get(c.name) or BY_HOLDS[c.holds])(n) for c in columns] for n in range(ROWS)]
    return [[column.name for column in columns], *rows]


def written(rows: list[list[str]]) -> str:
    """The rows as a file of text."""
    stream = StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _shifted(rows: list[list[str]], at: int, place: int) -> str:
    """A separator inside a value, which nobody quoted."""
    lines = written(rows).splitlines()
    cells = list(rows[at])
    cells[place] = f"{cells[place]}, Inc."
    lines[at] = ",".join(cells)
    return "\n".join(lines)


def _wrapped(rows: list[list[str]], at: int, place: int) -> str:
    """A line break inside a value, which nobody quoted."""
    lines = written(rows).splitlines()
    cells = list(rows[at])
    cells[place] = f"{cells[place]}\nand more"
    lines[at] = ",".join(cells)
    return "\n".join(lines)


def _quoted(rows: list[list[str]], at: int, place: int) -> str:
    """Two stray marks, which make one cell of several rows."""
    lines = written(rows).splitlines()
    for number in {at, min(at + 2, ROWS)}:
        cells = list(rows[number])
        cells[place] = f'"{cells[place]}'
        lines[number] = ",".join(cells)
    return "\n".join(lines)


def _dropped(rows: list[list[str]], at: int, place: int) -> str:
    """A cell that is gone, and all behind it one column too far to the left."""
    return written([row if n != at else row[:place] + row[place + 1 :] for n, row in enumerate(rows)])


def _rounded(rows: list[list[str]], at: int, place: int) -> str:
    """Numbers as a spreadsheet shows them."""
    broken = [list(row) for row in rows]
    broken[at] = ["2.02603E+11" if "key" in name else cell for name, cell in zip(rows[0], rows[at], strict=True)]
    return written(broken)


def _without_dates(rows: list[list[str]], at: int, place: int) -> str:
    """The zero of a program's calendar for each date."""
    zeros = ("1900-01-01", "1970-01-01", "0001-01-01", "9999-12-31", "2082-03-01", "1753-01-01")
    none = zeros[place % len(zeros)]
    if "birth_on" in rows[0] and none == "1970-01-01":  # people were born then
        none = zeros[0]
    broken = [list(row) for row in rows]
    broken[at] = [none if cell.startswith("20") else cell for cell in rows[at]]
    return written(broken)


def _doubled(rows: list[list[str]], at: int, place: int) -> str:
    """Two files joined, each with its header, the second with its mark."""
    return written(rows) + "\ufeff" + written(rows)


def _turned(rows: list[list[str]], at: int, place: int) -> str:
    """Two files joined whose columns stand in another order."""
    return written(rows) + written([row[::-1] for row in rows])


def _padded(rows: list[list[str]], at: int, place: int) -> str:
    """Rows with empty cells behind them."""
    return written([[*row, "", ""] if n == at else row for n, row in enumerate(rows)])


def _subtotal(rows: list[list[str]], at: int, place: int) -> str:
    """Rows of sums, of a group and of all, by any of their names, in whichever column they stand."""
    name = ("Total", "Subtotal", "合计", "小计", "Summe", "Grand total")[place % 6]
    first = place % 2
    total = [name if n == first else "9999.99" if column == "amount" else "" for n, column in enumerate(rows[0])]
    return written([*rows[: at + 1], total, *rows[at + 1 :], total])


def _spaced(rows: list[list[str]], at: int, place: int) -> str:
    """Cells with spaces around them, of many kinds."""
    return written([[f"\u3000 {cell}\u00a0\t" for cell in row] if n == at else row for n, row in enumerate(rows)])


def _reencoded(rows: list[list[str]], at: int, place: int) -> bytes:
    """The same text in another encoding, or with its letters written twice."""
    encodings = ("utf-8-sig", "utf-16", "utf-16-le", "gb18030", "utf-8", "utf-32")
    encoding = encodings[place % len(encodings)]
    return written(rows).replace("\n", "\r\n" if at % 2 else "\n").encode(encoding)


def _twice(rows: list[list[str]], at: int, place: int) -> str:
    """Every letter of a row that was taken for Western European text, and written as such."""
    return written(
        [[cell.encode().decode("cp1252", "replace") for cell in row] if n == at else row for n, row in enumerate(rows)]
    )


DAY = re.compile(r"20\d\d-\d\d-\d\d")
EPOCHS = tuple(map(datetime.fromisoformat, ("1899-12-30", "1904-01-01", "1970-01-01")))


def _reckoned(rows: list[list[str]], at: int, place: int) -> str:
    """The days of one row as numbers: from 1900 or 1904 on as spreadsheets count, in seconds or thousandths from 1970
    on; or of all rows."""
    number, everywhere = place % 4, at % 2

    def counted(cell: str) -> str:
        if not cell.startswith("20") or cell[4:5] != "-":
            return cell
        moment = datetime.fromisoformat(cell)
        days = (moment - EPOCHS[min(number, 2)]) / timedelta(days=1)
        if number < 2:
            return f"{days:.6f}".rstrip("0").rstrip(".")
        of_zone = moment.replace(tzinfo=SHANGHAI if len(cell) > 10 else UTC).timestamp()
        return str(round(of_zone * (1, 1000)[number - 2]))

    return written([[counted(c) for c in row] if n and (everywhere or n == at) else row for n, row in enumerate(rows)])


def _localized(rows: list[list[str]], at: int, place: int) -> str:
    """One row as another country writes it: days, and amounts of thousands."""
    forms = ("{2}.{1}.{0}", "{1}/{2}/{0}", "{2}/{1}/{0}", "{0}年{1}月{2}日", "{2}-{1}-{0}", "{1}/{2}/{0}")
    amounts = ("{0}.{1}", "{0},{1}", "{0},{1} €", "{0}.{1}-", "{0}'{1}", "{0} {1}")

    def local(name: str, cell: str) -> str:
        if cell.startswith("20") and cell[4:5] == "-":
            day, _, hour = cell.partition(" ")
            return f"{forms[place % 6].format(*day.split('-'))} {hour}".strip()
        return amounts[place % 6].format(*cell.split(".")) if name == "amount" else cell

    broken = [list(row) for row in rows]
    broken[at] = [local(name, cell) for name, cell in zip(rows[0], rows[at], strict=True)]
    return written(broken)


def workbook(rows: list[list[str]], at: int, place: int, *, epoch: bool) -> bytes:
    """A workbook with real dates, counted from 1904 where `epoch` says so, of which two cells are merged else."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if epoch:
        book.epoch = CALENDAR_MAC_1904
    sheet.append(["List of the month", *[""] * (len(rows[0]) - 1)])
    for row in rows:
        sheet.append([date.fromisoformat(cell) if DAY.fullmatch(cell) else cell for cell in row])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(rows[0]))
    if not epoch:
        first = min(at, ROWS - 1) + 2
        sheet.merge_cells(start_row=first, end_row=first + 1, start_column=place + 1, end_column=place + 1)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _merged(rows: list[list[str]], at: int, place: int) -> bytes:
    """A cell for two rows, as lists that are made to be looked at have them."""
    return workbook(rows, at, place, epoch=False)


def _from_1904(rows: list[list[str]], at: int, place: int) -> bytes:
    """The days of an old Macintosh."""
    return workbook(rows, at, place, epoch=True)


Break = Callable[[list[list[str]], int, int], str | bytes]
BREAKS: tuple[Break, ...] = (
    _shifted,
    _wrapped,
    _quoted,
    _dropped,
    _rounded,
    _without_dates,
    _doubled,
    _turned,
    _padded,
    _subtotal,
    _spaced,
    _reencoded,
    _twice,
    _reckoned,
    _localized,
    _merged,
    _from_1904,
)


def facts(desk: Desk, kind: str) -> set[Fact]:
    """What is on record of a kind, fact by fact."""
    table, columns = TABLES.get(kind) or _by_its_name(desk, kind)
    found = desk.connection.execute(text(f"select {columns} from {table}"))
    return {tuple(None if value is None else str(value) for value in row) for row in found}


def _by_its_name(desk: Desk, kind: str) -> tuple[str, str]:
    table = kind.replace("-", "_")
    there = {column["name"] for column in inspect(desk.connection).get_columns(table)}
    return table, ", ".join(column.name for column in KINDS[KindName(kind)].columns if column.name in there)


def load(desk: Desk, kind: str, content: str | bytes) -> ImportResult:
    """Import a file of one kind."""
    path = desk.write(content.encode() if isinstance(content, str) else content)
    return load_file(desk.connection, read_kinds(kind), path, store="S", now=NOW, settings=desk.settings, accept=True)


@pytest.fixture
def world(desk: Desk) -> Desk:
    """A desk that knows whom and what the files speak of."""
    load(desk, "stores", "code\nS\n")
    numbers = range(ROWS)
    load(desk, "customers", "key,name\n" + "".join(f"C10{n},Client {n}\n" for n in numbers))
    load(desk, "vehicles", "key,customer\n" + "".join(f"V10{n},C10{n}\n" for n in numbers))
    invoices = "".join(f"I10{n},C10{n},2026-02-10,9{n}0.00\n" for n in numbers)
    load(desk, "invoices", f"key,customer,due_on,amount\n{invoices}")
    return desk


TOLD_AS_A_GUESS = (_twice, _reckoned)
"""Broken letters go in, and day numbers with a fraction as counted from 1900 on; a notice says so."""
EXAMPLES = 12
"""Of each kind. Each takes a twentieth of a second, and the kinds are many; other runs draw other examples."""


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_nothing_goes_in_that_is_not_in_the_right_file(world: Desk, kind: Kind) -> None:
    right = right_file(kind)
    before = facts(world, kind.name)
    with world.connection.begin_nested() as savepoint:
        assert load(world, kind.name, written(right)).rejected == 0
        whole = facts(world, kind.name)
        savepoint.rollback()
    assert len(whole - before) == ROWS

    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
    )
    @given(st.sampled_from(BREAKS), st.integers(1, ROWS), st.integers(0, len(right[0]) - 1))
    def breaks(broken: Break, at: int, place: int) -> None:
        with world.connection.begin_nested() as savepoint:
            try:
                result = load(world, kind.name, broken(right, at, place))
            except AftercareError:
                assert facts(world, kind.name) == before
            else:
                after = facts(world, kind.name)
                lost, told = whole - after, result.rejected or result.warnings or result.notices
                made_up = {fact for fact in after - whole - before if not _lacks_only(fact, whole)}
                guessed = broken in TOLD_AS_A_GUESS and result.notices
                assert not made_up or guessed, (broken.__name__, at, place)
                assert not lost or told, (broken.__name__, at, place)
            finally:
                savepoint.rollback()

    breaks()


def _lacks_only(fact: Fact, whole: set[Fact]) -> bool:
    """Whether a fact is one of the right file without some of its values, which is told."""
    return any(all(one in {other, None} for one, other in zip(fact, each, strict=True)) for each in whole)
