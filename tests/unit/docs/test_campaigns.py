"""The page about campaigns says what the program does."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from models.campaigns.plans import CampaignPlan, Canary, Trial, read_plan
from models.campaigns.recipes import KEYS, recipe
from models.campaigns.results import CampaignAccount
from models.core.offsets import Offset
from models.core.words import CampaignAnswer
from models.policies.policy import ContactRules
from tasks.campaigns.outcome.exporting import COLUMNS
from tasks.campaigns.wording.messages import MOST_SAMPLED
from tasks.campaigns.wording.test_messages import MOST_AN_HOUR

PAGE = (Path(__file__).parents[3] / "docs" / "campaigns.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].strip("` "): [cell.strip() for cell in cells]
    for line in PAGE.splitlines()
    if line.startswith("| `") and (cells := line.strip("|").split("|"))
}
ELSEWHERE = {"audience", "variants", "follow_up", "canary", "trial"}
PARTS: dict[str, type[BaseModel]] = {"": CampaignPlan, "canary.": Canary, "trial.": Trial}


def defaults() -> dict[str, Any]:
    """Of every field of a plan that has a row of its own."""
    return {
        prefix + name: field.default
        for prefix, model in PARTS.items()
        for name, field in model.model_fields.items()
        if name not in ELSEWHERE and field.default is not PydanticUndefined
    }


def written(value: Any) -> str:
    match value:
        case None:
            return "none"
        case Offset():
            return f"`{str(value).removeprefix('+')}`"
        case tuple():
            return ", ".join(f"`{one}`" for one in value)
        case str():
            return f"`{value}`"
        case BaseModel():
            return f"`{value.kind}`"  # type: ignore[attr-defined]
        case _:
            return str(value)


@pytest.mark.parametrize(("name", "default"), defaults().items())
def test_each_figure_of_a_plan_stands_there_with_its_default(name: str, default: Any) -> None:
    assert ROWS[name][1] == written(default)


@pytest.mark.parametrize("key", KEYS)
def test_each_recipe_stands_there_with_its_figures(key: str) -> None:
    one = recipe(key)
    plan = read_plan(one.plan_data())
    follow_up = "none"
    if plan.follow_up:
        by = f" by {plan.follow_up.role}" if plan.follow_up.role else ""
        follow_up = f"{plan.follow_up.kind}{by} after {str(plan.follow_up.after).removeprefix('+')}"
    figures = [f"{one.hour:%H:%M}", plan.purpose, f"{plan.control_percent} %", follow_up, f"{plan.measured_days} days"]
    assert ROWS[key][2:] == figures


def test_figures_in_the_text_are_the_programs() -> None:
    rules = ContactRules()
    sizes = (rules.campaign_by_marketing, rules.campaign_by_manager, rules.campaign_by_admin)
    text = " ".join(PAGE.split())
    for sentence in (
        f"each user may send {MOST_AN_HOUR} an hour",
        f"for up to {MOST_SAMPLED} random customers",
        "{} for marketing, {} for a manager, {} for an admin".format(*sizes),
    ):
        assert sentence in text


def test_no_answer_no_column_and_no_part_of_the_account_is_left_out() -> None:
    text = " ".join(PAGE.split())
    assert all(f"`{answer}`" in text for answer in CampaignAnswer)
    assert ", ".join(f"`{column}`" for column in COLUMNS) in text
    equation = text.partition("recipients = ")[2].partition(". |")[0]
    parts = [name.replace("_", " ") for name in CampaignAccount.model_fields if name != "recipients"]
    assert [part for part in parts if part not in equation] == []
