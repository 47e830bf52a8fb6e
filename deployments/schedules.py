"""When each flow runs, as data. The ledger decides what is due: an extra run finds nothing to do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from models.core.errors import AftercareError
from models.core.words import ProcessName
from models.ledger.tables import Process
from models.people.tables import Store

BEAT = "beat"
"""The name of a slot that repeats every few minutes."""


@dataclass(frozen=True)
class Slot:
    """A time of day, or an interval. Prefect tells old and new schedules apart by the name: keep it."""

    name: str
    cron: str
    local: bool
    """Read in each store's time zone. An interval of minutes is the same in all zones and needs only one."""


@dataclass(frozen=True)
class Served:
    """A flow as it is served. Its module defines it under the module's own name."""

    name: str
    module: str
    slots: tuple[Slot, ...]
    one_at_a_time: bool = True
    """Whether Prefect cancels a run that starts while another one is active."""

    @property
    def function(self) -> str:
        """The flow's name in its module."""
        return self.module.rpartition(".")[2]

    @property
    def rare(self) -> bool:
        """Whether a missed slot would matter before the next one."""
        return bool(self.slots) and all(slot.name != BEAT for slot in self.slots)


@dataclass(frozen=True)
class Schedule:
    """One schedule in Prefect."""

    slug: str
    cron: str
    zone: str


DAILY = (
    Slot("morning", "30 8 * * *", local=True),
    Slot("afternoon", "30 13 * * *", local=True),  # makes up for a lost morning; else it finds nothing to do
)
SERVED = (
    Served(
        ProcessName("appointment-reminders"), "flows.appointment_reminders", (Slot(BEAT, "*/5 * * * *", local=False),)
    ),  # two hours before an appointment and thirty minutes after its start both need a short interval
    Served(ProcessName("post-delivery-followup"), "flows.post_delivery_followup", DAILY),
    Served(ProcessName("warranty-expiry"), "flows.warranty_expiry", DAILY),
    Served(ProcessName("overdue-accounts"), "flows.overdue_accounts", DAILY),
    Served(ProcessName("complaint-followup"), "flows.complaint_followup", DAILY),
    Served(ProcessName("campaigns"), "flows.campaigns", (Slot(BEAT, "* * * * *", local=False),)),
    Served("campaign", "flows.campaign", (), one_at_a_time=False),  # one run waits for each approval
    Served("all-processes", "flows.all_processes", ()),  # started by hand only
    Served("dispatch", "flows.dispatch", (Slot(BEAT, "* * * * *", local=False),)),
    Served("housekeeping", "flows.housekeeping", (Slot("night", "10 3 * * *", local=False),)),  # after any clock change
)


class UnknownProcess(AftercareError):
    """No flow is served under this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no process '{name}'; there are {', '.join(served.name for served in SERVED)}.")


def find_served(name: str) -> Served:
    """The served flow of a process. Raises `UnknownProcess`."""
    for served in SERVED:
        if served.name == name:
            return served
    raise UnknownProcess(name)


def schedules_of(served: Served, zones: Iterable[str], home_zone: str) -> list[Schedule]:
    """Its schedules: a local slot once for each zone of the stores, any other once in the installation's zone."""
    local_zones = sorted(set(zones)) or [home_zone]
    return [
        Schedule(f"{slot.name}-{_slug(zone)}", slot.cron, zone)
        for slot in served.slots
        for zone in (local_zones if slot.local else [home_zone])
    ]


def _slug(zone: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", zone.lower()).strip("-")


def read_zones(connection: Connection) -> list[str]:
    """The time zones of the stores."""
    return list(connection.scalars(select(Store.time_zone).distinct().order_by(Store.time_zone)))


def read_enabled(connection: Connection) -> dict[str, bool]:
    """Whether each served flow is enabled. Flows that are no business process always are."""
    known = {row.name: row.enabled for row in connection.execute(select(Process.name, Process.enabled))}
    return {served.name: known.get(served.name, True) for served in SERVED}
