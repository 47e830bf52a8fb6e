"""What a case is about, its cause, what was done, and what the customer was given: read and changed on its page."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import sentence_of
from console.web.parts.told import tell
from models.core.errors import AftercareError, InvalidInput
from models.ledger.case_causes import LONGEST_LINE, CompensationKind, Received, shipped_departments
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.cases.board import CaseDetails, acting_on
from tasks.cases.causes import set_particulars

LINES = ("part", "model", "root_cause", "measure")
OF_WORDS = ("received", "category", "department", "compensation")


class NoDay(InvalidInput):
    """A text that is no day."""

    field = "measure_done_on"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is no day; expected one such as 2026-04-01.")


class NoAmount(InvalidInput):
    """A text that is no amount."""

    field = "compensation_amount"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is no amount; expected one such as 200.00.")


def draw_particulars(viewer: Viewer, seen: CaseDetails, refresh: Callable[[], object]) -> None:
    """The form. What is wrong is said beside the field."""
    title = viewer.say("cases.particulars")
    with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1")
        with ui.element("div").classes("cards"):
            inputs = {name: _field(viewer, seen, name) for name in (*OF_WORDS[:3], *LINES)}
            inputs["measure_done_on"] = _input(viewer, "measure_done_on", seen.item.measure_done_on).props("type=date")
            inputs["compensation"] = _field(viewer, seen, "compensation")
            for name in ("compensation_amount", "compensation_currency"):
                inputs[name] = _input(viewer, name, getattr(seen.item, name))

        async def save() -> None:
            for element in inputs.values():
                element.error = None
            try:
                said = _read({name: str(element.value or "") for name, element in inputs.items()})
                await viewer.change(Permission.WORK_CASES, _save, seen.item.id, seen.item.version, viewer.now, said)
            except AftercareError as error:
                element = inputs.get(getattr(error, "field", ""))
                if element is None:
                    raise
                element.error = sentence_of(viewer.language, error)
                return
            tell(viewer, viewer.say("frame.saved"))
            refresh()

        ui.button(viewer.say("cases.save"), on_click=save).props("outline no-caps").classes("q-mt-sm")


def _field(viewer: Viewer, seen: CaseDetails, name: str) -> Any:
    value = getattr(seen.item, name)
    if name in LINES:
        known = seen.known.get(name, [])
        field = ui.input(viewer.say(f"cases.field_{name}"), value=value or "", autocomplete=known)
        return field.props(f"outlined dense stack-label maxlength={LONGEST_LINE}").classes("full-width")
    options = {"": viewer.say("cases.not_said")} | _options(viewer, seen, name)
    given = value if value in options else ""
    select = ui.select(options, label=viewer.say(f"cases.field_{name}"), value=given)
    return select.props("outlined dense stack-label").classes("full-width")


def _input(viewer: Viewer, name: str, value: object) -> ui.input:
    field = ui.input(viewer.say(f"cases.field_{name}"), value=str(value) if value is not None else "")
    return field.props("outlined dense stack-label autocomplete=off").classes("full-width")


def _options(viewer: Viewer, seen: CaseDetails, name: str) -> dict[str, str]:
    match name:
        case "received":
            return {one.value: viewer.word(one) for one in Received}
        case "compensation":
            return {one.value: viewer.word(one) for one in CompensationKind}
        case "department":
            return {key: names[viewer.language] for key, names in shipped_departments().items()}
        case _:
            return {one.key: one.name(viewer.language) for one in seen.categories}


def _read(texts: Mapping[str, str]) -> dict[str, object]:
    """The fields of the form as they are kept. Raises `NoDay`, `NoAmount`."""
    day, amount = texts["measure_done_on"].strip(), texts["compensation_amount"].strip().replace(",", "")
    try:
        done_on = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise NoDay(day) from error
    try:
        given = Decimal(amount) if amount else None
    except InvalidOperation as error:
        raise NoAmount(amount) from error
    return {
        **{name: texts[name] or None for name in ("category", "department", *LINES)},
        "received": Received(texts["received"]) if texts["received"] else None,
        "compensation": CompensationKind(texts["compensation"]) if texts["compensation"] else None,
        "measure_done_on": done_on,
        "compensation_amount": given,
        "compensation_currency": texts["compensation_currency"].strip().upper() or None,
    }


def _save(
    connection: Connection, user: SignedIn, case_id: int, version: int, now: datetime, said: dict[str, object]
) -> None:
    set_particulars(connection, case_id, said, now, acting_on(connection, user, case_id, now), seen=version)
