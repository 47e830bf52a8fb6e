"""What an installation serves now, and which runner may serve it: one at a time, on whatever machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, create_engine, func, pool, select
from sqlalchemy.exc import OperationalError

from deployments.schedules import read_enabled, read_zones
from tasks.runs.recording import fail_dead_runs

SERVING_LOCK = 727_002
"""The advisory lock of the active runner's session. It ends with the runner."""
NOTICE_DEATH = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


@dataclass(frozen=True)
class Plan:
    """What determines which schedules exist and which are active."""

    zones: list[str]
    enabled: Mapping[str, bool]


class ServingRight:
    """The right to serve an installation. It is lost with the session in which it was taken."""

    def __init__(self, database: str) -> None:
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
            return Plan(read_zones(self._session), read_enabled(self._session))
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
