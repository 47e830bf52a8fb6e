"""`aftercare campaign`: from a plan in a file to its end. Every mistake gives a sentence and changes nothing."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, func, select
from typer.testing import CliRunner, Result

from console.cli.command import app
from models.campaigns.tables import Campaign
from models.core.settings import read_settings
from models.core.toml_text import write_toml
from models.core.words import Role
from models.ledger.tables import AuditEntry, Touch
from models.people.tables import ContactPoint
from tasks.access.users import NewUser, add_user
from tasks.campaigns.launch.advancing import advance
from tests.support.campaigns import plan_data
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
Told = Callable[..., Result]
Written = Callable[..., str]
WORDS = {"en": {"sms": "Dear {{ customer }}, come and see us."}}
SERVICE: dict[str, Any] = {"purpose": "service", "variants": [{"key": "a", "words": WORDS}], "control_percent": 0}


@pytest.fixture
def told(database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on the test's database, at the store's clock of 10 March 2026, 10:00."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("AFTERCARE_PRICES__SMS", "0.05")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(app, ["campaign", *(str(argument) for argument in arguments)])
    read_settings.cache_clear()


@pytest.fixture
def status(told: Told) -> Callable[..., str]:
    """What `aftercare status` prints."""
    return lambda *options: done(CliRunner().invoke(app, ["status", *options]))


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a plan to a file; its path."""

    def write(**values: Any) -> str:
        path = tmp_path / "plan.toml"
        path.write_text(write_toml(plan_data(**SERVICE | values)), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture(autouse=True)
def dealership(engine: Engine) -> None:
    """A store with three customers; Mei writes campaigns, Li approves them, and Wang runs the machines."""
    with engine.begin() as connection:
        world = World(connection)
        for name in ("Ada", "Bo", "Cai"):
            world.customer(name=name)
        for login, role in (("mei", Role.MARKETING), ("li", Role.MANAGER), ("wang", Role.OPERATOR)):
            add_user(connection, NewUser(login, role, None), None, NOW, "test")


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def as_json(result: Result) -> Any:
    return json.loads(done(result))


def refusal(result: Result) -> str:
    """The error sentence of a refused command, which is its only output."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    return result.stderr


def campaigns(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Campaign)) or 0


def test_from_a_plan_to_its_end(told: Told, written: Written) -> None:
    assert done(told("new", "Spring", "--plan", written(), "--by", "mei")) == "'Spring' is campaign 1, a draft.\n"
    (listed,) = as_json(told("list", "--state", "draft", "--json"))
    assert (listed["id"], listed["name"], listed["state"], listed["author"]) == (1, "Spring", "draft", "mei")
    assert listed["created_at"] == "2026-03-10T10:00:00+08:00"
    assert as_json(told("list", "--state", "finished", "--json")) == []
    waits = done(told("submit", 1, "--launch", "--by", "mei"))
    assert waits == (
        "'Spring' waits for another person's approval until 2026-03-13 10:00 (Asia/Shanghai): its audience has 3 "
        "customers, and mei may write to 0 without.\n"
    )
    shown = as_json(told("show", 1, "--json"))
    approved = done(told("approve", 1, "--fingerprint", shown["fingerprint"], "--by", "li"))
    assert approved == "'Spring' is approved. It begins at 2026-03-10 10:00 (Asia/Shanghai).\n"
    launched = "'Spring' was launched before. It begins at 2026-03-10 10:00 (Asia/Shanghai).\n"
    assert done(told("launch", 1, "--by", "mei")) == launched
    assert done(told("pause", 1, "--by", "li")) == "'Spring' is paused.\n"
    assert "state: approved, paused by li" in done(told("show", 1))
    assert done(told("resume", 1, "--by", "mei")) == "'Spring' goes on.\n"
    assert done(told("cancel", 1, "--reason", "it rains", "--by", "mei")) == "'Spring' is cancelled.\n"
    assert "Cancelled by mei: it rains" in done(told("list"))


def test_the_status_tells_of_each_campaign_that_is_under_way(
    told: Told, written: Written, status: Callable[..., str]
) -> None:
    for name in ("Spring", "Summer"):
        done(told("new", name, "--plan", written(), "--by", "mei"))
    assert "Spring" not in status()
    done(told("submit", 1, "--by", "mei"))
    assert "Campaigns, by the clock of Asia/Shanghai" in status()
    (listed,) = json.loads(status("--json"))["campaigns"]
    assert (listed["name"], listed["state"]) == ("Spring", "awaiting-approval")


def test_what_is_shown_as_toml_can_be_edited_and_given_back(told: Told, written: Written, tmp_path: Path) -> None:
    rule = {"kind": "all", "of": [{"kind": "car", "models": ["Aurora"], "least_age": 3}, {"kind": "contract"}]}
    launch = {"kind": "local-hour", "day": "2026-04-01", "hour": "10:00:00"}
    done(told("new", "Spring", "--plan", written(audience=rule, budget="12.50", launch=launch), "--by", "mei"))
    path = tmp_path / "shown.toml"
    path.write_text(done(told("show", 1, "--toml")), encoding="utf-8")
    assert done(told("edit", 1, "--plan", path, "--by", "mei")) == "Campaign 1 is still version 1.\n"
    path.write_text(path.read_text().replace("12.50", "13.00").replace("Spring", "Summer"), encoding="utf-8")
    assert done(told("edit", 1, "--plan", path, "--by", "li")) == "Campaign 1 is now version 2, a draft.\n"
    shown = as_json(told("show", 1, "--json"))
    assert (shown["name"], shown["author"], shown["plan"]["budget"]) == ("Summer", "li", "13.00")
    assert "was changed meanwhile: li saved version 2" in refusal(told("edit", 1, "--plan", path, "--by", "mei"))


def test_a_refused_campaign_is_a_draft_with_the_reason(told: Told, written: Written) -> None:
    done(told("new", "Spring", "--plan", written(), "--by", "mei"))
    done(told("submit", 1, "--by", "mei"))
    refused = done(told("refuse", 1, "--reason", "too pushy", "--by", "li"))
    assert refused == "'Spring' is refused; it is a draft again.\n"
    assert "Refused by li: too pushy" in done(told("show", 1))
    done(told("submit", 1, "--by", "mei"))
    assert done(told("withdraw", 1, "--by", "mei")) == "'Spring' is a draft again.\n"


def test_the_message_is_seen_as_a_customer_gets_it_and_sent_to_oneself(told: Told, written: Written) -> None:
    done(told("new", "Spring", "--plan", written(), "--by", "mei"))
    seen = as_json(told("preview", 1, "--customer", "Bo", "--json"))
    assert (seen["variant"], seen["channel"], seen["segments"], seen["price"]) == ("a", "sms", 1, "0.05")
    assert seen["text"].startswith("Dear Bo")
    assert "Dear Bo" in done(told("preview", 1, "--customer", "Bo"))
    sent = done(told("test-send", 1, "--to", "+8613912345678", "--by", "mei"))
    assert "Sent to +8613912345678 by sms" in sent
    assert "'wang' may not do this" in refusal(told("test-send", 1, "--to", "+8613912345678", "--by", "wang"))
    assert "a phone number" in refusal(told("test-send", 1, "--to", "home", "--by", "mei"))


def test_an_audience_is_counted_and_seen(told: Told, tmp_path: Path) -> None:
    rule = tmp_path / "rule.toml"
    rule.write_text('kind = "all"\n')
    assert as_json(told("audience", "count", rule, "--json")) == {"customers": 3}
    assert done(told("audience", "count", rule)) == "3 customers.\n"
    found = as_json(told("audience", "sample", rule, "--limit", 2, "--json"))
    assert len(found) == 2
    assert found[0].keys() == {"customer_id", "key", "name", "store", "car", "last_visit"}
    rule.write_text('kind = "sql"\n')
    assert "The audience is refused." in refusal(told("audience", "count", rule))
    assert "there is no such file" in refusal(told("audience", "count", tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"variants": [{"key": key, "share": 60, "words": WORDS} for key in "ab"]}, "come to 120 %"),
        ({"budget": "-1"}, "budget"),
        ({"audience": {"kind": "sql"}}, "audience"),
        ({"launch": {"kind": "at"}}, "launch"),
        ({"nonsense": 1}, "nonsense"),
        ({"version": "1"}, "version: expected the number"),
    ],
)
def test_a_plan_that_is_none_is_refused_before_anything_is_made(
    told: Told, written: Written, engine: Engine, values: dict[str, Any], said: str
) -> None:
    assert said in refusal(told("new", "Spring", "--plan", written(**values), "--by", "mei"))
    assert campaigns(engine) == 0


def test_a_campaign_is_made_from_one_thing_by_somebody_who_may(
    told: Told, written: Written, engine: Engine, tmp_path: Path
) -> None:
    plan = written()
    assert "either --recipe or --plan" in refusal(told("new", "Spring", "--by", "mei"))
    assert "nothing-such" in refusal(told("new", "Spring", "--recipe", "nothing-such", "--by", "mei"))
    assert "no such file" in refusal(told("new", "Spring", "--plan", tmp_path / "none.toml", "--by", "mei"))
    assert "There is no store 'XX'" in refusal(told("new", "Spring", "--plan", plan, "--store", "XX", "--by", "mei"))
    assert "no active user 'nobody'" in refusal(told("new", "Spring", "--plan", plan, "--by", "nobody"))
    assert "'wang' may not do this" in refusal(told("new", "Spring", "--plan", plan, "--by", "wang"))
    assert "needs a name" in refusal(told("new", " ", "--plan", plan, "--by", "mei"))
    assert campaigns(engine) == 0
    for command in ("show", "preview"):
        assert "There is no campaign 7" in refusal(told(command, 7))
    for command in ("submit", "approve", "withdraw", "launch", "pause", "resume", "let-go"):
        assert "There is no campaign 7" in refusal(told(command, 7, "--by", "li"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"audience": {"kind": "level", "levels": ["platinum"]}}, "Nobody is in the audience of 'Spring'"),
        ({"launch": {"kind": "at", "at": "2026-03-10T09:59:00+08:00"}}, "which has passed"),
        ({"variants": [{"key": "a", "words": {"en": {"sms": "{{ salary }}"}}}]}, "salary"),
        ({"budget": "0.05"}, "The budget of CNY 0.05 is below what the first wave may cost"),
    ],
)
def test_what_cannot_be_told_to_anybody_is_not_submitted(
    told: Told, written: Written, engine: Engine, values: dict[str, Any], said: str
) -> None:
    done(told("new", "Spring", "--plan", written(**values), "--by", "mei"))
    assert said in refusal(told("submit", 1, "--by", "mei"))
    assert as_json(told("show", 1, "--json"))["state"] == "draft"
    with engine.connect() as connection:
        actions = connection.scalars(select(AuditEntry.action).where(AuditEntry.entity == "campaign")).all()
    assert actions == ["campaign.made"]


def test_nobody_approves_their_own_or_another_plan_than_they_read(told: Told, written: Written) -> None:
    done(told("new", "Spring", "--plan", written(), "--by", "li"))
    done(told("edit", 1, "--plan", written(per_minute=5), "--by", "mei"))
    done(told("submit", 1, "--by", "mei"))
    assert "'mei' may not do this" in refusal(told("approve", 1, "--by", "mei"))
    assert "has changed since you read it" in refusal(told("approve", 1, "--fingerprint", "abc", "--by", "li"))
    assert "it cannot be launched" in refusal(told("launch", 1, "--by", "mei"))
    done(told("approve", 1, "--by", "li"))
    assert "is not held" in refusal(told("let-go", 1, "--by", "li"))
    assert "is no amount" in told("let-go", 1, "--budget", "-5", "--by", "li").stderr


def test_a_dry_run_accounts_for_everybody_and_does_nothing(told: Told, written: Written, engine: Engine) -> None:
    done(told("new", "Spring", "--plan", written(), "--by", "mei"))
    rehearsed = as_json(told("dry-run", 1, "--customers", 2, "--json"))
    assert rehearsed["audience"] == sum(part["customers"] for part in rehearsed["parts"]) == 3
    assert (rehearsed["currency"], rehearsed["cost"]) == ("CNY", "0.15")
    assert len(rehearsed["customers"]) == 2
    assert rehearsed["customers"][0]["recipient"].count("*") > 2
    shown = done(told("dry-run", 1, "--at", "2026-03-11T11:00"))
    assert "Dry run of 'Spring': 3 in its audience, nothing was sent" in shown
    assert "It begins at 2026-03-11 11:00" in shown
    assert "exceeds the budget" not in shown
    done(told("new", "Dear", "--plan", written(budget="0.10"), "--by", "mei"))
    assert "That exceeds the budget of CNY 0.10: it will stop on the way and ask." in done(told("dry-run", 2))
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Touch)) == 0


def test_the_results_and_the_recipients_of_one_that_was_carried_out(
    told: Told, written: Written, engine: Engine, tmp_path: Path
) -> None:
    done(told("new", "Spring", "--plan", written(), "--by", "mei"))
    assert as_json(told("results", 1, "--json"))["account"]["recipients"] == 0
    done(told("submit", 1, "--launch", "--by", "mei"))
    done(told("approve", 1, "--by", "li"))
    with engine.begin() as connection:
        while advance(connection, 1, NOW, None).more:
            pass
    found = as_json(told("results", 1, "--json"))
    assert (found["account"]["recipients"], found["account"]["waiting"]) == (3, 3)
    assert found["told"]["begun"] == sum(group["begun"] for group in found["groups"]) == 3
    assert "waiting: 3" in done(told("results", 1))
    path = tmp_path / "spring.csv"
    assert done(told("export", 1, path)) == f"3 recipients are in {path}.\n"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("customer,name,store,wave,variant,state")
    assert "Cai" not in path.read_text(encoding="utf-8-sig")
    done(told("export", 1, path, "--reveal"))
    assert "Cai" in path.read_text(encoding="utf-8-sig")
    assert "cannot be written" in refusal(told("export", 1, tmp_path / "none" / "x.csv"))


def test_an_audience_is_kept_changed_and_used_by_its_name(told: Told, tmp_path: Path) -> None:
    rule = tmp_path / "rule.toml"
    rule.write_text('kind = "all"\n')
    assert done(told("audience", "save", "Everybody", rule, "--by", "mei")) == "'Everybody' is audience 1.\n"
    rule.write_text('kind = "not"\n[of]\nkind = "contract"\n')
    assert done(told("audience", "save", "Everybody", rule, "--by", "li")) == "'Everybody' is audience 1, changed.\n"
    assert as_json(told("audience", "count", "--saved", "Everybody", "--json")) == {"customers": 3}
    (kept,) = as_json(told("audience", "list", "--json"))
    assert (kept["name"], kept["store"], kept["version"], kept["changed_by"]) == ("Everybody", None, 2, "li")
    rule.write_text(done(told("audience", "show", "Everybody")))
    assert as_json(told("audience", "count", rule, "--json")) == {"customers": 3}
    assert "No audience is kept under the name 'None'" in refusal(told("audience", "count", "--saved", "None"))
    assert "either a file or --saved" in refusal(told("audience", "count"))
    assert "'wang' may not do this" in refusal(told("audience", "save", "X", rule, "--by", "wang"))
    assert "'wang' may not do this" in refusal(told("audience", "delete", "Everybody", "--by", "wang"))
    assert done(told("audience", "delete", "Everybody", "--by", "mei")) == "'Everybody' is no longer kept.\n"
    assert as_json(told("audience", "list", "--json")) == []
    assert "No audience is kept" in refusal(told("audience", "delete", "Everybody", "--by", "mei"))


def test_a_file_of_customers_is_a_list_that_a_rule_names(
    told: Told, written: Written, tmp_path: Path, engine: Engine
) -> None:
    with engine.connect() as connection:
        numbers = connection.scalars(select(ContactPoint.value).order_by(ContactPoint.id)).all()
    path = tmp_path / "guests.csv"
    path.write_text("phone\n" + "\n".join([*numbers[:2], "+8613000000000"]) + "\n")
    made = as_json(told("audience", "import-list", "Guests", path, "--by", "mei", "--json"))
    assert (made["list"], made["read"], made["members"], made["rejected"]) == (1, 3, 2, 1)
    assert "no customer is known by this phone" in Path(made["rejects"]).read_text(encoding="utf-8-sig")
    rule = tmp_path / "rule.toml"
    rule.write_text('kind = "list"\nlist = 1\n')
    assert as_json(told("audience", "count", rule, "--json")) == {"customers": 2}
    plan = written(audience={"kind": "list", "list": 1})
    done(told("new", "To the guests", "--plan", plan, "--by", "mei"))
    assert "audience: is on the list 'Guests'" in done(told("show", 1))
    path.write_text("phone\n+8613000000000\n")
    nobody = told("audience", "import-list", "Nobody", path, "--by", "mei")
    assert nobody.exit_code == 1
    path.write_text("colour\nred\n")
    assert "needs a column" in refusal(told("audience", "import-list", "Nobody", path, "--by", "mei"))


def test_every_recipe_can_be_made_a_campaign(told: Told, engine: Engine) -> None:
    recipes = as_json(told("recipes", "--json"))
    for recipe in recipes:
        assert recipe["name"].keys() == recipe["description"].keys() == {"zh-CN", "en"}
        done(told("new", recipe["name"]["en"], "--recipe", recipe["key"], "--by", "mei"))
    assert campaigns(engine) == len(recipes) == 5
