"""What every kind's loading works with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, insert, select

from tasks.intake.merging import collapse, count_contradictions, describe_contradictions
from tasks.intake.staging import Staged

MOST_TOLD = 20
"""How many facts that a file states differently are named."""


@dataclass
class Load:
    """One import: its connection, its moment, and what it has to say at the end."""

    connection: Connection
    now: datetime
    currency: str
    """What an amount is in when neither row nor file says."""
    time_zone: str
    """The zone of a store that is made without one."""
    notices: list[str]

    def keep_last(self, staged: Staged, *same: str, gathers: bool = False) -> None:
        """Of the rows that state one fact keep the last, and say so where they contradict each other."""
        staged.gathers = gathers
        count = count_contradictions(self.connection, staged, same, gathers=gathers)
        if count:
            staged.contradictions += count
            stand = (
                "fact stands in the file more than once, and differs"
                if count == 1
                else "facts stand in the file more than once, and differ"
            )
            which = describe_contradictions(self.connection, staged, same, gathers=gathers, most=MOST_TOLD)
            more = f" and {count - len(which):,} more" if count > len(which) else ""
            counts = "latest" if staged.by_place else "last"
            told = f"{staged.kind}: {count:,} {stand}; the {counts} row counts. {', '.join(which)}{more}."
            self.notices.append(told)
        collapse(self.connection, staged, same, gathers=gathers)

    def remember(self, touched: Table, staged: Staged, column: str) -> None:
        """Note the facts that something was derived from."""
        ids = select(staged.table.c[column]).where(staged.table.c[column].is_not(None))
        self.connection.execute(insert(touched).from_select(["id"], ids))
