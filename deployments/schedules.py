"""When each flow runs, as data. The ledger decides what is due: an extra run finds nothing to do."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from functools import cache
from typing import Any

from sqlalchemy import Connection, select

from models.core.words import CAMPAIGNS, Language, ProcessName
from models.ledger.tables import PolicyVersion, Process
from models.people.tables import Store
from models.policies.schedule import LANGUAGES, TWICE_A_DAY, ProcessSchedule
from models.policies.shipped import shipped_policy, shipped_processes
from tasks.policies.processes import UnknownProcess, standing_processes

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
    """One flow as it is served. Its module holds it under the module's own name, unless another is given."""

    name: str
    module: str
    slots: tuple[Slot, ...]
    one_at_a_time: bool = True
    """Whether Prefect cancels a run of it while another one is at work."""
    attribute: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def function(self) -> str:
        """The flow's name in its module."""
        return self.attribute or self.module.rpartition(".")[2]

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


MADE_IN = "flows.processes"
"""The module that has the flow of each process as an attribute."""
ENGINE_FLOWS = (
    Served(CAMPAIGNS, "flows.campaigns", (Slot(BEAT, "* * * * *", local=False),)),
    Served("campaign", "flows.campaign", (), one_at_a_time=False),  # one run waits for each approval
    Served("all-processes", "flows.all_processes", ()),  # started by hand only
    Served("dispatch", "flows.dispatch", (Slot(BEAT, "* * * * *", local=False),)),
    Served("housekeeping", "flows.housekeeping", (Slot("night", "10 3 * * *", local=False),)),  # after any clock change
)
"""What is no process with a standing policy."""
NOON = 12


def slots_of(schedule: ProcessSchedule) -> tuple[Slot, ...]:
    """The slots of a process' schedule: a beat, or one for each time of day, named by its half of the day."""
    if schedule.every is not None:
        return (Slot(BEAT, _cron_of_beat(int(schedule.every.nominal.total_seconds()) // 60), local=False),)
    moments = sorted(schedule.at)
    return tuple(
        Slot(_name_of(moments[:number], moment), f"{moment.minute} {moment.hour} * * *", local=True)
        for number, moment in enumerate(moments)
    )


def _cron_of_beat(minutes: int) -> str:
    hours = minutes // 60
    if not hours:
        return "* * * * *" if minutes == 1 else f"*/{minutes} * * * *"
    return "0 * * * *" if hours == 1 else f"0 */{hours} * * *"


def _name_of(earlier: Sequence[time], moment: time) -> str:
    """`morning`, `morning-2`, … before noon, `afternoon`, … from then on."""
    half = "morning" if moment.hour < NOON else "afternoon"
    before = sum((one.hour < NOON) == (moment.hour < NOON) for one in earlier)
    return f"{half}-{before + 1}" if before else half


def serve_process(
    process: ProcessName,
    schedule: ProcessSchedule | None,
    description: Mapping[Language, str] | None,
    tags: tuple[str, ...],
) -> Served:
    """A process with a standing policy, as it is served by what its policy says."""
    said = "\n\n".join(description[language] for language in LANGUAGES) if description else None
    slots = slots_of(schedule or TWICE_A_DAY)
    return Served(
        process, MADE_IN, slots, attribute=process.replace("-", "_"), description=said, tags=("process", *tags)
    )


@cache
def shipped_flows() -> tuple[Served, ...]:
    """The flows of an installation that has changed nothing: the processes by their priority, then the engine's."""
    policies = [shipped_policy(process) for process in shipped_processes()]
    served = [serve_process(one.process, one.schedule, one.description, one.tags) for one in policies]
    return (*served, *ENGINE_FLOWS)


def read_flows(connection: Connection) -> tuple[Served, ...]:
    """The flows of an installation: its processes, each by the active policy for all stores, and the engine's."""
    shipped = {served.name: served for served in shipped_flows()}
    standing = standing_processes(connection)
    of_all = select(PolicyVersion.name, PolicyVersion.body).where(
        PolicyVersion.store_id.is_(None), PolicyVersion.active, PolicyVersion.name.in_(standing)
    )
    bodies = {row.name: row.body for row in connection.execute(of_all)}
    return (
        *(_by_policy(process, bodies.get(process, {}), shipped.get(process)) for process in standing),
        *ENGINE_FLOWS,
    )


def _by_policy(process: ProcessName, body: Mapping[str, Any], shipped: Served | None) -> Served:
    """What a policy leaves out is as it is shipped."""
    schedule = ProcessSchedule.model_validate(body["schedule"]) if body.get("schedule") else None
    served = serve_process(process, schedule, body.get("description"), tuple(body.get("tags") or ()))
    if shipped is None:
        return served
    return replace(
        served,
        slots=served.slots if schedule else shipped.slots,
        description=served.description or shipped.description,
        tags=served.tags if body.get("tags") else shipped.tags,
    )


def find_flow(flows: Iterable[Served], name: str) -> Served:
    """What is served under a name. Raises `UnknownProcess`."""
    there = {served.name: served for served in flows}
    if name not in there:
        raise UnknownProcess(name, there)
    return there[name]


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


def read_enabled(connection: Connection, flows: Iterable[Served]) -> dict[str, bool]:
    """Whether each served flow is to run by itself; what is no process of the business always does."""
    known = {row.name: row.enabled for row in connection.execute(select(Process.name, Process.enabled))}
    return {served.name: known.get(served.name, True) for served in flows}
