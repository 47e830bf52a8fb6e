"""Sets of customers, one row each, for the conditions of an audience: as known at a moment, for every store at once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Interval,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.types import Text

from models.campaigns.conditions.contact import HasSaid, OnList, WasInCampaign
from models.campaigns.conditions.history import Bought, HasBooked, HasLead, Visited
from models.campaigns.conditions.money import Spent
from models.campaigns.tables import AudienceListMember, Campaign, CampaignRecipient
from models.core.base import WORD, enumeration
from models.core.cadence import Now, local_day, moment
from models.core.rows import AnySelect
from models.core.words import (
    CAMPAIGNS,
    RECIPIENT,
    CampaignPart,
    CaseKind,
    ChannelName,
    ContactKind,
    InvoiceKind,
    InvoiceStatus,
    LeadState,
)
from models.ledger.tables import Case, Touch
from models.people.tables import Consent, ContactPoint
from models.subjects.account import Account, Invoice
from models.subjects.appointment import Appointment
from models.subjects.handover import Handover
from models.subjects.lead import Lead
from tasks.campaigns.audiences.bounds import between, days_between, one_of
from tasks.subjects.account.netting import days_of_accounts, statements
from tasks.subjects.appointment.facts import has_arrived, is_cancelled
from tasks.subjects.contract import IN_FORCE
from tasks.subjects.customer.visits import visits, within
from tasks.subjects.customers import stores_today
from tasks.subjects.recipient.facts import FIRST_STEP, REACHED

CONTACT_KINDS = {
    ChannelName.SMS: ContactKind.PHONE,
    ChannelName.PHONE: ContactKind.PHONE,
    ChannelName.EMAIL: ContactKind.EMAIL,
    ChannelName.WECHAT: ContactKind.WECHAT,
}


def last_days_here(now: Now) -> AnySelect:
    """Each customer's last visit, as `day`."""
    here = union_all(*visits(now)).subquery("here")
    return select(here.c.customer_id, func.max(here.c.day).label("day")).group_by(here.c.customer_id)


def first_and_last_days_here(now: Now) -> AnySelect:
    """Each customer's first and last visit, as `first` and `last`."""
    here = union_all(*visits(now)).subquery("here")
    return select(here.c.customer_id, func.min(here.c.day).label("first"), func.max(here.c.day).label("last")).group_by(
        here.c.customer_id
    )


def days_here(condition: Visited, now: Now) -> AnySelect:
    """The number of days with a visit for each customer, as `visits`."""
    here = union(*visits(now, condition.within_days, condition.work_kinds)).subquery("here")
    return select(here.c.customer_id, func.count().label("visits")).group_by(here.c.customer_id)


def with_appointment_ahead(condition: HasBooked, now: Now) -> Select[tuple[int]]:
    """Customers with a future or requested appointment."""
    stores = stores_today(now)
    known = func.coalesce(Appointment.booked_at, Appointment.requested_at, moment(now)) <= moment(now)
    day = local_day(Appointment.starts_at, stores.c.time_zone)
    soon = day <= stores.c.today + condition.within_days if condition.within_days is not None else true()
    return (
        select(Appointment.customer_id)
        .join(stores, stores.c.id == Appointment.store_id)
        .where(Appointment.starts_at > moment(now), known, ~is_cancelled(now), ~has_arrived(now), soon)
        .distinct()
    )


def buyers(condition: Bought, now: Now) -> Select[tuple[int]]:
    """Customers with a handover in this period."""
    stores = stores_today(now)
    return (
        select(Handover.customer_id)
        .join(stores, stores.c.id == Handover.store_id)
        .where(days_between(Handover.handed_over_on, stores.c.today, condition))
        .distinct()
    )


def with_lead(condition: HasLead, now: Now) -> Select[tuple[int]]:
    """Customers with a matching lead. A lead that was closed after that moment counts as open."""
    stores = stores_today(now)
    still_open = literal(LeadState.OPEN, enumeration(LeadState))
    state = case((Lead.state_on > stores.c.today, still_open), else_=Lead.state)
    found = (
        select(Lead.customer_id)
        .join(stores, stores.c.id == Lead.store_id)
        .where(Lead.created_on <= stores.c.today)
        .distinct()
    )
    if condition.urgencies:
        found = found.where(Lead.urgency.in_(condition.urgencies))
    if condition.states:
        found = found.where(state.in_(condition.states))
    if condition.models:
        found = found.where(one_of(Lead.model, condition.models))
    if condition.uncontacted_days is not None:
        contacted = within(Lead.contacted_on, stores.c.today, condition.uncontacted_days)
        found = found.where(not_(func.coalesce(contacted, false())))
    return found


def spending(condition: Spent, now: Now) -> Select[Any]:
    """The amount invoiced to each customer in a currency and period, less credit notes, as `total`."""
    stores = stores_today(now)
    issued = func.coalesce(Invoice.issued_on, Invoice.due_on)
    void = and_(
        Invoice.status == InvoiceStatus.VOID, or_(Invoice.status_on.is_(None), Invoice.status_on <= stores.c.today)
    )
    signed = case((Invoice.kind == InvoiceKind.CREDIT_NOTE, -Invoice.amount), else_=Invoice.amount)
    return (
        select(Account.customer_id, func.sum(signed).label("total"))
        .join_from(Invoice, Account, Account.id == Invoice.account_id)
        .join(stores, stores.c.id == Invoice.store_id)
        .where(
            Invoice.currency == condition.currency,
            ~void,
            within(issued, stores.c.today, condition.within_days),
            between(issued, condition.since, condition.until),
        )
        .group_by(Account.customer_id)
    )


def debtors(now: Now) -> AnySelect:
    """Customers with overdue debt beyond the tolerance, netted as in the process overdue-accounts."""
    stores = stores_today(now)
    may_owe = select(Invoice.account_id).where(
        or_(Invoice.settled_on.is_(None), Invoice.settled_on >= local_day(moment(now), literal("UTC", Text)) - 1)
    )
    looked_at = days_of_accounts(stores, Account.id.in_(may_owe), IN_FORCE)
    owed = statements(looked_at)
    return (
        select(looked_at.c.customer_id)
        .join(owed, owed.c.account_id == looked_at.c.account_id)
        .where(owed.c.owes, owed.c.oldest_due < looked_at.c.today)
        .distinct()
    )


def on_hold(now: Now) -> Select[tuple[int]]:
    """Customers with an account on hold."""
    stores = stores_today(now)
    return (
        select(Account.customer_id)
        .join(stores, stores.c.id == Account.store_id)
        .where(Account.held_since <= stores.c.today)
        .distinct()
    )


def latest_said(condition: HasSaid, now: Now) -> Select[tuple[int, bool]]:
    """Each customer's latest consent for a purpose and a channel, or for all, as `granted`."""
    return (
        select(Consent.customer_id, Consent.granted)
        .where(
            or_(Consent.purpose.is_(None), Consent.purpose == condition.purpose),
            or_(Consent.channel.is_(None), Consent.channel == condition.channel),
            Consent.given_at <= moment(now),
        )
        .distinct(Consent.customer_id)
        .order_by(Consent.customer_id, Consent.given_at.desc(), Consent.id.desc())
    )


def with_contact_point(channel: ChannelName, now: Now) -> Select[tuple[int]]:
    """Customers with a valid number or address for a channel."""
    takes_text = ContactPoint.takes_text if channel is ChannelName.SMS else true()
    return (
        select(ContactPoint.customer_id)
        .where(
            ContactPoint.kind == CONTACT_KINDS[channel],
            or_(ContactPoint.invalid_since.is_(None), ContactPoint.invalid_since > moment(now)),
            takes_text,
        )
        .distinct()
    )


def complaining(now: Now) -> Select[tuple[int]]:
    """Customers with a complaint that was open at that moment."""
    return (
        select(Case.customer_id)
        .where(
            Case.kind == CaseKind.COMPLAINT,
            Case.opened_at <= moment(now),
            or_(Case.closed_at.is_(None), Case.closed_at > moment(now)),
        )
        .distinct()
    )


def recipients(condition: WasInCampaign, now: Now) -> Select[tuple[int]]:
    """Customers with this role in a campaign."""
    found = (
        select(CampaignRecipient.customer_id)
        .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
        .where(Campaign.frozen_at <= moment(now))
        .distinct()
    )
    if condition.campaign is not None:
        found = found.where(CampaignRecipient.campaign_id == condition.campaign)
    if condition.within_days is not None:
        since = moment(now) - literal(timedelta(days=condition.within_days), Interval)
        found = found.where(CampaignRecipient.anchor_at > since)
    answered = func.coalesce(CampaignRecipient.answered_at <= moment(now), False)
    match condition.part:
        case CampaignPart.IN_AUDIENCE:
            return found
        case CampaignPart.SENT:
            return _sent(found, now)
        case CampaignPart.ANSWERED:
            return found.where(answered)
        case CampaignPart.NOT_ANSWERED:
            return _sent(found.where(~answered), now)


def _sent(found: Select[tuple[int]], now: Now) -> Select[tuple[int]]:
    """Those whose campaign message was sent by then, or whose delivery is unknown."""
    return found.join(
        Touch,
        and_(
            Touch.subject_kind == literal(RECIPIENT, WORD),
            Touch.subject_id == CampaignRecipient.id,
            Touch.process == CAMPAIGNS,
            Touch.step == FIRST_STEP,
        ),
    ).where(Touch.state.in_(REACHED), Touch.contacted_at <= moment(now))


def listed(condition: OnList) -> Select[tuple[int]]:
    """Customers on a list."""
    return select(AudienceListMember.customer_id).where(AudienceListMember.list_id == condition.list)
