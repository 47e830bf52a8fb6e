"""Everything that a subject or a process needs, and that only shows when somebody looks for it: what is missing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Table, select
from sqlalchemy.sql import visitors

from console.customer_pages.routes import find_pages
from console.shared.words import read_wording
from models.core.reasons import all_reasons
from models.core.saying import CONDITIONS, MOMENTS, read_anchors, read_kit_words, read_sentences, read_words
from models.core.words import ProcessName, SubjectKind
from models.kits.contract import SubjectTraits
from models.kits.letters import variables_of
from models.kits.registry import BrokenKit, load_module, traits_of
from models.messages.letters import COMMON
from models.policies.shipped import LANGUAGES, shipped_policy, shipped_templates
from tasks.customers.timeline import _sources
from tasks.intake.kinds import Kind
from tasks.sample.rows import row_kinds
from tasks.subjects.contract import OfCustomer, Subject
from tasks.subjects.registry import subject_of

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"
NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)


def missing_of_subject(kind: SubjectKind) -> Iterator[str]:
    """What the subject lacks, as sentences."""
    traits = traits_of(kind)
    yield from _unsaid_words(traits)
    yield from _unsaid_reasons(kind, traits)
    yield from _undocumented(kind, traits)
    if not traits.off_timeline and not _stands_on_timeline(traits.table.__tablename__):
        yield f"'{kind}' has no entry on the customer's timeline, and its traits do not say why (off_timeline)"
    try:
        subject = subject_of(kind)
    except BrokenKit as error:
        yield f"'{kind}' cannot be planned or explained: {error}"
    else:
        yield from _unnamed_figures(subject)
    yield from _not_in_sample(kind)
    yield from (
        f"the link '{offer.purpose}' of '{kind}' has no page in console/customer_pages"
        for offer in traits.links
        if offer.purpose not in find_pages()
    )


def _unsaid_words(traits: SubjectTraits) -> Iterator[str]:
    kind = traits.kind
    file = f"models/subjects/{kind.replace('-', '_')}.toml"
    if kind not in read_anchors():
        yield f"'{kind}' does not say what its anchor is: anchor in {file}"
    for word in (kind, *(outcome.name for outcome in traits.outcomes)):
        if word not in read_words():
            yield f"'{word}' has no words: [words] in {file}"
    for section, names in ((CONDITIONS, traits.conditions), (MOMENTS, tuple(traits.moments))):
        yield from (
            f"'{name}' of '{kind}' has no words: [{section}] in {file}"
            for name in names
            if name not in read_kit_words(section)
        )


def _unsaid_reasons(kind: SubjectKind, traits: SubjectTraits) -> Iterator[str]:
    name = kind.replace("-", "_")
    given = {traits.absent, *traits.moments.values()}
    for module in (f"tasks.subjects.{name}.facts", f"tasks.subjects.{name}.remarks"):
        if _is_there(module):
            given |= {value for value in vars(load_module(module)).values() if _is_reason(value)}
    yield from (
        f"the reason '{code}' of '{kind}' has no sentence: [reasons] in models/subjects/{name}.toml"
        for code in sorted(given - read_sentences().keys())
    )


def _is_reason(value: object) -> bool:
    return isinstance(value, str) and value in all_reasons()


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _undocumented(kind: SubjectKind, traits: SubjectTraits) -> Iterator[str]:
    page = PAGE.read_text(encoding="utf-8")
    for condition in traits.conditions:
        if not re.search(rf"^\| `{condition}` \| .+ \|$", page, re.MULTILINE):
            yield f"the condition '{condition}' of '{kind}' is not explained in {PAGE.name}"
    for name, meaning in variables_of(kind).items():
        about = "any" if name in COMMON or name == "links.consent" else kind
        if f"| {about} | `{name}` | {meaning} |" not in page:
            yield f"the variable '{name}' of letters about '{kind}' is not in {PAGE.name}"


def _stands_on_timeline(table: str) -> bool:
    return any(
        isinstance(part, Table) and part.name == table for source in _sources() for part in visitors.iterate(source)
    )


def _unnamed_figures(subject: Subject) -> Iterator[str]:
    facts = select(subject.facts(NOW, OfCustomer(1)).subquery()).subquery()
    values = [getattr(part, "value", None) for part in visitors.iterate(subject.figures(facts))]
    names = [value for value in values if isinstance(value, str) and re.fullmatch(r"[a-z_]+", value)]
    if not names:
        yield f"'{subject.kind}' shows no figures on the call sheet"
    for name in names:
        if f"calls.figure_{name}" not in read_wording():
            yield f"the figure '{name}' of '{subject.kind}' has no words: [figures] beside its kit"


def _not_in_sample(kind: SubjectKind) -> Iterator[str]:
    module = f"tasks.subjects.{kind.replace('-', '_')}.intake"
    if _is_there(module):
        for one in vars(load_module(module)).values():
            if isinstance(one, Kind) and one.name not in row_kinds().values():
                yield f"the import kind '{one.name}' of '{kind}' has no rows in the sample dealership"


def missing_of_process(process: ProcessName) -> Iterator[str]:
    """What a shipped process lacks, as sentences."""
    policy = shipped_policy(process)
    if f"\n## {process}\n" not in PAGE.read_text(encoding="utf-8"):
        yield f"the process '{process}' has no section in {PAGE.name}"
    for word in dict.fromkeys((process, *(word for step in policy.steps for word in (step.key, step.template)))):
        if word not in read_words():
            yield f"'{word}' of the process '{process}' has no words"
    there = {(template.key, template.language) for template in shipped_templates()}
    for step in policy.steps:
        for language in LANGUAGES:
            if (step.template, language) not in there:
                yield f"the template '{step.template}' of '{process}' has no text in {language}"
