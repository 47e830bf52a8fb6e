"""What needs somebody: the one answer that Today, the health page, `aftercare status`, the API and the metrics give."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from models.calls.queue import roles_served
from models.core.cadence import moment
from models.core.reasons import give
from models.core.settings import Settings
from models.core.words import BY_STAFF, Role, StepKind, TouchState, stands_for
from models.ledger.attention import (
    APPROVALS,
    APPROVALS_ENDING,
    BACKLOG,
    CALLS_TOO_MANY,
    CALLS_WAITING,
    CAMPAIGNS_WAITING,
    CASES_NEAR,
    CASES_OVERDUE,
    CASES_UNOWNED,
    CHANNEL_PAUSED,
    CUSTOMERS_UNOWNED,
    DESKS_LEFT,
    FAILED,
    FEEDBACK_ASKED,
    FEEDBACK_LATE,
    INBOX_OPEN,
    INBOX_OVERDUE,
    MISSED,
    ONLY_WRITTEN,
    PACED_BY,
    PREFECT_SILENT,
    QUALITY_ALERTS,
    SHEETS_LATE,
    SOON,
    STAFF_UNTOLD,
    UNKNOWN,
    Matter,
    calls_beyond,
    concerns,
    matters_of_sweeps,
)
from models.ledger.case_causes import departments_of
from models.ledger.tables import CallAttempt, Case, Touch
from models.ledger.watching import BACKLOG_GRACE, Sweep, age_of
from models.people.permissions import PERMISSIONS, Permission
from models.people.tables import StaffMember
from tasks.campaigns.authors import Author
from tasks.campaigns.listing import list_campaigns
from tasks.cases.feedback import list_feedback
from tasks.cases.meeting import list_alerts
from tasks.channels.opening import SENT_BY_US, find_address, find_unused, only_writes
from tasks.inbound.listing import read_standing
from tasks.overview.days import of_store
from tasks.overview.deadlines import WAITING, read_urgent
from tasks.overview.freshness import tell_stale_facts
from tasks.overview.health import count_unsettled, list_store_codes, read_oldest_due
from tasks.overview.missed import read_missed
from tasks.overview.reporting import read_pauses
from tasks.staff.desks.desks import count_left_behind
from tasks.staff.desks.listing import count_without_owner
from tasks.staff.notifications.listing import count_troubled
from tasks.stores.sheets import count_late_sheets

MOST_CAMPAIGNS = 1_000


@dataclass(frozen=True, slots=True)
class Outside:
    """What the ledger does not know by itself."""

    prefect: bool | None
    """Whether Prefect answers; None: nobody asked, because there is none."""
    sweeps: Sequence[Sweep]
    """Each flow against its schedule."""
    settings: Settings


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is asked; without more, for whoever is responsible for everything: the command and programs."""

    author: Author
    store: str | None = None
    """The code of their store; None: every store."""
    works_as: str | None = None
    """Whose cases are told, beside those that nobody owns; None: everybody's."""
    roles: frozenset[Role | None] | None = None
    """Whose calls are told; None: everybody's."""
    decides_as: Role | None = None
    """What waits for this role's approval is told; None: everything that waits."""
    permissions: frozenset[Permission] = field(default_factory=lambda: frozenset(Permission))

    @property
    def store_id(self) -> int | None:
        """The one store that is told of; None: every store."""
        return self.author.store_id


def reader_of(author: Author, store: str | None, works_as: str) -> Reader:
    """For a user, by their role. An admin may decide everything."""
    permissions = PERMISSIONS[author.role]
    own_cases = None if Permission.MANAGE_CASES in permissions else works_as
    decides_as = None if author.role is Role.ADMIN else author.role
    return Reader(author, store, own_cases, roles_served(author.role), decides_as, permissions)


def read_attention(connection: Connection, now: datetime, outside: Outside, reader: Reader) -> list[Matter]:
    """All that waits for somebody or does not run, as far as the reader can act on it; the urgent first.

    An empty list is the only thing that "all clear" may be said of.
    """
    matters = [
        *_of_the_house(connection, now, outside, reader),
        *_of_messages(connection, now, reader),
        *_of_people(connection, now, reader),
    ]
    told = [matter for matter in matters if concerns(matter.code, reader.permissions)]
    return sorted(told, key=lambda matter: not matter.urgent)


def _of_the_house(connection: Connection, now: datetime, outside: Outside, reader: Reader) -> list[Matter]:
    """What does not run, and what leads nowhere."""
    found = [Matter(give(PREFECT_SILENT))] if outside.prefect is False else []
    found += matters_of_sweeps(outside.sweeps)
    for pause in read_pauses(connection):
        if reader.store in (None, pause.store or reader.store):
            figures = {"channel": pause.channel.value, "at": pause.paused_at.isoformat()}
            found.append(Matter(give(CHANNEL_PAUSED, **figures, reason=pause.reason.as_figure)))
    written = [
        channel.value
        for channel in SENT_BY_US
        if only_writes(find_address(outside.settings, channel, reader.store).address)
    ]
    if written:
        found.append(Matter(give(ONLY_WRITTEN, channels=written)))
    if reader.store is None:
        unused = find_unused(outside.settings, list_store_codes(connection))
        found += [Matter(one) for one in unused]
    if untold := count_troubled(connection, now, reader.store_id):
        found.append(Matter(give(STAFF_UNTOLD, count=untold)))
    return found + [Matter(reason) for reason in tell_stale_facts(connection, now, reader.store)]


def _of_messages(connection: Connection, now: datetime, reader: Reader) -> list[Matter]:
    """What did not arrive, does not go out, or waits for a person's word."""
    oldest = read_oldest_due(connection, now, reader.store_id)
    found = []
    if oldest is not None and age_of(oldest, now) > BACKLOG_GRACE:
        found.append(Matter(give(BACKLOG, at=oldest.isoformat())))
    counted = count_unsettled(connection, reader.store_id)
    for state, code in ((TouchState.UNKNOWN, UNKNOWN), (TouchState.FAILED, FAILED)):
        if counted.get(state):
            found.append(Matter(give(code, count=counted[state])))
    found += _of_approvals(connection, now, reader)
    if Permission.SEE_CAMPAIGNS in reader.permissions:
        waiting = list_campaigns(connection, reader.author, needing=True, limit=MOST_CAMPAIGNS).items
        if waiting:
            found.append(Matter(give(CAMPAIGNS_WAITING, count=len(waiting))))
    return found


def _of_approvals(connection: Connection, now: datetime, reader: Reader) -> list[Matter]:
    """What the reader's role may decide."""
    ends = Touch.valid_until < moment(now + SOON)
    statement = of_store(
        select(
            func.count().filter(~ends).label("later"),
            func.count().filter(ends).label("soon"),
            func.min(Touch.valid_until).filter(ends).label("first"),
        ).where(Touch.state == TouchState.AWAITING_APPROVAL, Touch.valid_until > moment(now)),
        Touch.store_id,
        reader.store_id,
    )
    if reader.decides_as is not None:
        statement = statement.where(Touch.approval.overlap([role.value for role in stands_for(reader.decides_as)]))
    row = connection.execute(statement).one()
    found = []
    if row.soon:
        found.append(Matter(give(APPROVALS_ENDING, count=row.soon, at=row.first.isoformat())))
    if row.later:
        found.append(Matter(give(APPROVALS, count=row.later)))
    return found


def _of_people(connection: Connection, now: datetime, reader: Reader) -> list[Matter]:
    """What staff are to do: cases, what customers said, and calls."""
    urgent = read_urgent(connection, now, reader.store_id, reader.works_as)
    unowned = of_store(
        select(func.count()).select_from(Case).where(Case.state.in_(WAITING), Case.owner_id.is_(None)),
        Case.store_id,
        reader.store_id,
    )
    inbox = read_standing(connection, reader.store_id, None, now)
    theirs = None if Permission.MANAGE_CASES in reader.permissions else departments_of(reader.author.role)
    asked = list_feedback(connection, now, store_id=reader.store_id, departments=theirs)
    counts = {
        CASES_OVERDUE: urgent.overdue,
        CASES_NEAR: urgent.near,
        CASES_UNOWNED: connection.scalar(unowned) or 0,
        QUALITY_ALERTS: len(list_alerts(connection, now, store_id=reader.store_id)),
        FEEDBACK_LATE: len([one for one in asked if one.late]),
        FEEDBACK_ASKED: len([one for one in asked if not one.late]),
        INBOX_OVERDUE: inbox.overdue,
        INBOX_OPEN: inbox.open - inbox.overdue,
        CALLS_WAITING: _count_ready(connection, now, reader.store_id, reader.roles),
        DESKS_LEFT: count_left_behind(connection, now, reader.store_id),
        CUSTOMERS_UNOWNED: count_without_owner(connection, reader.store_id),
        SHEETS_LATE: count_late_sheets(connection, now, reader.store_id),
        MISSED: read_missed(connection, now, reader.store_id).count,
    }
    found = [Matter(give(code, count=count)) for code, count in counts.items() if count]
    ending = _count_ending(connection, now, reader.store_id)
    pace = _read_pace(connection, now, reader.store_id) if ending else 0
    beyond = calls_beyond(ending, pace)
    return [*found, Matter(give(CALLS_TOO_MANY, count=beyond, pace=pace))] if beyond else found


def _count_ready(
    connection: Connection, now: datetime, store_id: int | None, roles: Collection[Role | None] | None
) -> int:
    """The calls and tasks that can be taken up now."""
    ready = select(func.count()).where(
        Touch.state == TouchState.READY, Touch.kind.in_(BY_STAFF),
        Touch.not_before <= moment(now), Touch.valid_until > moment(now),
    )  # fmt: skip
    if roles is not None:
        named = Touch.role.in_([role for role in roles if role is not None])
        ready = ready.where(or_(named, Touch.role.is_(None)) if None in roles else named)
    return connection.scalar(of_store(ready, Touch.store_id, store_id)) or 0


def _count_ending(connection: Connection, now: datetime, store_id: int | None) -> int:
    """The calls that are on a list and end within a day."""
    ending = select(func.count()).where(
        Touch.state == TouchState.READY, Touch.kind == StepKind.CALL,
        Touch.valid_until > moment(now), Touch.valid_until <= moment(now + SOON),
    )  # fmt: skip
    return connection.scalar(of_store(ending, Touch.store_id, store_id)) or 0


def _read_pace(connection: Connection, now: datetime, store_id: int | None) -> int:
    """How many calls were made a day in the last week, by the staff of one store or all."""
    attempts = (
        select(func.count())
        .select_from(CallAttempt)
        .join(StaffMember, StaffMember.id == CallAttempt.staff_id)
        .where(CallAttempt.attempted_at > moment(now - PACED_BY), CallAttempt.attempted_at <= moment(now))
    )
    made = connection.scalar(of_store(attempts, StaffMember.store_id, store_id)) or 0
    return made // (PACED_BY // timedelta(days=1))
