"""What conditions ask of what was said between the customer and us."""

from sqlalchemy import and_, func, literal, or_, select

from models.campaigns.conditions.contact import HasComplaint, HasSaid, OnList, Reachable, WasInCampaign
from models.core.words import ChannelName
from models.people.tables import Customer, Store
from tasks.campaigns.audiences.asked import Asked
from tasks.campaigns.audiences.bounds import Yes
from tasks.campaigns.audiences.customer_sets import complaining, latest_said, listed, recipients, with_contact_point


def _has_said(condition: HasSaid, asked: Asked) -> Yes:
    name = ("consent", condition.purpose, condition.channel)
    return asked.joined(name, lambda: latest_said(condition, asked.now)).c.granted.is_(condition.granted)


def _is_reachable(condition: Reachable, asked: Asked) -> Yes:
    return or_(*(_reachable(channel, asked) for channel in condition.channels))


def _reachable(channel: ChannelName, asked: Asked) -> Yes:
    """The customer has a usable number or address for it, and the store uses it."""
    used = Customer.store_id.in_(select(Store.id).where(literal(channel.value) == func.any(Store.channels)))
    return and_(used, asked.among(("reachable", channel), lambda: with_contact_point(channel, asked.now)))


def _has_complaint(condition: HasComplaint, asked: Asked) -> Yes:
    return asked.among("complaint", lambda: complaining(asked.now)).is_(condition.yes)


def _was_in_campaign(condition: WasInCampaign, asked: Asked) -> Yes:
    return asked.among(condition, lambda: recipients(condition, asked.now))


def _is_on_list(condition: OnList, asked: Asked) -> Yes:
    return asked.among(condition, lambda: listed(condition))


HOLDS = {
    HasSaid: _has_said, Reachable: _is_reachable, HasComplaint: _has_complaint, WasInCampaign: _was_in_campaign,
    OnList: _is_on_list,
}  # fmt: skip
