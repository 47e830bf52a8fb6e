"""The tree of an audience as it is edited: groups, conditions, and what is turned into its opposite. Pure.

A draft is JSON as `models.campaigns.audiences` reads it, but may be unfinished. A path goes from group to group by
numbers; a "not" lies on no path: it belongs to the group or the condition that it turns round.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from console.web.parts.policy_fields import Look, PolicyField, fields_of
from models.campaigns.audiences import CONDITIONS
from models.core.validation import Place

Node = dict[str, Any]
Path = tuple[int, ...]
GROUPS = ("all", "any")
NOT = "not"
KINDS = tuple(CONDITIONS)
"""Of conditions, in the order in which a form offers them."""


def fields_of_kind(kind: str) -> list[PolicyField]:
    """What is filled in of a condition."""
    return [field for field in fields_of(CONDITIONS[kind]) if field.name != "kind"]


def new_condition(kind: str) -> Node:
    """A condition of a kind with nothing filled in but what it has by itself."""
    model, node = CONDITIONS[kind], {"kind": kind}
    for field in fields_of_kind(kind):
        known = model.model_fields[field.name]
        value = _blank(field) if known.is_required() else known.get_default()
        node[field.name] = _plain(value)
    return node


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, StrEnum) else value


def _blank(field: PolicyField) -> Any:
    match field.look:
        case Look.CHOICE:
            return str(field.choices[0])
        case Look.CHOICES:
            return (str(field.choices[0]),)
        case Look.NAMES:
            return ()
        case _:
            return None


def new_group(kind: str = "any") -> Node:
    """A group with nothing in it."""
    return {"kind": kind, "of": []}


def is_group(node: Node) -> bool:
    """Whether a node, having been turned round or not, joins others."""
    return bare(node)["kind"] in GROUPS


def bare(node: Node) -> Node:
    """A group or a condition without the "not" before it."""
    return bare(node["of"]) if node["kind"] == NOT else node


def is_negated(node: Node) -> bool:
    """Whether it holds where what it says does not."""
    return node["kind"] == NOT and not is_negated(node["of"])


def negated(node: Node, yes: bool) -> Node:
    """The same, turned round or not: never twice."""
    return {"kind": NOT, "of": bare(node)} if yes else bare(node)


def changed_at(rule: Node, path: Sequence[int], change: Callable[[Node], Node | None]) -> Node | None:
    """The rule with what lies at a path changed; None in its place takes it out."""
    if not path:
        return change(rule)
    inner, wanted = bare(rule), path[0]
    parts = [changed_at(part, path[1:], change) if n == wanted else part for n, part in enumerate(inner["of"])]
    return negated(inner | {"of": [part for part in parts if part is not None]}, is_negated(rule))


def added(rule: Node, path: Sequence[int], node: Node) -> Node:
    """The rule with another part at the end of the group at a path."""
    grown = changed_at(
        rule, path, lambda group: negated(bare(group) | {"of": [*bare(group)["of"], node]}, is_negated(group))
    )
    return grown if grown is not None else rule


def rooted(rule: Node) -> Node:
    """The rule as a group, so that there is something to add to."""
    return rule if is_group(rule) and not is_negated(rule) else {"kind": "all", "of": [rule]}


def place_of(rule: Node, path: Sequence[int]) -> Place:
    """Where the group or the condition at a path lies in the JSON."""
    place: list[str | int] = []
    node = rule
    for number in path:
        node, place = _within(node, place)
        node = node["of"][number]
        place = [*place, "of", number]
    return tuple(_within(node, place)[1])


def _within(node: Node, place: list[str | int]) -> tuple[Node, list[str | int]]:
    return _within(node["of"], [*place, "of"]) if node["kind"] == NOT else (node, place)


def place_in(rule: Node, path: Sequence[str | int]) -> Place:
    """Where in the JSON a validation error is: the check names each node's kind on its way."""
    place: list[str | int] = []
    node: Any = rule
    entering = True
    for part in path:
        if entering and isinstance(node, dict) and part == node.get("kind"):
            entering = False
            continue
        place.append(part)
        node = _child(node, part)
        entering = part == "of" or isinstance(part, int)
    return tuple(place)


def _child(node: Any, part: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(part)
    return node[part] if isinstance(node, list) and isinstance(part, int) and part < len(node) else None
