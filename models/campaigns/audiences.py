"""An audience as data: a tree of conditions on a customer, joined by all, any and not. It contains no query text.

Each condition is about one customer, as known at the moment that the audience is read for. Which there are is found
in `models.campaigns.conditions`.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Literal, Self, Union

from pydantic import Field, TypeAdapter, ValidationError, model_validator

import models.campaigns.conditions
from models.campaigns.conditions.contract import Condition
from models.core.errors import InvalidInput
from models.core.frozen import Frozen
from models.core.reasons import NUMBER, declare, give
from models.core.validation import all_of, problems_by_place, refuse

MOST_DEPTH = 8
MOST_CONDITIONS = 100
TOO_DEEP = declare("conditions-too-deep", most=NUMBER)
TOO_MANY_CONDITIONS = declare("too-many-conditions", most=NUMBER)


def _find_conditions() -> dict[str, type[Condition]]:
    """Every condition by its kind, in the order in which a form offers them."""
    package = models.campaigns.conditions
    names = sorted(module.name for module in iter_modules(package.__path__))
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    groups = sorted((module for module in modules if hasattr(module, "CONDITIONS")), key=lambda one: one.PLACE)
    return {one.model_fields["kind"].default: one for module in groups for one in module.CONDITIONS}


CONDITIONS = _find_conditions()


class AllOf(Frozen):
    """All parts hold. With no parts, everybody matches."""

    kind: Literal["all"] = "all"
    of: tuple["AudienceRule", ...] = ()

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        _check_size(self)
        return self


class AnyOf(Frozen):
    """At least one of its parts holds."""

    kind: Literal["any"] = "any"
    of: Annotated[tuple["AudienceRule", ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        _check_size(self)
        return self


class Not(Frozen):
    """The part does not hold."""

    kind: Literal["not"] = "not"
    of: "AudienceRule"

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        _check_size(self)
        return self


Joint = AllOf | AnyOf | Not
if TYPE_CHECKING:
    AudienceRule = Joint | Condition
else:
    AudienceRule = Annotated[Union[(AllOf, AnyOf, Not, *CONDITIONS.values())], Field(discriminator="kind")]

for _joint in (AllOf, AnyOf, Not):
    _joint.model_rebuild()
RULES: TypeAdapter[AudienceRule] = TypeAdapter(AudienceRule)


def parts_of(rule: AudienceRule) -> tuple[AudienceRule, ...]:
    """The parts that a rule joins; a condition has none."""
    match rule:
        case AllOf() | AnyOf():
            return rule.of
        case Not():
            return (rule.of,)
        case _:
            return ()


def conditions_of(rule: AudienceRule) -> list[Condition]:
    """The conditions of a rule, from left to right."""
    if isinstance(rule, AllOf | AnyOf | Not):
        return [condition for part in parts_of(rule) for condition in conditions_of(part)]
    return [rule]


def whole_and_parts_of(rule: AudienceRule) -> list[AudienceRule]:
    """The rule and all of its parts, at any depth."""
    return [rule, *(one for part in parts_of(rule) for one in whole_and_parts_of(part))]


def unmet(rule: AudienceRule, holds: Mapping[AudienceRule, bool]) -> list[AudienceRule]:
    """The parts that exclude a customer, given whether each part holds: of parts joined by all, those that fail."""
    if holds[rule]:
        return []
    if isinstance(rule, AllOf):
        return [one for part in rule.of for one in unmet(part, holds)]
    return [rule]


def _depth(rule: AudienceRule) -> int:
    return 1 + max((_depth(part) for part in parts_of(rule)), default=0)


def _check_size(rule: Joint) -> None:
    if _depth(rule) > MOST_DEPTH:
        refuse((), give(TOO_DEEP, most=MOST_DEPTH))
    if len(conditions_of(rule)) > MOST_CONDITIONS:
        refuse((), give(TOO_MANY_CONDITIONS, most=MOST_CONDITIONS))


class BadAudience(InvalidInput):
    """An invalid audience, with the place and reason of every validation error."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error
        self.problems = problems_by_place(error)
        super().__init__(f"The audience is refused. {all_of(self.problems)}")


def read_audience(data: Mapping[str, object]) -> AudienceRule:
    """Parse the rule in `data`. Raises `BadAudience`."""
    try:
        return RULES.validate_python(data)
    except ValidationError as error:
        raise BadAudience(error) from error
