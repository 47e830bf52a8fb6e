"""The files of a process without code: each mistake is one sentence with its file, its path and what was expected."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.schedules import ENGINE_FLOWS
from models.core.saying import read_words
from models.policies.shipped import shipped_processes
from tasks.processes.files import (
    FILES,
    POLICY,
    RESERVED,
    TEMPLATES,
    WORDING,
    BadProcess,
    Known,
    ProcessFiles,
    check_files,
    read_files,
)
from tests.support.tyre_storage import OFFER, TYRES, step, tyre_storage

KNOWN = Known(
    shipped_processes(), {"warranty-call": frozenset({"warranty-expiry"}), "loose": frozenset()}, read_words()
)
Spoil = Callable[[ProcessFiles], Any]


def steps(files: ProcessFiles) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = files.policy["steps"]
    return found


def changed(**values: Any) -> Spoil:
    return lambda files: files.policy.update(values)


def first_step(**values: Any) -> Spoil:
    return lambda files: steps(files)[0].update(values)


def other_template(key: str) -> Spoil:
    def spoil(files: ProcessFiles) -> None:
        files.templates[key] = files.templates.pop(OFFER)
        for one in steps(files):
            one["template"] = key

    return spoil


MISTAKES: list[tuple[Spoil, str, str, str]] = [
    (lambda files: files.policy.pop("process"), POLICY, "process", "it is missing; expected the name"),
    (changed(process="Tyre Storage"), POLICY, "process", "expected lower-case letters"),
    (changed(process="warranty-expiry"), POLICY, "process", "taken by a process that is shipped; expected another"),
    (changed(process="dispatch"), POLICY, "process", "taken by the engine; expected another"),
    (changed(process="campaign-7"), POLICY, "process", "taken by the engine; expected another"),
    (changed(colour="red"), POLICY, "colour", "expected one of process, priority, steps"),
    (changed(priority=101), POLICY, "priority", "less than or equal to 100"),
    (changed(schedule={"every": "7m"}), POLICY, "schedule.every", "expected minutes that divide an hour"),
    (changed(schedule={"every": "5m", "at": ["09:00"]}), POLICY, "schedule", "expected either every"),
    (changed(schedule={"at": ["09:00", "09:00"]}), POLICY, "schedule.at.1", "stands twice"),
    (changed(description={"en": "Tyres"}), POLICY, "description", "zh-CN is missing; expected both"),
    (changed(tags=["Not A Tag"]), POLICY, "tags.0", "should match pattern"),
    (first_step(subject="boat"), POLICY, "steps.0.subject", "there is no subject 'boat'; expected one of"),
    (first_step(conditions=["still-owes"]), POLICY, "steps.0.conditions", "expected some of"),
    (first_step(counts_from="booking"), POLICY, "steps.0.counts_from", "expected one of"),
    (first_step(after="soon"), POLICY, "steps.0.after", "expected a number with d, h or m"),
    (first_step(kind="visit-the-moon"), POLICY, "steps.0.kind", "Input should be"),
    (first_step(valid_for="200d"), POLICY, "steps.0.valid_for", "tyres-360"),
    (first_step(template="nothing"), POLICY, "steps.0.template", f"expected one of {OFFER}"),
    (lambda files: steps(files).append(step("tyres-again", "180d")), POLICY, "steps.0.after", "tyres-again"),
    (lambda files: steps(files).append(step("tyres-180", "500d")), POLICY, "steps.2.key", "stands twice"),
    (changed(steps=[]), POLICY, "steps", "at least 1 item"),
    (lambda files: files.templates[OFFER].pop("zh-CN"), TEMPLATES, f"{OFFER}.zh-CN", "expected the template in both"),
    (lambda files: files.templates[OFFER].pop("en"), TEMPLATES, f"{OFFER}.en", "expected the template in both"),
    (
        lambda files: files.templates[OFFER].update(fr={"text": "Bonjour"}),
        TEMPLATES, f"{OFFER}.fr", "expected zh-CN and en",
    ),
    (
        lambda files: files.templates[OFFER]["en"].update(text="{{ colour }}"),
        TEMPLATES, f"{OFFER}.en.text", "uses colour, which it is not given; it may use",
    ),
    (
        lambda files: files.templates[OFFER]["en"].update(text="{% for x in customer %}{{ x }}{% endfor %}"),
        TEMPLATES, f"{OFFER}.en.text", "is not allowed",
    ),
    (
        lambda files: files.templates[OFFER]["en"].update(text="{{ customer "),
        TEMPLATES, f"{OFFER}.en.text", "cannot be read",
    ),
    (lambda files: files.templates[OFFER]["en"].update(text=""), TEMPLATES, f"{OFFER}.en.text", "at least 1 character"),
    (
        lambda files: files.templates[OFFER]["en"].update(body="?"),
        TEMPLATES, f"{OFFER}.en.body", "expected one of subject, text, also",
    ),
    (
        lambda files: files.templates.update(spare=files.templates[OFFER]),
        TEMPLATES, "spare", "no step uses this template; expected",
    ),
    (other_template("warranty-call"), TEMPLATES, "warranty-call", "belongs to the process warranty-expiry; expected a"),
    (other_template("loose"), TEMPLATES, "loose", "belongs to something else; expected a key of its own"),
    (other_template("campaign-1-a"), TEMPLATES, "campaign-1-a", "expected a key of its own"),
    (lambda files: files.wording.pop(TYRES), WORDING, TYRES, "it is missing; expected what it is called"),
    (lambda files: files.wording.pop("tyres-180"), WORDING, "tyres-180", "it is missing; expected what it is called"),
    (lambda files: files.wording[TYRES].pop("zh-CN"), WORDING, TYRES, "zh-CN is missing; expected both"),
    (lambda files: files.wording.update(moon={"zh-CN": "月", "en": "moon"}), WORDING, "moon", "expected some of"),
    (
        lambda files: (
            steps(files)[0].update(key="thanks"), files.wording.update(thanks={"zh-CN": "谢", "en": "many thanks"})
        ),
        WORDING, "thanks", "it is called 'thanks' already; expected another key",
    ),
]  # fmt: skip


def test_good_files_become_a_process() -> None:
    checked = check_files(tyre_storage(), KNOWN)
    assert (checked.policy.process, len(checked.policy.steps)) == (TYRES, 2)
    assert {(template.key, template.language) for template in checked.templates} == {(OFFER, "zh-CN"), (OFFER, "en")}
    assert checked.words[TYRES]["zh-CN"] == "轮胎保管"


def test_a_step_that_is_called_like_a_shipped_one_needs_no_word() -> None:
    files = tyre_storage()
    steps(files)[0]["key"] = "thanks"
    del files.wording["tyres-180"]
    assert "thanks" not in check_files(files, KNOWN).words


def test_a_template_of_ones_own_earlier_version_is_no_strangers() -> None:
    known = Known(KNOWN.shipped, {OFFER: frozenset({TYRES, "warranty-expiry"})}, KNOWN.words)
    assert check_files(tyre_storage(), known).policy.process == TYRES


@pytest.mark.parametrize(("spoil", "file", "path", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_file_its_path_and_what_was_expected(
    spoil: Spoil, file: str, path: str, said: str
) -> None:
    files = tyre_storage()
    spoil(files)
    with pytest.raises(BadProcess) as refused:
        check_files(files, KNOWN)
    assert [(problem.file, problem.path) for problem in refused.value.problems if said in str(problem.said)] == [
        (file, path)
    ], str(refused.value)
    assert f"The process in tyres is refused. {refused.value.problems[0]}" in str(refused.value)


@given(chosen=st.lists(st.sampled_from(MISTAKES), min_size=1, max_size=4, unique_by=id))
def test_any_mistakes_together_are_refused_and_name_a_file(chosen: list[tuple[Spoil, str, str, str]]) -> None:
    files = tyre_storage()
    for spoil, *_ in chosen:
        try:
            spoil(files)
        except (KeyError, IndexError, AttributeError):
            continue  # another mistake took away what this one spoils
    with pytest.raises(BadProcess) as refused:
        check_files(files, KNOWN)
    assert {problem.file for problem in refused.value.problems} <= set(FILES)


@pytest.mark.parametrize("missing", FILES)
def test_a_file_that_is_not_there_is_named(missing: str) -> None:
    texts = {name: None if name == missing else "a = 1" for name in FILES}
    with pytest.raises(BadProcess, match=rf"{missing}: there is no such file; expected policy.toml, templates.toml, "):
        read_files("tyres", texts)


@given(broken=st.sampled_from(FILES), text=st.sampled_from(["= 1", "a = ", "[a", "a = 1\na = 2"]))
def test_a_file_that_is_no_toml_is_named_with_the_line(broken: str, text: str) -> None:
    with pytest.raises(BadProcess, match=rf"{broken}: it is not TOML: .*(line \d|end of document)"):
        read_files("tyres", {name: text if name == broken else "a = 1" for name in FILES})


def test_every_name_of_the_engine_is_taken() -> None:
    assert {served.name for served in ENGINE_FLOWS} <= RESERVED
