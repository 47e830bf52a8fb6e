"""A campaign's texts: every text of its plan, its validation, and its maximum length."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from models.campaigns.plans import CampaignPlan, EmailWords, Words
from models.core.errors import InvalidInput
from models.core.words import RECIPIENT, ChannelName, Language, Purpose, StepKind
from models.kits.letters import variables_of
from models.kits.links import CONSENT
from models.messages.letters import LINKS
from models.messages.rendering import check_template, links_in
from models.messages.template_guard import refuse_forbidden
from models.stores.laws.endings import check_ending, composes

FOLLOW_UP = "follow-up"
"""The key of the follow-up, used in place of a variant."""
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
WRITTEN = (ChannelName.SMS, ChannelName.WECHAT, ChannelName.EMAIL)
OPT_OUT = re.compile(
    r"退订|取消订阅|拒收|回复?\s*(?:TD?|R)(?![A-Za-z])|\bSTOP\b|(?i:\bunsubscribe\b|\b(?:reply|text|send)\W+(?:stop|td?)\b)"
)
"""Tells the customer which replies opt out, as `models.messages.replies` reads them. "Please stop by" does not."""
HINTS: dict[str, str] = {"zh-CN": "回T退订", "en": "Reply STOP to opt out"}


class Saying(NamedTuple):
    """One text of a plan."""

    variant: str
    """A variant's key, or `follow-up`."""
    channel: ChannelName
    language: str
    subject: str | None
    text: str
    by_phone: bool
    """The script of a call, spoken by staff."""

    @property
    def place(self) -> str:
        """Its name in sentences."""
        return f"{name_of(self.variant)}, {'call' if self.by_phone else self.channel}, {self.language}"


class SaysNoWayOut(InvalidInput):
    """A marketing text without opt-out instructions."""

    def __init__(self, saying: Saying) -> None:
        self.variant, self.channel, self.language = saying.variant, saying.channel, saying.language
        super().__init__(
            f"{saying.place}: the text does not say how the customer can stop such messages; add "
            f"'{HINTS[saying.language]}', or the link {{{{ {LINKS}.{CONSENT} }}}}."
        )


class NothingToSay(InvalidInput):
    """A variant or channel for which a plan has no text."""

    def __init__(self, variant: str, channel: ChannelName) -> None:
        self.variant, self.channel = variant, channel
        super().__init__(f"{name_of(variant).capitalize()} says nothing by {channel}.")


def name_of(variant: str) -> str:
    """The name of a variant or the follow-up in sentences."""
    return FOLLOW_UP if variant == FOLLOW_UP else f"variant {variant}"


def words_of(plan: CampaignPlan, variant: str) -> Mapping[Language, Words]:
    """The texts of a variant or the follow-up, by language; empty if the plan has no such variant."""
    if variant == FOLLOW_UP:
        return plan.follow_up.words if plan.follow_up else {}
    return next((one.words for one in plan.variants if one.key == variant), {})


def spoken_in(plan: CampaignPlan, variant: str, channel: ChannelName) -> list[Language]:
    """The languages in which a variant or the follow-up has a text for a channel."""
    words = words_of(plan, variant)
    return [one for one in LANGUAGES if one in words and words[one].has(channel)]


def saying_for(plan: CampaignPlan, variant: str, channel: ChannelName, language: str) -> Saying:
    """The text for a customer's language, or else for the other one. Raises `NothingToSay`."""
    spoken = spoken_in(plan, variant, channel)
    if not spoken:
        raise NothingToSay(variant, channel)
    return _saying(plan, variant, channel, language if language in spoken else spoken[0])


def sayings_of(plan: CampaignPlan) -> Iterator[Saying]:
    """Every text of a plan, including those for channels it does not use."""
    for variant in (*(one.key for one in plan.variants), FOLLOW_UP):
        for language, words in words_of(plan, variant).items():
            for channel in WRITTEN:
                if words.has(channel):
                    yield _saying(plan, variant, channel, language)


def _saying(plan: CampaignPlan, variant: str, channel: ChannelName, language: str) -> Saying:
    said: str | EmailWords = getattr(words_of(plan, variant)[language], channel.value)  # type: ignore[index]
    subject, text = (said.subject, said.text) if isinstance(said, EmailWords) else (None, said)
    by_phone = variant == FOLLOW_UP and plan.follow_up is not None and plan.follow_up.kind is StepKind.CALL
    return Saying(variant, channel, language, subject, text, by_phone)


def check_texts(plan: CampaignPlan, laws: Collection[str] = ()) -> None:
    """Validate the texts of a plan. `laws`: the law packs of the stores whose customers get them; where each of them
    adds how to opt out, no text must say so.

    Raises `UnreadableTemplate`, `UnknownVariable` or `ForbiddenInTemplate`, which name the variant, the channel and
    the language; `SaysNoWayOut` and `EndingNotLast` for a marketing text.
    """
    known = variables_of(RECIPIENT)
    for saying in sayings_of(plan):
        for part in (saying.subject, saying.text):
            if part is not None:
                check_template(saying.place, part, known)
                refuse_forbidden(saying.place, part, known)
        if saying.by_phone:
            continue
        check_ending(saying.place, laws, plan.purpose, saying.channel, saying.text)
        added = composes(laws, plan.purpose, saying.channel)
        if plan.purpose is Purpose.MARKETING and not added and not says_way_out(saying.text):
            raise SaysNoWayOut(saying)


def says_way_out(text: str) -> bool:
    """Whether a text has opt-out instructions, or a link to the contact preferences."""
    return CONSENT in links_in(text) or OPT_OUT.search(text) is not None
