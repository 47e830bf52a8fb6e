"""What is unknown settles itself by asking the provider, who says yes, no, not yet, or nothing."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from models.core.settings import ChannelAddresses
from models.core.words import Decision, Gate, ProcessName, TouchState
from models.ledger.providers import DeliveryQuestion
from models.ledger.tables import Touch, Verdict
from models.people.tables import Store
from tasks.channels.asking import Delivered, NotKnown, OnItsWay, Undelivered
from tasks.dispatch.asking import anything_to_ask, ask_about_unknown
from tasks.touches.recorded import read_verdicts
from tests.support.dispatcher import settings_for
from tests.support.office import Office
from tests.support.scratch_provider import ADDRESS, NO_WORD, ScratchProvider, install
from tests.support.world import at

SENT_AT = "2026-03-10 10:30"
FOLLOWUP = ProcessName("post-delivery-followup")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> ScratchProvider:
    return install(monkeypatch)


@pytest.fixture
def doubtful(office: Office, provider: ScratchProvider, tmp_path: Path) -> Office:
    """A store with a message whose delivery is unknown."""
    office.settings = settings_for(tmp_path, ADDRESS, 100)
    with office.open() as world:
        customer = world.customer()
        world.handover(customer, "2026-03-09", vehicle_id=world.vehicle(customer))
        world.plan(FOLLOWUP, SENT_AT)
    assert office.dispatch(SENT_AT).unknown == 1
    return office


def ask(office: Office, when: str) -> Counter[str]:
    return asyncio.run(ask_about_unknown(office.engine, office.settings, at(when)))


def state(office: Office) -> TouchState:
    with office.engine.connect() as connection:
        return connection.execute(select(Touch.state).where(Touch.provider.is_not(None))).scalar_one()


def said(office: Office) -> list[tuple[str | None, Decision]]:
    """What the provider's answers were, as `why` shows them."""
    with office.engine.connect() as connection:
        rows = connection.execute(
            select(Verdict.reason, Verdict.decision).where(Verdict.gate == Gate.CHANNEL).order_by(Verdict.id)
        )
        return [(row.reason, row.decision) for row in rows]


def test_yes(doubtful: Office, provider: ScratchProvider) -> None:
    provider.say = lambda _: Delivered(at("2026-03-10 10:31"), "m-1")
    assert ask(doubtful, "2026-03-10 10:33") == {"provider-says-delivered": 1}
    assert state(doubtful) == TouchState.SENT
    assert said(doubtful) == [("provider-says-delivered", Decision.PASS)]
    with doubtful.engine.connect() as connection:
        row = connection.execute(select(Touch.delivered_at, Touch.reason).where(Touch.provider.is_not(None))).one()
    assert row == (at("2026-03-10 10:31"), "reported-delivered")
    [question] = provider.asked
    assert question.sent_at == at(SENT_AT)
    assert question.touch_id == provider.sent[0].id
    assert ask(doubtful, "2026-03-10 12:33") == {}


def test_no(doubtful: Office, provider: ScratchProvider) -> None:
    provider.say = lambda _: Undelivered("the number is out of service")
    assert ask(doubtful, "2026-03-10 10:33") == {"provider-says-undelivered": 1}
    assert state(doubtful) == TouchState.FAILED
    with doubtful.engine.connect() as connection:
        figures = connection.execute(select(Verdict.reason_figures).where(Verdict.gate == Gate.CHANNEL)).scalar_one()
    assert figures == {"text": "the number is out of service"}


def test_not_yet_reported_is_accepted(doubtful: Office, provider: ScratchProvider) -> None:
    provider.say = lambda _: OnItsWay("m-1")
    assert ask(doubtful, "2026-03-10 10:33") == {"provider-has-it": 1}
    assert state(doubtful) == TouchState.SENT
    with doubtful.engine.connect() as connection:
        row = connection.execute(select(Touch.message_id, Touch.delivered_at).where(Touch.provider.is_not(None))).one()
    assert row == ("m-1", None)


def test_nothing_is_asked_again_later_and_less_and_less_often(doubtful: Office, provider: ScratchProvider) -> None:
    provider.say = lambda _: NO_WORD
    moments = ["10:31", "10:32", "10:33", "10:40", "10:41", "11:09", "11:10", "13:09", "13:10", "19:10"]
    asked = [when for when in moments if ask(doubtful, f"2026-03-10 {when}")]
    assert asked == ["10:32", "10:40", "11:10", "13:10", "19:10"]
    assert state(doubtful) == TouchState.UNKNOWN
    assert said(doubtful) == [("provider-did-not-answer", Decision.HOLD)]  # the same answer is one verdict
    with doubtful.engine.connect() as connection:
        assert connection.execute(select(DeliveryQuestion.asked)).scalar_one() == 5
    assert ask(doubtful, "2026-03-13 10:31") == {}, "after three days it is a person's"


def test_what_the_provider_never_got_goes_again_once(doubtful: Office, provider: ScratchProvider) -> None:
    """It is not sent again because it is not known yet, only because it is still not known later."""
    provider.sent.clear()
    assert ask(doubtful, "2026-03-10 10:32") == {"provider-does-not-know-it-yet": 1}
    assert ask(doubtful, "2026-03-10 10:40") == {"provider-does-not-know-it-yet": 1}
    assert state(doubtful) == TouchState.UNKNOWN
    assert doubtful.dispatch("2026-03-10 10:41").claimed == 0
    assert ask(doubtful, "2026-03-10 11:10") == {"provider-never-got-it": 1}
    assert doubtful.dispatch("2026-03-10 11:11").claimed == 1
    assert len(provider.sent) == 1
    assert ask(doubtful, "2026-03-10 11:13") == {"provider-has-it": 1}
    assert state(doubtful) == TouchState.SENT


def test_a_provider_that_knows_it_late_gets_it_once(doubtful: Office, provider: ScratchProvider) -> None:
    provider.say = lambda _: NotKnown()
    assert ask(doubtful, "2026-03-10 10:32") == {"provider-does-not-know-it-yet": 1}
    provider.say = None
    assert ask(doubtful, "2026-03-10 10:40") == {"provider-has-it": 1}
    assert len(provider.sent) == 1


def test_a_first_question_long_after_does_not_send_it_again(doubtful: Office, provider: ScratchProvider) -> None:
    provider.say = lambda _: NotKnown()
    assert ask(doubtful, "2026-03-11 10:32") == {"provider-does-not-know-it-yet": 1}
    assert state(doubtful) == TouchState.UNKNOWN


def test_lines_in_its_message_are_settled_with_it(doubtful: Office, provider: ScratchProvider) -> None:
    with doubtful.open() as world:
        customer = world.customer()
        world.warranty(customer, "2026-05-08")
        world.invoice(world.account(customer), "2026-03-03", "1000.00")
        for process in ("warranty-expiry", "overdue-accounts"):
            world.plan(ProcessName(process), SENT_AT)
    doubtful.dispatch(SENT_AT)
    provider.say = lambda _: Delivered()
    assert ask(doubtful, "2026-03-10 10:33").total() == 2
    with doubtful.engine.connect() as connection:
        states = connection.scalars(select(Touch.state).where(Touch.provider.is_not(None))).all()
        merged = connection.scalar(select(func.count()).where(Touch.merged_into.is_not(None)))
    assert (states, merged) == ([TouchState.SENT] * 3, 1)


def test_another_provider_is_not_asked_about_it(doubtful: Office, provider: ScratchProvider) -> None:
    """It would not know the message, and it would go out twice."""
    with doubtful.engine.begin() as connection:
        connection.execute(update(Touch).values(provider="another"))
    assert ask(doubtful, "2026-03-10 11:30") == {}
    assert provider.asked == []


def test_nobody_is_asked_where_no_channel_can_be(doubtful: Office, tmp_path: Path) -> None:
    doubtful.settings = settings_for(tmp_path, "outbox://", 100)
    with doubtful.engine.connect() as connection:
        assert not anything_to_ask(connection, doubtful.settings, at("2026-03-10 11:30"))
    assert ask(doubtful, "2026-03-10 11:30") == {}


def test_a_store_whose_channel_is_another_since_is_told_so(doubtful: Office, provider: ScratchProvider) -> None:
    """The shared channel can still be asked; the store's own cannot."""
    with doubtful.engine.connect() as connection:
        code = connection.execute(select(Store.code)).scalar_one()
    silent = ChannelAddresses(sms=SecretStr("outbox://"))
    doubtful.settings = doubtful.settings.model_copy(update={"store_channels": {code: silent}})
    assert ask(doubtful, "2026-03-10 11:30") == {"provider-did-not-answer": 1}
    assert state(doubtful) == TouchState.UNKNOWN
    assert provider.asked == []


def test_why_says_what_the_provider_said(doubtful: Office, provider: ScratchProvider) -> None:
    provider.say = lambda _: Undelivered("the number is out of service")
    ask(doubtful, "2026-03-10 10:33")
    with doubtful.engine.connect() as connection:
        touch_id = connection.execute(select(Touch.id).where(Touch.provider.is_not(None))).scalar_one()
        verdicts = read_verdicts(connection, [touch_id])[touch_id]
    assert str(verdicts[-1].reason) == (
        "asked, the provider says that it was not delivered: the number is out of service"
    )
