"""What recipients of a campaign did since some moment: answered, booked, came, opted out, complained.

Each is a condition on a row of `campaign_recipients`, for those told and for the control group alike.
"""

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, func, literal, or_, select

from models.base import enumeration
from models.campaigns import CampaignRecipient
from models.ledger import Case
from models.people import Consent
from models.service import Appointment
from models.words import AppointmentStatus, CampaignAnswer, CaseKind

Moment = SQLColumnExpression[Any]
SAID_SOMETHING = (CampaignAnswer.INTERESTED, CampaignAnswer.REPLIED)
"""That it does not interest them is an answer, too, but nothing that a campaign is made for."""


def answered_well(until: Moment) -> ColumnElement[bool]:
    """The customer is interested, or wrote back."""
    return and_(CampaignRecipient.answer.in_(SAID_SOMETHING), CampaignRecipient.answered_at <= until)


def booked(since: Moment, until: Moment) -> ColumnElement[bool]:
    """The customer booked a visit, or asked for one, and has not called it off."""
    at = func.coalesce(Appointment.booked_at, Appointment.requested_at)
    return _theirs(Appointment.customer_id, Appointment.status != AppointmentStatus.CANCELLED, at >= since, at <= until)


def opted_out(purpose: SQLColumnExpression[Any], since: Moment, until: Moment) -> ColumnElement[bool]:
    """The customer withdrew consent for the purpose, by this channel or another."""
    return _theirs(
        Consent.customer_id,
        ~Consent.granted,
        or_(Consent.purpose.is_(None), Consent.purpose == purpose),
        Consent.given_at >= since,
        Consent.given_at <= until,
    )


def complained(since: Moment, until: Moment) -> ColumnElement[bool]:
    """The customer complained, whatever about."""
    kind = literal(CaseKind.COMPLAINT, enumeration(CaseKind))
    return _theirs(Case.customer_id, Case.kind == kind, Case.opened_at >= since, Case.opened_at <= until)


def _theirs(customer_id: SQLColumnExpression[int], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(literal(1)).where(customer_id == CampaignRecipient.customer_id, *conditions))
