"""`aftercare channels check`, `test` and `webhook`, and `aftercare templates register`: with providers on loopback."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine
from typer.testing import CliRunner, Result

from console.cli.command import app
from models.core.settings import read_settings
from tests.support.clouds import AliyunCloud, Cloud
from tests.support.mail_server import mail_server
from tests.support.world import World

Told = Callable[..., Result]
NUMBER = "+8613800138000"
REGISTERED = """
[[registered]]
provider = "aliyun"
template = "handover-thanks"
language = "en"
code = "SMS_1"
text = "{{ customer }}, thank you."
parameters = [{ name = "name", variable = "customer" }]
"""


@pytest.fixture
def told(database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on the test's database, its clock moved to 10 March 2026, 10:30."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:30")
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: str) -> Result:
        read_settings.cache_clear()
        return CliRunner().invoke(app, arguments)

    yield run
    read_settings.cache_clear()


@pytest.fixture
def store(engine: Engine) -> None:
    with engine.begin() as connection:
        World(connection)


@contextmanager
def running(cloud: Cloud) -> Iterator[None]:
    """A provider in the event loop of a thread of its own: the command has one itself."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(cloud.__aenter__())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(cloud.__aexit__(None))
        loop.close()


def test_a_check_tries_each_channel_and_sends_nothing(told: Told, store: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(cloud := AliyunCloud()), mail_server(password="right") as server:
        monkeypatch.setenv("AFTERCARE_CHANNELS__SMS", cloud.address)
        mail = f"smtp://desk:right@127.0.0.1:{server.port}?from=care@example.com"
        monkeypatch.setenv("AFTERCARE_CHANNELS__EMAIL", mail)
        result = told("channels", "check", "--json")
    checked = {one["setting"]: (one["scheme"], one["result"]) for one in json.loads(result.output)}
    assert checked == {
        "AFTERCARE_CHANNELS__SMS": ("aliyun", "good"),
        "AFTERCARE_CHANNELS__EMAIL": ("smtp", "good"),
        "AFTERCARE_CHANNELS__WECHAT": ("outbox", "well-formed"),
    }
    assert result.exit_code == 0
    assert [action for action, _ in cloud.calls] == ["QuerySendDetails"]
    assert server.mails == []


def test_a_check_names_the_setting_that_is_wrong_and_never_its_secret(
    told: Told, store: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(cloud := AliyunCloud()), mail_server(password="right") as server:
        monkeypatch.setenv("AFTERCARE_CHANNELS__SMS", cloud.address.replace("a%2Fsecret", "hunter2"))
        mail = f"smtp://desk:hunter2@127.0.0.1:{server.port}?from=care@example.com"
        monkeypatch.setenv("AFTERCARE_CHANNELS__EMAIL", mail)
        monkeypatch.setenv("AFTERCARE_CHANNELS__WECHAT", "aliyun://id:hunter2@h")
        result = told("channels", "check")
    assert result.exit_code == 1
    assert "hunter2" not in result.output
    for words in ("AFTERCARE_CHANNELS__SMS", "SignatureDoesNotMatch", "535", "AFTERCARE_CHANNELS__WECHAT lacks sign="):
        assert words in result.output


def test_a_test_goes_to_the_outbox_and_says_so(told: Told, store: None, tmp_path: Path) -> None:
    result = told("channels", "test", "sms", "--to", NUMBER, "--wait", "0")
    assert result.exit_code == 0, result.output
    assert "AFTERCARE_CHANNELS__SMS (outbox://)" in result.output
    assert NUMBER not in result.output
    assert "Accepted" in result.output
    [line] = (tmp_path / "outbox.jsonl").read_text().splitlines()
    assert json.loads(line)["to"] == NUMBER


def test_a_test_by_registered_templates_needs_one(
    told: Told, store: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(cloud := AliyunCloud()):
        monkeypatch.setenv("AFTERCARE_CHANNELS__SMS", cloud.address)
        refused = told("channels", "test", "sms", "--to", NUMBER, "--template", "handover-thanks")
        assert refused.exit_code == 2
        assert "has no approved registration" in refused.output
        file = tmp_path / "registered.toml"
        file.write_text(REGISTERED)
        recorded = told("templates", "register", str(file), "--by", "S07")
        assert "Recorded: handover-thanks/en as SMS_1." in recorded.output
        sent = told("channels", "test", "sms", "--to", NUMBER, "--template", "handover-thanks", "--wait", "0")
    assert sent.exit_code == 0, sent.output
    assert "Accepted as biz1:13800138000." in sent.output
    [fields] = cloud.calls_of("SendSms")
    assert fields["TemplateParam"] == '{"name":"test"}'
    assert "drifted" in told("templates", "registered").output


def test_a_test_that_is_refused_ends_with_an_error(told: Told, store: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(recipient_answer="550 no such user") as server:
        monkeypatch.setenv("AFTERCARE_CHANNELS__EMAIL", f"smtp://127.0.0.1:{server.port}?from=care@example.com")
        result = told("channels", "test", "email", "--to", "li@example.org", "--wait", "0")
    assert result.exit_code == 1
    assert "Rejected: the mail server answered 550" in result.output


def test_the_addresses_of_webhooks_have_a_token_where_the_provider_does_not_sign(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCARE_WEBHOOK_SECRETS__CHINA", "known to this test alone")
    missing = told("channels", "webhook", "china", "--as", "aliyun")
    assert "AFTERCARE_PUBLIC_URL is not set" in missing.output
    monkeypatch.setenv("AFTERCARE_PUBLIC_URL", "https://care.example.com")
    given = told("channels", "webhook", "china", "--as", "aliyun").output
    assert "receipts: https://care.example.com/hooks/china/receipts?as=aliyun&token=" in given
    assert "known to this test alone" not in given
    assert "token" not in told("channels", "webhook", "china", "--as", "twilio").output
    assert "the dialects are aliyun, tencent, twilio" in told("channels", "webhook", "china", "--as", "x").output


def test_the_texts_to_apply_for_are_written(told: Told, store: None) -> None:
    result = told("templates", "application", "handover-thanks", "--provider", "aliyun")
    assert "# en store_phone" in result.output
    assert "${customer}" in result.output
