"""Validation errors name the cause and no follow-up errors."""

import pytest

from models.campaigns.plans import BadPlan, read_plan
from tests.support.campaigning import plan, words


def test_a_wrong_part_is_not_said_to_be_missing_as_well() -> None:
    wrong = plan().model_dump(mode="json") | {"variants": [{"key": "a", "share": 140, "words": words()}]}
    with pytest.raises(BadPlan) as refused:
        read_plan(wrong)
    assert list(refused.value.problems) == ["variants.0.share"]


def test_what_is_missing_is_said_to_be() -> None:
    with pytest.raises(BadPlan) as refused:
        read_plan(plan().model_dump(mode="json") | {"variants": []})
    assert list(refused.value.problems) == ["variants"]
