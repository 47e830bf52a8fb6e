"""Whatever breaks in an export: nothing goes in that is not in the right file, and what is lost is told.

Takes a right file of each kind and breaks it as exports break: shifted, quoted, wrapped, re-encoded, rounded, padded,
dropped, doubled, of mixed locales, with subtotals, or two files joined.
"""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from models.core.errors import AftercareError
from tasks.intake.files.reading import Holds
from tasks.intake.importing import load_file, read_kinds
from tasks.intake.kinds import KINDS, Kind
from tasks.intake.results import ImportResult
from tests.postgres.intake.conftest import Desk

NOW = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
ROWS = 6
Fact = tuple[str | None, ...]
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
    "leads": ("leads", "key, urgency, model, created_on"),
    "due-items": ("due_items", "key, item, ends_on, provider"),
    "showroom-visits": ("showroom_visits", "key, visited_on"),
}
"""Where the facts of a kind are, and what of them is compared; a consent without a date counts from the epoch on."""
VALUES: dict[str, Callable[[int], str]] = {
    "store": lambda n: "S",
    "code": lambda n: f"S{n}A",
    "name": lambda n: ("Anton Adler", "Berta Bauer", "Cesar Clemens", "Dora Dietz", "Emil Engel", "Frida Falk")[n],
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
    "item": lambda n: "insurance",
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
}
BY_HOLDS: dict[Holds, Callable[[int], str]] = {
    Holds.KEY: lambda n: f"K10{n}",
    Holds.TEXT: lambda n: f"text {n}",
    Holds.DATE: lambda n: f"2026-02-1{n}",
    Holds.MOMENT: lambda n: f"2026-02-1{n} 09:15",
}
LEFT_OUT = ("customer_phone", "customer_name", "account", "advisor", "currency", "department", "departments", "lead")


def right_file(kind: Kind) -> list[list[str]]:
    """A file of a kind in which every cell is right."""
    columns = [
        column
        for column in kind.columns
        if (column.name in VALUES or column.holds in BY_HOLDS) and column.name not in LEFT_OUT
    ]
    rows = [[(VALUES.get(c.name) or BY_HOLDS[c.holds])(n) for c in columns] for n in range(ROWS)]
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
    """A row of sums."""
    total = ["Total" if n == 0 else "9999.99" if name == "amount" else "" for n, name in enumerate(rows[0])]
    return written([*rows[: at + 1], total, *rows[at + 1 :]])


def _spaced(rows: list[list[str]], at: int, place: int) -> str:
    """Cells with spaces around them, of many kinds."""
    return written([[f"\u3000 {cell}\u00a0\t" for cell in row] if n == at else row for n, row in enumerate(rows)])


BREAKS = (
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
)


def facts(desk: Desk, kind: str) -> set[Fact]:
    """What is on record of a kind, fact by fact."""
    table, columns = TABLES[kind]
    found = desk.connection.execute(text(f"select {columns} from {table}"))
    return {tuple(None if value is None else str(value) for value in row) for row in found}


def load(desk: Desk, kind: str, content: str) -> ImportResult:
    """Import a file of one kind."""
    path = desk.write(content.encode())
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
        max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
    )
    @given(st.sampled_from(BREAKS), st.integers(1, ROWS), st.integers(0, len(right[0]) - 1))
    def breaks(broken: Callable[[list[list[str]], int, int], str], at: int, place: int) -> None:
        with world.connection.begin_nested() as savepoint:
            try:
                result = load(world, kind.name, broken(right, at, place))
            except AftercareError:
                assert facts(world, kind.name) == before
            else:
                after = facts(world, kind.name)
                lost = whole - after
                made_up = {fact for fact in after - whole - before if not _lacks_only(fact, whole)}
                assert not made_up, (broken.__name__, at, place)
                assert not lost or result.rejected or result.warnings or result.notices, (broken.__name__, at, place)
            finally:
                savepoint.rollback()

    breaks()


def _lacks_only(fact: Fact, whole: set[Fact]) -> bool:
    """Whether a fact is one of the right file without some of its values, which is told."""
    return any(all(one in {other, None} for one, other in zip(fact, each, strict=True)) for each in whole)
