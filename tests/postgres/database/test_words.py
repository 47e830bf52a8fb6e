"""Words of sets that grow, in a real database: the application checks what is written, and reads what it finds."""

import pytest
from sqlalchemy import Connection, Enum, select, text, update

from models.core.base import UnknownWord, Word
from models.core.words import CampaignState, Decision, Gate, ProcessName, RunState, TouchState, Wave
from models.database.migrating import differences
from models.database.tables import metadata
from models.ledger.tables import Touch
from tests.support.world import World

CLOSED = {TouchState, RunState, Decision, Wave, CampaignState}
"""Among others: what may follow a state, and what a decision leads to, is code."""


@pytest.fixture
def touch(world: World) -> World:
    """A world with one planned touch."""
    world.appointment(world.customer(), "2026-03-11 10:00")
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 19:00")
    assert world.touches()
    return world


def test_states_and_decisions_keep_their_constraints() -> None:
    closed = {column.type.enum_class for table in metadata.sorted_tables for column in table.columns
              if isinstance(column.type, Enum)}  # fmt: skip
    assert closed >= CLOSED
    growing = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns
               if isinstance(column.type, Word)}  # fmt: skip
    assert growing >= {"verdicts.gate", "cases.kind", "replies.meaning"}


def test_a_word_that_nobody_knows_is_not_written(touch: World) -> None:
    with pytest.raises(UnknownWord, match="'cap-of-the-year' is not one of the words known here: validity, facts"):
        touch.connection.execute(update(Touch).values(gate="cap-of-the-year"))


def test_a_word_that_nobody_knows_is_read_as_it_stands(touch: World) -> None:
    touch.connection.execute(text("update touches set gate = 'cap-of-the-year', subject_kind = 'inspection'"))
    row = touch.connection.execute(select(Touch.gate, Touch.subject_kind)).first()
    assert row is not None
    assert tuple(row) == ("cap-of-the-year", "inspection")


def test_a_known_word_is_read_as_the_code_has_it(touch: World) -> None:
    touch.connection.execute(update(Touch).values(gate=Gate.CAP))
    assert touch.connection.scalars(select(Touch.gate)).first() is Gate.CAP


def test_a_closed_word_is_still_refused_by_the_database(touch: World) -> None:
    with pytest.raises(Exception, match="ck_touches_touchstate"), touch.connection.begin_nested():
        touch.connection.execute(text("update touches set state = 'lost'"))


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("alter table runs drop constraint ck_runs_runstate", ("add_check", "runs", "ck_runs_runstate")),
        (
            "alter table staff add constraint ck_staff_role check (role in ('agent'))",
            ("remove_check", "staff", "ck_staff_role"),
        ),
        (
            "alter table runs drop constraint ck_runs_runstate, add constraint ck_runs_runstate"
            " check (state in ('running', 'failed'))",
            ("modify_check", "runs", "ck_runs_runstate"),
        ),
    ],
)
def test_a_check_that_differs_is_told(connection: Connection, change: str, seen: tuple[str, str, str]) -> None:
    assert differences(connection) == []
    connection.execute(text(change))
    assert differences(connection) == [seen]
