"""A campaign carried on in a process of its own, so that a test can kill it: `python -m tests.support.campaigner …`."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine

from tests.support.campaigning import CampaignOffice
from tests.support.dispatcher import settings_for


def arguments(engine: Engine, home: Path, campaign_id: int, now: datetime, channel: str, batch: int) -> list[str]:
    """The command line that carries a campaign on as of `now`."""
    options = {
        "--database": engine.url.render_as_string(hide_password=False),
        "--home": home,
        "--campaign": campaign_id,
        "--now": now.isoformat(),
        "--channel": channel,
        "--batch": batch,
    }
    return [sys.executable, "-m", "tests.support.campaigner", *(str(part) for pair in options.items() for part in pair)]


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--campaign", type=int, required=True)
    parser.add_argument("--now", type=datetime.fromisoformat, required=True)
    parser.add_argument("--channel", required=True)
    parser.add_argument("--batch", type=int, required=True)
    chosen = parser.parse_args()
    office = CampaignOffice.__new__(CampaignOffice)  # its store is there already
    office.engine = create_engine(chosen.database)
    office.settings = settings_for(chosen.home, chosen.channel, chosen.batch)
    office.carry_on(chosen.campaign, chosen.now)


if __name__ == "__main__":
    _main()
