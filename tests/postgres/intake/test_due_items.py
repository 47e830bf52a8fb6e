"""What falls due, as files say it: by mileage, in a column each, and by intervals; and what is wrong with a row."""

import pytest

from tasks.subjects.vehicle.readings import HELD_APART
from tests.postgres.intake.conftest import Desk

CARS = "key,customer,make,model,model_year\nV1,C1,Aurora,Comet,2026\n"
PEOPLE = "key,name\nC1,Li Na\n"


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A customer with a car."""
    desk.load("customers", PEOPLE)
    desk.load("vehicles", CARS)
    return desk


def items(desk: Desk) -> list[tuple[str, str]]:
    """Kind and end of each item."""
    return desk.rows("select item, ends_on::text from due_items order by ends_on, item")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("I1,C1,V1,insurence,2026-06-19,", "item: expected one of first-service, service, tyres, insurance, "),
        ("I1,C1,,service,2026-06-19,20000", "due_kilometres: expected a vehicle that is known beside a mileage."),
        ("I1,C1,V1,service,2026-06-19,0", "due_kilometres: expected a mileage from 1 on."),
    ],
)
def test_a_due_item_that_is_refused_says_why(shop: Desk, row: str, reason: str) -> None:
    shop.load("due-items", f"key,customer,vehicle,item,ends_on,due_kilometres\n{row}\n")
    (told,) = shop.rejects()
    assert told["reason"].startswith(reason)
    assert told["row"] == "2"
    assert items(shop) == []


def test_a_kind_that_a_policy_names_is_known(shop: Desk) -> None:
    shop.connection.exec_driver_sql(
        "update policy_versions set body = jsonb_set(body, '{rules,items}', '[\"brake-fluid\"]')"
        " where body->>'process' = 'service-due'"
    )
    shop.load("due-items", "key,customer,item,ends_on\nI1,C1,Brake fluid,2026-06-19\n")
    assert items(shop) == [("brake-fluid", "2026-06-19")]


def test_what_a_source_says_of_a_service_goes_before_the_intervals(shop: Desk) -> None:
    shop.load("deliveries", "key,vehicle,handed_over_on\nD1,V1,2026-03-01\n")
    assert [item for item, _ in items(shop)] == ["first-service", "service", "tyres"]
    shop.load("due-items", "key,customer,vehicle,item,ends_on\nI1,C1,V1,保养,2026-09-01\n")
    assert items(shop) == [("first-service", "2026-04-30"), ("service", "2026-09-01"), ("tyres", "2027-03-01")]


WIDE = "customer,vehicle,承保公司,保单号,商业险到期,交强险到期,年审到期,驾照到期,注册日期\n"
WIDE_MAP = """
    [ends]
    insurer = "承保公司"
    policy_number = "保单号"
    insurance_ends_on = "商业险到期"
    compulsory_insurance_ends_on = "交强险到期"
    annual_inspection_ends_on = "年审到期"
    driving_licence_ends_on = "驾照到期"
    registered_on = "注册日期"
    customer = "customer"
    vehicle = "vehicle"
"""


def test_a_wide_row_is_several_due_items(shop: Desk) -> None:
    counts = shop.load("ends", f"{WIDE}C1,V1,PICC,P-1,2026-06-19,2026-06-20,,2029-04-02,2019-05-07\n", WIDE_MAP)
    assert counts.counts["ends"].inserted == 1
    assert shop.rows("select item, ends_on::text, provider, number, vehicle_id is null from due_items order by 2") == [
        ("insurance", "2026-06-19", "PICC", "P-1", False),
        ("compulsory-insurance", "2026-06-20", "PICC", None, False),
        ("annual-inspection", "2027-05-31", None, None, False),
        ("driving-licence", "2029-04-02", None, None, True),
    ]
    again = shop.load("ends", f"{WIDE}C1,V1,PICC,P-1,2026-06-19,2026-06-20,,2029-04-02,2019-05-07\n", WIDE_MAP)
    assert again.counts["ends"].unchanged == 1


def test_a_day_close_by_is_a_correction_and_a_later_one_the_next_term(shop: Desk) -> None:
    for day in ("2026-06-19", "2026-06-29", "2027-06-29"):
        shop.load("ends", f"{WIDE}C1,V1,PICC,P-1,{day},,,,\n", WIDE_MAP)
    assert items(shop) == [("insurance", "2026-06-29"), ("insurance", "2027-06-29")]


def test_a_row_that_says_no_day_is_refused(shop: Desk) -> None:
    shop.load("ends", f"{WIDE}C1,V1,PICC,P-1,,,,,\n", WIDE_MAP)
    assert "expected a day in one of insurance_ends_on, " in shop.rejects()[0]["reason"]


HEADER = "item,make,model,kilometres,months,days,works\n"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("service,,,0,12,,", "kilometres"),
        ("service,,,10000,0,,", "months"),
        ("service,,,10000,,,", "months"),
        ("service,,,10000,12,90,", "months"),
        ("brake-fluid,,,,24,,", "works"),
    ],
)
def test_an_interval_of_nothing_is_refused(desk: Desk, row: str, column: str) -> None:
    desk.load("customers", PEOPLE)
    desk.load("service-intervals", HEADER + row + "\n")
    (told,) = desk.rejects()
    assert told["reason"].startswith(f"{column}: expected ")
    assert desk.rows("select count(*) from service_intervals") == [0]


def test_an_interval_changes_what_falls_due(shop: Desk) -> None:
    shop.load("deliveries", "key,vehicle,handed_over_on\nD1,V1,2026-03-01\n")
    shop.load("service-intervals", f"{HEADER}service,aurora,,7500,6,,\nbrake-fluid,,,,24,,maintenance\n")
    assert items(shop) == [
        ("first-service", "2026-04-30"),
        ("service", "2026-09-01"),
        ("tyres", "2027-03-01"),
        ("brake-fluid", "2028-03-01"),
    ]


def test_an_import_says_which_readings_are_held_apart(shop: Desk) -> None:
    result = shop.load(
        "odometer-readings",
        "vehicle,read_on,kilometres\nV1,2026-01-01,9000\nV1,2026-02-01,100500\nV1,2026-03-01,11000\n",
    )
    assert [notice.say("en") for notice in result.notices if notice.code == HELD_APART] == [
        "odometer: 1 reading held apart from estimates, against others of the car (backwards, or more than 1,000 km a "
        "day): 'V1' 100,500 km 2026-02-01."
    ]
