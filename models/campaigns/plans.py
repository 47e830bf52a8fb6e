"""What a campaign is to do: whom it is for, what it says, when, how fast, and when it stops by itself."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError, model_validator

from models.campaigns.audiences import AudienceRule
from models.core.errors import AftercareError
from models.core.frozen import Frozen
from models.core.offsets import Offset, OffsetField
from models.core.reasons import KEY, NUMBER, TEXT, declare, give
from models.core.validation import all_of, problems_by_place, refuse
from models.core.words import ChannelName, Language, LaunchKind, Purpose, Role, StepKind, WinnerBy

Percent = Annotated[int, Field(ge=0, le=100)]
SmallShare = Annotated[float, Field(ge=0, le=100)]
"""Percent, to as many decimals as it takes."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
VariantKey = Annotated[str, StringConstraints(pattern=r"^[a-d]$")]
MOST_VARIANTS = 4
WHOLE = 100
LAUNCH_AT = declare("launch-at-a-moment")
LAUNCH_AT_LOCAL_HOUR = declare("launch-at-local-hour")
ROLE_OF_CALLS = declare("role-of-calls-only")
FOLLOW_UP_AFTER = declare("follow-up-out-of-range")
NO_CALLS = declare("campaign-by-phone")
CHANNEL_TWICE = declare("channel-twice")
VARIANT_TWICE = declare("variant-twice", variant=TEXT)
SHARES_BEYOND_ALL = declare("shares-beyond-everybody", total=NUMBER)
SINGLE_VARIANT = declare("single-variant-to-everybody")
VARIANT_SAYS_NOTHING = declare("variant-says-nothing", variant=TEXT, channel=KEY, language=TEXT)
FOLLOW_UP_SAYS_NOTHING = declare("follow-up-says-nothing", channel=KEY, language=TEXT)


class EmailWords(Frozen):
    """What an e-mail says."""

    subject: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    text: Text


class Words(Frozen):
    """What a message says in one language, by channel."""

    sms: Text | None = None
    wechat: Text | None = None
    email: EmailWords | None = None

    def has(self, channel: ChannelName) -> bool:
        """Whether there is something to say by a channel."""
        return getattr(self, channel.value, None) is not None


class Variant(Frozen):
    """One way to say it."""

    key: VariantKey
    share: Annotated[int, Field(ge=1, le=WHOLE)] = WHOLE
    """Percent of those who are told (the control group is not among them)."""
    words: Annotated[dict[Language, Words], Field(min_length=1)]
    """A customer whose language is missing gets the other one."""


class Launch(Frozen):
    """When it begins."""

    kind: LaunchKind = LaunchKind.NOW
    at: AwareDatetime | None = None
    """Of the kind `at`."""
    day: date | None = None
    """Of the kind `local-hour`, with `hour`."""
    hour: time | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.kind is LaunchKind.AT) != (self.at is not None):
            refuse(("at",), give(LAUNCH_AT))
        if (self.kind is LaunchKind.LOCAL_HOUR) != (self.day is not None and self.hour is not None):
            refuse(("day",) if self.day is None else ("hour",), give(LAUNCH_AT_LOCAL_HOUR))
        return self


class Canary(Frozen):
    """The first few, and what stops the rest."""

    percent: Annotated[int, Field(ge=0, le=WHOLE)] = 5
    """Of those who are told; 0: no canary."""
    at_least: Annotated[int, Field(ge=0)] = 50
    watch_for: OffsetField = Offset(0, 120)
    """How long after the last of them was told the rest waits."""
    most_failed: SmallShare = 5
    """Percent of the canary whose message failed; above it the campaign stops and asks."""
    most_opted_out: SmallShare = 2
    most_complained: SmallShare = 1


class Trial(Frozen):
    """Where the shares of the variants leave a rest: how it is decided who wins it."""

    by: WinnerBy = WinnerBy.ANSWERED
    after: OffsetField = Offset(1, 0)
    """How long after the last of the trial was told."""


class FollowUp(Frozen):
    """What those get who did not answer."""

    after: OffsetField = Offset(3, 0)
    """From the moment the campaign began for the customer."""
    kind: Literal[StepKind.CALL, StepKind.MESSAGE] = StepKind.MESSAGE
    role: Role | None = None
    """Who calls; of a call only."""
    words: Annotated[dict[Language, Words], Field(min_length=1)]
    """Of a call: its script, as `sms`."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind is StepKind.CALL) != (self.role is not None):
            refuse(("role",), give(ROLE_OF_CALLS))
        if not timedelta(hours=1) <= self.after.nominal <= timedelta(days=60):
            refuse(("after",), give(FOLLOW_UP_AFTER))
        return self


class CampaignPlan(Frozen):
    """All that is approved of a campaign."""

    audience: AudienceRule
    purpose: Literal[Purpose.MARKETING, Purpose.SERVICE] = Purpose.MARKETING
    """Marketing asks for an opt-in, service does not."""
    channels: Annotated[tuple[ChannelName, ...], Field(min_length=1)] = (ChannelName.SMS,)
    """In the order in which they are tried; a customer gets it by one of them."""
    variants: Annotated[tuple[Variant, ...], Field(min_length=1, max_length=MOST_VARIANTS)]
    launch: Launch = Launch()
    valid_for: OffsetField = Offset(3, 0)
    """How long after its beginning a message that was held (quiet hours, caps) may still go out."""
    control_percent: Annotated[int, Field(ge=0, le=50)] = 5
    canary: Canary = Canary()
    trial: Trial = Trial()
    follow_up: FollowUp | None = None
    per_minute: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """How many messages a minute it sends at most, over all workers."""
    budget: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)] | None = None
    """What its messages may cost at most, in the currency of the settings."""
    most_drift: Percent = 10
    """Percent by which the audience may have grown or shrunk since the approval."""
    measured_days: Annotated[int, Field(ge=1, le=365)] = 30
    """How long after it began what customers do counts as its result."""
    priority: Annotated[int, Field(ge=0, le=40)] = 20
    """Below that of every shipped process: they go first."""

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
        """Whether the variants are tried out on a part first, and the best of them goes to the rest."""
        return sum(variant.share for variant in self.variants) < WHOLE

    def first_wave(self, told: int) -> int:
        """How many of those who are told are told first; 0: without a canary everybody is told at once."""
        if self.canary.percent == 0:
            return 0
        return min(told, max(self.canary.at_least, -(-told * self.canary.percent // WHOLE)))

    @property
    def fingerprint(self) -> str:
        """What an approval is bound to: any other plan has another one."""
        return sha256(self.model_dump_json().encode()).hexdigest()


class BadPlan(AftercareError):
    """A plan of a campaign that is refused, with every place and reason."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error
        self.problems = problems_by_place(error)
        super().__init__(f"The campaign is refused. {all_of(self.problems)}")


def read_plan(data: dict[str, Any]) -> CampaignPlan:
    """The plan that `data` describes. Raises `BadPlan`."""
    try:
        return CampaignPlan.model_validate(data)
    except ValidationError as error:
        raise BadPlan(error) from error


def begins_at(launch: Launch, now: datetime) -> datetime | None:
    """The moment a campaign begins for everybody; None: for each customer at their own hour."""
    match launch.kind:
        case LaunchKind.NOW:
            return now
        case LaunchKind.AT:
            return launch.at
        case LaunchKind.LOCAL_HOUR:
            return None
