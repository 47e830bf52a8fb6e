"""`aftercare staff`: how each is told, what the store allows, and what did not arrive."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import URL, Engine, insert
from typer.testing import CliRunner, Result

from console.cli.command import app
from models.core.settings import read_settings
from models.core.words import Role
from models.people.notifications.tables import StaffMessage, StaffNotice
from models.people.notifications.words import StaffChannel, Topic, WordState
from tests.support.world import World, at

Told = Callable[..., Result]
NOW = at("2026-03-10 10:00")


@pytest.fixture
def told(engine: Engine, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on a store with an agent and a manager, of whom one message did not arrive."""
    with engine.begin() as connection:
        world = World(connection)
        agent = world.staff(Role.AGENT, code="C1", name="Hannah Voss", email="c1@example.com", phone="+4930231251234")
        world.staff(Role.MANAGER, code="M1", name="Martin Reuter")
        message = connection.execute(
            insert(StaffMessage)
            .values(
                store_id=world.store_id, staff_id=agent, channel=StaffChannel.EMAIL, state=WordState.FAILED,
                state_at=NOW, created_at=NOW, not_before=NOW, reason="staff-no-way",
            )
            .returning(StaffMessage.id)
        ).scalar_one()  # fmt: skip
        connection.execute(
            insert(StaffNotice).values(
                store_id=world.store_id, staff_id=agent, topic=Topic.DIGEST, at=NOW, created_at=NOW, message_id=message
            )
        )
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(app, ["notifications", *arguments])
    read_settings.cache_clear()


def test_staff_choose_within_what_the_store_allows(told: Told) -> None:
    (agent, manager) = json.loads(told("list", "--json").stdout)
    assert (agent["code"], agent["ways"], manager["ways"]) == ("C1", ["email", "sms"], [])
    assert agent["digest_at"] == ["08:30", "13:30", "17:00"]
    assert "nothing reaches them" in told("list").output
    chosen = told("notify", "C1", "--store", "K1", "--channel", "sms", "--digest", "13:30")
    assert chosen.output == "Hannah Voss is told by sms; digests: 13:30.\n"
    assert told("notify", "C1", "--store", "K1").output == (
        "Hannah Voss is told by email, then sms; digests: 08:30, 13:30, 17:00.\n"
    )
    no_id = told("notify", "C1", "--store", "K1", "--channel", "wecom")
    assert (no_id.exit_code, no_id.stderr) == (2, "Give the WeCom id that messages are sent to.\n")
    no_time = told("notify", "C1", "--store", "K1", "--digest", "03:00")
    assert (no_time.exit_code, no_time.stderr.startswith("There is no digest at 03:00")) == (2, True)
    nobody = told("notify", "X9", "--store", "K1")
    assert (nobody.exit_code, nobody.stderr) == (2, "There is no member of staff 'X9' there.\n")


def test_a_store_sets_channels_hours_and_the_hour_of_the_sheet(told: Told) -> None:
    words = ("--store", "K1", "--channel", "email", "--digest", "09:00", "--quiet", "22:00-06:30", "--sheet", "17:30")
    assert told("rules", *words).exit_code == 0
    assert json.loads(told("rules", "--json").stdout) == [
        {
            "store": "K1", "channels": ["email"], "digest_at": ["09:00"], "quiet_from": "22:00",
            "quiet_until": "06:30", "sheet_at": "17:30",
        }
    ]  # fmt: skip
    (agent, _) = json.loads(told("list", "--json").stdout)
    assert (agent["ways"], agent["digest_at"]) == (["email"], ["09:00"])
    not_allowed = told("notify", "C1", "--store", "K1", "--channel", "sms")
    assert (not_allowed.exit_code, "'sms' is not allowed" in not_allowed.stderr) == (2, True)
    quiet = told("rules", "--store", "K1", "--digest", "23:00")
    assert (quiet.exit_code, quiet.stderr) == (2, "The digest at 23:00 is within the quiet hours.\n")
    unread = told("rules", "--store", "K1", "--sheet", "six")
    assert (unread.exit_code, unread.stderr.startswith("'six' is no time of day")) == (2, True)


def test_what_did_not_arrive_is_listed_and_told_again_once(told: Told) -> None:
    (message,) = json.loads(told("messages", "--troubled", "--json").stdout)
    assert (message["staff"], message["state"], message["matters"]) == ("C1", "failed", 1)
    assert message["reason"]["code"] == "staff-no-way"
    assert told("tell-again", message["id"]).output == "1 matters are told again with the next dispatch.\n"
    assert told("tell-again", message["id"]).output == "0 matters are told again with the next dispatch.\n"
    unknown = told("tell-again", "00000000-0000-0000-0000-000000000000")
    assert (unknown.exit_code, unknown.stderr.startswith("There is no message to staff")) == (2, True)
