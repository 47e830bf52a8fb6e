"""Whether a dispatch would find anything to do: asked before each, for most of them do not."""

from datetime import datetime

from sqlalchemy import Connection, exists, or_, select

from models.core.cadence import moment
from models.core.words import ProcessName, TouchState
from models.ledger.tables import OF_PROCESSES, Touch
from tasks.dispatch.dispatchers import IN_FLIGHT


def anything_waits(connection: Connection, now: datetime, process: ProcessName | None = None) -> bool:
    """Whether a touch is due, of one process or of all but campaigns, or is held by a dispatcher, dead or alive.

    Never too narrow: where this says no, a dispatch as of `now` changes nothing. Two looks at small partial indexes.
    """
    due = exists().where(Touch.state == TouchState.PLANNED, OF_PROCESSES, Touch.not_before <= moment(now))
    if process is not None:
        due = due.where(Touch.process == process)
    in_flight = exists().where(Touch.state.in_(IN_FLIGHT))
    return bool(connection.scalar(select(or_(due, in_flight))))
