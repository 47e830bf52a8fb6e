"""Where validation errors are shown: beside their field, or beside the nearest element around it."""

from collections.abc import Iterable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from console.web.parts.refusals import FormError
from models.core.validation import Place

FormElement = ValidationElement[Any]
"""An input, a choice or whatever else takes a value and says what is wrong with it."""


class FieldErrors:
    """The fields of a form, by their places in the data."""

    def __init__(self) -> None:
        self._fields: dict[Place, Any] = {}
        self._wrong: set[Place] = set()

    def put(self, place: Place, element: object) -> None:
        """Register the input of a place. It shows its own error."""
        self._fields[place] = element

    def put_line(self, place: Place) -> None:
        """Add a line for errors that concern several fields at once. It is hidden while there are none."""
        self._fields[place] = _Line()

    def forget(self, within: Place) -> None:
        """Drop the fields within a place before they are redrawn."""
        kept = {place: field for place, field in self._fields.items() if place[: len(within)] != within}
        self._fields, self._wrong = kept, self._wrong & kept.keys()

    def tell(self, errors: Iterable[FormError], within: Place = ()) -> list[FormError]:
        """Show each error beside its field, and clear old errors within a place. Returns the errors without a field."""
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
    """A line that shows an error."""

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
