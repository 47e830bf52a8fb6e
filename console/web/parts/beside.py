"""Where on a page what is wrong is told: beside its field, or beside the nearest thing around it."""

from collections.abc import Iterable
from typing import Any

from nicegui import ui

from console.web.parts.refusals import FormError
from models.core.validation import Place


class Beside:
    """The fields of a form by the places that they fill in."""

    def __init__(self) -> None:
        self._fields: dict[Place, Any] = {}
        self._wrong: set[Place] = set()

    def put(self, place: Place, element: Any) -> None:
        """An input of this place: it shows what is wrong itself."""
        self._fields[place] = element

    def put_line(self, place: Place) -> None:
        """A line for what is wrong with several fields at once; empty as long as nothing is."""
        self._fields[place] = _Line()

    def forget(self, within: Place) -> None:
        """The fields within a place are drawn anew."""
        kept = {place: field for place, field in self._fields.items() if place[: len(within)] != within}
        self._fields, self._wrong = kept, self._wrong & kept.keys()

    def tell(self, errors: Iterable[FormError], within: Place = ()) -> list[FormError]:
        """Show each beside its field, and take back what is no longer wrong within a place; those without a field."""
        told: dict[Place, str] = {}
        left = []
        for error in errors:
            place = self._nearest(error.place)
            if place is None:
                left.append(error)
            else:
                told.setdefault(place, error.sentence)
        for place in {one for one in self._wrong if one[: len(within)] == within} | told.keys():
            self._fields[place].error = told.get(place)
        self._wrong = {one for one in self._wrong if one[: len(within)] != within} | told.keys()
        return left

    def _nearest(self, place: Place) -> Place | None:
        ways = (place[:length] for length in range(len(place), 0, -1))
        return next((way for way in ways if way in self._fields), None)


class _Line:
    """A line that says what is wrong."""

    def __init__(self) -> None:
        self._label = ui.label().classes("bad").props("role=alert")
        self._label.set_visibility(False)

    @property
    def error(self) -> str | None:
        return self._label.text or None

    @error.setter
    def error(self, reason: str | None) -> None:
        self._label.set_text(reason or "")
        self._label.set_visibility(bool(reason))
