"""Policies as data: a process with its steps and rules, validated before it can be activated."""

from collections.abc import Iterable, Mapping
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

from models.core.frozen import Frozen, Slug
from models.core.offsets import Offset, OffsetField
from models.core.reasons import KEY, TEXT, declare, give
from models.core.recurrence import EveryField
from models.core.validation import refuse, refused
from models.core.words import (
    ANCHOR,
    ChannelName,
    Condition,
    LateRule,
    MissingDay,
    Moment,
    ProcessName,
    Purpose,
    Role,
    StepKind,
    SubjectKind,
    Validity,
)
from models.kits.contract import Rules
from models.kits.effects import Effect, read_effects
from models.kits.registry import UnknownSubject, traits_of
from models.policies.schedule import InBothLanguages, ProcessSchedule

TIME_WITHOUT_DAYS = declare("time-without-days")
VALID_FOR_NOTHING = declare("valid-for-nothing")
NEGATIVE = declare("negative-span")
AFTER_ANCHOR = declare("until-anchor-after-it")
MESSAGE_WITHOUT_CHANNEL = declare("message-without-channel")
ROLE_AND_NO_CHANNELS = declare("role-and-no-channels")
ROLE_FOR_VISIT_OR_LETTER = declare("role-for-visit-or-letter")
NO_TASK = declare("only-for-tasks")
STRANGE_CONDITIONS = declare("conditions-of-others", conditions=TEXT, subject=KEY, known=TEXT)
NO_SUCH_MOMENT = declare("no-such-moment", subject=KEY, moment=TEXT, known=TEXT)
KEY_TWICE = declare("step-key-twice", key=TEXT)
UNKNOWN_SUBJECT = declare("unknown-subject", subject=TEXT, known=TEXT)
NO_NEXT_STEP = declare("no-next-step", step=KEY)
DUE_AT_ONCE = declare("steps-due-at-once", step=KEY, other=KEY)
VALID_TOO_LONG = declare("valid-beyond-next-step", step=KEY, other=KEY, span=TEXT)
WEEK_BELOW_DAY = declare("week-below-day")
EVERY_TOO_SHORT = declare("recurs-while-valid", every=TEXT, span=TEXT)
MERGES_ON_ITS_DAY = declare("only-on-its-day-and-merges")
RECURS_UNTIL_ANCHOR = declare("recurs-until-anchor")
RECURS_AND_MERGES = declare("recurs-and-merges")
RECURS_AND_SAID_ONCE = declare("recurs-and-said-once")
OCCURRENCES_MEET = declare("occurrences-overlap", step=KEY, other=KEY)
FORESEEN = timedelta(days=366)
"""So far ahead the occurrences of two steps are compared."""


def _known(kind: str) -> SubjectKind:
    try:
        return traits_of(SubjectKind(kind)).kind
    except UnknownSubject as error:
        raise refused(give(UNKNOWN_SUBJECT, subject=error.kind, known=", ".join(error.known))) from error


KnownSubject = Annotated[SubjectKind, AfterValidator(_known)]
"""A kind of subject that a kit is for."""


def step_of_today(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step as it is written today. Versions that are kept may name two of its effects by keys of their own."""
    written = {name: value for name, value in step.items() if name not in ("opens_case", "holds_account")}
    effects = []
    if step.get("opens_case"):
        effects.append({"do": "open-case", "kind": step["opens_case"]})
    if step.get("holds_account"):
        effects.append({"do": "hold-account"})
    return written | {"effects": [*written.get("effects", ()), *effects]} if effects else written


def body_of_today(body: Mapping[str, Any]) -> dict[str, object]:
    """The body of a kept version as it would be written today."""
    steps = {"steps": [step_of_today(step) for step in body["steps"]]} if "steps" in body else {}
    return dict(body) | steps


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
    every: EveryField | None = None
    """It comes again each span after its moment, until a condition ends it or the moment moves. Never twice at a
    time: each occurrence ends at the latest where the next is due."""
    missing_day: MissingDay = MissingDay.LAST_DAY
    """For a step that recurs by months: what stands for a day that a month does not have."""
    valid_for: OffsetField | Validity
    only_on_its_day: bool = False
    """It is of no use after the store-local day on which it is due: its validity ends with that day at the latest."""
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
    effects: tuple[SerializeAsAny[Effect], ...] = ()
    """What a task does when it reaches its desk."""

    @model_validator(mode="before")
    @classmethod
    def _as_written_today(cls, data: Any) -> Any:
        return step_of_today(data) if isinstance(data, Mapping) else data

    @field_validator("effects", mode="wrap")
    @classmethod
    def _are_offered(cls, value: Any, _: ValidatorFunctionWrapHandler, info: ValidationInfo) -> tuple[Effect, ...]:
        if "subject" not in info.data:
            return ()  # it is refused already
        kind: SubjectKind = info.data["subject"]
        return read_effects(value, kind, traits_of(kind).effects)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        self._check_times()
        self._check_recurrence()
        self._check_kind()
        self._check_conditions()
        return self

    def _check_times(self) -> None:
        if self.at is not None and self.after.minutes:
            refuse(("at",), give(TIME_WITHOUT_DAYS))
        if isinstance(self.valid_for, Offset) and self.valid_for.nominal <= timedelta(0):
            refuse(("valid_for",), give(VALID_FOR_NOTHING))
        if self.late_after.nominal < timedelta(0):
            refuse(("late_after",), give(NEGATIVE))
        if (
            self.valid_for is Validity.UNTIL_ANCHOR
            and self.counts_from == ANCHOR
            and self.after.nominal >= timedelta(0)
        ):
            refuse(("valid_for",), give(AFTER_ANCHOR))

        if self.only_on_its_day and self.when_late is LateRule.MERGE:
            refuse(("when_late",), give(MERGES_ON_ITS_DAY))

    def _check_recurrence(self) -> None:
        if self.every is None:
            return
        if isinstance(self.valid_for, Offset) and self.valid_for.nominal > self.every.shortest:
            refuse(("every",), give(EVERY_TOO_SHORT, every=str(self.every), span=str(self.valid_for)))
        if self.valid_for is Validity.UNTIL_ANCHOR:
            refuse(("valid_for",), give(RECURS_UNTIL_ANCHOR))
        if self.when_late is LateRule.MERGE:
            refuse(("when_late",), give(RECURS_AND_MERGES))
        if not self.repeats:
            refuse(("repeats",), give(RECURS_AND_SAID_ONCE))

    def _check_kind(self) -> None:
        if self.kind is StepKind.MESSAGE and (not self.channels or ChannelName.PHONE in self.channels):
            refuse(("channels",), give(MESSAGE_WITHOUT_CHANNEL))
        if self.kind is not StepKind.MESSAGE and (self.channels or self.role is None):
            by_hand = self.kind in (StepKind.VISIT, StepKind.LETTER)
            refuse(("role",), give(ROLE_FOR_VISIT_OR_LETTER if by_hand else ROLE_AND_NO_CHANNELS))
        if self.effects and self.kind is not StepKind.TASK:
            refuse(("effects",), give(NO_TASK))

    def _check_conditions(self) -> None:
        traits = traits_of(self.subject)
        strange = [condition for condition in self.conditions if condition not in traits.conditions]
        if strange:
            known = ", ".join(sorted(traits.conditions))
            figures = {"conditions": ", ".join(strange), "subject": self.subject, "known": known}
            refuse(("conditions",), give(STRANGE_CONDITIONS, **figures))
        moments = (ANCHOR, *traits.moments)
        if self.counts_from not in moments:
            figures = {"subject": self.subject, "moment": self.counts_from, "known": ", ".join(moments)}
            refuse(("counts_from",), give(NO_SUCH_MOMENT, **figures))

    @property
    def nominal_due(self) -> timedelta:
        """Where it stands in the cadence, for ordering steps of one subject."""
        hour = timedelta(hours=self.at.hour, minutes=self.at.minute) if self.at else timedelta(0)
        return self.after.nominal + hour

    @property
    def track(self) -> tuple[object, ...]:
        """Steps of one track follow each other; those of two tracks stand side by side."""
        return (self.subject, self.counts_from, self.kind)

    def nominal_dues(self, until: timedelta) -> list[timedelta]:
        """Where its occurrences stand in the cadence, up to a moment of it. Of one that recurs by months only the
        first does: how long its months are depends on the calendar."""
        if self.every is None or self.every.months:
            return [self.nominal_due]
        count = max((until - self.nominal_due) // self.every.shortest, 0)
        return [self.nominal_due + number * self.every.shortest for number in range(count + 1)]

    @property
    def nominal_validity(self) -> timedelta:
        """How long it stays valid; nothing where the cadence says when that ends."""
        if not isinstance(self.valid_for, Offset):
            return timedelta(0)
        return min(self.valid_for.nominal, self._rest_of_its_day) if self.only_on_its_day else self.valid_for.nominal

    @property
    def _rest_of_its_day(self) -> timedelta:
        """From its hour to midnight; where the anchor says the hour, a whole day."""
        hour = timedelta(hours=self.at.hour, minutes=self.at.minute) if self.at else timedelta(0)
        return timedelta(days=1) - hour


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
    schedule: ProcessSchedule | None = None
    """When the process runs by itself: that of the version for all stores holds. None: as it is shipped, or twice a
    day."""
    description: InBothLanguages | None = None
    """What the process is for, in a sentence."""
    tags: tuple[Slug, ...] = ()
    """What its runs are found by in Prefect."""

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
        doubled = {key: number for number, key in enumerate(keys) if keys.count(key) > 1}
        if doubled:
            key = min(doubled)
            refuse(("steps", doubled[key], "key"), give(KEY_TWICE, key=key))
        for number, step in enumerate(self.steps):
            self._check_next(number, step)
            self._check_overlaps(number, step)
        return self

    def _check_next(self, number: int, step: Step) -> None:
        needs_next = step.valid_for is Validity.UNTIL_NEXT_STEP or step.when_late is LateRule.MERGE
        if needs_next and step.every is None and self.next_of(step) is None:
            refuse(("steps", number, "valid_for"), give(NO_NEXT_STEP, step=step.key))

    def _check_overlaps(self, number: int, step: Step) -> None:
        for other in self.steps:
            if other is step or other.track != step.track or set(other.conditions) != set(step.conditions):
                continue
            if other.nominal_due == step.nominal_due:
                refuse(("steps", number, "after"), give(DUE_AT_ONCE, step=step.key, other=other.key))
            if isinstance(step.valid_for, Offset) and (
                step.nominal_due < other.nominal_due < step.nominal_due + step.nominal_validity
            ):
                figures = {"step": step.key, "other": other.key, "span": str(step.valid_for)}
                refuse(("steps", number, "valid_for"), give(VALID_TOO_LONG, **figures))
            if (step.every or other.every) and _meet(step, other):
                refuse(("steps", number, "every"), give(OCCURRENCES_MEET, step=step.key, other=other.key))

    def next_of(self, step: Step) -> Step | None:
        """The step that follows in the cadence of the same subject; None after the last. What follows an occurrence
        of a step that recurs is its next one."""
        ladder = sorted(
            (other for other in self.steps if (other.subject, other.counts_from) == (step.subject, step.counts_from)),
            key=lambda other: other.nominal_due,
        )
        later = [other for other in ladder if other.nominal_due > step.nominal_due]
        return later[0] if later else None

    def step(self, key: str) -> Step:
        """The step of that key. Raises KeyError."""
        return {step.key: step for step in self.steps}[key]


def _meet(step: Step, other: Step) -> bool:
    """Whether an occurrence of one step is due at the same moment as one of another, or while that is valid."""
    until = max(step.nominal_due, other.nominal_due) + FORESEEN
    return any(
        due <= other_due < due + max(step.nominal_validity, timedelta(minutes=1))
        for due in step.nominal_dues(until)
        for other_due in other.nominal_dues(until)
    )


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
            Role.GENERAL_MANAGER: self.campaign_by_manager,
            Role.ADMIN: self.campaign_by_admin,
        }
        return sizes.get(role, 0)

    @model_validator(mode="after")
    def _week_holds_a_day(self) -> Self:
        if self.per_week < self.per_day:
            refuse(("per_week",), give(WEEK_BELOW_DAY))
        return self
