"""The lines that messages go out by: which of them someone sees, and whose they are to resume."""

from dataclasses import dataclass

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, select

from console.web.health.channel_lines import list_lines, list_unused, resume_line
from models.core.settings import ChannelAddresses, Settings
from models.core.words import ChannelName, Role
from models.ledger.tables import AuditEntry
from models.people.tables import Store
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.dispatch.pausing import MOSTLY_FAILED, pause
from tasks.runs.steering import NotPaused
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
OWN = ChannelAddresses(sms=SecretStr("gateways://user:secret@sms.example.com/send"))
SETTINGS = Settings(store_channels={"k1": OWN})
"""The world's first store has a channel of its own."""


def user(connection: Connection, store_id: int | None) -> SignedIn:
    code = connection.scalar(select(Store.code).where(Store.id == store_id)) if store_id else None
    return SignedIn(1, "opal", "Opal", Role.OPERATOR, store_id, code, None, "en", False, "")


@dataclass
class Two:
    """Two stores."""

    first: int
    second: int


@pytest.fixture
def stores(world: World) -> Two:
    return Two(world.store_id, world.store())


def test_who_sees_all_stores_is_told_of_a_channel_of_none(connection: Connection, stores: Two) -> None:
    settings = Settings(store_channels={"k1": OWN, "k9": OWN})
    (told,) = list_unused(connection, settings, user(connection, None))
    assert told.figures["setting"] == "AFTERCARE_STORE_CHANNELS__K9__SMS"
    assert list_unused(connection, settings, user(connection, stores.first)) == []


def test_an_own_channel_is_listed_beside_the_shared_ones_by_its_kind_alone(connection: Connection, stores: Two) -> None:
    lines = list_lines(connection, SETTINGS, user(connection, None))
    assert [(line.channel, line.store, line.scheme) for line in lines] == [
        (ChannelName.SMS, None, "outbox://"),
        (ChannelName.SMS, "K1", "gateways://"),
        (ChannelName.EMAIL, None, "outbox://"),
        (ChannelName.WECHAT, None, "outbox://"),
    ]
    elsewhere = list_lines(connection, SETTINGS, user(connection, stores.second))
    assert {line.store for line in elsewhere} == {None}


def test_who_belongs_to_a_store_resumes_its_own_channel_alone(connection: Connection, stores: Two) -> None:
    pause(connection, ChannelName.SMS, None, MOSTLY_FAILED, NOW)
    pause(connection, ChannelName.SMS, stores.first, MOSTLY_FAILED, NOW)
    first, second = user(connection, stores.first), user(connection, stores.second)
    assert [line.yours for line in list_lines(connection, SETTINGS, first) if line.pause] == [False, True]
    for who, store in [(first, None), (second, None), (second, "K1")]:
        with pytest.raises(NotYours):
            resume_line(connection, who, NOW, ChannelName.SMS, store)
    resume_line(connection, first, NOW, ChannelName.SMS, "K1")
    resume_line(connection, user(connection, None), NOW, ChannelName.SMS, None)
    assert not [line for line in list_lines(connection, SETTINGS, first) if line.pause]
    with pytest.raises(NotPaused):
        resume_line(connection, first, NOW, ChannelName.SMS, "K1")
    entries = connection.execute(select(AuditEntry.actor, AuditEntry.entity_id).order_by(AuditEntry.id)).all()
    assert entries == [("opal", "K1/sms"), ("opal", "sms")]
