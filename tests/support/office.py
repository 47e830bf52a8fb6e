"""A store that really sends: facts are committed, and dispatch runs against its own database."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from models.core.settings import Settings
from models.core.words import ProcessName
from models.ledger.accounts_of_runs import RunAccount
from tasks.dispatch.dispatch import dispatch_due
from tests.support.world import World, at


@dataclass
class Office:
    """Facts are made inside `open()`, which commits them."""

    engine: Engine
    settings: Settings
    store_id: int = 0

    def __post_init__(self) -> None:
        with self.engine.begin() as connection:
            self.numbers = World(connection)
            self.store_id = self.numbers.store_id

    @contextmanager
    def open(self) -> Iterator[World]:
        """The world in a transaction that is committed."""
        with self.engine.begin() as connection:
            self.numbers.connection = connection
            yield self.numbers

    def dispatch(self, now: str | Callable[[], datetime], process: ProcessName | None = None) -> RunAccount:
        """Dispatch as of a moment; the account must balance."""
        moment = at(now) if isinstance(now, str) else None
        clock = (lambda: moment) if moment else now
        assert callable(clock)
        account = asyncio.run(dispatch_due(self.engine, self.settings, clock, process=process))
        account.check()
        return account

    def outbox(self) -> list[dict[str, Any]]:
        """What went out."""
        path = self.settings.outbox
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
