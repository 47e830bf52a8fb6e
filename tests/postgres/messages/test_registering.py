"""Registering templates, and refusing conditions where a channel sends registered templates only."""

from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from models.core.settings import ChannelAddresses, Settings
from models.ledger.providers import RegisteredTemplate
from models.ledger.tables import AuditEntry
from tasks.messages import template_changes
from tasks.messages.registering import BadRegistrations, list_registrations, register, write_applications
from tasks.messages.template_changes import NotRegistrable, change_templates
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
KEY = "handover-thanks"
ALIYUN = SecretStr("aliyun://id:secret@sms.example.com?sign=S")
FLAT = {"en": {"text": "{{ customer }}, thank you."}, "zh-CN": {"text": "{{ customer }}，谢谢。"}}


def entry(**values: Any) -> dict[str, Any]:
    usual = {
        "provider": "aliyun",
        "template": KEY,
        "language": "en",
        "code": "SMS_1",
        "text": "{{ customer }}, thank you.",
        "parameters": [{"name": "name", "variable": "customer", "longest": 20}],
    }
    return {"registered": [usual | values]}


def test_a_registration_is_kept_and_replaced(world: World) -> None:
    register(world.connection, NOW, entry(), "S07")
    register(world.connection, NOW, entry(code="SMS_2", state="refused", problem="no reason"), "S07")
    [row] = world.connection.execute(select(RegisteredTemplate.__table__)).all()
    assert (row.code, row.state, row.problem, row.registered_by) == ("SMS_2", "refused", "no reason", "S07")
    actions = world.connection.scalars(select(AuditEntry.action)).all()
    assert actions.count("template.registered") == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"parameters": []}, "customer in the text is no parameter"),
        ({"text": "Thank you."}, "customer is not in the text"),
        ({"store": "XX"}, "there is no store 'XX'"),
        ({"language": "fr"}, "registered.0.language"),
        ({"parameters": [{"name": "n", "variable": "customer", "longest": 0}]}, "longest"),
        ({"state": "fine"}, "registered.0.state"),
        ({"colour": "red"}, "registered.0.colour"),
        ({"parameters": [{"name": "n", "variable": "customer"}] * 2}, "a variable is named twice"),
    ],
)
def test_a_wrong_registration_is_refused_with_its_place(world: World, values: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRegistrations, match="registered") as refusal:
        register(world.connection, NOW, entry(**values), "S07")
    assert words in str(refusal.value)
    assert list_registrations(world.connection) == []


def test_a_registration_that_our_template_no_longer_says_has_drifted(world: World) -> None:
    change_templates(world.connection, NOW, {KEY: FLAT}, None, "S07")
    register(world.connection, NOW, entry(), "S07")
    assert [row.state for row in list_registrations(world.connection)] == ["approved"]
    other = {language: {"text": "{{ customer }}!"} for language in FLAT}
    change_templates(world.connection, NOW, {KEY: other}, None, "S07")
    assert [row.state for row in list_registrations(world.connection)] == ["drifted"]


def test_the_texts_to_apply_for_have_the_providers_placeholders(world: World) -> None:
    text = "【{{ store }}】{{ customer }}{% if links.survey %} {{ links.survey }}{% endif %}."
    change_templates(world.connection, NOW, {KEY: {language: {"text": text} for language in FLAT}}, None, "S07")
    aliyun = [one for one in write_applications(world.connection, "aliyun", KEY, None) if one.language == "en"]
    assert [(one.branch, one.text) for one in aliyun] == [
        ("", "${customer}."),
        ("links.survey", "${customer} ${links_survey}."),
    ]
    assert aliyun[1].parameters == (("customer", "customer"), ("links_survey", "links.survey"))
    tencent = [one for one in write_applications(world.connection, "tencent", KEY, None) if one.language == "en"]
    assert [one.text for one in tencent] == ["{1}.", "{1} {2}."]
    assert tencent[1].registered_text == "{{ customer }} {{ links.survey }}."


def use(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    made = Settings(**settings)
    monkeypatch.setattr(template_changes, "read_settings", lambda: made)


CONDITION = {language: {"text": "Hi{% if store_phone %}, call {{ store_phone }}{% endif %}."} for language in FLAT}


def test_a_template_with_conditions_is_refused_for_a_channel_of_registered_templates(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, channels=ChannelAddresses(sms=ALIYUN))
    with pytest.raises(NotRegistrable) as refusal:
        change_templates(world.connection, NOW, {KEY: CONDITION}, None, "S07")
    assert "the condition in line 1" in str(refusal.value)
    assert "AFTERCARE_CHANNELS__SMS sends registered templates only" in str(refusal.value)
    assert "secret" not in str(refusal.value)
    change_templates(world.connection, NOW, {KEY: FLAT}, None, "S07")


def test_it_is_refused_only_where_that_channel_is_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change_templates(world.connection, NOW, {KEY: CONDITION}, None, "S07")  # a channel of free text
    use(monkeypatch, channels=ChannelAddresses(sms=ALIYUN))
    change_templates(world.connection, NOW, {"handover-day-3-call": CONDITION}, None, "S07")  # a script
    use(monkeypatch, store_channels={"OTHER": ChannelAddresses(sms=ALIYUN)})
    code = world.store(code="OTHER")
    change_templates(world.connection, NOW, {KEY: CONDITION}, world.store_id, "S07")
    with pytest.raises(NotRegistrable, match="AFTERCARE_STORE_CHANNELS__OTHER__SMS"):
        change_templates(world.connection, NOW, {KEY: CONDITION}, code, "S07")
    with pytest.raises(NotRegistrable, match="AFTERCARE_STORE_CHANNELS__OTHER__SMS"):
        change_templates(world.connection, NOW, {KEY: CONDITION}, None, "S07")
