"""Letters of touches: their templates filled in from the current facts, for many touches at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Uuid, case, cast, func, literal, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause
from sqlalchemy.types import Text

from models.core.cadence import NOW
from models.core.rows import AnySelect
from models.core.words import StepKind, SubjectKind
from models.kits.letters import write_variables
from models.ledger.tables import TemplateVersion, Touch
from models.messages.letters import LINKS
from models.messages.rendering import links_in, render
from models.people.tables import Store
from models.stores.laws.endings import missing_ending, with_ending
from tasks.database.statistics import each_of
from tasks.messages.links import write_links
from tasks.subjects.contract import about_same
from tasks.subjects.customers import COMMON_LETTER
from tasks.subjects.registry import subject_of

THESE = each_of("ids", Uuid())
"""The touches of a statement, bound by `as_ids`."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The texts of a touch: a message to the customer, or the script of a call or a task. Rendered lazily."""

    language: str
    subject_template: str | None
    text_template: str
    also_template: str | None
    variables: Mapping[str, Any]
    ending: str | None = None
    """What the store's law pack adds at the end of the text."""

    @property
    def parameters(self) -> dict[str, str]:
        """The variables by the names that templates use, such as `customer` and `links.survey`."""
        plain = {name: value for name, value in self.variables.items() if name != LINKS}
        return plain | {f"{LINKS}.{name}": link for name, link in self.variables.get(LINKS, {}).items()}

    @property
    def subject(self) -> str | None:
        """The subject line, if the template has one."""
        return render(self.subject_template, self.variables) if self.subject_template else None

    @property
    def text(self) -> str:
        """The whole text."""
        return with_ending(self.body, self.ending)

    @property
    def body(self) -> str:
        """The text without what the law adds."""
        return render(self.text_template, self.variables)

    @property
    def whole_template(self) -> str:
        """The template with what the law adds."""
        return with_ending(self.text_template, self.ending)

    @property
    def also(self) -> str | None:
        """The line that represents it in a merged message; None: it is never merged."""
        return render(self.also_template, self.variables) if self.also_template else None


def as_ids(touch_ids: Sequence[UUID]) -> list[str]:
    """Touches as the parameter `ids` of a statement with `THESE`."""
    return [str(touch_id) for touch_id in touch_ids]


def letters_of(connection: Connection, touch_ids: Sequence[UUID], now: datetime) -> dict[UUID, Letter]:
    """The letters of some touches, by touch, from the facts known at `now`. One statement per kind of subject.

    Messages use the language of their frozen template, scripts for staff the store's. A touch whose subject
    is gone, or is an account without debt, has no letter and is left out.
    """
    if not touch_ids:
        return {}
    return letters_about(connection, kinds_of(connection, touch_ids), touch_ids, now)


def letters_about(
    connection: Connection, kinds: Collection[SubjectKind], touch_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Letter]:
    """The letters of the touches with subjects of these kinds."""
    parameters = {"ids": as_ids(touch_ids), "now": now}
    return {
        row["touch_id"]: write_letter(kind, row, now)
        for kind in sorted(kinds)
        for row in connection.execute(_facts_and_templates(kind), parameters).mappings()
    }


def kinds_of(connection: Connection, touch_ids: Sequence[UUID]) -> frozenset[SubjectKind]:
    """The kinds of subjects of some touches."""
    return frozenset(connection.scalars(_kinds(), {"ids": as_ids(touch_ids)}))


@cache
def _kinds() -> Select[tuple[SubjectKind]]:
    return select(Touch.subject_kind).where(Touch.id.in_(THESE)).distinct()


@cache
def _facts_and_templates(kind: SubjectKind) -> AnySelect:
    """A row per touch with this kind of subject: its template and the facts to fill it in."""
    subject = subject_of(kind)
    wanted = (Touch.id.in_(THESE), Touch.subject_kind == kind)
    about = select(Touch.subject_id, Touch.policy_version_id).where(*wanted)
    facts = subject.facts_of_touches(NOW, about).subquery("facts")
    frozen = aliased(TemplateVersion, name="frozen")
    script = _script_in_store_language(frozen)
    for_staff = script.c.id.is_not(None)
    statement = (
        select(
            Touch.id.label("touch_id"),
            facts.c.subject_id,
            facts.c.customer_id,
            case((for_staff, script.c.language), else_=frozen.language).label("template_language"),
            case((for_staff, script.c.subject), else_=_said_by_channel(frozen, "subject")).label("template_subject"),
            case((for_staff, script.c.text), else_=_said_by_channel(frozen, "text")).label("template_text"),
            case((for_staff, script.c.also), else_=frozen.also).label("template_also"),
            Store.law,
            Touch.kind.label("law_kind"),
            Touch.purpose.label("law_purpose"),
            Touch.channel.label("law_channel"),
            Touch.valid_until,
            *(facts.c[name] for name in COMMON_LETTER),
            *subject.letter(facts),
        )
        .join(facts, about_same(facts, Touch))
        .join(frozen, frozen.id == Touch.template_version_id)
        .join(Store, Store.id == Touch.store_id)
        .outerjoin(script, literal(True))
        .where(*wanted)
    )
    return statement.where(facts.c.totals.is_not(None)) if "totals" in facts.c else statement


def _said_by_channel(frozen: type[TemplateVersion], part: str) -> ColumnElement[Any]:
    """A part of the template, in the touch's channel's own version if there is one."""
    own = frozen.by_channel[cast(Touch.channel, Text)][part].astext
    return func.coalesce(own, getattr(frozen, part))


def _script_in_store_language(frozen: type[TemplateVersion]) -> LateralFromClause:
    """For a call, a task or a visit whose frozen template is in the customer's language: the one in force in the
    store's. A letter is the customer's to read."""
    there = aliased(TemplateVersion, name="there")
    return (
        select(there.id, there.language, there.subject, there.text, there.also)
        .where(
            Touch.kind.not_in((StepKind.MESSAGE, StepKind.LETTER)),
            there.key == frozen.key,
            frozen.language != Store.language,
            there.language == Store.language,
            there.active,
            func.coalesce(there.store_id == Touch.store_id, True),
        )
        .order_by(there.store_id.nulls_last())
        .limit(1)
        .correlate(Touch, Store, frozen)
        .lateral("script")
    )


def write_letter(kind: SubjectKind, row: Mapping[Any, Any], now: datetime) -> Letter:
    """The letter of a row with facts and templates (`template_text` and so on)."""
    templates = (row["template_subject"], row["template_text"], row["template_also"])
    wanted = frozenset[str]().union(*(links_in(template) for template in templates if template))
    variables: dict[str, Any] = dict(write_variables(kind, row["template_language"], row))
    if wanted:
        variables[LINKS] = write_links(kind, wanted, row, now)
    return Letter(row["template_language"], *templates, variables, _ending(row))


def _ending(row: Mapping[Any, Any]) -> str | None:
    """What a message by the channel that was chosen for it lacks by the law of its store."""
    channel = row.get("law_channel")
    if channel is None or row["law_kind"] != StepKind.MESSAGE:
        return None
    law, purpose = row["law"], row["law_purpose"]
    return missing_ending(law, purpose, channel, row["template_language"], row["template_text"])
