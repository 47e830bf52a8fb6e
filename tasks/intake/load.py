"""What every kind's loading works with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, insert, select

from models.core.reasons import CONTRADICTIONS, KEY, NUMBER, GivenReason, declare, give
from tasks.intake.merging import collapse, count_contradictions, describe_contradictions
from tasks.intake.staging import Staged

MOST_TOLD = 20
"""How many facts that a file states differently are named."""
LAST_COUNTS = declare("contradictions-last-counts", kind=KEY, count=NUMBER, which=CONTRADICTIONS)
LATEST_COUNTS = declare("contradictions-latest-counts", kind=KEY, count=NUMBER, which=CONTRADICTIONS)


@dataclass
class Load:
    """One import: its connection, its moment, and what it has to say at the end."""

    connection: Connection
    now: datetime
    currency: str
    """What an amount is in when neither row nor file says."""
    time_zone: str
    """The zone of a store that is made without one."""
    notices: list[GivenReason]

    def keep_last(self, staged: Staged, *same: str, gathers: bool = False) -> None:
        """Of the rows that state one fact keep the last, and say so where they contradict each other."""
        staged.gathers = gathers
        count = count_contradictions(self.connection, staged, same, gathers=gathers)
        if count:
            staged.contradictions += count
            which = describe_contradictions(self.connection, staged, same, gathers=gathers, most=MOST_TOLD)
            code = LATEST_COUNTS if staged.by_place else LAST_COUNTS
            self.notices.append(give(code, kind=staged.kind, count=count, which=which))
        collapse(self.connection, staged, same, gathers=gathers)

    def remember(self, touched: Table, staged: Staged, column: str) -> None:
        """Note the facts that something was derived from."""
        ids = select(staged.table.c[column]).where(staged.table.c[column].is_not(None))
        self.connection.execute(insert(touched).from_select(["id"], ids))
