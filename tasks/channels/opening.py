"""Opening channels from their addresses in the settings."""

import re
from collections.abc import Collection
from typing import NamedTuple

from pydantic import SecretStr
from yarl import URL

from models.core.reasons import GivenReason, give
from models.core.settings import ChannelAddresses, Settings
from models.core.words import ChannelName
from models.ledger.attention import SETTING_UNUSED
from tasks.channels.apprise import AppriseChannel, load_service
from tasks.channels.contract import Channel, UnusableChannelAddress
from tasks.channels.gateway import GatewayChannel
from tasks.channels.outbox import OutboxChannel

SENT_BY_US = (ChannelName.SMS, ChannelName.EMAIL, ChannelName.WECHAT)
"""The channels with an address. Phone has none, because a person calls."""
GATEWAYS = {"gateway": "http", "gateways": "https"}
SAMPLE_RECIPIENTS = ("someone@example.com", "+8613800138000", "someone")
ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.IGNORECASE)
OUTBOX = "outbox"
KINDS = "outbox://, gateway://HOST[:PORT]/PATH, gateways://HOST[:PORT]/PATH or an Apprise URL"


class ConfiguredAddress(NamedTuple):
    """An address and the name of its environment variable."""

    address: SecretStr
    setting: str


def find_address(settings: Settings, channel: ChannelName, store: str | None = None) -> ConfiguredAddress:
    """The address of a channel: the store's own if set, else the installation's."""
    for code, own in settings.store_channels.items():
        # Names from the environment are lower case.
        if store is not None and code.casefold() == store.casefold() and channel.value in own.model_fields_set:
            return _of_store(own, code, channel)
    return ConfiguredAddress(settings.channels.address(channel), f"AFTERCARE_CHANNELS__{channel.value.upper()}")


def check_addresses(settings: Settings) -> None:
    """Check all addresses without connecting. Raises `UnusableChannelAddress` for the first invalid one."""
    found = [find_address(settings, channel) for channel in SENT_BY_US]
    for code, own in settings.store_channels.items():
        found += [_of_store(own, code, channel) for channel in SENT_BY_US if channel.value in own.model_fields_set]
    for address, setting in found:
        open_channel(address, setting, settings)


def find_unused(settings: Settings, stores: Collection[str]) -> list[GivenReason]:
    """A warning for each setting of a store whose code is not in `stores`.

    No warnings if there are no stores: settings may be made before the stores are imported.
    """
    known = {code.casefold() for code in stores}
    if not known:
        return []
    listed = ", ".join(sorted(stores))
    return [
        give(SETTING_UNUSED, setting=_of_store(own, code, channel).setting, stores=listed)
        for code, own in sorted(settings.store_channels.items())
        for channel in SENT_BY_US
        if code.casefold() not in known and channel.value in own.model_fields_set
    ]


def only_writes(address: SecretStr) -> bool:
    """Whether a channel only writes its messages to a file, so that none of them leaves the house."""
    return address.get_secret_value().strip().lower().startswith(f"{OUTBOX}://")


def open_channel(address: SecretStr, setting: str, settings: Settings) -> Channel:
    """Open the channel of an address without connecting. Raises `UnusableChannelAddress` with the setting's name."""
    scheme, rest = _split(address, setting)
    if scheme == OUTBOX:
        return _open_outbox(rest, setting, settings)
    if scheme in GATEWAYS:
        return _open_gateway(scheme, rest, setting)
    return _open_apprise(address, scheme, setting)


def _split(address: SecretStr, setting: str) -> tuple[str, str]:
    """Split an address into the scheme and the rest, which must not be shown."""
    text = address.get_secret_value().strip()
    found = ADDRESS.fullmatch(text)
    if found is None:
        raise UnusableChannelAddress(setting, "is not a URL" if text else "is empty", KINDS)
    return found[1].lower(), found[2]


def _of_store(own: ChannelAddresses, code: str, channel: ChannelName) -> ConfiguredAddress:
    return ConfiguredAddress(own.address(channel), f"AFTERCARE_STORE_CHANNELS__{code.upper()}__{channel.value.upper()}")


def _open_outbox(rest: str, setting: str, settings: Settings) -> OutboxChannel:
    if rest:
        raise UnusableChannelAddress(setting, "has more than outbox://", "outbox:// alone, a file in AFTERCARE_HOME")
    return OutboxChannel(settings.outbox)


def _open_gateway(scheme: str, rest: str, setting: str) -> GatewayChannel:
    expected = f"{scheme}://[USER:PASSWORD@]HOST[:PORT]/PATH"
    try:
        url = URL(f"{GATEWAYS[scheme]}://{rest}")
    except ValueError:  # its text contains a part of the address
        raise UnusableChannelAddress(setting, "is not a well-formed URL", expected) from None
    if not url.host:
        raise UnusableChannelAddress(setting, "names no host", expected)
    return GatewayChannel(url)


def _open_apprise(address: SecretStr, scheme: str, setting: str) -> AppriseChannel:
    if not any(load_service(address, recipient) for recipient in SAMPLE_RECIPIENTS):
        problem = f"begins with {scheme}://, which Apprise does not know or finds incomplete"
        raise UnusableChannelAddress(setting, problem, KINDS)
    return AppriseChannel(address)
