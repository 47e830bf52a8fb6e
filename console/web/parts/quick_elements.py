"""Faster creation of page elements: cache what NiceGUI finds out about the same method four times for each element.

Without the cache, inspecting the method's signature costs more than everything else about an element.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import helpers
from nicegui.elements.mixins.text_element import TextElement

_work_out: Callable[[Any], bool] = helpers.expects_arguments
_known: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def make_elements_quickly() -> None:
    """Install the cache for this process."""
    helpers.expects_arguments = expects_arguments


def expects_arguments(func: Callable[..., object]) -> bool:
    """What NiceGUI's own function returns; for a method, the answer is shared by all objects."""
    method = getattr(func, "__func__", None)
    if method is None:
        return _work_out(func)
    if method not in _known:
        _known[method] = _work_out(func)
    return _known[method]


class Text(TextElement):
    """An element that holds only text. It needs half as many elements as a label inside another."""

    def __init__(self, tag: str, text: str) -> None:
        super().__init__(tag=tag, text=text)
