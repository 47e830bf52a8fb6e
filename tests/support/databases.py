"""Databases that are made once in a test run, by the worker that comes first, and copied from then on."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL

from deployments.embedded import connect
from deployments.locks import alone
from deployments.postgres import Cluster


def make_once(cluster: Cluster, directory: Path, name: str, template: str, fill: Callable[[URL], None]) -> str:
    """The name of a database that `fill` has filled, and that nobody connects to.

    `directory` is one that all workers share. The database gets its name when it is whole.
    """
    with alone(directory / f"{name}.lock"), connect(cluster) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if not there:
            unfinished = f"{name}_unfinished"
            connection.execute(f"CREATE DATABASE {unfinished} TEMPLATE {template}")
            fill(cluster.url(unfinished))
            connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")
    return name
