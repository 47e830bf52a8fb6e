"""Every field of every policy can be filled in, and what is wrong is said at its field."""

from typing import Any

import pytest

from console.web.parts.policy_fields import (
    Look,
    fields_of_contact_rules,
    fields_of_process,
    fields_of_rules,
    fields_of_step,
)
from console.web.policies.form import errors_in
from models.core.validation import Place
from models.core.words import ProcessName, SubjectKind
from models.kits.letters import variables_of_any
from models.messages.template_guard import ForbiddenInTemplate, refuse_forbidden
from models.policies.policy import ContactRules, Step
from models.policies.shipped import BadPolicy, read_contact_rules, read_policy, shipped_policy, shipped_processes

WARRANTY = ProcessName("warranty-expiry")


@pytest.mark.parametrize("process", shipped_processes())
def test_every_field_has_a_look(process: ProcessName) -> None:
    assert {field.name for field in fields_of_step(shipped_policy(process).subjects)} == set(Step.model_fields)
    rules = type(shipped_policy(process).rules)
    assert {field.name for field in fields_of_rules(shipped_policy(process).subjects)} == set(rules.model_fields)
    assert {field.name for field in fields_of_contact_rules()} == set(ContactRules.model_fields)
    assert [field.name for field in fields_of_process()] == ["priority"]


def test_a_step_can_only_be_about_what_its_process_looks_at() -> None:
    fields = {field.name: field for field in fields_of_step([SubjectKind("warranty")])}
    assert fields["subject"].choices == ("warranty",)
    assert fields["conditions"].choices == ("no-inspection", "vehicle-kept")
    assert fields["valid_for"].look is Look.SPAN
    assert fields["valid_for"].choices == ("until-next-step", "until-anchor")
    assert fields["at"].optional


def steps_with(number: int, **fields: Any) -> dict[str, Any]:
    body = shipped_policy(WARRANTY).model_dump(mode="json")
    return body | {
        "steps": [step | (fields if place == number else {}) for place, step in enumerate(body["steps"])],
    }


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (steps_with(2, after="soon"), ("steps", 2, "after")),
        (steps_with(1, valid_for="for ever"), ("steps", 1, "valid_for")),
        (steps_with(0, channels=[]), ("steps", 0, "channels")),
        (steps_with(0, channels=["sms", "pigeon"]), ("steps", 0, "channels")),
        (steps_with(1, role=None), ("steps", 1, "role")),
        (steps_with(1, after="-2h"), ("steps", 1, "at")),
        (steps_with(3, key="call-45"), ("steps", 3, "key")),
        (steps_with(2, after="-60d"), ("steps", 0, "after")),
        (steps_with(3, valid_for="until-next-step"), ("steps", 3, "valid_for")),
        (steps_with(0) | {"priority": 101}, ("priority",)),
        (steps_with(0) | {"rules": {"inspection_days": 0}}, ("rules", "inspection_days")),
        (steps_with(0) | {"steps": []}, ("steps",)),
    ],
)
def test_what_is_wrong_stands_at_its_field(data: dict[str, Any], place: Place) -> None:
    with pytest.raises(BadPolicy) as refused:
        read_policy(WARRANTY, data)
    assert [one.place for one in errors_in(refused.value.error, "en")] == [place]


def test_what_is_wrong_with_the_contact_rules_stands_at_its_field() -> None:
    data = {"per_day": 4, "per_week": 2}
    with pytest.raises(BadPolicy) as refused:
        read_contact_rules(data)
    assert [one.place for one in errors_in(refused.value.error, "en")] == [("per_week",)]


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ customer.__init__ }}",
        "{{ customer['__class__'] }}",
        "{{ customer() }}",
        "{{ customer.format(store) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ customer | center(1000000000) }}",
        "{% for letter in customer %}{{ letter }}{% endfor %}",
        "{% include 'other' %}",
        "{% set store = customer %}{{ store }}",
    ],
)
def test_a_template_that_does_more_than_fill_in_is_refused_with_what_it_may(text: str) -> None:
    with pytest.raises(ForbiddenInTemplate, match="not allowed; a template may"):
        refuse_forbidden("greeting", text, variables_of_any())


def test_a_template_may_ask_whether_a_variable_is_there() -> None:
    refuse_forbidden(
        "greeting", "{% if store_phone %}{{ store_phone | trim }}{% else %}{{ store }}{% endif %}", variables_of_any()
    )
