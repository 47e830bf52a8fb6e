"""What a template says apart from its values: for providers that send registered texts with parameters.

The skeleton of a template is its text with placeholders such as `{{ customer }}`, after its conditions were decided. A
template without conditions has one skeleton; each way through conditions is another one.
"""

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import nodes

from models.messages.letters import LINKS
from models.messages.rendering import ENVIRONMENT, render

SIGN = re.compile(r"^【[^】]*】")
"""The signature that providers in China put in front by themselves."""
PLACEHOLDER = re.compile(r"\{\{ *([a-z_]+(?:\.[a-z_-]+)?) *\}\}")
WORD = re.compile(r"[A-Za-z0-9À-ɏ]")
"""A character that must not be separated from its neighbours of the same kind."""
ELLIPSIS = "…"
MOST_ASKED = 6
"""Of more variables that decide about conditions, not every combination is a registered text."""


class _Marked(str):
    """A value that conditions see as it is, and that prints as its placeholder."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, value: str, name: str) -> "_Marked":
        made = super().__new__(cls, value)
        made.name = name
        return made

    def __str__(self) -> str:
        return f"{{{{ {self.name} }}}}"


def skeleton(template: str, variables: Mapping[str, Any]) -> str:
    """The text of a template with placeholders, by the way that these values take through its conditions.

    A value that a filter has changed stands in it as it is, so that it equals no registered text.
    """
    marked: dict[str, object] = {name: _Marked(str(value), name) for name, value in variables.items() if name != LINKS}
    if LINKS in variables:
        marked[LINKS] = {name: _Marked(link, f"{LINKS}.{name}") for name, link in variables[LINKS].items()}
    return render(template, marked)


def registered_form(text: str) -> str:
    """A skeleton as providers know it: without the signature, and with placeholders in one form."""
    return PLACEHOLDER.sub(lambda found: f"{{{{ {found[1]} }}}}", SIGN.sub("", text)).strip()


def placeholders_in(text: str) -> list[str]:
    """The variables of a registered text, in order of appearance, each once."""
    return list(dict.fromkeys(found[1] for found in PLACEHOLDER.finditer(text)))


def branching(template: str) -> list[str]:
    """What keeps a template from having one registered text: its conditions and filters, as written in templates."""
    causes = ENVIRONMENT.parse(template).find_all((nodes.If, nodes.CondExpr, nodes.Filter))
    found = (
        f"the filter '{node.name}'" if isinstance(node, nodes.Filter) else f"the condition in line {node.lineno}"
        for node in causes
    )
    return list(dict.fromkeys(found))


def shorten(value: str, longest: int) -> str | None:
    """A value of at most `longest` characters: whole words, and an ellipsis for what is left out.

    None if it cannot be shortened without cutting a word or a link, or without losing a figure: an amount, a date or a
    number that is cut says something else.
    """
    if len(value) <= longest:
        return value
    if "://" in value:
        return None
    end = longest - len(ELLIPSIS)
    while end > 0 and WORD.match(value[end]) and WORD.match(value[end - 1]):
        end -= 1
    kept, lost = value[: max(end, 0)].rstrip(" ,.;:，。；：、"), value[max(end, 0) :]
    if not kept or any(character.isdigit() for character in lost):
        return None
    return kept + ELLIPSIS


def all_skeletons(template: str) -> dict[str, str]:
    """The registered forms of a template by branch: the variables that are set on that way, joined by plus signs.

    A template without conditions has one, with the name "".
    """
    tree = ENVIRONMENT.parse(template)
    asked = sorted(_asked(tree))[:MOST_ASKED]
    used = {*names_in(tree), *asked}
    found: dict[str, str] = {}
    for number in range(2 ** len(asked)):
        present = {name for place, name in enumerate(asked) if number >> place & 1}
        form = registered_form(skeleton(template, _sample(used, used - set(asked) | present)))
        if form not in found.values():
            found["+".join(sorted(present))] = form
    return found


def names_in(tree: nodes.Node) -> set[str]:
    """The variables in a part of a template, links as `links.survey`."""
    parts = [tree, *tree.find_all((nodes.Getattr, nodes.Name))]
    links = {f"{LINKS}.{one.attr}" for one in parts if isinstance(one, nodes.Getattr) and _is_links(one.node)}
    return {one.name for one in parts if isinstance(one, nodes.Name) and one.name != LINKS} | links


def _asked(tree: nodes.Node) -> set[str]:
    """The variables that decide about conditions."""
    tests = [one.test for one in tree.find_all(nodes.If)] + [one.test for one in tree.find_all(nodes.CondExpr)]
    return {name for test in tests for name in names_in(test)}


def _is_links(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == LINKS


def _sample(used: set[str], present: set[str]) -> dict[str, object]:
    """Values for the variables of a template: some text, or none."""
    values = {name: "x" if name in present else "" for name in used}
    links = {name.removeprefix(f"{LINKS}."): value for name, value in values.items() if name.startswith(f"{LINKS}.")}
    plain = {name: value for name, value in values.items() if not name.startswith(f"{LINKS}.")}
    return plain | ({LINKS: links} if links else {})
