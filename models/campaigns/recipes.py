"""The shipped recipes: campaigns that many stores run, with audience, texts and channels."""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from models.core.errors import InvalidInput
from models.core.words import LaunchKind

FOLDER = Path(__file__).parent / "recipe_files"
KEYS = ("warranty-inspection", "festival-greeting", "trade-in", "win-back", "event-invitation")
"""In display order."""


class NoSuchRecipe(InvalidInput):
    """There is no such recipe."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"There is no recipe '{key}'; expected one of {', '.join(KEYS)}.")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A template for a campaign."""

    key: str
    name: Mapping[str, str]
    """By language."""
    description: Mapping[str, str]
    """By language."""
    hour: time
    """The best hour to write to a customer, in the customer's time zone."""
    plan: Mapping[str, Any]

    def plan_data(self, day: date | None = None) -> dict[str, object]:
        """The plan as `models.campaigns.plans.read_plan` takes it.

        It begins on a day at the recipe's hour in each customer's time zone, or as soon as it is launched.
        """
        data = deepcopy(dict(self.plan))
        if day is not None:
            data["launch"] = {"kind": LaunchKind.LOCAL_HOUR.value, "day": day.isoformat(), "hour": f"{self.hour:%H:%M}"}
        return data


def list_recipes() -> tuple[Recipe, ...]:
    """Every recipe."""
    return tuple(recipe(key) for key in KEYS)


@cache
def recipe(key: str) -> Recipe:
    """One recipe. Raises `NoSuchRecipe`."""
    if key not in KEYS:
        raise NoSuchRecipe(key)
    read = tomllib.loads((FOLDER / f"{key}.toml").read_text(encoding="utf-8"))
    return Recipe(key, read["name"], read["description"], time.fromisoformat(read["hour"]), read["plan"])
