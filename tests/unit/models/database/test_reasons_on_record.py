"""The migration that made codes of the sentences on record."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from console.docs.reasons import declared_reasons
from models.core.reasons import GivenReason, ReasonCode

PATH = Path(models.__path__[0]) / "database/migrations/versions/0005_reasons_are_codes.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reasons_are_codes", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MIGRATION = _load()


def test_every_code_that_it_gives_is_one_that_a_rule_declares() -> None:
    given_codes = {*MIGRATION.CODES.values(), *(code for _, code in MIGRATION.PATTERNS), "as-written"}
    assert len(given_codes) > 60
    assert given_codes - {reason.code for reason in declared_reasons()} == set()


@pytest.mark.parametrize(
    ("sentence", "code", "figures"),
    [
        ("no consent", "no-consent", None),
        ("quiet hours or a holiday, and then its time has passed", "held-past-validity", {"because": "quiet-hours"}),
        ("approved by Mei", "approved", {"name": "Mei"}),
        ("approved by Mei: spoke: twice", "approved-with-note", {"name": "Mei", "note": "spoke: twice"}),
        ("refused by Mei: paid\nin cash", "refused", {"name": "Mei", "note": "paid\nin cash"}),
        ("given-up by Mei: sent", "settled-as-given-up", {"name": "Mei", "note": "sent"}),
        ("to be called again: no-answer", "call-again", {"outcome": "no-answer"}),
        (
            "the channel could not be reached in 6 attempts; last: 503", "attempts-exhausted",
            {"attempts": 6, "text": "503"},
        ),
        ("the gateway reports it undelivered", "reported-undelivered", None),
        ("the gateway reports it undelivered: gone", "reported-undelivered-because", {"text": "gone"}),
        ("The audience has 12 customers now; 10 were approved.", "audience-drifted", {"size": 12, "approved": 10}),
        (
            "7.5 % of the first wave opted out; more than 2 % stop the campaign.", "too-many-opted-out",
            {"percent": 7.5, "limit": 2.0},
        ),
        ("number not in service", "as-written", {"text": "number not in service"}),
        ("", "as-written", {"text": ""}),
    ],
)  # fmt: skip
def test_a_sentence_becomes_its_code(sentence: str, code: str, figures: dict[str, Any] | None) -> None:
    assert MIGRATION.translate(sentence) == (code, figures)
    assert GivenReason(code=ReasonCode(code), figures=figures or {}).say("zh-CN") is not None


@given(st.text())
def test_no_text_is_lost(text: str) -> None:
    code, figures = MIGRATION.translate(text)
    assert text in str(GivenReason(code=code, figures=figures or {}))


def test_an_account_counts_codes_and_still_balances() -> None:
    account = {
        "eligible": 5, "planned": 1, "suppressed": {"its time has passed": 1, "no consent": 3},
        "deferred": {"cap": 2},
        "cancelled": {
            "a complaint is open, and then its time has passed": 1,
            "quiet hours or a holiday, and then its time has passed": 2,
        },
    }  # fmt: skip
    assert MIGRATION.translate_account(account) == {
        "eligible": 5, "planned": 1, "suppressed": {"time-passed": 1, "no-consent": 3}, "deferred": {"cap": 2},
        "cancelled": {"held-past-validity": 3},
    }  # fmt: skip
