"""Inspections as files say them: point by point, with the claim."""

from decimal import Decimal

import pytest

from tests.postgres.intake.conftest import Desk

HEADER = "key,vehicle,inspected_on,brakes,brakes_note,tyres,claim_filed_on,claim_amount\n"


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A customer with a car."""
    desk.load("customers", "key,name\nC1,Li Na\n")
    desk.load("vehicles", "key,customer\nV1,C1\n")
    return desk


def found(desk: Desk) -> list[tuple[str, str, str | None]]:
    """What is on record of each point."""
    return desk.rows("select point, finding, note from inspection_points order by point")


def test_an_inspection_goes_in_and_twice_changes_nothing(shop: Desk) -> None:
    row = f"{HEADER}1,V1,2026-02-11,故障,disc worn,关注,2026-02-12,1280\n"
    assert shop.load("inspections", row).counts["inspections"].inserted == 1
    assert found(shop) == [("brakes", "fault", "disc worn"), ("tyres", "watch", None)]
    kept = shop.rows("select claim_filed_on::text, claim_amount, claim_currency, customer_id is null from inspections")
    assert kept == [("2026-02-12", Decimal(1280), "CNY", False)]
    assert shop.load("inspections", row).counts["inspections"].unchanged == 1


def test_a_point_that_is_left_empty_stays_and_one_that_differs_is_changed(shop: Desk) -> None:
    shop.load("inspections", f"{HEADER}1,V1,2026-02-11,fault,disc worn,watch,,\n")
    assert shop.load("inspections", f"{HEADER}1,V1,2026-02-11,ok,,,,\n").counts["inspections"].changed == 1
    assert found(shop) == [("brakes", "ok", "disc worn"), ("tyres", "watch", None)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,V9,2026-02-11,ok,,,,", "vehicle: "),
        ("1,V1,2026-02-11,broken glass,,,,", "brakes: expected "),
        ("1,V1,2026-02-11,fault,,,2026-02-10,", "claim_filed_on: expected a day on or after inspected_on"),
        ("1,V1,2026-02-11,fault,,,2026-02-12,-5", "claim_amount: expected an amount from 0 on"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(shop: Desk, row: str, reason: str) -> None:
    shop.load("inspections", f"{HEADER}{row}\n")
    assert any(told["reason"].startswith(reason) for told in shop.rejects()), shop.rejects()
