"""A campaign to everybody: written down and planned to the last recipient, against the bare INSERT … SELECT of the same
rows; and the peak memory of whoever does it."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, create_engine

from benchmarks.crowd import NOON
from benchmarks.peaks import peak_megabytes
from benchmarks.results import Figure
from models.campaigns.plans import CampaignPlan, read_plan
from models.campaigns.tables import CampaignRecipient
from models.core.settings import Settings
from models.core.words import Role
from models.database.tables import metadata
from models.ledger.tables import Touch
from tasks.campaigns.authors import Author
from tasks.campaigns.drafting import create_campaign
from tasks.campaigns.launch.advancing import advance
from tasks.campaigns.launch.approving import approve, submit
from tasks.campaigns.launch.launching import launch

ROUNDS = 3
KEPT = {CampaignRecipient.__tablename__: "kept_recipients", Touch.__tablename__: "kept_touches"}
"""What a campaign wrote, in the order in which it can be written again, and where the bare insert takes it from."""
AUTHOR, APPROVER = Author("author", Role.ADMIN, None), Author("approver", Role.ADMIN, None)
WORDS = {"en": {"sms": "Dear {{ customer }}, come and see us. Reply TD to stop."}}


def plan() -> CampaignPlan:
    """To everybody, without a canary, so that nothing is waited for."""
    return read_plan(
        {
            "audience": {"kind": "all", "of": []},
            "variants": [{"key": "a", "words": WORDS}],
            "canary": {"percent": 0},
            "control_percent": 0,
        }
    )


def measure(few: Engine, many: Engine, home: Path, customers: int) -> list[Figure]:
    """Seconds for the whole audience, and megabytes at the peak for a tenth of it and for all of it."""
    settings = Settings(home=home)
    planned = _run(many, settings)
    _keep(many)
    bare, whole = [], []
    for _ in range(ROUNDS):
        _clear(many)
        bare.append(_timed(lambda: _insert_bare(many)))
        _clear(many)
        whole.append(_timed(lambda: _run(many, settings)))
    name = f"campaign to {customers:,} customers, written down and planned, {planned:,} touches"
    against = "bare INSERT … SELECT of the same recipients and touches"
    return [
        Figure(name, statistics.median(whole), "s", statistics.median(bare), against),
        _measure_memory(few, many, home, customers),
    ]


def _measure_memory(few: Engine, many: Engine, home: Path, customers: int) -> Figure:
    name = f"peak memory of a campaign to {customers:,} customers"
    peaks = [_peak(engine, home) for engine in (few, many)]
    return Figure(name, peaks[1], "MB", peaks[0], f"the same with {customers // 10:,} customers")


def _run(engine: Engine, settings: Settings) -> int:
    """A campaign from its draft to its last planned touch; how many there are."""
    campaign_id, planned, more = _launch(engine, settings), 0, True
    while more:
        with engine.begin() as connection:
            done = advance(connection, campaign_id, NOON, None)
        planned, more = planned + done.account.planned, done.more
    return planned


def _launch(engine: Engine, settings: Settings) -> int:
    with engine.begin() as connection:
        campaign_id = create_campaign(connection, AUTHOR, "Everybody", plan(), NOON)
        submitted = submit(connection, AUTHOR, campaign_id, settings, NOON, launch=False)
        if submitted.ends_at is not None:
            approve(connection, APPROVER, campaign_id, submitted.fingerprint, NOON)
        launch(connection, AUTHOR, campaign_id, NOON)
    return campaign_id


def _keep(engine: Engine) -> None:
    with engine.begin() as connection:
        for table, kept in KEPT.items():
            connection.exec_driver_sql(f"create table {kept} as select * from {table}")
    _outside(engine, *(f"analyze {kept}" for kept in KEPT.values()))


def _insert_bare(engine: Engine) -> None:
    with engine.begin() as connection:
        for table, kept in KEPT.items():
            columns = ", ".join(column.name for column in metadata.tables[table].columns)
            connection.exec_driver_sql(
                f"insert into {table} ({columns}) overriding system value select {columns} from {kept}"
            )


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _clear(engine: Engine) -> None:
    """An empty ledger and no recipients, and nothing of the round before left to pay for: no query plan either."""
    tables = ", ".join(KEPT)
    _outside(engine, f"truncate {tables} cascade", *(f"vacuum analyze {table}" for table in KEPT), "checkpoint")
    engine.dispose()


def _outside(engine: Engine, *statements: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _peak(engine: Engine, home: Path) -> float:
    _clear(engine)
    url = engine.url.render_as_string(hide_password=False)
    environment = os.environ | {"AFTERCARE_DATABASE_URL": url, "AFTERCARE_HOME": str(home)}
    command = [sys.executable, "-m", "benchmarks.campaigning"]
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def work() -> None:
    """Carry one campaign through, in this process; print its peak memory in megabytes."""
    settings = Settings()
    assert settings.database_url is not None
    _run(create_engine(settings.database_url.get_secret_value()), settings)
    print(peak_megabytes())


if __name__ == "__main__":
    work()
