"""Making pages in half the time: NiceGUI asks what one and the same method expects four times for each element.

Python works that out anew each time, which takes longer than all else that an element costs; here it is remembered.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import helpers
from nicegui.elements.mixins.text_element import TextElement

_work_out: Callable[[Any], bool] = helpers.expects_arguments
_known: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def make_elements_quickly() -> None:
    """From now on, in this process."""
    helpers.expects_arguments = expects_arguments


def expects_arguments(func: Callable[..., Any]) -> bool:
    """What NiceGUI's own function says; of a method, what it said of the same method of another object."""
    method = getattr(func, "__func__", None)
    if method is None:
        return _work_out(func)
    if method not in _known:
        _known[method] = _work_out(func)
    return _known[method]


class Text(TextElement):
    """An element of any kind that holds nothing but a text: half as many elements as a label inside another."""

    def __init__(self, tag: str, text: str) -> None:
        super().__init__(tag=tag, text=text)
