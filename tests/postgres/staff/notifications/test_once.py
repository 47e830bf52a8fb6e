"""Word to staff is said once, whatever kills the process in between and whatever the channel answers."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import and_, func, select

from models.core.words import Role
from models.people.notifications.rules import OwnChoice
from models.people.notifications.tables import StaffMessage, StaffNotice
from models.people.notifications.words import StaffChannel, Topic, WordState
from tasks.channels.contract import Abilities, Accepted, Message, Outcome, Rejected, Transient, Unknown
from tasks.inbound.sweeping import escalate_overdue
from tasks.staff.notifications.choosing import choose, find_member
from tasks.staff.notifications.sending import tell_staff
from tasks.staff.notifications.ways import Way, Ways
from tests.support.inbox import code_of, said
from tests.support.office import Office
from tests.support.world import at

NOON = at("2026-03-10 12:00")


class Killed(BaseException):
    """The process dies here."""


class Killer:
    """What happens to each attempt, in turn; after the last one everything is accepted."""

    def __init__(self, script: Sequence[str]) -> None:
        self.script = list(script)

    def next(self) -> str:
        return self.script.pop(0) if self.script else "accept"


@dataclass
class Post:
    """A channel that remembers what really went out, by key if it takes one."""

    abilities: Abilities
    killer: Killer
    delivered: list[Message] = field(default_factory=list)

    async def send(self, batch: Sequence[Message]) -> list[Outcome]:
        return [self._one(message) for message in batch]

    def _one(self, message: Message) -> Outcome:
        match self.killer.next():
            case "killed-before":
                raise Killed
            case "killed-after":
                self._deliver(message)
                raise Killed
            case "busy":
                return Transient("busy")
            case "refused":
                return Rejected("no such mailbox")
            case "no-answer":
                self._deliver(message)
                return Unknown("no answer")
            case _:
                self._deliver(message)
                return Accepted()

    def _deliver(self, message: Message) -> None:
        known = {one.id for one in self.delivered}
        if self.abilities.takes_key and message.id in known:
            return  # the same key again: a gateway does not send it on
        self.delivered.append(message)

    async def aclose(self) -> None:
        """Nothing is held."""


MINUTES = (0, 2, 6, 15, 40, 100, 220)
"""After which the dispatch comes by: past every pause between two attempts."""
SCRIPTS = st.lists(
    st.sampled_from(["killed-before", "killed-after", "busy", "refused", "no-answer", "accept"]), max_size=5
)


@example(script=["killed-after"], keyed=False)
@example(script=["killed-after", "killed-before"], keyed=True)
@given(script=SCRIPTS, keyed=st.booleans())
@settings(
    max_examples=6,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_each_matter_reaches_nobody_twice_and_ends_told_or_in_the_open(
    office: Office, monkeypatch: pytest.MonkeyPatch, script: list[str], keyed: bool
) -> None:
    post = Post(Abilities(takes_key=keyed), Killer(script))
    monkeypatch.setattr(
        Ways, "find", lambda _, channel, __: Way(channel.value, post) if channel is StaffChannel.EMAIL else None
    )
    with office.open() as world:
        store = world.store()
        manager = world.staff(Role.MANAGER, email="m@staff.example.com", store_id=store)
        no_digests = OwnChoice(digest_at=())
        choose(
            world.connection,
            find_member(world.connection, Ways(office.settings), store, code_of(world, manager)),
            no_digests,
            None,
            NOON,
            "test",
        )
        customer = world.customer(store_id=store)
        said(world, "Is my car ready?", NOON - timedelta(days=2), customer_id=customer, store_id=store)
        escalate_overdue(world.connection, NOON)
    for minutes in MINUTES:
        try:
            told = asyncio.run(tell_staff(office.engine, office.settings, lambda: NOON + timedelta(minutes=minutes)))  # noqa: B023
        except* Killed:
            told = {"staff_killed": 1}
        if not told and not post.killer.script:
            break
    with office.engine.connect() as connection:
        mine = and_(StaffNotice.staff_id == manager, StaffNotice.topic == Topic.INBOUND_OVERDUE)
        assert connection.scalar(select(func.count()).where(mine)) == 1
        ended = connection.execute(
            select(StaffMessage.state, StaffMessage.text)
            .join(StaffNotice, StaffNotice.message_id == StaffMessage.id)
            .where(mine)
        ).one()
    deliveries = Counter(message.to for message in post.delivered)["m@staff.example.com"]
    assert deliveries <= 1
    assert ended.state in (WordState.SENT, WordState.FAILED, WordState.UNKNOWN)
    assert ended.text is None
    assert (ended.state is WordState.SENT) <= (deliveries == 1)
    assert deliveries == 0 or ended.state is not WordState.FAILED
