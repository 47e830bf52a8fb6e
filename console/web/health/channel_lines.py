"""The state of each channel: those that all stores share, and those of single stores."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import Connection

from models.core.reasons import GivenReason
from models.core.settings import Settings
from models.core.words import ChannelName
from models.ledger.reports import PauseSeen
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.channels.opening import SENT_BY_US, find_address, find_unused, only_writes
from tasks.overview.health import list_store_codes
from tasks.overview.reporting import read_pauses
from tasks.runs.steering import resume_channel


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel, and where it leads."""

    channel: ChannelName
    store: str | None
    """The code of the store that it belongs to; None: shared."""
    scheme: str
    """The scheme of the address only: the rest may hold a password."""
    pause: PauseSeen | None
    only_writes: bool
    """Whether its messages are only written to a file."""
    yours: bool
    """Whether the viewer may resume it. A user of one store may not resume shared channels."""


def list_lines(connection: Connection, settings: Settings, user: SignedIn) -> list[ChannelLine]:
    """The shared channels, and those of single stores, within the user's scope."""
    paused = {(pause.store, pause.channel): pause for pause in read_pauses(connection)}
    return [
        ChannelLine(
            channel,
            store,
            _scheme(address),
            paused.get((store, channel)),
            only_writes(address),
            user.store in (None, store),
        )
        for store, channel, address in _lines(settings, [user.store] if user.store else list_store_codes(connection))
    ]


def list_unused(connection: Connection, settings: Settings, user: SignedIn) -> list[GivenReason]:
    """Warnings about channels set for unknown stores, for users who see all stores."""
    return [] if user.store else find_unused(settings, list_store_codes(connection))


def _lines(settings: Settings, stores: list[str]) -> Iterator[tuple[str | None, ChannelName, SecretStr]]:
    for channel in SENT_BY_US:
        shared = find_address(settings, channel)
        yield None, channel, shared.address
        for store in stores:
            own = find_address(settings, channel, store)
            if own.setting != shared.setting:
                yield store, channel, own.address


def _scheme(address: SecretStr) -> str:
    return address.get_secret_value().partition("://")[0] + "://"


def resume_line(connection: Connection, user: SignedIn, now: datetime, channel: ChannelName, store: str | None) -> None:
    """End the pause of a channel by hand. Raises `NotYours` for another store's or a shared one, `NotPaused`."""
    if user.store not in (None, store):
        raise NotYours("channel", channel)
    resume_channel(connection, now, channel, store, user.login)
