"""Templates: checked before they are kept, rendered in a sandbox, measured as SMS."""

from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.errors import AftercareError
from models.letters import Variables, variables_of
from models.words import SubjectKind

ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
ENVIRONMENT.globals.clear()  # a template has the variables of its subject and nothing else


class UnreadableTemplate(AftercareError):
    """A template that Jinja cannot read."""

    def __init__(self, key: str, error: TemplateError) -> None:
        self.key = key
        super().__init__(f"Template '{key}' cannot be read: {error.message}.")


class UnknownVariable(AftercareError):
    """A template that asks for what its subject does not have."""

    def __init__(self, key: str, unknown: set[str], known: set[str]) -> None:
        self.key, self.unknown, self.known = key, unknown, known
        super().__init__(
            f"Template '{key}' uses {', '.join(sorted(unknown))}, which it is not given; "
            f"it may use {', '.join(sorted(known))}."
        )


def check_template(key: str, text: str, subject: SubjectKind) -> None:
    """Raises `UnreadableTemplate` or `UnknownVariable`."""
    try:
        used = meta.find_undeclared_variables(ENVIRONMENT.parse(text))
        ENVIRONMENT.from_string(text)
    except TemplateError as error:
        raise UnreadableTemplate(key, error) from error
    known = set(variables_of(subject))
    if used - known:
        raise UnknownVariable(key, used - known, known)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Template:
    return ENVIRONMENT.from_string(text)


def render(text: str, variables: Variables) -> str:
    """The text with its variables filled in. Raises `jinja2.TemplateError` for a text that was never checked."""
    return _compiled(text).render(variables)
