"""What law packs have sent beside the processes: confirmations, once, and questions for consent."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models.core.words import ChannelName, Purpose, ReplyMeaning
from models.ledger.law_notices import LawNotice, NoticeState
from models.people.tables import Consent, Store
from models.stores.laws.pack import all_packs
from tasks.channels.contract import Abilities, Outcome, Transient, Unknown
from tasks.customers.consent import read_switches
from tasks.self_service.replies import record_reply
from tasks.stores.laws import notices
from tasks.stores.laws.notices import NobodyToAsk, NoDoubleOptIn, ask_consent, send_notices
from tests.support.office import Office
from tests.support.world import at

NOW = at("2026-03-10 10:00")
NUMBER = "+12125550101"


def sent(office: Office, now: Any = NOW) -> dict[str, int]:
    return asyncio.run(send_notices(office.engine, office.settings, lambda: now))


def go_by(office: Office, law: str) -> int:
    """A customer of a store that goes by a pack."""
    with office.open() as world:
        world.connection.execute(update(Store).values(law=law, phone="555-0100"))
        return world.customer(NUMBER)


def test_an_opt_out_is_confirmed_once_a_day_and_within_five_minutes(office: Office) -> None:
    customer = go_by(office, "us")
    with office.open() as world:
        for minute, word in enumerate(("STOP", "stop", "HELP", "START")):
            record_reply(world.connection, NUMBER, word, ChannelName.SMS, NOW + timedelta(minutes=minute))
        record_reply(world.connection, NUMBER, "something else", ChannelName.SMS, NOW)
        record_reply(world.connection, "+12125550199", "STOP", ChannelName.SMS, NOW)
    assert sent(office, NOW + timedelta(minutes=4)) == {"sent": 3}
    assert sent(office, NOW + timedelta(minutes=4)) == {}
    texts = [message["text"] for message in office.outbox()]
    assert texts == [
        "Test Motors: you are unsubscribed and will get no more texts. Reply START to get them again.",
        "Test Motors: for help call 555-0100. Reply STOP to opt out.",
        "Test Motors: you will get our texts again. Reply STOP to opt out.",
    ]
    assert {message["to"] for message in office.outbox()} == {NUMBER}
    with office.open() as world:
        record_reply(world.connection, NUMBER, "STOP", ChannelName.SMS, NOW + timedelta(days=2))
    assert sent(office, NOW + timedelta(days=2, minutes=5)) == {}  # too late to be a confirmation
    with office.open() as world:
        last = select(LawNotice.state).where(LawNotice.customer_id == customer).order_by(LawNotice.made_at.desc())
        assert world.connection.scalar(last.limit(1)) == NoticeState.FAILED


def test_the_house_confirms_nothing(office: Office) -> None:
    go_by(office, "house")
    with office.open() as world:
        record_reply(world.connection, NUMBER, "STOP", ChannelName.SMS, NOW)
    assert sent(office) == {}


def test_consent_counts_from_the_answer_alone_with_what_it_was_given_to(office: Office) -> None:
    customer = go_by(office, "eu")
    with office.open() as world:
        ask_consent(world.connection, customer, Purpose.MARKETING, NOW, "lena")
        record_reply(world.connection, NUMBER, "yes", ChannelName.SMS, NOW)  # nothing was asked of them yet
        assert not read_switches(world.connection, None, customer, NOW).of(Purpose.MARKETING, ChannelName.SMS).allowed
    evening = at("2026-03-11 10:30")  # 22:30 in New York
    assert sent(office, evening) == {}
    morning = at("2026-03-11 22:00")  # 10:00 there
    assert sent(office, morning) == {"sent": 1}
    (question,) = office.outbox()
    assert (
        question["text"]
        == "Test Motors: may we send you our offers? Reply YES to agree; without an answer you get none."
    )
    later = morning + timedelta(hours=1)
    with office.open() as world:
        taken = record_reply(world.connection, NUMBER, "Yes!", ChannelName.SMS, later)
        assert taken.meaning is ReplyMeaning.AGREE
        allowed = read_switches(world.connection, None, customer, later)
        assert allowed.of(Purpose.MARKETING, ChannelName.SMS).allowed
        assert not allowed.of(Purpose.MARKETING, ChannelName.EMAIL).allowed
        evidence = world.connection.execute(select(Consent.source, Consent.reason).where(Consent.granted)).one()
        assert evidence.source == "double opt-in"
        assert question["text"] in (evidence.reason or "")
        assert record_reply(world.connection, NUMBER, "yes", ChannelName.SMS, later).meaning is ReplyMeaning.UNREADABLE


def test_who_cannot_be_asked_is_said(office: Office) -> None:
    customer = go_by(office, "us")
    with office.open() as world:
        with pytest.raises(NoDoubleOptIn, match="has no question for consent to marketing"):
            ask_consent(world.connection, customer, Purpose.MARKETING, NOW, "lena")
        world.connection.execute(update(Store).values(law="eu"))
        with pytest.raises(NoDoubleOptIn):
            ask_consent(world.connection, customer, Purpose.SERVICE, NOW, "lena")
        with pytest.raises(NobodyToAsk):
            ask_consent(world.connection, world.customer(None), Purpose.MARKETING, NOW, "lena")


class _Answers:
    """A channel that answers each message with the same."""

    abilities = Abilities()

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.asked = 0

    async def send(self, batch: list[Any]) -> list[Outcome]:
        self.asked += len(batch)
        return [self.outcome for _ in batch]

    async def aclose(self) -> None:
        return


def test_what_may_have_gone_out_never_goes_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    go_by(office, "us")
    with office.open() as world:
        record_reply(world.connection, NUMBER, "STOP", ChannelName.SMS, NOW)
    busy, gone = _Answers(Transient("busy")), _Answers(Unknown("the line went dead"))
    for channel in (busy, gone, gone):
        monkeypatch.setattr(notices, "open_channel", lambda *_, opened=channel: opened)
        sent(office)
    assert (busy.asked, gone.asked) == (1, 1)
    with office.open() as world:
        world.connection.execute(update(LawNotice).values(state=NoticeState.SENDING))  # as if it was cut off
    assert sent(office, NOW + timedelta(minutes=11)) == {}
    with office.open() as world:
        assert world.connection.scalar(select(LawNotice.state)) == NoticeState.UNKNOWN


def test_each_confirmation_fills_in(office: Office) -> None:
    for pack in all_packs().values():
        if pack.confirmations is not None:
            for text in (pack.confirmations.opted_out, pack.confirmations.opted_in, pack.confirmations.help):
                assert all(said.format(store="S", phone="1").startswith("S") for said in text.values())
    assert office.outbox() == []
