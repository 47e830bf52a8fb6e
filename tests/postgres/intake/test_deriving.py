"""When invoices were settled and when warranties end, against hand-made examples and a plain oracle."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from models.subjects.vehicle import Vehicle
from tasks.subjects.account.settlements import derive_settlements
from tasks.subjects.warranty.ends import EVER, derive_warranty_ends
from tests.postgres.intake.conftest import Desk

Reading = tuple[date, int]


class Version(NamedTuple):
    """A version of a warranty's end."""

    known_from: date
    ends_on: date
    basis: str


def contradict(early: Reading, later: Reading) -> bool:
    """Whether two readings cannot both be true."""
    return not 0 <= later[1] - early[1] <= 1_000 * (later[0] - early[0]).days


def sift(readings: list[Reading]) -> tuple[list[Reading], list[Reading]]:
    """The readings that count, and those held apart: of two that contradict each other the more doubtful."""
    ordered = sorted(readings)
    pairs = [(a, b) for place, a in enumerate(ordered) for b in ordered[place + 1 :] if contradict(a, b)]
    times = {one: sum(one in pair for pair in pairs) for one in ordered}
    apart = sorted({a if times[a] > times[b] else b for a, b in pairs})
    return [one for one in ordered if one not in apart], apart


def pace_of(taken: list[Reading]) -> tuple[Reading, Reading]:
    """The readings that the recent pace is counted between."""
    last = taken[-1]
    recent = next(one for one in taken if (last[0] - one[0]).days <= 180)
    older = [one for one in taken if (last[0] - one[0]).days >= 30]
    return (recent if (last[0] - recent[0]).days >= 30 or not older else older[-1]), last


def versions_of(ends_on: date, limit: int | None, readings: list[Reading]) -> list[Version]:
    """The mileage rule in plain Python."""
    versions = [Version(EVER, ends_on, "date")]
    ordered = sorted(readings)
    for known in range(1, len(ordered) + 1) if limit is not None else ():
        taken, apart = sift(ordered[:known])
        (first_on, first_km), (last_on, last_km) = pace_of(taken)
        if last_on == first_on and not apart:
            continue
        a_day = Fraction(last_km - first_km, max((last_on - first_on).days, 1))
        reached = None
        if a_day > 0 and limit is not None:
            days = (limit - last_km) / a_day
            whole = days.numerator // days.denominator
            if whole < (ends_on - last_on).days:
                reached = max(EVER, last_on + timedelta(days=max(whole, (EVER - last_on).days)))
        known_from = ordered[known - 1][0]
        versions.append(Version(known_from, reached or ends_on, "mileage" if reached else "date"))
    return versions


def a_warranty(connection: Connection, ends_on: date, limit: int | None, readings: list[Reading]) -> int:
    """A warranty of a car with these readings; returns the car's id."""
    connection.execute(
        text("insert into stores (code, name, time_zone) values ('S', 'S', 'UTC') on conflict do nothing")
    )
    vehicle: int = connection.execute(
        text("insert into vehicles (store_id, key) select min(id), gen_random_uuid()::text from stores returning id")
    ).scalar_one()
    connection.execute(
        text(
            "insert into warranties (store_id, key, vehicle_id, ends_on, limit_kilometres)"
            " select min(id), gen_random_uuid()::text, :vehicle, :ends_on, :limit from stores"
        ),
        {"vehicle": vehicle, "ends_on": ends_on, "limit": limit},
    )
    set_readings(connection, vehicle, readings)
    return vehicle


def set_readings(connection: Connection, vehicle: int, readings: list[Reading]) -> None:
    """What the car's odometer read."""
    connection.execute(text("delete from odometer_readings where vehicle_id = :v"), {"v": vehicle})
    for day, kilometres in readings:
        connection.execute(
            text("insert into odometer_readings values (:v, :day, :km, 'test')"),
            {"v": vehicle, "day": day, "km": kilometres},
        )


def derived(connection: Connection, vehicle: int) -> list[Any]:
    """The versions on record, in their order."""
    return list(
        connection.execute(
            text(
                "select known_from, e.ends_on, basis, known_until = 'infinity' as open, figures,"
                " case when known_until < 'infinity' then known_until end as known_until"
                " from warranty_ends e join warranties w on w.id = e.warranty_id"
                " where vehicle_id = :v order by known_from"
            ),
            {"v": vehicle},
        )
    )


def derive(connection: Connection, vehicle: int) -> list[Version]:
    """Derive the ends of one car's warranty."""
    derive_warranty_ends(connection, select(Vehicle.id).where(Vehicle.id == vehicle))
    return [Version(row.known_from, row.ends_on, row.basis) for row in derived(connection, vehicle)]


def test_the_mileage_rule_by_hand(connection: Connection) -> None:
    readings = [(date(2025, 1, 1), 0), (date(2025, 4, 11), 10_000), (date(2025, 7, 20), 30_000)]
    vehicle = a_warranty(connection, date(2027, 1, 1), 60_000, readings)

    assert derive(connection, vehicle) == [
        (EVER, date(2027, 1, 1), "date"),
        (date(2025, 4, 11), date(2026, 8, 24), "mileage"),  # 100 km a day, 50,000 to go: 500 days
        (date(2025, 7, 20), date(2025, 12, 17), "mileage"),  # of late 200 km a day, 30,000 to go: 150 days
    ]
    assert derived(connection, vehicle)[1].figures == {
        "first_on": "2025-01-01",
        "first_km": 0,
        "last_on": "2025-04-11",
        "last_km": 10_000,
        "km_per_day": 100.0,
        "limit_km": 60_000,
        "earliest": "2026-06-01",  # at 120 km a day
        "latest": "2026-12-27",  # at 80 km a day
        "date_ends_on": "2027-01-01",
    }


def test_a_slipped_digit_is_held_apart(connection: Connection) -> None:
    readings = [(date(2025, 1, 1), 0), (date(2025, 4, 11), 100_000), (date(2025, 7, 20), 20_000)]
    vehicle = a_warranty(connection, date(2027, 1, 1), 60_000, [*readings, (date(2025, 8, 29), 24_000)])

    derive(connection, vehicle)
    known = {one.known_from: (one.ends_on, one.figures.get("apart")) for one in derived(connection, vehicle)}
    assert known == {
        EVER: (date(2027, 1, 1), None),
        date(2025, 4, 11): (date(2025, 3, 2), None),  # 1,000 km a day can be true, until the next reading
        date(2025, 7, 20): (date(2025, 3, 2), [{"on": "2025-07-20", "km": 20_000}]),
        date(2025, 8, 29): (date(2026, 8, 24), [{"on": "2025-04-11", "km": 100_000}]),  # 100 km a day
    }


def test_a_limit_that_was_passed_ended_the_warranty_then(connection: Connection) -> None:
    vehicle = a_warranty(connection, date(2027, 1, 1), 10_000, [(date(2025, 1, 1), 0), (date(2025, 4, 11), 20_000)])
    assert derive(connection, vehicle)[-1] == (date(2025, 4, 11), date(2025, 2, 20), "mileage")


def test_one_reading_or_none_or_a_car_that_stands_still_leaves_the_date(connection: Connection) -> None:
    end = date(2027, 1, 1)
    for readings in ([], [(date(2025, 1, 1), 59_999)], [(date(2025, 1, 1), 900), (date(2025, 6, 1), 900)]):
        vehicle = a_warranty(connection, end, 60_000, readings)
        assert {version.ends_on for version in derive(connection, vehicle)} == {end}


a_reading = st.tuples(st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.integers(0, 200_000))
readings_of_a_car = st.lists(a_reading, max_size=7, unique_by=lambda reading: reading[0])


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.none() | st.integers(1, 200_000),
    readings_of_a_car,
    readings_of_a_car,
)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_mileage_rule_against_an_oracle(
    connection: Connection, ends_on: date, limit: int | None, before: list[Reading], after: list[Reading]
) -> None:
    vehicle = a_warranty(connection, ends_on, limit, before)
    assert derive(connection, vehicle) == versions_of(ends_on, limit, before)
    set_readings(connection, vehicle, after)
    assert derive(connection, vehicle) == versions_of(ends_on, limit, after)
    rows = derived(connection, vehicle)
    assert all(row.known_until == later.known_from for row, later in pairwise(rows))
    assert [row.open for row in rows] == [False] * (len(rows) - 1) + [True]


LEDGER = "key,customer,issued_on,due_on,amount,status,status_on\n"
PAYMENTS = "key,invoice,paid_on,amount\n"


def settled(desk: Desk) -> dict[str, date | None]:
    """By number, when each invoice was settled."""
    return dict(desk.rows("select key, settled_on from invoices"))


def test_an_invoice_is_settled_when_its_payments_reach_its_amount(desk: Desk) -> None:
    desk.load("customers", "key,name\nC,Ann\n")
    desk.load("invoices", f"{LEDGER}A,C,2026-01-01,2026-02-01,100,,\nB,C,2026-01-01,2026-02-01,100,,\n")
    desk.load(
        "payments",
        f"{PAYMENTS}1,A,2026-01-20,60\n2,A,2026-01-10,30\n3,A,2026-01-30,10\n4,A,2026-02-10,5\n5,B,2026-01-05,99.99\n",
    )
    assert settled(desk) == {"A": date(2026, 1, 30), "B": None}

    desk.load("payments", f"{PAYMENTS}3,B,2026-01-30,10\n")
    assert settled(desk) == {"A": None, "B": date(2026, 1, 30)}


def test_a_payment_that_was_booked_to_the_wrong_invoice(desk: Desk) -> None:
    desk.load("customers", "key,name\nC,Ann\n")
    desk.load("invoices", f"{LEDGER}A,C,2026-01-01,2026-02-01,100,,\nB,C,2026-01-01,2026-02-01,100,,\n")
    desk.load("payments", f"{PAYMENTS}1,A,2026-01-20,100\n")
    assert settled(desk) == {"A": date(2026, 1, 20), "B": None}
    desk.load("payments", f"{PAYMENTS}1,B,2026-01-20,100\n")
    assert settled(desk) == {"A": None, "B": date(2026, 1, 20)}


def test_an_invoice_whose_currency_was_corrected_is_not_settled_by_what_came_in_the_other(desk: Desk) -> None:
    desk.load("customers", "key,name\nC,Ann\n")
    invoice = "key,customer,due_on,amount,currency\nA,C,2026-02-01,100,"
    desk.load("invoices", f"{invoice}EUR\n")
    desk.load("payments", f"{PAYMENTS}1,A,2026-01-20,100\n")
    assert settled(desk) == {"A": date(2026, 1, 20)}
    desk.load("invoices", f"{invoice}USD\n")
    assert settled(desk) == {"A": None}


def test_what_the_source_calls_settled_or_void_is_settled(desk: Desk) -> None:
    desk.load("customers", "key,name\nC,Ann\n")
    rows = (
        "A,C,2026-01-01,2026-02-01,100,paid,2026-01-15\n"
        "B,C,2026-01-01,2026-02-01,100,void,\n"
        "D,C,2026-01-01,2026-02-01,100,disputed,2026-01-09\n"
    )
    desk.load("invoices", LEDGER + rows)
    assert settled(desk) == {"A": date(2026, 1, 15), "B": EVER, "D": None}
    desk.load("payments", f"{PAYMENTS}1,A,2026-01-10,100\n")
    assert settled(desk)["A"] == date(2026, 1, 10)
    desk.load("invoices", LEDGER + rows.replace("void", "open"))
    assert settled(desk)["B"] is None


def test_an_undated_settlement_is_as_old_as_the_last_payment_for_it(desk: Desk) -> None:
    desk.load("customers", "key,name\nC,Ann\n")
    rows = "A,C,2026-01-01,2026-02-01,100,paid,\nB,C,2026-01-01,2026-02-01,100,paid,\n"
    desk.load("invoices", LEDGER + rows + "D,C,2026-01-01,2026-02-01,100,void,\n")
    desk.load("payments", f"{PAYMENTS}1,A,2026-02-10,50\n2,A,2026-02-20,48\n3,D,2026-02-20,1\n")
    assert settled(desk) == {"A": date(2026, 2, 20), "B": EVER, "D": EVER}


def test_deriving_again_changes_nothing(desk: Desk) -> None:
    desk.load("customers", "key,name\nC,Ann\n")
    desk.load("invoices", f"{LEDGER}A,C,2026-01-01,2026-02-01,100,paid,2026-01-15\n")
    a_warranty(desk.connection, date(2027, 1, 1), 60_000, [(date(2025, 1, 1), 0), (date(2025, 4, 11), 10_000)])
    derive_warranty_ends(desk.connection)
    before = desk.snapshot()
    assert derive_settlements(desk.connection) == 0
    derive_warranty_ends(desk.connection)
    assert desk.snapshot() == before
