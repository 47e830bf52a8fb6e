"""The allowed parts of a template: text, variables, and checks whether a variable is set. No computation."""

from collections.abc import Collection, Iterator

from jinja2 import TemplateError, nodes

from models.core.errors import InvalidInput
from models.messages.rendering import ENVIRONMENT, UnreadableTemplate

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat,
)  # fmt: skip
FILTERS = frozenset({"capitalize", "default", "lower", "title", "trim", "upper"})
"""Filters that never lengthen a text."""


class ForbiddenInTemplate(InvalidInput):
    """A template with computations, attribute access or calls."""

    def __init__(self, key: str, line: int, found: str) -> None:
        self.key, self.line, self.found = key, line, found
        super().__init__(
            f"Template '{key}', line {line}: {found} is not allowed; a template may fill in its variables, "
            f"ask {{% if … %}}, and use the filters {', '.join(sorted(FILTERS))}."
        )


def refuse_forbidden(key: str, text: str, variables: Collection[str]) -> None:
    """Check that a template contains only text, `variables`, and checks whether one is set.

    Raises `ForbiddenInTemplate` or `UnreadableTemplate`.
    """
    try:
        template = ENVIRONMENT.parse(text)
    except TemplateError as error:
        raise UnreadableTemplate(key, error) from error
    for node in _all(template):
        if isinstance(node, nodes.Getattr) and _dotted(node) in variables:
            continue
        if isinstance(node, nodes.Filter) and node.name in FILTERS:
            continue
        if not isinstance(node, ALLOWED):
            raise ForbiddenInTemplate(key, node.lineno, _name(node))


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _dotted(node: nodes.Getattr) -> str:
    return f"{node.node.name}.{node.attr}" if isinstance(node.node, nodes.Name) else ""


def _name(node: nodes.Node) -> str:
    match node:
        case nodes.Getattr():
            return f"'.{node.attr}'"
        case nodes.Filter():
            return f"the filter '{node.name}'"
        case _:
            return f"'{type(node).__name__.lower()}'"
