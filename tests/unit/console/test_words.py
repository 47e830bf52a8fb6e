"""What the console says: every sentence in both languages, with the same values, and none that nobody says."""

import re
import string
from pathlib import Path

import pytest

import console
from console.shared.words import LANGUAGES, Unsaid, read_wording, say
from models.core.saying import say_word
from models.core.words import ProcessName
from models.policies.shipped import shipped_policy, shipped_processes

SOURCES = [
    path.read_text(encoding="utf-8")
    for folder in ("web", "customer_pages", "api")
    for path in Path(str(console.__path__[0]), folder).rglob("*")
    if path.suffix in (".py", ".html")
]


def test_every_sentence_is_said_in_both_languages_with_the_same_values() -> None:
    for key, sentences in read_wording().items():
        if key.startswith("errors."):
            continue  # whose English is the error's own
        assert sentences.keys() == LANGUAGES.keys(), key
        values = [{name for _, name, _, _ in string.Formatter().parse(said) if name} for said in sentences.values()]
        assert values[0] == values[1], key
        assert all(said.strip() for said in sentences.values()), key


def test_every_sentence_that_is_asked_for_is_there() -> None:
    asked = {key for source in SOURCES for key in re.findall(r'say\(\s*"([a-z_]+\.[a-z_0-9]+)"', source)}
    assert asked
    assert asked - read_wording().keys() == set()


@pytest.mark.parametrize("process", shipped_processes())
def test_what_the_shipped_policies_name_has_its_words(process: ProcessName) -> None:
    steps = shipped_policy(process).steps
    named = {
        f"business.{word}" for step in steps for word in (process, step.key, step.template, step.subject, step.purpose)
    }
    asked = {f"policies.conditions_{condition}" for step in steps for condition in step.conditions}
    assert (named | asked) - read_wording().keys() == set()


def test_a_sentence_that_is_not_there() -> None:
    with pytest.raises(Unsaid):
        say("en", "frame.no_such_thing")


def test_an_unknown_word_stays_as_it_is() -> None:
    assert say_word("zh-CN", "ready") == "待处理"
    assert say_word("en", "a-step-of-ones-own") == "a-step-of-ones-own"
