"""A pack: the rules about contacting customers of one law, as data. Each rule cites its source.

A store chooses one. `house` is that of a store which goes by its own contact hours alone.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from models.core.errors import InvalidInput, NotFound
from models.core.frozen import Frozen, Slug
from models.core.words import ChannelName, Purpose, ReplyMeaning, StepKind

PACKS = Path(__file__).parent
HOUSE = "house"
"""The pack of a store that has chosen none."""
LANGUAGES = frozenset({"zh-CN", "en"})


class Basis(StrEnum):
    """What a rule stands on."""

    LAW = "law"
    GUIDANCE = "guidance"
    """What an authority or the carriers ask for."""
    HOUSE = "house"
    """What we hold to though nothing demands it."""


class Weekday(StrEnum):
    """Days of the week, in the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


Sentence = Annotated[dict[str, str], Field(min_length=len(LANGUAGES), max_length=len(LANGUAGES))]
"""By language."""


class Rule(Frozen):
    """A rule with its source."""

    code: Slug
    basis: Basis = Basis.LAW
    source: Annotated[str, Field(min_length=3)]
    """The citation, as a lawyer would look it up."""
    says: Sentence

    @model_validator(mode="after")
    def _in_both_languages(self) -> Self:
        if self.says.keys() != LANGUAGES:
            sentence = f"{self.code} is said in {sorted(self.says)}; expected {sorted(LANGUAGES)}"
            raise ValueError(sentence)
        return self


class Window(Frozen):
    """A span of local time within one day: from `since` on, before `until`."""

    since: time
    until: time

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.since >= self.until:
            sentence = f"hours that leave no time: {self.since:%H:%M} to {self.until:%H:%M}"
            raise ValueError(sentence)
        return self


class HoursRule(Rule):
    """When customers may be contacted for some purposes, by the clock where they are."""

    purposes: Annotated[frozenset[Purpose], Field(min_length=1)]
    kinds: Annotated[frozenset[StepKind], Field(min_length=1)] = frozenset({StepKind.MESSAGE, StepKind.CALL})
    weekdays: Annotated[frozenset[Weekday], Field(min_length=1)] = frozenset(Weekday)
    """The days on which it says anything."""
    areas: frozenset[str] = frozenset()
    """Only there, such as `US-TX`; empty: everywhere."""
    windows: tuple[Window, ...] = ()
    """Without any, those days are closed."""


class AttemptsRule(Rule):
    """How often a customer may be tried for a purpose."""

    purposes: Annotated[frozenset[Purpose], Field(min_length=1)]
    kinds: Annotated[frozenset[StepKind], Field(min_length=1)]
    most: Annotated[int, Field(ge=1)]
    within_days: Annotated[int, Field(ge=1)]
    rest_days: Annotated[int, Field(ge=0)] = 0
    """For so long after a conversation they are left alone."""


class EndingRule(Rule):
    """What a text of some purposes must carry, by language."""

    purposes: Annotated[frozenset[Purpose], Field(min_length=1)]
    channels: Annotated[frozenset[ChannelName], Field(min_length=1)]
    text: Sentence
    """What is added at the end of a text that has none of it."""
    any_of: Annotated[tuple[str, ...], Field(min_length=1)]
    """Whatever of these a text carries is enough, in any case and spacing."""
    last: bool = False
    """It must be the last words of the text."""


class WordsRule(Rule):
    """What a customer may write to end messages, or to have them again."""

    stop: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    honoured_within_days: Annotated[int, Field(ge=0)] = 0
    """The latest that a revocation in other words must be honoured; ours are honoured at once."""


class Confirmations(Rule):
    """What is answered to the words, by language. `{store}` and `{phone}` are filled in."""

    opted_out: Sentence
    opted_in: Sentence
    help: Sentence


class DoubleOptIn(Rule):
    """Consent to some purposes counts from the answer to a question that was sent to the address itself."""

    purposes: Annotated[frozenset[Purpose], Field(min_length=1)]
    question: Sentence
    """What is asked. `{store}` is filled in."""
    answers: Annotated[tuple[str, ...], Field(min_length=1)]
    """The words that agree."""
    expires_days: Annotated[int, Field(ge=1)]


class RetentionRule(Rule):
    """How long something is to be kept at least, or at most."""

    what: Sentence
    at_least_days: Annotated[int, Field(ge=1)] | None = None
    at_most_days: Annotated[int, Field(ge=1)] | None = None


class Pack(Frozen):
    """The rules of one law."""

    name: Slug
    title: Sentence
    home: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """The country of addresses that name none."""
    checked_on: date
    """When the rules were last compared with their sources."""
    hours: tuple[HoursRule, ...] = ()
    attempts: tuple[AttemptsRule, ...] = ()
    endings: tuple[EndingRule, ...] = ()
    words: tuple[WordsRule, ...] = ()
    confirmations: Confirmations | None = None
    double_opt_in: DoubleOptIn | None = None
    retention: tuple[RetentionRule, ...] = ()
    not_covered: tuple[Sentence, ...]
    """What nobody may rely on it for."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order in which they are shown."""
        single = (rule for rule in (self.confirmations, self.double_opt_in) if rule is not None)
        return (*self.hours, *self.attempts, *self.endings, *self.words, *single, *self.retention)

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        codes = [rule.code for rule in self.rules]
        if len(set(codes)) < len(codes):
            sentence = f"{self.name} has two rules of one code"
            raise ValueError(sentence)
        return self

    def words_for(self, meaning: ReplyMeaning) -> frozenset[str]:
        """What customers may write to end messages, to have them again, or for help."""
        return frozenset(word for rule in self.words for word in getattr(rule, meaning.value))

    def ending(self, purpose: Purpose, channel: ChannelName) -> EndingRule | None:
        """What a text must carry; None: nothing."""
        fitting = (rule for rule in self.endings if purpose in rule.purposes and channel in rule.channels)
        return next(fitting, None)


class UnknownPack(NotFound):
    """There is no such pack of rules."""

    def __init__(self, name: str) -> None:
        self.name, self.known = name, ", ".join(all_packs())
        super().__init__(f"There is no law pack '{name}'; expected one of {self.known}.")


class UnusablePack(InvalidInput):
    """A file of rules that cannot be used."""

    def __init__(self, file: str, error: ValidationError) -> None:
        self.file = file
        problem = error.errors(include_input=False)[0]
        self.place = ".".join(str(part) for part in problem["loc"])
        self.problem = problem["msg"].removeprefix("Value error, ")
        super().__init__(f"{file}, {self.place or 'the whole'}: {self.problem}.")


def read_pack(text: str, file: str) -> Pack:
    """A pack as TOML. Raises `UnusablePack` with the place, and `tomllib.TOMLDecodeError`."""
    try:
        return Pack.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise UnusablePack(file, error) from error


@cache
def all_packs() -> Mapping[str, Pack]:
    """The packs by name, `house` first."""
    found = {}
    for path in sorted(PACKS.glob("*.toml"), key=lambda path: (path.stem != HOUSE, path.stem)):
        if path.stem != "areas":
            pack = read_pack(path.read_text(encoding="utf-8"), path.name)
            found[pack.name] = pack
    return found


def pack_of(name: str) -> Pack:
    """A pack by its name. Raises `UnknownPack`."""
    try:
        return all_packs()[name]
    except KeyError:
        raise UnknownPack(name) from None
