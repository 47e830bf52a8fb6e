"""docs/policies.md says what the shipped policies say, step by step, and leaves no condition and no variable out."""

import re
import tomllib
from pathlib import Path

import pytest

from console.docs.steps import step_row
from models.calls.outcomes import all_outcomes
from models.core.words import (
    ANCHOR,
    Condition,
    Gate,
    LateRule,
    ProcessName,
    Purpose,
    SubjectKind,
    Validity,
)
from models.kits.effects import Effect, OpenCase, name_of
from models.kits.letters import variables_of
from models.kits.registry import all_traits
from models.messages.letters import COMMON
from models.policies.policy import CONTACT_RULES, Policy, Step
from models.policies.shipped import read_policy, shipped_contact_rules, shipped_policy, shipped_processes

PAGE = (Path(__file__).parents[3] / "docs" / "policies.md").read_text(encoding="utf-8")


def steps() -> list[tuple[Policy, Step]]:
    """Every shipped step."""
    return [(policy, step) for policy in map(shipped_policy, shipped_processes()) for step in policy.steps]


def section(heading: str) -> str:
    """The page from a heading to the next of the same rank or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$(.*?)(?=^#{{1,2}} |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/policies.md has no section '{heading}'"
    return found[2]


@pytest.mark.parametrize(("policy", "step"), steps(), ids=lambda value: getattr(value, "key", None))
def test_the_table_of_each_process_says_what_its_steps_say(policy: Policy, step: Step) -> None:
    assert step_row(step) in section(policy.process).splitlines()


@pytest.mark.parametrize("process", shipped_processes())
def test_no_table_has_a_step_that_there_is_not(process: ProcessName) -> None:
    listed = re.findall(r"^\| `([a-z0-9-]+)` \|.*\|.*\|.*\|.*\|.*\|.*\|.*\|", section(process), re.MULTILINE)
    assert listed == [step.key for step in shipped_policy(process).steps]


@pytest.mark.parametrize("process", shipped_processes())
def test_the_priority_of_each_process_is_told(process: ProcessName) -> None:
    assert f"Priority {shipped_policy(process).priority}." in section(process)


@pytest.mark.parametrize("word", [condition for traits in all_traits().values() for condition in traits.conditions])
def test_each_condition_is_explained(word: Condition) -> None:
    assert re.search(rf"^\| `{word}` \| .+ \|$", section("Conditions"), re.MULTILINE)


@pytest.mark.parametrize("subject", all_traits())
def test_each_template_variable_is_explained(subject: SubjectKind) -> None:
    listed = section("Template variables")
    for name, meaning in variables_of(subject).items():
        about = "any" if name in COMMON or name == "links.consent" else subject
        assert f"| {about} | `{name}` | {meaning} |" in listed


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Late", LateRule),
        ("Gates", [gate for gate in Gate if gate is not Gate.NONE]),
        ("Consent", Purpose),
        ("Calls", list(all_outcomes())),
        ("A step in TOML", Validity),
        ("A step in TOML", [ANCHOR, *(moment for traits in all_traits().values() for moment in traits.moments)]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_word_of_the_rules_is_named(heading: str, words: list[str]) -> None:
    text = section(heading)
    assert [word for word in words if f"`{word}`" not in text] == []


def test_each_field_of_a_step_is_named() -> None:
    text = section("A step in TOML")
    assert [name for name in Step.model_fields if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    "effect", [OpenCase, *(effect for traits in all_traits().values() for effect in traits.effects)]
)
def test_each_effect_is_explained(effect: type[Effect]) -> None:
    assert re.search(rf"^\| `{name_of(effect)}` \| .+ \| .+ \|$", section("Effects"), re.MULTILINE)


def test_the_example_is_a_good_policy() -> None:
    example = re.search(r"```toml\n(.*?)```", section("A step in TOML"), re.DOTALL)
    assert example
    assert read_policy("the example", tomllib.loads(example[1])).steps


def test_the_rules_across_processes_are_told_with_their_figures() -> None:
    rules = shipped_contact_rules()
    text = section("Across processes")
    assert f"`per_day = {rules.per_day}`" in text
    assert f"`per_week = {rules.per_week}`" in text
    assert f"`{CONTACT_RULES}`" in text
