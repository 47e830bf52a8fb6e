"""Which processes an installation has: the shipped ones, and its own."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from models.core.errors import NotFound
from models.core.words import CAMPAIGNS, ProcessName
from models.ledger.tables import PolicyVersion, Process
from models.policies.shipped import shipped_policy, shipped_processes


class UnknownProcess(NotFound):
    """A name that no process has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"There is no process '{name}'; there are {', '.join(self.known)}.")


def standing_processes(connection: Connection) -> list[ProcessName]:
    """The processes that run by a standing policy, day after day: the shipped ones first, then the house's own."""
    shipped = shipped_processes()
    others = (
        select(Process.name)
        .where(Process.name.not_in((*shipped, CAMPAIGNS)), Process.removed_at.is_(None))
        .order_by(Process.name)
    )
    return [*shipped, *(ProcessName(name) for name in connection.scalars(others))]


def removed_processes(connection: Connection) -> tuple[ProcessName, ...]:
    """The processes of the house's own that were removed. What they did stays on record."""
    gone = select(Process.name).where(Process.removed_at.is_not(None)).order_by(Process.name)
    return tuple(ProcessName(name) for name in connection.scalars(gone))


def processes_by_priority(connection: Connection) -> list[ProcessName]:
    """The processes that run by a standing policy, the most important first, by the versions for all stores."""
    standing = standing_processes(connection)
    of_all = select(PolicyVersion.name, PolicyVersion.body["priority"].as_integer()).where(
        PolicyVersion.store_id.is_(None), PolicyVersion.active, PolicyVersion.name.in_(standing)
    )
    known = {name: priority for name, priority in connection.execute(of_all) if priority is not None}
    shipped = {process: shipped_policy(process).priority for process in shipped_processes()}
    return sorted(standing, key=lambda name: (-known.get(name, shipped.get(name, 0)), name))


def list_processes(connection: Connection) -> list[ProcessName]:
    """All processes; the campaigns, of which each brings a policy of its own, come last."""
    return [*standing_processes(connection), CAMPAIGNS]


def recorded_processes(connection: Connection) -> list[ProcessName]:
    """The processes that touches and runs may be of: those that stand, then those that were removed."""
    return [*list_processes(connection), *removed_processes(connection)]


def find_process(connection: Connection, name: str, *, removed: bool = False) -> ProcessName:
    """The process of a name that somebody gave; `removed`: also one that is no more. Raises `UnknownProcess`."""
    known = recorded_processes(connection) if removed else list_processes(connection)
    if name not in known:
        raise UnknownProcess(name, known)
    return ProcessName(name)
