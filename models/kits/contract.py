"""The traits of a kind of subject: all that the engine, the pages and the documentation need to know of it by name.

A module of `models/subjects` that holds `TRAITS` is the kit of one kind of subject. Its words, in both languages,
stand beside it in a file of the same name: `appointment.py`, `appointment.toml`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from models.core.base import Base
from models.core.frozen import Frozen
from models.core.reasons import ReasonCode
from models.core.words import Condition, LinkPurpose, Moment, Purpose, SubjectKind
from models.kits.effects import Effect
from models.kits.outcomes import Outcome

FactsRow = Mapping[Any, Any]
"""A row of the facts that a subject's select gives."""
Variables = dict[str, str]
Writer = Callable[[str, FactsRow], Variables]
"""Makes the variables of a letter, in a language (zh-CN, en), from the facts of its subject."""


class Rules(Frozen):
    """What a policy about a kind of subject goes by, beside its steps. Each field has a default."""


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """A page that a customer reaches by a signed link in a letter about the subject."""

    purpose: LinkPurpose
    letter: str
    """How a token says what it opens. It keeps its meaning for ever: links live on in customers' phones."""
    meaning: str
    lasts: timedelta | None
    """From the moment it was issued; None: until the subject's own start."""


def no_marks(purpose: Purpose) -> bool:  # noqa: ARG001  the contract's
    """Customers are not asked for marks."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectTraits:
    """What the engine knows of one kind of subject."""

    kind: SubjectKind
    table: type[Base]
    """Its rows have an `id`, and a `key` where a source named them."""
    conditions: tuple[Condition, ...]
    """What a step about it may ask for."""
    moments: Mapping[Moment, ReasonCode] = field(default_factory=dict)
    """What a step may count from, beside the anchor, and what is said of a subject that has no such moment."""
    rules: type[Rules] | None = None
    """What a policy about it goes by, beside its steps."""
    absent: ReasonCode
    """What is said of a customer who has none."""
    variables: Mapping[str, str]
    """What its letters may say, beside the customer and the store, each with its meaning."""
    write: Writer
    """Makes those variables."""
    links: tuple[LinkOffer, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    """What may come of a call about it, beside the outcomes of every call."""
    asks_marks: Callable[[Purpose], bool] = no_marks
    """Whether a call of this purpose asks the customer how it was."""
    effects: tuple[type[Effect], ...] = ()
    """What a task about it may do when it reaches its desk, beside opening a case. `actions.py` carries them out."""
    off_timeline: str = ""
    """Why none of its rows stands on the customer's timeline; empty: they do."""
    of_vehicle: bool = False
    """Its rows name a vehicle, which a call sheet shows."""
