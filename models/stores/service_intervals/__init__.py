"""How often cars are serviced: what is shipped, for houses that have not said it for their makes and models."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field, model_validator

from models.core.frozen import Frozen, Slug
from models.core.words import WorkKind

SHIPPED = Path(__file__).with_name("intervals.toml")


class ShippedInterval(Frozen):
    """After how long and how far something falls due, counted from the handover or from when it was last done."""

    item: Slug
    works: tuple[WorkKind, ...] = ()
    """The kinds of work that do it."""
    once: bool = False
    """It falls due after the handover of a new car, and never again."""
    kilometres: int | None = Field(default=None, ge=1)
    months: int | None = Field(default=None, ge=1)
    days: int | None = Field(default=None, ge=1)
    call_kilometres: int | None = Field(default=None, ge=1)
    """When it was still not done by then, the customer is called; so is after `call_days`."""
    call_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _falls_due_on_a_day(self) -> "ShippedInterval":
        if (self.months is None) == (self.days is None):
            message = "say months or days, and not both"
            raise ValueError(message)
        return self


@cache
def shipped_intervals() -> dict[str, ShippedInterval]:
    """By the kind of item, what holds where a house says nothing else."""
    read = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return {item: ShippedInterval.model_validate({"item": item, **body}) for item, body in read.items()}


def works_of(item: str) -> tuple[WorkKind, ...]:
    """The kinds of work that do a kind of item; none for what is no work on a car."""
    known = shipped_intervals().get(item)
    return known.works if known else ()
