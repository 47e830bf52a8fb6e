"""Dispatch: claim, look once more, send, record. Nothing is lost, and nothing is said twice (invariant 2)."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import OperationalError
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_exponential

from models.core.garbage_collection import collecting_seldom
from models.core.settings import Settings
from models.core.words import ChannelName, Decision, Gate, ProcessName, TouchState
from models.ledger.accounts_of_runs import RunAccount
from models.people.tables import Store
from tasks.channels.contract import CHUNKS_IN_FLIGHT, Accepted, Channel
from tasks.channels.opening import check_addresses, find_address, find_unused, open_channel, scheme_of
from tasks.database.leases import Lease
from tasks.dispatch.claim import Judged, claim
from tasks.dispatch.dispatchers import dispatcher, recover_abandoned, recover_unanswered
from tasks.dispatch.pausing import MOSTLY_FAILED, PROBE_CUSTOMERS, Health, any_paused, pause, resume
from tasks.dispatch.receipts import settle_held
from tasks.dispatch.recording import Result, put_back, record, results_of
from tasks.dispatch.release import Release, release

LOG = structlog.get_logger()
Clock = Callable[[], datetime]
Report = Callable[[RunAccount], Awaitable[None]]
PATIENCE_SECONDS = 600
"""How long outcomes wait in memory for a database that is restarting."""
REPORT_SECONDS = 1
"""How often it is told how far the dispatch is, at most."""


class Pace(Protocol):
    """How fast messages may go, over all the workers there are."""

    async def wait_for(self, channel: ChannelName, messages: int) -> None:
        """Return when so many more may go by a channel."""
        ...


class Confinement(Protocol):
    """What a dispatch of one campaign heeds beside the gates: whether it goes on, and what it may cost."""

    policies: Sequence[int]
    """The policy versions whose touches it sends."""

    def customers_at_once(self, connection: Connection, limit: int) -> int:
        """To how many customers at most the next batch may go; 0: no further. It holds until the transaction ends."""
        ...

    def goes_on(self, connection: Connection) -> bool:
        """Whether what is claimed may still go out."""
        ...

    def note(self, connection: Connection, results: Sequence[Result]) -> None:
        """What the messages came to, in the transaction that records it."""
        ...


patiently = retry(
    retry=retry_if_exception_type(OperationalError),
    wait=wait_exponential(multiplier=0.2, max=5),
    stop=stop_after_delay(PATIENCE_SECONDS),
    reraise=True,
)


@dataclass
class Line:
    """An opened channel, and how it has been doing."""

    name: ChannelName
    store_id: int | None
    """The store whose own channel it is; None: the installation's."""
    provider: str
    """The scheme of its address."""
    channel: Channel
    health: Health = field(default_factory=Health)
    paused: bool = False


async def dispatch_due(
    engine: Engine,
    settings: Settings,
    clock: Clock,
    *,
    process: ProcessName | None = None,
    confined: Confinement | None = None,
    pace: Pace | None = None,
    run_id: UUID | None = None,
    report: Report | None = None,
) -> RunAccount:
    """Send what is due until nothing is; the claimed half of the run's account. `process`: of that one; `confined`: of
    one campaign. Without either of all processes, but of no campaign.

    `report` is told the account so far from time to time. Raises `UnusableChannelAddress` before anything is claimed.
    """
    check_addresses(settings)
    with dispatcher(engine, clock(), run_id) as lease, collecting_seldom():
        async with AsyncExitStack() as closing:
            dispatch = Dispatch(engine, settings, clock, lease, process, run_id, closing, report, confined, pace)
            return await dispatch.run()


@dataclass
class Dispatch:
    """One dispatch in progress."""

    engine: Engine
    settings: Settings
    clock: Clock
    lease: Lease
    process: ProcessName | None
    run_id: UUID | None
    closing: AsyncExitStack
    report: Report | None = None
    confined: Confinement | None = None
    pace: Pace | None = None
    lines: dict[str, Line] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    probing: bool = False
    in_hand: list[UUID] = field(default_factory=list)
    """What goes out at present."""
    unanswered: bool = False
    """A claim was asked for whose answer has not come: it may have been committed before the database went away."""
    account: RunAccount = field(default_factory=RunAccount)
    reported: float = 0

    async def run(self) -> RunAccount:
        """Batch by batch: the next one is claimed while the present one goes out."""
        await asyncio.to_thread(self._prepare)
        judged = await asyncio.to_thread(self._claim)
        while judged:
            self.account += account_of_claim(judged)
            self.in_hand = [one.id for one in judged]
            coming = asyncio.create_task(asyncio.to_thread(self._claim))
            await self._send(judged)
            judged = await coming
            self.in_hand = []
            if not judged:  # lines whose message fell away were planned again meanwhile
                judged = await asyncio.to_thread(self._claim)
        return self.account

    def _prepare(self) -> None:
        with self.engine.begin() as connection:
            recover_abandoned(connection, self.clock())
            settle_held(connection, self.clock())
            self.codes = {row.id: row.code for row in connection.execute(select(Store.id, Store.code))}
            self.probing = any_paused(connection)
        for unused in find_unused(self.settings, self.codes.values()):
            LOG.warning(str(unused))

    @patiently
    def _claim(self) -> list[Judged]:
        self.lease.renew()
        limit = PROBE_CUSTOMERS if self.probing else self.settings.dispatch_batch
        with self.engine.begin() as connection:
            if self.unanswered:
                recover_unanswered(connection, self.lease.key, self.in_hand, self.clock())
            if self.confined is not None:
                limit = self.confined.customers_at_once(connection, limit)
            self.unanswered = True
            judged = claim(
                connection,
                self.clock(),
                dispatcher_id=self.lease.key,
                limit=limit,
                process=self.process,
                policies=self.confined.policies if self.confined is not None else None,
                run_id=self.run_id,
            )
            if any(one.state is TouchState.UNKNOWN for one in judged):
                settle_held(connection, self.clock())  # a receipt may have come while it was to go again
        self.unanswered = False
        return judged

    async def _send(self, judged: Sequence[Judged]) -> None:
        """Everything that was claimed, in chunks that fit its channel."""
        room = asyncio.Semaphore(CHUNKS_IN_FLIGHT)
        async with asyncio.TaskGroup() as chunks:
            for line, ids in self._chunks(judged):
                await room.acquire()
                chunk = chunks.create_task(self._send_chunk(line, ids))
                chunk.add_done_callback(lambda _: room.release())

    def _chunks(self, judged: Sequence[Judged]) -> Iterable[tuple[Line, list[UUID]]]:
        """Messages by channel, each with the touches merged into it."""
        carried: dict[UUID, list[UUID]] = defaultdict(list)
        heads: dict[str, list[UUID]] = defaultdict(list)
        for one in judged:
            if one.state is TouchState.CLAIMED and one.merged_into:
                carried[one.merged_into].append(one.id)
            elif one.state is TouchState.CLAIMED and one.channel:
                heads[self._line(one.channel, one.store_id)].append(one.id)
        for key, ids in heads.items():
            size = self.lines[key].channel.abilities.chunk
            for start in range(0, len(ids), size):
                chunk = ids[start : start + size]
                yield self.lines[key], chunk + [child for head in chunk for child in carried[head]]

    def _line(self, channel: ChannelName, store_id: int) -> str:
        """The opened channel of a store, opened once for each address."""
        configured = find_address(self.settings, channel, self.codes[store_id])
        if configured.setting not in self.lines:
            own = configured.setting.startswith("AFTERCARE_STORE_CHANNELS")
            opened = open_channel(configured.address, configured.setting, self.settings)
            self.closing.push_async_callback(opened.aclose)
            self.lines[configured.setting] = Line(
                channel, store_id if own else None, scheme_of(configured.address), opened
            )
        return configured.setting

    async def _send_chunk(self, line: Line, ids: list[UUID]) -> None:
        """Look once more, send, record."""
        if line.paused:
            await asyncio.to_thread(self._put_back, ids, Gate.CHANNEL)
            return
        if self.pace is not None:
            await self.pace.wait_for(line.name, len(ids))
        if not await asyncio.to_thread(self._goes_on):
            await asyncio.to_thread(self._put_back, ids, Gate.CAMPAIGN)
            return
        looked = await asyncio.to_thread(self._release, ids, line)
        messages = [one.message for one in looked.released]
        outcomes = await line.channel.send(messages) if messages else []
        results = results_of(looked.released, outcomes, self.clock())
        await asyncio.to_thread(self._record, results)
        self.account += account_of_sending(looked, results)
        line.health.note(outcomes)
        if outcomes:
            await asyncio.to_thread(self._watch, line, any(isinstance(outcome, Accepted) for outcome in outcomes))
        await self._tell()

    async def _tell(self) -> None:
        """How far it is, once in a while: a chunk takes some milliseconds, and nobody reads as fast."""
        elapsed = asyncio.get_running_loop().time()
        if self.report is not None and elapsed - self.reported >= REPORT_SECONDS:
            self.reported = elapsed
            await self.report(self.account)

    @patiently
    def _goes_on(self) -> bool:
        """Whether what is claimed may still go out: a campaign may have been paused since."""
        if self.confined is None:
            return True
        with self.engine.begin() as connection:
            return self.confined.goes_on(connection)

    @patiently
    def _release(self, ids: list[UUID], line: Line) -> Release:
        abilities = line.channel.abilities
        with self.engine.begin() as connection:
            looked = release(
                connection,
                ids,
                self.clock(),
                dispatcher_id=self.lease.key,
                resendable=abilities.takes_key,
                provider=line.provider,
                only_registered=abilities.needs_registered,
            )
            if looked.unknown:
                settle_held(connection, self.clock())
            return looked

    @patiently
    def _record(self, results: list[Result]) -> None:
        if results:
            with self.engine.begin() as connection:
                record(connection, results, self.clock(), dispatcher_id=self.lease.key)
                if self.confined is not None:
                    self.confined.note(connection, results)
                settle_held(connection, self.clock())

    @patiently
    def _put_back(self, ids: list[UUID], gate: Gate) -> None:
        with self.engine.begin() as connection:
            put_back(connection, ids, gate, self.clock(), dispatcher_id=self.lease.key)
        self.account += RunAccount(deferred={gate.value: len(ids)})

    @patiently
    def _watch(self, line: Line, accepted: bool) -> None:
        """Pause a channel that keeps failing; end the pause of one that answers its probe."""
        if line.health.failing:
            line.paused = self.probing = True
            with self.engine.begin() as connection:
                pause(connection, line.name, line.store_id, MOSTLY_FAILED, self.clock())
        elif self.probing and accepted:
            with self.engine.begin() as connection:
                resume(connection, line.name, line.store_id, self.clock())
                self.probing = any_paused(connection)


def account_of_claim(judged: Sequence[Judged]) -> RunAccount:
    """What the claim alone settled."""
    handed = sum(one.state is TouchState.READY for one in judged)
    stopped = [one for one in judged if one.decision is Decision.STOP]
    cancelled = [one.reason or one.gate.value for one in stopped if one.state is not TouchState.UNKNOWN]
    return RunAccount(
        claimed=len(judged),
        sent=handed,
        of_which_handed_to_staff=handed,
        deferred=dict(Counter(one.gate.value for one in judged if one.decision is Decision.HOLD)),
        cancelled=dict(Counter(cancelled)),
        unknown=len(stopped) - len(cancelled),
    )


def account_of_sending(looked: Release, results: Sequence[Result]) -> RunAccount:
    """What the sending of one chunk came to."""
    states = Counter(result.state for result in results)
    merged = sum(len(one.carried) for one in looked.released)
    retried = states[TouchState.PLANNED] + looked.returned + looked.taken
    held = {Gate.RETRY: retried, Gate.CHANNEL: looked.unregistered, Gate.LAW: looked.held_by_law}
    return RunAccount(
        sent=states[TouchState.SENT],
        of_which_merged=merged,
        deferred={gate.value: number for gate, number in held.items() if number},
        cancelled=dict(looked.cancelled),
        failed=states[TouchState.FAILED],
        unknown=states[TouchState.UNKNOWN] + looked.unknown,
    )
