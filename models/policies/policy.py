"""Policies as data: a process with its steps and rules, validated before it can be activated."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from models.core.offsets import Offset, OffsetField
from models.core.words import (
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

CURRENCY = r"^[A-Z]{3}$"
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]

CONDITIONS: dict[SubjectKind, frozenset[Condition]] = {
    SubjectKind.APPOINTMENT: frozenset(
        {
            Condition.STILL_BOOKED,
            Condition.BOOKED_BEFORE_DUE,
            Condition.NO_OTHER_TIME_ASKED,
            Condition.PARTS_MISSING,
            Condition.NOT_ARRIVED,
            Condition.REQUEST_UNANSWERED,
            Condition.CONTRACT_CUSTOMER,
        }
    ),
    SubjectKind.HANDOVER: frozenset({Condition.VEHICLE_KEPT}),
    SubjectKind.REPAIR_ORDER: frozenset({Condition.VEHICLE_KEPT}),
    SubjectKind.WARRANTY: frozenset({Condition.VEHICLE_KEPT, Condition.NO_INSPECTION}),
    SubjectKind.ACCOUNT: frozenset({Condition.STILL_OWES, Condition.NO_PROMISE}),
    SubjectKind.CASE: frozenset({Condition.CASE_CLOSED, Condition.NO_NEWER_COMPLAINT}),
    SubjectKind.RECIPIENT: frozenset({Condition.MESSAGE_SENT, Condition.NOT_ANSWERED}),
}
"""Which conditions can be asked of which subject."""


SUBJECTS: dict[ProcessName, tuple[SubjectKind, ...]] = {
    ProcessName.APPOINTMENT_REMINDERS: (SubjectKind.APPOINTMENT,),
    ProcessName.POST_DELIVERY_FOLLOWUP: (SubjectKind.HANDOVER, SubjectKind.REPAIR_ORDER),
    ProcessName.WARRANTY_EXPIRY: (SubjectKind.WARRANTY,),
    ProcessName.OVERDUE_ACCOUNTS: (SubjectKind.ACCOUNT,),
    ProcessName.COMPLAINT_FOLLOWUP: (SubjectKind.CASE,),
    ProcessName.CAMPAIGNS: (SubjectKind.RECIPIENT,),
}
"""What each process is about."""


class Frozen(BaseModel):
    """Immutable, and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Frozen):
    """One planned contact of a process."""

    key: Slug
    subject: SubjectKind
    kind: StepKind
    after: OffsetField
    """From the moment it counts from to the due moment; negative: before it."""
    at: time | None = None
    """Store-local time of day; only with an offset in days. Without it the anchor's time of day holds."""
    counts_from: Moment = Moment.ANCHOR
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
            and self.counts_from is Moment.ANCHOR
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
        if self.holds_account and self.subject is not SubjectKind.ACCOUNT:
            return "holds_account: only an account can be put on hold"
        return None

    def _complaint_about_conditions(self) -> str | None:
        strange = [condition.value for condition in self.conditions if condition not in CONDITIONS[self.subject]]
        if strange:
            known = ", ".join(sorted(CONDITIONS[self.subject]))
            return f"conditions: {', '.join(strange)} cannot be asked of a {self.subject}; expected some of {known}"
        if self.counts_from is not Moment.ANCHOR and self.subject is not SubjectKind.APPOINTMENT:
            return f"counts_from: a {self.subject} has no '{self.counts_from}'; expected anchor"
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


class OverdueRules(Frozen):
    """What overdue-accounts goes by."""

    tolerance: dict[Annotated[str, StringConstraints(pattern=CURRENCY)], Annotated[Decimal, Field(ge=0)]] = {}
    """Per currency: a balance up to this is not chased."""


class AppointmentRules(Frozen):
    """What appointment-reminders goes by."""

    departments: tuple[Slug, ...] = ("workshop", "parts")
    """Who is told of a moved or cancelled appointment that names no departments itself."""


class FollowupRules(Frozen):
    """What post-delivery-followup goes by: nothing beside its steps."""


class WarrantyRules(Frozen):
    """What warranty-expiry goes by."""

    inspection_days: Annotated[int, Field(ge=1, le=730)] = 90
    """An inspection booked or done within so many days before the end stops the invitations."""


class ComplaintRules(Frozen):
    """What complaint-followup goes by: nothing beside its steps."""


class CampaignRules(Frozen):
    """What a campaign goes by: nothing beside its steps. Its plan says the rest."""


class Policy(Frozen):
    """A process with its steps and rules."""

    process: ProcessName
    priority: Annotated[int, Field(ge=0, le=100)]
    """Higher goes first when one customer cannot be told everything at once."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _steps_follow_each_other(self) -> Self:
        keys = [step.key for step in self.steps]
        doubled = {key for key in keys if keys.count(key) > 1}
        if doubled:
            sentence = f"steps: the key '{min(doubled)}' stands twice; each step needs its own"
            raise ValueError(sentence)
        for step in self.steps:
            if step.subject not in SUBJECTS[self.process]:
                sentence = f"steps: '{step.key}' is about a {step.subject}, which {self.process} does not look at"
                raise ValueError(sentence)
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


class AppointmentPolicy(Policy):
    """The policy of appointment-reminders (R1)."""

    process: Literal[ProcessName.APPOINTMENT_REMINDERS]
    rules: AppointmentRules = AppointmentRules()


class FollowupPolicy(Policy):
    """The policy of post-delivery-followup (R2)."""

    process: Literal[ProcessName.POST_DELIVERY_FOLLOWUP]
    rules: FollowupRules = FollowupRules()


class WarrantyPolicy(Policy):
    """The policy of warranty-expiry (R3)."""

    process: Literal[ProcessName.WARRANTY_EXPIRY]
    rules: WarrantyRules = WarrantyRules()


class OverduePolicy(Policy):
    """The policy of overdue-accounts (R4). Its steps are the dunning levels, in order."""

    process: Literal[ProcessName.OVERDUE_ACCOUNTS]
    rules: OverdueRules = OverdueRules()


class ComplaintPolicy(Policy):
    """The policy of complaint-followup (R10)."""

    process: Literal[ProcessName.COMPLAINT_FOLLOWUP]
    rules: ComplaintRules = ComplaintRules()


class CampaignPolicy(Policy):
    """The policy of one variant of one campaign (R13), made from its plan when it is launched."""

    process: Literal[ProcessName.CAMPAIGNS]
    rules: CampaignRules = CampaignRules()


AnyPolicy = Annotated[
    AppointmentPolicy | FollowupPolicy | WarrantyPolicy | OverduePolicy | ComplaintPolicy | CampaignPolicy,
    Field(discriminator="process"),
]

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
