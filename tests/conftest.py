"""Fixtures for all tests: a real PostgreSQL, databases copied from a migrated template, a real Prefect server."""

import asyncio
import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings
from sqlalchemy import URL, Connection, Engine, create_engine, pool

from deployments.embedded import connect, open_embedded
from deployments.launcher import flush_to_prefect
from deployments.postgres import Cluster
from deployments.prefect_server import open_prefect
from models.core.garbage_collection import FOR_BATCHES, collect_seldom
from models.core.settings import Settings
from models.database.schema import upgrade
from tasks.access import passwords
from tasks.policies.catalogue import install_shipped
from tests.support.databases import make_once
from tests.support.places import place_for_tests
from tests.support.ports import free_port
from tests.support.world import INSTALLED

# The time per example depends on the machine, so there is no deadline. Each run tries the same examples, so that only a
# change makes it fail; `--hypothesis-profile=search` tries others.
hypothesis_settings.register_profile("tests", deadline=None, derandomize=True)
hypothesis_settings.register_profile("search", deadline=None)
hypothesis_settings.load_profile("tests")

# Must come before Prefect is imported, so that the developer's own Prefect and Aftercare are never touched.
for name in [name for name in os.environ if name.startswith(("PREFECT_", "AFTERCARE_"))]:
    del os.environ[name]
PREFECT_HOME = tempfile.mkdtemp(prefix="aftercare-tests-prefect-", dir=place_for_tests())
os.environ["PREFECT_HOME"] = PREFECT_HOME
os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["AFTERCARE_SECRET"] = "what the links of the tests are signed with"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--write-golden`: files of `tests/postgres/golden` are written anew, to be reviewed as a diff."""
    parser.addoption("--write-golden", action="store_true", help="write the golden files anew")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The directories of this test run.

    Pytest's usual place is closed to other accounts whenever any test run of the same user starts; as root, that would
    take the data away from the PostgreSQL of a run that is under way.
    """
    config.add_cleanup(lambda: shutil.rmtree(PREFECT_HOME, ignore_errors=True))  # workers end without `atexit`
    if config.option.basetemp is None:
        place = config.option.basetemp = tempfile.mkdtemp(prefix="aftercare-tests-", dir=place_for_tests())
        config.add_cleanup(lambda: shutil.rmtree(place, ignore_errors=True))


def pytest_collection_finish() -> None:
    """Exclude permanent objects from garbage collection, which would cost a tenth of a run."""
    collect_seldom(FOR_BATCHES)


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Reset logging, so that a command writes only to the output of its own test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Passwords are hashed at minimum cost; `test_passwords.py` checks the real cost.

    The cost is stored in the hash, so consoles started by tests are fast too.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def shared_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory shared by all workers of this test run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def postgres(shared_directory: Path) -> Iterator[Cluster]:
    """One embedded PostgreSQL for all workers: the first starts it, the last stops it."""
    with open_embedded(shared_directory / "home", durable=False) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def bare_database(postgres: Cluster, shared_directory: Path) -> str:
    """The name of an empty template database at the newest schema."""
    return make_once(postgres, shared_directory, "aftercare_bare", "template1", _migrate)


@pytest.fixture(scope="session")
def template_database(bare_database: str, postgres: Cluster, shared_directory: Path) -> str:
    """The name of a template database with the shipped policies and templates."""
    return make_once(postgres, shared_directory, "aftercare_template", bare_database, _install)


def _migrate(url: URL) -> None:
    upgrade(url.render_as_string(hide_password=False))


def _install(url: URL) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        install_shipped(connection, INSTALLED)
    engine.dispose()


def _copy_of(template: str, postgres: Cluster) -> Iterator[URL]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    with connect(postgres) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
        )  # half the work of logging it
    yield postgres.url(name)
    with connect(postgres) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(template_database: str, postgres: Cluster) -> Iterator[URL]:
    """The URL of the test's own migrated database, with the shipped policies and no facts."""
    yield from _copy_of(template_database, postgres)


@pytest.fixture
def engine(database_url: URL) -> Iterator[Engine]:
    """An engine on the test's own database, for tests that commit or need several connections."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def shared_engine(template_database: str, postgres: Cluster) -> Iterator[Engine]:
    """An engine on this worker's migrated database, where nothing is ever committed."""
    for url in _copy_of(template_database, postgres):
        engine = create_engine(url, poolclass=pool.StaticPool)
        yield engine
        engine.dispose()


@pytest.fixture
def connection(shared_engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back: the fast way to a real database.

    Use `with connection.begin_nested():` if the code under test begins its own transaction.
    """
    with shared_engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture(scope="session")
def prefect_api(postgres: Cluster, shared_directory: Path) -> Iterator[str]:
    """The URL of our Prefect server on the tests' PostgreSQL, used by this process' Prefect.

    Synchronous flows run without a heartbeat, because its thread costs a second per flow.
    """
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    settings = Settings(home=shared_directory / "home", prefect_port=free_port())
    with (
        open_prefect(settings) as api,
        temporary_settings({PREFECT_API_URL: api, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield api
        asyncio.run(flush_to_prefect())
        gc.collect()  # while the warnings that Prefect's unclosed connections cause are still known to be Prefect's
