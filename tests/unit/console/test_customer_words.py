"""Whatever stands on a customer's timeline has words in both languages."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import tasks
from console.shared.words import LANGUAGES, read_wording, say
from console.web.customers.problems import PROBLEMS
from console.web.customers.timeline_words import said_or
from models.calls.surveys import DIMENSIONS
from models.core.saying import say_word
from models.core.words import (
    AppointmentStatus,
    CaseState,
    Decision,
    InvoiceKind,
    InvoiceStatus,
    LeadState,
    LeadUrgency,
    ReceiptStatus,
    ReplyMeaning,
)
from models.ledger.explanations import StepStanding
from models.subjects.due_item import NAMES, DueItemStatus
from tasks.customers.timeline import AUDITED, ENGINE_ENTRIES
from tasks.subjects.timeline import entries_of_subjects

GROUPS: dict[str, Iterable[str]] = {
    "kind": (*ENGINE_ENTRIES, *entries_of_subjects()),
    "status": AppointmentStatus,
    "invoice": InvoiceStatus,
    "what": InvoiceKind,
    "urgency": LeadUrgency,
    "lead": LeadState,
    "due_item": DueItemStatus,
    "item": NAMES,
    "receipt": ReceiptStatus,
    "meaning": ReplyMeaning,
    "decision": Decision,
    "standing": StepStanding,
}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_has_a_word(group: str, language: str) -> None:
    assert all(say(language, f"customers.{group}_{value}") for value in GROUPS[group])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mark_and_every_problem_has_a_sentence(language: str) -> None:
    keys = [*(f"customers.mark_{name}" for name in DIMENSIONS), *PROBLEMS.values()]
    assert all(say(language, key) for key in keys)


def test_a_text_without_wording_stays_as_it_is() -> None:
    class Never:
        def say(self, key: str) -> str:
            raise AssertionError(key)

    assert said_or(Never(), "reasons.what a person wrote", "what a person wrote") == "what a person wrote"  # type: ignore[arg-type]  # never asked


def acts_of(entities: Iterable[str]) -> set[str]:
    """Every action that the program records of some entities, as the source names them."""
    root = Path(next(iter(tasks.__path__)))
    named = re.compile(rf'"((?:{"|".join(entities)})\.[a-z-]+)"')
    found = {act for path in root.rglob("*.py") for act in named.findall(path.read_text(encoding="utf-8"))}
    return found | {f"case.{state}" for state in (CaseState.ANSWERED, CaseState.SOLVED, CaseState.CLOSED)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_on_a_customers_line_has_words(language: str) -> None:
    acts = acts_of(AUDITED)
    assert {"touch.approved", "appointment.moved", "case.given", "contact-point.invalid"} <= acts
    unsaid = {act for act in acts if f"customers.act_{act}" not in read_wording() and say_word(language, act) == act}
    assert unsaid == set()
