"""The whole `aftercare` command: what it reads, changes and refuses, on a real database."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import URL, Engine, select
from typer.testing import CliRunner, Result

from console.cli import running
from console.cli.command import COMMANDS, app
from models.core.settings import read_settings
from models.core.words import CAMPAIGNS, ProcessName
from models.ledger.tables import Touch, Verdict
from models.policies.shipped import shipped_processes
from tasks.dispatch.rehearsing import rehearse
from tasks.prefect.run import ProcessRun
from tests.support.world import World, at

FOLLOWUP = ProcessName("post-delivery-followup")
Told = Callable[..., Result]


@pytest.fixture
def told(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on the test's database, its clock moved to 10 March 2026, 10:00."""
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(app, arguments)
    read_settings.cache_clear()


@pytest.fixture
def dealership(engine: Engine) -> None:
    """One customer with a warranty, a handover and a planned touch; committed."""
    with engine.begin() as connection:
        world = World(connection)
        customer = world.customer(phone="+8613912345678", name="Li [red] Lei")
        world.warranty(customer, "2026-05-20")
        world.handover(customer, "2026-03-09")
        world.plan(ProcessName("post-delivery-followup"), "2026-03-10 08:30")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_says_what_it_does(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"], prog_name="aftercare")
    assert result.exit_code == 0, result.output
    assert f"Usage: aftercare {name} " in result.output


def test_why_tells_the_story_in_sentences(told: Told, dealership: None) -> None:
    result = told("why", "13912345678")
    assert result.exit_code == 0, result.output
    assert "Li [red] Lei, as of 2026-03-10 10:00 (Asia/Shanghai)" in result.output
    assert "thanks Planned; goes out from 2026-03-10 10:00." in result.output
    assert "invitation-60 To come: due 2026-03-21 10:00; checked again at 2026-03-20 13:30." in result.output
    assert "There is no account on record." in result.output


def test_why_of_one_process_as_of_a_moment_as_json(told: Told, dealership: None) -> None:
    result = told("why", "13912345678", "--process", "warranty-expiry", "--as-of", "2026-03-21T09:00", "--json")
    story = json.loads(result.output)
    assert story["as_of"] == "2026-03-21T09:00:00+08:00"
    (process,) = story["processes"]
    step = process["subjects"][0]["steps"][0]
    assert (step["step"], step["standing"], step["due_at"]) == ("invitation-60", "due", "2026-03-21T10:00:00+08:00")
    assert step["next_look_at"] == "2026-03-21T13:30:00+08:00"


def test_the_forecast_leaves_the_ledger_as_it_is(told: Told, dealership: None, engine: Engine) -> None:
    before = ledger(engine)
    rows = json.loads(told("forecast", "--days", "14", "--json").output)["rows"]
    assert [(row["day"], row["step"], row["planned"], row["to_come"]) for row in rows] == [
        ("2026-03-10", "thanks", 1, 0),
        ("2026-03-12", "day-3-call", 0, 1),
        ("2026-03-16", "day-7-call", 0, 1),
        ("2026-03-21", "invitation-60", 0, 1),
    ]
    assert "Not forecast: no-show-call" in told("forecast", "--days", "1").output
    assert ledger(engine) == before


def ledger(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return [connection.execute(select(table.__table__).order_by(table.id)).all() for table in (Touch, Verdict)]


def test_status_touches_stores_channels_and_processes_read(told: Told, dealership: None) -> None:
    status = json.loads(told("status", "--json").output)
    assert [process["process"] for process in status["processes"]] == [*shipped_processes(), CAMPAIGNS]
    (touch,) = json.loads(told("touches", "--customer", "13912345678", "--step", "thanks", "--json").output)
    assert (touch["step"], touch["state"], touch["due_at"]) == ("thanks", "planned", "2026-03-10T10:00:00+08:00")
    assert json.loads(told("stores", "--json").output)[0]["customers"] == 1
    schemes = {(row["channel"], row["scheme"]) for row in json.loads(told("channels", "--json").output)}
    assert schemes == {("sms", "outbox://"), ("email", "outbox://"), ("wechat", "outbox://")}
    assert told("processes", "disable", "warranty-expiry").output == "warranty-expiry is disabled.\n"
    listed = {row["process"]: row["enabled"] for row in json.loads(told("processes", "--json").output)}
    assert listed["warranty-expiry"] is False
    for command in ("status", "touches", "stores", "channels", "processes", "policies list", "templates list"):
        assert told(*command.split()).exit_code == 0


def test_a_channels_address_shows_no_more_than_its_kind(
    told: Told, dealership: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCARE_CHANNELS__SMS", "gateway://user:secret@sms.example.com/send")
    read_settings.cache_clear()
    output = told("channels").output
    assert "gateway://" in output
    assert "secret" not in output


def test_a_channel_of_a_store_that_is_not_on_record_is_named(
    told: Told, dealership: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCARE_STORE_CHANNELS__XX__SMS", "gateway://user:secret@sms.example.com/send")
    read_settings.cache_clear()
    complaint = "AFTERCARE_STORE_CHANNELS__XX__SMS is set for a store that is not on record"
    (unused,) = json.loads(told("status", "--json").output)["unused_settings"]
    assert unused["code"] == "channel-of-no-store"
    assert unused["sentence"].startswith(complaint)
    for command in ("status", "channels"):
        output = told(command).output
        assert complaint in output
        assert "secret" not in output


def test_a_policy_goes_out_is_edited_and_comes_back(told: Told, dealership: None, tmp_path: Path) -> None:
    file = tmp_path / "warranty.toml"
    file.write_text(told("policies", "show", "warranty-expiry").output.replace("priority = 50", "priority = 55"))
    assert told("policies", "check", str(file)).output == f"{file} is a valid policy 'warranty-expiry'.\n"
    assert "active as version 2 for every store" in told("policies", "set", str(file), "--by", "Wang").output
    assert "priority = 55" in told("policies", "show", "warranty-expiry").output
    assert "priority = 50" in told("policies", "show", "warranty-expiry", "--version", "1").output
    assert told("policies", "activate", "warranty-expiry", "--version", "1", "--by", "Li").exit_code == 0
    versions = json.loads(told("policies", "versions", "warranty-expiry", "--json").output)
    assert [(row["version"], row["active"]) for row in versions] == [(1, True), (2, False)]


def test_a_template_goes_out_is_edited_and_comes_back(told: Told, dealership: None, tmp_path: Path) -> None:
    file = tmp_path / "call.toml"
    file.write_text(told("templates", "show", "warranty-call").output.replace("Call {{", "Ring {{"), encoding="utf-8")
    assert told("templates", "check", str(file)).exit_code == 0
    assert told("templates", "set", str(file), "--by", "Wang").output == "Active now: warranty-call.\n"
    assert "Ring {{ customer }}" in told("templates", "show", "warranty-call").output


def test_words_that_are_true_on_one_day_only_are_warned_of(told: Told, dealership: None, tmp_path: Path) -> None:
    file = tmp_path / "call.toml"
    shown = told("templates", "show", "warranty-call").output
    file.write_text(shown.replace("Call {{", "Call today {{").replace("致电{{", "明天致电{{"), encoding="utf-8")
    for arguments in (("check", str(file)), ("set", str(file), "--by", "Wang")):
        said = told("templates", *arguments)
        assert said.exit_code == 0
        assert "Warning: warranty-call.en: 'today' in the text is true on one day only" in said.stderr
        assert "Warning: warranty-call.zh-CN: '明天' in the text is true on one day only" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("why", "Nobody"), "No customer is known by 'Nobody'"),
        (("why", "13912345678", "--as-of", "10/03/2026"), "'10/03/2026' is not a moment: expected ISO 8601"),
        (("run", "everything"), "There is no process 'everything'; there are appointment-reminders, "),
        (("run", "all", "--as-of", "soon"), "'soon' is not a moment"),
        (("forecast", "--store", "X9"), "There is no store 'X9'; the stores are K1."),
        (("touches", "--store", "X9"), "There is no store 'X9'"),
        (("policies", "show", "nonsense"), "There is no policy 'nonsense'"),
        (("policies", "set", "absent.toml", "--by", "Wang"), "The file absent.toml cannot be read: there is no such"),
        (("templates", "show", "nonsense"), "There is no template 'nonsense'"),
        (("channels", "resume", "sms"), "The channel sms that the stores share is not paused"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_2(
    told: Told, dealership: None, arguments: tuple[str, ...], said: str
) -> None:
    result = told(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("arguments", [("touches", "--state", "lost"), ("forecast", "--days", "0"), ("nonsense",)])
def test_what_the_command_line_cannot_take_is_status_2(told: Told, arguments: tuple[str, ...]) -> None:
    assert told(*arguments).exit_code == 2


def test_a_file_that_is_no_toml_names_the_place(told: Told, dealership: None, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text("process = \n")
    result = told("policies", "check", str(file))
    assert result.exit_code == 2
    assert f"The file {file} cannot be read: it is not TOML: " in result.stderr
    assert "line 1" in result.stderr


def test_no_database_is_a_sentence(told: Told, monkeypatch: pytest.MonkeyPatch, unused_port: int) -> None:
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", f"postgresql://nobody:secret@127.0.0.1:{unused_port}/nothing")
    read_settings.cache_clear()
    result = told("status")
    assert result.exit_code == 2
    assert "No database 'nothing' can be reached at 127.0.0.1" in result.stderr
    assert "secret" not in result.stderr


@pytest.fixture
def unused_port() -> int:
    from tests.support.ports import free_port

    return free_port()


def test_a_database_that_goes_away_is_a_sentence(told: Told, dealership: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import text

    from console.cli import reporting

    def die(connection: Any, _now: Any) -> None:
        connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    monkeypatch.setattr(reporting, "read_status", die)
    result = told("status")
    assert result.exit_code == 2
    assert result.stderr.startswith("The database does not answer: ")
    assert result.stderr.count("\n") == 1


def test_the_database_is_upgraded_checked_and_named(told: Told, database_url: URL) -> None:
    assert re.fullmatch(r"The database is at schema \d{4}\.\n", told("db", "upgrade").output)
    assert re.search(r"its schema is \d{4}, the newest", told("db", "check").output)
    assert told("db", "url").output.startswith("postgresql://")
    assert str(database_url.database) in told("db", "url").output


LAZY = """
import sys
from typer.testing import CliRunner, Result
from console.cli.command import app
assert CliRunner().invoke(app, ["status", "--help"]).exit_code == 0
print(sorted({name.partition(".")[0] for name in sys.modules} & {"alembic", "apprise", "prefect"}))
"""


def test_a_reading_command_does_not_wait_for_prefect_apprise_or_alembic() -> None:
    done = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


INTERRUPTIBLE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background jobs are started without
from console.cli.command import main
main()
"""


def test_ctrl_c_ends_quietly_with_130(engine: Engine, database_url: URL, tmp_path: Path) -> None:
    """The command waits for a lock that this test holds, and is interrupted there."""
    from sqlalchemy import text

    address = database_url.render_as_string(hide_password=False)
    environment = os.environ | {"AFTERCARE_DATABASE_URL": address, "AFTERCARE_HOME": str(tmp_path)}
    with engine.begin() as connection:
        connection.execute(text("lock table processes in access exclusive mode"))
        command = [sys.executable, "-c", INTERRUPTIBLE, "status"]
        command_run = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        wait_for_waiter(engine, command_run)
        command_run.send_signal(signal.SIGINT)
        _, said = command_run.communicate(timeout=30)
    assert command_run.returncode == 130
    assert said == ""


def wait_for_waiter(engine: Engine, running: subprocess.Popen[str]) -> None:
    """Until another connection waits for a lock of this database."""
    from sqlalchemy import text

    waits = text("select count(*) from pg_locks l join pg_database d on d.oid = l.database "
                 "where not granted and datname = current_database()")  # fmt: skip
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(waits):
            assert running.poll() is None, "the command ended before it waited"


def test_the_clock_moves_with_the_environment(told: Told, dealership: None) -> None:
    assert json.loads(told("status", "--json").output)["as_of"] == at("2026-03-10 10:00").isoformat()


class Rehearser:
    """A launcher that rehearses the processes on the test's database, without Prefect."""

    def __init__(self, engine: Engine, database: URL) -> None:
        self.engine, self.database = engine, database
        self.started: list[tuple[str, datetime | None, bool]] = []

    def run(self, process: str, *, as_of: datetime | None = None, dry_run: bool = False) -> list[ProcessRun]:
        self.started.append((process, as_of, dry_run))
        now = as_of or at("2026-03-10 10:00")
        with self.engine.begin() as connection:
            rehearsed = {name: rehearse(connection, name, now) for name in (FOLLOWUP, ProcessName("warranty-expiry"))}
        return [
            ProcessRun(UUID(int=1), name, now, True, True, True, account, contacts)
            for name, (account, contacts) in rehearsed.items()
        ]


@pytest.fixture
def rehearser(engine: Engine, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Rehearser:
    launcher = Rehearser(engine, database_url)
    monkeypatch.setattr(running, "open_launcher", lambda _settings: nullcontext(launcher))
    return launcher


def test_a_run_prints_its_account_a_column_each(told: Told, dealership: None, rehearser: Rehearser) -> None:
    result = told("run", "all", "--as-of", "2026-03-21T10:30", "--dry-run")
    assert result.exit_code == 0, result.output
    assert rehearser.started == [("all-processes", at("2026-03-21 10:30"), True)]
    assert "Dry run: nothing was planned or sent, as of 2026-03-21 10:30 CST" in result.output
    assert row_of(result.output, "eligible") == ["eligible", "1", "1"]
    assert row_of(result.output, "planned") == ["planned", "1", "1"]
    assert row_of(result.output, "of which handed to staff") == ["of which handed to staff", "1", "0"]
    assert "Would be contacted: 2" in result.output
    assert "+86***78" in result.output
    assert "13912345678" not in result.output


def row_of(output: str, label: str) -> list[str]:
    (line,) = (line for line in output.splitlines() if line.startswith(f"│ {label} "))
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_a_run_as_json_lists_whom_it_would_contact(told: Told, dealership: None, rehearser: Rehearser) -> None:
    shown = json.loads(told("run", "warranty-expiry", "--as-of", "2026-03-21T10:30", "--dry-run", "--json").output)
    assert (shown["as_of"], shown["dry_run"]) == ("2026-03-21T10:30:00+08:00", True)
    (contact,) = shown["runs"][1]["would_contact"]
    assert (contact["step"], contact["customer_key"], contact["recipient"], contact["due_at"]) == (
        "invitation-60", "K2", "+86***78", "2026-03-21T10:00:00+08:00",
    )  # fmt: skip
    assert shown["runs"][1]["account"]["planned"] == 1


def test_a_run_without_a_moment_leaves_the_clock_to_the_flow(
    told: Told, dealership: None, rehearser: Rehearser
) -> None:
    told("run", "warranty-expiry")
    assert rehearser.started == [("warranty-expiry", None, False)]


LOGS = """
import structlog, sys, types
from console.cli import command
module = types.ModuleType("talkative")
module.speak = lambda: (structlog.get_logger().error("channel paused itself"), print("asked for"))
sys.modules["talkative"] = module
command.COMMANDS["speak"] = "talkative:speak"
sys.argv = ["aftercare", "speak"]
command.main()
"""


def test_what_is_logged_stays_out_of_what_was_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", LOGS], capture_output=True, text=True, check=True)
    assert done.stdout == "asked for\n"
    assert "channel paused itself" in done.stderr


def test_an_unknown_process_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path / "home"))
    read_settings.cache_clear()
    answer = CliRunner().invoke(app, ["run", "birthdays"])
    assert (answer.exit_code, "There is no process 'birthdays'" in answer.output) == (2, True)
    assert not (tmp_path / "home").exists()
