"""What conditions ask of what was said between the customer and us."""

from sqlalchemy import and_, any_, literal, or_, select

from models.campaigns.conditions.contact import HasComplaint, HasSaid, OnList, Reachable, WasInCampaign
from models.core.words import ChannelName
from models.people.tables import Customer, Store
from tasks.campaigns.audiences.bounds import Yes
from tasks.campaigns.audiences.customer_sets import complaining, latest_said, listed, recipients, with_contact_point
from tasks.campaigns.audiences.query import AudienceQuery


def _has_said(condition: HasSaid, query: AudienceQuery) -> Yes:
    name = ("consent", condition.purpose, condition.channel)
    return query.joined(name, lambda: latest_said(condition, query.now)).c.granted.is_(condition.granted)


def _is_reachable(condition: Reachable, query: AudienceQuery) -> Yes:
    return or_(*(_reachable(channel, query) for channel in condition.channels))


def _reachable(channel: ChannelName, query: AudienceQuery) -> Yes:
    """The customer has a usable number or address for it, and the store uses it."""
    used = Customer.store_id.in_(select(Store.id).where(literal(channel.value) == any_(Store.channels)))
    return and_(used, query.among(("reachable", channel), lambda: with_contact_point(channel, query.now)))


def _has_complaint(condition: HasComplaint, query: AudienceQuery) -> Yes:
    return query.among("complaint", lambda: complaining(query.now)).is_(condition.yes)


def _was_in_campaign(condition: WasInCampaign, query: AudienceQuery) -> Yes:
    return query.among(condition, lambda: recipients(condition, query.now))


def _is_on_list(condition: OnList, query: AudienceQuery) -> Yes:
    return query.among(condition, lambda: listed(condition))


HOLDS = {
    HasSaid: _has_said, Reachable: _is_reachable, HasComplaint: _has_complaint, WasInCampaign: _was_in_campaign,
    OnList: _is_on_list,
}  # fmt: skip
