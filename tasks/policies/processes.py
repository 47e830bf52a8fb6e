"""Which processes an installation has: the shipped ones, and its own."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from models.core.errors import NotFound
from models.core.words import CAMPAIGNS, ProcessName
from models.ledger.tables import Process
from models.policies.shipped import shipped_processes


class UnknownProcess(NotFound):
    """A name that no process has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"There is no process '{name}'; there are {', '.join(self.known)}.")


def standing_processes(connection: Connection) -> list[ProcessName]:
    """The processes that run by a standing policy, day after day: the shipped ones first, then the house's own."""
    shipped = shipped_processes()
    others = select(Process.name).where(Process.name.not_in((*shipped, CAMPAIGNS))).order_by(Process.name)
    return [*shipped, *(ProcessName(name) for name in connection.scalars(others))]


def list_processes(connection: Connection) -> list[ProcessName]:
    """All processes; the campaigns, of which each brings a policy of its own, come last."""
    return [*standing_processes(connection), CAMPAIGNS]


def find_process(connection: Connection, name: str) -> ProcessName:
    """The process of a name that somebody gave. Raises `UnknownProcess`."""
    known = list_processes(connection)
    if name not in known:
        raise UnknownProcess(name, known)
    return ProcessName(name)
