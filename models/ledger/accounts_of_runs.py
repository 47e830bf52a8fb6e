"""The balanced account of a run (invariant 4): a run that does not account for everyone fails."""

from typing import Any

from pydantic import BaseModel, Field

from models.core.errors import AftercareError

Counts = dict[str, int]
BY_REASON = ("suppressed", "ended", "cancelled")
"""The figures that are counted by reason code."""


class Unbalanced(AftercareError):
    """A run whose account does not balance."""

    def __init__(self, equation: str, left: int, right: int) -> None:
        self.equation, self.left, self.right = equation, left, right
        super().__init__(f"The run does not balance: {equation}, but {left} is not {right}.")


class RunAccount(BaseModel):
    """The account of a run: what it examined, planned and claimed, with the results. Counts of touches."""

    eligible: int = 0
    """Steps of subjects that the sweep examined."""
    planned: int = 0
    already_planned: int = 0
    suppressed: Counts = Field(default_factory=dict)
    """By reason code: examined and not planned."""
    ended: Counts = Field(default_factory=dict)
    """By reason code: planned earlier, ended by this sweep because their reason no longer holds."""
    missed: int = 0
    """Calls and tasks on staff lists that nobody did while they were valid."""
    claimed: int = 0
    sent: int = 0
    """Accepted by a channel, or handed to staff as a call or a task."""
    of_which_handed_to_staff: int = 0
    of_which_merged: int = 0
    deferred: Counts = Field(default_factory=dict)
    """By gate: held until later."""
    cancelled: Counts = Field(default_factory=dict)
    """By reason code."""
    failed: int = 0
    unknown: int = 0
    figures: dict[str, float] = Field(default_factory=dict)
    """Metrics of the process, such as the coverage of the follow-up."""

    def check(self) -> None:
        """Raises `Unbalanced`."""
        accounted = self.planned + self.already_planned + sum(self.suppressed.values())
        if self.eligible != accounted:
            raise Unbalanced("eligible = planned + already planned + suppressed", self.eligible, accounted)
        settled = self.sent + sum(self.deferred.values()) + sum(self.cancelled.values()) + self.failed + self.unknown
        if self.claimed != settled:
            raise Unbalanced("claimed = sent + deferred + cancelled + failed + unknown", self.claimed, settled)

    def __add__(self, other: "RunAccount") -> "RunAccount":
        """The sum of both accounts."""
        mine, theirs = self.model_dump(), other.model_dump()
        summed = {name: _add(mine[name], theirs[name]) for name in RunAccount.model_fields if name != "figures"}
        return RunAccount(**summed, figures=self.figures | other.figures)


def _add(left: Any, right: Any) -> object:
    """Counts are added key by key."""
    if isinstance(left, dict):
        return {key: left.get(key, 0) + right.get(key, 0) for key in sorted(left.keys() | right.keys())}
    return left + right
