"""The page about the API leaves no scope and no kind out, and webhook secrets come from the environment."""

from itertools import chain
from pathlib import Path

import pytest

from models.core.settings import Settings
from tasks.access.api_scopes import all_scopes, kinds_by_scope

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*all_scopes(), *chain(*kinds_by_scope().values())])
def test_each_scope_and_each_kind_stands_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_each_gateway_has_a_secret_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_WEBHOOK_SECRETS__ACME", "one,two")
    assert Settings().webhook_secrets["acme"].get_secret_value() == "one,two"
