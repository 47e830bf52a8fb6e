"""Policies as data: what is valid survives its way through JSON, and what overlaps is refused by name."""

import json
from datetime import time, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.offsets import read_offset
from models.core.words import Condition, LateRule, ProcessName, SubjectKind
from models.policies.policy import body_of_today
from models.policies.shipped import (
    BadPolicy,
    read_contact_rules,
    read_policy,
    shipped_contact_rules,
    shipped_policy,
    shipped_processes,
)

FOLLOWUP = ProcessName("post-delivery-followup")
HOURS = st.sampled_from(["09:00:00", "10:30:00", "18:00:00"])
VALIDITY = st.one_of(st.integers(1, 40).map("{}d".format), st.just("until-next-step"))


@st.composite
def follow_up_steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Steps that are each sound by themselves; together they may overlap."""
    count = draw(st.integers(1, 5))
    return [
        {
            "key": f"step-{number}",
            "subject": draw(st.sampled_from([SubjectKind("handover"), SubjectKind("repair-order")])),
            "kind": "call",
            "after": f"{draw(st.integers(0, 60))}d",
            "at": draw(HOURS),
            "valid_for": draw(VALIDITY),
            "when_late": draw(st.sampled_from([rule.value for rule in LateRule])),
            "late_after": draw(st.sampled_from(["0d", "1d", "5h"])),
            "template": "a-template",
            "purpose": "follow-up",
            "conditions": draw(st.sampled_from([[], [Condition("vehicle-kept")]])),
            "role": "agent",
            "approval": draw(st.sampled_from([[], ["manager"]])),
            "repeats": draw(st.booleans()),
            "only_on_its_day": draw(st.booleans()),
        }
        for number in range(count)
    ]


def _due(step: dict[str, Any]) -> timedelta:
    hour = time.fromisoformat(step["at"])
    return read_offset(step["after"]).nominal + timedelta(hours=hour.hour, minutes=hour.minute)


def _clash(steps: list[dict[str, Any]]) -> bool:
    """Whether two steps of one subject that are asked the same would be valid at the same moment."""
    for one, other in permutations(steps, 2):
        alike = (one["subject"], set(one["conditions"])) == (other["subject"], set(other["conditions"]))
        if not alike or _due(one) > _due(other):
            continue
        if _due(one) == _due(other):
            return True
        if one["valid_for"].endswith("d") and _due(other) < _ends(one):
            return True
    return False


def _ends(step: dict[str, Any]) -> timedelta:
    """When a step with a validity of its own is over: at the midnight after it, where it is of use only on its day."""
    ends = _due(step) + read_offset(step["valid_for"]).nominal
    return min(ends, timedelta(days=_due(step).days + 1)) if step["only_on_its_day"] else ends


def _nothing_follows(steps: list[dict[str, Any]]) -> bool:
    """Whether a step counts on a next one that there is not."""
    return any(
        not any(_due(other) > _due(step) for other in steps if other["subject"] == step["subject"])
        for step in steps
        if step["valid_for"] == "until-next-step" or step["when_late"] == "merge"
    )


def _waits_beyond_its_day(steps: list[dict[str, Any]]) -> bool:
    return any(step["only_on_its_day"] and step["when_late"] == "merge" for step in steps)


@given(steps=follow_up_steps(), priority=st.integers(0, 100))
def test_a_policy_is_valid_if_nothing_overlaps_and_then_survives_json(
    steps: list[dict[str, Any]], priority: int
) -> None:
    body = {"process": FOLLOWUP, "priority": priority, "steps": steps}
    if _clash(steps) or _nothing_follows(steps) or _waits_beyond_its_day(steps):
        with pytest.raises(BadPolicy, match=r"overlaps 'step-\d'|there is no next step|of use only on its day"):
            read_policy(FOLLOWUP, body)
        return
    policy = read_policy(FOLLOWUP, body)
    stored = json.loads(json.dumps(policy.model_dump(mode="json")))
    assert read_policy(FOLLOWUP, stored) == policy
    assert read_policy(FOLLOWUP, stored).model_dump(mode="json") == stored


@given(
    after=st.integers(0, 30),
    span=st.integers(2, 30),
    gap=st.integers(1, 29),
    kind=st.sampled_from([SubjectKind("handover"), SubjectKind("repair-order")]),
)
def test_overlapping_steps_are_refused_by_name(after: int, span: int, gap: int, kind: str) -> None:
    plain = {"subject": kind, "kind": "call", "template": "t", "purpose": "survey", "role": "agent"}
    first = plain | {"key": "first", "after": f"{after}d", "valid_for": f"{span}d"}
    second = plain | {"key": "second", "after": f"{after + min(gap, span - 1)}d", "valid_for": "1d"}
    with pytest.raises(BadPolicy) as refused:
        read_policy(FOLLOWUP, {"process": FOLLOWUP, "priority": 1, "steps": [second, first]})
    assert str(refused.value) == (
        f"The policy '{FOLLOWUP}' is refused. steps.1.valid_for: 'first' overlaps 'second': it is valid for "
        f"+{span}d, beyond the moment that 'second' is due; shorten valid_for or say until-next-step."
    )


@pytest.mark.parametrize("process", shipped_processes())
def test_the_shipped_policies_survive_json(process: ProcessName) -> None:
    policy = shipped_policy(process)
    assert read_policy(process, json.loads(policy.model_dump_json())) == policy


def test_the_shipped_contact_rules_survive_json() -> None:
    assert read_contact_rules(json.loads(shipped_contact_rules().model_dump_json())) == shipped_contact_rules()


@pytest.mark.parametrize("process", shipped_processes())
def test_the_steps_of_a_track_follow_each_other(process: ProcessName) -> None:
    policy = shipped_policy(process)
    for step in policy.steps:
        following = policy.next_of(step)
        assert following is None or following.nominal_due > step.nominal_due
    ladder = sorted(policy.steps, key=lambda step: step.nominal_due)
    assert all(one.nominal_due <= other.nominal_due for one, other in pairwise(ladder))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"after": "soon"}, "steps.0.after: 'soon' is not a span of time"),
        ({"valid_for": "0d"}, "valid_for: must be longer than nothing"),
        ({"after": "2h", "at": "09:00"}, "at: a time of day goes with an offset in days"),
        ({"conditions": ["still-owes"]}, "still-owes cannot be asked of a handover; expected some of vehicle-kept"),
        ({"role": None}, "role: a call or a task names the role it is for"),
        ({"channels": ["sms"]}, "role: a call or a task names the role it is for, and no channels"),
        ({"kind": "message"}, "channels: a message needs at least one of sms, email, wechat"),
        ({"subject": "spaceship", "conditions": []}, "there is no subject 'spaceship'; expected one of account, "),
        ({"counts_from": "booking"}, "a handover has no moment 'booking'; expected one of anchor"),
        ({"colour": "red"}, "steps.0.colour: Extra inputs are not permitted"),
        ({"valid_for": "until-next-step"}, "there is no next step"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_with_the_path_and_the_reason(
    change: dict[str, Any], sentence: str
) -> None:
    step = {
        "key": "call", "subject": "handover", "kind": "call", "after": "3d", "valid_for": "2d", "template": "t",
        "purpose": "survey", "role": "agent",
    } | change  # fmt: skip
    with pytest.raises(BadPolicy) as refused:
        read_policy(FOLLOWUP, {"process": FOLLOWUP, "priority": 1, "steps": [step]})
    assert sentence in str(refused.value)


RECURRING = {
    "key": "again", "subject": "handover", "kind": "call", "after": "3d", "valid_for": "2d", "every": "2d",
    "template": "t", "purpose": "survey", "role": "agent",
}  # fmt: skip


def refusal(*steps: dict[str, Any]) -> str:
    """What is said of a policy of these steps."""
    with pytest.raises(BadPolicy) as refused:
        read_policy(FOLLOWUP, {"process": FOLLOWUP, "priority": 1, "steps": list(steps)})
    return str(refused.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"every": "often"}, "steps.0.every: 'often' does not say how often; expected a number with d, w, mo or y"),
        ({"every": "0d"}, "steps.0.every: '0d' does not say how often"),
        ({"every": "12h"}, "steps.0.every: '12h' does not say how often"),
        ({"every": "1d"}, "steps.0.every: every 1d is shorter than valid_for (+2d)"),
        ({"every": "1mo", "valid_for": "29d"}, "steps.0.every: every 1mo is shorter than valid_for (+29d)"),
        ({"valid_for": "until-anchor", "after": "-3d"}, "steps.0.valid_for: a step with every is valid for a span"),
        ({"when_late": "merge"}, "steps.0.when_late: a step with every cannot be merged with the next"),
        ({"repeats": False}, "steps.0.repeats: a step with every cannot be said only once"),
    ],
)
def test_a_recurrence_that_makes_no_sense_is_refused(change: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(RECURRING | change)


@pytest.mark.parametrize(
    ("written", "kept"), [("2d", "2d"), ("14d", "2w"), ("2w", "2w"), ("1m", "1mo"), ("2mo", "2mo"), ("1y", "1y")]
)
def test_a_recurrence_survives_json(written: str, kept: str) -> None:
    policy = read_policy(FOLLOWUP, {"process": FOLLOWUP, "priority": 1, "steps": [RECURRING | {"every": written}]})
    body = json.loads(policy.model_dump_json())
    assert body["steps"][0]["every"] == kept
    assert read_policy(FOLLOWUP, body) == policy


@pytest.mark.parametrize(
    "other",
    [
        {"after": "31d", "every": None},  # at an occurrence
        {"after": "30d", "every": None},  # while one is valid
        {"after": "1d", "every": "3d", "valid_for": "1d"},  # at one of its own
    ],
)
def test_steps_that_meet_an_occurrence_are_refused(other: dict[str, Any]) -> None:
    assert "overlaps" in refusal(RECURRING, RECURRING | {"key": "other"} | other)


def test_a_step_between_occurrences_is_none_of_theirs() -> None:
    between = RECURRING | {"key": "other", "after": "32d", "valid_for": "1d", "every": None}
    apart = RECURRING | {"valid_for": "1d"}
    policy = read_policy(FOLLOWUP, {"process": FOLLOWUP, "priority": 1, "steps": [apart, between]})
    assert policy.step("again").every == (0, 2)


DESK = {
    "key": "desk", "subject": "account", "kind": "task", "after": "60d", "valid_for": "9d", "template": "t",
    "purpose": "dunning", "role": "finance",
}  # fmt: skip
BOTH = [{"do": "open-case", "kind": "finance-handover"}, {"do": "hold-account"}]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"effects": [{"do": "sing"}]}, "steps.0.effects.0.do: a task about a account cannot do 'sing'; expected one"),
        ({"effects": [{"kind": "complaint"}]}, "steps.0.effects.0.do: a task about a account cannot do ''"),
        (
            {"effects": [{"do": "hold-account"}], "subject": "appointment"},
            "steps.0.effects.0.do: a task about a appointment cannot do 'hold-account'; expected one of open-case",
        ),
        ({"effects": [{"do": "open-case"}]}, "steps.0.effects.0.open-case.kind: Field required"),
        ({"effects": [{"do": "open-case", "kind": "quarrel"}]}, "steps.0.effects.0.open-case.kind: Input should be"),
        ({"effects": [{"do": "hold-account", "for": 3}]}, "steps.0.effects.0.hold-account.for: Extra inputs"),
        ({"effects": BOTH, "kind": "call"}, "steps.0.effects: only a task has effects"),
        ({"effects": "hold-account"}, "steps.0.effects: Input should be a valid tuple"),
    ],
)
def test_an_effect_that_there_is_not_is_refused(change: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(DESK | change)


def test_a_kept_version_says_its_effects_as_it_was_written() -> None:
    """Versions are history: they are read as they are, and mean what they meant."""
    old = DESK | {"opens_case": "finance-handover", "holds_account": True}
    none = DESK | {"key": "other", "after": "90d", "opens_case": None, "holds_account": False}
    policy = read_policy(FOLLOWUP, {"process": FOLLOWUP, "priority": 1, "steps": [old, none]})
    body = json.loads(policy.model_dump_json())
    assert [step["effects"] for step in body["steps"]] == [BOTH, []]
    assert body_of_today({"steps": [old]})["steps"] == [DESK | {"effects": BOTH}]
    assert read_policy(FOLLOWUP, body) == policy
