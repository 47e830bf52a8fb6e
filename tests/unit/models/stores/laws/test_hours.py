"""The hours of the law packs, against an oracle that reads the clock on the wall."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from models.core.words import Purpose, StepKind
from models.stores.laws.hours import closed_until, leaves_time
from models.stores.laws.pack import all_packs, pack_of
from models.stores.laws.places import Place
from tests.support.oracles import law_allows

PLACES = (
    "America/New_York US-NY", "America/Chicago US-TX", "America/Denver US-TX", "America/Phoenix US-AZ",
    "America/New_York US-FL", "Europe/Paris FR", "Europe/Berlin DE", "Asia/Shanghai CN", "Australia/Lord_Howe",
    "Pacific/Apia",
)  # fmt: skip
CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
]
"""When clocks change in America and Europe."""
MOMENTS = st.one_of(
    st.builds(lambda at, minutes: at + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-3000, 3000)),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  Hypothesis's form
)
KINDS = st.sampled_from((StepKind.MESSAGE, StepKind.CALL))
QUARTER = timedelta(minutes=15)


@given(st.sampled_from(sorted(all_packs())), st.sampled_from(PLACES), st.sampled_from(Purpose), KINDS, MOMENTS)
def test_a_pack_is_closed_exactly_while_the_oracle_says_so(
    name: str, where: str, purpose: Purpose, kind: StepKind, now: datetime
) -> None:
    pack = pack_of(name)
    closed = closed_until(pack, Place(where), purpose, kind, now)
    assert (closed is None) == law_allows(pack, [where], purpose, kind, now)
    if closed is not None:
        assert law_allows(pack, [where], purpose, kind, closed.until)
        assert closed.rule in {rule.code for rule in pack.hours}
        at = now
        while (at := at + QUARTER) < closed.until:
            assert not law_allows(pack, [where], purpose, kind, at)


def test_a_text_to_texas_waits_until_noon_on_sunday() -> None:
    chicago = ZoneInfo("America/Chicago")
    sunday = datetime(2026, 3, 15, 9, 30, tzinfo=chicago)
    closed = closed_until(pack_of("us"), Place("America/Chicago US-TX"), Purpose.MARKETING, StepKind.MESSAGE, sunday)
    assert closed is not None
    assert (closed.rule, closed.until) == ("us-tx-sunday-hours", sunday.replace(hour=12, minute=0))
    assert (
        closed_until(pack_of("us"), Place("America/Chicago US-IL"), Purpose.MARKETING, StepKind.MESSAGE, sunday) is None
    )


def test_hours_of_a_store_may_leave_no_time() -> None:
    us, here = pack_of("us"), Place("America/New_York US-NY")
    assert leaves_time(us, here, Purpose.MARKETING, StepKind.MESSAGE, time(9), time(20))
    assert not leaves_time(us, here, Purpose.MARKETING, StepKind.MESSAGE, time(6), time(8))
    assert leaves_time(us, here, Purpose.MARKETING, StepKind.MESSAGE, time(6), time(8, 5))
