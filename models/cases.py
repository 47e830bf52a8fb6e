"""Cases: how long a person has to settle one, how it goes on, and what it is called."""

from datetime import datetime, timedelta
from typing import NamedTuple, assert_never

from models.words import CaseKind, CaseState

ANSWER_WITHIN = timedelta(hours=24)
SOLVE_WITHIN = timedelta(hours=48)

FOLLOWERS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.ANSWERED, CaseState.SOLVED}),
    CaseState.ANSWERED: frozenset({CaseState.SOLVED}),
    CaseState.SOLVED: frozenset({CaseState.CLOSED}),
    CaseState.CLOSED: frozenset(),
}
"""Which state of a case may follow which."""

TITLES: dict[CaseKind, dict[str, str]] = {
    CaseKind.COMPLAINT: {"zh-CN": "客户不满意", "en": "Customer not satisfied"},
    CaseKind.BROKEN_PROMISE: {"zh-CN": "付款承诺未兑现", "en": "Promise to pay broken"},
    CaseKind.FINANCE_HANDOVER: {"zh-CN": "账户移交财务", "en": "Account handed to finance"},
    CaseKind.BOOKING_REQUEST: {"zh-CN": "预约请求未答复", "en": "Booking request unanswered"},
}
"""What a case is called, by the store's language."""


class Deadlines(NamedTuple):
    """When a case must be answered and solved; None: no such deadline."""

    answer_by: datetime | None
    solve_by: datetime | None


def deadlines_of(kind: CaseKind, now: datetime) -> Deadlines:
    """The deadlines of a case opened at `now` (R10): only the customer who waits for an answer has one for it."""
    match kind:
        case CaseKind.COMPLAINT | CaseKind.BOOKING_REQUEST:
            return Deadlines(now + ANSWER_WITHIN, now + SOLVE_WITHIN)
        case CaseKind.BROKEN_PROMISE | CaseKind.FINANCE_HANDOVER:
            return Deadlines(None, now + SOLVE_WITHIN)
        case _:
            assert_never(kind)
