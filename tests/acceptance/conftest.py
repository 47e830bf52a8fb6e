"""The installed command in its own home. Its servers keep running between commands, which makes each one fast."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url

from deployments.embedded import OUR_DATABASE, cluster_of, open_embedded
from deployments.prefect_server import open_prefect
from models.core.settings import Settings
from tests.support.ports import free_port

COMMAND = Path(sys.executable).with_name("aftercare")
SECONDS = 300


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder run on one worker, because they share the installation."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.acceptance)
            item.add_marker(pytest.mark.xdist_group("acceptance"))


@dataclass
class Installation:
    """A home and further environment variables."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str | Path) -> list[str]:
        return [str(COMMAND), *(str(argument) for argument in arguments)]

    def variables(self, more: Mapping[str, str] = {}) -> dict[str, str]:
        """The environment of a user's shell, without anything from the tests."""
        plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return plain | {"AFTERCARE_HOME": str(self.home), "COLUMNS": "200"} | self.environment | dict(more)

    def run(self, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            self.command(*arguments),
            env=self.variables(more),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    @property
    def database_url(self) -> URL:
        """The database of the commands: the home's own, unless another one is given."""
        told = self.environment.get("AFTERCARE_DATABASE_URL")
        return make_url(told).set(drivername="postgresql+psycopg") if told else cluster_of(self.home).url(OUR_DATABASE)

    def engine(self) -> Engine:
        """The database that the commands use."""
        return create_engine(self.database_url)


@dataclass(frozen=True)
class Servers:
    """The home with the embedded database, and the address of its Prefect API."""

    home: Path
    prefect_api: str


@pytest.fixture(scope="package")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A fresh home. Its first command sets everything up; the servers then run until the last test."""
    home = tmp_path_factory.mktemp("acceptance") / "home"
    Installation(home).run("status")
    with ExitStack() as stack:
        stack.enter_context(open_embedded(home))
        yield Servers(home, stack.enter_context(open_prefect(Settings(home=home, prefect_port=free_port()))))


@pytest.fixture(scope="package")
def running_servers(servers: Servers) -> Path:
    """The fresh home, with its servers up."""
    return servers.home


@pytest.fixture
def installation(running_servers: Path) -> Installation:
    """The fresh home, with its servers up."""
    return Installation(running_servers)
