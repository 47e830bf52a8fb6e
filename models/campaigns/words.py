"""What a campaign says: every text of its plan, whether it may be said, and how long it can become."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from models.campaigns.plans import CampaignPlan, EmailWords, Words
from models.core.errors import AftercareError
from models.core.words import RECIPIENT, ChannelName, Language, Purpose, StepKind
from models.kits.letters import variables_of
from models.kits.links import CONSENT
from models.messages.letters import LINKS
from models.messages.rendering import check_template, links_in
from models.messages.template_guard import refuse_forbidden

FOLLOW_UP = "follow-up"
"""Stands for the follow-up where a variant is named."""
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
WRITTEN = (ChannelName.SMS, ChannelName.WECHAT, ChannelName.EMAIL)
OPT_OUT = re.compile(
    r"退订|取消订阅|回复?\s*TD?(?![A-Za-z])|\bSTOP\b|(?i:\bunsubscribe\b|\b(?:reply|text|send)\W+(?:stop|td?)\b)"
)
"""Says to the customer what replies end it; `models.messages.replies` honours them. "Please stop by" does not."""
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
    """The script of a call: said by staff."""

    @property
    def place(self) -> str:
        """What it is called in sentences."""
        return f"{name_of(self.variant)}, {'call' if self.by_phone else self.channel}, {self.language}"


class SaysNoWayOut(AftercareError):
    """A marketing text that does not say how the customer can stop it."""

    def __init__(self, saying: Saying) -> None:
        self.variant, self.channel, self.language = saying.variant, saying.channel, saying.language
        super().__init__(
            f"{saying.place}: the text does not say how the customer can stop such messages; add "
            f"'{HINTS[saying.language]}', or the link {{{{ {LINKS}.{CONSENT} }}}}."
        )


class NothingToSay(AftercareError):
    """A variant, a channel or the like for which a plan has no words."""

    def __init__(self, variant: str, channel: ChannelName) -> None:
        self.variant, self.channel = variant, channel
        super().__init__(f"{name_of(variant).capitalize()} says nothing by {channel}.")


def name_of(variant: str) -> str:
    """A variant, or the follow-up, as sentences name it."""
    return FOLLOW_UP if variant == FOLLOW_UP else f"variant {variant}"


def words_of(plan: CampaignPlan, variant: str) -> Mapping[Language, Words]:
    """What a variant, or the follow-up, says by language; empty where the plan has no such variant."""
    if variant == FOLLOW_UP:
        return plan.follow_up.words if plan.follow_up else {}
    return next((one.words for one in plan.variants if one.key == variant), {})


def spoken_in(plan: CampaignPlan, variant: str, channel: ChannelName) -> list[Language]:
    """The languages in which a variant, or the follow-up, says something by a channel."""
    words = words_of(plan, variant)
    return [one for one in LANGUAGES if one in words and words[one].has(channel)]


def saying_for(plan: CampaignPlan, variant: str, channel: ChannelName, language: str) -> Saying:
    """What a customer of a language is told; where that language is missing, the other. Raises `NothingToSay`."""
    spoken = spoken_in(plan, variant, channel)
    if not spoken:
        raise NothingToSay(variant, channel)
    return _saying(plan, variant, channel, language if language in spoken else spoken[0])


def sayings_of(plan: CampaignPlan) -> Iterator[Saying]:
    """Every text of a plan, also by channels that it does not use."""
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


def check_texts(plan: CampaignPlan) -> None:
    """Whether a plan's texts may be sent.

    Raises `UnreadableTemplate`, `UnknownVariable` or `ForbiddenInTemplate`, which name the variant, the channel and
    the language; `SaysNoWayOut` for a marketing text.
    """
    known = variables_of(RECIPIENT)
    for saying in sayings_of(plan):
        for part in (saying.subject, saying.text):
            if part is not None:
                check_template(saying.place, part, known)
                refuse_forbidden(saying.place, part, known)
        if plan.purpose is Purpose.MARKETING and not saying.by_phone and not says_way_out(saying.text):
            raise SaysNoWayOut(saying)


def says_way_out(text: str) -> bool:
    """Whether a text says how to stop such messages, or links to where that is chosen."""
    return CONSENT in links_in(text) or OPT_OUT.search(text) is not None
