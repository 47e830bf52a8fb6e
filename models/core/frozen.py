"""What is written down as data, policies and plans and rules: its base, and the forms of its fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

CURRENCY = r"^[A-Z]{3}$"
CurrencyCode = Annotated[str, StringConstraints(pattern=CURRENCY)]
"""ISO 4217."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""A name in lower case with hyphens."""


class Frozen(BaseModel):
    """Immutable, and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
