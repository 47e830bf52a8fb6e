"""Whoever a policy or a recipe may name can work the calls that come of it: no call is nobody's."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from models.calls.queue import SERVING, roles_served
from models.campaigns.plans import FollowUp
from models.campaigns.recipes import list_recipes
from models.core.words import BY_STAFF, Role
from models.people.permissions import Permission, may
from models.policies.shipped import shipped_policy, shipped_processes


def named() -> Iterator[tuple[str, Role]]:
    """Each role that something shipped gives calls or tasks to, and where."""
    for process in shipped_processes():
        for step in shipped_policy(process).steps:
            if step.kind in BY_STAFF and step.role is not None:
                yield f"{process}: {step.key}", step.role
    for recipe in list_recipes():
        role = recipe.plan.get("follow_up", {}).get("role")
        if role is not None:
            yield recipe.key, Role(role)


@pytest.mark.parametrize(("where", "role"), list(named()))
def test_who_is_named_gets_the_call_and_may_work_it(where: str, role: Role) -> None:
    assert role in roles_served(role), where
    assert may(role, Permission.WORK_CALLS), where


@pytest.mark.parametrize("role", SERVING)
def test_every_role_that_may_be_named_works_its_calls(role: Role) -> None:
    assert role in roles_served(role)
    assert may(role, Permission.WORK_CALLS)


def test_a_call_is_somebodys_who_sees_the_customer_where_the_calls_are_to_customers() -> None:
    """Desks do tasks; who calls customers sees them."""
    calling = set(SERVING) - {Role.PARTS, Role.WORKSHOP}
    assert all(may(role, Permission.SEE_CUSTOMERS) for role in calling)


def test_the_trade_in_is_called_by_sales() -> None:
    assert dict(named())["trade-in"] is Role.SALES


@pytest.mark.parametrize("role", [role for role in Role if role not in SERVING])
def test_a_plan_cannot_give_calls_to_who_works_none(role: Role) -> None:
    plan = next(recipe for recipe in list_recipes() if recipe.key == "trade-in").plan["follow_up"]
    with pytest.raises(ValidationError):
        FollowUp.model_validate(plan | {"role": role})
