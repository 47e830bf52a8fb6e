"""Registering templates with providers that send no free text: what is registered, and what to apply for."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from models.core.errors import InvalidInput
from models.core.frozen import Slug
from models.core.words import Language
from models.ledger.providers import RegisteredTemplate, RegistrationState
from models.ledger.tables import TemplateVersion
from models.messages.skeletons import PLACEHOLDER, all_skeletons, placeholders_in, registered_form
from models.people.tables import Store
from models.stores.laws.endings import all_endings, with_ending
from tasks.ledger import audit
from tasks.messages.template_changes import read_template

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
DRIFTED = "drifted"
"""Approved, but our template says something else by now, so that nothing goes out by it."""
UNNAMED = re.compile(r"[^a-z0-9]+")


class RegisteredParameter(BaseModel):
    """A parameter of a registered template."""

    model_config = ConfigDict(extra="forbid")

    name: Code
    """The provider's name or number of it."""
    variable: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_-]+)?$")]
    """Our variable, such as `customer` or `links.survey`."""
    longest: Annotated[int, Field(ge=1, le=1000)] | None = None
    """The greatest length in characters."""


class Registration(BaseModel):
    """One template as it is registered."""

    model_config = ConfigDict(extra="forbid")

    provider: Slug
    template: Slug
    language: Language
    branch: Annotated[str, Field(max_length=200)] = ""
    store: str | None = None
    code: Code
    text: Words
    parameters: list[RegisteredParameter] = Field(default_factory=list)
    state: RegistrationState = RegistrationState.APPROVED
    problem: Annotated[str, Field(max_length=500)] | None = None


class RegistrationsFile(BaseModel):
    """A file of registrations: `[[registered]]` tables."""

    model_config = ConfigDict(extra="forbid")

    registered: Annotated[list[Registration], Field(min_length=1)]


FILE: TypeAdapter[RegistrationsFile] = TypeAdapter(RegistrationsFile)


class BadRegistrations(InvalidInput):
    """Invalid registrations, with the place and reason of every validation error."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("The registrations are refused. " + " ".join(problems))


class RegistrationRow(NamedTuple):
    """A registered template as listed."""

    provider: str
    template: str
    language: str
    store: str | None
    """Null: for every store without its own."""
    branch: str
    code: str
    state: str
    """`waiting`, `approved`, `refused`, or `drifted`."""
    problem: str | None
    text: str


class Application(NamedTuple):
    """The text of a template to apply for with a provider."""

    language: str
    branch: str
    text: str
    """With the provider's placeholders."""
    registered_text: str
    """With ours, for the file of registrations."""
    parameters: tuple[tuple[str, str], ...]
    """The provider's name and our variable of each parameter."""


def register(connection: Connection, now: datetime, data: dict[str, object], author: str) -> list[Registration]:
    """Record registrations; each takes the place of the same one of before. Raises `BadRegistrations`."""
    try:
        entries = FILE.validate_python(data).registered
    except ValidationError as error:
        raise BadRegistrations([_problem(problem) for problem in error.errors(include_input=False)]) from error
    stores = {row.code: row.id for row in connection.execute(select(Store.code, Store.id))}
    problems = [said for number, entry in enumerate(entries) for said in _problems(number, entry, set(stores))]
    if problems:
        raise BadRegistrations(problems)
    for entry in entries:
        _keep(connection, now, entry, stores[entry.store] if entry.store else None, author)
    return entries


def list_registrations(connection: Connection) -> list[RegistrationRow]:
    """What is registered, by provider and template."""
    kept = RegisteredTemplate
    rows = connection.execute(
        select(kept.__table__, Store.code.label("store"))
        .outerjoin(Store, Store.id == kept.store_id)
        .order_by(kept.provider, kept.key, kept.language.desc(), Store.code.nulls_first(), kept.branch)
    ).all()
    forms = _forms_in_force(connection, {row.key for row in rows})
    return [
        RegistrationRow(
            row.provider, row.key, row.language, row.store, row.branch, row.code, _state(row, forms), row.problem,
            row.text,
        )
        for row in rows
    ]  # fmt: skip


def write_applications(connection: Connection, provider: str, key: str, store: str | None) -> list[Application]:
    """The texts to apply for, for each language and each way through the conditions. Raises `NoSuchTemplate`."""
    return [
        _application(provider, row.language, branch, form)
        for row in read_template(connection, key, store)
        for branch, form in all_skeletons(row.text).items()
    ]


def _application(provider: str, language: str, branch: str, form: str) -> Application:
    name = NAMES.get(provider, _named)
    named = {variable: name(place, variable) for place, variable in enumerate(placeholders_in(form), start=1)}
    written = WRITTEN.get(provider, "${{{}}}")
    text = PLACEHOLDER.sub(lambda found: written.format(named[found[1]]), form)
    return Application(language, branch, text, form, tuple((name, variable) for variable, name in named.items()))


def _named(place: int, variable: str) -> str:  # noqa: ARG001  the form of all
    return UNNAMED.sub("_", variable)


def _numbered(place: int, variable: str) -> str:  # noqa: ARG001
    return str(place)


NAMES: dict[str, Callable[[int, str], str]] = {"tencent": _numbered}
"""How a provider names parameters, if not by names."""
WRITTEN = {"tencent": "{{{}}}"}
"""How a provider writes a parameter in a text, if not as `${name}`."""


def _keep(connection: Connection, now: datetime, entry: Registration, store_id: int | None, author: str) -> None:
    identity = {
        "provider": entry.provider, "key": entry.template, "language": entry.language, "branch": entry.branch,
        "store_id": store_id,
    }  # fmt: skip
    values = {
        "code": entry.code, "text": entry.text, "parameters": [one.model_dump() for one in entry.parameters],
        "state": entry.state, "problem": entry.problem, "registered_at": now, "registered_by": author,
    }  # fmt: skip
    statement = insert(RegisteredTemplate).values(**identity, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(identity), set_=values))
    place = "/".join(
        part for part in (entry.provider, entry.template, entry.language, entry.branch, entry.store) if part
    )
    after = {"code": entry.code, "state": entry.state.value}
    audit.record(connection, now, author, "template.registered", "registered-template", place, None, after)


def _problems(number: int, entry: Registration, stores: set[str]) -> list[str]:
    place = f"registered[{number}]"
    found = []
    if entry.store is not None and entry.store not in stores:
        found.append(f"{place}.store: there is no store '{entry.store}'.")
    given = [parameter.variable for parameter in entry.parameters]
    used = placeholders_in(entry.text)
    missing, unused = sorted(set(used) - set(given)), sorted(set(given) - set(used))
    if missing:
        found.append(f"{place}.parameters: {', '.join(missing)} in the text is no parameter.")
    if unused:
        found.append(f"{place}.parameters: {', '.join(unused)} is not in the text.")
    if len(set(given)) < len(given):
        found.append(f"{place}.parameters: a variable is named twice.")
    return found


def _problem(problem: ErrorDetails) -> str:
    path = ".".join(str(part) for part in problem["loc"])
    return f"{path}: {problem['msg']}."


def _forms_in_force(connection: Connection, keys: set[str]) -> dict[tuple[str, str], set[str]]:
    """What our active templates may say, by key and language: as they are, and with the ending of a law pack."""
    found: dict[tuple[str, str], set[str]] = {}
    kept = TemplateVersion
    rows = connection.execute(select(kept.key, kept.language, kept.text).where(kept.key.in_(sorted(keys)), kept.active))
    for row in rows:
        forms = found.setdefault((row.key, row.language), set())
        for form in all_skeletons(row.text).values():
            forms |= {form, *(registered_form(with_ending(form, ending)) for ending in all_endings(row.language))}
    return found


def _state(row: Any, forms: dict[tuple[str, str], set[str]]) -> str:
    said = registered_form(row.text) in forms.get((row.key, row.language), set())
    drifted = row.state == RegistrationState.APPROVED and not said
    return DRIFTED if drifted else RegistrationState(row.state).value
