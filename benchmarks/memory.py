"""Peak memory of a sweep and of an import, for a tenth of the population and for all of it: it must stay flat."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks.crowd import NOON, fill
from benchmarks.importing import write_customers
from benchmarks.peaks import peak_megabytes
from benchmarks.results import Figure
from deployments.postgres import Cluster
from models.core.settings import Settings
from models.database.schema import upgrade
from models.policies.shipped import shipped_processes
from tasks.intake.importing import load_file, read_kinds
from tasks.planning.sweep import plan

ROWS_A_CUSTOMER = 10
"""The file that is imported has a row for so many customers of the population."""


def measure(cluster: Cluster, home: Path, customers: int) -> list[Figure]:
    """Megabytes at the peak, each measured in a process of its own."""
    few, many = (_peak(cluster, home, size) for size in (customers // 10, customers))
    name = f"peak memory of four sweeps and an import, {customers:,} customers"
    return [Figure(name, many, "MB", few, f"the same with {customers // 10:,} customers")]


def _peak(cluster: Cluster, home: Path, customers: int) -> float:
    name = f"memory_{customers}"
    administration = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    administration.dispose()
    url = cluster.url(name).render_as_string(hide_password=False)
    upgrade(url)
    engine = create_engine(url)
    fill(engine, customers)
    engine.dispose()
    path = home / f"{name}.csv"
    write_customers(path, customers // ROWS_A_CUSTOMER)
    environment = os.environ | {"AFTERCARE_DATABASE_URL": url, "AFTERCARE_HOME": str(home)}
    command = [sys.executable, "-m", "benchmarks.memory", str(path)]
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def work(path: Path) -> None:
    """Sweep every process and import a file, in this process; print its peak memory in megabytes."""
    settings = Settings()
    assert settings.database_url is not None
    engine = create_engine(settings.database_url.get_secret_value())
    for process in shipped_processes():
        with engine.begin() as connection:
            plan(connection, process, NOON, None)
    with engine.begin() as connection:
        load_file(connection, read_kinds("customers"), path, store="N", now=NOON, settings=settings)
    print(peak_megabytes())


if __name__ == "__main__":
    work(Path(sys.argv[1]))
