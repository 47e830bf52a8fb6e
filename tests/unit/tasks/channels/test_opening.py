"""A wrong address is refused with its setting's name, and without its credentials."""

import subprocess
import sys

import pytest
from pydantic import SecretStr

from models.core.settings import Settings
from models.core.words import ChannelName
from tasks.channels.apprise import AppriseChannel
from tasks.channels.contract import UnusableChannelAddress
from tasks.channels.gateway import GatewayChannel
from tasks.channels.opening import check_addresses, find_address, find_unused, open_channel
from tasks.channels.outbox import OutboxChannel

SETTING = "AFTERCARE_CHANNELS__SMS"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for channel in ("SMS", "EMAIL", "WECHAT"):
        monkeypatch.delenv(f"AFTERCARE_CHANNELS__{channel}", raising=False)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("outbox://", OutboxChannel),
        ("OUTBOX://", OutboxChannel),
        ("gateway://127.0.0.1:8080/sms", GatewayChannel),
        ("gateways://desk:secret@sms.example.com/v1/messages?sender=4S", GatewayChannel),
        ("mailto://user:secret@example.com?to={to}", AppriseChannel),
        ("json://127.0.0.1/notify/{to}", AppriseChannel),
    ],
)
async def test_opens_by_scheme(address: str, kind: type) -> None:
    channel = open_channel(SecretStr(address), SETTING, Settings())
    assert type(channel) is kind
    await channel.aclose()


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("sms.example.com/hunter2", "is not a URL"),
        ("hunter2:@x://y", "is not a URL"),
        ("://hunter2", "is not a URL"),
        ("outbox://hunter2", "has more than outbox://"),
        ("gateway://", "names no host"),
        ("gateway:///hunter2", "names no host"),
        ("gateways://u:hunter2@:80/x", "is not a well-formed URL"),
        ("gateway://u:hunter2@host:port/x", "is not a well-formed URL"),
        ("gateway://u:hunter2@host:99999/x", "is not a well-formed URL"),
        ("gateway://u:hunter2@[::1/x", "is not a well-formed URL"),
        ("nosuchservice://u:hunter2@host", "begins with nosuchservice://"),
        ("mailto://hunter2", "begins with mailto://"),
    ],
)
def test_refuses_with_the_setting_and_without_the_credentials(address: str, problem: str) -> None:
    with pytest.raises(UnusableChannelAddress) as refusal:
        open_channel(SecretStr(address), SETTING, Settings())
    sentence = str(refusal.value)
    assert sentence.startswith(f"{SETTING} {problem}")
    assert "; expected " in sentence
    assert "hunter2" not in sentence
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_checks_the_channels_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    check_addresses(Settings())
    monkeypatch.setenv("AFTERCARE_CHANNELS__EMAIL", "smpt://relay")
    with pytest.raises(UnusableChannelAddress, match="AFTERCARE_CHANNELS__EMAIL"):
        check_addresses(Settings())


def test_checks_the_channels_of_each_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_STORE_CHANNELS__SH01__SMS", "gateway://sms.example.com/sh01")
    check_addresses(Settings())
    monkeypatch.setenv("AFTERCARE_STORE_CHANNELS__BJ02__WECHAT", "")
    with pytest.raises(UnusableChannelAddress, match="AFTERCARE_STORE_CHANNELS__BJ02__WECHAT is empty"):
        check_addresses(Settings())


def test_a_store_uses_its_own_address_only_where_it_has_set_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_CHANNELS__EMAIL", "mailto://house")
    monkeypatch.setenv("AFTERCARE_STORE_CHANNELS__SH01__SMS", "gateway://own")
    settings = Settings()
    own = find_address(settings, ChannelName.SMS, "SH01")
    assert (own.address.get_secret_value(), own.setting) == ("gateway://own", "AFTERCARE_STORE_CHANNELS__SH01__SMS")
    house = find_address(settings, ChannelName.EMAIL, "SH01")
    assert (house.address.get_secret_value(), house.setting) == ("mailto://house", "AFTERCARE_CHANNELS__EMAIL")
    assert find_address(settings, ChannelName.SMS, "BJ02").setting == "AFTERCARE_CHANNELS__SMS"
    assert find_address(settings, ChannelName.SMS).setting == "AFTERCARE_CHANNELS__SMS"


def test_a_channel_of_a_store_that_is_not_on_record_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_STORE_CHANNELS__SH01__SMS", "gateway://own")
    monkeypatch.setenv("AFTERCARE_STORE_CHANNELS__SH1__SMS", "gateway://own")
    assert [str(one) for one in find_unused(Settings(), ["SH02", "SH01"])] == [
        "AFTERCARE_STORE_CHANNELS__SH1__SMS is set for a store that is not on record, so nothing goes by it; "
        "the stores are SH01, SH02."
    ]
    assert find_unused(Settings(), []) == []  # before the stores are imported


def test_apprise_is_loaded_only_for_an_address_of_its_own() -> None:
    program = (
        "import sys\n"
        "from models.core.settings import Settings\n"
        "from tasks.channels.opening import check_addresses\n"
        "check_addresses(Settings())\n"
        "sys.exit('apprise' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
