"""A dispatcher that a test runs stage by stage, with a gateway that records what reached customers."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select

from models.core.words import ProcessName, TouchState
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import Dispatcher
from tasks.channels.contract import Accepted, Outcome
from tasks.dispatch.claim import Judged, claim
from tasks.dispatch.dispatch import account_of_claim, account_of_sending
from tasks.dispatch.dispatchers import LOCK_CLASS
from tasks.dispatch.recording import Result, record, results_of
from tasks.dispatch.release import Release, Released, release

MANY = 1000
NOTHING = Release([], Counter(), 0, 0, 0)


@dataclass(frozen=True)
class Delivery:
    """A message that reached its customer: the touches that it carried, and when."""

    key: UUID
    touches: frozenset[UUID]
    text: str
    at: datetime


@dataclass
class Town:
    """What reached the customers. A gateway that takes keys passes the same key on once; another one passes all on."""

    deliveries: list[Delivery] = field(default_factory=list)

    def deliver(self, one: Released, at: datetime, *, idempotent: bool) -> None:
        """The gateway takes a message."""
        if idempotent and any(seen.key == one.message.id for seen in self.deliveries):
            return
        touches = frozenset({one.message.id, *one.carried})
        self.deliveries.append(Delivery(one.message.id, touches, one.message.text, at))

    def times_told(self, touch_id: UUID) -> int:
        """How often a customer was told what a touch says."""
        return sum(touch_id in delivery.touches for delivery in self.deliveries)


@dataclass
class Batch:
    """What one dispatcher has claimed, and how far it has come."""

    judged: Sequence[Judged]
    looked: Release | None = None
    account: RunAccount = field(default_factory=RunAccount)


class StepwiseDispatcher:
    """One dispatcher on a connection that it shares with the whole test. It is alive until it dies."""

    def __init__(self, connection: Connection, now: datetime, *, idempotent: bool = True) -> None:
        self.connection, self.idempotent = connection, idempotent
        statement = insert(Dispatcher).values(started_at=now).returning(Dispatcher.id)
        self.id = connection.execute(statement).scalar_one()
        connection.execute(select(func.pg_advisory_lock(LOCK_CLASS, self.id)))
        self.batch: Batch | None = None

    def claim(
        self,
        now: datetime,
        process: ProcessName | None = None,
        policies: Sequence[int] | None = None,
        limit: int = MANY,
    ) -> Batch:
        judged = claim(
            self.connection, now, dispatcher_id=self.id, limit=limit, process=process, policies=policies
        )  # fmt: skip
        self.batch = Batch(judged, account=account_of_claim(judged))
        return self.batch

    def release(self, now: datetime) -> Release:
        """The last look; heads come first, as in the chunks of a dispatch."""
        assert self.batch is not None
        claimed = [one for one in self.batch.judged if one.state is TouchState.CLAIMED]
        ids = [one.id for one in sorted(claimed, key=lambda one: one.merged_into is not None)]
        self.batch.looked = NOTHING
        if ids:
            self.batch.looked = release(
                self.connection, ids, now, dispatcher_id=self.id, resendable=self.idempotent
            )  # fmt: skip
        return self.batch.looked

    def send(self, town: Town, now: datetime, how_many: int = MANY) -> None:
        """Messages reach the gateway; its answers are still under way."""
        assert self.batch is not None
        assert self.batch.looked is not None
        for one in self.batch.looked.released[:how_many]:
            town.deliver(one, now, idempotent=self.idempotent)

    def record(
        self,
        now: datetime,
        outcome_of: Callable[[Released], Outcome] = lambda _: Accepted(),
        note: Callable[[Sequence[Result]], None] = lambda _: None,
    ) -> RunAccount:
        """The answers are written down; the balanced account of the batch."""
        assert self.batch is not None
        assert self.batch.looked is not None
        released = self.batch.looked.released
        results = results_of(released, [outcome_of(one) for one in released], now)
        record(self.connection, results, now, dispatcher_id=self.id)
        note(results)
        account = self.batch.account + account_of_sending(self.batch.looked, results)
        account.check()
        self.batch = None
        return account

    def die(self) -> None:
        """Killed: its lock goes with its connection, and what it held stays as it is."""
        self.connection.execute(select(func.pg_advisory_unlock(LOCK_CLASS, self.id)))


def told_by_customer(town: Town, customer_of: dict[UUID, int]) -> dict[int, list[Delivery]]:
    """What reached each customer, in order."""
    told: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in town.deliveries:
        told[customer_of[delivery.key]].append(delivery)
    return told
