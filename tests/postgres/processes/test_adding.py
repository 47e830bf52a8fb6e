"""A process without code comes, changes and goes, each in one transaction, with every version kept."""

import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, func, insert, select, update

from console.shared.database import Database
from deployments.next_runs import next_run_of
from deployments.plan import read_plan
from deployments.schedules import find_flow, read_flows
from models.core.reasons import give
from models.core.retention import DaysKept
from models.core.saying import learn_words, say_word
from models.core.settings import ChannelAddresses, Settings
from models.core.words import ProcessName, TouchState
from models.ledger.tables import (
    AuditEntry,
    PolicyVersion,
    Process,
    ProcessWording,
    TemplateVersion,
    Touch,
    Verdict,
)
from tasks.explaining.story import explain
from tasks.messages import template_changes
from tasks.messages.template_changes import list_templates
from tasks.overview.reporting import read_status
from tasks.planning.forecasting import forecast
from tasks.policies.processes import (
    UnknownProcess,
    list_processes,
    processes_by_priority,
    recorded_processes,
    removed_processes,
)
from tasks.processes import words
from tasks.processes.adding import NotOurs, add_process, check_process, list_standing, read_process, remove_process
from tasks.processes.ending import REMOVED
from tasks.processes.files import BadProcess
from tasks.processes.words import learn_process_words
from tasks.runs.housekeeping import keep_house
from tasks.runs.recording import is_enabled
from tests.support.tyre_storage import OFFER, TYRES, step, tyre_storage
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
ZONE = ZoneInfo("Asia/Shanghai")
KEPT = (Process, ProcessWording, PolicyVersion, TemplateVersion, AuditEntry)


def rows_of(world: World) -> dict[str, list[Any]]:
    return {
        table.__tablename__: [tuple(row) for row in world.connection.execute(select(table.__table__))] for table in KEPT
    }


def test_what_is_added_stands_with_the_others(world: World) -> None:
    added = add_process(world.connection, NOW, tyre_storage(), "mei")
    assert (added.process, added.version, added.new, added.changed, added.enabled) == (TYRES, 1, True, True, True)
    assert TYRES in list_processes(world.connection)
    assert TYRES in processes_by_priority(world.connection)
    assert TYRES in [one.process for one in read_status(world.connection, NOW).processes]
    served = find_flow(read_flows(world.connection), TYRES)
    assert (served.module, served.function) == ("flows.processes", "tyre_storage")
    assert [slot.cron for slot in served.slots] == ["0 9 * * *"]
    assert served.tags == ("process", "service")
    assert (say_word("zh-CN", TYRES), say_word("en", "tyres-360")) == ("轮胎保管", "tyres after a year")
    assert {row.key for row in list_templates(world.connection)} >= {OFFER}
    (entry,) = world.connection.execute(select(AuditEntry.actor, AuditEntry.after)).all()
    assert (entry.actor, entry.after["policy"]) == ("mei", 1)


def test_its_touches_are_planned_foreseen_and_said(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    customer = world.customer()
    world.handover(customer, "2025-09-10")
    other = world.customer()
    world.handover(other, "2025-09-14")
    coming = forecast(world.connection, NOW, 14)
    assert {row.process for row in coming.rows} >= {TYRES}
    world.plan(TYRES, "2026-03-10 10:00")
    assert world.steps(customer) == ["tyres-180"]
    assert world.steps(other) == []


def test_the_same_again_is_nothing_and_another_is_the_next_version(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    before = rows_of(world)
    again = add_process(world.connection, NOW, tyre_storage(), "li")
    assert (again.version, again.new, again.changed) == (1, False, False)
    assert rows_of(world) == before

    files = tyre_storage()
    files.policy["steps"].append(step("tyres-540", "540d"))
    files.wording["tyres-540"] = {"zh-CN": "一年半换胎提醒", "en": "tyres after a year and a half"}
    next_one = add_process(world.connection, NOW, files, "li")
    assert (next_one.version, next_one.new, next_one.changed) == (2, False, True)
    assert say_word("en", "tyres-540") == "tyres after a year and a half"
    assert world.connection.scalar(select(func.count(ProcessWording.version))) == 2


def test_a_switch_survives_the_next_version(world: World) -> None:
    assert not add_process(world.connection, NOW, tyre_storage(), "mei", enabled=False).enabled
    files = tyre_storage()
    files.policy["priority"] = 31
    assert not add_process(world.connection, NOW, files, "mei").enabled
    assert not is_enabled(world.connection, TYRES)


def test_a_template_that_no_step_uses_any_more_is_out_of_force(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    files = tyre_storage()
    files.templates["tyres-hello"] = files.templates.pop(OFFER)
    files.wording["tyres-hello"] = files.wording.pop(OFFER)
    for one in files.policy["steps"]:
        one["template"] = "tyres-hello"
    add_process(world.connection, NOW, files, "mei")
    keys = {row.key for row in list_templates(world.connection)}
    assert "tyres-hello" in keys
    assert OFFER not in keys


def test_what_is_refused_changes_nothing(world: World) -> None:
    files = tyre_storage()
    files.wording.pop("tyres-360")  # what is wrong comes last: all else could have been written before
    before = rows_of(world)
    with pytest.raises(BadProcess, match=r"wording.toml, tyres-360: it is missing"):
        add_process(world.connection, NOW, files, "mei")
    assert rows_of(world) == before


def test_a_template_that_a_channel_of_the_house_cannot_send_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tyre_storage()
    files.templates[OFFER]["en"]["text"] = "Hello{% if store_phone %}, call {{ store_phone }}{% endif %}."
    assert check_process(world.connection, files)
    aliyun = ChannelAddresses(sms=SecretStr("aliyun://id:secret@sms.example.com?sign=S"))
    monkeypatch.setattr(template_changes, "read_settings", lambda: Settings(channels=aliyun))
    before = rows_of(world)
    with pytest.raises(BadProcess) as refusal:
        add_process(world.connection, NOW, files, "mei")
    (problem,) = refusal.value.problems
    assert (problem.file, problem.path) == ("templates.toml", f"{OFFER}.en.text")
    assert "the condition in line 1, and AFTERCARE_CHANNELS__SMS sends registered templates only" in str(problem)
    assert rows_of(world) == before
    for one in files.policy["steps"]:
        one["channels"] = ["wechat", "email"]
    assert add_process(world.connection, NOW, files, "mei").new


def test_two_processes_of_ones_own_cannot_share_a_template_or_a_word(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    files = tyre_storage()
    files.policy["process"] = "tyre-change"
    files.wording["tyre-change"] = {"zh-CN": "换胎", "en": "Tyre change"}
    del files.wording[TYRES]
    with pytest.raises(BadProcess, match=f"{OFFER}: the template '{OFFER}' belongs to the process {TYRES}"):
        add_process(world.connection, NOW, files, "mei")
    files.templates["other"] = files.templates.pop(OFFER)
    files.wording["other"] = files.wording.pop(OFFER)
    for one in files.policy["steps"]:
        one["template"] = "other"
    files.wording["tyres-180"] = {"zh-CN": "换胎", "en": "change them"}
    with pytest.raises(BadProcess, match="tyres-180: it is called 'tyres after half a year' already"):
        add_process(world.connection, NOW, files, "mei")


def test_what_is_removed_ends_what_it_had_planned_and_keeps_its_words(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    customer = world.customer()
    world.handover(customer, "2025-09-10")
    world.plan(TYRES, "2026-03-10 10:00")
    assert remove_process(world.connection, NOW, TYRES, "mei") == 1
    touch = world.connection.execute(select(Touch.state, Touch.reason, Touch.state_at)).one()
    assert touch == (TouchState.CANCELLED, REMOVED, NOW)
    assert world.connection.scalars(select(Verdict.reason)).all()[-1] == REMOVED
    assert TYRES not in list_processes(world.connection)
    assert TYRES not in [served.name for served in read_flows(world.connection)]
    assert read_plan(world.connection).removed == removed_processes(world.connection) == (TYRES,)
    assert not is_enabled(world.connection, TYRES)
    assert OFFER not in {row.key for row in list_templates(world.connection)}
    assert say_word("zh-CN", TYRES) == "轮胎保管"
    with pytest.raises(UnknownProcess):
        remove_process(world.connection, NOW, TYRES, "mei")


def test_why_still_tells_what_a_removed_process_did(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    customer, nobody = world.customer(), world.customer()
    for each in (customer, nobody):
        world.handover(each, "2025-09-10" if each == customer else "2026-03-09")
    world.plan(TYRES, "2026-03-10 10:00")
    remove_process(world.connection, NOW, TYRES, "mei")
    later = at("2026-03-12 10:00")
    every = recorded_processes(world.connection)
    told = explain(world.connection, customer, later, every, next_run_of(read_flows(world.connection), ZONE))
    (story,) = (story for story in told.processes if story.process == TYRES)
    assert (story.enabled, [str(remark) for remark in story.remarks]) == (
        False,
        ["The process was removed. What it did stays on record."],
    )
    ((step,),) = (subject.steps for subject in story.subjects)
    assert step.touch is not None
    assert (step.touch.state, step.touch.reason, step.next_look_at) == (TouchState.CANCELLED, give(REMOVED), None)
    assert say_word("zh-CN", story.process) == "轮胎保管"
    of_nobody = explain(world.connection, nobody, later, every, next_run_of(read_flows(world.connection), ZONE))
    assert TYRES not in [story.process for story in of_nobody.processes]


def test_what_a_run_planned_meanwhile_is_ended_by_the_housekeeping(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    world.handover(world.customer(), "2025-09-10")
    world.plan(TYRES, "2026-03-10 10:00")
    world.connection.execute(update(Process).where(Process.name == TYRES).values(removed_at=NOW))
    assert keep_house(world.connection, NOW, None, DaysKept()).ended == {REMOVED: 1}
    assert keep_house(world.connection, NOW, None, DaysKept()).ended == {}


def test_what_was_removed_can_come_back(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    customer = world.customer()
    world.handover(customer, "2025-09-10")
    world.plan(TYRES, "2026-03-10 10:00")
    remove_process(world.connection, NOW, TYRES, "mei")
    added = add_process(world.connection, NOW, tyre_storage(), "mei")
    assert (added.new, added.version) == (True, 2)
    world.plan(TYRES, "2026-03-10 10:00")
    assert world.steps(customer, TouchState.PLANNED) == ["tyres-180"]


def test_what_is_shipped_is_not_removed(world: World) -> None:
    with pytest.raises(NotOurs):
        remove_process(world.connection, NOW, "warranty-expiry", "mei")
    assert all(one.shipped for one in list_standing(world.connection))


def test_what_is_shown_can_be_added_again(world: World) -> None:
    add_process(world.connection, NOW, tyre_storage(), "mei")
    assert not add_process(world.connection, NOW, read_process(world.connection, TYRES), "mei").changed


@pytest.mark.parametrize("process", ["warranty-expiry", "overdue-accounts"])
def test_a_shipped_process_can_be_copied_under_another_name(world: World, process: str) -> None:
    files = read_process(world.connection, process)
    files.policy["process"] = "copy"
    own = {key: f"copy-{key}" for key in files.templates}
    files.wording.clear()
    files.wording["copy"] = {"zh-CN": "副本", "en": "Copy"}
    for key, name in own.items():
        files.templates[name] = files.templates.pop(key)
        files.wording[name] = {"zh-CN": f"副本 {name}", "en": f"copy {name}"}
    for one in files.policy["steps"]:
        one["template"] = own[one["template"]]
    assert add_process(world.connection, NOW, files, "mei").process == ProcessName("copy")


def test_a_console_says_a_process_that_was_added_elsewhere_a_second_later(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    database = Database(engine.url, Settings())
    files = tyre_storage()
    files.wording[TYRES] = {"zh-CN": "轮胎", "en": "Tyres by another program"}
    with engine.begin() as connection:
        World(connection)
        add_process(connection, NOW, files, "mei")
    learn_words({})  # this program has not added it
    words._SEEN.clear()
    assert database.work_here(lambda _: say_word("en", TYRES)) == "Tyres by another program"
    learn_words({})
    words._SEEN.clear()
    assert database.work_here(lambda _: say_word("en", TYRES)) == TYRES, "it looks once a second"
    now = 1.0
    assert database.work_here(lambda _: say_word("en", TYRES)) == "Tyres by another program"
    database.close()


def test_a_process_that_was_added_elsewhere_is_said_without_a_restart(engine: Engine) -> None:
    with engine.begin() as connection:
        World(connection)
        add_process(connection, NOW, tyre_storage(), "mei")
        said = {"tyre-storage": {"en": "Tyres, elsewhere", "zh-CN": "轮胎"}}
        connection.execute(
            insert(ProcessWording).values(process=TYRES, version=2, words=said, created_at=NOW, created_by="li")
        )
    assert say_word("en", TYRES) == "Tyre storage"
    with engine.begin() as connection:
        learn_process_words(connection)
    assert say_word("en", TYRES) == "Tyres, elsewhere"
