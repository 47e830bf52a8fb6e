"""The moment that a command is asked about, and how a moment is shown."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from models.core.clock import read_moment
from models.core.settings import Settings
from models.core.shown import show_moment
from models.people.tables import Store


def house_zone(connection: Connection, settings: Settings) -> ZoneInfo:
    """The zone of times without one: the first store's by code; before there is a store, the settings'."""
    name = connection.scalar(select(Store.time_zone).order_by(Store.code).limit(1))
    return ZoneInfo(name) if name else settings.zone


def moment_asked(connection: Connection, settings: Settings, text: str | None, now: datetime) -> datetime:
    """The moment given with `--as-of`, or now. Raises `UnreadableMoment`."""
    return read_moment(text, house_zone(connection, settings)) if text else now


def local(moment: datetime | None, time_zone: str) -> str:
    """A moment as the store's clock shows it, to the minute; empty for none."""
    return show_moment(moment, ZoneInfo(time_zone)) if moment else ""
