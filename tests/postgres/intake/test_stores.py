"""Which store rows belong to, and stores and staff themselves."""

from datetime import UTC, datetime, time

import pytest

from tasks.intake.errors import UnknownStore
from tests.postgres.intake.conftest import Desk

ANN = "key,name\nC1,Ann\n"


def test_an_empty_database_gets_the_store_it_needs(desk: Desk) -> None:
    result = desk.load("customers", ANN)
    assert desk.rows("select code, name, time_zone from stores") == [("main", "main", "Asia/Shanghai")]
    assert "the store 'main' was made" in str(result.notices[0])
    assert desk.load("customers", ANN).notices == ()


def test_a_column_that_has_no_name_of_ours_is_told(desk: Desk) -> None:
    desk.load("stores", "code,name\nSH01,Shanghai\n")
    result = desk.load("stores", "code,name,holidays_country,fax,Store,time zone\nSH01,Shanghai,FR,12,x,UTC\n")
    (notice,) = map(str, result.notices)
    assert "'holidays_country', 'fax', 'Store'" in notice
    assert notice.endswith("stores have no such columns. Did you mean 'holiday_country'?")
    both = desk.load("stores,customers", "code,name,key,fax\nSH01,Shanghai,C1,12\n", store="SH01")
    assert [notice for notice in both.notices if "'fax' in" in str(notice)]
    assert (
        desk.load("customers", "ref,label,fax\nC1,Ann,12\n", '[customers]\nkey = "ref"\nname = "label"').notices == ()
    )


@pytest.mark.parametrize("constant", [True, False])
def test_the_store_is_named_by_the_command_or_the_map(desk: Desk, constant: bool) -> None:
    map_ = '[constants]\nstore = "SH01"' if constant else None
    desk.load("customers", ANN, map_, store=None if constant else "SH01")
    assert desk.rows("select code from stores") == ["SH01"]


def test_rows_may_name_their_stores_by_code_or_name(desk: Desk) -> None:
    desk.load("stores", "code,name\nSH01,Shanghai\nBJ01,Beijing\n")
    result = desk.load("customers", "store,key,name\nsh01,C1,Ann\nBeijing,C2,Bob\nXX,C3,Cy\n,C4,Di\n")
    assert desk.rows("select code from customers join stores s on s.id = store_id order by customers.id") == [
        "SH01",
        "BJ01",
    ]
    assert result.counts["customers"].rejected == 2
    told = "store: expected the code of one of the stores that are known, 'BJ01', 'SH01'."
    assert desk.rejects()[0]["reason"] == told


def test_a_store_that_is_not_known_is_a_mistake_as_soon_as_there_is_one(desk: Desk) -> None:
    desk.load("stores", "code\nSH01\nBJ01\n")
    with pytest.raises(UnknownStore, match="The store 'XX' is not known; expected one of 'BJ01', 'SH01' as --store"):
        desk.load("customers", ANN, store="XX")
    with pytest.raises(UnknownStore, match="There are several stores, and the import names none"):
        desk.load("customers", ANN)


def test_all_columns_of_a_store(desk: Desk) -> None:
    content = """
        code,name,time_zone,language,phone,address,holiday_country,contact_from,contact_until,channels,monday,sunday
        SH01,上海店,Asia/Shanghai,zh,021-1,南京路,cn,08:30,19:00,短信;phone,09:00-17:00,closed
        B1,,Europe/Berlin,,,,,,,,,
        """
    desk.load("stores", content)
    assert desk.rows(
        "select code, name, time_zone, language, holiday_country, contact_from, contact_until, channels, opening_hours"
        " from stores order by id"
    ) == [
        (
            "SH01",
            "上海店",
            "Asia/Shanghai",
            "zh-CN",
            "CN",
            time(8, 30),
            time(19),
            ["sms", "phone"],
            {"monday": ["09:00", "17:00"], "sunday": None},
        ),
        ("B1", "B1", "Europe/Berlin", "zh-CN", None, time(9), time(20), ["sms", "email", "wechat", "phone"], {}),
    ]
    before = desk.snapshot()
    assert desk.load("stores", content).counts["stores"].unchanged == 2
    assert desk.snapshot() == before
    desk.load("stores", "code,phone\nB1,123\n")
    assert desk.rows("select name, time_zone, phone from stores where code = 'B1'") == [("B1", "Europe/Berlin", "123")]


def test_the_clock_of_the_deadlines_and_the_visits_of_a_store(desk: Desk) -> None:
    columns = "select deadline_clock, visit_minutes, visits_at_once from stores order by code"
    desk.load(
        "stores",
        "code,deadline_clock,visit_minutes,visits_at_once\nA,working-hours,45,0\nB,营业时间,６０,3.0\nC,,,\nD,24/7,5,1000\n",
    )
    assert desk.rows(columns) == [
        ("working-hours", 45, 0),
        ("working-hours", 60, 3),
        ("around-the-clock", 30, 2),
        ("around-the-clock", 5, 1000),
    ]
    desk.load("stores", "code,name\nA,Altona\n")
    assert desk.rows(columns)[0] == ("working-hours", 45, 0)
    desk.load("stores", "code,deadline_clock,visit_minutes,visits_at_once\nA,,,\n")
    assert desk.rows(columns)[0] == ("around-the-clock", 30, 2)


def test_clocks_and_visits_that_there_cannot_be(desk: Desk) -> None:
    desk.load(
        "stores",
        "code,deadline_clock,visit_minutes,visits_at_once\n"
        "A,lunchtime,,\nB,,4,\nC,,481,\nD,,half an hour,\nE,,,-1\nF,,,1001\nG,,,2.5\n",
    )
    minutes = "visit_minutes: expected a whole number from 5 to 480."
    places = "visits_at_once: expected a whole number from 0 to 1,000."
    first, *others = (each["reason"] for each in desk.rejects())
    assert first.startswith("deadline_clock: expected one of around-the-clock, working-hours")
    assert others == [minutes] * 3 + [places] * 3
    assert desk.rows("select code from stores") == []


def test_what_is_wrong_with_a_store(desk: Desk) -> None:
    desk.load(
        "stores",
        "code,time_zone,contact_from,contact_until,monday\nA,Mars/Base,,,\nB,,20:00,09:00,\nC,,,,18:00-08:00\n",
    )
    assert [each["reason"] for each in desk.rejects()] == [
        "time_zone: expected an IANA time zone such as Asia/Shanghai.",
        "contact_until: expected a time after contact_from.",
        "monday: expected hours that open before they close.",
    ]


def test_a_file_with_stores_and_what_is_in_them(desk: Desk) -> None:
    map_ = """
        [stores]
        code = "Branch"
        time_zone = { constant = "Europe/Berlin" }
        [customers]
        store = "Branch"
        key = "No"
        name = "Name"
        [appointments]
        store = "Branch"
        key = "No"
        customer = "No"
        starts_at = "At"
        """
    desk.load(
        "appointments,customers,stores",
        "Branch,No,Name,At\nB1,1,Ann,2026-07-01 10:00\nB1,2,Bob,2026-01-01 10:00\n",
        map_,
    )
    assert desk.rows("select starts_at from appointments order by key") == [
        datetime(2026, 7, 1, 8, tzinfo=UTC),
        datetime(2026, 1, 1, 9, tzinfo=UTC),
    ]


def test_staff(desk: Desk) -> None:
    desk.load(
        "staff", "code,name,role,department,active\nS1,李顾问,服务顾问,service,\nS2,Bob,boss,,\nS3,Cy,finance,,no\n"
    )
    assert desk.rows("select code, role, active from staff order by code") == [
        ("S1", "advisor", True),
        ("S3", "finance", False),
    ]
    assert desk.rejects()[0]["reason"].startswith("role: expected one of agent, advisor, sales")
    assert desk.load("staff", "code,name,role\nS3,Cy,parts\n").counts["staff"].changed == 1
    assert desk.rows("select role, active from staff where code = 'S3'") == [("parts", False)]
