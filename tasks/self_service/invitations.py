"""What recipients do at the page that a campaign invites them to: ask for a visit, or say that it is not for them."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, String, func, literal, select

from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.cadence import moment
from models.core.rows import AnyRow
from models.core.words import AppointmentStatus, CampaignAnswer, InvitesTo
from models.ledger.tables import Touch
from models.messages.links import PATH
from models.people.tables import Customer, Store
from models.subjects.appointment import Appointment
from tasks.self_service.booking import AppointmentChanged, ask_for_visit
from tasks.subjects.customers import newest_car_of
from tasks.subjects.recipient.answers import of_campaigns, record_answer
from tasks.subjects.recipient.facts import FIRST_STEP

KEY = "invitation:"
"""What the keys of appointments begin with that were asked for so; the recipient's number follows."""
OUR_LINK = re.compile(rf"\S+://\S*{PATH}\S+")
EXPECTED = (AppointmentStatus.REQUESTED, AppointmentStatus.BOOKED)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as the customer sees it."""

    recipient_id: int
    store_id: int
    customer_id: int
    campaign: str
    text: str | None
    """What they were told, without its links; None: nothing is on record."""
    vehicle: str | None
    address: str | None
    answer: CampaignAnswer | None
    visit_at: datetime | None
    """When the visit begins that they asked for, or booked since; None: there is none to come."""
    booked: bool
    """The store has agreed on it."""
    open: bool
    """They can ask for a visit, or say that they are coming to the event."""
    event: bool
    """It is to an event, which has a time of its own."""


def see_invitation(connection: Connection, recipient_id: int, now: datetime) -> Invitation:
    """The invitation as it stands."""
    row = connection.execute(
        select(
            CampaignRecipient.id,
            Customer.store_id,
            CampaignRecipient.customer_id,
            Campaign.name,
            Campaign.plan["invites_to"].astext.label("invites_to"),
            Touch.body,
            newest_car_of(CampaignRecipient.customer_id).label("vehicle"),
            Store.address,
            CampaignRecipient.answer,
            CampaignRecipient.anchor_at,
        )
        .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
        .join(Customer, Customer.id == CampaignRecipient.customer_id)
        .join(Store, Store.id == Customer.store_id)
        .outerjoin(
            Touch, of_campaigns() & (Touch.subject_id == CampaignRecipient.id) & (Touch.step == literal(FIRST_STEP))
        )
        .where(CampaignRecipient.id == recipient_id)
    ).one()
    event = row.invites_to == InvitesTo.EVENT
    visit = None if event else _visit(connection, row, now)
    text = OUR_LINK.sub("", row.body).strip() if row.body else None
    booked = visit is not None and visit.status == AppointmentStatus.BOOKED
    whose = (row.id, row.store_id, row.customer_id, row.name, text, row.vehicle, row.address, row.answer)
    still_open = row.answer != CampaignAnswer.INTERESTED if event else not booked
    return Invitation(*whose, visit.starts_at if visit else None, booked, still_open, event)


def _visit(connection: Connection, recipient: AnyRow, now: datetime) -> Row[tuple[datetime, AppointmentStatus]] | None:
    """The visit to come that the customer asked for here, or else booked since the campaign began."""
    here = Appointment.key == func.concat(literal(KEY), literal(recipient.id, String))
    since = func.coalesce(Appointment.booked_at, Appointment.requested_at) >= moment(recipient.anchor_at)
    return connection.execute(
        select(Appointment.starts_at, Appointment.status)
        .where(
            Appointment.customer_id == recipient.customer_id,
            Appointment.status.in_(EXPECTED),
            Appointment.starts_at > moment(now),
            here | since,
        )
        .order_by((Appointment.status == AppointmentStatus.BOOKED).desc(), here.desc(), Appointment.starts_at)
        .limit(1)
    ).one_or_none()


def ask(connection: Connection, recipient_id: int, start: datetime, now: datetime) -> None:
    """Ask for a visit at a free start of the customer's store, which says that they are interested.

    It is requested: the reminders of appointments take it from there. Raises `SlotTaken`, `AppointmentChanged`.
    """
    seen = see_invitation(connection, recipient_id, now)
    if seen.event or not seen.open:
        raise AppointmentChanged(recipient_id)
    key = f"{KEY}{recipient_id}"
    ask_for_visit(connection, seen.store_id, seen.customer_id, key, start, seen.campaign, now)
    record_answer(connection, recipient_id, CampaignAnswer.INTERESTED, now)


def accept(connection: Connection, recipient_id: int, now: datetime) -> None:
    """They come to the event. Saying so twice changes nothing more. Raises `AppointmentChanged` if it is to none."""
    if not see_invitation(connection, recipient_id, now).event:
        raise AppointmentChanged(recipient_id)
    record_answer(connection, recipient_id, CampaignAnswer.INTERESTED, now)


def decline(connection: Connection, recipient_id: int, now: datetime) -> None:
    """The customer is not interested."""
    record_answer(connection, recipient_id, CampaignAnswer.NOT_INTERESTED, now)
