"""The allowed transitions of an inbound."""

from models.inbound.words import InboundState

FOLLOWERS: dict[InboundState, frozenset[InboundState]] = {
    InboundState.OPEN: frozenset({InboundState.TAKEN, InboundState.ANSWERED}),
    InboundState.TAKEN: frozenset({InboundState.OPEN, InboundState.ANSWERED}),
    InboundState.ANSWERED: frozenset(),
}
"""A hand-over opens what was taken: the next one has to take it. What is answered stays answered; whatever the
customer says then is another inbound."""


def may_become(before: InboundState, after: InboundState) -> bool:
    """Whether an inbound may go from one state to another."""
    return after in FOLLOWERS[before]
