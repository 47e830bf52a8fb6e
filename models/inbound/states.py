"""The allowed transitions of an inbound."""

from models.core.errors import Conflict
from models.inbound.words import InboundState

FOLLOWERS: dict[InboundState, frozenset[InboundState]] = {
    InboundState.OPEN: frozenset({InboundState.TAKEN, InboundState.ANSWERED}),
    InboundState.TAKEN: frozenset({InboundState.OPEN, InboundState.ANSWERED}),
    InboundState.ANSWERED: frozenset(),
}
"""A hand-over opens what was taken: the next one has to take it. What is answered stays answered; whatever the
customer says then is another inbound."""


class InboundNotThere(Conflict):
    """An inbound cannot go from its state to another."""

    def __init__(self, state: InboundState, wanted: InboundState) -> None:
        self.state, self.wanted = state, wanted
        super().__init__(f"What is {state} cannot become {wanted}.")


def check_transition(before: InboundState, after: InboundState) -> None:
    """Raises `InboundNotThere` for a transition that is not allowed. Staying in the same state is not a transition."""
    if after is not before and after not in FOLLOWERS[before]:
        raise InboundNotThere(before, after)
