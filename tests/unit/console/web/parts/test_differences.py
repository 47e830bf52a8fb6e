"""Two versions are compared field by field, steps by their keys."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from console.web.parts.differences import Difference, differences


def policy(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"priority": 50, "rules": {"inspection_days": 90}, "steps": list(steps)} | fields


ONE = {"key": "one", "after": "-3d", "channels": ["sms", "email"], "role": None}
TWO = {"key": "two", "after": "-1d", "channels": ["sms"], "role": None}


def test_a_changed_field_is_named_with_what_it_was() -> None:
    after = policy(ONE, TWO | {"after": "-2d"}, priority=60, rules={"inspection_days": 30})
    assert differences(policy(ONE, TWO), after) == [
        Difference(("priority",), 50, 60),
        Difference(("rules", "inspection_days"), 90, 30),
        Difference(("steps", "two", "after"), "-1d", "-2d"),
    ]


def test_the_order_of_channels_is_a_difference() -> None:
    (found,) = differences(policy(ONE), policy(ONE | {"channels": ["email", "sms"]}))
    assert found == Difference(("steps", "one", "channels"), ["sms", "email"], ["email", "sms"])


def test_a_step_that_came_and_one_that_went_are_told_with_all_they_say() -> None:
    found = differences(policy(ONE), policy(TWO))
    assert Difference(("steps", "two", "after"), None, "-1d") in found
    assert Difference(("steps", "one", "after"), "-3d", None) in found
    assert not [one for one in found if one.place[-1] == "role"], "what is empty on both sides is no difference"


def test_another_order_of_the_same_steps_is_one_difference() -> None:
    assert differences(policy(ONE, TWO), policy(TWO, ONE)) == [Difference(("steps",), ["one", "two"], ["two", "one"])]


def test_false_and_nothing_are_not_the_same_as_true_and_zero_tells_from_none() -> None:
    assert differences({"repeats": True}, {"repeats": False}) == [Difference(("repeats",), True, False)]
    assert differences({"subject": None}, {"subject": ""}) == []


bodies = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(1, 3) | st.lists(st.integers(1, 2)))


@given(bodies, bodies)
def test_nothing_differs_from_itself_and_back_is_the_reverse(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert differences(one, one) == []
    there = {(found.place, str(found.before), str(found.after)) for found in differences(one, other)}
    back = {(found.place, str(found.after), str(found.before)) for found in differences(other, one)}
    assert there == back
