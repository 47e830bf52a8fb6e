"""A campaign's plan: audience, texts, timing, pace, and when it stops automatically."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError, model_validator

from models.calls.queue import SERVING
from models.campaigns.audiences import AudienceRule
from models.core.errors import InvalidInput
from models.core.frozen import Frozen
from models.core.offsets import Offset, OffsetField
from models.core.reasons import KEY, NUMBER, TEXT, WORD, declare, give
from models.core.validation import all_of, problems_by_place, refuse
from models.core.words import ChannelName, InvitesTo, Language, LaunchKind, Purpose, Role, StepKind, WinnerBy

Percent = Annotated[int, Field(ge=0, le=100)]
SmallShare = Annotated[float, Field(ge=0, le=100)]
"""Percent, with any number of decimals."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
VariantKey = Annotated[str, StringConstraints(pattern=r"^[a-d]$")]
MOST_VARIANTS = 4
WHOLE = 100
LAUNCH_AT = declare("launch-at-a-moment")
LAUNCH_AT_LOCAL_HOUR = declare("launch-at-local-hour")
ROLE_OF_CALLS = declare("role-of-calls-only")
ROLE_WITHOUT_CALLS = declare("role-without-calls", role=WORD)
FOLLOW_UP_AFTER = declare("follow-up-out-of-range")
NO_CALLS = declare("campaign-by-phone")
CHANNEL_TWICE = declare("channel-twice")
VARIANT_TWICE = declare("variant-twice", variant=TEXT)
SHARES_BEYOND_ALL = declare("shares-beyond-everybody", total=NUMBER)
SINGLE_VARIANT = declare("single-variant-to-everybody")
VARIANT_SAYS_NOTHING = declare("variant-says-nothing", variant=TEXT, channel=KEY, language=TEXT)
FOLLOW_UP_SAYS_NOTHING = declare("follow-up-says-nothing", channel=KEY, language=TEXT)


class EmailWords(Frozen):
    """The text of an e-mail."""

    subject: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    text: Text


class Words(Frozen):
    """The text of a message in one language, by channel."""

    sms: Text | None = None
    wechat: Text | None = None
    email: EmailWords | None = None

    def has(self, channel: ChannelName) -> bool:
        """Whether there is a text for a channel."""
        return getattr(self, channel.value, None) is not None


class Variant(Frozen):
    """One variant of the message."""

    key: VariantKey
    share: Annotated[int, Field(ge=1, le=WHOLE)] = WHOLE
    """Percent of the recipients, not counting the control group."""
    words: Annotated[dict[Language, Words], Field(min_length=1)]
    """A customer whose language is missing gets the other language."""


class Launch(Frozen):
    """When it begins."""

    kind: LaunchKind = LaunchKind.NOW
    at: AwareDatetime | None = None
    """For the kind `at`."""
    day: date | None = None
    """For the kind `local-hour`, together with `hour`."""
    hour: time | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.kind is LaunchKind.AT) != (self.at is not None):
            refuse(("at",), give(LAUNCH_AT))
        if (self.kind is LaunchKind.LOCAL_HOUR) != (self.day is not None and self.hour is not None):
            refuse(("day",) if self.day is None else ("hour",), give(LAUNCH_AT_LOCAL_HOUR))
        return self


class Canary(Frozen):
    """The canary: the first recipients, and what stops the rest."""

    percent: Annotated[int, Field(ge=0, le=WHOLE)] = 5
    """Percent of the recipients; 0: no canary."""
    at_least: Annotated[int, Field(ge=0)] = 50
    watch_for: OffsetField = Offset(0, 120)
    """How long the rest waits after the last canary message."""
    most_failed: SmallShare = 5
    """Percent of failed canary messages above which the campaign stops and waits for a decision."""
    most_opted_out: SmallShare = 2
    most_complained: SmallShare = 1


class Trial(Frozen):
    """How the variant for the rest is chosen, if the variants' shares add up to less than 100 percent."""

    by: WinnerBy = WinnerBy.ANSWERED
    after: OffsetField = Offset(1, 0)
    """How long after the last message of the trial."""


class FollowUp(Frozen):
    """What recipients who did not answer get."""

    after: OffsetField = Offset(3, 0)
    """Counted from the campaign's start for the customer."""
    kind: Literal[StepKind.CALL, StepKind.MESSAGE] = StepKind.MESSAGE
    role: Role | None = None
    """Who calls; only for a call."""
    words: Annotated[dict[Language, Words], Field(min_length=1)]
    """For a call, `sms` holds its script."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind is StepKind.CALL) != (self.role is not None):
            refuse(("role",), give(ROLE_OF_CALLS))
        if self.role is not None and self.role not in SERVING:
            refuse(("role",), give(ROLE_WITHOUT_CALLS, role=self.role))
        if not timedelta(hours=1) <= self.after.nominal <= timedelta(days=60):
            refuse(("after",), give(FOLLOW_UP_AFTER))
        return self


class CampaignPlan(Frozen):
    """Everything that an approval covers."""

    audience: AudienceRule
    purpose: Literal[Purpose.MARKETING, Purpose.SERVICE] = Purpose.MARKETING
    """Marketing requires an opt-in, service does not."""
    channels: Annotated[tuple[ChannelName, ...], Field(min_length=1)] = (ChannelName.SMS,)
    """In order of preference; each customer gets the message by one of them."""
    variants: Annotated[tuple[Variant, ...], Field(min_length=1, max_length=MOST_VARIANTS)]
    launch: Launch = Launch()
    valid_for: OffsetField = Offset(3, 0)
    """How long after the start a held message (quiet hours, caps) may still be sent."""
    control_percent: Annotated[int, Field(ge=0, le=50)] = 5
    canary: Canary = Canary()
    trial: Trial = Trial()
    follow_up: FollowUp | None = None
    invites_to: InvitesTo = InvitesTo.VISIT
    """What the page of the invitation offers."""
    per_minute: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Rate limit in messages per minute, over all workers."""
    budget: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)] | None = None
    """The budget for its messages, in the currency of the settings."""
    most_drift: Percent = 10
    """Percent by which the audience size may change after the approval."""
    measured_days: Annotated[int, Field(ge=1, le=365)] = 30
    """How long after the start customers' actions count as results."""
    priority: Annotated[int, Field(ge=0, le=40)] = 20
    """Lower than any shipped process, which goes first."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        self._check_channels()
        self._check_shares()
        self._check_words()
        return self

    def _check_channels(self) -> None:
        if ChannelName.PHONE in self.channels:
            refuse(("channels",), give(NO_CALLS))
        if len(set(self.channels)) < len(self.channels):
            refuse(("channels",), give(CHANNEL_TWICE))

    def _check_shares(self) -> None:
        keys = [variant.key for variant in self.variants]
        if len(set(keys)) < len(keys):
            refuse(("variants",), give(VARIANT_TWICE, variant=min(key for key in keys if keys.count(key) > 1)))
        total = sum(variant.share for variant in self.variants)
        if total > WHOLE:
            refuse(("variants",), give(SHARES_BEYOND_ALL, total=total))
        if len(self.variants) == 1 and total < WHOLE:
            refuse(("variants",), give(SINGLE_VARIANT))

    def _check_words(self) -> None:
        for number, variant in enumerate(self.variants):
            for language, words in variant.words.items():
                for channel in self.channels:
                    if not words.has(channel):
                        figures = {"variant": variant.key, "channel": channel.value, "language": language}
                        place = ("variants", number, "words", language, channel.value)
                        refuse(place, give(VARIANT_SAYS_NOTHING, **figures))
        for language, words in self.follow_up.words.items() if self.follow_up else ():
            channels = self.channels if self.follow_up and self.follow_up.kind is StepKind.MESSAGE else ()
            for channel in channels or (ChannelName.SMS,):
                if not words.has(channel):
                    figures = {"channel": channel.value, "language": language}
                    refuse(("follow_up", "words", language, channel.value), give(FOLLOW_UP_SAYS_NOTHING, **figures))

    @property
    def has_trial(self) -> bool:
        """Whether there is a trial of the variants whose winner goes to the rest."""
        return sum(variant.share for variant in self.variants) < WHOLE

    def first_wave(self, told: int) -> int:
        """The size of the canary; 0: no canary, everybody is contacted at once."""
        if self.canary.percent == 0:
            return 0
        return min(told, max(self.canary.at_least, -(-told * self.canary.percent // WHOLE)))

    @property
    def fingerprint(self) -> str:
        """The fingerprint that an approval is bound to: every plan has a different one."""
        # What was approved before plans could invite to events stays approved.
        usual = {"invites_to"} if self.invites_to is InvitesTo.VISIT else None
        return sha256(self.model_dump_json(exclude=usual).encode()).hexdigest()


class BadPlan(InvalidInput):
    """An invalid campaign plan, with the place and reason of every validation error."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error
        self.problems = problems_by_place(error)
        super().__init__(f"The campaign is refused. {all_of(self.problems)}")


def read_plan(data: Mapping[str, object]) -> CampaignPlan:
    """Parse the plan in `data`. Raises `BadPlan`."""
    try:
        return CampaignPlan.model_validate(data)
    except ValidationError as error:
        raise BadPlan(error) from error


def begins_at(launch: Launch, now: datetime) -> datetime | None:
    """When a campaign begins for everybody; None: at each customer's local hour."""
    match launch.kind:
        case LaunchKind.NOW:
            return now
        case LaunchKind.AT:
            return launch.at
        case LaunchKind.LOCAL_HOUR:
            return None
