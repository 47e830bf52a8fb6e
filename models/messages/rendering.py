"""Templates: validated before they are stored, rendered in a sandbox."""

from collections.abc import Collection, Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.core.errors import InvalidInput
from models.messages.letters import LINKS

ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
ENVIRONMENT.globals.clear()  # a template has the variables of its subject and nothing else


class UnreadableTemplate(InvalidInput):
    """A template with a syntax error."""

    def __init__(self, key: str, error: TemplateError) -> None:
        self.key = key
        super().__init__(f"Template '{key}' cannot be read: {error.message}.")


class UnknownVariable(InvalidInput):
    """A template with a variable that its subject does not have."""

    def __init__(self, key: str, unknown: set[str], known: set[str]) -> None:
        self.key, self.unknown, self.known = key, unknown, known
        super().__init__(
            f"Template '{key}' uses {', '.join(sorted(unknown))}, which it is not given; "
            f"it may use {', '.join(sorted(known))}."
        )


def check_template(key: str, text: str, variables: Collection[str]) -> None:
    """Check a template's syntax, and that it uses only the given variables.

    Raises `UnreadableTemplate` or `UnknownVariable`.
    """
    try:
        used = _used(ENVIRONMENT.parse(text))
        ENVIRONMENT.from_string(text)
    except TemplateError as error:
        raise UnreadableTemplate(key, error) from error
    known = set(variables)
    if used - known:
        raise UnknownVariable(key, used - known, known)


def _used(template: nodes.Template) -> set[str]:
    """The variables of a template; a link as `links.survey`, or `links` if it is used as a whole."""
    used = meta.find_undeclared_variables(template)
    if LINKS not in used:
        return used
    parts = [part for part in template.find_all(nodes.Getattr) if _is_links(part.node)]
    whole = sum(_is_links(name) for name in template.find_all(nodes.Name)) > len(parts)
    return used - {LINKS} | {f"{LINKS}.{part.attr}" for part in parts} | ({LINKS} if whole else set())


def _is_links(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == LINKS


@lru_cache(maxsize=4096)
def links_in(text: str) -> frozenset[str]:
    """The names of the links that a text uses, such as `survey`."""
    used = _used(ENVIRONMENT.parse(text))
    return frozenset(name.removeprefix(f"{LINKS}.") for name in used if name.startswith(f"{LINKS}."))


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Template:
    return ENVIRONMENT.from_string(text)


def render(text: str, variables: Mapping[str, object]) -> str:
    """Render the text. Raises `jinja2.TemplateError` if it was never checked."""
    return _compiled(text).render(variables)
