"""The conditions of an audience: for each, whether it holds of a customer.

What is not on the customer's own row is a set of customers, made once for everybody and joined by their id, whatever
stands around it in the tree: joined, PostgreSQL hashes it even where it stands under "any" or "not", and never looks it
up customer by customer.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import and_, false, func, not_, or_, true

import tasks.campaigns.audiences.kinds
from models.campaigns.audiences import CONDITIONS, AllOf, AnyOf, AudienceRule, Not
from models.campaigns.conditions.contract import Condition
from models.core.errors import AftercareError
from tasks.campaigns.audiences.asked import Asked
from tasks.campaigns.audiences.bounds import Yes


class UnaskedCondition(AftercareError):
    """A condition that no module says how to ask: a mistake of ours."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"No module of tasks/campaigns/audiences/kinds says when the condition '{kind}' holds.")


@cache
def find_questions() -> Mapping[type[Condition], Callable[[Any, Asked], Yes]]:
    """What each condition asks: by the modules of `kinds`. Raises `UnaskedCondition`."""
    package = tasks.campaigns.audiences.kinds
    names = sorted(module.name for module in iter_modules(package.__path__))
    found: dict[type[Condition], Callable[[Any, Asked], Yes]] = {}
    for name in names:
        found |= import_module(f"{package.__name__}.{name}").HOLDS
    for kind, condition in CONDITIONS.items():
        if condition not in found:
            raise UnaskedCondition(kind)
    return found


def holds(rule: AudienceRule, asked: Asked) -> Yes:
    """Whether a rule holds of a customer: true or false, never null. Of a condition: where it is not known, false."""
    match rule:
        case AllOf():
            return and_(true(), *(holds(part, asked) for part in rule.of))
        case AnyOf():
            return or_(false(), *(holds(part, asked) for part in rule.of))
        case Not():
            return not_(holds(rule.of, asked))
        case _:
            return func.coalesce(find_questions()[type(rule)](rule, asked), false())
