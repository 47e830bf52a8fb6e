"""The commands for people's work on touches, on a real database."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import URL, Engine, insert
from typer.testing import CliRunner, Result

from console.cli import approvals, calls, cases, leads, letters, links, notices, replies, settling, visits
from console.cli.session import Commands
from models.core.reasons import as_written
from models.core.settings import read_settings
from models.core.words import ChangeKind, ProcessName, Role, StepKind, TouchState
from models.subjects.appointment import AppointmentChange
from tasks.policies.catalogue import add_policy
from tasks.stores.notices import tell_departments
from tests.support.desk import dispatched, handed_to_staff
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
Told = Callable[..., Result]


@pytest.fixture
def told(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on the test's database, its clock moved to 10 March 2026, 10:00."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    app = typer.Typer(cls=Commands)
    for name, part in (
        ("calls", calls.app),
        ("approvals", approvals.app),
        ("cases", cases.app),
        ("notices", notices.app),
        ("visits", visits.app),
        ("letters", letters.app),
        ("leads", leads.app),
    ):
        app.add_typer(part, name=name)
    app.command("reply")(replies.reply)
    app.command("links")(links.links)
    app.command("unsettled")(settling.unsettled)
    app.command("settle")(settling.settle_touch)
    yield lambda *arguments: CliRunner().invoke(app, arguments)
    read_settings.cache_clear()


def make(engine: Engine, facts: Callable[[World], Any]) -> Any:
    """Commit facts and return what `facts` returned."""
    with engine.begin() as connection:
        world = World(connection)
        world.staff(Role.MANAGER, code="M1", name="Chen Jing")
        return facts(world)


def a_call(world: World, phone: str = "+8613900000001") -> str:
    world.handover(world.customer(phone=phone, name="Li [red] Lei"), "2026-03-07")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
    return str(handed_to_staff(world, "day-3-call", NOW))


def test_the_days_calls_are_listed_with_the_script(engine: Engine, told: Told) -> None:
    touch = make(engine, a_call)
    listed = told("calls")
    assert listed.exit_code == 0, listed.output
    for part in (touch[:8], "2026-03-10 09:30", "Li [red] Lei", "+8613900000001", "is all well with the car"):
        assert part in listed.output
    assert "none" in told("calls", "--role", "finance").output


def test_the_list_for_scripts_keeps_its_shape(engine: Engine, told: Told) -> None:
    touch = make(engine, a_call)
    (item,) = json.loads(told("calls", "--json").stdout)
    assert set(item) == {
        *("id", "kind", "process", "step", "store", "time_zone", "role", "customer_id", "customer", "phone", "script"),
        *(
            "purpose",
            "subject_kind",
            "subject_id",
            "priority",
            "due_at",
            "not_before",
            "valid_until",
            "attempts",
            "figures",
        ),
    }
    assert (item["id"], item["kind"], item["role"], item["attempts"]) == (touch, "call", "agent", 0)
    assert datetime.fromisoformat(item["due_at"]) == at("2026-03-10 09:30")
    assert item["due_at"].endswith("09:30:00+08:00")


def test_an_outcome_is_recorded_and_its_effects_told(engine: Engine, told: Told) -> None:
    touch = make(engine, a_call)
    later = told("calls", "done", touch[:8], "--outcome", "no-answer", "--by", "M1")
    assert later.output == f"The call {touch[:8]} is to be made again from 2026-03-10 13:00 on +8613900000001.\n"
    asked = told("calls", "done", touch[:8], "--outcome", "callback", "--by", "M1", "--at", "2026-03-10T16:30")
    assert "to be made again from 2026-03-10 16:30" in asked.output
    angry = told("calls", "done", touch[:8], "--outcome", "reached-not-satisfied", "--by", "M1", "--note", "a rattle")
    assert f"The call {touch[:8]} is done. Case 1 is open." in angry.output
    again = told("calls", "done", touch[:8], "--outcome", "reached", "--by", "M1")
    assert (again.exit_code, again.stderr) == (
        2,
        f"The call {touch[:8]} is not ready: it is done since 2026-03-10 10:00.\n",
    )


def test_a_promise_is_recorded(engine: Engine, told: Told) -> None:
    def dunned(world: World) -> str:
        world.invoice(world.account(world.customer()), "2026-02-23", "1000.00")
        world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
        return str(handed_to_staff(world, "call-15", NOW))

    done = ("calls", "done", make(engine, dunned), "--outcome", "promised", "--by", "M1")
    for wrong, sentence in (
        ((), "needs the day that was promised"),
        (("--amount", "400"), "needs the day that the amount was promised for"),
        (("--promise-on", "2026-03-20", "--amount", "lots"), "'lots' is not an amount"),
        (("--promise-on", "20.3."), "does not match the format"),
        (("--promise-on", "2026-03-01"), "has passed"),
    ):
        refused = told(*done, *wrong)
        assert refused.exit_code == 2
        assert sentence in " ".join(refused.stderr.replace("│", " ").split())
    assert "The promise is recorded." in told(*done, "--promise-on", "2026-03-20", "--amount", "400").output
    assert "none" in told("calls").output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("calls", "--store", "XX"), "There is no store 'XX'"),
        (("calls", "done", "ffffffff", "--outcome", "reached", "--by", "M1"), "No touch has an id that begins with"),
        (("cases", "solve", "77", "--by", "M1"), "There is no case 77."),
        (("notices", "acknowledge", "77", "--by", "M1"), "There is no notice 77."),
        (("approvals", "approve", "??", "--by", "M1"), "expected 4 or more of its first characters"),
        (("reply", "--from", "ALERTS", "--text", "1"), "'ALERTS' is not a phone number"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(engine: Engine, told: Told, arguments: tuple[str, ...], sentence: str) -> None:
    make(engine, lambda world: None)
    refused = told(*arguments)
    assert refused.exit_code == 2
    assert sentence in refused.stderr


def test_a_time_that_is_none_is_refused(engine: Engine, told: Told) -> None:
    touch = make(engine, a_call)
    refused = told("calls", "done", touch, "--outcome", "callback", "--by", "M1", "--at", "half past four")
    assert (refused.exit_code, "is not a moment: expected ISO 8601" in refused.stderr) == (2, True)


def test_a_complaint_is_followed_to_its_end(engine: Engine, told: Told) -> None:
    touch = make(engine, a_call)
    told("calls", "done", touch, "--outcome", "reached-not-satisfied", "--by", "M1", "--note", "a rattle")
    (case,) = json.loads(told("cases", "--json").stdout)
    assert (case["state"], case["owner"], case["note"], case["overdue"]) == ("open", "M1", "a rattle", False)
    assert case["answer_by"] == "2026-03-11T10:00:00+08:00"
    number = str(case["id"])
    assert "Customer not satisfied" in told("cases").output
    told("cases", "answer", number, "--by", "M1", "--note", "rang back")
    told("cases", "solve", number, "--by", "M1")
    assert "only when the customer agrees" in told("cases", "close", number, "--by", "M1").stderr
    assert told("cases", "close", number, "--by", "M1", "--customer-agrees").output == f"Case {number} is closed.\n"
    assert "none" in told("cases").output
    assert "rang back" in told("cases", "--all").output


def test_a_formal_letter_is_seen_and_approved_or_refused(engine: Engine, told: Told) -> None:
    def formal(world: World) -> list[str]:
        for _ in range(2):
            world.invoice(world.account(world.customer()), "2026-02-08", "1000.00")
        world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
        return [str(touch.id) for touch in world.touches() if touch.state == TouchState.AWAITING_APPROVAL]

    first, second = make(engine, formal)
    listed = told("approvals").output
    assert all(part in listed for part in (first[:8], "Formal reminder: account", "finance or manager"))
    assert told("approvals", "approve", first[:8], "--by", "M1").output == f"{first[:8]} is approved.\n"
    (waiting,) = json.loads(told("approvals", "--json").stdout)
    assert (waiting["id"], waiting["letter"]["language"], waiting["roles"]) == (second, "en", ["finance", "manager"])
    assert told("approvals", "refuse", second[:8], "--by", "M1", "--reason", "paid in cash").exit_code == 0
    assert "none" in told("approvals").output


def test_a_reply_is_taken_and_its_effect_told(engine: Engine, told: Told) -> None:
    def booked(world: World) -> None:
        world.appointment(world.customer(phone="+8613900000001"), "2026-03-12 09:00")

    make(engine, booked)
    one = ("reply", "--from", "13900000001", "--text")
    assert told(*one, "1", "--message-id", "m1").output == "The appointment is confirmed.\n"
    assert told(*one, "1", "--message-id", "m1").output == "This message was processed before; nothing has changed.\n"
    assert "the advisor will be told to call" in told(*one, "2").output
    assert "Stored for a person to read." in told(*one, "please stop by").output
    assert told(*one, "退订").output == "Opted out of sms: 1 customer; 0 planned messages cancelled.\n"
    unknown = told("reply", "--from", "+8613911111111", "--text", "1")
    assert "The sender is not a known customer." in unknown.output


def test_a_department_acknowledges_a_change(engine: Engine, told: Told) -> None:
    def moved(world: World) -> None:
        appointment = world.appointment(world.customer(), "2026-03-13 09:00", departments=["workshop"])
        world.connection.execute(
            insert(AppointmentChange).values(
                appointment_id=appointment, kind=ChangeKind.MOVED, from_starts_at=at("2026-03-12 09:00"),
                to_starts_at=at("2026-03-13 09:00"), changed_at=at("2026-03-10 09:00"),
            )
        )  # fmt: skip
        tell_departments(world.connection, NOW)

    make(engine, moved)
    assert "2026-03-12 09:00 moved to 2026-03-13 09:00" in told("notices").output
    (notice,) = json.loads(told("notices", "--json", "--department", "workshop").stdout)
    assert told("notices", "acknowledge", str(notice["id"]), "--by", "M1").exit_code == 0
    assert "none" in told("notices").output
    assert "by M1" in told("notices", "--all").output


def test_what_is_unknown_is_settled(engine: Engine, told: Told) -> None:
    def unknown(world: World) -> str:
        world.handover(world.customer(), "2026-03-09")
        world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
        return str(dispatched(world, "thanks", TouchState.UNKNOWN, NOW, **as_written("no answer").columns))

    touch = make(engine, unknown)
    assert "no answer" in told("unsettled").output
    (item,) = json.loads(told("unsettled", "--json").stdout)
    assert (item["id"], item["state"]) == (touch, "unknown")
    settled = told("settle", touch[:8], "--as", "delivered", "--by", "M1", "--reason", "customer rang")
    assert settled.output == f"{touch[:8]} is sent.\n"
    assert "none" in told("unsettled").output


def test_the_links_of_a_customer_are_read_out(engine: Engine, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def facts(world: World) -> None:
        world.appointment(world.customer(phone="+8613900000001"), "2026-03-12 09:00")

    make(engine, facts)
    found = json.loads(told("links", "13900000001", "--json").stdout)
    assert [one["purpose"] for one in found] == ["appointment", "consent"]
    assert found[0]["until"] == "2026-03-12T09:00:00+08:00"
    assert found[0]["address"] in told("links", "13900000001").stdout
    monkeypatch.setenv("AFTERCARE_CHANNELS__SMS", "gateways://sms.example.com/send")
    read_settings.cache_clear()
    assert told("links", "13900000001").exit_code == 2


def by_hand(kind: StepKind) -> Callable[[World], str]:
    """A touch of a kind that waits on a list; its id."""

    def facts(world: World) -> str:
        process = ProcessName("post-delivery-followup")
        step = {
            "key": "by-hand", "subject": "handover", "kind": kind, "after": "1d", "at": "09:30", "valid_for": "7d",
            "template": "handover-thanks", "purpose": "follow-up", "role": "agent",
        }  # fmt: skip
        body = {"process": process, "priority": 60, "steps": [step]}
        add_policy(world.connection, process, body, world.store_id, "test", at("2026-01-01 00:00"))
        address = {"street": "=Nanjing Rd 1", "postcode": "200001", "city": "Shanghai"}
        world.handover(world.customer(name="Li Lei", **address), "2026-03-09")
        world.plan(process, "2026-03-10 09:40")
        return str(handed_to_staff(world, "by-hand", NOW))

    return facts


def test_a_visit_is_planned_and_done(engine: Engine, told: Told) -> None:
    visit = make(engine, by_hand(StepKind.VISIT))[:8]
    assert "Li Lei" in told("visits", "list").output
    planned = told("visits", "plan", visit, "--by", "M1", "--on", "2026-03-12")
    assert planned.output == f"The visit {visit} is planned for 2026-03-12.\n"
    (item,) = json.loads(told("visits", "list", "--json").stdout)
    assert (item["planned_for"], item["address"]) == ("2026-03-12", "=Nanjing Rd 1, 200001 Shanghai")
    early = told("visits", "plan", visit, "--by", "M1", "--on", "2026-03-18")
    assert early.output == (
        f"The visit {visit} cannot be on 2026-03-18; expected a day from 2026-03-10 to 2026-03-17.\n"
    )
    assert told("visits", "done", visit, "--by", "M1", "--result", "fine").output == f"The visit {visit} is done.\n"
    assert json.loads(told("visits", "list", "--json").stdout) == []


def test_letters_are_printed_into_a_file_and_posted(engine: Engine, told: Told, tmp_path: Path) -> None:
    letter = make(engine, by_hand(StepKind.LETTER))[:8]
    (item,) = json.loads(told("letters", "list", "--json").stdout)
    assert item["batch"] is None
    nowhere = told(
        "letters", "print", "--out", str(tmp_path / "no" / "file.csv"), "--store", item["store"], "--by", "M1"
    )
    assert "cannot be written: no such file or directory. Nothing was printed." in nowhere.output
    assert json.loads(told("letters", "list", "--json").stdout)[0]["batch"] is None
    out = tmp_path / "letters.csv"
    assert told("letters", "print", "--out", str(out)).exit_code != 0
    printed = told("letters", "print", "--out", str(out), "--store", item["store"], "--by", "M1")
    assert printed.exit_code == 0, printed.output
    (batch,) = {one["batch"] for one in json.loads(told("letters", "list", "--json").stdout)}
    assert printed.output == f"Batch {batch}: 1 letters in {out}.\n"
    with out.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["batch"], row["id"], row["street"], row["city"]) == (str(batch), letter, "'=Nanjing Rd 1", "Shanghai")
    again = told("letters", "print", "--out", str(out), "--store", item["store"], "--by", "M1")
    assert again.output == "There is nothing to print.\n"
    assert told("letters", "posted", str(batch), "--by", "M1").output == f"Batch {batch}: 1 letters are posted.\n"
    assert json.loads(told("letters", "list", "--json").stdout) == []


ADF = (
    "<adf><prospect><id>7</id><requestdate>2026-03-10T01:30:00Z</requestdate><customer><contact>"
    "<name>Ann Miller</name><phone>13800138001</phone></contact></customer></prospect></adf>"
)


def test_a_lead_is_written_down_graded_and_lost(engine: Engine, told: Told, tmp_path: Path) -> None:
    make(engine, lambda world: world.staff(Role.SALES, code="S1", name="Zhao Lei"))
    person = ("--name", "Li Lei", "--phone", "13800138000")
    made = told("leads", "new", *person, "--class", "H", "--source", "walk-in", "--salesperson", "S1", "--by", "M1")
    assert made.exit_code == 0, made.output
    assert made.output.endswith("To be called by 2026-03-10 12:00.\n")
    (item,) = json.loads(told("leads", "list", "--json").stdout)
    assert (item["urgency"], item["salesperson"], item["standing"], item["missed"]) == ("H", "S1", "due", 0)
    lead = str(item["id"])
    graded = told("leads", "grade", lead, "--class", "O", "--deposit", "100", "--by", "M1").output
    assert graded.splitlines()[0] == f"Lead {lead} is of class O."
    assert "below the CNY 5,000.00" in graded
    assert "Nobody of store" in told("leads", "grade", lead, "--class", "A", "--by", "nobody").output
    shown = json.loads(told("leads", "show", lead, "--json").stdout)
    assert (shown["item"]["urgency"], shown["deposit"], shown["first_contact_by"]) == (
        "O", "100.00", "2026-03-10T12:00:00+08:00",
    )  # fmt: skip
    assert told("leads", "day", "--salesperson", "S1").exit_code == 0
    assert told("leads", "postpone", lead, "--to", "2026-03-01", "--by", "M1").exit_code == 2
    assert told("leads", "lose", lead, "--why", "price", "--by", "M1").output == f"Lead {lead} is lost: price.\n"
    assert told("leads", "reopen", lead, "--by", "M1").output == f"Lead {lead} is open.\n"
    file = tmp_path / "lead.xml"
    file.write_text(ADF)
    assert told("leads", "adf", str(file)).output == "1 new, 0 of customers with an open lead, 0 known.\n"
    file.write_text(ADF.replace("<phone>13800138001</phone>", ""))
    nobody = told("leads", "adf", str(file))
    assert (nobody.exit_code, "prospect 1, customer/contact/phone" in nobody.output) == (1, True)
    file.write_text(f"<!DOCTYPE adf>{ADF}")
    refused = told("leads", "adf", str(file))
    assert (refused.exit_code, "a document type or an entity" in refused.output) == (2, True)
