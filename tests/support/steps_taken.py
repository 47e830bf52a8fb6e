"""Every state transition of a touch, recorded by the database itself, so that tests can check each one."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from models.core.words import TouchState

WATCH = (
    """
    create temporary table steps_taken (number serial, touch_id uuid, before text, after text) on commit drop
    """,
    """
    create function pg_temp.take_down() returns trigger language plpgsql as $$
    begin
        insert into pg_temp.steps_taken (touch_id, before, after) values (new.id, old.state, new.state);
        return null;
    end $$
    """,
    """
    create trigger steps_taken after update on touches for each row
        when (old.state is distinct from new.state) execute function pg_temp.take_down()
    """,
)
"""One by one: once a statement was asked often, it is prepared, and what is prepared is a single one."""


class StepTaken(NamedTuple):
    """A touch went from one state to another."""

    number: int
    touch_id: UUID
    before: TouchState
    after: TouchState


def watch_steps(connection: Connection) -> None:
    """Take down all steps from now on, for the length of the transaction."""
    for statement in WATCH:
        connection.execute(text(statement))


def steps_since(connection: Connection, number: int = 0) -> Sequence[StepTaken]:
    """What was taken down after a number, in order."""
    rows = connection.execute(
        text("select number, touch_id, before, after from steps_taken where number > :number order by number"),
        {"number": number},
    )
    return [StepTaken(row.number, row.touch_id, TouchState(row.before), TouchState(row.after)) for row in rows]
