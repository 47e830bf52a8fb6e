"""Databases at an older migration, with touches as they were kept then."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from deployments.embedded import connect
from deployments.postgres import Cluster
from models.database.migrating import configuration

TOUCH = text("""
    insert into touches (
        process, subject_kind, subject_id, anchor_at, step, kind, purpose, priority, obligation, works_holidays,
        store_id, customer_id, policy_version_id, template_version_id, channels, conditions, approval, holds_account,
        due_at, valid_until, not_before, state, state_at, gate, reason, figures, planned_at, contacted_at
    )
    values (
        'post-delivery-followup', 'handover', :subject, timestamptz '2026-03-01Z', :step, :kind, 'follow-up', 50,
        false, false, 1, 1, 1, 1, '{}', '{}', '{}', false, timestamptz '2026-03-02Z', timestamptz '2026-03-05Z',
        timestamptz '2026-03-02Z', :state, timestamptz '2026-03-06Z', :gate, :reason, '{}', timestamptz '2026-03-01Z',
        :contacted_at
    )
    returning id
""")
"""What the touch refers to need not be there: `database_at` fills tables without asking."""


@contextmanager
def database_at(postgres: Cluster, revision: str) -> Iterator[Engine]:
    """A database of its own at a migration, as long as the context lasts."""
    name = f"of_{revision}_{uuid.uuid4().hex[:8]}"
    with connect(postgres) as administration:
        administration.execute(f"CREATE DATABASE {name}")
    engine = create_engine(postgres.url(name), poolclass=NullPool)
    with engine.connect() as connection:
        command.upgrade(configuration(connection), revision)
    yield engine
    engine.dispose()
    with connect(postgres) as administration:
        administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


def add_touches(engine: Engine, rows: list[dict[str, Any]]) -> list[Any]:
    """Write touches without asking what they refer to; their ids."""
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        return [connection.execute(TOUCH, row).scalar_one() for row in rows]


def address(engine: Engine) -> str:
    """Its URL, as the code takes it."""
    return engine.url.render_as_string(hide_password=False)
