"""A touch is what it was when it was planned, and planning is a matter of statements, not of customers."""

from datetime import UTC, datetime

from sqlalchemy import event, func, select
from sqlalchemy.engine.interfaces import CacheStats

from models.core.words import CAMPAIGNS, ProcessName
from models.ledger.tables import PolicyVersion, TemplateVersion, Touch
from models.policies.shipped import shipped_policy, shipped_processes, shipped_templates
from tasks.messages.letters import letters_of
from tasks.policies.catalogue import add_policy, add_template
from tests.support.world import World, at

FOLLOWUP = ProcessName("post-delivery-followup")
TUESDAY = "2026-03-10 10:30"
LATER = datetime(2026, 3, 10, 3, tzinfo=UTC)


def new_words(world: World) -> None:
    """Somebody changes what the thanks say."""
    (thanks,) = (one for one in shipped_templates() if (one.key, one.language) == ("handover-thanks", "en"))
    add_template(world.connection, thanks._replace(text="New words for {{ customer }}."), None, "W1", LATER)


def test_a_touch_keeps_its_words_when_the_template_changes(world: World) -> None:
    before, after = world.customer(), world.customer()
    world.handover(before, "2026-03-09")
    world.plan(FOLLOWUP, TUESDAY)
    new_words(world)
    world.handover(after, "2026-03-09")
    world.plan(FOLLOWUP, "2026-03-10 11:00")
    versions = {}
    for customer in (before, after):
        (touch,) = (touch for touch in world.touches(customer) if touch.step == "thanks")
        text = letters_of(world.connection, [touch.id], LATER)[touch.id].text
        assert text.startswith("New words") == (customer == after)
        versions[customer] = touch.template_version_id
    numbers = select(TemplateVersion.id, TemplateVersion.version).where(TemplateVersion.id.in_(versions.values()))
    found = dict(world.connection.execute(numbers).tuples().all())
    assert found[versions[after]] == found[versions[before]] + 1


def test_a_touch_keeps_its_rules_when_the_policy_changes(world: World) -> None:
    customer = world.customer()
    world.handover(customer, "2026-03-09")
    world.plan(FOLLOWUP, TUESDAY)
    (before,) = (touch for touch in world.touches(customer) if touch.step == "thanks")
    policy = shipped_policy(FOLLOWUP).model_dump(mode="json")
    policy["priority"] = 99
    policy["steps"][0] |= {"at": "15:00:00", "channels": ["email"], "obligation": True}
    assert add_policy(world.connection, FOLLOWUP, policy, None, "W1", LATER) == 2
    world.plan(FOLLOWUP, "2026-03-10 11:00")
    (after,) = (touch for touch in world.touches(customer) if touch.step == "thanks")
    assert after == before
    version = select(PolicyVersion.version).where(PolicyVersion.id == after.policy_version_id)
    assert world.connection.scalar(version) == 1
    world.handover(world.customer(), "2026-03-09")
    world.plan(FOLLOWUP, "2026-03-10 11:00")
    newest = select(func.max(Touch.priority))
    assert world.connection.scalar(newest) == 99


def test_a_sweep_is_as_many_statements_for_many_as_for_few(world: World) -> None:
    """No row-by-row loop over customers (invariant 1)."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("analyze"):  # for tables that earlier tests have grown
            statements.append(statement)

    counts = []
    for customers in (1, 30):
        for _ in range(customers):
            customer = world.customer()
            world.handover(customer, "2026-03-09")
            world.warranty(customer, "2026-05-08")
            world.invoice(world.account(customer), "2026-03-03", "1000.00")
            world.complaint(customer, "2026-03-06 10:00", "2026-03-09 15:00")
        event.listen(world.connection, "before_cursor_execute", note)
        planned = [world.plan(process, TUESDAY).planned for process in (*shipped_processes(), CAMPAIGNS)]
        event.remove(world.connection, "before_cursor_execute", note)
        assert sum(planned) == customers * 4
        counts.append(len(statements))
        statements.clear()
    assert counts[0] == counts[1]


def test_the_text_of_a_sweep_is_worked_out_once_and_its_values_are_those_of_now(world: World) -> None:
    hits: list[CacheStats] = []
    world.handover(world.customer(), "2026-03-09")
    world.plan(FOLLOWUP, "2026-03-05 10:30")
    assert world.steps() == []
    event.listen(world.connection, "after_cursor_execute", lambda *given: hits.append(given[4].cache_hit))
    world.plan(FOLLOWUP, TUESDAY)
    assert world.steps() == ["thanks"]
    assert CacheStats.CACHE_HIT in hits
    assert CacheStats.CACHE_MISS not in hits
    assert CacheStats.NO_CACHE_KEY not in hits


def test_a_run_as_of_a_past_moment_sees_only_what_was_known_then(world: World) -> None:
    """A payment, a promise, a sale and a closing of next week have not happened yet (invariant 8)."""
    owing, promising, selling, complaining = (world.customer() for _ in range(4))
    account = world.account(owing)
    world.payment(account, "2026-03-17", "1000.00", world.invoice(account, "2026-03-03", "1000.00"))
    account = world.account(promising)
    world.invoice(account, "2026-03-03", "1000.00")
    world.promise(account, "2026-03-17", "2026-03-30")
    car = world.vehicle(selling, disposed_on=at("2026-03-17 00:00").date())
    world.warranty(selling, "2026-05-08", car)
    world.complaint(complaining, "2026-03-08 10:00", "2026-03-17 10:00")
    for process in (*shipped_processes(), CAMPAIGNS):
        world.plan(process, TUESDAY)
    assert [world.steps(customer) for customer in (owing, promising, selling, complaining)] == [
        ["reminder-7"], ["reminder-7"], ["invitation-60"], [],
    ]  # fmt: skip
