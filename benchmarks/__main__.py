"""`python -m benchmarks`: what is claimed to be fast, measured against baselines in the same run."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from benchmarks import answering, campaigning, dispatching, importing, memory, serving, sweeping
from benchmarks.crowd import fill
from benchmarks.results import Figure, show, write
from deployments.embedded import open_embedded
from models.core.settings import Settings
from models.database.schema import upgrade


@contextmanager
def database(home: Path, name: str) -> Iterator[Engine]:
    """An empty, migrated database on a PostgreSQL of our own, written to disk as in production."""
    with open_embedded(home) as cluster:
        administration = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
        with administration.connect() as connection:
            connection.execute(text(f'create database "{name}"'))
        administration.dispose()
        url = cluster.url(name)
        upgrade(url.render_as_string(hide_password=False))
        engine = create_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()


def sweep(home: Path, sizes: argparse.Namespace) -> list[Figure]:
    """(a) One sweep of each process."""
    with database(home, "sweep") as engine:
        _say(f"making {sizes.customers:,} customers")
        fill(engine, sizes.customers)
        _say("sweeping")
        return sweeping.measure(engine, sizes.customers)


def dispatch(home: Path, sizes: argparse.Namespace) -> list[Figure]:
    """(b) Dispatch."""
    with database(home, "dispatch") as engine:
        _say(f"dispatching {sizes.messages:,} messages")
        return dispatching.measure(engine, Settings(home=home), sizes.messages)


def intake(home: Path, sizes: argparse.Namespace) -> list[Figure]:
    """(c) Import."""
    with database(home, "intake") as engine:
        _say(f"importing {sizes.rows:,} rows")
        return importing.measure(engine, Settings(home=home), sizes.rows)


def footprint(home: Path, sizes: argparse.Namespace) -> list[Figure]:
    """Memory, for a tenth of the population and for all of it."""
    _say("measuring memory")
    with open_embedded(home) as cluster:
        return memory.measure(cluster, home, sizes.customers)


def campaign(home: Path, sizes: argparse.Namespace) -> list[Figure]:
    """A campaign to everybody."""
    with database(home, "campaign_few") as few, database(home, "campaign_many") as many:
        _say(f"making {sizes.customers:,} customers, and a tenth of them once more")
        fill(few, sizes.customers // 10)
        fill(many, sizes.customers)
        _say("writing to all of them")
        return campaigning.measure(few, many, home, sizes.customers)


def people(home: Path, sizes: argparse.Namespace) -> list[Figure]:
    """The console with people at work in it."""
    with database(home, "console") as engine:
        _say(f"putting {serving.PEOPLE} people to work on {sizes.customers:,} customers and five touches each")
        return serving.measure(engine, home, sizes.customers)


def inbox(home: Path, sizes: argparse.Namespace) -> list[Figure]:
    """The inbox, very full."""
    with database(home, "inbox") as engine:
        customers = sizes.customers // 10
        _say(f"filling the inbox of {customers:,} customers with {answering.OPEN:,} open")
        return answering.measure(engine, home, customers)


PARTS: dict[str, Callable[[Path, argparse.Namespace], list[Figure]]] = {
    "sweep": sweep, "dispatch": dispatch, "import": intake, "memory": footprint,
    "campaigns": campaign, "console": people, "inbox": inbox,
}  # fmt: skip


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Run the parts that are asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; may be given several times")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=100_000)
    sizes = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="aftercare-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        for name in sizes.only or PARTS:
            figures += PARTS[name](home, sizes)
    show(figures)
    write(figures, whole=not sizes.only)


if __name__ == "__main__":
    main()
