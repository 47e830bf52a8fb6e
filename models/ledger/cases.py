"""Cases: deadlines, state transitions and titles."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, assert_never

from models.core.words import CaseKind, CaseState, WarningLevel
from models.stores.working_hours import WorkingHours, after_working

ANSWER_WITHIN = timedelta(hours=24)
SOLVE_WITHIN = timedelta(hours=48)
NEAR_WITHIN = timedelta(hours=4)
"""A deadline nearer than this needs attention now."""

FOLLOWERS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.ANSWERED, CaseState.SOLVED}),
    CaseState.ANSWERED: frozenset({CaseState.SOLVED}),
    CaseState.SOLVED: frozenset({CaseState.CLOSED}),
    CaseState.CLOSED: frozenset(),
}
"""The allowed transitions of a case's state, as it goes on. `OPENS_AGAIN` are those that go back."""
OPENS_AGAIN = frozenset({CaseState.SOLVED, CaseState.CLOSED})
"""A case in one of these states can be opened again."""

TAKEN_BACK_TO: dict[CaseState, frozenset[CaseState]] = {
    after: frozenset(before for before, followers in FOLLOWERS.items() if after in followers) for after in CaseState
}
"""Where a case may go back to, if the step that led to its state is taken back."""

TITLES: dict[CaseKind, dict[str, str]] = {
    CaseKind.COMPLAINT: {"zh-CN": "客户不满意", "en": "Customer not satisfied"},
    CaseKind.BROKEN_PROMISE: {"zh-CN": "付款承诺未兑现", "en": "Promise to pay broken"},
    CaseKind.FINANCE_HANDOVER: {"zh-CN": "账户移交财务", "en": "Account handed to finance"},
    CaseKind.BOOKING_REQUEST: {"zh-CN": "预约请求未答复", "en": "Booking request unanswered"},
    CaseKind.RESTORE_SERVICE: {"zh-CN": "恢复已暂停的服务", "en": "Restore what was cut off"},
    CaseKind.NOTICE_IGNORED: {"zh-CN": "部门未确认预约变动", "en": "A department has not acknowledged a change"},
    CaseKind.STATEMENT_DIFFERS: {"zh-CN": "对账单有差异", "en": "The customer's books differ from a statement"},
    CaseKind.MISSED_CALL: {"zh-CN": "电话无人拨打", "en": "Nobody made the call"},
}
"""The title of a case, in the store's language."""


A_DAY = timedelta(days=1)
WARNINGS: dict[WarningLevel, dict[str, str]] = {
    WarningLevel.NEAR: {
        "zh-CN": "期限 {deadline} 将至，已提醒负责人 {name}。",
        "en": "The deadline {deadline} is near: {name}, who owns it, was told.",
    },
    WarningLevel.PASSED: {
        "zh-CN": "期限 {deadline} 已过，已告知经理 {name}。",
        "en": "The deadline {deadline} has passed: {name} was told as the manager.",
    },
    WarningLevel.A_DAY_LATER: {
        "zh-CN": "期限 {deadline} 已过一天，已告知总经理 {name}。",
        "en": "The deadline {deadline} passed a day ago: {name} was told as the general manager.",
    },
}
"""What is noted on a case, in the store's language."""


class Deadlines(NamedTuple):
    """When a case must be answered and solved; None: no such deadline."""

    answer_by: datetime | None
    solve_by: datetime | None


def deadlines_of(kind: CaseKind, now: datetime, hours: WorkingHours | None = None) -> Deadlines:
    """The deadlines of a case opened at `now` (R10). The answer has one only if the customer waits for it.

    `hours` are the working hours of a store whose deadlines count only these; None: around the clock.
    """
    match kind:
        case CaseKind.COMPLAINT | CaseKind.BOOKING_REQUEST | CaseKind.STATEMENT_DIFFERS:
            return Deadlines(_after(now, ANSWER_WITHIN, hours), _after(now, SOLVE_WITHIN, hours))
        case (
            CaseKind.BROKEN_PROMISE
            | CaseKind.FINANCE_HANDOVER
            | CaseKind.RESTORE_SERVICE
            | CaseKind.MISSED_CALL
            | CaseKind.NOTICE_IGNORED
        ):
            return Deadlines(None, _after(now, SOLVE_WITHIN, hours))
        case _:
            assert_never(kind)


def _after(now: datetime, within: timedelta, hours: WorkingHours | None) -> datetime:
    return now.astimezone(UTC) + within if hours is None else after_working(hours, now, within)


class Urgency(StrEnum):
    """How urgent a case's next deadline is."""

    PAST = "past"
    NEAR = "near"
    AHEAD = "ahead"
    SETTLED = "settled"
    """No deadline is left."""


def next_deadline(state: CaseState, deadlines: Deadlines) -> datetime | None:
    """The next deadline: the answer as long as nobody has answered, then the solution; None: no more."""
    match state:
        case CaseState.OPEN:
            return deadlines.answer_by or deadlines.solve_by
        case CaseState.ANSWERED:
            return deadlines.solve_by
        case CaseState.SOLVED | CaseState.CLOSED:
            return None
        case _:
            assert_never(state)


def urgency_of(deadline: datetime | None, now: datetime) -> Urgency:
    """The urgency of a deadline."""
    if deadline is None:
        return Urgency.SETTLED
    if deadline < now:
        return Urgency.PAST
    return Urgency.NEAR if deadline - now <= NEAR_WITHIN else Urgency.AHEAD
