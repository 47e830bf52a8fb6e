"""Whatever stands on a customer's timeline has words in both languages."""

from enum import StrEnum

import pytest

from console.shared.words import LANGUAGES, read_wording, say
from console.web.customers.line import said_or
from console.web.customers.problems import PROBLEMS
from models.calls.surveys import DIMENSIONS
from models.core.personal import ERASED
from models.core.words import (
    AppointmentStatus,
    Decision,
    InvoiceKind,
    InvoiceStatus,
    LeadState,
    LeadUrgency,
    ReceiptStatus,
    ReplyMeaning,
)
from models.kits.registry import all_traits, load_module
from models.ledger.explanations import Standing
from tasks.customers.consent import STOPPED
from tasks.customers.timeline import EntryKind
from tasks.dispatch import gates
from tasks.explaining import story, subjects
from tasks.planning import ending, population
from tasks.subjects import visits

GROUPS: dict[str, type[StrEnum]] = {
    "kind": EntryKind,
    "status": AppointmentStatus,
    "invoice": InvoiceStatus,
    "what": InvoiceKind,
    "urgency": LeadUrgency,
    "lead": LeadState,
    "receipt": ReceiptStatus,
    "meaning": ReplyMeaning,
    "decision": Decision,
    "standing": Standing,
}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_has_a_word(group: str, language: str) -> None:
    assert all(say(language, f"customers.{group}_{value}") for value in GROUPS[group])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mark_and_every_problem_has_a_sentence(language: str) -> None:
    keys = [*(f"customers.mark_{name}" for name in DIMENSIONS), *PROBLEMS.values()]
    assert all(say(language, key) for key in keys)


def test_every_reason_that_the_ledger_gives_is_translated() -> None:
    kits = [load_module(f"tasks.subjects.{kind.replace('-', '_')}.facts") for kind in all_traits()]
    modules = (gates, story, subjects, ending, population, visits, *kits)
    reasons = {
        value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and type(value) is str and " " in value
    }
    reasons |= {STOPPED, ERASED, *(traits.absent for traits in all_traits().values())}
    reasons |= {absent for traits in all_traits().values() for absent in traits.moments.values()}
    assert len(reasons) > 30
    assert sorted(reason for reason in reasons if f"reasons.{reason}" not in read_wording()) == []


def test_a_text_without_wording_stays_as_it_is() -> None:
    class Never:
        def say(self, key: str) -> str:
            raise AssertionError(key)

    assert said_or(Never(), "reasons.what a person wrote", "what a person wrote") == "what a person wrote"  # type: ignore[arg-type]  # never asked
