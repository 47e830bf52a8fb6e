"""The figures that a campaign is judged by."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.campaigns.results import CampaignAccount, CampaignResults, Group, difference, wilson
from models.core.words import CampaignAnswer, Wave
from models.ledger.accounts_of_runs import Unbalanced

# The examples of Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3; each figure is also that of
# statsmodels 0.15.0, `proportion_confint(good, of, method="wilson")`, to four decimals.
PROPORTIONS = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
# The examples of Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10; each figure is also that of
# statsmodels 0.15.0, `confint_proportions_2indep(…, compare="diff", method="newcomb")`, to four decimals.
DIFFERENCES = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


@pytest.mark.parametrize(("good", "of", "low", "high"), PROPORTIONS)
def test_the_interval_of_a_proportion_is_the_published_one(good: int, of: int, low: float, high: float) -> None:
    assert wilson(good, of) == pytest.approx((low, high), abs=0.00005)


@pytest.mark.parametrize(("good", "of", "control_good", "control_of", "low", "high"), DIFFERENCES)
def test_the_interval_of_a_difference_is_the_published_one(
    good: int, of: int, control_good: int, control_of: int, low: float, high: float
) -> None:
    found = difference(good, of, control_good, control_of)
    assert (found.low, found.high) == pytest.approx((100 * low, 100 * high), abs=0.005)
    assert found.points == pytest.approx(100 * (good / of - control_good / control_of))


counts = st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(told=counts, control=counts)
def test_a_difference_lies_in_its_interval_and_turns_with_its_sides(
    told: tuple[int, int], control: tuple[int, int]
) -> None:
    found, turned = difference(*told, *control), difference(*control, *told)
    slack = 1e-9
    assert -100 - slack <= found.low <= found.points + slack
    assert found.points - slack <= found.high <= 100 + slack
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-6)


def test_a_difference_is_clear_when_chance_hardly_explains_it() -> None:
    assert difference(120, 1000, 10, 200).is_clear
    assert difference(10, 200, 120, 1000).is_clear
    assert not difference(60, 1000, 10, 200).is_clear


def test_groups_add_up() -> None:
    one = Group(10, 10, sent=9, counted=9, answered={CampaignAnswer.REPLIED: 1}, spent={"CNY": Decimal(5)})
    two = Group(
        20, 10, sent=11, counted=11, answered={CampaignAnswer.INTERESTED: 2}, booked=5, spent={"CNY": Decimal(1)}
    )
    both = one + two
    assert (both.recipients, both.begun, both.sent, both.booked) == (30, 20, 20, 5)
    assert both.answered == {CampaignAnswer.REPLIED: 1, CampaignAnswer.INTERESTED: 2}
    assert (both.share(both.booked), both.spent_each("CNY")) == (25.0, Decimal("0.3"))
    assert (Group().share(0), Group().spent_each("CNY")) == (0.0, 0)


def results(groups: dict[tuple[Wave, str | None], Group]) -> CampaignResults:
    return CampaignResults(CampaignAccount(), groups, {}, 30, Decimal(0))


def test_those_told_are_compared_with_the_control_group() -> None:
    found = results(
        {
            (Wave.CONTROL, None): Group(50, 50, as_assigned={"booked": 1}),
            (Wave.CANARY, "a"): Group(100, 100, booked=5, as_assigned={"booked": 10}),
            (Wave.REST, "a"): Group(900, 900, booked=50, as_assigned={"booked": 90}),
            (Wave.REST, "b"): Group(900, 900, booked=50, as_assigned={"booked": 90}),
        }
    )
    assert found.variants == ("a", "b")
    assert (found.of_variant("a").begun, found.of_wave(Wave.REST).begun) == (1000, 1800)
    assert found.differences["booked"].points == pytest.approx(8.0)


def test_shares_are_of_those_who_were_sent_it() -> None:
    """76 for whom it has begun, 15 who were sent it, 3 of them booked."""
    group = Group(76, 76, sent=15, counted=15, booked=3, as_assigned={"booked": 5})
    assert group.share(group.number("booked")) == 20.0
    answers = {CampaignAnswer.INTERESTED: 2, CampaignAnswer.REPLIED: 1, CampaignAnswer.NOT_INTERESTED: 4}
    assert Group(answered=answers).number("answered") == 3


def test_without_a_control_group_there_is_nothing_to_compare() -> None:
    assert results({(Wave.REST, "a"): Group(10, 10)}).differences == {}


def test_an_account_that_misses_someone_is_refused() -> None:
    account = CampaignAccount(recipients=10, control=1, sent=5, held={"cap": 2}, stopped={"no-consent": 1}, waiting=1)
    account.check()
    with pytest.raises(Unbalanced, match="but 11 is not 10"):
        account.model_copy(update={"recipients": 11}).check()
