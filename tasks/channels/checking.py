"""Trying the settings of channels with their providers, without sending anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.core.settings import Settings
from tasks.channels.asking import CheckableChannel
from tasks.channels.contract import Abilities, UnusableChannelAddress
from tasks.channels.opening import ConfiguredAddress, all_addresses, open_channel, scheme_of


class CheckResult(StrEnum):
    """What came of a check."""

    GOOD = "good"
    """The provider accepts the settings."""
    WELL_FORMED = "well-formed"
    """The address is well-formed, and cannot be tried without sending."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class ChannelChecked:
    """The check of one address."""

    setting: str
    """The environment variable."""
    scheme: str
    result: CheckResult
    problem: str | None
    """A sentence without any secret."""
    abilities: Abilities | None
    """None: the address is unusable."""


async def check_channels(settings: Settings, now: datetime) -> list[ChannelChecked]:
    """Check the addresses of the installation and of its stores, each setting once."""
    return [await _check(one, settings, now) for one in _each_once(all_addresses(settings))]


def _each_once(addresses: Sequence[ConfiguredAddress]) -> list[ConfiguredAddress]:
    return list({one.setting: one for one in addresses}.values())


async def _check(configured: ConfiguredAddress, settings: Settings, now: datetime) -> ChannelChecked:
    address, setting = configured
    scheme = scheme_of(address)
    try:
        channel = open_channel(address, setting, settings)
    except UnusableChannelAddress as error:
        return ChannelChecked(setting, "", CheckResult.BAD, str(error), None)
    try:
        if not isinstance(channel, CheckableChannel):
            return ChannelChecked(setting, scheme, CheckResult.WELL_FORMED, None, channel.abilities)
        problem = await channel.check(now)
    finally:
        await channel.aclose()
    result = CheckResult.GOOD if problem is None else CheckResult.BAD
    return ChannelChecked(setting, scheme, result, problem, channel.abilities)
