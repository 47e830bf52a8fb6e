"""Reading and changing templates: both languages and all variables are checked before activation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError
from sqlalchemy import Connection, select, true

from models.core.errors import InvalidInput, NotFound
from models.core.frozen import Slug
from models.core.settings import read_settings
from models.core.words import StepKind, SubjectKind
from models.kits.letters import variables_of, variables_of_any
from models.kits.registry import all_traits
from models.ledger.tables import PolicyVersion, TemplateVersion
from models.messages.rendering import UnknownVariable, check_template
from models.messages.skeletons import branching
from models.messages.template_guard import refuse_forbidden
from models.people.tables import Store
from models.policies.policy import CONTACT_RULES, MADE_FOR_CAMPAIGNS
from models.policies.shipped import LANGUAGES, ShippedTemplate
from tasks.channels.opening import SENT_BY_US, find_address, open_channel
from tasks.ledger.audit import record
from tasks.policies.catalogue import add_template

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class TemplateText(BaseModel):
    """A template in one language."""

    model_config = ConfigDict(extra="forbid")

    subject: Words | None = None
    text: Words
    also: Words | None = None


TEXTS: TypeAdapter[dict[Slug, dict[str, TemplateText]]] = TypeAdapter(dict[Slug, dict[str, TemplateText]])


class BadTemplates(InvalidInput):
    """Invalid templates, with the place and reason of every validation error."""

    def __init__(self, problems: Iterable[str]) -> None:
        super().__init__("The templates are refused. " + " ".join(problems))


class NotRegistrable(InvalidInput):
    """A template that says several texts, for a channel whose provider registers each."""

    def __init__(self, key: str, language: str, setting: str, found: Sequence[str]) -> None:
        self.key, self.language, self.setting, self.found = key, language, setting, ", ".join(found)
        super().__init__(
            f"Template '{key}' in {language} has {self.found}, and {setting} sends registered templates only, each of "
            f"which says one text: write it without, and make a template of its own for each case."
        )


class NoSuchTemplate(NotFound):
    """There is no such template."""

    def __init__(self, key: str, known: Sequence[str]) -> None:
        self.key = key
        super().__init__(f"There is no template '{key}'; the templates are {', '.join(known)}.")


class TemplateRow(NamedTuple):
    """The active version of a template in one language."""

    key: str
    language: str
    store: str | None
    """Null: for every store without its own."""
    version: int
    subject: str | None
    text: str
    also: str | None
    created_at: datetime
    created_by: str


def check_templates(connection: Connection, data: dict[str, object]) -> list[ShippedTemplate]:
    """Parse the templates in `data`: `[key.language]` tables with `text` and optional `subject` and `also`.

    Raises `BadTemplates`, `UnreadableTemplate`, `ForbiddenInTemplate`, `UnknownVariable`.
    """
    try:
        texts = TEXTS.validate_python(data)
    except ValidationError as error:
        raise BadTemplates(_problems(error)) from error
    templates = [
        ShippedTemplate(key, language, text.subject, text.text, text.also)
        for key, languages in texts.items()
        for language, text in languages.items()
    ]
    _check_languages(connection, templates)
    uses = _uses(connection)
    for template in templates:
        _check_means(template)
        _check_variables(template, uses.get(template.key, set()))
    return templates


def change_templates(
    connection: Connection, now: datetime, data: dict[str, object], store_id: int | None, author: str
) -> list[ShippedTemplate]:
    """Activate templates as new versions, for a store or for all; returns them.

    Raises what `check_templates` raises, and `NotRegistrable`.
    """
    templates = check_templates(connection, data)
    refuse_unregistrable(connection, templates, store_id)
    for template in templates:
        before = _active(connection, template, store_id)
        add_template(connection, template, store_id, author, now)
        after = _active(connection, template, store_id)
        if after != before:
            place = f"{template.key}/{template.language}" + (f"/{store_id}" if store_id else "")
            record(connection, now, author, "template.changed", "template", place, before, after)
    return templates


def refuse_unregistrable(connection: Connection, templates: Sequence[ShippedTemplate], store_id: int | None) -> None:
    """Refuse conditions in messages that go by a channel of registered templates. Raises `NotRegistrable`."""
    for refused in unregistrable(connection, templates, _message_steps(connection), store_id):
        raise refused


def unregistrable(
    connection: Connection,
    templates: Sequence[ShippedTemplate],
    used_by: Mapping[str, Set[str]],
    store_id: int | None,
) -> Iterator[NotRegistrable]:
    """What keeps templates from being registered with the providers of a store, or of any. `used_by`: by template, the
    channels of the messages that use it."""
    demanding = _demanding_channels(connection, store_id)
    for template in templates:
        ways = used_by.get(template.key, frozenset()) & demanding.keys()
        found = branching(template.text) if ways else []
        if found:
            yield NotRegistrable(template.key, template.language, demanding[min(ways)], found)


def _demanding_channels(connection: Connection, store_id: int | None) -> dict[str, str]:
    """The channels of a store, or of any, that send registered templates only, with their settings."""
    settings = read_settings()
    own = Store.id == store_id if store_id is not None else true()
    codes = list(connection.scalars(select(Store.code).where(own)))
    found = {}
    for channel in SENT_BY_US:
        for address, setting in {find_address(settings, channel, code) for code in (*codes, None)}:
            if open_channel(address, setting, settings).abilities.needs_registered:
                found[channel.value] = setting
    return found


def _message_steps(connection: Connection) -> dict[str, set[str]]:
    """By template: the channels by which messages of active policies use it."""
    bodies = connection.scalars(
        select(PolicyVersion.body).where(PolicyVersion.active, PolicyVersion.name != CONTACT_RULES)
    )
    return channels_of_messages(step for body in bodies for step in body["steps"])


def channels_of_messages(steps: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """By template: the channels of the messages among the steps of policies."""
    found: dict[str, set[str]] = {}
    for step in steps:
        if step.get("kind", StepKind.MESSAGE) == StepKind.MESSAGE:
            found.setdefault(step["template"], set()).update(step.get("channels", ()))
    return found


def list_templates(connection: Connection) -> list[TemplateRow]:
    """The active templates that people edit. Campaign templates are excluded: they are frozen with the campaign."""
    rows = connection.execute(
        select(
            TemplateVersion.key,
            TemplateVersion.language,
            Store.code,
            TemplateVersion.version,
            TemplateVersion.subject,
            TemplateVersion.text,
            TemplateVersion.also,
            TemplateVersion.created_at,
            TemplateVersion.created_by,
        )
        .outerjoin(Store, Store.id == TemplateVersion.store_id)
        .where(TemplateVersion.active, ~TemplateVersion.key.startswith(MADE_FOR_CAMPAIGNS))
        .order_by(TemplateVersion.key, TemplateVersion.language, Store.code.nulls_first())
    )
    return [TemplateRow(*row) for row in rows]


def read_template(connection: Connection, key: str, store: str | None) -> list[TemplateRow]:
    """A template in each language, for a store or for all. Raises `NoSuchTemplate`."""
    rows = list_templates(connection)
    own = {(row.language): row for row in rows if row.key == key and row.store in (None, store)}
    if not own:
        raise NoSuchTemplate(key, sorted({row.key for row in rows}))
    return list(own.values())


def _problems(error: ValidationError) -> list[str]:
    found = []
    for problem in error.errors(include_input=False):
        path = ".".join(str(part) for part in problem["loc"] if part != "[key]")
        found.append(f"{path}: {problem['msg']}.")
    return found


def _check_languages(connection: Connection, templates: Sequence[ShippedTemplate]) -> None:
    """Check that each template exists in both languages, given now or before."""
    strange = sorted({template.language for template in templates} - set(LANGUAGES))
    if strange:
        expected = " and ".join(LANGUAGES)
        raise BadTemplates(
            [f"The language {language} is not one of ours: expected {expected}." for language in strange]
        )
    there = {(template.key, template.language) for template in templates} | set(
        connection.execute(select(TemplateVersion.key, TemplateVersion.language).where(TemplateVersion.active)).tuples()
    )
    keys = dict.fromkeys(template.key for template in templates)
    missing = [(key, language) for key in keys for language in LANGUAGES if (key, language) not in there]
    if missing:
        raise BadTemplates(
            f"{key}.{language} is missing: each template needs both languages." for key, language in missing
        )


def subjects_of(connection: Connection, key: str) -> set[SubjectKind]:
    """The subject kinds of the steps that use a template; empty for an unused one."""
    return _uses(connection).get(key, set())


def _uses(connection: Connection) -> dict[str, set[SubjectKind]]:
    """By template: the subject kinds of the steps that use it, in the active policies."""
    bodies = connection.scalars(
        select(PolicyVersion.body).where(PolicyVersion.active, PolicyVersion.name != CONTACT_RULES)
    )
    found: dict[str, set[SubjectKind]] = {}
    for body in bodies:
        for step in body["steps"]:
            found.setdefault(step["template"], set()).add(SubjectKind(step["subject"]))
    return found


def _check_means(template: ShippedTemplate) -> None:
    for text in (template.subject, template.text, template.also):
        if text:
            refuse_forbidden(template.key, text, variables_of_any())


def _check_variables(template: ShippedTemplate, subjects: set[SubjectKind]) -> None:
    """Check that a template in use fits all its subject kinds, and an unused one at least one."""
    refusals = [refusal for subject in (subjects or all_traits()) if (refusal := _refusal(template, subject))]
    if refusals and (subjects or len(refusals) == len(all_traits())):
        raise refusals[0]


def _refusal(template: ShippedTemplate, subject: SubjectKind) -> UnknownVariable | None:
    try:
        for text in (template.subject, template.text, template.also):
            if text:
                check_template(template.key, text, variables_of(subject))
    except UnknownVariable as refusal:
        return refusal
    return None


def _active(connection: Connection, template: ShippedTemplate, store_id: int | None) -> dict[str, object] | None:
    row = (
        connection.execute(
            select(TemplateVersion.version, TemplateVersion.subject, TemplateVersion.text, TemplateVersion.also).where(
                TemplateVersion.key == template.key,
                TemplateVersion.language == template.language,
                TemplateVersion.store_id.is_not_distinct_from(store_id),
                TemplateVersion.active,
            )
        )
        .mappings()
        .one_or_none()
    )
    return dict(row) if row else None
