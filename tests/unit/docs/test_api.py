"""The page about the API leaves no scope and no kind out, and webhook secrets come from the environment."""

from pathlib import Path

import pytest

from console.api.upserts import SCOPES
from models.core.settings import Settings
from models.people.api_scopes import ApiScope

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*ApiScope, *SCOPES])
def test_each_scope_and_each_kind_stands_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_each_gateway_has_a_secret_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_WEBHOOK_SECRETS__ACME", "one,two")
    assert Settings().webhook_secrets["acme"].get_secret_value() == "one,two"
