"""Flows run under one Prefect server per session, each test on its own database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.core.settings import Settings, read_settings
from tasks.prefect.run import read_engine
from tests.support.office import Office

pytestmark = pytest.mark.xdist_group("prefect")


@pytest.fixture
def office(engine: Engine, tmp_path: Path, prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A store whose flows find their database and outbox as they do in production."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path))
    read_settings.cache_clear()
    read_engine.cache_clear()
    yield Office(engine, Settings(home=tmp_path))
    read_engine().dispose()
    read_settings.cache_clear()
    read_engine.cache_clear()
