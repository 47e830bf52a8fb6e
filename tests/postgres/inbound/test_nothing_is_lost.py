"""No answer is lost (invariant 11): whatever is said, by whomever, on whatever way, in any order, twice or late, ends
answered, or open with a responsible person and a deadline."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, func, select

from models.core.errors import AftercareError
from models.core.words import ChannelName, ReplyMeaning, Role, SurveySource
from models.inbound.tables import Inbound
from models.inbound.words import BY_HAND, AnswerWay, InboundKind, InboundState, InboundWay
from models.ledger.tables import Reply
from models.people.tables import Consent, ContactPoint
from models.subjects.appointment import Appointment
from models.subjects.handover import KIND as HANDOVER
from tasks.inbound.answering import Answer, answer_inbound
from tasks.inbound.by_hand import WrittenDown, complain, write_down
from tasks.inbound.handling import hand_over, take
from tasks.inbound.matching import match_inbound
from tasks.inbound.suggesting import confirm, refuse
from tasks.inbound.sweeping import look_after
from tasks.self_service.booking import ask_for_another_time, ask_for_visit, days_for_a_visit
from tasks.self_service.replies import record_reply
from tasks.self_service.surveys import Answer as Marks
from tasks.self_service.surveys import answer_survey
from tests.support.world import World, at

KNOWN, SHARED, UNKNOWN = "+8613800000001", "+8613800000002", "+8613911111111"
TEXTS = (
    "1", "2", "3", "STOP", "CANCEL", "R", "please stop texting me", "别再发了", "我不想退订", "hello",
    "please stop by tomorrow", "stop texting me about that, I sold it", "I will pay on Friday", "明天来不了",
    "This is unacceptable", "I'm interested", "Automatic reply: out of office", "", "?!", "退订", "x" * 3000,
)  # fmt: skip
numbers = st.sampled_from([KNOWN, SHARED, UNKNOWN])
texts = st.sampled_from(TEXTS)
staff = st.sampled_from(["A1", "A2", "M1", "GONE"])
late = st.integers(0, 60 * 24 * 3).map(lambda minutes: timedelta(minutes=minutes))


@dataclass
class Said:
    """What was said and must not be lost."""

    replies: set[int] = field(default_factory=set)
    appointments: set[int] = field(default_factory=set)
    inbound: set[int] = field(default_factory=set)


class Conversations(RuleBasedStateMachine):
    """Customers speak and staff act, in any order; whatever is refused changes nothing."""

    engine: Engine

    @initialize()
    def open_the_store(self) -> None:
        self.connection = self.engine.connect()
        self.transaction = self.connection.begin()
        self.world = World(self.connection)
        for code, role in (("A1", Role.AGENT), ("A2", Role.ADVISOR), ("M1", Role.MANAGER)):
            self.world.staff(role, code=code)
        self.world.staff(Role.AGENT, code="GONE", active=False)
        known = self.world.customer(phone=KNOWN)
        self.customers = [known, self.world.customer(phone=SHARED), self.world.customer(phone=SHARED)]
        self.visits = [self.world.appointment(one, "2026-03-20 10:00") for one in self.customers]
        self.handovers = [self.world.handover(one, "2026-03-01") for one in self.customers]
        self.now = at("2026-03-11 08:00")
        self.said = Said()
        self.texts: dict[int, str] = {}

    def teardown(self) -> None:
        if hasattr(self, "transaction"):
            self.transaction.rollback()
            self.connection.close()

    def _pass(self, minutes: int = 1) -> datetime:
        self.now += timedelta(minutes=minutes)
        return self.now

    @rule(said=st.lists(st.tuples(numbers, texts, st.booleans()), min_size=3, max_size=10))
    def some_write_back(self, said: list[tuple[str, str, bool]]) -> None:
        for number, text, twice in said:
            key = f"m{self._pass().isoformat()}"
            taken = record_reply(self.connection, number, text, ChannelName.SMS, self.now, key)
            self.said.replies.add(taken.id)
            if twice:
                again = record_reply(self.connection, number, text, ChannelName.SMS, self._pass(), key)
                assert (again.id, again.again) == (taken.id, True)

    @rule(
        way=st.sampled_from(BY_HAND),
        kind=st.none() | st.sampled_from(list(InboundKind)),
        text=texts.filter(str.strip),
        number=st.none() | numbers,
        ago=late,
        by=st.none() | staff,
    )
    def somebody_is_written_down(
        self, way: InboundWay, kind: InboundKind | None, text: str, number: str | None, ago: timedelta, by: str | None
    ) -> None:
        now = self._pass()
        sender = None if way is InboundWay.LETTER else number
        written = WrittenDown(way=way, text=text, kind=kind, sender=sender, received_at=now - ago, key=now.isoformat())
        with self._refusable():
            store = self.world.store_id
            if kind is InboundKind.COMPLAINT and by is not None:
                recorded, _ = complain(self.connection, written, store, now, by)
            else:
                recorded = write_down(self.connection, written, store, now, staff_code=by)
            self.said.inbound.add(recorded.id)

    @rule(place=st.integers(0, 2), another=st.booleans())
    def somebody_asks_on_a_page(self, place: int, another: bool) -> None:
        now = self._pass()
        with self._refusable():
            if another:
                visit = self.connection.execute(
                    select(Appointment.starts_at).where(Appointment.id == self.visits[place])
                ).scalar_one()
                asked_before = self._asked(self.visits[place])
                ask_for_another_time(self.connection, self.visits[place], visit, now)
                if not asked_before:
                    self.said.appointments.add(self.visits[place])
                return
            start = next(iter(days_for_a_visit(self.connection, self.world.store_id, now).values()))[0]
            customer = self.customers[place]
            asked = ask_for_visit(self.connection, self.world.store_id, customer, f"k{place}", start, "Spring", now)
            self.said.appointments.add(asked)

    def _asked(self, appointment: int) -> bool:
        asked = select(Appointment.other_time_asked_at).where(Appointment.id == appointment)
        return self.connection.scalar(asked) is not None

    @rule(place=st.integers(0, 2), mark=st.integers(1, 5), text=texts)
    def somebody_leaves_words(self, place: int, mark: int, text: str) -> None:
        customer, handover = self.customers[place], self.handovers[place]
        whose = (HANDOVER, handover, self.world.store_id, customer)
        with self._refusable():
            answer_survey(self.connection, Marks(*whose, {"recommends": mark}, text, SurveySource.LINK), self._pass())

    @rule(by=staff, pick=st.randoms(use_true_random=False))
    def somebody_takes(self, by: str, pick: Random) -> None:
        self._act(pick, lambda one: take(self.connection, one, self._pass(), by))

    @rule(by=staff, to=staff, pick=st.randoms(use_true_random=False))
    def somebody_hands_over(self, by: str, to: str, pick: Random) -> None:
        self._act(pick, lambda one: hand_over(self.connection, one, self._pass(), by, to, "please"))

    @rule(
        by=staff, how=st.sampled_from(list(AnswerWay)), words=st.none() | texts, pick=st.randoms(use_true_random=False)
    )
    def somebody_answers(self, by: str, how: AnswerWay, words: str | None, pick: Random) -> None:
        self._act(pick, lambda one: answer_inbound(self.connection, one, Answer(how, words), self._pass(), by))

    @rule(by=staff, place=st.integers(0, 2), pick=st.randoms(use_true_random=False))
    def somebody_matches(self, by: str, place: int, pick: Random) -> None:
        self._act(pick, lambda one: match_inbound(self.connection, one, self.customers[place], self._pass(), by))

    @rule(by=staff, agrees=st.booleans(), pick=st.randoms(use_true_random=False))
    def somebody_judges_the_suggestion(self, by: str, agrees: bool, pick: Random) -> None:
        judge = confirm if agrees else refuse
        self._act(pick, lambda one: judge(self.connection, one, self._pass(), by))

    @rule(minutes=st.integers(1, 60 * 24 * 2))
    def time_passes(self, minutes: int) -> None:
        look_after(self.connection, self._pass(minutes))

    def _act(self, pick: Random, deed: Callable[[int], object]) -> None:
        ids = self.connection.scalars(select(Inbound.id).order_by(Inbound.id)).all()
        if ids:
            with self._refusable():
                deed(pick.choice(ids))

    def _refusable(self) -> "Refusable":
        return Refusable(self)

    @invariant()
    def whoever_is_owed_an_answer_has_somebody_who_owes_it(self) -> None:
        if not hasattr(self, "connection"):
            return
        for row in self.connection.execute(select(Inbound.__table__)):
            assert row.due_at is not None
            if row.state is InboundState.ANSWERED:
                assert row.answered_at is not None
                assert row.answered_how is not None
            else:
                assert row.responsible_id is not None
                assert row.answered_at is None
            assert row.text == self.texts.setdefault(row.id, row.text), "what was said has changed"

    @invariant()
    def nothing_that_was_said_has_disappeared(self) -> None:
        if not hasattr(self, "connection"):
            return
        there = set(self.connection.scalars(select(Inbound.id)))
        assert there >= self.said.inbound
        assert there >= self.texts.keys()
        asked = set(self.connection.scalars(select(Inbound.appointment_id).where(Inbound.appointment_id.is_not(None))))
        assert asked >= self.said.appointments
        rows = self.connection.execute(select(Reply.__table__).where(Reply.id.in_(self.said.replies)))
        counted = select(Inbound.reply_id, func.count()).where(Inbound.reply_id.is_not(None)).group_by(Inbound.reply_id)
        by_reply = dict(self.connection.execute(counted).tuples().all())
        for reply in rows:
            recorded = by_reply.get(reply.id, 0)
            assert recorded <= 1
            settled = reply.meaning in (ReplyMeaning.CONFIRM, ReplyMeaning.STOP) and reply.customer_id is not None
            assert recorded == 1 or settled, f"'{reply.text}' is on nobody's list"
            if reply.meaning is ReplyMeaning.STOP and recorded == 0:
                assert self._withdrawn(reply.sender), "an opt-out without effect"

    def _withdrawn(self, sender: str) -> bool:
        """Whether everybody who has the number has withdrawn at some time."""
        having = set(self.connection.scalars(select(ContactPoint.customer_id).where(ContactPoint.value == sender)))
        withdrawn = set(self.connection.scalars(select(Consent.customer_id).where(Consent.granted.is_(False))))
        return bool(having & withdrawn)


class Refusable:
    """Our own refusals are part of the game, and leave nothing half done."""

    def __init__(self, machine: Conversations) -> None:
        self.machine = machine

    def __enter__(self) -> None:
        self.point = self.machine.connection.begin_nested()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        if error is None:
            self.point.commit()
            return False
        self.point.rollback()
        return isinstance(error, AftercareError)


@pytest.mark.parametrize("number", [KNOWN, SHARED, UNKNOWN])
@pytest.mark.parametrize("text", TEXTS)
def test_every_reply_is_settled_by_a_rule_or_is_somebodys(world: World, number: str, text: str) -> None:
    """Of a customer whom nothing waits for: only a plain opt-out settles anything."""
    world.staff(Role.AGENT)
    for phone in (KNOWN, SHARED, SHARED):
        world.customer(phone=phone)
    record_reply(world.connection, number, text, ChannelName.SMS, at("2026-03-11 10:00"))
    owed = world.connection.execute(select(Inbound.responsible_id, Inbound.due_at)).all()
    settled = text in ("STOP", "R", "退订") and number != UNKNOWN
    assert [row.responsible_id is not None for row in owed] == ([] if settled else [True])


def test_no_answer_is_lost(shared_engine: Engine) -> None:
    """Any conversation, on a real database."""

    class OnThis(Conversations):
        engine = shared_engine

    case = OnThis.TestCase
    case.settings = settings(
        max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case().runTest()
