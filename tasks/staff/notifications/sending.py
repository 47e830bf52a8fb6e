"""Sending word to staff: claim, send, record. Nothing is lost, and nothing is said twice (invariant 2).

It is the customers' dispatch on a small scale: the same channels, the same lease, the same outcomes. What a killed
process was sending goes again under the same key where the channel takes one, and is unknown elsewhere.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, and_, any_, case, func, insert, literal, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from models.core.base import enumeration
from models.core.cadence import moment
from models.core.reasons import GivenReason, declare, give
from models.core.settings import Settings
from models.core.words import Purpose
from models.people.notifications.letters import Word
from models.people.notifications.rules import is_awake
from models.people.notifications.tables import StaffMessage, StaffNotice
from models.people.notifications.words import StaffChannel, Topic, WordState
from models.people.tables import StaffMember, Store
from tasks.channels.backoff import next_attempt
from tasks.channels.contract import Accepted, Message, Outcome, Rejected, Transient, Unknown
from tasks.database.leases import Lease, is_held
from tasks.dispatch.dispatch import patiently
from tasks.dispatch.dispatchers import CUT_OFF, LOCK_CLASS, dispatcher
from tasks.dispatch.recording import EXHAUSTED, NOT_REACHED, REJECTED, UNSURE
from tasks.staff.notifications.choosing import Member, house_rules, list_members
from tasks.staff.notifications.collecting import collect
from tasks.staff.notifications.ways import Way, Ways
from tasks.staff.notifications.writing import Notice, write_to
from tasks.stores.sheets import StoreClock, make_sheets

OVER = declare("staff-word-over")
"""It was settled before they were told."""
NO_WAY = declare("staff-no-way")
"""Nothing reaches them."""
AT_A_TIME = 8
"""People who are written to at a time: what a killed process was sending may be unknown, so it is little."""
TEMPLATE, PROCESS = "word-to-staff", "staff"
"""What gateways are told instead of a template and a process."""
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that is claimed and ready to go."""

    message: Message
    channel: StaffChannel
    way: Way
    attempts: int
    others: tuple[StaffChannel, ...]
    """By which it is tried next, if this one rejects it."""


async def tell_staff(engine: Engine, settings: Settings, clock: Clock, run_id: UUID | None = None) -> dict[str, float]:
    """Write down what staff are to be told, and send what is due; how many messages came to which state."""
    ways = Ways(settings)
    try:
        sender = Sender(engine, settings, clock, ways)
        if not await asyncio.to_thread(sender.prepare):
            return {}
        with dispatcher(engine, clock(), run_id) as lease:
            return await sender.run(lease)
    finally:
        await ways.aclose()


@dataclass
class Sender:
    """Word to staff on its way."""

    engine: Engine
    settings: Settings
    clock: Clock
    ways: Ways

    @patiently
    def prepare(self) -> bool:
        """Take back what the dead held, and collect; whether anything is to go out."""
        with self.engine.begin() as connection:
            now = self.clock()
            members = list_members(connection, self.ways)
            recover(connection, now)
            _end_of_inactive(connection, now)
            make_sheets(connection, _store_clocks(connection), now)
            collect(connection, members, now)
            awake = _awake(members, now)
            untold = select(StaffNotice.id).where(*_untold(awake))
            waiting = select(StaffMessage.id).where(*_waiting(awake, now))
            return any(connection.scalar(one.limit(1)) is not None for one in (untold, waiting))

    async def run(self, lease: Lease) -> dict[str, float]:
        """A few people at a time, until nothing is left or nothing goes through."""
        figures: Counter[str] = Counter()
        while True:
            ready, progressed = await asyncio.to_thread(self.claim, lease)
            if not ready and not progressed:
                break
            outcomes = await self.send(ready)
            states = await asyncio.to_thread(self.record, ready, outcomes)
            figures.update(f"staff_{state}" for state in states)
            if ready and all(isinstance(one, Transient) for one in outcomes):
                break  # the rest waits for the next minute, behind nobody's time-outs
        return dict(figures)

    @patiently
    def claim(self, lease: Lease) -> tuple[list[Ready], bool]:
        """The next few messages, in the state `sending`; and whether any notice was settled on the way."""
        lease.renew()
        with self.engine.begin() as connection:
            now = self.clock()
            again = self._claim_waiting(connection, lease.key, now)
            new, progressed = self._claim_new(connection, lease.key, now)
            return again + new, progressed

    def _claim_waiting(self, connection: Connection, dispatcher_id: int, now: datetime) -> list[Ready]:
        members = {one.id: one for one in list_members(connection, self.ways)}
        rows = connection.execute(
            select(StaffMessage.__table__)
            .where(*_waiting(_awake(members.values(), now), now))
            .order_by(StaffMessage.not_before, StaffMessage.id)
            .limit(AT_A_TIME)
            .with_for_update(skip_locked=True)
        ).all()
        ready = []
        for row in rows:
            member = members[row.staff_id]
            way = self.ways.find(row.channel, member.store) if row.channel in member.ways else None
            if way is None:  # they no longer have the channel by which it was to be tried again
                _end(connection, StaffMessage.id == row.id, now)
                continue
            values = {"state": WordState.SENDING, "claimed_by": dispatcher_id, "state_at": now}
            resendable = way.channel.abilities.takes_key
            connection.execute(
                update(StaffMessage).where(StaffMessage.id == row.id).values(**values, resendable=resendable)
            )
            message = _message(row.id, row.subject, row.text, row.channel, member, now, resend=row.resendable)
            others = tuple(one for one in member.ways if one not in (*row.tried, row.channel))
            ready.append(Ready(message, row.channel, way, row.attempts, others))
        return ready

    def _claim_new(self, connection: Connection, dispatcher_id: int, now: datetime) -> tuple[list[Ready], bool]:
        members = {one.id: one for one in list_members(connection, self.ways)}
        notices = _lock_untold(connection, members, now)
        ready: list[Ready] = []
        for staff_id, theirs in notices.items():
            member = members[staff_id]
            way = self.ways.find(member.ways[0], member.store) if member.ways else None
            if way is None:
                _drop(connection, [one.id for one in theirs], NO_WAY)
                continue
            written = write_to(connection, self.settings, member, theirs, now)
            _drop(connection, written.over, OVER)
            for word, told in written.words:
                row = _new_row(member, way, word, dispatcher_id, now)
                made = connection.execute(insert(StaffMessage).values(**row).returning(StaffMessage.id)).scalar_one()
                connection.execute(update(StaffNotice).where(StaffNotice.id.in_(told)).values(message_id=made))
                message = _message(made, word.subject, word.text, member.ways[0], member, now, resend=False)
                ready.append(Ready(message, member.ways[0], way, 0, member.ways[1:]))
        return ready, bool(notices)

    async def send(self, ready: Sequence[Ready]) -> list[Outcome]:
        """Hand them over, each to its channel; one outcome per message, in the same order."""
        by_way: dict[str, list[int]] = defaultdict(list)
        for number, one in enumerate(ready):
            by_way[one.way.setting].append(number)
        outcomes: dict[int, Outcome] = {}

        async def hand_over(numbers: list[int]) -> None:
            answers = await ready[numbers[0]].way.channel.send([ready[number].message for number in numbers])
            outcomes.update(zip(numbers, answers, strict=True))

        await asyncio.gather(*(hand_over(numbers) for numbers in by_way.values()))
        return [outcomes[number] for number in range(len(ready))]

    @patiently
    def record(self, ready: Sequence[Ready], outcomes: Sequence[Outcome]) -> list[WordState]:
        """Write down what became of them."""
        now, states = self.clock(), []
        with self.engine.begin() as connection:
            for one, outcome in zip(ready, outcomes, strict=True):
                values = values_after(one, outcome, now)
                connection.execute(
                    update(StaffMessage)
                    .where(StaffMessage.id == one.message.id, StaffMessage.state == WordState.SENDING)
                    .values(**values, state_at=now, claimed_by=None)
                )
                states.append(values["state"])
        return states


GONE: dict[str, None] = {"subject": None, "text": None}
"""What a message no longer holds once it has gone, or will not go."""


def values_after(one: Ready, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """What a message becomes by its outcome. A pure function."""
    attempts = one.attempts + 1
    match outcome:
        case Accepted(message_id):
            return {"state": WordState.SENT, "attempts": attempts, "message_id": message_id, "reason": None} | GONE
        case Unknown(reason):
            return _ended(WordState.UNKNOWN, give(UNSURE, text=reason), attempts)
        case Rejected(reason):
            return _by_another(one, give(REJECTED, text=reason), attempts, now)
        case Transient(reason, retry_after):
            again_at = next_attempt(attempts, now, one.message.id, retry_after)
            if again_at is not None:
                waits = {"state": WordState.WAITING, "not_before": again_at, "attempts": attempts}
                return waits | {"resendable": one.message.resend} | give(NOT_REACHED, text=reason).columns
            return _by_another(one, give(EXHAUSTED, attempts=attempts, text=reason), attempts, now)
        case _:
            assert_never(outcome)


def _by_another(one: Ready, reason: GivenReason, attempts: int, now: datetime) -> dict[str, Any]:
    """It goes by the next channel, unless it may have gone out by this one before."""
    if one.message.resend:
        return _ended(WordState.UNKNOWN, reason, attempts)
    if not one.others:
        return _ended(WordState.FAILED, reason, attempts)
    tried = func.array_append(StaffMessage.tried, literal(one.channel.value, Text))
    waits = {"state": WordState.WAITING, "not_before": now, "attempts": 0, "channel": one.others[0], "tried": tried}
    return waits | {"resendable": False} | reason.columns


def _ended(state: WordState, reason: GivenReason, attempts: int) -> dict[str, Any]:
    return {"state": state, "attempts": attempts} | GONE | reason.columns


def recover(connection: Connection, now: datetime) -> int:
    """Take back what dead processes were sending; how many messages.

    It goes again under the same key where the channel takes one. Elsewhere it may have gone out, and is unknown.
    """
    states = enumeration(WordState)
    again = StaffMessage.resendable
    taken = connection.execute(
        update(StaffMessage)
        .where(StaffMessage.claimed_by.is_not(None), ~is_held(LOCK_CLASS, StaffMessage.claimed_by))
        .values(
            state=case((again, literal(WordState.WAITING, states)), else_=literal(WordState.UNKNOWN, states)),
            state_at=moment(now),
            not_before=moment(now),
            claimed_by=null(),
            reason=case((again, null()), else_=literal(CUT_OFF)),
            reason_figures=null(),
            subject=case((again, StaffMessage.subject)),
            text=case((again, StaffMessage.text)),
        )
    )
    return taken.rowcount


def _store_clocks(connection: Connection) -> list[StoreClock]:
    """When each store's departments get their sheets."""
    house = house_rules(connection)
    zones = connection.execute(select(Store.id, Store.time_zone))
    return [StoreClock(row.id, ZoneInfo(row.time_zone), house[row.id].sheet_at) for row in zones]


def _end_of_inactive(connection: Connection, now: datetime) -> None:
    """Whoever has left is told nothing more."""
    left = select(StaffMember.id).where(~StaffMember.active)
    _end(connection, and_(StaffMessage.state == WordState.WAITING, StaffMessage.staff_id.in_(left)), now)
    untold = (StaffNotice.message_id.is_(None), StaffNotice.dropped.is_(None))
    connection.execute(update(StaffNotice).where(*untold, StaffNotice.staff_id.in_(left)).values(dropped=NO_WAY))


def _end(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """End messages that no channel is left for."""
    values = _ended(WordState.FAILED, give(NO_WAY), 0)
    del values["attempts"]
    connection.execute(update(StaffMessage).where(which).values(**values, state_at=now))


def _awake(members: Iterable[Member], now: datetime) -> list[int]:
    """Who may be told of something now."""
    return [one.id for one in members if is_awake(one.house, one.zone, now)]


def _untold(awake: Sequence[int]) -> list[Any]:
    return [StaffNotice.message_id.is_(None), StaffNotice.dropped.is_(None), StaffNotice.staff_id == _any(awake)]


def _waiting(awake: Sequence[int], now: datetime) -> list[Any]:
    return [
        StaffMessage.state == literal(WordState.WAITING, enumeration(WordState), literal_execute=True),
        StaffMessage.not_before <= moment(now),
        StaffMessage.staff_id == _any(awake),
    ]


def _any(ids: Sequence[int]) -> Any:
    return any_(literal(list(ids), ARRAY(BigInteger)))


def _lock_untold(connection: Connection, members: dict[int, Member], now: datetime) -> dict[int, list[Notice]]:
    """What the next few people are to be told, locked; nobody else tells it meanwhile."""
    untold = _untold(_awake(members.values(), now))
    next_ones = select(StaffNotice.staff_id).where(*untold)
    chosen = connection.scalars(next_ones.distinct().order_by(StaffNotice.staff_id).limit(AT_A_TIME)).all()
    rows = connection.execute(
        select(StaffNotice.__table__)
        .where(*untold, StaffNotice.staff_id.in_(chosen))
        .order_by(StaffNotice.staff_id, StaffNotice.id)
        .with_for_update(skip_locked=True)
    )
    found: dict[int, list[Notice]] = defaultdict(list)
    for row in rows:
        found[row.staff_id].append(Notice(row.id, Topic(row.topic), row.about, row.detail, row.at))
    return found


def _drop(connection: Connection, ids: Sequence[int], reason: str) -> None:
    if ids:
        connection.execute(update(StaffNotice).where(StaffNotice.id.in_(ids)).values(dropped=reason))


def _new_row(member: Member, way: Way, word: Word, dispatcher_id: int, now: datetime) -> dict[str, Any]:
    """A new message, which is written down before it goes."""
    return {
        "store_id": member.store_id, "staff_id": member.id, "channel": member.ways[0], "state": WordState.SENDING,
        "state_at": now, "created_at": now, "not_before": now, "subject": word.subject, "text": word.text,
        "resendable": way.channel.abilities.takes_key, "claimed_by": dispatcher_id,
    }  # fmt: skip


def _message(
    message_id: UUID,
    subject: str | None,
    text: str,
    channel: StaffChannel,
    member: Member,
    now: datetime,
    *,
    resend: bool,
) -> Message:
    return Message(
        id=message_id, to=member.addresses[channel], text=text, subject=subject, template=TEMPLATE,
        purpose=Purpose.SERVICE, sent_at=now, resend=resend, language=member.language, store=member.store,
        process=PROCESS, store_name=member.store_name,
    )  # fmt: skip
