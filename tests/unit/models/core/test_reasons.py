"""Every reason is a code that somebody can read in each language."""

import ast
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import tasks
from console.docs.reasons import declared_reasons
from models.core.reasons import (
    READER,
    BadReason,
    GivenReason,
    Reason,
    ReasonCode,
    as_written,
    declare,
    give,
    read_reason,
)
from models.core.saying import FigureType, UnsaidReason, placeholders, read_sentences, say_code, say_reason
from models.core.words import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh-CN")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def declared() -> dict[ReasonCode, Reason]:
    """Every reason, with every module that declares one imported."""
    return {reason.code: reason for reason in declared_reasons()}


def test_every_reason_is_said_in_every_language_with_its_figures() -> None:
    sentences = read_sentences()
    reasons = declared()
    assert len(reasons) > 80
    for code, reason in reasons.items():
        assert sentences.get(code, {}).keys() == set(LANGUAGES), code
        for language in LANGUAGES:
            assert dict(placeholders(sentences[code][language])) == reason.figures, (code, language)


def test_no_sentence_is_there_that_no_rule_gives() -> None:
    assert read_sentences().keys() - declared().keys() == set()


def test_a_code_is_declared_once_and_in_kebab_case() -> None:
    declared()
    with pytest.raises(BadReason, match="declared twice"):
        declare("no-consent")
    for bad in ("Paid", "paid_off", "paid off", "", "-paid"):
        with pytest.raises(BadReason, match="no code"):
            declare(bad)


def test_a_reason_is_given_with_exactly_its_figures() -> None:
    declared()
    with pytest.raises(BadReason, match=r"\['text'\], not \[\]"):
        give(ReasonCode("channel-rejected"))


def test_a_code_that_nobody_has_worded_is_an_error() -> None:
    with pytest.raises(UnsaidReason):
        say_reason("en", "nonsense", {})
    with pytest.raises(UnsaidReason):
        say_reason("fr", "no-consent", {})


@pytest.mark.parametrize(
    ("code", "figures", "english", "chinese"),
    [
        ("no-consent", {}, "no consent", "客户未同意"),
        (
            "refused", {"name": "Mei", "note": "paid in cash: {10}"},
            "refused by Mei: paid in cash: {10}", "已被 Mei 拒绝：paid in cash: {10}",
        ),
        (
            "held-past-validity", {"because": "complaint-open"},
            "a complaint is open, and then its time has passed", "投诉未结，此后已过有效期",
        ),
        (
            "on-hold-because",
            {"day": "2026-03-10", "because": {"code": "as-written", "figures": {"text": "欠款"}}},
            "On hold since 2026-03-10: 欠款.", "自 2026-03-10 起暂停服务：欠款。",
        ),
        (
            "budget-used-up",
            {"budget": {"CNY": "1000"}, "spent": {"CNY": "999.90"}, "dearest": {"CNY": "0.1250"}},
            "The budget of CNY 1,000.00 is used up: CNY 999.90 were spent, and a message may cost CNY 0.125.",
            "预算 CNY 1,000.00 已用完：已花费 CNY 999.90，每条消息最多需要 CNY 0.125。",
        ),
        (
            "call-again", {"outcome": "no-answer"},
            "to be called again: no answer", "需再次拨打：无人接听",
        ),
        (
            "invoices-disputed",
            {"invoices": [{"number": "I1", "amount": "12", "currency": "EUR"},
                          {"number": "I2", "amount": "3.5", "currency": "CNY"}]},
            "Disputed and left out: I1 EUR 12.00, I2 CNY 3.50.", "有争议、未计入：I1 EUR 12.00、I2 CNY 3.50。",
        ),
        (
            "conditions-met-too-late", {"campaign": "Spring", "began": "2026-03-10T01:30:00+00:00"},
            "Not in the audience of 'Spring': what it asks for is so now, but was not on 2026-03-10 09:30, when it "
            "began.",
            "不在“Spring”的受众中：目前符合条件，但活动于 2026-03-10 09:30 开始时尚不符合。",
        ),
    ],
)  # fmt: skip
def test_a_sentence_is_made_for_the_reader(code: str, figures: dict[str, Any], english: str, chinese: str) -> None:
    assert say_reason("en", code, figures, SHANGHAI) == english
    assert say_reason("zh-CN", code, figures, SHANGHAI) == chinese


def test_every_type_of_figure_is_written_in_some_sentence() -> None:
    used = {kind for said in read_sentences().values() for one in said.values() for _, kind in placeholders(one)}
    assert used == set(FigureType)


def test_a_moment_without_a_readers_clock_is_told_by_utc() -> None:
    figures = {"campaign": "S", "began": datetime(2026, 3, 10, 9, 30, tzinfo=SHANGHAI).isoformat()}
    assert "2026-03-10 01:30" in say_reason("en", "conditions-met-too-late", figures)
    assert "2026-03-10 01:30" in say_reason("en", "conditions-met-too-late", figures, UTC)


def test_a_code_that_is_counted_is_said_without_figures() -> None:
    assert say_code("en", "held-past-validity") == "…, and then its time has passed"
    assert say_code("zh-CN", "no-consent") == "客户未同意"


def test_as_json_a_reason_has_its_sentence_in_the_readers_language() -> None:
    reason = as_written("the gate is stuck")
    assert reason.model_dump() == {
        "code": "as-written", "figures": {"text": "the gate is stuck"}, "sentence": "the gate is stuck",
    }  # fmt: skip
    token = READER.set("zh-CN")
    assert GivenReason(code=ReasonCode("no-consent")).model_dump()["sentence"] == "客户未同意"
    READER.reset(token)
    assert GivenReason.model_validate(reason.model_dump()) == reason


def test_what_a_person_wrote_is_never_taken_for_one_of_our_codes_with_figures() -> None:
    declared()
    assert read_reason("no-consent").code == "no-consent"
    assert read_reason("paid in cash") == as_written("paid in cash")
    assert read_reason("as-written") == as_written("as-written")


def test_a_code_on_record_is_known_without_the_rule_that_gives_it() -> None:
    wanted = "print(len(all_reasons()), read_reason('wrong-number'))"
    program = f"from models.core.reasons import all_reasons, read_reason; {wanted}"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "1 wrong number, found out by a call"


def test_equal_reasons_are_one_key() -> None:
    first, second = (GivenReason(code=ReasonCode("x"), figures={"a": 1, "b": 2}) for _ in range(2))
    assert {first: 1} == {second: 1}


def changes_without_figures(source: str) -> list[int]:
    """The lines where a touch or a verdict gets a reason and keeps, or is not given, the figures of one."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    changed = [(call.lineno, {one.arg for one in call.keywords}) for call in calls if _name(call) == "values"]
    others = {"reason_figures", "probe_at", "starts_on"}  # a pause and an arrangement have a reason without figures
    return [line for line, names in changed if "reason" in names and not names & others]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def test_whoever_changes_a_reason_changes_its_figures() -> None:
    root = Path(tasks.__path__[0])
    sources = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*.py")}
    assert sum("reason_figures=" in source for source in sources.values()) > 5
    assert {name: found for name, source in sources.items() if (found := changes_without_figures(source))} == {}
    assert changes_without_figures("update(Touch).values(state=1, reason=GONE)") == [1]
