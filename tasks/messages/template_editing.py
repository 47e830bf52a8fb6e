"""Editing templates in the console: validated, scoped to the user's store, with optimistic locking."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select, update

from models.core.errors import AftercareError
from models.core.rows import AnySelect
from models.core.words import SubjectKind
from models.kits.registry import all_traits
from models.ledger.tables import TemplateVersion
from models.people.permissions import Permission
from models.people.tables import Store
from models.policies.policy import MADE_FOR_CAMPAIGNS
from models.policies.shipped import LANGUAGES
from tasks.access.sessions import SignedIn
from tasks.ledger import audit
from tasks.messages.template_changes import (
    NoSuchTemplate,
    TemplateRow,
    change_templates,
    check_templates,
    list_templates,
    subjects_of,
)
from tasks.policies.editing import ChangedMeanwhile, NothingForAll, NothingOfTheirs, store_id_of

Texts = dict[str, dict[str, str]]
"""By language: `subject`, `text`, `also`; each may be empty."""
PARTS = ("subject", "text", "also")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""The form of a template's key, as in a policy."""


@dataclass(frozen=True, slots=True)
class TemplateRead:
    """A template for a store or for all."""

    texts: Texts
    based_on: dict[str, int]
    """By language: the version for optimistic locking."""
    own: bool
    """Whether one of its texts is specific to this scope; False: a store uses the texts for all."""
    used: bool
    """Whether a step uses it."""
    subjects: tuple[SubjectKind, ...]
    """The subject kinds of the steps that use it; for an unused template, all possible ones."""


class TemplateVersionRow(NamedTuple):
    """One version of a template in one language."""

    language: str
    store: str | None
    version: int
    subject: str | None
    text: str
    also: str | None
    active: bool
    created_at: datetime
    created_by: str

    @property
    def parts(self) -> dict[str, str]:
        """Its texts in the editor's form."""
        return {"subject": self.subject or "", "text": self.text, "also": self.also or ""}


def list_own_templates(connection: Connection, store: str | None, *, every: bool) -> list[TemplateRow]:
    """The active templates for all stores, and those of one or every store."""
    return [row for row in list_templates(connection) if every or row.store in (None, store)]


def read_for_editing(connection: Connection, user: SignedIn, key: str, store: str | None) -> TemplateRead:
    """A template for a store or for all. Raises `NoSuchTemplate`, `NotYours`."""
    store_id = store_id_of(connection, user, store)
    held = {row.language: row for row in connection.execute(_in_force(key, store_id))}
    if not held or key.startswith(MADE_FOR_CAMPAIGNS):
        raise NoSuchTemplate(key, sorted({row.key for row in list_own_templates(connection, store, every=False)}))
    used = subjects_of(connection, key)
    texts = {language: {part: _said(held.get(language), part) for part in PARTS} for language in LANGUAGES}
    return TemplateRead(
        texts,
        {language: row.id for language, row in held.items()},
        any(row.store_id == store_id for row in held.values()),
        bool(used),
        tuple(sorted(used or all_traits())),
    )


def read_to_begin(connection: Connection, user: SignedIn, key: str, store: str | None) -> TemplateRead:
    """An existing template for editing, or an empty one for a new key.

    Raises `NotYours`, and `NoSuchTemplate` for an invalid key or a user who may not create it.
    """
    try:
        return read_for_editing(connection, user, key, store)
    except NoSuchTemplate:
        if not user.may(Permission.CHANGE_TEMPLATES) or not KEY.fullmatch(key):
            raise
    nothing = dict.fromkeys(PARTS, "")
    return TemplateRead(
        {language: dict(nothing) for language in LANGUAGES}, {}, False, False, tuple(sorted(all_traits()))
    )


def list_template_versions(
    connection: Connection, key: str, store: str | None, *, every: bool
) -> list[TemplateVersionRow]:
    """The versions for all stores, and those of one or every store, newest first."""
    kept = TemplateVersion
    rows = connection.execute(
        select(
            kept.language, Store.code, kept.version, kept.subject, kept.text, kept.also, kept.active, kept.created_at,
            kept.created_by,
        )
        .outerjoin(Store, Store.id == kept.store_id)
        .where(kept.key == key)
        .order_by(Store.code.nulls_first(), kept.language.desc(), kept.version.desc())
    )  # fmt: skip
    found = [TemplateVersionRow(*row) for row in rows]
    return [row for row in found if every or row.store in (None, store)]


def complaint_about(connection: Connection, key: str, texts: Texts) -> AftercareError | None:
    """The validation error of texts; None if they are valid."""
    try:
        check_templates(connection, _data(key, texts))
    except AftercareError as refusal:
        return refusal
    return None


def save_template(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    key: str,
    texts: Texts,
    store: str | None,
    based_on: dict[str, int],
) -> None:
    """Activate texts as new versions in their languages, if their base versions are still active.

    Raises `ChangedMeanwhile`, `NotYours`, `MayNot`, and what `check_templates` raises.
    """
    user.check(Permission.CHANGE_TEMPLATES)
    store_id = store_id_of(connection, user, store)
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"template {key}"))))
    held = {row.language: row for row in connection.execute(_in_force(key, store_id))}
    for language, row in held.items():
        if based_on.get(language) != row.id:
            raise ChangedMeanwhile(f"{key}.{language}", row.created_by, row.version)
    changed = {
        language: parts
        for language, parts in texts.items()
        if language not in held or parts != {part: _said(held[language], part) for part in PARTS}
    }
    if changed:
        change_templates(connection, now, _data(key, changed), store_id, user.login)


def end_own_template(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    key: str,
    store: str | None,
    based_on: dict[str, int],
    reason: str,
) -> None:
    """Revert a store to the texts for all. Touches already planned keep the store's own texts.

    Raises `ChangedMeanwhile`, `NothingOfTheirs`, `NothingForAll`, `NotYours`, `MayNot`.
    """
    user.check(Permission.CHANGE_TEMPLATES)
    store_id = store_id_of(connection, user, store)
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"template {key}"))))
    held = {row.language: row for row in connection.execute(_in_force(key, store_id))}
    own = [row for row in held.values() if store_id is not None and row.store_id == store_id]
    if not own:
        raise NothingOfTheirs(key, store)
    for language, row in held.items():
        if based_on.get(language) != row.id:
            raise ChangedMeanwhile(f"{key}.{language}", row.created_by, row.version)
    kept = TemplateVersion
    for_all = set(
        connection.scalars(select(kept.language).where(kept.key == key, kept.active, kept.store_id.is_(None)))
    )
    if not for_all >= {row.language for row in own}:
        raise NothingForAll(key, store)
    connection.execute(update(kept).where(kept.id.in_([row.id for row in own])).values(active=False))
    before = {"store": store, "versions": {row.language: row.version for row in own}}
    audit.record(connection, now, user.login, "template.own-ended", "template", key, before, {"reason": reason})


def _in_force(key: str, store_id: int | None) -> AnySelect:
    """A template per language: the store's own, else the one for all."""
    kept = TemplateVersion
    whose = kept.store_id.is_(None) | kept.store_id.is_not_distinct_from(store_id)
    return (
        select(kept.__table__)
        .where(kept.key == key, kept.active, whose)
        .distinct(kept.language)
        .order_by(kept.language, kept.store_id.nulls_last())
    )


def _said(row: object, part: str) -> str:
    return (getattr(row, part) or "") if row is not None else ""


def _data(key: str, texts: Texts) -> dict[str, object]:
    """The texts as `check_templates` expects them, without empty parts."""
    return {
        key: {
            language: {part: said for part, said in parts.items() if said.strip() or part == "text"}
            for language, parts in texts.items()
        }
    }
