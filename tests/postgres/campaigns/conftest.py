"""Some of these tests dispatch, which commits, so they have their own database."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.campaigning import CampaignOffice


@pytest.fixture
def marketing(engine: Engine, tmp_path: Path) -> CampaignOffice:
    """A store with an outbox that makes campaigns, and nobody in it yet."""
    return CampaignOffice(engine, tmp_path)
