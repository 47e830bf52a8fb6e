"""The shipped templates say something for any facts, in both languages, and nothing that was not asked for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.words import LeadUrgency, StepKind, SubjectKind
from models.kits.letters import variables_of, write_variables
from models.kits.links import offers
from models.kits.registry import all_traits
from models.messages.letters import LINKS
from models.messages.rendering import UnknownVariable, UnreadableTemplate, check_template, render
from models.policies.shipped import LANGUAGES, ShippedTemplate, shipped_policy, shipped_processes, shipped_templates
from tests.support.any_facts import any_letter_facts

SUBJECT_OF = {step.template: step.subject for process in shipped_processes() for step in shipped_policy(process).steps}
STEPS = [step for process in shipped_processes() for step in shipped_policy(process).steps]

PURPOSES = {offer.purpose for offer, _ in offers().values()}
WRITTEN = {purpose: f"https://service.example.com/c/{purpose}" for purpose in PURPOSES}
UNWRITTEN = dict.fromkeys(WRITTEN, "")

words = st.one_of(
    st.text(max_size=30), st.sampled_from(["", "{{ store }}", "{% if %}", "李雷", "<b>&amp;</b>", "O'Neil\n"])
)
days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
currencies = st.sampled_from(["CNY", "EUR", "USD"])
amounts = st.decimals(0, 10**9, places=2).map(str)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """What the selects of all subjects may give; what may be missing there may be missing here."""
    day = draw(days)
    known = {
        "customer": draw(words),
        "salutation": draw(st.none() | words),
        "store": draw(words),
        "store_phone": draw(st.none() | words),
        "time_zone": draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"])),
        "today": draw(days),
        "day": day,
        "starts_at": datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 1439))),
        "work": draw(st.none() | words),
        "vehicle": draw(st.none() | words),
        "advisor": draw(st.none() | words),
        "account": draw(words),
        "oldest_due": draw(days),
        "case": draw(st.integers(1, 10**12)),
        "opened_on": draw(days),
        "campaign": draw(words),
        "urgency": draw(st.sampled_from(LeadUrgency)),
        "model": draw(st.none() | words),
        "source": draw(st.none() | words),
        "created_on": draw(days),
        "salesperson": draw(st.none() | words),
        "deposit": draw(st.none() | st.decimals(0, 10**9, places=2)),
        "currency": draw(currencies),
        "lost_reason": draw(st.none() | words),
        "item": draw(st.sampled_from(["insurance", "tyre-storage"])),
        "provider": draw(st.none() | words),
        "limit_kilometres": draw(st.none() | st.integers(1, 500_000)),
        "answer": draw(st.none() | words),
        "received_on": draw(days),
        "faults": draw(st.lists(st.sampled_from(["brakes", "locks"]))),
        "watched": draw(st.lists(st.sampled_from(["engine", "tyres"]))),
        "warranty_ends_on": draw(st.none() | days),
        "totals": draw(st.dictionaries(currencies, amounts, min_size=1)),
        "invoices": [
            {
                "number": draw(words),
                "open": draw(amounts),
                "currency": draw(currencies),
                "due_on": draw(days).isoformat(),
            }
            for _ in range(draw(st.integers(1, 8)))
        ],
    }
    return known | draw(any_letter_facts(set(known)))


def _parts(template: ShippedTemplate) -> list[str]:
    return [part for part in (template.subject, template.text, template.also) if part is not None]


def test_every_step_has_its_template_in_both_languages() -> None:
    there = {(template.key, template.language) for template in shipped_templates()}
    assert there == {(step.template, language) for step in STEPS for language in LANGUAGES}


@pytest.mark.parametrize("template", shipped_templates(), ids=lambda template: f"{template.key}-{template.language}")
def test_no_template_asks_for_what_its_subject_does_not_have(template: ShippedTemplate) -> None:
    for part in _parts(template):
        check_template(template.key, part, variables_of(SUBJECT_OF[template.key]))


@given(facts=facts())
def test_no_template_fails_for_any_facts(facts: dict[str, Any]) -> None:
    for template in shipped_templates():
        variables = write_variables(SUBJECT_OF[template.key], template.language, facts)
        for links in (WRITTEN, UNWRITTEN):
            for part in _parts(template):
                assert render(part, variables | {LINKS: links}).strip()


@given(facts=facts(), subject=st.sampled_from(list(all_traits())), language=st.sampled_from(LANGUAGES))
def test_each_subject_gives_the_variables_that_it_names(
    facts: dict[str, Any], subject: SubjectKind, language: str
) -> None:
    variables = write_variables(subject, language, facts)
    named = {name for name in variables_of(subject) if not name.startswith(f"{LINKS}.")}
    assert variables.keys() >= named
    assert "None" not in {value for name, value in variables.items() if name not in ("customer", "store")}


@given(customer=words)
def test_what_a_customer_is_called_is_never_run_as_a_template(customer: str) -> None:
    assert render("{{ customer }}", {"customer": customer}) == customer


def test_the_hour_of_an_appointment_is_the_store_clocks() -> None:
    facts = {
        "customer": "Li", "store": "Test", "time_zone": "Europe/Berlin", "today": date(2026, 3, 28),
        "starts_at": datetime(2026, 3, 29, 3, 0, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC),
    }  # fmt: skip
    written = write_variables(SubjectKind("appointment"), "en", facts)
    assert (written["date"], written["time"]) == ("29 Mar 2026", "03:00")


def test_a_message_that_may_be_merged_has_a_line_to_merge_and_scripts_have_none() -> None:
    kinds = {step.template: step.kind for step in STEPS}
    for template in shipped_templates():
        if kinds[template.key] is not StepKind.MESSAGE:
            assert template.also is None


def test_an_unknown_variable_and_a_broken_template_are_refused_with_a_sentence() -> None:
    with pytest.raises(
        UnknownVariable, match="Template 'thanks' uses colour, which it is not given; it may use customer"
    ):
        check_template("thanks", "{{ customer }} {{ colour }}", variables_of(SubjectKind("handover")))
    with pytest.raises(UnreadableTemplate, match="Template 'thanks' cannot be read: "):
        check_template("thanks", "{{ customer ", variables_of(SubjectKind("handover")))
