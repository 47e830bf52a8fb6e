"""Policies as data: a process with its steps and rules, validated before it can be activated."""

from collections.abc import Iterable
from datetime import time, timedelta
from functools import cache
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    SerializeAsAny,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from models.core.frozen import Frozen, Slug
from models.core.offsets import Offset, OffsetField
from models.core.words import (
    ANCHOR,
    HOLD_ACCOUNT,
    CaseKind,
    ChannelName,
    Condition,
    LateRule,
    Moment,
    ProcessName,
    Purpose,
    Role,
    StepKind,
    SubjectKind,
    Validity,
)
from models.kits.contract import Rules
from models.kits.registry import UnknownSubject, traits_of


def _known(kind: str) -> SubjectKind:
    try:
        return traits_of(SubjectKind(kind)).kind
    except UnknownSubject as error:
        raise PydanticCustomError("unknown_subject", "{sentence}", {"sentence": str(error).rstrip(".")}) from error


KnownSubject = Annotated[SubjectKind, AfterValidator(_known)]
"""A kind of subject that a kit is for."""


class Step(Frozen):
    """One planned contact of a process."""

    key: Slug
    subject: KnownSubject
    kind: StepKind
    after: OffsetField
    """From the moment it counts from to the due moment; negative: before it."""
    at: time | None = None
    """Store-local time of day; only with an offset in days. Without it the anchor's time of day holds."""
    counts_from: Moment = ANCHOR
    valid_for: OffsetField | Validity
    when_late: LateRule = LateRule.SEND
    late_after: OffsetField = Offset(1, 0)
    """How long after its due moment a step counts as late."""
    channels: tuple[ChannelName, ...] = ()
    template: Slug
    purpose: Purpose
    conditions: tuple[Condition, ...] = ()
    role: Role | None = None
    """Who calls, or whose desk a task is for."""
    approval: tuple[Role, ...] = ()
    """Roles of which one named person must approve each touch before it goes; empty: no approval."""
    obligation: bool = False
    works_holidays: bool = False
    repeats: bool = True
    """Whether a moved anchor brings the step again once it was sent."""
    opens_case: CaseKind | None = None
    holds_account: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        complaint = self._complaint_about_time() or self._complaint_about_kind() or self._complaint_about_conditions()
        if complaint:
            raise ValueError(complaint)
        return self

    def _complaint_about_time(self) -> str | None:
        if self.at is not None and self.after.minutes:
            return "at: a time of day goes with an offset in days, not in hours or minutes"
        if isinstance(self.valid_for, Offset) and self.valid_for.nominal <= timedelta(0):
            return "valid_for: must be longer than nothing"
        if self.late_after.nominal < timedelta(0):
            return "late_after: cannot be negative"
        if (
            self.valid_for is Validity.UNTIL_ANCHOR
            and self.counts_from == ANCHOR
            and self.after.nominal >= timedelta(0)
        ):
            return "valid_for: 'until-anchor' is for steps before the anchor"
        return None

    def _complaint_about_kind(self) -> str | None:
        if self.kind is StepKind.MESSAGE and (not self.channels or ChannelName.PHONE in self.channels):
            return "channels: a message needs at least one of sms, email, wechat"
        if self.kind is not StepKind.MESSAGE and (self.channels or self.role is None):
            return "role: a call or a task names the role it is for, and no channels"
        if (self.opens_case or self.holds_account) and self.kind is not StepKind.TASK:
            return "opens_case: only a task opens a case or holds an account"
        if self.holds_account and HOLD_ACCOUNT not in traits_of(self.subject).effects:
            return f"holds_account: a {self.subject} cannot be put on hold"
        return None

    def _complaint_about_conditions(self) -> str | None:
        traits = traits_of(self.subject)
        strange = [condition for condition in self.conditions if condition not in traits.conditions]
        if strange:
            known = ", ".join(sorted(traits.conditions))
            return f"conditions: {', '.join(strange)} cannot be asked of a {self.subject}; expected some of {known}"
        moments = (ANCHOR, *traits.moments)
        if self.counts_from not in moments:
            expected = " or ".join(moments)
            return f"counts_from: a {self.subject} has no '{self.counts_from}'; expected {expected}"
        return None

    @property
    def nominal_due(self) -> timedelta:
        """Where it stands in the cadence, for ordering steps of one subject."""
        hour = timedelta(hours=self.at.hour, minutes=self.at.minute) if self.at else timedelta(0)
        return self.after.nominal + hour

    @property
    def track(self) -> tuple[object, ...]:
        """Steps of one track follow each other; those of two tracks stand side by side."""
        return (self.subject, self.counts_from, self.kind)


def rules_of(kinds: Iterable[SubjectKind]) -> type[Rules]:
    """What a policy about some kinds of subjects goes by: the rules of each, as one model."""
    return _rules_of(tuple(dict.fromkeys(kinds)))


@cache
def _rules_of(kinds: tuple[SubjectKind, ...]) -> type[Rules]:
    models = tuple(dict.fromkeys(rules for kind in kinds if (rules := traits_of(kind).rules) is not None))
    return create_model("PolicyRules", __base__=models) if models else Rules


class Policy(Frozen):
    """A process with its steps and rules."""

    process: ProcessName
    priority: Annotated[int, Field(ge=0, le=100)]
    """Higher goes first when one customer cannot be told everything at once."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    rules: Annotated[SerializeAsAny[Rules], Field(validate_default=True)] = Rules()
    """What it goes by beside its steps: the rules of all its subjects together."""

    @field_validator("rules", mode="wrap")
    @classmethod
    def _are_those_of_its_subjects(cls, value: Any, _: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Rules:
        if "steps" not in info.data:
            return Rules()  # they are refused already, and say whose rules these are
        steps: tuple[Step, ...] = info.data["steps"]
        given = value.model_dump() if isinstance(value, Rules) else value
        return rules_of(step.subject for step in steps).model_validate(given)

    @property
    def subjects(self) -> tuple[SubjectKind, ...]:
        """What it is about, in the order of its steps."""
        return tuple(dict.fromkeys(step.subject for step in self.steps))

    @model_validator(mode="after")
    def _steps_follow_each_other(self) -> Self:
        keys = [step.key for step in self.steps]
        doubled = {key for key in keys if keys.count(key) > 1}
        if doubled:
            sentence = f"steps: the key '{min(doubled)}' stands twice; each step needs its own"
            raise ValueError(sentence)
        for step in self.steps:
            following = self.next_of(step)
            complaint = _complaint_about_pair(step, following, self.steps)
            if complaint:
                raise ValueError(complaint)
        return self

    def next_of(self, step: Step) -> Step | None:
        """The step that follows in the cadence of the same subject; None after the last."""
        ladder = sorted(
            (other for other in self.steps if (other.subject, other.counts_from) == (step.subject, step.counts_from)),
            key=lambda other: other.nominal_due,
        )
        later = [other for other in ladder if other.nominal_due > step.nominal_due]
        return later[0] if later else None

    def step(self, key: str) -> Step:
        """The step of that key. Raises KeyError."""
        return {step.key: step for step in self.steps}[key]


def _complaint_about_pair(step: Step, following: Step | None, steps: tuple[Step, ...]) -> str | None:
    place = f"steps[{steps.index(step)}] '{step.key}'"
    if following is None and (step.valid_for is Validity.UNTIL_NEXT_STEP or step.when_late is LateRule.MERGE):
        return f"{place}: there is no next step, so give valid_for as a span of time and another when_late"
    for other in steps:
        if other is step or other.track != step.track or set(other.conditions) != set(step.conditions):
            continue
        if other.nominal_due == step.nominal_due:
            return f"{place} overlaps '{other.key}': both are due at the same moment for the same subject"
        if isinstance(step.valid_for, Offset) and (
            step.nominal_due < other.nominal_due < step.nominal_due + step.valid_for.nominal
        ):
            return (
                f"{place} overlaps '{other.key}': it is valid for {step.valid_for}, beyond the moment that "
                f"'{other.key}' is due; shorten valid_for or say until-next-step"
            )
    return None


CONTACT_RULES = "contact-rules"
MADE_FOR_CAMPAIGNS = "campaign-"
"""What the names of the policies and the keys of the templates of campaigns begin with."""


class ContactRules(Frozen):
    """The rules across processes (invariant 7): one customer is contacted as one customer."""

    per_day: Annotated[int, Field(ge=1)] = 1
    """Touches a customer gets at most on one store-local day; obligations are exempt."""
    per_week: Annotated[int, Field(ge=1)] = 3
    """Touches a customer gets at most within seven days."""
    complaint_holds: tuple[Purpose, ...] = (Purpose.SURVEY, Purpose.MARKETING, Purpose.DUNNING)
    """What an open complaint holds back."""
    campaign_by_marketing: Annotated[int, Field(ge=0)] = 0
    """To how many customers someone of marketing may send a campaign without another person's approval (R13)."""
    campaign_by_manager: Annotated[int, Field(ge=0)] = 500
    campaign_by_admin: Annotated[int, Field(ge=0)] = 5000

    def campaign_size(self, role: Role) -> int:
        """To how many customers someone of a role may send a campaign on their own say."""
        sizes = {
            Role.MARKETING: self.campaign_by_marketing,
            Role.MANAGER: self.campaign_by_manager,
            Role.ADMIN: self.campaign_by_admin,
        }
        return sizes.get(role, 0)

    @model_validator(mode="after")
    def _week_holds_a_day(self) -> Self:
        if self.per_week < self.per_day:
            sentence = "per_week: cannot be less than per_day"
            raise ValueError(sentence)
        return self
