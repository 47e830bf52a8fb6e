"""All clear is said only when nothing waits for anybody and everything runs: every kind of trouble, by itself."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, insert

from models.calls.queue import roles_served
from models.core.reasons import ReasonCode
from models.core.settings import ChannelAddresses, Settings
from models.core.words import CaseState, ChannelName, Role, RunState, StepKind, TouchState
from models.inbound.tables import Inbound
from models.inbound.words import InboundKind, InboundState, InboundWay
from models.intake.files import FileSeen
from models.intake.freshness import Load
from models.ledger import attention as of
from models.ledger.attention import WHO_CAN_ACT, calls_beyond
from models.ledger.tables import CallAttempt, CaseFeedback
from models.ledger.watching import LastRun, Sweep, SweepState
from models.people.notifications.tables import StaffMessage
from models.people.notifications.words import StaffChannel, WordState
from models.people.permissions import PERMISSIONS, Permission
from models.subjects.department_sheet import DepartmentSheet
from tasks.campaigns.authors import Author
from tasks.dispatch.pausing import MOSTLY_FAILED, pause
from tasks.overview.attention import Outside, Reader, read_attention, reader_of
from tasks.overview.freshness import tell_stale_facts
from tests.postgres.overview.test_overview import NOW, case, touch
from tests.support.world import World

SENDS = SecretStr("gateways://sms.example.com/send")
CONNECTED = Settings(channels=ChannelAddresses(sms=SENDS, email=SENDS, wechat=SENDS))
OF_NO_STORE = ChannelAddresses(sms=SENDS)
WELL = Outside(prefect=True, sweeps=(), settings=CONNECTED)
DAY = timedelta(days=1)


def reader(role: Role = Role.ADMIN, store_id: int | None = None) -> Reader:
    return reader_of(Author("anna", role, store_id), None, "anna")


def codes(connection: Connection, outside: Outside = WELL, who: Reader | None = None) -> list[str]:
    return [matter.code for matter in read_attention(connection, NOW, outside, who or Reader(reader().author))]


def sweep(state: SweepState) -> Outside:
    last = LastRun(NOW - DAY, RunState.FAILED, "no")
    return Outside(True, [Sweep("warranty-expiry", last, NOW - DAY, state)], CONNECTED)


def waiting(world: World, state: TouchState, ends_in: timedelta = 3 * DAY, **values: Any) -> None:
    touch(world, NOW - timedelta(minutes=5), state=state, valid_until=NOW + ends_in, **values)


def old_file(world: World) -> None:
    values = {"source": "customers", "columns": {}, "rows": 20, "seen_at": NOW - of.FACTS_GRACE - DAY}
    world.connection.execute(insert(FileSeen).values(**values))


def source(name: str, days_ago: Sequence[int], lags: Sequence[int] = (), store: str | None = None) -> dict[str, Any]:
    """A source whose files came so many days ago, their newest rows so many days old."""
    moments = [NOW - days * DAY for days in days_ago]
    newest = [moment.date() - lag * DAY for moment, lag in zip(moments, lags or [0] * len(moments), strict=True)]
    loads = [Load(moment, day).kept for moment, day in zip(moments, newest, strict=True)]
    named: dict[str, Any] = {"source": name, "file_name": f"{name}.csv", "store": store, "columns": {}, "rows": 20}
    return named | {"loads": loads, "expected_days": None, "seen_at": moments[-1]}


def files_came(world: World, *sources: dict[str, Any]) -> None:
    world.connection.execute(insert(FileSeen), list(sources))


def said(world: World, due_at: datetime) -> None:
    values: dict[str, Any] = {
        "way": InboundWay.PHONE,
        "kind": InboundKind.WISH,
        "text": "winter tyres",
        "source": "test",
    }
    values |= {
        "source_key": f"{world.store_id} {due_at}",
        "received_at": NOW - DAY,
        "state": InboundState.OPEN,
        "role": Role.AGENT,
    }
    world.connection.execute(insert(Inbound).values(store_id=world.store_id, due_at=due_at, **values))


SETTLED: dict[str, Any] = {
    "state": CaseState.CLOSED, "answered_at": NOW - DAY, "solved_at": NOW - DAY, "closed_at": NOW - DAY,
}  # fmt: skip


def repeated(world: World) -> None:
    """Three complaints about one part, all settled."""
    for _ in range(3):
        case(world, NOW - 2 * DAY + timedelta(hours=1), part="pad", model="Aurora", **SETTLED)


def asked(world: World, due_at: datetime) -> None:
    """A question to the workshop about a complaint that is settled."""
    about = case(world, NOW - 2 * DAY + timedelta(hours=1), **SETTLED)
    values = {"department": "workshop", "question": "Why?", "asked_at": NOW - DAY, "asked_by": world.staff()}
    world.connection.execute(insert(CaseFeedback).values(case_id=about, due_at=due_at, **values))


def untold(world: World, state: WordState, at: datetime) -> None:
    """A message to a member of staff that did not arrive, or may not have."""
    values = {"store_id": world.store_id, "staff_id": world.staff(), "channel": StaffChannel.SMS, "state": state}
    world.connection.execute(insert(StaffMessage).values(**values, state_at=at, created_at=at, not_before=at))


def late_sheet(world: World, late: timedelta) -> None:
    """A department that has not acknowledged today's visits."""
    told = {"made_at": NOW - late, "told_at": NOW - late, "day": NOW.date()}
    world.connection.execute(insert(DepartmentSheet).values(store_id=world.store_id, department="wash", **told))


CALL: dict[str, Any] = {"kind": StepKind.CALL, "role": Role.AGENT}
TROUBLES: dict[ReasonCode, Callable[[World], object]] = {
    of.UNKNOWN: lambda world: waiting(world, TouchState.UNKNOWN),
    of.FAILED: lambda world: waiting(world, TouchState.FAILED),
    of.DESKS_LEFT: lambda world: world.customer(owner_id=world.staff(active=False)),
    of.CUSTOMERS_UNOWNED: lambda world: (world.customer(owner_id=world.staff()), world.customer()),
    of.BACKLOG: lambda world: touch(world, NOW - 2 * of.SOON, state=TouchState.PLANNED),
    of.APPROVALS: lambda world: waiting(world, TouchState.AWAITING_APPROVAL, approval=["manager"]),
    of.APPROVALS_ENDING: lambda world: waiting(
        world, TouchState.AWAITING_APPROVAL, timedelta(hours=2), approval=["manager"]
    ),
    of.CASES_OVERDUE: lambda world: case(world, NOW - 9 * DAY, owner_id=world.staff()),
    of.CASES_NEAR: lambda world: case(world, NOW - timedelta(hours=23), owner_id=world.staff()),
    of.CASES_UNOWNED: lambda world: case(world, NOW),
    of.QUALITY_ALERTS: repeated,
    of.FEEDBACK_LATE: lambda world: asked(world, NOW - timedelta(hours=1)),
    of.FEEDBACK_ASKED: lambda world: asked(world, NOW + timedelta(hours=1)),
    of.INBOX_OVERDUE: lambda world: said(world, NOW - timedelta(hours=1)),
    of.INBOX_OPEN: lambda world: said(world, NOW + timedelta(hours=1)),
    of.CALLS_WAITING: lambda world: waiting(world, TouchState.READY, **CALL),
    of.CALLS_TOO_MANY: lambda world: waiting(
        world, TouchState.READY, timedelta(hours=5), **CALL, not_before=NOW + timedelta(hours=1)
    ),
    of.MISSED: lambda world: touch(world, NOW - 2 * DAY, state=TouchState.MISSED, state_at=NOW - DAY, **CALL),
    of.CHANNEL_PAUSED: lambda world: pause(world.connection, ChannelName.SMS, None, MOSTLY_FAILED, NOW),
    of.STAFF_UNTOLD: lambda world: untold(world, WordState.UNKNOWN, NOW - timedelta(hours=23)),
    of.SHEETS_LATE: lambda world: late_sheet(world, timedelta(minutes=30)),
    of.FACTS_OLD: old_file,
    of.FACTS_LATE: lambda world: files_came(world, source("invoices", [8, 7, 6, 5])),
    of.FACTS_BEHIND: lambda world: files_came(world, source("payments", [4, 3, 2, 1, 0], [1, 1, 1, 1, 9])),
}
OUTSIDE = {
    of.PREFECT_SILENT: Outside(False, (), CONNECTED),
    of.FLOW_LATE: sweep(SweepState.LATE),
    of.FLOW_FAILED: sweep(SweepState.FAILED),
    of.PROCESS_OFF: sweep(SweepState.OFF),
    of.ONLY_WRITTEN: Outside(True, (), Settings()),
    of.SETTING_UNUSED: Outside(True, (), CONNECTED.model_copy(update={"store_channels": {"k9": OF_NO_STORE}})),
}  # fmt: skip


def test_with_nothing_wrong_nothing_is_told(world: World, connection: Connection) -> None:
    waiting(world, TouchState.SENT)
    waiting(world, TouchState.PLANNED)
    case(world, NOW, owner_id=world.staff())
    assert codes(connection) == []


@pytest.mark.parametrize("code", TROUBLES)
def test_each_trouble_of_the_ledger_is_told(world: World, connection: Connection, code: ReasonCode) -> None:
    TROUBLES[code](world)
    assert codes(connection) == [code]


def test_a_sheet_in_time_and_a_message_that_failed_long_ago_or_arrived_are_no_trouble(
    world: World, connection: Connection
) -> None:
    late_sheet(world, timedelta(minutes=29))
    untold(world, WordState.FAILED, NOW - DAY)
    untold(world, WordState.SENT, NOW)
    assert codes(connection) == []


@pytest.mark.parametrize("code", OUTSIDE)
def test_each_trouble_outside_the_ledger_is_told(connection: Connection, world: World, code: ReasonCode) -> None:
    assert codes(connection, OUTSIDE[code]) == [code]


def test_every_kind_of_matter_is_tried_here_and_can_be_acted_on_by_some_role() -> None:
    tried = TROUBLES.keys() | OUTSIDE.keys() | {of.CAMPAIGNS_WAITING}
    declared = {value for name, value in vars(of).items() if name.isupper() and type(value) is str}
    assert declared == tried == WHO_CAN_ACT.keys()
    for code, permissions in WHO_CAN_ACT.items():
        assert any(permissions & granted for granted in PERMISSIONS.values()), code


@pytest.mark.parametrize("role", Role)
def test_a_role_is_told_what_it_can_act_on_and_nothing_else(world: World, connection: Connection, role: Role) -> None:
    for code, trouble in TROUBLES.items():
        if code != of.FACTS_OLD:  # it is told where no source has a rhythm
            trouble(world)
    told = set(codes(connection, OUTSIDE[of.PREFECT_SILENT], reader(role)))
    expected = {
        code
        for code in (*(TROUBLES.keys() - {of.FACTS_OLD}), of.PREFECT_SILENT)
        if WHO_CAN_ACT[code] & PERMISSIONS[role]
    }
    if Role.AGENT not in roles_served(role):
        expected.discard(of.CALLS_WAITING)
    if Permission.MANAGE_CASES not in PERMISSIONS[role]:
        expected -= {of.CASES_OVERDUE, of.CASES_NEAR}  # these have an owner, who is another
        expected -= set() if role is Role.WORKSHOP else {of.FEEDBACK_ASKED}  # the workshop was asked
    if role is Role.FINANCE:
        expected -= {of.APPROVALS, of.APPROVALS_ENDING}  # these are a manager's to decide
    assert told == expected


def test_another_stores_troubles_are_not_told(world: World, connection: Connection) -> None:
    for code, trouble in TROUBLES.items():
        if code not in (of.CHANNEL_PAUSED, of.FACTS_OLD, of.FACTS_LATE, of.FACTS_BEHIND):
            trouble(world)
    assert codes(connection, WELL, reader(store_id=world.store())) == []


def test_each_source_has_its_own_rhythm_and_is_told_with_its_file_and_since_when(
    world: World, connection: Connection
) -> None:
    daily, weekly = source("invoices", [8, 7, 6, 5]), source("leads", [26, 19, 12, 5])
    files_came(world, daily, weekly)
    (told,) = tell_stale_facts(connection, NOW, None)
    assert told.figures | {"at": None} == {"kinds": ["invoices"], "file": "invoices.csv", "days": 1, "at": None}
    assert str(told).startswith("No file of invoices since invoices.csv on ")
    assert "账单" in told.say("zh-CN")


def test_what_a_person_set_goes_before_what_was_learnt(world: World, connection: Connection) -> None:
    files_came(world, source("invoices", [8, 7, 6, 5]) | {"expected_days": 10})
    assert tell_stale_facts(connection, NOW, None) == []
    assert [one.code for one in tell_stale_facts(connection, NOW + 8 * DAY, None)] == [of.FACTS_LATE]


def test_a_source_that_another_map_has_replaced_is_not_missed_and_a_store_is_told_of_its_own(
    world: World, connection: Connection
) -> None:
    files_came(
        world,
        source("invoices old.toml", [20, 19, 18, 17]), source("invoices new.toml", [3, 2, 1, 0]),
        source("leads BJ01", [8, 7, 6, 5], store="BJ01"),
    )  # fmt: skip
    assert [one.figures["file"] for one in tell_stale_facts(connection, NOW, None)] == ["leads BJ01.csv"]
    assert tell_stale_facts(connection, NOW, "SH01") == []


def test_calls_are_too_many_by_what_was_made_in_the_last_week(world: World, connection: Connection) -> None:
    staff = world.staff()
    TROUBLES[of.CALLS_TOO_MANY](world)
    for _ in range(7):
        made = touch(world, NOW - DAY, state=TouchState.DONE, **CALL)
        values = {"touch_id": made, "attempted_at": NOW - DAY, "staff_id": staff, "outcome": "no-answer"}
        connection.execute(insert(CallAttempt).values(**values))
    assert codes(connection) == []
    TROUBLES[of.CALLS_TOO_MANY](world)
    (matter,) = read_attention(connection, NOW, WELL, Reader(reader().author))
    assert matter.reason.figures == {"count": 1, "pace": 1}
    assert (calls_beyond(3, 5), calls_beyond(5, 3)) == (0, 2)
