"""The files in `examples/`: each goes in through its map, and a run as of their day finds those it must find."""

import shutil
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select, text

from models.core.settings import Settings
from models.core.words import ProcessName, TouchState
from models.ledger.tables import Touch
from models.people.tables import Customer
from tasks.intake.importing import load_file, read_kinds
from tasks.intake.maps.column_map import NO_MAP, read_map
from tasks.intake.results import ImportResult
from tasks.planning.sweep import plan
from tasks.policies.catalogue import install_shipped

EXAMPLES = Path(__file__).parents[3] / "examples"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
Load = Callable[[str, str], ImportResult]


@pytest.fixture
def load(connection: Connection, tmp_path: Path) -> Load:
    """Imports an example by its name, from a copy, since rejects are written beside the file; the stores are in."""
    folder = shutil.copytree(EXAMPLES, tmp_path / "examples")
    settings = Settings(home=tmp_path)

    def load(name: str, kinds: str) -> ImportResult:
        map_path = folder / f"{name}.toml"
        column_map = read_map(map_path) if map_path.exists() else NO_MAP
        path = folder / f"{name}.csv"
        return load_file(
            connection,
            read_kinds(kinds),
            path,
            column_map=column_map,
            now=datetime(2026, 3, 10, tzinfo=UTC),
            settings=settings,
        )

    load("stores", "stores")
    return load


def inserted(result: ImportResult) -> dict[str, tuple[int, int]]:
    """By kind, how many facts were made and how many rows stayed out."""
    return {kind: (counts.inserted, counts.rejected) for kind, counts in result.counts.items()}


def due_steps(connection: Connection, process: ProcessName, now: datetime) -> dict[str, set[str]]:
    """By customer, the steps that a run at `now` finds due."""
    install_shipped(connection, LONG_AGO)
    plan(connection, process, now, None)
    # A run plans ahead, and keeps a record of what was missed; neither goes out now.
    due = (Touch.due_at <= now, Touch.state != TouchState.SKIPPED)
    steps: dict[str, set[str]] = defaultdict(set)
    for name, step in connection.execute(select(Customer.name, Touch.step).join(Touch).where(*due)):
        steps[name].add(step)
    return dict(steps)


def rows(connection: Connection, query: str) -> list[Any]:
    return [tuple(row) for row in connection.execute(text(query))]


def test_the_invoice_ledger(connection: Connection, load: Load) -> None:
    result = load("invoice-ledger", "customers,invoices,payments")
    assert inserted(result) == {"customers": (12, 0), "invoices": (29, 1), "payments": (17, 0)}
    assert [(reject.row, reject.column, reject.value) for reject in result.first_rejects] == [
        (33, "Fällig", "31.02.2026")
    ]
    assert rows(
        connection, "select key, kind, amount, due_on from invoices where key in ('4003', '4013') order by key"
    ) == [
        ("4003", "invoice", Decimal("1234.56"), date(2026, 3, 3)),
        ("4013", "credit-note", Decimal("500.00"), date(2026, 3, 4)),
    ]
    assert rows(connection, "select key, amount, paid_on from payments where key like '4004%'") == [
        ("4004-05.03.2026", Decimal("200.00"), date(2026, 3, 5))
    ]
    assert rows(connection, "select value from contact_points where value like '%012'") == [("+493023125012",)]


def test_who_of_the_invoice_ledger_is_reminded(connection: Connection, load: Load) -> None:
    load("invoice-ledger", "customers,invoices,payments")
    now = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert due_steps(connection, ProcessName("overdue-accounts"), now) == {
        "Anna Vogt": {"before-due"},
        "Bernd Lutz": {"due-today"},
        "Claudia Reim": {"reminder-7"},
        "Dörte Größl": {"call-15"},
        "Elbkontor GmbH": {"formal-30"},
        "Frank Ihde": {"finance-60"},
        "Jürgen Kühl": {"call-15"},
    }


def test_the_appointment_book(connection: Connection, load: Load) -> None:
    result = load("appointment-book", "staff,customers,vehicles,appointments")
    assert inserted(result) == {"staff": (2, 0), "customers": (17, 0), "vehicles": (17, 0), "appointments": (33, 3)}
    assert result.warnings == 1
    assert {(reject.row, reject.value) for reject in result.first_rejects} == {
        (34, "12345"),
        (35, "2026年3月14日"),
        (36, "2026年2月30日 10:00"),
        (37, "也许来"),
    }
    local = "to_char(starts_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI')"
    first_two = f"select {local}, status, confirmed_at is not null from appointments"
    assert rows(connection, f"{first_two} where key in ('YY20260001', 'YY20260002') order by key") == [
        ("03-10 11:30", "booked", False),
        ("03-10 15:30", "booked", True),
    ]
    assert rows(connection, "select value, takes_text from contact_points where value like '+8621%'") == [
        ("+862155501234", False)
    ]


def test_who_of_the_appointment_book_is_contacted(connection: Connection, load: Load) -> None:
    load("appointment-book", "staff,customers,vehicles,appointments")
    now = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert due_steps(connection, ProcessName("appointment-reminders"), now) == {
        "王建国": {"two-hours-before"},
        "李秀英": {"day-before"},
        "刘洋": {"parts-call", "parts-order"},
        "杨帆": {"no-show-message", "no-show-call"},
        "周婷": {"confirmation"},
        "吴强": {"no-show-message", "no-show-call"},
        "孙涛": {"confirmation"},
        "朱明": {"confirmation"},
    }


def test_the_list_of_cars_sold(connection: Connection, load: Load) -> None:
    result = load("car-sales", "customers,consents,vehicles,deliveries,warranties")
    assert inserted(result) == {
        "customers": (27, 0),
        "consents": (4, 0),
        "vehicles": (29, 0),
        "deliveries": (28, 1),
        "warranties": (28, 1),
    }
    assert result.warnings == 1
    assert rows(
        connection,
        "select w.ends_on, w.limit_kilometres from warranties w join vehicles v on v.id = w.vehicle_id"
        " where v.plate = 'KTX 4109'",
    ) == [(date(2026, 2, 28), 60_000)]
    assert rows(connection, "select name from customers where name like 'Hudson%'") == [("Hudson Couriers Inc.",)]
    assert rows(connection, "select count(*) from vehicles where plate in ('KTX 4202')") == [(0,)]


def test_who_of_the_cars_sold_is_followed_up(connection: Connection, load: Load) -> None:
    load("car-sales", "customers,consents,vehicles,deliveries,warranties")
    now = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("America/New_York"))
    assert due_steps(connection, ProcessName("post-delivery-followup"), now) == {
        "Grace Walker": {"thanks"},
        "Noah Keller": {"thanks"},
        "Henry Young": {"day-3-call"},
        "Rita Moss": {"day-3-call"},
        "Ida Carter": {"day-7-call"},
        "Jonas Dawson": {"day-30-call"},
        "Clara Bishop": {"day-90"},
    }


def test_whose_warranty_is_about_to_end(connection: Connection, load: Load) -> None:
    load("car-sales", "customers,consents,vehicles,deliveries,warranties")
    now = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("America/New_York"))
    assert due_steps(connection, ProcessName("warranty-expiry"), now) == {
        "Paul Graham": {"invitation-60"},
        "Nina Irving": {"call-45"},
        "Marco Lawson": {"reminder-30"},
        "Alice Osborne": {"last-reminder-7"},
    }
