"""Preview and cost of a campaign's messages for real customers, before anything is sent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, assert_never

from sqlalchemy import Connection, literal, select
from sqlalchemy.types import Text

from models.campaigns.lengths import Widths, most_segments, variables_in, widths_of
from models.campaigns.plans import CampaignPlan
from models.campaigns.words import FOLLOW_UP, Saying, check_texts, saying_for, sayings_of, spoken_in
from models.core.reasons import GivenReason
from models.core.rows import AnySelect
from models.core.settings import Settings
from models.core.words import RECIPIENT, ChannelName, LinkPurpose, StepKind
from models.kits.letters import write_variables
from models.kits.links import CONSENT_OFFER, make_link
from models.messages.letters import LINKS
from models.messages.links import Link
from models.messages.relative_time import warn_of_relative_words
from models.messages.rendering import links_in, render
from models.messages.sms_segments import TextLength, measure
from models.people.tables import Customer, Store
from models.stores.laws.endings import missing_ending, with_ending
from tasks.access.reach import NotYours
from tasks.campaigns.wording.longest_values import read_widths, widths_of_links
from tasks.messages.links import NoAddressForCustomers, signer_for_letters
from tasks.stores.laws.choosing import laws_in_use
from tasks.subjects.customers import about_customer, newest_car_of, stores_today

MOST_SAMPLED = 200
"""The sample size for the cost of a message, in customers."""
PLACEHOLDER = 2**24
"""A placeholder recipient id: its link is as long as a real one, but opens nothing."""
CONSENT_LASTS = CONSENT_OFFER.lasts or timedelta(0)
CENT_OF_A_CENT = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class CampaignMessage:
    """A message for one customer."""

    customer_id: int
    store_id: int
    variant: str
    channel: ChannelName
    language: str
    subject: str | None
    text: str
    length: TextLength | None
    """For an SMS."""
    price: Decimal
    warning: GivenReason | None
    """What will not be true on every day on which it may go."""


class Cost(NamedTuple):
    """The cost of one variant and channel, over the sampled customers of one language."""

    variant: str
    channel: ChannelName
    language: str
    customers: int
    """In the sample."""
    segments_mean: float
    """SMS segments per customer; 1 for other channels."""
    segments_most: int
    price_mean: Decimal
    price_most: Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """The cost per message of a campaign, in the currency of the settings."""

    currency: str
    sampled: int
    costs: tuple[Cost, ...]
    shares: Mapping[str, int]
    """Each variant's share in percent."""

    def mean_price(self, channel: ChannelName) -> Decimal:
        """The average cost of a message by channel, weighted by languages and variants."""
        return self._mean(channel, self.shares)

    def mean_price_of_follow_up(self, channel: ChannelName) -> Decimal:
        """The same for the follow-up; zero if there is none or it is a call."""
        return self._mean(channel, {FOLLOW_UP: 1})

    def _mean(self, channel: ChannelName, shares: Mapping[str, int]) -> Decimal:
        of_channel = [cost for cost in self.costs if cost.channel is channel and cost.variant in shares]
        weights = sum(shares[cost.variant] * cost.customers for cost in of_channel)
        total = sum((shares[cost.variant] * cost.customers * cost.price_mean for cost in of_channel), Decimal(0))
        return (total / weights).quantize(CENT_OF_A_CENT) if weights else Decimal(0)


def check_words(plan: CampaignPlan, settings: Settings, laws: Collection[str] = ()) -> None:
    """Validate the texts of a plan. `laws`: the law packs of the stores whose customers get them.

    Raises `UnreadableTemplate`, `UnknownVariable`, `ForbiddenInTemplate`, `SaysNoWayOut`, `EndingNotLast`, each of
    which names the variant, the channel and the language; and `NoAddressForCustomers` for links where customers could
    not open them.
    """
    check_texts(plan, laws)
    if settings.links_begin is None and any(_links_of(saying) for saying in sayings_of(plan)):
        raise NoAddressForCustomers


def price_of(settings: Settings, channel: ChannelName, text: str) -> Decimal:
    """The cost of a message; for SMS, by segments."""
    match channel:
        case ChannelName.SMS:
            return settings.prices.sms * measure(text).segments
        case ChannelName.EMAIL:
            return settings.prices.email
        case ChannelName.WECHAT:
            return settings.prices.wechat
        case ChannelName.PHONE:
            return Decimal(0)
        case _:
            assert_never(channel)


def preview(
    connection: Connection,
    name: str,
    plan: CampaignPlan,
    customer_id: int,
    variant: str,
    channel: ChannelName,
    settings: Settings,
    now: datetime,
    *,
    links_last: timedelta = CONSENT_LASTS,
) -> CampaignMessage:
    """Preview the message of a variant or the follow-up for a customer and a channel.

    Raises `NotYours` for an unknown customer, `NothingToSay`, and what `check_words` raises.
    """
    customers = _customers(connection, name, [customer_id], now)
    if not customers:
        raise NotYours("customer", customer_id)
    check_words(plan, settings, _laws_of(customers))
    return _write(plan, customers[0], variant, channel, settings, now, links_last)


def estimate(
    connection: Connection,
    name: str,
    plan: CampaignPlan,
    customer_ids: Sequence[int],
    settings: Settings,
    now: datetime,
) -> Estimate:
    """Estimate the cost of the messages from a random sample of the audience.

    Raises what `check_words` raises.
    """
    customers = _customers(connection, name, customer_ids[:MOST_SAMPLED], now)
    check_words(plan, settings, _laws_of(customers))
    written: dict[tuple[str, ChannelName, str], list[CampaignMessage]] = defaultdict(list)
    for variant in _told_by_message(plan):
        for channel in plan.channels:
            for customer in customers:
                one = _write(plan, customer, variant, channel, settings, now, CONSENT_LASTS)
                written[variant, channel, one.language].append(one)
    costs = tuple(_cost(*place, messages) for place, messages in written.items())
    shares = {variant.key: variant.share for variant in plan.variants}
    return Estimate(settings.price_currency, len(customers), costs, shares)


def dearest_message(
    connection: Connection, name: str, plan: CampaignPlan, store_id: int | None, settings: Settings, now: datetime
) -> Decimal:
    """The maximum cost of one message to any recipient: the reserve for each message in flight."""
    used = set(_told_by_message(plan))
    sayings = [one for one in sayings_of(plan) if one.variant in used and one.channel in plan.channels]
    always = {"campaign": widths_of(name)} | widths_of_links(settings, now)
    return max((_dearest(connection, plan, one, always, store_id, settings) for one in sayings), default=Decimal(0))


def _dearest(
    connection: Connection,
    plan: CampaignPlan,
    saying: Saying,
    always: Mapping[str, Widths],
    store_id: int | None,
    settings: Settings,
) -> Decimal:
    if saying.channel is not ChannelName.SMS:
        return price_of(settings, saying.channel, saying.text)
    spoken = spoken_in(plan, saying.variant, saying.channel)
    widths = read_widths(connection, variables_in(saying.text), saying.language, spoken, store_id)
    laws = laws_in_use(connection, store_id)
    endings = {missing_ending(law, plan.purpose, saying.channel, saying.language, saying.text) for law in laws}
    written = [with_ending(saying.text, ending) for ending in endings or {None}]
    return settings.prices.sms * max(most_segments(text, {**always, **widths}) for text in written)


def _told_by_message(plan: CampaignPlan) -> list[str]:
    """The variants, and the follow-up if it is a message."""
    follows = plan.follow_up is not None and plan.follow_up.kind is StepKind.MESSAGE
    return [*(variant.key for variant in plan.variants), *([FOLLOW_UP] if follows else [])]


def _cost(variant: str, channel: ChannelName, language: str, messages: Sequence[CampaignMessage]) -> Cost:
    segments = [one.length.segments if one.length else 1 for one in messages]
    prices = [one.price for one in messages]
    mean = float(Fraction(sum(segments), len(segments)))
    price = (sum(prices, Decimal(0)) / len(prices)).quantize(CENT_OF_A_CENT)
    return Cost(variant, channel, language, len(messages), mean, max(segments), price, max(prices))


def _write(
    plan: CampaignPlan,
    customer: Mapping[Any, Any],
    variant: str,
    channel: ChannelName,
    settings: Settings,
    now: datetime,
    links_last: timedelta,
) -> CampaignMessage:
    """The message for one customer."""
    saying = saying_for(plan, variant, channel, customer["language"])
    variables: dict[str, object] = dict(write_variables(RECIPIENT, saying.language, customer))
    variables[LINKS] = _write_links(_links_of(saying), customer["customer_id"], settings, now, now + links_last)
    subject, text = (part and render(part, variables) for part in (saying.subject, saying.text))
    assert text is not None  # noqa: S101  a plan's texts are never empty
    if saying.by_phone:
        channel = ChannelName.PHONE  # a script is spoken, by whatever field of the plan it is written
    else:
        missing = missing_ending(customer["law"], plan.purpose, channel, saying.language, saying.text)
        text = with_ending(text, missing)
    length = measure(text) if channel is ChannelName.SMS else None
    whose = (customer["customer_id"], customer["store_id"])
    price, warning = price_of(settings, channel, text), warn_of_relative_words(saying.subject, saying.text)
    return CampaignMessage(*whose, variant, channel, saying.language, subject, text, length, price, warning)


def _links_of(saying: Saying) -> frozenset[str]:
    return frozenset[str]().union(*(links_in(part) for part in (saying.subject, saying.text) if part))


def _write_links(
    names: Iterable[str], customer_id: int, settings: Settings, now: datetime, until: datetime
) -> dict[str, str]:
    """The customer's links, valid at most until a moment. The invitation's link has no recipient yet."""
    signer = signer_for_letters(settings)
    if signer is None:
        return dict.fromkeys(names, "")
    made = {name: make_link(LinkPurpose(name), RECIPIENT, PLACEHOLDER, customer_id, now) for name in names}
    return {name: signer.address(_ending(link, until)) for name, link in made.items()}


def _ending(link: Link, until: datetime) -> Link:
    return replace(link, until=min(link.until, until))


def _customers(connection: Connection, name: str, ids: Collection[int], now: datetime) -> list[Mapping[Any, Any]]:
    """The facts for campaign letters to some customers."""
    stores = stores_today(now)
    statement: AnySelect = (
        select(
            Customer.id.label("customer_id"),
            Customer.store_id,
            *about_customer(stores),
            literal(name, Text).label("campaign"),
            newest_car_of(Customer.id).label("vehicle"),
            select(Store.law).where(Store.id == Customer.store_id).scalar_subquery().label("law"),
        )
        .join(stores, stores.c.id == Customer.store_id)
        .where(Customer.id.in_(ids), Customer.erased_at.is_(None))
        .order_by(Customer.id)
    )
    return list(connection.execute(statement).mappings())


def _laws_of(customers: Sequence[Mapping[Any, Any]]) -> set[str]:
    return {customer["law"] for customer in customers}
