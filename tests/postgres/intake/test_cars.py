"""Vehicles, handovers, repair orders, odometer readings and warranties."""

from datetime import date

import pytest

from tests.postgres.intake.conftest import Desk


@pytest.fixture
def cars(desk: Desk) -> Desk:
    """A desk that knows two customers and two cars."""
    desk.load("customers", "key,name\nC1,Ann\nC2,Bob\n")
    desk.load("vehicles", "key,customer,vin,plate,model\nV1,C1,LSV1,沪A·12345,Golf\nV2,C2,LSV2,沪B99999,Polo\n")
    return desk


def test_a_vehicle_without_a_key_is_known_by_its_vin_or_plate(desk: Desk) -> None:
    desk.load("vehicles", "vin,plate,model_year\nlsv 1,沪A1,2024款\n,沪A2,n/a\n,,2020\n")
    assert desk.rows("select key, vin, plate, model_year from vehicles order by key") == [
        ("LSV1", "LSV1", "沪A1", 2024),
        ("沪A2", None, "沪A2", None),
    ]
    assert desk.rejects()[0]["reason"] == "key: expected a key, a VIN or a plate."


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ("X,LSV1,", True),
        ("X,,沪A12345", True),
        ("X,LSV9,沪A12345", False),
        ("X,,沪C00000", False),
    ],
)
def test_a_new_key_for_a_known_car(cars: Desk, row: str, known: bool) -> None:
    cars.load("vehicles", f"key,vin,plate\n{row}\n")
    assert cars.rows("select count(*) from vehicles") == [2 if known else 3]


def test_a_plate_learns_its_vin(cars: Desk) -> None:
    cars.load("vehicles", "plate\n沪D1\n")
    cars.load("vehicles", "vin,plate\nLSV7,沪D1\n")
    assert cars.rows("select key, vin, plate from vehicles where plate = '沪D1'") == [("沪D1", "LSV7", "沪D1")]


def test_two_keys_for_one_vin_within_a_file(desk: Desk) -> None:
    result = desk.load("vehicles", "key,vin,model\nA,LSV1,Golf\nB,LSV1,\nC,LSV2,Polo\n")
    assert desk.rows("select vin, model from vehicles order by vin") == [("LSV1", "Golf"), ("LSV2", "Polo")]
    assert result.counts["vehicles"].repeated == 1


def test_a_new_owner_and_an_empty_one(cars: Desk) -> None:
    cars.load("vehicles", "key,customer,model\nV1,C2,\nV2,,\n")
    assert cars.rows("select key, name, model from vehicles v join customers c on c.id = customer_id order by 1") == [
        ("V1", "Bob", "Golf"),
        ("V2", "Bob", "Polo"),
    ]


def test_that_a_former_owner_sold_a_car_says_nothing_of_the_next_one(cars: Desk) -> None:
    cars.load("vehicles", "vin,customer,disposed_on\nV9,C1,2025-06-01\nV9,C2,\n")
    assert cars.rows("select disposed_on from vehicles where vin = 'V9'") == [None]
    cars.load("vehicles", "vin,customer,disposed_on\nV9,C2,2026-02-01\n")
    assert cars.rows("select disposed_on from vehicles where vin = 'V9'") == [date(2026, 2, 1)]
    cars.load("vehicles", "vin,customer,model\nV9,C2,Nova\n")
    assert cars.rows("select disposed_on from vehicles where vin = 'V9'") == [date(2026, 2, 1)]
    cars.load("vehicles", "vin,customer\nV9,C1\n")
    assert cars.rows("select disposed_on from vehicles where vin = 'V9'") == [None]


def test_a_vehicle_of_nobody_known_stays_out(cars: Desk) -> None:
    result = cars.load("vehicles", "key,customer\nV3,C9\n")
    assert result.counts["vehicles"].rejected == 1
    assert cars.rejects()[0] == {
        "row": "2",
        "kind": "vehicles",
        "column": "customer",
        "value": "C9",
        "reason": "customer: no customer with this key is known; customers are imported before what refers to them, "
        "or together with it.",
    }


def test_deliveries(cars: Desk) -> None:
    content = """
        key,customer,vehicle,salesperson,handed_over_on,odometer_km
        D1,C1,V1,Li,2026-01-05,12 km
        ,C2,lsv2,Li,2026-01-06,
        D3,,沪A12345,,2026-01-07,many
        D4,C2,V9,,2026-01-08,
        D5,C2,V2,,2026-13-01,
        ,C2,,,2026-01-08,
        D7,,V9,,2026-01-08,
        """
    result = cars.load("deliveries", content)
    assert cars.rows(
        "select h.key, name, v.key, handed_over_on from handovers h join customers c on c.id = h.customer_id"
        " left join vehicles v on v.id = vehicle_id order by handed_over_on"
    ) == [
        ("D1", "Ann", "V1", date(2026, 1, 5)),
        ("V2", "Bob", "V2", date(2026, 1, 6)),
        ("D3", "Ann", "V1", date(2026, 1, 7)),
        ("D4", "Bob", None, date(2026, 1, 8)),
    ]
    assert cars.rows("select kilometres, read_on, source from odometer_readings") == [
        (12, date(2026, 1, 5), "deliveries")
    ]
    assert [(each["row"], each["column"]) for each in cars.rejects()] == [
        ("4", "odometer_km"),
        ("5", "vehicle"),
        ("6", "handed_over_on"),
        ("7", "key"),
        ("8", "customer"),
        ("8", "vehicle"),
    ]
    before = cars.snapshot()
    assert cars.load("deliveries", content).counts["deliveries"].unchanged == result.counts["deliveries"].inserted == 4
    assert cars.snapshot() == before


def test_repair_orders(cars: Desk) -> None:
    cars.load("staff", "code,name,role\nS1,Li Lei,advisor\n")
    cars.load(
        "repair-orders",
        """
        key,customer,vehicle,advisor,work,work_kind,opened_on,closed_on,odometer_km
        R1,C1,V1,li lei,oil,首保,2026-01-05,2026-01-06,5000
        R2,C1,V1,S9,?,juggling,2026-02-05,,
        R3,C1,V1,s1,,,2026-02-05,2026-02-01,
        """,
    )
    query = (
        "select r.key, s.code, work_kind, closed_on from repair_orders r"
        " left join staff s on s.id = advisor_id order by 1"
    )
    assert cars.rows(query) == [("R1", "S1", "first-service", date(2026, 1, 6)), ("R2", None, "other", None)]
    assert cars.rows("select kilometres, read_on from odometer_readings") == [(5000, date(2026, 1, 5))]
    assert [(each["row"], each["column"]) for each in cars.rejects()] == [
        ("3", "advisor"),
        ("3", "work_kind"),
        ("4", "closed_on"),
    ]
    cars.load("repair-orders", "key,customer,closed_on\nR1,C1,\nR2,C1,2026-02-06\n")
    assert cars.rows(query) == [("R1", "S1", "first-service", None), ("R2", None, "other", date(2026, 2, 6))]


def test_readings_and_the_warranty_that_follows_them(cars: Desk) -> None:
    cars.load(
        "warranties",
        "vehicle,starts_on,ends_on,limit_kilometres\nV1,2025-01-01,2027-01-01,60000\n沪B99999,,2027-01-01,\n",
    )
    content = """
        vehicle,read_on,kilometres
        V1,2025-01-01,0
        V1,2025-04-11,10000
        V1,2025-04-11,10001
        V1,2025-04-11,10000
        V8,2025-01-01,1
        """
    result = cars.load("odometer-readings", content)
    counts = result.counts["odometer-readings"]
    assert (counts.inserted, counts.repeated, counts.rejected) == (2, 2, 1)
    ends = (
        "select w.key, e.ends_on, basis from warranty_ends e"
        " join warranties w on w.id = warranty_id order by known_from, 1"
    )
    assert cars.rows(ends) == [
        ("V1", date(2027, 1, 1), "date"),
        ("V2", date(2027, 1, 1), "date"),
        ("V1", date(2026, 8, 24), "mileage"),
    ]
    before = cars.snapshot()
    assert cars.load("odometer-readings", content).counts["odometer-readings"].unchanged == 2
    assert cars.snapshot() == before
    changed = cars.load("odometer-readings", "vehicle,read_on,kilometres\nV1,2025-04-11,20000\n")
    assert changed.counts["odometer-readings"].changed == 1
    assert cars.rows(ends)[-1] == ("V1", date(2025, 10, 28), "mileage")


def test_what_is_wrong_with_a_warranty(cars: Desk) -> None:
    cars.load(
        "warranties",
        "vehicle,starts_on,ends_on,limit_kilometres\nV1,2027-01-01,2026-01-01,\nV2,,,60000\nV9,,2026-01-01,\nV2,,2026-01-01,-5\n",
    )
    assert [each["reason"].split(";")[0].rstrip(".") for each in cars.rejects()] == [
        "ends_on: expected a day on or after starts_on, which is 2027-01-01",
        "ends_on: expected a value, and the cell holds none: last day",
        "vehicle: no vehicle with this key, VIN or plate is known",
        "limit_kilometres: expected kilometres, a whole number from 0 to 5,000,000",
    ]
    cars.load("warranties", "vehicle,starts_on,ends_on\nV1,2025-01-01,2027-01-01\n")
    result = cars.load("warranties", "vehicle,ends_on\nV1,2024-01-01\n")
    assert result.counts["warranties"].rejected == 1
    assert "the warranty on record starts after this day" in cars.rejects()[0]["reason"]


def test_a_plate_that_two_cars_had_is_the_customers_own(cars: Desk) -> None:
    cars.load("vehicles", "key,customer,vin,plate\nV3,C2,LSV3,沪A12345\n")
    cars.load(
        "deliveries", "key,customer,vehicle,handed_over_on\nD1,C2,沪A12345,2026-01-05\nD2,C1,沪A12345,2026-01-05\n"
    )
    assert cars.rows("select h.key, v.key from handovers h join vehicles v on v.id = vehicle_id order by 1") == [
        ("D1", "V3"),
        ("D2", "V1"),
    ]
    cars.load("warranties", "vehicle,ends_on\n沪A12345,2027-01-01\n")
    assert "several vehicles are known by this plate" in cars.rejects()[0]["reason"]


@pytest.mark.parametrize("known_by", [("key", "vin"), ("key", "plate"), ("vin", "plate"), ("key", "vin", "plate")])
def test_several_cars_on_record_are_changed_at_once_whatever_they_are_known_by(
    desk: Desk, known_by: tuple[str, ...]
) -> None:
    desk.load("customers", "key,name\nC1,Ann\nC2,Bob\n")
    names = ("key", "vin", "plate", "customer")
    cars = [dict(zip(names, (f"K{n}", f"LSVAA41{n}", f"沪A1234{n}", f"C{n % 2 + 1}"), strict=True)) for n in range(4)]
    desk.load("vehicles", "\n".join(["key,vin,plate,customer", *(",".join(car.values()) for car in cars)]) + "\n")
    lines = [",".join([*(car[name] for name in known_by), f"Model {n}"]) for n, car in enumerate(cars)]
    result = desk.load("vehicles", "\n".join([",".join((*known_by, "model")), *lines]) + "\n")
    assert result.counts["vehicles"].changed == 4
    assert desk.rows("select model from vehicles order by key") == [f"Model {n}" for n in range(4)]


OWNERS = "select v.key, c.name from vehicles v join customers c on c.id = v.customer_id order by 1"


def test_a_plate_with_several_owners_is_told_with_their_rows(desk: Desk) -> None:
    """Without a key or a VIN the plate is all that a car is known by: two owners of it are a contradiction."""
    desk.load("customers", "key,name\nC1,Ann\nC2,Bob\nC3,Cid\n")
    result = desk.load("vehicles", "plate,customer\n沪A12345,C1\n沪B99999,C3\n沪A12345,C2\n")
    assert desk.rows(OWNERS) == [("沪A12345", "Bob"), ("沪B99999", "Cid")]
    assert result.counts["vehicles"].repeated == 1
    (told,) = (str(notice) for notice in result.notices if str(notice).startswith("vehicles"))
    assert "'沪A12345' (rows 2, 4)" in told
    assert "customer: C1 or C2" in told


def test_a_plate_that_a_file_gives_to_several_cars_is_none_of_those_on_record(cars: Desk) -> None:
    """A trade plate, or a word that we do not know for none: it tells no car from another."""
    cars.load("customers", "key,name\nC3,Cid\n")
    cars.load("vehicles", "key,customer,plate\nV3,C1,沪T00001\n")
    cars.load("vehicles", "key,customer,plate\nV8,C2,沪T00001\nV9,C3,沪T·00001\n")
    assert cars.rows(OWNERS) == [("V1", "Ann"), ("V2", "Bob"), ("V3", "Ann"), ("V8", "Bob"), ("V9", "Cid")]
