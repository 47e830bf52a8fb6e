"""Small files of the kind that people really have. All of them once went in wrong, most of them without a word."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copyfile

import pytest

from tasks.intake.errors import UnusableFile, UnusableMap
from tasks.intake.importing import load_file, read_kinds
from tasks.intake.maps.column_map import read_map
from tasks.intake.results import ImportResult
from tests.postgres.intake.conftest import Desk

CASES = Path(__file__).parent / "cases"
MARCH_20 = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
INVOICES = "select key, kind, amount, currency, due_on from invoices order by key"


def case(desk: Desk, folder: str, kinds: str, name: str, map_: str, *, now: datetime = MARCH_20) -> ImportResult:
    """Import one file of a case."""
    path = desk.folder / "file.csv"
    copyfile(CASES / folder / name, path)
    column_map = read_map(CASES / folder / map_)
    return load_file(
        desk.connection, read_kinds(kinds), path, column_map=column_map, now=now, settings=desk.settings, accept=True
    )


def told(desk: Desk, kind: str | None = None) -> set[int]:
    """The rows that the rejects file speaks of."""
    try:
        return {int(each["row"]) for each in desk.rejects() if kind in {None, each["kind"]}}
    except FileNotFoundError:
        return set()


class TestUnquotedCommasShiftARow:
    """A comma inside a value without quotation marks moves everything behind it by one column."""

    FOLDER = "unquoted-commas-shift-a-row"

    @pytest.mark.parametrize(
        ("name", "rejected"), [("no-tail.csv", {3, 4}), ("empty-notes.csv", {3, 4}), ("trailing.csv", {3})]
    )
    def test_a_row_with_more_cells_than_the_header(self, desk: Desk, name: str, rejected: set[int]) -> None:
        case(desk, self.FOLDER, "customers,invoices", name, "map.toml")
        assert desk.rows("select key, amount from invoices") == [("U1", Decimal("1190.50"))]
        assert told(desk, "invoices") == told(desk, "customers") == rejected
        assert "the header has" in desk.rejects()[0]["reason"]

    def test_names_in_place_of_phones(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers", "people.csv", "people.toml")
        assert desk.rows("select name from customers") == ["Miller and Sons"]
        assert told(desk) == {3, 4}

    def test_a_line_break_makes_two_short_rows(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers", "broken-line.csv", "people.toml")
        assert desk.rows("select name from customers order by id") == ["Miller and Sons", "Smith GmbH"]
        assert told(desk) == {3, 4}


class TestStrayQuotationMarks:
    """A mark that opens by accident takes all up to the next one for one cell."""

    FOLDER = "stray-quotation-marks"
    PEOPLE = (
        "select k.key, p.value from customers c join customer_keys k on k.customer_id = c.id"
        " left join contact_points p on p.customer_id = c.id order by 1"
    )

    def test_one_that_is_never_closed(self, desk: Desk) -> None:
        with pytest.raises(UnusableFile, match="opens in line 4 is never closed"):
            case(desk, self.FOLDER, "customers", "one.csv", "map.toml")

    @pytest.mark.parametrize(("name", "row", "left"), [("two.csv", 4, 4), ("ends.csv", 3, 2)])
    def test_two_that_make_one_cell_of_several_rows(self, desk: Desk, name: str, row: int, left: int) -> None:
        case(desk, self.FOLDER, "customers", name, "map.toml")
        assert told(desk) == {row}
        assert (
            "4 rows of the file" in desk.rejects()[0]["reason"] or "3 rows of the file" in desk.rejects()[0]["reason"]
        )
        people = desk.rows(self.PEOPLE)
        assert len(people) == left
        assert all(phone.endswith(key[-1]) for key, phone in people)

    def test_marks_that_are_meant_as_they_stand(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers", "inch.csv", "map.toml")
        assert [(key, phone[-2:]) for key, phone in desk.rows(self.PEOPLE)] == [
            (f"100{number}", f"7{number}") for number in (1, 2, 3, 4)
        ]

    def test_marks_in_notes(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers", "notes.csv", "map.toml")
        assert len(desk.rows(self.PEOPLE)) == 4

    def test_an_invoice_with_the_amount_of_another(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,invoices", "invoices.csv", "invoices.toml")
        assert desk.rows("select key from invoices") == []
        assert told(desk, "invoices") == {2}


class TestAmounts:
    """Dashes for no cents, points behind abbreviations, and three digits behind a mark."""

    def test_a_dash_says_that_there_are_no_cents(self, desk: Desk) -> None:
        case(desk, "whole-amounts-with-a-dash", "customers,invoices", "amounts.csv", "map.toml")
        assert [row[:4] for row in desk.rows(INVOICES)] == [
            ("R01", "invoice", Decimal("500.00"), "EUR"),
            ("R02", "invoice", Decimal("1250.00"), "EUR"),
            ("R03", "invoice", Decimal("1250.00"), "EUR"),
            ("R04", "invoice", Decimal("1250.00"), "CHF"),
            ("R05", "invoice", Decimal("500.00"), "CHF"),
            ("R06", "invoice", Decimal("500.00"), "SEK"),
            ("R08", "invoice", Decimal("500.00"), "CHF"),
            ("R09", "credit-note", Decimal("500.00"), "EUR"),
            ("R10", "invoice", Decimal("750.00"), "EUR"),
        ]
        assert "the sign of several currencies" in desk.rejects()[0]["reason"]
        case(desk, "whole-amounts-with-a-dash", "payments", "payments.csv", "payments.toml")
        assert desk.rows("select key, amount from payments") == [("P1", Decimal("500.00"))]

    def test_the_same_where_the_map_names_the_mark(self, desk: Desk) -> None:
        case(desk, "whole-amounts-with-a-dash", "customers,invoices", "amounts.csv", "comma.toml")
        amounts = {key: (kind, amount) for key, kind, amount, *_ in desk.rows(INVOICES)}
        assert amounts["R03"] == ("invoice", Decimal("1250.00"))
        assert {amount for _, amount in amounts.values()} <= {Decimal(500), Decimal(1250), Decimal(750)}

    def test_variants_of_it(self, desk: Desk) -> None:
        case(desk, "whole-amounts-with-a-dash", "customers,invoices", "variants.csv", "map.toml")
        assert [row[:3] for row in desk.rows(INVOICES)] == [
            ("R01", "credit-note", Decimal("500.00")),
            ("R02", "credit-note", Decimal("500.00")),
            ("R03", "invoice", Decimal("500.00")),
            ("R04", "invoice", Decimal("500.00")),
            ("R06", "invoice", Decimal("99.00")),
            ("R07", "invoice", Decimal("500.00")),
            ("R08", "invoice", Decimal("1250.00")),
            ("R09", "credit-note", Decimal("500.00")),
        ]

    @pytest.mark.parametrize(
        ("map_", "amounts", "rejected"),
        [
            ("plain.toml", {"R01": "110.70", "R02": "116.62", "R04": "1488.69", "R05": "25000.00"}, {4, 7}),
            ("comma.toml", {"R03": "1000.00", "R04": "1488.69"}, {2, 3, 6, 7}),
        ],
    )
    def test_one_decimal_and_bare_thousands(
        self, desk: Desk, map_: str, amounts: dict[str, str], rejected: set[int]
    ) -> None:
        case(desk, "amounts-one-decimal-and-bare-thousands", "customers,invoices", "amounts.csv", map_)
        assert {row[0]: str(row[2]) for row in desk.rows(INVOICES)} == amounts
        assert told(desk, "invoices") == rejected


class TestNumbersThatLostDigits:
    """A spreadsheet shows long numbers as 2.02603E+11 and keeps fifteen digits."""

    FOLDER = "scientific-notation"

    def test_phones(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers", "phones.csv", "phones.toml")
        assert desk.rows(
            "select name, value from customers c left join contact_points p on c.id = p.customer_id order by c.id"
        ) == [
            ("Emma Example", None),
            ("Finn Example", None),
            ("Gina Example", "+863108207129"),
            ("Hugo Example", "+8613800138054"),
        ]
        assert told(desk) == {2, 3}
        assert "has cut off the last digits" in desk.rejects()[0]["reason"]

    def test_keys_in_a_text_file_and_in_a_workbook(self, desk: Desk) -> None:
        for name in ("invoices.csv", "orders.xlsx"):
            case(desk, self.FOLDER, "customers,invoices", name, "invoices.toml")
            assert desk.rows("select key from invoices") == []
            assert told(desk, "invoices") == {2, 3, 4}


class TestDatesThatMeanNone:
    """The zeros of programs' calendars, and days that cannot be meant."""

    FOLDER = "dates-that-mean-none"

    def test_no_car_was_given_up_at_the_start_of_a_calendar(self, desk: Desk) -> None:
        result = case(desk, self.FOLDER, "customers,vehicles,deliveries,warranties", "cars.csv", "cars.toml")
        assert desk.rows("select count(*), count(disposed_on) from vehicles") == [(8, 0)]
        assert desk.rows("select count(*) from handovers") == [8]
        assert [n for n in result.notices if "Disposal Date: 1753-01-01 was read as no date" in str(n)]

    def test_invoices_are_not_overdue_since_then(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,invoices", "invoices.csv", "invoices.toml")
        assert desk.rows("select key from invoices") == ["N3"]
        assert told(desk, "invoices") == {2, 3}
        case(desk, self.FOLDER, "customers,invoices", "one-bad.csv", "one-bad.toml")
        assert desk.rows("select key from invoices where key like 'B%' order by key") == ["B2", "B3"]

    def test_nobody_arrived_then_or_cancelled(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,appointments", "visits.csv", "visits.toml")
        assert desk.rows("select count(*), count(arrived_at) from appointments") == [(3, 0)]
        case(desk, self.FOLDER, "customers,appointments", "moments.csv", "moments.toml")
        assert desk.rows("select key, cancelled_at from appointments where key like 'M%' order by key") == [
            ("M1", None),
            ("M2", None),
        ]
        assert told(desk, "appointments") == {4, 5}

    def test_an_item_that_is_ten_years_old_is_one(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,invoices", "old-item.csv", "one-bad.toml")
        assert desk.rows("select count(*) from invoices") == [4]

    def test_figures_in_a_column_of_dates(self, desk: Desk) -> None:
        case(desk, "figures-in-a-date-column", "customers,vehicles,warranties", "warranties.xlsx", "map.toml")
        assert desk.rows("select ends_on from warranties order by key") == [date(2026, 6, 1), date(2026, 6, 1)]
        assert told(desk, "warranties") == {2, 3, 6}


class TestDatesWithoutAYear:
    """The bookings of DATEV name day and month, and lose zeros."""

    FOLDER = "datev-dates-without-a-year"

    @pytest.mark.parametrize(
        ("name", "map_"),
        [
            ("EXTF_Buchungsstapel.csv", "bare.toml"),
            ("day-month.csv", "day-month.toml"),
            ("only-time.csv", "only-time.toml"),
        ],
    )
    def test_a_form_without_a_year_is_refused(self, desk: Desk, name: str, map_: str) -> None:
        with pytest.raises(UnusableMap, match="names no year"):
            case(desk, self.FOLDER, "customers,invoices", name, map_)

    def test_the_year_from_elsewhere(self, desk: Desk) -> None:
        now = datetime(2026, 6, 23, tzinfo=UTC)
        case(desk, self.FOLDER, "customers,invoices", "EXTF_Buchungsstapel.csv", "year.toml", now=now)
        assert desk.rows("select key, issued_on, kind from invoices order by key") == [
            ("GS2606-001", date(2026, 6, 21), "credit-note"),
            ("RE2606-101", date(2026, 6, 1), "invoice"),
            ("RE2606-111", date(2026, 6, 11), "invoice"),
            ("RE2606-135", date(2026, 6, 22), "invoice"),
        ]
        assert "Inspektion Müller" in desk.rows("select name from customers")

    def test_a_zero_that_is_lost(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,invoices", "zeros.csv", "zeros.toml")
        assert desk.rows("select key, due_on from invoices order by key") == [
            ("Z1", date(2026, 12, 1)),
            ("Z2", date(2026, 12, 1)),
            ("Z3", date(2026, 12, 11)),
            ("Z4", date(2026, 3, 5)),
        ]

    def test_figures_that_can_be_two_days(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,invoices", "packed.csv", "packed.toml")
        assert desk.rows("select key, due_on from invoices order by key") == [
            ("K2", date(2026, 3, 1)),
            ("K3", date(2026, 3, 1)),
        ]
        assert told(desk, "invoices") == {2}

    def test_a_time_that_lost_its_zero(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,appointments", "times.csv", "times.toml")
        assert desk.rows("select to_char(starts_at at time zone 'Asia/Shanghai', 'HH24:MI') from appointments") == [
            "01:15",
            "09:30",
        ]


class TestASlashForEmpty:
    """A slash alone is how Chinese exports write that a cell holds nothing; other words are no plates, either."""

    FOLDER = "a-slash-for-empty"

    @pytest.mark.parametrize("map_", ["map.toml", "translated.toml"])
    def test_no_car_of_several_people(self, desk: Desk, map_: str) -> None:
        case(desk, self.FOLDER, "customers,vehicles,repair-orders", "orders.csv", map_)
        assert desk.rows("select plate from vehicles") == ["沪A11111"]
        assert desk.rows("select key, closed_on is null, vehicle_id is null from repair_orders order by key") == [
            ("W1", False, False),
            ("W2", True, True),
            ("W3", True, True),
            ("W4", False, True),
        ]
        assert desk.rows(
            "select count(p.value) from customers c left join contact_points p on p.customer_id = c.id"
            " where c.name = '孙三'"
        ) == [0]

    def test_words_for_no_plate(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,vehicles,deliveries", "plates.csv", "plates.toml")
        assert desk.rows("select count(*) from customers") == [12]
        assert desk.rows("select count(*) from vehicles") == [0]
        assert told(desk, "vehicles") == told(desk, "deliveries") == set(range(2, 14))


class TestManyPeopleUnderOneNumber:
    """A number for one-time customers is nobody's."""

    FOLDER = "many-people-under-one-number"

    def test_in_one_file(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,appointments", "visits.csv", "map.toml")
        assert desk.rows("select name from customers") == ["Wilma Example"]
        assert desk.rows("select key from appointments") == ["V4"]
        assert told(desk, "customers") == told(desk, "appointments") == {2, 3, 4}
        assert "Theo Example, Ute Example, Vito Example" in desk.rejects()[-1]["reason"]

    def test_over_days(self, desk: Desk) -> None:
        case(desk, self.FOLDER, "customers,appointments", "monday.csv", "map.toml")
        case(desk, self.FOLDER, "customers,appointments", "tuesday.csv", "map.toml")
        assert desk.rows("select a.key, c.name from appointments a join customers c on c.id = a.customer_id") == [
            ("V1", "Theo Example")
        ]
        assert desk.rows("select value from contact_points") == ["+8613800138121"]
        assert told(desk, "customers") == told(desk, "appointments") == {2}
