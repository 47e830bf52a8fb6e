"""The ways to staff: their own channels, or those to customers where these take free text."""

from typing import NamedTuple

from pydantic import SecretStr

from models.core.settings import Settings
from models.core.words import ChannelName
from models.people.notifications.words import StaffChannel
from tasks.channels.contract import Channel
from tasks.channels.opening import find_address, only_writes, open_channel
from tasks.channels.outbox import OutboxChannel

LIKE_CUSTOMERS = {StaffChannel.EMAIL: ChannelName.EMAIL, StaffChannel.SMS: ChannelName.SMS}


class Way(NamedTuple):
    """A channel to staff, opened without connecting."""

    setting: str
    """The name of its setting: ways with one setting are one channel."""
    channel: Channel


class Ways:
    """The opened channels to staff, each once. Raises `UnusableChannelAddress` when an address is invalid."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: dict[str, Channel] = {}

    def find(self, channel: StaffChannel, store: str) -> Way | None:
        """The way to the staff of a store by a channel; None: it is not set up, or cannot say what we say."""
        own: SecretStr | None = getattr(self._settings.staff_channels, channel.value)
        setting = f"AFTERCARE_STAFF_CHANNELS__{channel.value.upper()}"
        if own is not None:
            return self._open(own, setting)
        if channel not in LIKE_CUSTOMERS:
            return self._written(setting) if self._all_written(store) else None
        found = find_address(self._settings, LIKE_CUSTOMERS[channel], store)
        if only_writes(found.address):
            return self._written(setting) if self._all_written(store) else None
        way = self._open(found.address, found.setting)
        return None if way.channel.abilities.needs_registered else way

    def available(self, store: str) -> frozenset[StaffChannel]:
        """The channels by which the staff of a store can be reached."""
        return frozenset(channel for channel in StaffChannel if self.find(channel, store) is not None)

    async def aclose(self) -> None:
        """Close all that was opened."""
        for channel in self._opened.values():
            await channel.aclose()

    def _all_written(self, store: str) -> bool:
        """A trial: nothing leaves the house, so that word to staff is only written, too."""
        own = self._settings.staff_channels.model_fields_set
        return not own and all(
            only_writes(find_address(self._settings, channel, store).address) for channel in LIKE_CUSTOMERS.values()
        )

    def _written(self, setting: str) -> Way:
        if setting not in self._opened:
            self._opened[setting] = OutboxChannel(self._settings.staff_outbox)
        return Way(setting, self._opened[setting])

    def _open(self, address: SecretStr, setting: str) -> Way:
        if setting not in self._opened:
            self._opened[setting] = open_channel(address, setting, self._settings)
        return Way(setting, self._opened[setting])
