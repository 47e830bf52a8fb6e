"""A filled database of an older schema is upgraded: every row is found again, and `aftercare why` tells the same.

Each asset `sample_of_NNNN.sql.xz` is such a database; `tests/support/filled_sample.py` says how it was made.
"""

import json
import lzma
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, create_engine

from deployments.embedded import connect
from deployments.postgres import Cluster
from models.core.words import ProcessName
from models.database.migrating import MIGRATIONS, differences, migrate
from models.database.schema import NEWEST, read_version
from models.policies.shipped import shipped_processes
from tasks.planning.sweep import plan
from tasks.policies.catalogue import install_shipped
from tests.support.dumps import primary_key, restore, revision_of
from tests.support.filled_sample import ASSETS, TOLD_AT, Story, sample_asset, stories, story_asset

pytestmark = pytest.mark.xdist_group("upgrading")  # one worker upgrades each sample, once

Rows = dict[tuple[Any, ...], dict[str, Any]]
"""By primary key."""

REVISIONS = sorted(path.name.split("_")[2].partition(".")[0] for path in ASSETS.glob("sample_of_*.sql.xz"))
TRANSLATED: dict[tuple[str, str], str] = {
    ("touches", "state"): "0003",
    ("touches", "reason"): "0005",
    ("touches", "opens_case"): "0008",
    ("touches", "holds_account"): "0008",
    ("verdicts", "reason"): "0005",
    ("campaigns", "held_reason"): "0005",
    ("campaigns", "notice"): "0005",
    ("contact_points", "invalid_reason"): "0005",
    ("consents", "reason"): "0005",
    ("accounts", "hold_reason"): "0005",
    ("leads", "lost_reason"): "0005",
    ("channel_pauses", "reason"): "0005",
    ("runs", "account"): "0005",
}
"""By table and column, the migration that says the same in another way, and so changes what the column holds. A column
that a migration drops stands here, too; what has become of it is for that migration's own test to say."""
BIG_TABLES = ("touches", "verdicts")
REWRITES: dict[str, tuple[str, ...]] = {}
"""By migration, the big tables that it had to rewrite; its docstring says why."""
TOLD_ANEW = {"0005"}
"""The migrations that translate reasons: from the first of them on, stories are compared without."""


@dataclass
class Upgraded:
    """A sample at the newest schema, and what it was before."""

    engine: Engine
    revision: str
    before: dict[str, Rows]
    after: dict[str, Rows]
    rewritten: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By migration, the big tables that it put into another file."""


def migrations_after(revision: str) -> list[str]:
    """The later migrations, in the order in which they run."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    return [script.revision for script in reversed(list(scripts.iterate_revisions("head", revision)))]


def plain(url: URL) -> "psycopg.Connection[Any]":
    """A connection without SQLAlchemy between, which knows nothing of the models."""
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))


def read_rows(url: URL) -> dict[str, Rows]:
    """Everything in a database, by table."""
    with plain(url) as connection:
        names = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        tables = [name for (name,) in connection.execute(names) if name != "alembic_version"]
        return {table: _rows_of(connection, table) for table in tables}


def _rows_of(connection: "psycopg.Connection[Any]", table: str) -> Rows:
    key = primary_key(connection, table)
    rows = connection.execute(f'SELECT to_jsonb(one) FROM "{table}" AS one')  # as JSON: Python has no infinite dates
    return {tuple(row[column] for column in key): row for (row,) in rows}


def files_of_big_tables(url: URL) -> dict[str, int]:
    """Where the big tables are stored: a table that is rewritten gets another file."""
    with plain(url) as connection:
        nodes = "SELECT relname, pg_relation_filenode(oid) FROM pg_class WHERE relname = ANY(%s)"
        return dict(connection.execute(nodes, (list(BIG_TABLES),)).fetchall())


def migrate_one_by_one(engine: Engine, revision: str) -> dict[str, tuple[str, ...]]:
    """Run the later migrations; by each, the big tables that it rewrote."""
    rewritten = {}
    for step in migrations_after(revision):
        before = files_of_big_tables(engine.url)
        with engine.connect() as connection:
            migrate(connection, step)
        after = files_of_big_tables(engine.url)
        rewritten[step] = tuple(table for table in BIG_TABLES if after[table] != before[table])
    return rewritten


@pytest.fixture(scope="module", params=REVISIONS)
def upgraded(request: pytest.FixtureRequest, postgres: Cluster) -> Iterator[Upgraded]:
    """A sample of an older schema, upgraded migration by migration."""
    name, revision = f"upgraded_{uuid.uuid4().hex[:12]}", request.param
    with connect(postgres) as administration:
        administration.execute(f"CREATE DATABASE {name}")
    engine = create_engine(postgres.url(name))
    with engine.connect() as connection:
        migrate(connection, revision)
    with plain(engine.url) as connection:
        restore(connection, lzma.decompress(sample_asset(revision).read_bytes()).decode())
    before = read_rows(engine.url)
    rewritten = migrate_one_by_one(engine, revision)
    yield Upgraded(engine, revision, before, read_rows(engine.url), rewritten)
    engine.dispose()
    with connect(postgres) as administration:
        administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_there_is_a_sample_of_the_frozen_schema() -> None:
    assert "0001" in REVISIONS
    for revision in REVISIONS:
        assert revision_of(lzma.decompress(sample_asset(revision).read_bytes()).decode()) == revision


def test_every_table_had_rows(upgraded: Upgraded) -> None:
    assert len(upgraded.before) >= 45
    assert {table for table, rows in upgraded.before.items() if not rows} == set()


def test_the_database_is_at_the_newest_schema(upgraded: Upgraded) -> None:
    with upgraded.engine.connect() as connection:
        assert read_version(connection) == NEWEST
        assert differences(connection) == []


def test_every_row_is_found_again(upgraded: Upgraded) -> None:
    for table, rows in upgraded.before.items():
        assert upgraded.after[table].keys() == rows.keys(), table


def test_every_row_says_what_it_said(upgraded: Upgraded) -> None:
    for table, rows in upgraded.before.items():
        for key, row in rows.items():
            kept = {column: value for column, value in row.items() if (table, column) not in TRANSLATED}
            now = upgraded.after[table][key]
            assert {column: now.get(column) for column in kept} == kept, (table, key)


def test_no_migration_rewrites_a_big_table_unless_it_says_so(upgraded: Upgraded) -> None:
    assert upgraded.rewritten == {step: REWRITES.get(step, ()) for step in migrations_after(upgraded.revision)}


def test_a_rewritten_table_would_be_seen(upgraded: Upgraded) -> None:
    before = files_of_big_tables(upgraded.engine.url)
    with plain(upgraded.engine.url) as connection:
        connection.execute("ALTER TABLE verdicts ALTER reason TYPE varchar(1000)")
        connection.commit()
    after = files_of_big_tables(upgraded.engine.url)
    with plain(upgraded.engine.url) as connection:
        connection.execute("ALTER TABLE verdicts ALTER reason TYPE text")
    assert after["verdicts"] != before["verdicts"]
    assert after["touches"] == before["touches"]


def test_why_tells_the_same_story(upgraded: Upgraded) -> None:
    expected = json.loads(story_asset(upgraded.revision).read_text())
    chosen = telling(expected["customers"])
    processes = [ProcessName(name) for name in expected["processes"]]
    with upgraded.engine.connect() as connection:
        told = stories(connection, datetime.fromisoformat(expected["as_of"]), processes, chosen)
    told_anew = any(step in TOLD_ANEW for step in migrations_after(upgraded.revision))
    for customer in chosen:
        before, now = expected["customers"][customer], [list(step) for step in told[customer]]
        if told_anew:
            before, now = [step[:-1] for step in before], [step[:-1] for step in now]
        assert now == before, customer


def telling(customers: dict[str, Story]) -> list[str]:
    """A few customers of whom all is told that is told of any: every process, every state, every way to be left out."""
    tells = {
        customer: {kind for process, _, _, standing, state, *_ in steps for kind in (process, (standing, state))}
        for customer, steps in customers.items()
    }
    left, chosen = set().union(*tells.values()), []
    while left:
        most = max(tells, key=lambda customer: len(tells[customer] & left))
        chosen.append(most)
        left -= tells[most]
    return chosen


def test_the_processes_go_on(upgraded: Upgraded) -> None:
    with upgraded.engine.connect() as connection:
        install_shipped(connection, TOLD_AT)
        looked_at = 0
        for process in shipped_processes():
            account = plan(connection, process, TOLD_AT, None)
            account.check()
            looked_at += account.eligible
        connection.rollback()
    assert looked_at > 0
