"""A dispatch in a process of its own, so that a test can kill it: `python -m tests.support.dispatcher …`."""

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import create_engine

from models.core.settings import ChannelAddresses, Settings
from tasks.dispatch.dispatch import dispatch_due


def arguments(database: str, home: Path, now: datetime, channel: str, batch: int) -> list[str]:
    """The command line that dispatches as of `now`."""
    options = {"--database": database, "--home": home, "--now": now.isoformat(), "--channel": channel, "--batch": batch}
    return [sys.executable, "-m", "tests.support.dispatcher", *(str(part) for pair in options.items() for part in pair)]


def settings_for(home: Path, channel: str, batch: int) -> Settings:
    """An installation whose messages all go to one address."""
    return Settings(home=home, dispatch_batch=batch, channels=ChannelAddresses(sms=SecretStr(channel)))


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--now", type=datetime.fromisoformat, required=True)
    parser.add_argument("--channel", required=True)
    parser.add_argument("--batch", type=int, required=True)
    chosen = parser.parse_args()
    settings = settings_for(chosen.home, chosen.channel, chosen.batch)
    account = asyncio.run(dispatch_due(create_engine(chosen.database), settings, lambda: chosen.now))
    account.check()
    print(account.model_dump_json())  # noqa: T201  whoever started it reads the account


if __name__ == "__main__":
    _main()
