"""Some of these tests dispatch, which commits: they have a database of their own."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.core.settings import Settings
from tests.support.campaigning import CampaignOffice
from tests.support.office import Office


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Office:
    """A store with an outbox."""
    return Office(engine, Settings(home=tmp_path))


@pytest.fixture
def marketing(engine: Engine, tmp_path: Path) -> CampaignOffice:
    """A store with an outbox that makes campaigns, and nobody in it yet."""
    return CampaignOffice(engine, tmp_path)
