"""Who answers an inbound, and by when: one person of the store, by its hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, literal, select

from models.core.base import growing
from models.core.cadence import moment
from models.core.words import DeadlineClock, Role
from models.inbound.deadlines import answer_by
from models.inbound.tables import Inbound
from models.inbound.words import InboundKind, InboundState, Suggestion
from models.people.permissions import Permission, may
from models.people.tables import Customer, StaffMember, Store
from models.stores.working_hours import WorkingHours
from models.subjects.appointment import Appointment
from tasks.ledger.whose_customer import comes_to_owner, is_here, whose
from tasks.stores.rules import hours_of

MANAGERS = (Role.MANAGER, Role.GENERAL_MANAGER)
AT_THE_PHONE = (Role.AGENT, Role.ADVISOR, Role.FRONT_DESK, *MANAGERS)
SERVICE = (Role.ADVISOR, Role.AGENT, Role.FRONT_DESK, *MANAGERS)
SALES = (Role.SALES, Role.AGENT, *MANAGERS)
MONEY = (Role.FINANCE, *MANAGERS)
ANYBODY = tuple(role for role in (*AT_THE_PHONE, Role.FINANCE, Role.ADMIN) if may(role, Permission.WORK_INBOX))
"""Whoever works the inbox: rather somebody unusual than nobody."""
AT_THE_INBOX = tuple(role for role in Role if may(role, Permission.WORK_INBOX))
ROLES: dict[InboundKind, tuple[Role, ...]] = {
    InboundKind.BOOKING: SERVICE,
    InboundKind.COMPLAINT: SERVICE,
    InboundKind.QUESTION: AT_THE_PHONE,
    InboundKind.WISH: AT_THE_PHONE,
    InboundKind.INTEREST: SALES,
    InboundKind.REVOCATION: AT_THE_PHONE,
    InboundKind.OTHER: AT_THE_PHONE,
}
"""Who is asked first, by kind. The store's manager has what nobody else can take."""
OF_THE_ADVISOR = (InboundKind.BOOKING, InboundKind.COMPLAINT)
"""What goes to the advisor of the visit that it is about, or was lately."""
LATELY = timedelta(days=90)
"""So long before or after now a visit may be, if its advisor is to answer."""
ENOUGH = 200
"""Whoever has so many open is not compared any further."""


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers. `staff_id` None: the store has nobody active in any of the roles."""

    role: Role
    staff_id: int | None


def find_responsible(
    connection: Connection,
    store_id: int,
    kind: InboundKind,
    now: datetime,
    *,
    customer_id: int | None = None,
    appointment_id: int | None = None,
    suggested: Suggestion | None = None,
    role: Role | None = None,
) -> Responsible:
    """The advisor of the visit that it is about, the customer's owner, or the advisor of a visit of theirs; or else
    whoever of the roles has the fewest open."""
    usual = MONEY if suggested is Suggestion.PROMISE else ROLES[kind]
    of_visit = role is None and kind in OF_THE_ADVISOR
    found = (
        (_advisor(connection, store_id, None, appointment_id, now) if of_visit else None)
        or owner_of_inbound(connection, store_id, usual if role is None else (role,), customer_id, now)
        or (_advisor(connection, store_id, customer_id, None, now) if of_visit else None)
    )
    if found is not None:
        return Responsible(found.role, found.id)
    first = () if role is None else (role,)
    return least_busy(connection, store_id, tuple(dict.fromkeys((*first, *usual, *ANYBODY))), now)


def owner_of_inbound(
    connection: Connection, store_id: int, roles: Sequence[Role], customer_id: int | None, now: datetime
) -> Row[tuple[int, Role]] | None:
    """Whose customer said it, unless it is for a desk that they do not belong to, such as finance."""
    if customer_id is None:
        return None
    theirs = StaffMember.id == whose(literal(customer_id), literal(store_id), now)
    fits = comes_to_owner(literal(roles[0], growing(Role)), StaffMember.role)
    members = select(StaffMember.id, StaffMember.role).where(theirs, fits, StaffMember.role.in_(AT_THE_INBOX))
    return connection.execute(members).one_or_none()


def least_busy(connection: Connection, store_id: int, roles: Sequence[Role], now: datetime) -> Responsible:
    """Of the store's active staff who are not away, who has the fewest open inbound, from the first of the roles that
    anybody has."""
    few = (
        select(Inbound.id)
        .where(Inbound.responsible_id == StaffMember.id, Inbound.state != InboundState.ANSWERED)
        .limit(ENOUGH)
        .correlate(StaffMember)
        .subquery()
    )
    open_ones = select(func.count()).select_from(few).scalar_subquery()
    rows = connection.execute(
        select(StaffMember.id, StaffMember.role, open_ones.label("open"))
        .where(StaffMember.store_id == store_id, is_here(StaffMember, now), StaffMember.role.in_(roles))
        .order_by(StaffMember.id)
    ).all()
    found = min(rows, key=lambda row: (roles.index(row.role), row.open, row.id), default=None)
    return Responsible(found.role, found.id) if found else Responsible(Role.MANAGER, None)


def _advisor(
    connection: Connection, store_id: int, customer_id: int | None, appointment_id: int | None, now: datetime
) -> Row[tuple[int, Role]] | None:
    """The advisor of a visit, if they have not left and are not away: of the one that it is about, or of the customer's
    nearest."""
    if customer_id is None and appointment_id is None:
        return None
    which = Appointment.id == appointment_id if appointment_id is not None else Appointment.customer_id == customer_id
    return connection.execute(
        select(StaffMember.id, StaffMember.role)
        .join(Appointment, Appointment.advisor_id == StaffMember.id)
        .where(
            which,
            is_here(StaffMember, now),
            StaffMember.store_id == store_id,
            Appointment.starts_at.between(moment(now - LATELY), moment(now + LATELY)),
        )
        .order_by(func.abs(func.extract("epoch", Appointment.starts_at - moment(now))), Appointment.id)
        .limit(1)
    ).one_or_none()


def deadline_in_store(
    connection: Connection, store_id: int, kind: InboundKind, received_at: datetime, customer_id: int | None
) -> datetime:
    """By when an inbound of a kind must be answered in a store."""
    store = connection.execute(select(Store.__table__).where(Store.id == store_id)).one()
    contract = select(Customer.has_contract).where(Customer.id == customer_id)
    return answer_by(
        kind,
        received_at,
        WorkingHours(hours_of(store), store.opening_hours),
        contract=customer_id is not None and bool(connection.scalar(contract)),
        around_the_clock=DeadlineClock(store.deadline_clock) is DeadlineClock.AROUND_THE_CLOCK,
    )
