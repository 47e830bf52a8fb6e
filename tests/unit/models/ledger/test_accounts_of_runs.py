"""The account of a run balances, or the run fails (invariant 4)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ledger.accounts_of_runs import RunAccount, Unbalanced

counts = st.integers(0, 1000)
by_reason = st.dictionaries(st.sampled_from(["paid", "cap", "moved"]), counts)


@st.composite
def balanced(draw: st.DrawFn) -> RunAccount:
    """An account that accounts for everyone."""
    planned, already, suppressed = draw(counts), draw(counts), draw(by_reason)
    sent, deferred, cancelled, failed, unknown = (
        draw(counts),
        draw(by_reason),
        draw(by_reason),
        draw(counts),
        draw(counts),
    )
    return RunAccount(
        eligible=planned + already + sum(suppressed.values()),
        planned=planned,
        already_planned=already,
        suppressed=suppressed,
        ended=draw(by_reason),
        claimed=sent + sum(deferred.values()) + sum(cancelled.values()) + failed + unknown,
        sent=sent,
        deferred=deferred,
        cancelled=cancelled,
        failed=failed,
        unknown=unknown,
    )


@given(first=balanced(), second=balanced())
def test_two_balanced_accounts_are_balanced_together(first: RunAccount, second: RunAccount) -> None:
    first.check()
    both = first + second
    both.check()
    assert both.claimed == first.claimed + second.claimed
    assert sum(both.deferred.values()) == sum(first.deferred.values()) + sum(second.deferred.values())
    assert both + RunAccount() == both


@given(account=balanced(), by=st.integers(1, 5))
@pytest.mark.parametrize("figure", ["eligible", "planned", "already_planned", "claimed", "sent", "failed", "unknown"])
def test_an_account_that_misses_someone_is_refused(figure: str, account: RunAccount, by: int) -> None:
    wrong: dict[str, Any] = {figure: getattr(account, figure) + by}
    with pytest.raises(Unbalanced, match=r"The run does not balance: .+, but \d+ is not \d+"):
        account.model_copy(update=wrong).check()


@given(account=balanced(), figure=st.sampled_from(["suppressed", "deferred", "cancelled"]))
def test_a_reason_too_many_is_refused(account: RunAccount, figure: str) -> None:
    wrong: dict[str, Any] = {figure: getattr(account, figure) | {"one more": 1}}
    with pytest.raises(Unbalanced):
        account.model_copy(update=wrong).check()
