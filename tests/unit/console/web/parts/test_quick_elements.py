"""What is remembered of a method is what NiceGUI itself says of it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from nicegui import helpers

from console.web.parts import quick_elements

as_made = quick_elements._work_out


class Thing:
    def plain(self) -> None: ...

    def with_event(self, event: object) -> None: ...

    def with_default(self, event: object = None) -> None: ...

    @classmethod
    def of_class(cls, event: object) -> None: ...


class Another(Thing):
    def plain(self, event: object) -> None: ...  # type: ignore[override]  # what a subclass must not do, and may


@pytest.mark.parametrize("thing", [Thing(), Another()])
@pytest.mark.parametrize("name", ["plain", "with_event", "with_default", "of_class"])
def test_it_says_of_a_method_what_nicegui_says(thing: Thing, name: str) -> None:
    called: Callable[..., Any] = getattr(thing, name)
    for _ in range(2):
        assert quick_elements.expects_arguments(called) == as_made(called)
    assert quick_elements.expects_arguments(partial(called)) == as_made(partial(called))


def test_nicegui_asks_us_from_now_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "expects_arguments", helpers.expects_arguments)
    quick_elements.make_elements_quickly()
    assert helpers.expects_arguments is quick_elements.expects_arguments
