"""Fixtures for the tests of deployments."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployments.trial_stack import Installation
from tests.support.ports import free_port


@pytest.fixture(scope="module")
def installed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home shared by the tests of a module, so that its databases are created once."""
    return tmp_path_factory.mktemp("installation") / "home"


@pytest.fixture
def installation(installed_home: Path, tmp_path: Path) -> Iterator[Installation]:
    """An installation with nothing running. Whatever runs at the end is killed."""
    installation = Installation(installed_home, tmp_path, free_port())
    yield installation
    installation.kill_all()
