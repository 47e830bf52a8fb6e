"""When which flow runs, as data. What is due is the ledger's business: a run too many finds nothing to do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from models.core.errors import NotFound
from models.core.words import ProcessName
from models.ledger.tables import Process
from models.people.tables import Store

BEAT = "beat"
"""The name of a slot that comes round every few minutes."""


@dataclass(frozen=True)
class Slot:
    """A moment of each day, or a beat. The name is what Prefect tells an old schedule from a new one by: keep it."""

    name: str
    cron: str
    local: bool
    """Read in each store's time zone; a beat of minutes is the same in all of them and needs only one."""


@dataclass(frozen=True)
class Served:
    """One flow as it is served. Its module holds it under the module's own name."""

    name: str
    module: str
    slots: tuple[Slot, ...]
    one_at_a_time: bool = True
    """Whether Prefect cancels a run of it while another one is at work."""

    @property
    def function(self) -> str:
        """The flow's name in its module."""
        return self.module.rpartition(".")[2]

    @property
    def rare(self) -> bool:
        """Whether a missed slot would be felt before the next one comes."""
        return bool(self.slots) and all(slot.name != BEAT for slot in self.slots)


@dataclass(frozen=True)
class Schedule:
    """One schedule in Prefect."""

    slug: str
    cron: str
    zone: str


DAILY = (
    Slot("morning", "30 8 * * *", local=True),
    Slot("afternoon", "30 13 * * *", local=True),  # makes up for a morning that was lost; else it finds nothing to do
)
SERVED = (
    Served(
        ProcessName("appointment-reminders"), "flows.appointment_reminders", (Slot(BEAT, "*/5 * * * *", local=False),)
    ),  # two hours before an appointment and thirty minutes after its start both need a short beat
    Served(ProcessName("post-delivery-followup"), "flows.post_delivery_followup", DAILY),
    Served(ProcessName("warranty-expiry"), "flows.warranty_expiry", DAILY),
    Served(ProcessName("overdue-accounts"), "flows.overdue_accounts", DAILY),
    Served(ProcessName("complaint-followup"), "flows.complaint_followup", DAILY),
    Served(ProcessName("campaigns"), "flows.campaigns", (Slot(BEAT, "* * * * *", local=False),)),
    Served("campaign", "flows.campaign", (), one_at_a_time=False),  # one run waits for each approval
    Served("all-processes", "flows.all_processes", ()),  # started by hand alone
    Served("dispatch", "flows.dispatch", (Slot(BEAT, "* * * * *", local=False),)),
    Served("housekeeping", "flows.housekeeping", (Slot("night", "10 3 * * *", local=False),)),  # after any clock change
)


class UnknownProcess(NotFound):
    """No flow is served under a name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no process '{name}'; there are {', '.join(served.name for served in SERVED)}.")


def find_served(name: str) -> Served:
    """What is served under a process' name. Raises `UnknownProcess`."""
    for served in SERVED:
        if served.name == name:
            return served
    raise UnknownProcess(name)


def schedules_of(served: Served, zones: Iterable[str], home_zone: str) -> list[Schedule]:
    """Its schedules: a local slot once in each zone that a store is in, any other once in the installation's zone."""
    local_zones = sorted(set(zones)) or [home_zone]
    return [
        Schedule(f"{slot.name}-{_slug(zone)}", slot.cron, zone)
        for slot in served.slots
        for zone in (local_zones if slot.local else [home_zone])
    ]


def _slug(zone: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", zone.lower()).strip("-")


def read_zones(connection: Connection) -> list[str]:
    """The time zones that stores are in."""
    return list(connection.scalars(select(Store.time_zone).distinct().order_by(Store.time_zone)))


def read_enabled(connection: Connection) -> dict[str, bool]:
    """Whether each served flow is to run by itself; what is no process of the business always does."""
    known = {row.name: row.enabled for row in connection.execute(select(Process.name, Process.enabled))}
    return {served.name: known.get(served.name, True) for served in SERVED}
