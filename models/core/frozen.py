"""The base class and field types of policies, plans and rules that are written as data."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

CURRENCY = r"^[A-Z]{3}$"
CurrencyCode = Annotated[str, StringConstraints(pattern=CURRENCY)]
"""ISO 4217."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""A lower-case name with hyphens."""


class Frozen(BaseModel):
    """An immutable model that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
