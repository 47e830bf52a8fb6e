"""The forms of leads: a new one, and what can be done about one. What is wrong is said beside the field."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from nicegui import ui
from sqlalchemy import Connection, select

from console.web.authentication.viewer import Viewer
from console.web.parts.field_errors import FormElement
from console.web.parts.frame import sentence_of
from console.web.parts.told import tell
from models.core.errors import AftercareError, InvalidInput
from models.core.settings import Settings
from models.core.words import LeadState, LeadUrgency
from models.people.permissions import Permission
from models.people.tables import Store
from models.subjects.lead import LostKind
from tasks.access.reach import list_reached_stores, reached_store, staff_code_in
from tasks.access.sessions import SignedIn
from tasks.subjects.lead.board import LeadDetails, Salesperson, check_lead, list_salespeople
from tasks.subjects.lead.steering import (
    Ordered,
    give_lead,
    grade_lead,
    lose_lead,
    note_contact,
    postpone_lead,
    reopen_lead,
)
from tasks.subjects.lead.taking_in import NewLead, take_one

Texts = Mapping[str, str]
Change = Callable[[Connection, int, Texts, datetime, str], Any]
"""A change of a lead: the texts of the form's fields, the moment, and the staff code of who does it."""
Refresh = Callable[[], object]
LOOKS = "outlined dense stack-label"


class NotADepositOrDay(InvalidInput):
    """A field whose text is not what it asks for."""

    def __init__(self, field: str, text: str) -> None:
        self.field, self.text = field, text
        super().__init__(f"'{text}' cannot be read; expected an amount such as 5000, or a day such as 2026-04-01.")


class FieldMissing(InvalidInput):
    """A field that must not be empty."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__("This is needed.")


def read_day(field: str, text: str) -> date:
    """A day as a form has it. Raises `NotADepositOrDay`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise NotADepositOrDay(field, text) from error


def read_deposit(field: str, text: str) -> Decimal | None:
    """An amount as a form has it; None for an empty field. Raises `NotADepositOrDay`."""
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip().replace(",", ""))
    except InvalidOperation as error:
        raise NotADepositOrDay(field, text) from error
    if not amount.is_finite() or not 0 <= amount < 10**12:
        raise NotADepositOrDay(field, text)
    return amount


def _contacted(connection: Connection, lead: int, texts: Texts, now: datetime, code: str) -> None:
    note_contact(connection, lead, now, code, texts["note"].strip() or None)


def _graded(connection: Connection, lead: int, texts: Texts, now: datetime, code: str) -> Any:
    ordered = Ordered(read_deposit("deposit", texts["deposit"]))
    return grade_lead(connection, lead, LeadUrgency(needed(texts, "class")), now, code, ordered)


def _postponed(connection: Connection, lead: int, texts: Texts, now: datetime, code: str) -> None:
    postpone_lead(connection, lead, read_day("until", needed(texts, "until")), now, code)


def _given(connection: Connection, lead: int, texts: Texts, now: datetime, code: str) -> None:
    give_lead(connection, lead, needed(texts, "salesperson"), now, code)


def _lost(connection: Connection, lead: int, texts: Texts, now: datetime, code: str) -> None:
    why, competitor = LostKind(needed(texts, "why")), texts["competitor"].strip() or None
    lose_lead(connection, lead, why, now, code, competitor=competitor, words=texts["words"].strip() or None)


def _reopened(connection: Connection, lead: int, texts: Texts, now: datetime, code: str) -> None:  # noqa: ARG001  a `Change`
    reopen_lead(connection, lead, now, code)


def needed(texts: Texts, field: str) -> str:
    """The text of a field that must not be empty. Raises `FieldMissing`."""
    if not texts[field].strip():
        raise FieldMissing(field)
    return texts[field].strip()


ACTS: dict[str, tuple[tuple[str, ...], Change]] = {
    "contacted": (("note",), _contacted),
    "grade": (("class", "deposit"), _graded),
    "postpone": (("until",), _postponed),
    "give": (("salesperson",), _given),
    "lose": (("why", "competitor", "words"), _lost),
}
"""What can be done about an open lead, each with its fields."""
AGAIN: dict[str, tuple[tuple[str, ...], Change]] = {"reopen": ((), _reopened)}


def draw_acts(viewer: Viewer, found: LeadDetails, people: Sequence[Salesperson], refresh: Refresh) -> None:
    """What can be done about a lead as it stands. One that was won is done with."""
    state = found.item.state
    acts = ACTS if state is LeadState.OPEN else AGAIN if state in (LeadState.LOST, LeadState.EXPIRED) else {}
    with ui.element("div").classes("cards"):
        for name, (fields, change) in acts.items():
            heading = viewer.say(f"leads.{name}")
            with ui.element("section").classes("card").props(f'aria-label="{heading}"'):
                ui.label(heading).props("role=heading aria-level=3").classes("text-subtitle1")
                inputs = {field: _input(viewer, field, found, people) for field in fields}
                told = ui.label().classes("bad").props("role=alert")
                go = _going(viewer, found.item.id, change, inputs, told, refresh)
                ui.button(viewer.say(f"leads.{name}_do"), on_click=go).props("no-caps")


def _input(viewer: Viewer, field: str, found: LeadDetails, people: Sequence[Salesperson]) -> FormElement:
    label = viewer.say(f"leads.field_{field}")
    options: dict[str, dict[str, str]] = {
        "class": {one.value: viewer.word(one) for one in LeadUrgency},
        "why": {one.value: viewer.word(one) for one in LostKind},
        "salesperson": {one.code: f"{one.name} ({one.code})" for one in people},
    }
    if field in options:
        given = found.item.urgency.value if field == "class" else None
        chosen = ui.select(options[field], label=label, value=given)
        return chosen.props(LOOKS).classes("full-width q-mb-sm")
    kind = "type=date" if field == "until" else "autocomplete=off"
    return ui.input(label).props(f"{LOOKS} {kind}").classes("full-width q-mb-sm")


def _going(
    viewer: Viewer, lead_id: int, change: Change, inputs: Mapping[str, FormElement], told: ui.label, refresh: Refresh
) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        texts = _texts(inputs)

        async def act() -> Any:
            return await viewer.change(Permission.WORK_LEADS, _change, lead_id, viewer.now, change, texts)

        done, warning = await _try(viewer, inputs, told, act)
        if done:
            tell(viewer, viewer.reason(warning) or viewer.say("frame.saved"))
            refresh()

    return go


def _texts(inputs: Mapping[str, FormElement]) -> dict[str, str]:
    return {field: str(element.value or "") for field, element in inputs.items()}


async def _try(
    viewer: Viewer, inputs: Mapping[str, FormElement], told: ui.label, act: Callable[[], Awaitable[object]]
) -> tuple[bool, Any]:
    """Do it, or say beside the field what is wrong."""
    told.set_text("")
    for element in inputs.values():
        element.error = None
    try:
        return True, await act()
    except AftercareError as error:
        sentence, wrong = sentence_of(viewer.language, error), inputs.get(getattr(error, "field", ""))
        if wrong is None:
            told.set_text(sentence)
        else:
            wrong.error = sentence
        return False, None


def _change(connection: Connection, user: SignedIn, lead_id: int, now: datetime, change: Change, texts: Texts) -> Any:
    store_id = check_lead(connection, user.store_id, lead_id)
    return change(connection, lead_id, texts, now, staff_code_in(connection, user, store_id))


async def draw_new(viewer: Viewer) -> None:
    """Who came in, what they want, and who sells."""
    stores = await viewer.read(list_reached_stores, viewer.user)
    people = await viewer.read(list_salespeople, viewer.store_id)
    inputs: dict[str, FormElement] = {}
    with ui.element("section").classes("card full-width"), ui.element("div").classes("narrow-cards"):
        if len(stores) > 1:
            named = {store.code: f"{store.code} {store.name}" for store in stores}
            inputs["store"] = ui.select(named, label=viewer.say("frame.store"), value=stores[0].code)
        for field in ("name", "phone", "email", "model", "source"):
            inputs[field] = ui.input(viewer.say(f"leads.field_{field}"))
        classes = {one.value: viewer.word(one) for one in LeadUrgency}
        inputs["class"] = ui.select(
            classes, label=viewer.say("leads.field_class"), value=LeadUrgency.WITHIN_A_MONTH.value
        )
        sellers = {one.code: f"{one.name} ({one.code})" for one in people}
        own = viewer.user.staff if viewer.user.staff in sellers else None
        inputs["salesperson"] = ui.select(sellers, label=viewer.say("leads.field_salesperson"), value=own)
        inputs["referred_by"] = ui.input(viewer.say("leads.field_referred_by"))
        inputs["note"] = ui.textarea(viewer.say("leads.field_note"))
        for element in inputs.values():
            element.props(f"{LOOKS} autocomplete=off").classes("full-width")
    with ui.element("div"):
        told = ui.label().classes("bad").props("role=alert")
        key = f"form:{uuid4()}"  # once for the form: pressed twice, it makes one lead

        async def go() -> None:
            texts = _texts(inputs) | ({} if "store" in inputs else {"store": stores[0].code})

            async def act() -> Any:
                job = (viewer.now, texts, key, viewer.database.settings)
                return await viewer.change(Permission.WORK_LEADS, _write_down, *job)

            done, lead = await _try(viewer, inputs, told, act)
            if done:
                tell(viewer, viewer.say("leads.written_down"))
                ui.navigate.to(f"/leads/{lead}")

        ui.button(viewer.say("leads.write_down"), on_click=go).props("no-caps")


def _write_down(
    connection: Connection, user: SignedIn, now: datetime, texts: Texts, key: str, settings: Settings
) -> int:
    store = reached_store(connection, user, needed(texts, "store"))
    name, phone, email = needed(texts, "name"), texts["phone"].strip(), texts["email"].strip()
    if not phone and not email:
        raise FieldMissing("phone")
    new = NewLead(
        key=key, urgency=LeadUrgency(texts["class"]), came_in_at=now, name=name, phone=phone or None,
        email=email or None, model=texts["model"].strip() or None, source=texts["source"].strip()[:40] or None,
        salesperson=texts["salesperson"] or None, referred_by=texts["referred_by"].strip() or None,
        note=texts["note"].strip() or None,
    )  # fmt: skip
    place = connection.execute(select(Store.id, Store.code).where(Store.code == store)).one()
    staff_code_in(connection, user, place.id)
    return take_one(connection, new, store=place.code, now=now, settings=settings)
