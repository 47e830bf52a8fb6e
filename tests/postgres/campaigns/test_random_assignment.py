"""Random assignment: the waves are as large as the plan says, and the same every time."""

from collections import Counter
from math import ceil
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Row, column, func, literal, select

from models.campaigns.plans import CampaignPlan, read_plan
from tasks.campaigns.launch.random_assignment import assign

WORDS = {"en": {"sms": "Come and see us."}}


def plan_of(shares: list[int], control: int = 5, percent: int = 5, at_least: int = 50) -> CampaignPlan:
    variants = [{"key": key, "share": share, "words": WORDS} for key, share in zip("abcd", shares, strict=False)]
    return read_plan(
        {
            "audience": {"kind": "all"},
            "variants": variants,
            "control_percent": control,
            "canary": {"percent": percent, "at_least": at_least},
        }
    )


def draw(connection: Connection, size: int, plan: CampaignPlan, campaign_id: int = 1) -> list[Row[Any]]:
    """The assignment of `size` customers, in the order of their places."""
    customers = func.generate_series(1, size).table_valued("id").render_derived()
    audience = select(customers.c.id.label("customer_id"), literal(7).label("store_id"))
    return list(connection.execute(assign(audience, plan, campaign_id).order_by(column("place"))))


def waves(rows: list[Row[Any]]) -> dict[str, int]:
    return dict(Counter(row.wave for row in rows))


def variants(rows: list[Row[Any]]) -> dict[str | None, int]:
    return dict(Counter(row.variant for row in rows))


def test_five_percent_are_held_out_and_the_first_few_come_before_the_rest(connection: Connection) -> None:
    rows = draw(connection, 2000, plan_of([100]))
    assert waves(rows) == {"control": 100, "canary": 95, "rest": 1805}
    assert variants(rows) == {None: 100, "a": 1900}
    assert [row.place for row in rows] == list(range(1, 2001))
    assert [row.wave for row in rows[:101]] == ["control"] * 100 + ["canary"]


def test_the_canary_is_at_least_fifty_but_not_more_than_there_are(connection: Connection) -> None:
    assert waves(draw(connection, 200, plan_of([100]))) == {"control": 10, "canary": 50, "rest": 140}
    assert waves(draw(connection, 20, plan_of([100]))) == {"control": 1, "canary": 19}


def test_without_canary_and_control_all_are_told_at_once(connection: Connection) -> None:
    assert waves(draw(connection, 200, plan_of([100], control=0, percent=0))) == {"rest": 200}


def test_two_variants_halve_everybody_and_the_canary_too(connection: Connection) -> None:
    rows = draw(connection, 2000, plan_of([50, 50]))
    assert variants(rows) == {None: 100, "a": 950, "b": 950}
    canary = variants([row for row in rows if row.wave == "canary"])
    assert abs(canary["a"] - canary["b"]) <= 1


def test_a_trial_leaves_a_rest_without_variant(connection: Connection) -> None:
    rows = draw(connection, 2000, plan_of([10, 10]))
    assert waves(rows) == {"control": 100, "canary": 95, "trial": 285, "rest": 1520}
    assert variants(rows) == {None: 1620, "a": 190, "b": 190}


def test_a_canary_larger_than_the_trial_is_the_trial(connection: Connection) -> None:
    rows = draw(connection, 60, plan_of([20, 20], control=0))
    assert waves(rows) == {"canary": 50, "rest": 10}
    assert variants(rows) == {"a": 25, "b": 25, None: 10}


def test_the_same_campaign_draws_the_same_lots_and_another_one_others(connection: Connection) -> None:
    first, again, other = (draw(connection, 500, plan_of([50, 50]), campaign) for campaign in (1, 1, 2))
    assert first == again
    assert first != other


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(0, 700),
    shares=st.lists(st.integers(1, 33), min_size=2, max_size=3),
    control=st.integers(0, 50),
    percent=st.integers(0, 100),
    at_least=st.integers(0, 100),
)
def test_the_parts_are_as_large_as_the_plan_says(
    connection: Connection, size: int, shares: list[int], control: int, percent: int, at_least: int
) -> None:
    rows = draw(connection, size, plan_of(shares, control, percent, at_least))
    held_out = (2 * size * control + 100) // 200
    told = size - held_out
    canary = min(told, max(at_least, ceil(told * percent / 100))) if percent else 0
    tried = max(ceil(told * sum(shares) / 100), canary)
    expected = {"control": held_out, "canary": canary, "trial": tried - canary, "rest": told - tried}
    assert waves(rows) == {wave: many for wave, many in expected.items() if many}
    told_variants = Counter(row.variant for row in rows if row.variant)
    assert sum(told_variants.values()) == tried
    for key, share in zip("abc", shares, strict=False):
        assert abs(told_variants[key] - tried * share / sum(shares)) < 5  # 4.89, counted over all such shares
