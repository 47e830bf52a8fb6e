"""What an installation serves now, and which runner may serve it: one at a time, on whatever machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, create_engine, func, pool, select
from sqlalchemy.exc import OperationalError

from deployments.schedules import Served, read_enabled, read_flows, read_zones
from tasks.policies.processes import removed_processes
from tasks.runs.recording import fail_dead_runs

SERVING_LOCK = 727_002
"""The advisory lock of the active runner's session. It ends with the runner."""
NOTICE_DEATH = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


@dataclass(frozen=True)
class Plan:
    """What decides which deployments and schedules there are and which of them are active."""

    flows: tuple[Served, ...]
    removed: tuple[str, ...]
    """The processes of the house's own that are no more, and that Prefect is to forget."""
    zones: list[str]
    enabled: Mapping[str, bool]


ReadFlows = Callable[[Connection], tuple[Served, ...]]


def read_plan(connection: Connection, flows: ReadFlows = read_flows) -> Plan:
    """The plan of an installation, with the flows that are served."""
    served = flows(connection)
    return Plan(served, removed_processes(connection), read_zones(connection), read_enabled(connection, served))


class ServingRight:
    """The right to serve an installation. It is lost with the session in which it was taken."""

    def __init__(self, database: str, flows: ReadFlows = read_flows) -> None:
        self._flows = flows
        self._engine = create_engine(
            database,
            hide_parameters=True,
            poolclass=pool.NullPool,
            connect_args={"connect_timeout": 5, "options": NOTICE_DEATH},
        )
        self._session: Connection | None = None

    def take(self) -> bool:
        """Take it if no other runner has it. Raises `OperationalError` while the database is unavailable."""
        self.leave()
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if session.scalar(select(func.pg_try_advisory_lock(SERVING_LOCK))):
            self._session = session
            return True
        session.close()
        return False

    def read_plan(self) -> Plan | None:
        """The plan, read in the session that holds the right; None if the session is lost."""
        if self._session is None:
            return None
        try:
            return read_plan(self._session, self._flows)
        except OperationalError:
            self.leave()
            return None

    def close_dead_runs(self, now: datetime) -> int:
        """Close our runs whose process was killed with a runner. Returns how many."""
        return fail_dead_runs(self._session, now) if self._session is not None else 0

    def leave(self) -> None:
        """Release it."""
        if self._session is not None:
            self._session.invalidate()
            self._session.close()
            self._session = None
