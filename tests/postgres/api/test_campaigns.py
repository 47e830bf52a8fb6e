"""Campaigns through the API: created and steered by programs, approved by people, within the key's store."""

from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, func, select, update

from models.campaigns.tables import Campaign
from models.core.settings import MessagePrices
from models.core.words import CampaignState, Role
from models.ledger.tables import AuditEntry, Touch
from models.people.api_scopes import ApiScope
from models.people.tables import Store
from tasks.campaigns.authors import Author
from tasks.campaigns.launch.advancing import advance
from tasks.campaigns.launch.approving import approve
from tests.postgres.api.conftest import NOW, NUMBERS, Desk, Recorder
from tests.support.campaigns import plan_data
from tests.support.world import World

BOTH = (ApiScope.CAMPAIGNS_READ, ApiScope.CAMPAIGNS_WRITE)
PLAN = plan_data(
    purpose="service", variants=[{"key": "a", "words": {"en": {"sms": "Come and see us, {{ customer }}."}}}]
)  # fmt: skip
STEPS = ("submit", "withdraw", "launch", "pause", "resume", "cancel")
BODIES = {"cancel": {"reason": "no"}}
LI = Author("li", Role.MANAGER, None)


@pytest.fixture
def customers(desk: Desk) -> None:
    """Three customers of SH01 and one of BJ01."""

    def furnish(connection: Connection) -> None:
        world = World(connection, numbers=NUMBERS)
        for code, count in (("SH01", 3), ("BJ01", 1)):
            store = connection.scalar(select(Store.id).where(Store.code == code))
            for _ in range(count):
                world.customer(store_id=store)

    desk.look(furnish)


async def make(desk: Desk, **values: Any) -> dict[str, Any]:
    answer = await desk.ask("POST", "/api/v1/campaigns", json={"name": "Spring", "plan": PLAN} | values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def steer(desk: Desk, campaign_id: int, step: str, **more: Any) -> httpx.Response:
    body = BODIES.get(step, {}) | more.pop("json", {})
    return await desk.ask("POST", f"/api/v1/campaigns/{campaign_id}/{step}", json=body, **more)


async def test_from_a_plan_to_its_cancellation(desk: Desk, prefect: Recorder, customers: None) -> None:
    made = await make(desk)
    assert (made["state"], made["author"], made["version"]) == ("draft", "key:everything", 1)
    waiting = (await steer(desk, made["id"], "submit")).json()
    assert (waiting["state"], waiting["approved_size"]) == ("awaiting-approval", 4)
    assert (await steer(desk, made["id"], "launch")).status_code == 409
    desk.look(lambda connection: approve(connection, LI, made["id"], waiting["fingerprint"], NOW))
    launched = (await steer(desk, made["id"], "launch")).json()
    assert (launched["approver"], launched["launches_at"]) == ("li", NOW.isoformat())
    assert (await steer(desk, made["id"], "launch")).json() == launched
    assert [campaign for _, campaign in prefect.carried_on.values()] == [made["id"]] * 2
    assert (await steer(desk, made["id"], "pause")).json()["paused_by"] == "key:everything"
    assert (await steer(desk, made["id"], "resume")).json()["paused_at"] is None
    ended = (await steer(desk, made["id"], "cancel", json={"reason": "it rains"})).json()
    assert ended["state"] == "cancelled"
    assert ended["notice"] == {
        "code": "campaign-cancelled-by",
        "figures": {"login": "key:everything", "note": "it rains"},
        "sentence": "Cancelled by key:everything: it rains",
    }
    assert desk.look(lambda connection: connection.scalar(select(func.count()).select_from(Touch))) == 0


async def test_submitted_to_be_launched_it_begins_with_its_approval(desk: Desk, customers: None) -> None:
    made = await make(desk)
    waiting = (await steer(desk, made["id"], "submit", json={"launch": True})).json()
    desk.look(lambda connection: approve(connection, LI, made["id"], waiting["fingerprint"], NOW))
    read = (await desk.ask("GET", f"/api/v1/campaigns/{made['id']}")).json()
    assert (read["state"], read["launches_at"]) == ("approved", NOW.isoformat())
    taken_back = (await steer(desk, made["id"], "withdraw")).json()
    assert (taken_back["state"], taken_back["approver"], taken_back["launches_at"]) == ("draft", None, None)


async def test_there_is_no_way_to_approve(desk: Desk) -> None:
    for verb in ("approve", "refuse", "let-go"):
        assert (await desk.ask("POST", f"/api/v1/campaigns/1/{verb}", json={})).status_code == 404


async def test_a_change_names_the_version_that_it_was_made_from(desk: Desk) -> None:
    made = await make(desk)
    place, other = f"/api/v1/campaigns/{made['id']}", PLAN | {"per_minute": 60}
    changed = await desk.ask("PUT", place, json={"version": 1, "plan": other, "name": "Summer"})
    assert (changed.json()["version"], changed.json()["name"]) == (2, "Summer")
    late = await desk.ask("PUT", place, json={"version": 1, "plan": PLAN})
    assert (late.status_code, late.json()["detail"][:34]) == (409, "'Summer' was changed meanwhile: ke")
    assert (await desk.ask("GET", place)).json()["plan"]["per_minute"] == 60


async def test_what_was_read_can_be_sent_back(desk: Desk) -> None:
    made = await make(desk)
    body = {"version": made["version"], "plan": made["plan"]}
    again = await desk.ask("PUT", f"/api/v1/campaigns/{made['id']}", json=body)
    assert (again.json()["version"], again.json()["fingerprint"]) == (1, made["fingerprint"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "x"}, "Give either plan or recipe"),
        ({"name": "x", "plan": PLAN, "recipe": "y"}, "Give either plan or recipe"),
        ({"name": "x", "recipe": "nothing-such"}, "nothing-such"),
        ({"name": " ", "plan": PLAN}, "body.name"),
        ({"name": "x", "plan": PLAN, "store": "XX"}, "There is no store 'XX'."),
        ({"name": "x", "plan": PLAN | {"audience": {"kind": "sql"}}}, "body.plan.audience"),
        ({"name": "x", "plan": PLAN | {"variants": PLAN["variants"] * 2}}, "'a' stands twice"),
    ],
)
async def test_what_cannot_be_made_is_told_in_a_sentence(desk: Desk, body: dict[str, Any], said: str) -> None:
    answer = await desk.ask("POST", "/api/v1/campaigns", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert desk.look(lambda connection: connection.scalar(select(func.count()).select_from(Campaign))) == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"audience": {"kind": "level", "levels": ["platinum"]}}, "Nobody is in the audience of 'Spring'"),
        ({"launch": {"kind": "at", "at": "2020-01-01T10:00+08:00"}}, "which has passed"),
        ({"variants": [{"key": "a", "words": {"en": {"sms": "{{ salary }}"}}}]}, "salary"),
        ({"budget": "0.01"}, "The budget of CNY 0.01 is below"),
    ],
)
async def test_what_cannot_be_submitted_stays_a_draft(
    desk: Desk, customers: None, changes: dict[str, Any], said: str
) -> None:
    prices = MessagePrices(sms=Decimal("0.05"))
    desk.database.settings = desk.database.settings.model_copy(update={"prices": prices})
    made = await make(desk, plan=PLAN | changes)
    answer = await steer(desk, made["id"], "submit")
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert (await desk.ask("GET", f"/api/v1/campaigns/{made['id']}")).json()["state"] == "draft"


async def test_pages_follow_each_other_and_states_are_chosen(desk: Desk) -> None:
    ids = [(await make(desk, name=f"C{number}"))["id"] for number in range(3)]
    desk.look(
        lambda connection: (
            connection.execute(
                update(Campaign).where(Campaign.id == ids[0]).values(state=CampaignState.FINISHED)
            ).rowcount
        )
    )
    seen, after = [], None
    while True:
        params = {"limit": 2} | ({"after": after} if after else {})
        page = (await desk.ask("GET", "/api/v1/campaigns", params=params)).json()
        seen += [one["id"] for one in page["campaigns"]]
        after = page["next"]
        if after is None:
            break
    assert seen == ids[::-1]
    drafts = (await desk.ask("GET", "/api/v1/campaigns", params={"state": ["draft", "approved"]})).json()
    assert [one["id"] for one in drafts["campaigns"]] == ids[:0:-1]
    assert (await desk.ask("GET", "/api/v1/campaigns", params={"after": "nonsense"})).status_code == 422


async def test_a_dry_run_results_and_recipients_are_read(desk: Desk, customers: None) -> None:
    made = await make(desk)
    place = f"/api/v1/campaigns/{made['id']}"
    rehearsed = (await desk.ask("GET", f"{place}/dry-run", params={"at": "2026-03-12T11:00"})).json()
    assert rehearsed["begins_at"] == "2026-03-12T11:00:00+08:00"
    assert rehearsed["audience"] == sum(part["customers"] for part in rehearsed["parts"]) == 4
    waiting = (await steer(desk, made["id"], "submit", json={"launch": True})).json()
    desk.look(lambda connection: approve(connection, LI, made["id"], waiting["fingerprint"], NOW))
    while desk.look(lambda connection: advance(connection, made["id"], NOW, None)).more:
        pass
    account = (await desk.ask("GET", f"{place}/results")).json()["account"]
    assert (account["recipients"], account["waiting"]) == (4, 4)
    exported = await desk.ask("GET", f"{place}/export")
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(exported.text.splitlines()) == 5


async def test_a_campaign_can_be_made_from_each_recipe(desk: Desk) -> None:
    recipes = (await desk.ask("GET", "/api/v1/campaign-recipes")).json()
    for one in recipes:
        made = await make(desk, name=one["name"]["en"], plan=None, recipe=one["key"])
        assert made["recipe"] == one["key"]


async def test_a_key_reads_or_writes_as_its_scopes_say(desk: Desk) -> None:
    made = await make(desk)
    place = f"/api/v1/campaigns/{made['id']}"
    reads = desk.make_key(ApiScope.CAMPAIGNS_READ, name="reads")
    writes = desk.make_key(ApiScope.CAMPAIGNS_WRITE, name="writes")
    neither = desk.make_key(ApiScope.TOUCHES_READ, name="neither")
    assert (await desk.ask("GET", place, key=reads)).status_code == 200
    assert (await desk.ask("GET", place, key=writes)).status_code == 403
    assert (await desk.ask("PUT", place, key=reads, json={"version": 1, "plan": PLAN})).status_code == 403
    assert (await desk.ask("POST", "/api/v1/campaigns", key=reads, json={"name": "x", "plan": PLAN})).status_code == 403
    for step in STEPS:
        assert (await steer(desk, made["id"], step, key=reads)).status_code == 403
        assert (await steer(desk, made["id"], step, key=neither)).status_code == 403
        assert (await steer(desk, made["id"], step, key="")).status_code == 401


async def test_a_key_of_one_store_never_reaches_another_store_s_campaigns(desk: Desk, customers: None) -> None:
    elsewhere = [(await make(desk, store="BJ01"))["id"], (await make(desk))["id"]]
    own = desk.make_key(*BOTH, store="SH01", name="own")
    for campaign_id in (*elsewhere, 9**18):
        place = f"/api/v1/campaigns/{campaign_id}"
        assert (await desk.ask("GET", place, key=own)).status_code == 404
        assert (await desk.ask("PUT", place, key=own, json={"version": 1, "plan": PLAN})).status_code == 404
        for part in ("dry-run", "results", "export"):
            assert (await desk.ask("GET", f"{place}/{part}", key=own)).status_code == 404
        for step in STEPS:
            assert (await steer(desk, campaign_id, step, key=own)).status_code == 404
    assert (await desk.ask("GET", "/api/v1/campaigns", key=own)).json()["campaigns"] == []
    abroad = {"name": "x", "plan": PLAN, "store": "BJ01"}
    assert (await desk.ask("POST", "/api/v1/campaigns", key=own, json=abroad)).status_code == 403
    made = (await desk.ask("POST", "/api/v1/campaigns", key=own, json={"name": "x", "plan": PLAN})).json()
    assert made["store"] == "SH01"
    assert (await steer(desk, made["id"], "submit", key=own)).json()["approved_size"] == 3


async def test_what_programs_do_is_in_the_audit_trail_under_their_key(desk: Desk) -> None:
    made = await make(desk)
    await steer(desk, made["id"], "cancel")
    trail = select(AuditEntry.actor, AuditEntry.action).where(AuditEntry.entity == "campaign").order_by(AuditEntry.id)
    rows = desk.look(lambda connection: connection.execute(trail).all())
    assert [tuple(row) for row in rows] == [
        ("key:everything", "campaign.made"),
        ("key:everything", "campaign.cancelled"),
    ]
