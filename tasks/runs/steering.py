"""What an operator switches: processes on and off, paused channels back on. Each change is kept with who made it."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from models.core.errors import Conflict
from models.core.words import ChannelName, ProcessName
from models.ledger.tables import Process
from models.people.tables import Store
from tasks.dispatch.pausing import resume
from tasks.ledger.audit import record


class NotPaused(Conflict):
    """A channel that was to resume and is not paused."""

    def __init__(self, channel: ChannelName, store: str | None) -> None:
        self.channel, self.store = channel, store
        whose = f"of store '{store}'" if store else "that the stores share"
        super().__init__(f"The channel {channel} {whose} is not paused.")


def switch_process(connection: Connection, now: datetime, process: ProcessName, *, enabled: bool, actor: str) -> bool:
    """Switch a process on or off; whether that changed anything. A run of it that is under way goes on."""
    before = connection.scalar(select(Process.enabled).where(Process.name == process).with_for_update())
    if before is enabled:
        return False
    switched = insert(Process).values(name=process, enabled=enabled)
    connection.execute(switched.on_conflict_do_update(index_elements=[Process.name], set_={"enabled": enabled}))
    record(
        connection,
        now,
        actor,
        "process.enabled" if enabled else "process.disabled",
        "process",
        process,
        {"enabled": before is not False},
        {"enabled": enabled},
    )
    return True


def resume_channel(connection: Connection, now: datetime, channel: ChannelName, store: str | None, actor: str) -> None:
    """End the pause of a channel by hand. Raises `NotPaused`."""
    store_id = connection.scalar(select(Store.id).where(Store.code == store)) if store else None
    if not resume(connection, channel, store_id, now):
        raise NotPaused(channel, store)
    record(connection, now, actor, "channel.resumed", "channel", f"{store}/{channel}" if store else channel.value)
