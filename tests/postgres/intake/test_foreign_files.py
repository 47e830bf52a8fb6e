"""Whole files of other systems, each with its own columns, gaps and oddities, through a map."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from openpyxl import Workbook

from tasks.intake.errors import ColumnsNotInFile
from tests.postgres.intake.conftest import Desk

LEDGER = """
Debitorenliste zum 28.02.2026;;;;;;;;
;;;;;;;;
Debitor;Firma;Telefon;Beleg;Belegart;Datum;Fällig;Brutto;Offen;Ausgeglichen am
1001;Müller & Söhne KG;030 / 1234567;RE-1;Rechnung;05.01.2026;;1.190,00;1.190,00;
1001;Müller & Söhne KG;030 / 1234567;RE-2;Rechnung;10.01.2026;20.01.2026;2.380,50 €;0,00;25.01.2026
1002;Groß Bauträger;0151 23456789;RE-3;Rechnung;01.02.2026;15.02.2026;500,00;200,00;20.02.2026
1002;Groß Bauträger;0151 23456789;GS-4;Gutschrift;03.02.2026;;-100,00;-100,00;
1003;Jäger;keines;RE-5;Rechnung;31.02.2026;15.03.2026;10,00;10,00;
1003;Jäger;keines;RE-6;Rechnung;01.02.2026;15.03.2026;-10,00;10,00;
;;;Summe;;;;3.970,50;;
"""
LEDGER_MAP = """
[file]
decimal = ","
date_formats = ["%d.%m.%Y"]
default_country = "DE"
skip_rows_where = { column = "Beleg", equals = "Summe" }
[constants]
currency = "EUR"
store = "B1"
[customers]
key = "Debitor"
name = "Firma"
phone = "Telefon"
[invoices]
key = "Beleg"
customer = "Debitor"
kind = "Belegart"
issued_on = "Datum"
due_on = { column = "fällig", default_from = { column = "Datum", plus = "30 days" } }
amount = "Brutto"
[payments]
only_where = [ { column = "Ausgeglichen am", is = "not empty" }, { difference = ["Brutto", "Offen"], is = "not zero" } ]
key = "Beleg"
invoice = "Beleg"
paid_on = "Ausgeglichen am"
amount = { difference = ["Brutto", "Offen"] }
"""


def test_a_german_ledger_in_a_western_encoding(desk: Desk) -> None:
    result = desk.load("customers,invoices,payments", LEDGER, LEDGER_MAP, encoding="cp1252")

    assert desk.rows("select key, kind, due_on, amount, currency, settled_on from invoices order by key") == [
        ("GS-4", "credit-note", date(2026, 3, 5), Decimal("100.00"), "EUR", None),
        ("RE-1", "invoice", date(2026, 2, 4), Decimal("1190.00"), "EUR", None),
        ("RE-2", "invoice", date(2026, 1, 20), Decimal("2380.50"), "EUR", date(2026, 1, 25)),
        ("RE-3", "invoice", date(2026, 2, 15), Decimal("500.00"), "EUR", None),
    ]
    assert desk.rows("select key, paid_on, amount, currency from payments order by key") == [
        ("RE-2", date(2026, 1, 25), Decimal("2380.50"), "EUR"),
        ("RE-3", date(2026, 2, 20), Decimal("300.00"), "EUR"),
    ]
    assert desk.rows(
        "select name, value, takes_text from customers c left join contact_points p on p.customer_id = c.id"
        " order by name"
    ) == [
        ("Groß Bauträger", "+4915123456789", True),
        ("Jäger", None, None),
        ("Müller & Söhne KG", "+49301234567", False),
    ]
    assert desk.rows("select key from accounts order by key") == ["1001", "1002"]
    told = [(each["row"], each["kind"], each["column"], each["value"]) for each in desk.rejects()]
    assert told == [
        ("8", "customers", "Telefon", "keines"),
        ("8", "invoices", "Datum", "31.02.2026"),
        ("9", "customers", "Telefon", "keines"),
        ("9", "invoices", "Brutto", "'-10.00"),
    ]
    assert any("cp1252" in str(notice) for notice in result.notices)


BOOK = """
预约号,客户姓名,手机,车牌,日期,时间,状态,项目,备件,服务顾问
A1,王 芳,138 0013 8000,沪A·12345,2026年3月2日,上午9:30,已预约,首保,缺货,李顾问
A2,李娜,１３９００１３９０００,,2026/3/2,14:00,已确认,年检,,
A3,李娜,13900139000,,2026-03-03,下午2点半,取消,维修,,
A4,赵敏,12345,,2026-03-03,10:00-11:00,爽约,,,
A5,孙权,13700137000,,2026-03-04,,已预约,,,
A6,周瑜,13600136000,沪B99999,2026-03-04,9点,不明,,,
"""
BOOK_MAP = """
[customers]
key = { columns = ["手机", "客户姓名"], join = "-" }
name = "客户姓名"
phone = "手机"
[appointments]
key = "预约号"
customer = { columns = ["手机", "客户姓名"], join = "-" }
vehicle = "车牌"
advisor = "服务顾问"
starts_at = { columns = ["日期", "时间"] }
status = "状态"
work = "项目"
work_kind = { column = "项目", values = { "首保" = "maintenance" } }
parts_state = "备件"
"""


def test_a_chinese_appointment_book_in_gb18030(desk: Desk) -> None:
    desk.load("customers", "key,name,phone\nC7,王芳,+8613800138000\n")

    result = desk.load("customers,appointments", BOOK, BOOK_MAP, encoding="gb18030")

    assert desk.rows("select key, starts_at, status, work_kind, parts_state from appointments order by key") == [
        ("A1", datetime(2026, 3, 2, 1, 30, tzinfo=UTC), "booked", "maintenance", "missing"),
        ("A2", datetime(2026, 3, 2, 6, 0, tzinfo=UTC), "booked", "statutory-inspection", "unknown"),
        ("A3", datetime(2026, 3, 3, 6, 30, tzinfo=UTC), "cancelled", "repair", "unknown"),
        ("A4", datetime(2026, 3, 3, 2, 0, tzinfo=UTC), "no-show", "other", "unknown"),
    ]
    assert desk.rows(
        "select key from customer_keys join customers on id = customer_id where name like '王%' order by 1"
    ) == ["138 0013 8000-王 芳", "C7"]
    assert result.counts["customers"].repeated == 1
    told = {(each["row"], each["column"]) for each in desk.rejects()}
    assert told == {("2", "车牌"), ("2", "服务顾问"), ("5", "手机"), ("6", "日期 + 时间"), ("7", "状态")}


def test_a_workbook_of_car_sales(desk: Desk) -> None:
    book = Workbook()
    book.active.title = "About"
    sheet = book.create_sheet("Sales")
    sheet.append(["Car sales 2025"])
    sheet.append([])
    sheet.append(["Contract", "First", "Last", "Mobile", "Phone", "Chassis", "Reg", "Delivered", "Km", "VIP?"])
    sheet.append([5001, "Ann", "Lee", 13800138000, None, "LSVAA1", "沪A1", date(2024, 2, 29), 12, True])
    sheet.append(
        [
            5002,
            "Bob",
            "Ray",
            None,
            "021-61234567",
            "LSVAA2",
            None,
            datetime.fromisoformat("2025-03-01T15:30"),
            8.0,
            False,
        ]
    )
    sheet.append([5003, None, None, None, None, None, None, None, None, None])
    sheet.append([None, None, None, None, None, None, "Total", None, 20, None])
    sheet.append([5004, "Cy", "Fox", 13800138002, None, "LSVAA4", None, time(10, 0), 5, "n/a"])
    path = desk.folder / "file.csv"
    book.save(path)
    map_ = """
    [file]
    sheet = "sales"
    skip_rows_where = { column = "Reg", equals = "Total" }
    [customers]
    key = { columns = ["Mobile", "First", "Last"], join = "/" }
    name = { columns = ["First", "Last"] }
    phone = { first_of = ["Mobile", "Phone"] }
    level = { column = "VIP?", values = { yes = "VIP", "*" = "" } }
    [vehicles]
    customer = { columns = ["Mobile", "First", "Last"], join = "/" }
    vin = "Chassis"
    plate = "Reg"
    odometer_km = "Km"
    odometer_read_on = "Delivered"
    [deliveries]
    key = "Contract"
    customer = { columns = ["Mobile", "First", "Last"], join = "/" }
    vehicle = "Chassis"
    handed_over_on = "Delivered"
    [warranties]
    vehicle = "Chassis"
    starts_on = "Delivered"
    ends_on = { column = "Delivered", plus = "2 years" }
    limit_kilometres = { constant = 60000 }
    """

    result = desk.load("customers,vehicles,deliveries,warranties", path, map_, store="SH01")

    assert desk.rows(
        "select h.key, c.name, c.level, h.handed_over_on from handovers h"
        " join customers c on c.id = h.customer_id order by 1"
    ) == [
        ("5001", "Ann Lee", "VIP", date(2024, 2, 29)),
        ("5002", "Bob Ray", None, date(2025, 3, 1)),
    ]
    assert desk.rows("select key, ends_on, limit_kilometres from warranties order by 1") == [
        ("LSVAA1", date(2026, 2, 28), 60000),
        ("LSVAA2", date(2027, 3, 1), 60000),
    ]
    assert desk.rows("select vin from vehicles order by 1") == ["LSVAA1", "LSVAA2", "LSVAA4"]
    assert desk.rows("select read_on, kilometres from odometer_readings order by 1") == [
        (date(2024, 2, 29), 12),
        (date(2025, 3, 1), 8),
    ]
    assert result.counts["deliveries"].inserted == 2
    assert {each["row"] for each in desk.rejects()} == {"6", "8"}
    before = desk.snapshot()
    again = desk.load("customers,vehicles,deliveries,warranties", path, map_, store="SH01")
    assert desk.snapshot() == before
    assert again.counts["vehicles"].unchanged == 3


GROUPED = """
SAP;Offene Posten;;;;;;;
Debitor;Name;Telefon;Beleg;BA;Datum;Fällig;Soll;Haben
0000104711;Brandt Transporte;+49 (0)171 / 555 0101;18001;RV;02.03.2026;01.04.2026;1.250,00;
;;;14001;DZ;20.03.2026;;;500,00
;* Summe 0000104711;;;;;;1.250,00;500,00

0000104720;Landmann;;18011;RV;01.03.2026;31.03.2026;100,00;
;;;18012;RV;01.03.2026;02.04.2026;200,00;
;** Gesamtsumme;;;;;;1.550,00;500,00
"""
GROUPED_MAP = """
[file]
decimal = ","
default_country = "DE"
skip_rows_where = { column = "Name", matches = '^[*]+ (Summe|Gesamtsumme)' }
fill_down = ["Debitor", "Name", "Telefon"]
[constants]
store = "B1"
currency = "EUR"
[customers]
key = "Debitor"
name = "Name"
phone = "Telefon"
[invoices]
only_where = { column = "BA", equals = "RV" }
key = "Beleg"
customer = "Debitor"
issued_on = "Datum"
due_on = "Fällig"
amount = "Soll"
[payments]
only_where = { column = "BA", equals = "DZ" }
key = "Beleg"
customer = "Debitor"
paid_on = "Datum"
amount = "Haben"
"""


def test_a_list_that_names_its_customer_once_a_group(desk: Desk) -> None:
    result = desk.load("customers,invoices,payments", GROUPED, GROUPED_MAP)

    assert not result.rejects_path
    assert desk.rows(
        "select c.name, i.key from invoices i join accounts a on a.id = i.account_id"
        " join customers c on c.id = a.customer_id order by i.key"
    ) == [("Brandt Transporte", "18001"), ("Landmann", "18011"), ("Landmann", "18012")]
    assert desk.rows(
        "select c.name, p.amount from payments p join accounts a on a.id = p.account_id"
        " join customers c on c.id = a.customer_id"
    ) == [("Brandt Transporte", Decimal("500.00"))]


def test_a_group_without_a_phone_does_not_get_that_of_the_group_above(desk: Desk) -> None:
    desk.load("customers,invoices,payments", GROUPED, GROUPED_MAP)

    assert desk.rows(
        "select name, value from customers c left join contact_points p on p.customer_id = c.id order by name"
    ) == [("Brandt Transporte", "+491715550101"), ("Landmann", None)]


def test_a_column_to_fill_down_that_the_file_does_not_have(desk: Desk) -> None:
    with pytest.raises(ColumnsNotInFile, match=r"'Debtor' \(file.fill_down in the map\)"):
        desk.load("customers", GROUPED, GROUPED_MAP.replace('["Debitor"', '["Debtor"'))


LINE_ITEMS = """
10.04.2026            Dynamische Listenausgabe                1

-----------------------------------------------------------------------------------------
|Konto     |Name           |Belegnr.  |Pos|Art|Basisdat. |ZT|     Betrag|MS|Ausgl.dat.|Bezug     |
-----------------------------------------------------------------------------------------
|0000104711|Brandt         |1800000001|001|DR |01.02.2026|30|   1.190,00|  |          |          |
|0000104711|Brandt         |1400000001|001|DZ |12.03.2026|0 |     190,00-| |          |1800000001|
|0000104711|Brandt         |1400000002|001|DZ |13.03.2026|0 |      50,00-| |          |          |
-----------------------------------------------------------------------------------------
|*         |               |          |   |   |          |  |     950,00|  |          |          |
-----------------------------------------------------------------------------------------
|Konto     |Name           |Belegnr.  |Pos|Art|Basisdat. |ZT|     Betrag|MS|Ausgl.dat.|Bezug     |
-----------------------------------------------------------------------------------------
|0000104712|Clemens        |1800000002|001|DR |01.02.2026|14|     300,00|S |          |          |
|0000104712|Clemens        |1800000002|002|DR |01.02.2026|60|     300,00|  |05.03.2026|          |
-----------------------------------------------------------------------------------------
"""
LINE_ITEMS_MAP = """
[file]
decimal = ","
skip_rows_where = { column = "Konto", matches = '^[*]|^-+$|^$' }
[constants]
store = "B1"
currency = "EUR"
[customers]
key = { column = "Konto", pattern = '^0*(.+)$' }
name = "Name"
[invoices]
only_where = { column = "Art", equals = "DR" }
key = { columns = ["Belegnr.", "Pos"], join = "/" }
customer = { column = "Konto", pattern = '^0*(.+)$' }
due_on = { column = "Basisdat.", plus = { column = "ZT", unit = "days" } }
amount = "Betrag"
status = { first_of = [
    { column = "MS", values = { S = "disputed" } },
    { column = "Ausgl.dat.", values = { "" = "open", "*" = "settled" } },
] }
status_on = "Ausgl.dat."
[payments]
only_where = { column = "Art", equals = "DZ" }
key = "Belegnr."
customer = { column = "Konto", pattern = '^0*(.+)$' }
invoice = { columns = ["Bezug", { constant = "001" }], join = "/" }
paid_on = "Basisdat."
amount = { column = "Betrag", absolute = true }
"""


def test_a_printed_list_of_line_items_with_days_to_pay(desk: Desk) -> None:
    result = desk.load("customers,invoices,payments", LINE_ITEMS, LINE_ITEMS_MAP)

    assert not result.rejects_path
    assert desk.rows("select key, due_on, amount, status, status_on from invoices order by key") == [
        ("1800000001/001", date(2026, 3, 3), Decimal("1190.00"), "open", None),
        ("1800000002/001", date(2026, 2, 15), Decimal("300.00"), "disputed", None),
        ("1800000002/002", date(2026, 4, 2), Decimal("300.00"), "settled", date(2026, 3, 5)),
    ]
    assert desk.rows(
        "select p.key, i.key, p.amount from payments p left join invoices i on i.id = p.invoice_id order by p.key"
    ) == [("1400000001", "1800000001/001", Decimal("190.00")), ("1400000002", None, Decimal("50.00"))]
    assert desk.rows("select key from accounts order by key") == ["104711", "104712"]


BOOKINGS = """
Id,Name,Phone,Start (UTC),State,Modified
A1,Ann,(212) 555-0101,2026-03-09 13:30,Confirmed,2026-03-04 10:00
A2,Bob,(212) 555-0102,2026-03-08 14:00,Booked,2026-03-03 10:00
A1,Ann,(212) 555-0101,2026-03-08 06:30,Booked,2026-03-02 10:00
A3,Cy,(212) 555-0103,2026-03-09 13:30,Booked,soon
A2,Bob,(212) 555-0102,2026-03-07 15:00,Booked,
"""
BOOKINGS_MAP = """
[file]
time_zone = "UTC"
default_country = "US"
[customers]
key = "Phone"
name = "Name"
phone = "Phone"
[appointments]
latest_by = "Modified"
key = "Id"
customer = "Phone"
starts_at = "Start (UTC)"
booked_at = { column = "Modified", time_zone = "America/New_York", formats = ["%Y-%m-%d %H:%M"] }
status = "State"
"""


def test_bookings_newest_first_on_the_clock_of_utc(desk: Desk) -> None:
    desk.load("stores", "code,name,time_zone\nNY,Harbor,America/New_York\n")

    result = desk.load("customers,appointments", BOOKINGS, BOOKINGS_MAP)

    assert desk.rows("select key, starts_at, booked_at from appointments order by key") == [
        ("A1", datetime(2026, 3, 9, 13, 30, tzinfo=UTC), datetime(2026, 3, 4, 15, 0, tzinfo=UTC)),
        ("A2", datetime(2026, 3, 8, 14, 0, tzinfo=UTC), datetime(2026, 3, 3, 15, 0, tzinfo=UTC)),
    ]
    assert result.counts["appointments"].repeated == 2
    assert [notice for notice in result.notices if "latest row counts" in str(notice)]
    assert (
        "appointments",
        "Modified",
        "latest_by: expected a date, a moment or a number, by which the latest of several rows is told.",
    ) in [(each["kind"], each["column"], each["reason"]) for each in desk.rejects()]
