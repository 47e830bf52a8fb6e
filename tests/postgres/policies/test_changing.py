"""Policies and templates are checked whole, activated as versions, rolled back, and left alone by the shipped ones."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from models.core.words import ProcessName, Role
from models.ledger.tables import AuditEntry, PolicyVersion, TemplateVersion
from models.messages.rendering import UnknownVariable, UnreadableTemplate
from models.policies.policy import CONTACT_RULES, MADE_FOR_CAMPAIGNS
from models.policies.shipped import BadPolicy, shipped_policy
from tasks.messages.template_changes import (
    BadTemplates,
    NoSuchTemplate,
    change_templates,
    check_templates,
    list_templates,
    read_template,
)
from tasks.messages.template_editing import read_for_editing
from tasks.policies.catalogue import install_shipped, policies_in_force
from tasks.policies.changing import (
    MissingTemplate,
    NoPolicyIn,
    NoSuchPolicy,
    RoleWithoutCalls,
    activate_policy,
    change_policy,
    check_policy,
    list_policies,
    list_versions,
    read_version,
)
from tasks.policies.editing import read_in_force
from tasks.policies.processes import UnknownProcess
from tasks.processes.adding import add_process, remove_process
from tests.support.campaigns import LaunchedCampaign
from tests.support.tyre_storage import POLICY, TYRES, tyre_storage
from tests.support.users import signed_in
from tests.support.world import World, at

WARRANTY = ProcessName("warranty-expiry")
NOW = at("2026-03-10 10:00")


def body() -> dict[str, Any]:
    return shipped_policy(WARRANTY).model_dump(mode="json")


def steps_in_force(world: World) -> dict[int, list[str]]:
    return {
        store: [step.key for step in in_force.policy.steps]
        for in_force in policies_in_force(world.connection, WARRANTY)
        for store in in_force.stores
    }


def test_a_change_becomes_the_next_version_and_leaves_a_trail(world: World) -> None:
    changed = body() | {"priority": 55}
    assert change_policy(world.connection, NOW, changed, None, "Wang") == 2
    rows = [(row.version, row.active, row.created_by) for row in list_versions(world.connection, WARRANTY)]
    assert rows == [(1, False, "aftercare"), (2, True, "Wang")]
    (entry,) = world.connection.execute(select(AuditEntry.__table__)).all()
    assert (entry.actor, entry.action, entry.entity_id) == ("Wang", "policy.changed", WARRANTY)
    assert (entry.before, entry.after) == ({"version": 1}, {"version": 2})


def test_the_same_again_is_no_change(world: World) -> None:
    assert change_policy(world.connection, NOW, body(), None, "Wang") == 1
    assert world.connection.execute(select(AuditEntry.__table__)).all() == []


def test_a_stores_own_policy_goes_before_the_one_for_all(world: World) -> None:
    own = body()
    own["steps"] = own["steps"][1:]
    other = world.store()
    change_policy(world.connection, NOW, own, other, "Wang")
    in_force = steps_in_force(world)
    assert len(in_force[world.store_id]) == 4
    assert len(in_force[other]) == 3
    assert {row.store for row in list_policies(world.connection) if row.name == WARRANTY} > {None}


def test_rolling_back_makes_an_earlier_version_active(world: World) -> None:
    change_policy(world.connection, NOW, body() | {"priority": 55}, None, "Wang")
    activate_policy(world.connection, NOW, WARRANTY, 1, None, None, "Li")
    assert read_version(world.connection, WARRANTY, None, None, None)["version"] == 1
    with pytest.raises(NoSuchPolicy, match="no version 7 of policy 'warranty-expiry'"):
        activate_policy(world.connection, NOW, WARRANTY, 7, None, None, "Li")


def test_what_people_changed_is_not_undone_by_what_is_shipped(world: World) -> None:
    change_policy(world.connection, NOW, body() | {"priority": 55}, None, "Wang")
    change_templates(world.connection, NOW, {"warranty-call": {"en": {"text": "Call {{ customer }}."}}}, None, "Wang")
    install_shipped(world.connection, datetime(2026, 4, 1, tzinfo=UTC))
    assert read_version(world.connection, WARRANTY, None, None, None)["version"] == 2
    texts = {row.language: row.text for row in read_template(world.connection, "warranty-call", None)}
    assert texts["en"] == "Call {{ customer }}."


def test_what_is_shipped_anew_becomes_the_next_version(world: World) -> None:
    connection = world.connection
    connection.execute(
        update(PolicyVersion).where(PolicyVersion.name == WARRANTY).values(body=body() | {"priority": 1})
    )
    connection.execute(update(TemplateVersion).where(TemplateVersion.key == "warranty-call").values(text="As it was."))
    install_shipped(connection, NOW)
    versions = select(PolicyVersion.name, PolicyVersion.version).where(PolicyVersion.version > 1)
    assert connection.execute(versions).all() == [(WARRANTY, 2)]
    words = select(TemplateVersion.key, TemplateVersion.language).where(TemplateVersion.version > 1)
    assert set(connection.execute(words).all()) == {("warranty-call", "en"), ("warranty-call", "zh-CN")}


def test_bringing_in_what_is_there_changes_nothing_and_asks_little(world: World) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(world.connection, "before_cursor_execute", note)
    install_shipped(world.connection, NOW)
    event.remove(world.connection, "before_cursor_execute", note)
    assert len(statements) <= 4  # each run begins with it
    newest = select(func.max(PolicyVersion.version)).union_all(select(func.max(TemplateVersion.version)))
    assert world.connection.scalars(newest).all() == [1, 1]


def refused_steps(**difference: Any) -> dict[str, Any]:
    changed = body()
    changed["steps"][0] |= difference
    return changed


@pytest.mark.parametrize(
    ("data", "refusal", "said"),
    [
        (refused_steps(after="soon"), BadPolicy, "steps.0.after: 'soon' is not a span of time"),
        (refused_steps(valid_for="40d"), BadPolicy, "overlaps"),
        (refused_steps(colour="red"), BadPolicy, "steps.0.colour"),
        (refused_steps(template="nothing"), MissingTemplate, "steps[0].template: there is no template 'nothing'"),
        (refused_steps(template="overdue-call"), UnknownVariable, "uses account, statement"),
        ({"process": "no-such-process", "steps": []}, BadPolicy, "no-such-process"),
        ({"steps": []}, NoPolicyIn, "expected 'process'"),
        ({"per_day": 3, "per_week": 2}, BadPolicy, "per_week: cannot be less than per_day"),
    ],
)
def test_a_bad_policy_is_refused_with_the_place_and_the_reason(
    world: World, data: dict[str, Any], refusal: type[Exception], said: str
) -> None:
    with pytest.raises(refusal) as refused:
        change_policy(world.connection, NOW, data, None, "Wang")
    assert said in str(refused.value)
    assert read_version(world.connection, WARRANTY, None, None, None)["version"] == 1


def test_the_rules_across_processes_are_a_policy_too(world: World) -> None:
    assert change_policy(world.connection, NOW, {"per_day": 2, "per_week": 4}, None, "Wang") == 2
    assert read_version(world.connection, CONTACT_RULES, None, None, None)["body"]["per_day"] == 2


def test_checking_changes_nothing(world: World) -> None:
    check_policy(world.connection, body() | {"priority": 55}, None)
    assert len(list_versions(world.connection, WARRANTY)) == 1


BOTH = {"zh-CN": {"text": "{{ customer }}您好"}, "en": {"text": "Dear {{ customer }}"}}


def test_a_new_template_needs_both_languages_and_then_a_policy_may_use_it(world: World) -> None:
    with pytest.raises(BadTemplates, match=r"invitation\.zh-CN is missing"):
        check_templates(world.connection, {"invitation": {"en": BOTH["en"]}})
    change_templates(world.connection, NOW, {"invitation": BOTH}, None, "Wang")
    assert change_policy(world.connection, NOW, refused_steps(template="invitation"), None, "Wang") == 2
    actions = world.connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["template.changed", "template.changed", "policy.changed"]


@pytest.mark.parametrize(
    ("data", "refusal", "said"),
    [
        (
            {"warranty-call": {"en": {"text": "{{ total }}"}}},
            UnknownVariable,
            "it may use customer, date, days, in_days, links.consent, span, store, store_phone, vehicle, when",
        ),
        ({"warranty-call": {"en": {"text": "{{ customer"}}}, UnreadableTemplate, "cannot be read"),
        ({"unused": {"en": {"text": "{{ total }} {{ work }}"}, "zh-CN": {"text": "x"}}}, UnknownVariable, "unused"),
        ({"warranty-call": {"fr": {"text": "Bonjour"}}}, BadTemplates, "The language fr is not one of ours"),
        ({"warranty-call": {"en": {"subject": "Hello"}}}, BadTemplates, "warranty-call.en.text"),
        ({"warranty-call": {"en": {"text": "x", "colour": "red"}}}, BadTemplates, "warranty-call.en.colour"),
    ],
)
def test_a_bad_template_is_refused(world: World, data: dict[str, Any], refusal: type[Exception], said: str) -> None:
    before = list_templates(world.connection)
    with pytest.raises(refusal) as refused:
        change_templates(world.connection, NOW, data, None, "Wang")
    assert said in str(refused.value)
    assert list_templates(world.connection) == before


def test_a_template_that_there_is_not_is_named_with_those_there_are(world: World) -> None:
    with pytest.raises(NoSuchTemplate, match=r"no template 'hello'; the templates are .*appointment-confirmation"):
        read_template(world.connection, "hello", None)


def test_a_store_says_it_in_its_own_words(world: World) -> None:
    own = world.store(code="SH02")
    change_templates(world.connection, NOW, {"warranty-call": {"en": {"text": "Ring them."}}}, own, "Wang")
    assert [row.text for row in read_template(world.connection, "warranty-call", "SH02") if row.language == "en"] == [
        "Ring them."
    ]
    shared = [row.text for row in read_template(world.connection, "warranty-call", None) if row.language == "en"]
    assert shared != ["Ring them."]


def test_what_was_made_for_a_campaign_is_not_offered_to_be_changed(world: World) -> None:
    campaign = LaunchedCampaign(world)
    user = signed_in(world, Role.ADMIN, store_id=None)
    assert not any(row.key.startswith(MADE_FOR_CAMPAIGNS) for row in list_templates(world.connection))
    assert not any(row.name.startswith(MADE_FOR_CAMPAIGNS) for row in list_policies(world.connection))
    offered = read_in_force(world.connection, user, WARRANTY, None).templates
    assert not any(key.startswith(MADE_FOR_CAMPAIGNS) for key in offered)
    with pytest.raises(NoSuchPolicy):
        read_in_force(world.connection, user, f"{MADE_FOR_CAMPAIGNS}{campaign.id}-a", None)
    with pytest.raises(NoSuchTemplate):
        read_for_editing(world.connection, user, f"{MADE_FOR_CAMPAIGNS}{campaign.id}", None)


def test_a_policy_of_a_process_that_there_is_not_is_refused(world: World) -> None:
    with pytest.raises(UnknownProcess, match="There is no process 'birthdays'; there are appointment-reminders"):
        change_policy(world.connection, NOW, body() | {"process": "birthdays"}, None, "Wang")
    add_process(world.connection, NOW, tyre_storage(), "mei")
    remove_process(world.connection, NOW, TYRES, "mei")
    with pytest.raises(UnknownProcess):
        change_policy(world.connection, NOW, dict(POLICY), None, "Wang")


def test_the_policies_of_processes_that_were_added_are_named(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    with pytest.raises(NoSuchPolicy, match=f"The policies are .*{TYRES}, {CONTACT_RULES}"):
        read_version(world.connection, "birthdays", None, None, None)
    assert change_policy(world.connection, NOW, POLICY | {"priority": 33}, None, "Wang") == 2


def test_a_step_for_a_role_that_works_no_calls_is_refused(world: World) -> None:
    changed = body()
    (call, *_) = [step for step in changed["steps"] if step["kind"] == "call"]
    call["role"] = "operator"
    with pytest.raises(RoleWithoutCalls):
        check_policy(world.connection, changed, None)
    call["role"] = "sales"
    assert check_policy(world.connection, changed, None)
