"""The page of health, and what programs ask: `/healthz` and `/metrics`."""

from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select, update

from models.core.words import ChannelName, Role
from models.ledger.tables import ChannelPause
from tasks.sample.dealership import SAMPLE_MOMENT
from tests.web.conftest import STORE, Console, Visit, sign_in


@pytest.fixture(autouse=True)
def paused(console: Console) -> None:
    """The shared channel is paused."""
    with console.engine.begin() as connection:
        connection.execute(update(ChannelPause).values(resumed_at=SAMPLE_MOMENT))
        connection.execute(
            insert(ChannelPause).values(
                channel=ChannelName.SMS, paused_at=SAMPLE_MOMENT, reason="refused +8613800138000",
                probe_at=SAMPLE_MOMENT + timedelta(minutes=15),
            )
        )  # fmt: skip


def pauses(console: Console) -> int:
    with console.engine.connect() as connection:
        return len(connection.execute(select(ChannelPause).where(ChannelPause.resumed_at.is_(None))).all())


def test_an_operator_resumes_a_channel(console: Console, visit: Visit) -> None:
    page = visit("/health", console.add_user("operator", Role.OPERATOR, None))
    expect(page.get_by_text("does not answer")).to_have_count(0)
    expect(page.get_by_role("cell").get_by_text("+86***00")).to_be_visible()
    expect(page.get_by_text("outbox://").first).to_be_visible()
    page.get_by_role("button", name="Resume SMS, shared by the stores").click()
    expect(page.get_by_text("SMS sends again.")).to_be_visible()
    expect(page.get_by_role("button", name="Resume SMS")).to_have_count(0)
    assert pauses(console) == 0


def test_the_second_to_resume_it_is_told(console: Console, visit: Visit) -> None:
    page = visit("/health", console.add_user("second", Role.OPERATOR, None))
    button = page.get_by_role("button", name="Resume SMS")
    expect(button).to_be_visible()
    with console.engine.begin() as connection:
        connection.execute(update(ChannelPause).values(resumed_at=SAMPLE_MOMENT))
    button.click()
    expect(page.get_by_text("is not paused")).to_be_visible()
    expect(button).to_have_count(0)


def test_who_belongs_to_one_store_leaves_the_shared_channel_alone(console: Console, visit: Visit) -> None:
    page = visit("/health", console.add_user("local", Role.ADMIN, STORE))
    expect(page.get_by_role("cell").get_by_text("paused since")).to_be_visible()
    expect(page.get_by_role("button", name="Resume SMS")).to_have_count(0)


def test_a_manager_may_not_look(console: Console, visit: Visit) -> None:
    page = visit("/health", console.add_user("boss", Role.MANAGER, None))
    expect(page.get_by_role("alert")).to_have_text("Your role may not do this.")


def test_anybody_may_ask_whether_it_is_well_and_learns_nothing_else(console: Console) -> None:
    answer = httpx.get(console.address + "/healthz", trust_env=False)
    parts = {"database": "ok", "prefect": "not watched", "sweeps": "ok"}
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "parts": parts})


def test_metrics_are_for_who_may_see_the_health(console: Console, visit: Visit) -> None:
    assert httpx.get(console.address + "/metrics", trust_env=False).status_code == 401
    wrong = {"Authorization": "Bearer nothing"}
    assert httpx.get(console.address + "/metrics", headers=wrong, trust_env=False).status_code == 401
    page = visit("/sign-in")
    sign_in(page, console, console.add_user("watcher", Role.OPERATOR, None))
    answer = page.request.get(console.address + "/metrics")
    assert answer.status == 200
    assert "aftercare_paused_channels 1.0" in answer.text()
    assert 'aftercare_missed_touches{process="overdue-accounts"}' in answer.text()
    sign_in(page, console, console.add_user("agent", Role.AGENT))
    assert page.request.get(console.address + "/metrics").status == 403
