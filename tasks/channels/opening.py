"""Opening channels from their addresses in the settings."""

import re
from collections.abc import Collection
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple, Protocol, cast

from pydantic import SecretStr

from models.core.reasons import GivenReason, give
from models.core.settings import ChannelAddresses, Settings
from models.core.words import ChannelName
from models.ledger.attention import SETTING_UNUSED
from tasks.channels import providers
from tasks.channels.addresses import Address, read_address, without
from tasks.channels.apprise import AppriseChannel, load_service
from tasks.channels.contract import Channel, UnusableChannelAddress
from tasks.channels.gateway import CONNECTIONS, MOST_CONNECTIONS, MOST_MESSAGES, GatewayChannel
from tasks.channels.outbox import OutboxChannel

SENT_BY_US = (ChannelName.SMS, ChannelName.EMAIL, ChannelName.WECHAT)
"""The channels with an address. Phone has none, because a person calls."""
GATEWAYS = {"gateway": "http", "gateways": "https"}
SAMPLE_RECIPIENTS = ("someone@example.com", "+8613800138000", "someone")
ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.IGNORECASE)
OUTBOX = "outbox"
KINDS = "outbox://, gateway(s)://HOST[:PORT]/PATH, smtp(s)://, aliyun://, tencent://, twilio:// or an Apprise URL"


class Provider(Protocol):
    """A module of the folder `providers`."""

    SCHEMES: tuple[str, ...]
    """The schemes of its addresses."""
    FORM: str
    """An address with placeholders, for validation errors."""

    def open_provider(self, address: Address, settings: Settings) -> Channel:
        """Open the channel of an address without connecting. Raises `UnusableChannelAddress`."""


@cache
def find_providers() -> dict[str, Provider]:
    """The providers by scheme: each module in their folder that declares schemes."""
    modules = [import_module(f"{providers.__name__}.{one.name}") for one in iter_modules(providers.__path__)]
    found = [cast("Provider", module) for module in modules if hasattr(module, "SCHEMES")]
    return {scheme: provider for provider in found for scheme in provider.SCHEMES}


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
    for address, setting in all_addresses(settings):
        open_channel(address, setting, settings)


def all_addresses(settings: Settings) -> list[ConfiguredAddress]:
    """The addresses of the installation and of its stores."""
    found = [find_address(settings, channel) for channel in SENT_BY_US]
    for code, own in settings.store_channels.items():
        found += [_of_store(own, code, channel) for channel in SENT_BY_US if channel.value in own.model_fields_set]
    return found


def scheme_of(address: SecretStr) -> str:
    """The scheme of an address that has been checked."""
    return address.get_secret_value().strip().partition("://")[0].lower()


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
    if (provider := find_providers().get(scheme)) is not None:
        return provider.open_provider(read_address(scheme, rest, setting, provider.FORM), settings)
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
    form = f"{scheme}://[USER:PASSWORD@]HOST[:PORT]/PATH[?connections=N&batch=N]"
    address = read_address(GATEWAYS[scheme], rest, setting, form)
    connections = address.number("connections", CONNECTIONS, MOST_CONNECTIONS)
    batch = address.number("batch", 1, MOST_MESSAGES) if "batch" in address.url.query else None
    url = without(address.url, "connections", "batch")
    return GatewayChannel(url, connections=connections, batch=batch)


def _open_apprise(address: SecretStr, scheme: str, setting: str) -> AppriseChannel:
    if not any(load_service(address, recipient) for recipient in SAMPLE_RECIPIENTS):
        problem = f"begins with {scheme}://, which Apprise does not know or finds incomplete"
        raise UnusableChannelAddress(setting, problem, KINDS)
    return AppriseChannel(address)
