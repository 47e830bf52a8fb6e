"""Each subject and each process has all that it needs; a kit that lacks something, or does not load, is told of."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.docs.outcomes import outcome_table
from console.shared.words import say
from models.calls.outcomes import all_outcomes, outcomes_of
from models.core.saying import BadWording, read_words, say_word
from models.core.words import OutcomeName, ProcessName, SubjectKind
from models.kits.registry import BrokenKit, all_traits, traits_of
from models.policies.shipped import shipped_processes
from tasks.subjects.registry import check_kits, subject_of
from tests.support.completeness import missing_of_process, missing_of_subject
from tests.support.scratch_kits import TYRES, WORDING, kits_in, write_kit

TYRE_SET = SubjectKind("tyre-set")


@pytest.fixture
def tyres(tmp_path: Path) -> Iterator[Path]:
    """The whole kit of tyre sets, which is found."""
    kit = write_kit(tmp_path)
    with kits_in(tmp_path):
        yield kit


@pytest.mark.parametrize("kind", all_traits())
def test_each_subject_has_all_that_it_needs(kind: SubjectKind) -> None:
    assert list(missing_of_subject(kind)) == []


@pytest.mark.parametrize("process", shipped_processes())
def test_each_process_has_all_that_it_needs(process: ProcessName) -> None:
    assert list(missing_of_process(process)) == []


def test_what_a_kit_lacks_is_named(tmp_path: Path) -> None:
    off_the_line = TYRES.replace("import Vehicle", "import OdometerReading as Vehicle")
    write_kit(tmp_path, off_the_line, wording="", facts="SUBJECT = None")
    with kits_in(tmp_path):
        missing = "\n".join(missing_of_subject(TYRE_SET))
    for sentence in (
        "'tyre-set' does not say what its anchor is: anchor in models/subjects/tyre_set.toml",
        "'tyre-set' has no words: [words] in models/subjects/tyre_set.toml",
        "'fetched' has no words: [words] in models/subjects/tyre_set.toml",
        "'set-stored' of 'tyre-set' has no words: [conditions] in models/subjects/tyre_set.toml",
        "'stored' of 'tyre-set' has no words: [moments] in models/subjects/tyre_set.toml",
        "the reason 'no-tyre-set' of 'tyre-set' has no sentence",
        "the reason 'not-stored' of 'tyre-set' has no sentence",
        "the condition 'set-stored' of 'tyre-set' is not explained in policies.md",
        "the variable 'rack' of letters about 'tyre-set' is not in policies.md",
        "'tyre-set' has no entry on the customer's timeline, and its traits do not say why (off_timeline)",
        "'tyre-set' cannot be planned or explained: The kit tasks/subjects/tyre_set/facts cannot be used",
    ):
        assert sentence in missing


def test_a_kit_with_its_words_lacks_only_its_docs(tyres: Path) -> None:
    check_kits()
    assert [sentence for sentence in missing_of_subject(TYRE_SET) if "policies.md" not in sentence] == []


def test_an_outcome_is_its_declaration_and_its_words(tyres: Path) -> None:
    fetched = OutcomeName("fetched")
    assert fetched in outcomes_of(TYRE_SET)
    assert fetched not in outcomes_of(SubjectKind("account"))
    assert "| 9 | `fetched` | done; the rack is free |" in outcome_table()
    assert (say_word("en", fetched), say_word("zh-CN", fetched)) == ("fetched", "已取走")
    assert say("zh-CN", "policies.conditions_set-stored") == "仍在库"
    assert say("en", "policies.counts_from_stored") == "the storing"


def test_without_its_folder_there_is_no_such_kit(tmp_path: Path) -> None:
    write_kit(tmp_path)
    with kits_in(tmp_path):
        assert TYRE_SET in all_traits()
    assert TYRE_SET not in all_traits()
    assert "tyre-set" not in read_words()
    assert OutcomeName("fetched") not in all_outcomes()


@pytest.mark.parametrize(
    ("traits", "wording", "sentence"),
    [
        ("raise RuntimeError('half a kit')", WORDING, "The kit models/subjects/tyre_set cannot be used: RuntimeError"),
        ("TRAITS = 3", WORDING, "The kit models/subjects/tyre_set cannot be used: its TRAITS are no SubjectTraits"),
        (TYRES.replace('"tyre-set"', '"account"'), WORDING, "there is another kit of the name 'account'"),
        (TYRES.replace('key="9"', 'key="4"'), WORDING, "its key '4' records the outcome 'promised'"),
        (TYRES.replace('"fetched"', '"reached"'), WORDING, "the outcome 'reached' is declared elsewhere, too"),
        (TYRES, WORDING + "account = 3", "'account' in [reasons] is to be said in en and zh-CN"),
        (TYRES, WORDING.replace("[figures]", "[numbers]"), "there is no section 'numbers'; expected words, reasons"),
        (TYRES, WORDING.replace('zh-CN = "货架", ', ""), "'rack' in [figures] is to be said in en and zh-CN"),
        (TYRES, WORDING.replace("fetched =", "account ="), "'account' in [words] is said in"),
        (TYRES, "[words", "The wording in"),
    ],
    ids=lambda value: value[:40] if value.startswith(("'", "The", "there", "its", "the")) else "kit",
)  # fmt: skip
def test_a_kit_that_cannot_be_used_is_told_with_its_place(
    tmp_path: Path, traits: str, wording: str, sentence: str
) -> None:
    write_kit(tmp_path, traits, wording)
    with kits_in(tmp_path), pytest.raises((BrokenKit, BadWording), match=re.escape(sentence)):
        check_kits()


def test_a_subject_without_facts_is_a_broken_kit(tmp_path: Path) -> None:
    write_kit(tmp_path, facts="raise RuntimeError('half a subject')")
    with kits_in(tmp_path):
        assert traits_of(TYRE_SET)
        with pytest.raises(BrokenKit, match="tasks/subjects/tyre_set/facts cannot be used: RuntimeError: half a"):
            subject_of(TYRE_SET)


START = """
import sys
import models.subjects, tasks.subjects
models.subjects.__path__.append(sys.argv.pop(1))
tasks.subjects.__path__.append(sys.argv.pop(1))
from console.cli.command import main
main()
"""


@pytest.mark.parametrize(
    ("half", "command"),
    [
        ("traits", ("--help",)),
        *((half, words) for half in ("traits", "facts") for words in (("up",), ("run", "all"), ("db", "upgrade"))),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_nothing_starts_with_a_broken_kit(tmp_path: Path, command: tuple[str, ...], half: str) -> None:
    write_kit(tmp_path / "kits", **{half: "raise RuntimeError('half a kit')"})
    folders = [str(tmp_path / "kits" / room) for room in ("models", "tasks")]
    ended = subprocess.run(
        [sys.executable, "-c", START, *folders, *command],
        capture_output=True, text=True, check=False, env=os.environ | {"AFTERCARE_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    place = "models/subjects/tyre_set" if half == "traits" else "tasks/subjects/tyre_set/facts"
    assert (ended.returncode, ended.stderr) == (2, f"The kit {place} cannot be used: RuntimeError: half a kit.\n")
    assert not (tmp_path / "home").exists()
