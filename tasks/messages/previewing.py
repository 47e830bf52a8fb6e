"""Previewing a template on real customers before it is saved: the letter that the dispatch would write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from models.core.rows import AnySelect
from models.core.words import SubjectKind
from models.ledger.tables import TemplateVersion, Touch
from tasks.messages.letters import Letter, write_letter
from tasks.subjects.contract import OfCustomer, Scope, Those
from tasks.subjects.customers import COMMON_LETTER
from tasks.subjects.registry import subject_of

RECENT = 5000
"""How many of the newest touches are searched for some that use the template."""
SHOWN = 12
SOON = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Example:
    """A subject of a real customer, with all facts for a letter."""

    kind: SubjectKind
    facts: dict[str, Any]

    @property
    def customer(self) -> str:
        """The customer's name."""
        return str(self.facts["customer"])

    def letter(self, language: str, parts: dict[str, str], now: datetime) -> Letter:
        """The letter that the dispatch would write with these texts.

        Rendering raises `jinja2.TemplateError`, or `NoAddressForCustomers` for links without an address.
        """
        templates = {f"template_{part}": said or None for part, said in parts.items()}
        return write_letter(self.kind, self.facts | templates | {"template_language": language}, now)


def examples_of(
    connection: Connection, now: datetime, key: str, subjects: Sequence[SubjectKind], store_id: int | None
) -> list[Example]:
    """Some customers for whom the template was used recently or is planned, of a store or of all."""
    versions = select(TemplateVersion.id).where(TemplateVersion.key == key)
    newest = (
        select(Touch.subject_kind, Touch.subject_id, Touch.store_id, Touch.template_version_id)
        .where(Touch.due_at <= now + SOON)
        .order_by(Touch.due_at.desc())
        .limit(RECENT)
        .subquery("newest")
    )
    used = select(newest.c.subject_id).where(newest.c.template_version_id.in_(versions))
    if store_id is not None:
        used = used.where(newest.c.store_id == store_id)
    found = []
    for kind in subjects:
        ids = used.where(newest.c.subject_kind == kind).distinct().limit(SHOWN)
        found += _examples(connection, now, kind, Those(ids), store_id)
    return found[:SHOWN]


def examples_of_customer(
    connection: Connection, now: datetime, subjects: Sequence[SubjectKind], store_id: int | None, customer_id: int
) -> list[Example]:
    """The template's possible subjects for one customer."""
    found = []
    for kind in subjects:
        found += _examples(connection, now, kind, OfCustomer(customer_id), store_id)
    return found[:SHOWN]


def _examples(
    connection: Connection, now: datetime, kind: SubjectKind, scope: Scope, store_id: int | None
) -> list[Example]:
    subject = subject_of(kind)
    facts = subject.facts(now, scope).subquery("facts")
    columns = {"subject_id", "customer_id", *COMMON_LETTER}
    statement: AnySelect = select(*(facts.c[name] for name in sorted(columns)), *subject.letter(facts))
    statement = statement.where(facts.c.anchor_at.is_not(None), facts.c.customer_id.is_not(None)).limit(SHOWN)
    if "totals" in facts.c:
        statement = statement.where(facts.c.totals.is_not(None))
    if store_id is not None:
        statement = statement.where(facts.c.store_id == store_id)
    return [Example(kind, dict(row)) for row in connection.execute(statement).mappings()]
