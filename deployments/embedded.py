"""The embedded PostgreSQL, shared by several commands: the first starts it, the last stops it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from deployments.locks import alone, shared
from deployments.postgres import PORT, SUPERUSER, Cluster, ensure_started, find_postmaster, stop

OUR_DATABASE = "aftercare"
PREFECT_DATABASE = "prefect"
EXTENSIONS = {OUR_DATABASE: (), PREFECT_DATABASE: ("pg_trgm",)}


def cluster_of(home: Path, *, durable: bool = True) -> Cluster:
    """The embedded PostgreSQL of an installation; `home` may be relative."""
    root = home.expanduser().resolve()
    return Cluster(root / "postgres", root / "logs" / "postgres.log", durable)


@contextmanager
def open_embedded(home: Path, *, durable: bool = True) -> Iterator[Cluster]:
    """A running PostgreSQL with both databases, for as long as the block runs."""
    cluster = cluster_of(home, durable=durable)

    def start() -> Cluster:
        ensure_started(cluster)
        _make_databases(cluster)
        return cluster

    with shared(cluster.directory, start, lambda: stop(cluster)):
        yield cluster


def restart_if_dead(home: Path) -> bool:
    """Restart it at the same address if it died while in use. Whether it had died."""
    cluster = cluster_of(home)
    if find_postmaster(cluster):
        return False
    with alone(cluster.directory / "door.lock"):
        ensure_started(cluster)
    return True


def connect(cluster: Cluster, database: str = "postgres") -> psycopg.Connection:
    """A plain connection for administration, in autocommit mode."""
    return psycopg.connect(host=str(cluster.socket), port=PORT, user=SUPERUSER, dbname=database, autocommit=True)


def _make_databases(cluster: Cluster) -> None:
    with connect(cluster) as connection:
        there = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        for name in EXTENSIONS.keys() - there:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    for database, extensions in EXTENSIONS.items():
        for extension in extensions:
            with connect(cluster, database) as connection:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
