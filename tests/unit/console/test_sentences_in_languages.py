"""What the ledger and the errors say in English is said in Chinese, too."""

import ast
import string
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import console
from console.shared.words import LANGUAGES, read_wording, say_problem, say_reason
from models.core import sentences
from models.core.sentences import EXHAUSTED, REFUSED, SETTLED_GIVEN_UP, THEN_PASSED, Sentence, read_back
from models.core.words import Role
from tasks.stores.staff import Actor
from tasks.subjects.account.remarks import ON_HOLD_FOR
from tasks.subjects.warranty.facts import ENDS_BY_DATE
from tasks.touches.approvals import MayNotApprove
from tasks.touches.lists import WindowBackwards

CHINESE = "zh-CN"
ROOT = Path(str(console.__path__[0])).parent
NEVER_ON_A_PAGE = {
    "Locked", "MayNot", "NotSigned", "NotSignedIn", "CalledBefore", "SignedOut",  # said by the doors themselves
    "NotAPart", "PortTaken", "Unsaid", "OwnStores", "SecretOutOfReach",
    "UnusableSettings", "NoDatabase",  # at the start
    "Unfillable",  # a mistake of ours
    "FormTooLarge", "LinkOver", "NobodyThere",  # on customers' pages, which have their own words
}  # fmt: skip
OF_COMMANDS = ("intake", "sample", "channels")
"""Parts of paths: rooms whose errors commands tell, and no page."""


def errors_kept() -> Iterator[tuple[Path, str, set[str]]]:
    """Each error, where it is, and the names of the figures that it carries."""
    paths = [*(ROOT / "models").rglob("*.py"), *(ROOT / "tasks").rglob("*.py"), *(ROOT / "console/web").rglob("*.py")]
    for path in (*paths, ROOT / "deployments/steering_runs.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any("AftercareError" in ast.unparse(base) for base in node.bases):
                kept = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute) and _is_kept(one)}
                yield path.relative_to(ROOT), node.name, kept


def errors_of_pages() -> Iterator[tuple[str, set[str]]]:
    """Those that a page may tell."""
    for path, name, kept in errors_kept():
        if name not in NEVER_ON_A_PAGE and not any(part in str(path) for part in OF_COMMANDS):
            yield name, kept


def _is_kept(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == "self"


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_error_that_a_page_may_tell_is_said_in_every_language() -> None:
    wording = read_wording()
    for name, kept in errors_of_pages():
        said = wording.get(f"errors.{name}", {})
        assert said.keys() >= LANGUAGES.keys() - {"en"}, f"{name} has no wording"
        for sentence in said.values():
            assert names_in(sentence) <= kept, name


def test_no_error_is_worded_that_is_not_there() -> None:
    known = {name for _, name, _ in errors_kept()}
    worded = {key.removeprefix("errors.") for key in read_wording() if key.startswith("errors.")}
    assert worded - known == set()


def test_every_sentence_that_is_kept_with_figures_is_said_in_every_language() -> None:
    templates = {value for name, value in vars(sentences).items() if name.isupper() and "{" in str(value)}
    assert len(templates) > 5
    assert {f"reasons.{template}" for template in templates} <= read_wording().keys()


def test_an_error_is_said_with_its_figures() -> None:
    error = WindowBackwards(date(2026, 3, 17), date(2026, 3, 16))
    assert say_problem("en", error) == str(error)
    assert say_problem(CHINESE, error) == "结束日期 2026-03-16 早于开始日期 2026-03-17。"


def test_the_words_among_the_figures_are_translated() -> None:
    actor = Actor(1, "W1", "王芳", Role.AGENT)
    error = MayNotApprove(actor, UUID(int=0), [Role.FINANCE, Role.MANAGER])
    said = say_problem(CHINESE, error)
    assert "00000000" in said
    assert not any(word in said for word in ("agent", "finance", "manager"))


def test_a_remark_is_said_with_its_day_and_reason() -> None:
    ends = Sentence(ENDS_BY_DATE, day=date(2026, 3, 10))
    assert (ends, say_reason(CHINESE, ends)) == ("Ends on 10 Mar 2026, by its date.", "按日期于 2026-03-10 到期。")
    held = Sentence(ON_HOLD_FOR, day=date(2026, 3, 10), reason="handed to finance: overdue")
    assert say_reason(CHINESE, held) == "自 2026-03-10 起暂停服务：逾期，已转交财务。"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("no consent", "客户未同意"),
        (REFUSED.format(name="Mei", note="paid in cash: 10"), "已被 Mei 拒绝：paid in cash: 10"),
        (THEN_PASSED.format(reason="a complaint is open"), "投诉未结，此后已过有效期"),
        (EXHAUSTED.format(attempts=3, reason="503"), "3 次尝试均无法连接渠道；最后一次：503"),
        (SETTLED_GIVEN_UP.format(name="Mei", note="sent"), "Mei 放弃发送：sent"),
        ("number not in service", "number not in service"),
    ],
)
def test_a_reason_that_is_kept_as_a_text_is_recognised(kept: str, said: str) -> None:
    assert say_reason(CHINESE, kept) == said
    assert say_reason("en", kept) == kept


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_text_is_read_back_as_it_was_made(name: str, note: str) -> None:
    text = REFUSED.format(name=name, note=note)
    found = read_back(text, REFUSED)
    assert found is not None
    assert REFUSED.format(**found) == text


@given(st.text())
def test_no_text_does_worse_than_staying_as_it_is(text: str) -> None:
    assert say_reason(CHINESE, text) is not None


def test_a_moment_stands_as_the_clock_shows_it() -> None:
    assert "2026-03-10 09:30" in say_reason(CHINESE, Sentence(ENDS_BY_DATE, day=datetime(2026, 3, 10, 9, 30)))  # noqa: DTZ001
