"""The conditions of an audience as SQL: whether each holds for a customer.

Facts outside the customer's row become a set of customers, computed once and joined by id, wherever the condition is
in the tree. PostgreSQL hashes a joined set even under "any" or "not", and never looks it
up per customer.
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
from tasks.campaigns.audiences.bounds import Yes
from tasks.campaigns.audiences.query import AudienceQuery


class UnaskedCondition(AftercareError):
    """A condition that no module says how to ask: a mistake of ours."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"No module of tasks/campaigns/audiences/kinds says when the condition '{kind}' holds.")


@cache
def find_questions() -> Mapping[type[Condition], Callable[[object, AudienceQuery], Yes]]:
    """What each condition asks: by the modules of `kinds`. Raises `UnaskedCondition`."""
    package = tasks.campaigns.audiences.kinds
    names = sorted(module.name for module in iter_modules(package.__path__))
    found: dict[type[Condition], Callable[[Any, AudienceQuery], Yes]] = {}
    for name in names:
        found |= import_module(f"{package.__name__}.{name}").HOLDS
    for kind, condition in CONDITIONS.items():
        if condition not in found:
            raise UnaskedCondition(kind)
    return found


def holds(rule: AudienceRule, query: AudienceQuery) -> Yes:
    """Whether a rule holds for a customer: true or false, never null."""
    match rule:
        case AllOf():
            return and_(true(), *(holds(part, query) for part in rule.of))
        case AnyOf():
            return or_(false(), *(holds(part, query) for part in rule.of))
        case Not():
            return not_(holds(rule.of, query))
        case _:
            return func.coalesce(find_questions()[type(rule)](rule, query), false())
