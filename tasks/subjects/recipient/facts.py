"""The customers in a campaign's audience as the subject of campaigns (R13), once it is launched."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.base import WORD, Facts
from models.core.cadence import Now, moment
from models.core.reasons import GivenReason, ReasonCode, declare
from models.core.rows import AnySelect
from models.core.words import (
    CAMPAIGNS,
    RECIPIENT,
    AppointmentStatus,
    CampaignState,
    TouchState,
    Wave,
)
from models.ledger.tables import Touch
from models.people.tables import Customer
from models.subjects.appointment import Appointment
from models.subjects.recipient import INVITATION, INVITATION_LASTS, MESSAGE_SENT, NOT_ANSWERED
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    asked,
    first_reason,
    linked,
)
from tasks.subjects.customers import about_customer, newest_car_of, stores_today
from tasks.subjects.recipient.remarks import remarks_of_recipient, waits_for_wave

CANCELLED = declare("campaign-cancelled")
NOT_SENT = declare("campaign-message-not-sent")
ANSWERED = declare("customer-answered")
FIRST_STEP = "message"
"""The step of a campaign's policy that its follow-up follows."""
REACHED = (TouchState.SENT, TouchState.SENDING, TouchState.UNKNOWN)


class Recipients(Subject):
    """Anchored at the moment at which the campaign begins for each. The control group has none."""

    kind = RECIPIENT

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row a customer of a launched campaign's audience."""
        stores = stores_today(now)
        told = CampaignRecipient.variant.is_not(None)
        return (
            select(
                CampaignRecipient.id.label("subject_id"),
                Customer.store_id,
                CampaignRecipient.customer_id,
                *about_customer(stores),
                case((told, CampaignRecipient.anchor_at)).label("anchor_at"),
                CampaignRecipient.campaign_id,
                CampaignRecipient.variant,
                CampaignRecipient.wave,
                case((CampaignRecipient.answered_at <= moment(now), CampaignRecipient.answer)).label("answer"),
                (Campaign.state == CampaignState.CANCELLED).label("campaign_cancelled"),
                Campaign.name.label("campaign"),
                newest_car_of(CampaignRecipient.customer_id).label("vehicle"),
            )
            .join_from(CampaignRecipient, Campaign, Campaign.id == CampaignRecipient.campaign_id)
            .join(Customer, Customer.id == CampaignRecipient.customer_id)
            .join(stores, stores.c.id == Customer.store_id)
            .where(_in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """The campaign was cancelled; or what a follow-up waits for has not happened, or the customer has answered."""
        answered = facts.c.answer.is_not(None) | _has_booked(facts, now)
        return first_reason(
            (facts.c.campaign_cancelled, CANCELLED),
            (and_(asked(MESSAGE_SENT, conditions), ~_was_sent(facts)), NOT_SENT),
            (and_(asked(NOT_ANSWERED, conditions), answered), ANSWERED),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """The campaign, and which part of it this is."""
        return func.jsonb_build_object(
            literal("campaign", Text),
            facts.c.campaign_id,
            literal("variant", Text),
            facts.c.variant,
            literal("wave", Text),
            facts.c.wave,
            type_=JSONB,
        )

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:
        """Which part of the audience they are, what they answered, and what keeps the campaign from going on."""
        return remarks_of_recipient(connection, row)

    def waits_for(self, connection: Connection, subject_id: int) -> ReasonCode | None:
        """That its wave has not begun."""
        return waits_for_wave(connection, subject_id)

    def only_in_letters(self) -> frozenset[str]:
        """The campaign's name, and the car."""
        return frozenset({"vehicle", "campaign"})

    def open_links(self, customer_id: int, now: datetime) -> AnySelect:
        """The campaigns that have reached the customer lately."""
        began_at = CampaignRecipient.anchor_at
        return (
            linked(INVITATION, RECIPIENT, CampaignRecipient, began_at, key=Campaign.name)
            .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
            .where(
                CampaignRecipient.customer_id == customer_id,
                CampaignRecipient.wave != Wave.CONTROL,
                began_at.between(moment(now - INVITATION_LASTS), moment(now)),
                Campaign.state != CampaignState.CANCELLED,
            )
        )

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The campaign and the car."""
        return [facts.c.campaign, facts.c.vehicle]


SUBJECT = Recipients()


def _was_sent(facts: Subquery) -> ColumnElement[bool]:
    """Whether the campaign's own message went out, or may have."""
    return exists(
        select(literal(1)).where(
            Touch.subject_kind == literal(RECIPIENT, WORD),
            Touch.subject_id == facts.c.subject_id,
            Touch.process == CAMPAIGNS,
            Touch.step == FIRST_STEP,
            Touch.state.in_(REACHED),
        )
    )


def _has_booked(facts: Subquery, now: Now) -> ColumnElement[bool]:
    """Whether the customer has booked a visit, or asked for one, since the campaign began."""
    booked_at = func.coalesce(Appointment.booked_at, Appointment.requested_at)
    return exists(
        select(literal(1)).where(
            Appointment.customer_id == facts.c.customer_id,
            Appointment.status != AppointmentStatus.CANCELLED,
            booked_at.between(facts.c.anchor_at, moment(now)),
        )
    )


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """A campaign's planner confines a sweep to its own recipients; without it there is nobody to look at."""
    match scope:
        case DueWithin(among=among):
            if among is None:
                return false()
            return and_(
                CampaignRecipient.campaign_id == among.campaign_id,
                CampaignRecipient.variant == among.variant,
                CampaignRecipient.wave != Wave.CONTROL,
                CampaignRecipient.id > among.after,
                CampaignRecipient.id <= among.up_to,
            )
        case Those():
            return CampaignRecipient.id.in_(scope.ids)
        case OfCustomer():
            return CampaignRecipient.customer_id == scope.customer_id
