"""What a `1` or a `2` means to an appointment: it is confirmed, or the customer asks for another time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, ScalarSelect, func, select, update

from models.core.cadence import moment
from models.core.words import AppointmentStatus, ReplyMeaning, StepKind
from models.ledger.tables import Touch
from models.ledger.touch_states import TOLD
from models.subjects.appointment import KIND, Appointment
from tasks.ledger import audit
from tasks.subjects.replies import About, Led, Replies

MISSED = timedelta(days=2)
"""So long after a missed appointment the customer may still ask for another time."""
ANSWERABLE = {
    ReplyMeaning.CONFIRM: (AppointmentStatus.BOOKED,),
    ReplyMeaning.OTHER_TIME: (AppointmentStatus.BOOKED, AppointmentStatus.REQUESTED, AppointmentStatus.NO_SHOW),
}
"""The appointments that a reply may be about, by what it says."""
SAYS = {
    ReplyMeaning.CONFIRM: ("confirmed_at", "other_time_asked_at"),
    ReplyMeaning.OTHER_TIME: ("other_time_asked_at", "confirmed_at"),
}
"""What a reply sets, and what it takes back."""


class RepliesToAppointments(Replies):
    """Appointments wait for their answer, whatever else was said meanwhile."""

    kind = KIND

    def waits(self, connection: Connection, customers: Sequence[int], now: datetime) -> bool:
        """Whether the customer was messaged about an appointment, and has not answered."""
        waiting = select(Appointment.id).where(
            Appointment.customer_id.in_(customers),
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.arrived_at.is_(None),
            Appointment.confirmed_at.is_(None),
            Appointment.other_time_asked_at.is_(None),
            Appointment.starts_at > moment(now),
            _messaged_at(now).is_not(None),
        )
        return connection.execute(waiting.limit(1)).one_or_none() is not None

    def find(
        self, connection: Connection, customers: Sequence[int], meaning: ReplyMeaning, now: datetime
    ) -> About | None:
        """Of the appointments that wait, the one last messaged about, then the next.

        A missed one can still be given another time, but not be confirmed.
        """
        statuses = ANSWERABLE.get(meaning)
        if not statuses or not customers:
            return None
        messaged_at = _messaged_at(now)
        since = now - MISSED if meaning is ReplyMeaning.OTHER_TIME else now
        statement = (
            select(Appointment.id, Appointment.customer_id, messaged_at.label("messaged_at"))
            .where(
                Appointment.customer_id.in_(customers),
                Appointment.status.in_(statuses),
                Appointment.arrived_at.is_(None),
                Appointment.starts_at > moment(since),
            )
            .order_by(messaged_at.desc().nulls_last(), Appointment.starts_at, Appointment.id)
            .limit(1)
            .with_for_update(of=Appointment.__table__)
        )
        row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        return About(KIND, row.id, row.customer_id, row.messaged_at, {"appointment_id": row.id})

    def take(
        self,
        connection: Connection,
        about: About,
        meaning: ReplyMeaning,
        customers: Sequence[int],  # noqa: ARG002  the contract's
        now: datetime,
    ) -> Led:
        """The answer stands on the appointment, in place of the other one."""
        said, taken_back = SAYS[meaning]
        columns = (getattr(Appointment, said), getattr(Appointment, taken_back))
        was = connection.execute(select(*columns).where(Appointment.id == about.subject_id)).mappings().one()
        values: dict[str, datetime | None] = {said: now, taken_back: None}
        connection.execute(update(Appointment).where(Appointment.id == about.subject_id).values(**values))
        before = {name: _plain(value) for name, value in was.items()}
        after = {name: _plain(value) for name, value in values.items()}
        actor = f"customer:{about.customer_id}"
        audit.record(connection, now, actor, "appointment.replied", "appointment", about.subject_id, before, after)
        return Led()


REPLIES = RepliesToAppointments()


def _plain(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _messaged_at(now: datetime) -> ScalarSelect[datetime | None]:
    """When the customer was last messaged about an appointment."""
    return (
        select(func.max(Touch.contacted_at))
        .where(
            Touch.subject_kind == KIND,
            Touch.subject_id == Appointment.id,
            Touch.kind == StepKind.MESSAGE,
            Touch.state.in_(TOLD),
            Touch.contacted_at <= moment(now),
        )
        .scalar_subquery()
    )
