"""The migration to `missed`: what was skipped on a list of staff is told apart, and nobody waits for it for long."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from deployments.postgres import Cluster
from models.database.schema import MIGRATION_LOCK, NEWEST, read_version, upgrade
from tasks.planning.ending import UNDONE
from tests.support.older_schemas import add_touches, address, database_at

BEFORE_IT = "0001"
PASSED = "its time has passed"
HANDED = "2026-03-02T01:00+00"
ROWS = [
    # step, kind, state before, gate, reason, handed to staff at; the state after
    ("call let pass", "call", "skipped", "validity", PASSED, HANDED, "missed"),
    ("task let pass", "task", "skipped", "validity", PASSED, HANDED, "missed"),
    ("call found late", "call", "skipped", "validity", "found too late", None, "skipped"),
    ("call held", "call", "skipped", "cap", "enough, and then its time has passed", None, "skipped"),
    ("message", "message", "skipped", "validity", PASSED, None, "skipped"),
    ("call made", "call", "done", None, None, HANDED, "done"),
]


@pytest.fixture
def of_0001(postgres: Cluster) -> Iterator[Engine]:
    """A database at the first migration, with touches in it."""
    names = ("step", "kind", "state", "gate", "reason", "contacted_at")
    with database_at(postgres, BEFORE_IT) as engine:
        add_touches(engine, [{"subject": n} | dict(zip(names, row, strict=False)) for n, row in enumerate(ROWS)])
        yield engine


def test_what_staff_let_pass_is_told_apart_from_what_was_found_too_late(of_0001: Engine) -> None:
    upgrade(address(of_0001))
    with of_0001.connect() as connection:
        assert read_version(connection) == NEWEST
        rows = connection.execute(text("select step, state, reason from touches order by subject_id")).all()
        validated = text("select convalidated from pg_constraint where conname = 'ck_touches_touchstate'")
        assert connection.scalar(validated) is True
        built = text("select indisvalid from pg_index where indexrelid = 'ix_touches_missed'::regclass")
        assert connection.scalar(built) is True
    assert [(row.step, row.state) for row in rows] == [(step, after) for step, *_, after in ROWS]
    assert {row.reason for row in rows if row.state == "missed"} == {UNDONE}


def test_a_state_that_there_is_not_is_refused_as_before(of_0001: Engine) -> None:
    upgrade(address(of_0001))
    with of_0001.begin() as connection, pytest.raises(IntegrityError, match="ck_touches_touchstate"):
        connection.execute(text("update touches set state = 'forgotten'"))


def test_two_who_upgrade_at_once_do_not_wait_for_each_other_for_ever(of_0001: Engine) -> None:
    """A session that waits inside a transaction would keep the index from being built."""
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(upgrade, address(of_0001)) for _ in range(2)]:
            done.result(timeout=60)
    with of_0001.connect() as connection:
        assert read_version(connection) == NEWEST
        here = "database = (select oid from pg_database where datname = current_database())"  # others migrate theirs
        held = text(f"select count(*) from pg_locks where locktype = 'advisory' and objid = :lock and {here}")
        assert connection.scalar(held, {"lock": MIGRATION_LOCK}) == 0
