"""The tree of an audience that is being edited: groups, conditions, negation. Pure.

A draft is JSON as `models.campaigns.audiences` reads it, but may be unfinished. A path goes from group to group by
numbers. A "not" is on no path: it belongs to the group or condition that it negates.
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
    """The fields of a condition."""
    return [field for field in fields_of(CONDITIONS[kind]) if field.name != "kind"]


def new_condition(kind: str) -> Node:
    """A condition of a kind, with defaults only."""
    model, node = CONDITIONS[kind], {"kind": kind}
    for field in fields_of_kind(kind):
        known = model.model_fields[field.name]
        value = _blank(field) if known.is_required() else known.get_default()
        node[field.name] = _plain(value)
    return node


def _plain(value: object) -> Any:
    """A value as JSON has it."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, StrEnum) else value


def _blank(field: PolicyField) -> object:
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
    """An empty group."""
    return {"kind": kind, "of": []}


def is_group(node: Node) -> bool:
    """Whether a node, negated or not, is a group."""
    return bare(node)["kind"] in GROUPS


def bare(node: Node) -> Node:
    """A group or a condition without its negation."""
    return bare(node["of"]) if node["kind"] == NOT else node


def is_negated(node: Node) -> bool:
    """Whether a node is negated."""
    return node["kind"] == NOT and not is_negated(node["of"])


def negated(node: Node, yes: bool) -> Node:
    """The node negated, or not. Negations do not nest."""
    return {"kind": NOT, "of": bare(node)} if yes else bare(node)


def changed_at(rule: Node, path: Sequence[int], change: Callable[[Node], Node | None]) -> Node | None:
    """The rule with the node at a path replaced; None removes it."""
    if not path:
        return change(rule)
    inner, wanted = bare(rule), path[0]
    parts = [changed_at(part, path[1:], change) if n == wanted else part for n, part in enumerate(inner["of"])]
    return negated(inner | {"of": [part for part in parts if part is not None]}, is_negated(rule))


def added(rule: Node, path: Sequence[int], node: Node) -> Node:
    """The rule with another node at the end of the group at a path."""
    grown = changed_at(
        rule, path, lambda group: negated(bare(group) | {"of": [*bare(group)["of"], node]}, is_negated(group))
    )
    return grown if grown is not None else rule


def rooted(rule: Node) -> Node:
    """The rule as a group, so that nodes can be added."""
    return rule if is_group(rule) and not is_negated(rule) else {"kind": "all", "of": [rule]}


def place_of(rule: Node, path: Sequence[int]) -> Place:
    """The location in the JSON of the group or condition at a path."""
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
    """The location in the JSON of a validation error. Pydantic puts each node's kind into the path; it is dropped."""
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


def _child(node: Any, part: str | int) -> object:
    if isinstance(node, dict):
        return node.get(part)
    return node[part] if isinstance(node, list) and isinstance(part, int) and part < len(node) else None
