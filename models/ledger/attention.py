"""What waits for somebody, or does not run: each with its code, its figures, and who can do something about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.core.reasons import DAY, MOMENT, NUMBER, REASON, TEXT, WORD, GivenReason, ReasonCode, declare, give
from models.ledger.watching import Sweep, SweepState
from models.people.permissions import Permission

SOON = timedelta(hours=24)
"""Approvals and calls that end within this time are told apart."""
PACED_BY = timedelta(days=7)
"""The calls of so many days say how many are made in a day."""
FACTS_GRACE = timedelta(days=3)
"""Facts whose newest file is older than this, a weekend included, may be stale where no source has a rhythm yet."""

PREFECT_SILENT = declare("prefect-silent")
FLOW_LATE = declare("flow-late", process=WORD, at=MOMENT)
FLOW_FAILED = declare("flow-failed", process=WORD, at=MOMENT)
PROCESS_OFF = declare("process-off", process=WORD)
CHANNEL_PAUSED = declare("channel-is-paused", channel=WORD, at=MOMENT, reason=REASON)
ONLY_WRITTEN = declare("messages-only-written", channels=WORD)
SETTING_UNUSED = declare("channel-of-no-store", setting=TEXT, stores=TEXT)
BACKLOG = declare("messages-not-going-out", at=MOMENT)
UNKNOWN = declare("messages-unknown", count=NUMBER)
FAILED = declare("messages-failed", count=NUMBER)
APPROVALS = declare("approvals-waiting", count=NUMBER)
APPROVALS_ENDING = declare("approvals-ending", count=NUMBER, at=MOMENT)
CAMPAIGNS_WAITING = declare("campaigns-waiting", count=NUMBER)
CASES_OVERDUE = declare("cases-overdue", count=NUMBER)
CASES_NEAR = declare("cases-near", count=NUMBER)
CASES_UNOWNED = declare("cases-unowned", count=NUMBER)
QUALITY_ALERTS = declare("quality-alerts", count=NUMBER)
FEEDBACK_LATE = declare("feedback-late", count=NUMBER)
FEEDBACK_ASKED = declare("feedback-asked", count=NUMBER)
INBOX_OVERDUE = declare("inbox-overdue", count=NUMBER)
INBOX_OPEN = declare("inbox-open", count=NUMBER)
CALLS_WAITING = declare("calls-waiting", count=NUMBER)
DESKS_LEFT = declare("desks-left-behind", count=NUMBER)
CUSTOMERS_UNOWNED = declare("customers-unowned", count=NUMBER)
CALLS_TOO_MANY = declare("calls-too-many", count=NUMBER, pace=NUMBER)
MISSED = declare("calls-missed", count=NUMBER)
STAFF_UNTOLD = declare("staff-not-told", count=NUMBER)
SHEETS_LATE = declare("sheets-not-acknowledged", count=NUMBER)
FACTS_OLD = declare("facts-old", at=MOMENT)
FACTS_LATE = declare("facts-late", kinds=WORD, file=TEXT, at=MOMENT, days=NUMBER)
FACTS_BEHIND = declare("facts-behind", kinds=WORD, file=TEXT, day=DAY)

RUNS = frozenset({Permission.SEE_RUNS, Permission.SEE_HEALTH})
WHO_CAN_ACT: Mapping[ReasonCode, frozenset[Permission]] = {
    **dict.fromkeys((PREFECT_SILENT, FLOW_LATE, FLOW_FAILED, PROCESS_OFF, CHANNEL_PAUSED), RUNS),
    **dict.fromkeys((ONLY_WRITTEN, BACKLOG), RUNS),
    **dict.fromkeys((FACTS_OLD, FACTS_LATE, FACTS_BEHIND), RUNS | {Permission.IMPORT_FILES}),
    STAFF_UNTOLD: RUNS,
    SHEETS_LATE: frozenset({Permission.MANAGE_CASES}),
    SETTING_UNUSED: frozenset({Permission.SEE_HEALTH}),
    **dict.fromkeys((UNKNOWN, FAILED), frozenset({Permission.SETTLE_TOUCHES})),
    **dict.fromkeys((APPROVALS, APPROVALS_ENDING), frozenset({Permission.DECIDE})),
    CAMPAIGNS_WAITING: frozenset({Permission.SEE_CAMPAIGNS}),
    **dict.fromkeys((CASES_OVERDUE, CASES_NEAR, CASES_UNOWNED), frozenset({Permission.WORK_CASES})),
    **dict.fromkeys((QUALITY_ALERTS, FEEDBACK_LATE), frozenset({Permission.MANAGE_CASES})),
    FEEDBACK_ASKED: frozenset({Permission.WORK_CALLS}),
    **dict.fromkeys((INBOX_OVERDUE, INBOX_OPEN), frozenset({Permission.WORK_INBOX})),
    CALLS_WAITING: frozenset({Permission.WORK_CALLS}),
    **dict.fromkeys((CALLS_TOO_MANY, MISSED, DESKS_LEFT, CUSTOMERS_UNOWNED), frozenset({Permission.ASSIGN_CALLS})),
}
"""Whoever has one of these permissions is told. A test sees to it that no code is missing."""
MAY_WAIT = frozenset(
    {
        APPROVALS, CALLS_WAITING, CAMPAIGNS_WAITING, PROCESS_OFF, ONLY_WRITTEN, CASES_NEAR, INBOX_OPEN,
        CUSTOMERS_UNOWNED, FEEDBACK_ASKED,
    }
)  # fmt: skip
"""Nothing has gone wrong yet."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that needs somebody."""

    reason: GivenReason
    process: str | None = None
    """The flow that it is about; None: no single one."""

    @property
    def code(self) -> ReasonCode:
        """Which kind of matter it is."""
        return self.reason.code

    @property
    def urgent(self) -> bool:
        """Whether something has gone wrong, or will without somebody."""
        return self.code not in MAY_WAIT


def concerns(code: ReasonCode, permissions: Collection[Permission]) -> bool:
    """Whether someone with these permissions can do something about such a matter."""
    return not WHO_CAN_ACT[code].isdisjoint(permissions)


def matters_of_sweeps(sweeps: Collection[Sweep]) -> list[Matter]:
    """The flows that did not run, failed, or are not meant to run."""
    return [matter for sweep in sweeps if (matter := _of_sweep(sweep)) is not None]


def _of_sweep(sweep: Sweep) -> Matter | None:
    match sweep.state:
        case SweepState.ON_TIME:
            return None
        case SweepState.OFF:
            reason = give(PROCESS_OFF, process=sweep.process)
        case SweepState.LATE:
            reason = give(FLOW_LATE, process=sweep.process, at=sweep.expected_at.isoformat())
        case SweepState.FAILED:
            began: datetime = sweep.last.started_at if sweep.last else sweep.expected_at
            reason = give(FLOW_FAILED, process=sweep.process, at=began.isoformat())
    return Matter(reason, sweep.process)


def calls_beyond(ending: int, pace: int) -> int:
    """How many of the calls that end within a day will not be made, if no more are made in a day than of late."""
    return max(0, ending - pace)
