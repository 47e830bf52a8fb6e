"""The call sheet: the customer, the script, the planner's figures, and earlier contacts."""

from collections.abc import Sequence

from nicegui import ui

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.tables import show_table
from console.web.touches.planner_figures import figures_in_words
from models.core.words import StepKind
from models.messages.letters import CHINESE, write_salutation
from models.people.permissions import Permission
from tasks.calls.listing import CallItem
from tasks.calls.sheets import Contact, Sheet, Try


def show_sheet(viewer: Viewer, item: CallItem, sheet: Sheet) -> None:
    """Draw the sheet."""
    salutation = write_salutation(viewer.language, sheet.salutation)
    with ui.row().classes("items-baseline"):
        if salutation and viewer.language != CHINESE:
            ui.label(salutation).classes("quiet")
        with ui.element("h2").classes("text-h5 q-ma-none").props("data-customer"):
            if viewer.may(Permission.SEE_CUSTOMERS):
                ui.link(item.customer, f"/customers/{item.customer_id}", new_tab=True)
            else:
                ui.label(item.customer)
        if salutation and viewer.language == CHINESE:
            ui.label(salutation).classes("quiet")
    if item.phone:
        name = viewer.say("calls.dial", phone=item.phone)
        ui.link(item.phone, f"tel:{item.phone}").classes("dial").props(f'aria-label="{name}"')
    elif item.kind is StepKind.CALL:
        ui.label(viewer.say("calls.no_phone")).classes("bad")
    if sheet.complaint:
        ui.label(viewer.say("calls.complaint_open")).classes("warn text-weight-medium").props("role=alert")
    _heading(viewer.say("calls.script" if item.kind is StepKind.CALL else "calls.to_do"))
    ui.label(item.script).classes("letter full-width")
    _show_facts(viewer, item, sheet)
    _show_tries(viewer, item, sheet.tries)
    _show_contacts(viewer, item, sheet.contacts)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=3").classes("text-subtitle1 text-weight-medium")


def _show_facts(viewer: Viewer, item: CallItem, sheet: Sheet) -> None:
    facts = {
        viewer.say("calls.about"): f"{viewer.word(item.process)} · {viewer.word(item.step)}",
        viewer.say("calls.vehicle"): sheet.vehicle,
        viewer.say("calls.plate"): sheet.plate,
        viewer.say("calls.address"): sheet.address if item.kind in (StepKind.VISIT, StepKind.LETTER) else None,
        viewer.say("calls.level"): viewer.word(sheet.level) if sheet.level else None,
        viewer.say("calls.store"): None if viewer.user.store else item.store,
        viewer.say("calls.due"): local(item.due_at, item.time_zone),
        viewer.say("calls.valid_until"): local(item.valid_until, item.time_zone),
    }
    facts |= figures_in_words(viewer, item.figures, item.time_zone)
    _heading(viewer.say("calls.facts"))
    with ui.element("dl").classes("facts"):
        for heading, text in facts.items():
            if text:
                with ui.element("dt"):
                    ui.label(heading)
                with ui.element("dd"):
                    ui.label(text)


def _show_tries(viewer: Viewer, item: CallItem, tries: Sequence[Try]) -> None:
    if not tries:
        return
    _heading(viewer.say("calls.tries"))
    headings = [viewer.say(f"calls.{name}") for name in ("at", "result", "note", "by")]
    rows = [(local(one.at, item.time_zone), viewer.word(one.outcome), one.note or "", one.by or "") for one in tries]
    show_table(viewer.say("calls.tries"), headings, rows)


def _show_contacts(viewer: Viewer, item: CallItem, contacts: Sequence[Contact]) -> None:
    _heading(viewer.say("calls.contacts"))
    if not contacts:
        ui.label(viewer.say("calls.no_contacts")).classes("quiet")
        return
    headings = [viewer.say(f"calls.{name}") for name in ("at", "what", "result")]
    rows = [
        (
            local(one.at, item.time_zone),
            f"{viewer.word(one.step)} · {viewer.word(one.channel or one.kind)}",
            viewer.word(one.outcome or one.state),
        )
        for one in contacts
    ]
    show_table(viewer.say("calls.contacts"), headings, rows)
