"""What is answered stays answered."""

import pytest

from models.inbound.states import FOLLOWERS, InboundNotThere, check_transition
from models.inbound.words import InboundState


@pytest.mark.parametrize("before", InboundState)
@pytest.mark.parametrize("after", InboundState)
def test_only_allowed_transitions_pass(before: InboundState, after: InboundState) -> None:
    if after is before or after in FOLLOWERS[before]:
        check_transition(before, after)
    else:
        with pytest.raises(InboundNotThere):
            check_transition(before, after)


def test_nothing_leads_out_of_an_answer() -> None:
    assert FOLLOWERS[InboundState.ANSWERED] == frozenset()
    assert all(InboundState.ANSWERED in FOLLOWERS[state] for state in (InboundState.OPEN, InboundState.TAKEN))
