"""A touch in detail: its state, its text, what the gates said, and what people did."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from nicegui import ui

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.dialogs import answer_of
from console.web.parts.tables import show_table
from console.web.touches.planner_figures import figures_in_words
from models.core.words import Gate, TouchState
from models.people.permissions import Permission
from tasks.touches.lists import TouchOpened
from tasks.touches.settling import Settlement


async def show_touch(
    viewer: Viewer, opened: TouchOpened, name: Callable[[Viewer, Settlement], str]
) -> Settlement | None:
    """Show a touch in a dialog. Returns how the viewer wants to settle it, or None."""
    line = opened.line
    title = viewer.say("touches.title", process=viewer.word(line.process), step=viewer.word(line.step))
    with ui.dialog() as dialog, ui.card().classes("opened"):
        dialog.props["aria-label"] = title
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        ui.label(f"{line.customer} · {line.store}")
        _draw_facts(viewer, opened)
        _draw_text(viewer, opened)
        _draw_verdicts(viewer, opened)
        _draw_attempts(viewer, opened)
        _draw_deeds(viewer, opened)
        with ui.row():
            if line.is_unsettled and viewer.may(Permission.SETTLE_TOUCHES):
                for way in _ways_of(opened):
                    ui.button(name(viewer, way), on_click=partial(dialog.submit, way)).props("outline no-caps")
            ui.button(viewer.say("frame.close"), on_click=lambda: dialog.submit(None)).props("flat")
    settlement: Settlement | None = await answer_of(dialog)
    return settlement


def _ways_of(opened: TouchOpened) -> Sequence[Settlement]:
    """The ways to settle it. A rejected message cannot be marked as delivered."""
    unknown = opened.line.state is TouchState.UNKNOWN
    return [one for one in Settlement if unknown or one is not Settlement.DELIVERED]


def _draw_facts(viewer: Viewer, opened: TouchOpened) -> None:
    line, zone = opened.line, opened.line.time_zone
    state = viewer.say("touches.since_when", state=viewer.word(line.state), since=local(line.state_at, zone))
    approved = f"{opened.approver or ''} {local(opened.approved_at, zone)}".strip()
    facts = (
        ("touches.state", state),
        ("touches.why", viewer.reason(line.reason)),
        ("touches.due", local(line.due_at, zone)),
        ("touches.valid_until", local(opened.valid_until, zone)),
        ("touches.planned_at", local(opened.planned_at, zone)),
        ("touches.next_look", local(opened.not_before, zone)),
        ("touches.channel", viewer.word(line.channel) if line.channel else None),
        ("touches.recipient", line.recipient),
        ("touches.contacted_at", local(opened.contacted_at, zone)),
        ("touches.delivered_at", local(opened.delivered_at, zone)),
        ("touches.approved", approved),
        ("touches.carrier", viewer.word(opened.carrier) if opened.carrier else None),
    )
    _draw_list({viewer.say(key): value for key, value in facts if value})
    seen = figures_in_words(viewer, opened.figures, zone)
    if seen:
        _heading(viewer.say("touches.figures"))
        _draw_list(seen)


def _draw_list(facts: Mapping[str, str]) -> None:
    with ui.element("dl").classes("facts"):
        for name, value in facts.items():
            with ui.element("dt"):
                ui.label(name)
            with ui.element("dd"):
                ui.label(value)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=3").classes("text-subtitle1")


def _draw_text(viewer: Viewer, opened: TouchOpened) -> None:
    _heading(viewer.say("touches.text_final" if opened.text_is_final else "touches.text_now"))
    ui.label(opened.text or viewer.say("touches.no_text")).classes("letter full-width")


def _draw_verdicts(viewer: Viewer, opened: TouchOpened) -> None:
    zone = opened.line.time_zone
    rows = [
        (
            local(verdict.decided_at, zone),
            "" if verdict.gate is Gate.NONE else viewer.word(verdict.gate),
            viewer.word(verdict.decision),
            viewer.reason(verdict.reason),
            local(verdict.until, zone),
        )
        for verdict in opened.verdicts
    ]
    _draw_history(viewer, "touches.verdicts", ("at", "gate", "decision", "why", "held_until"), rows)


def _draw_attempts(viewer: Viewer, opened: TouchOpened) -> None:
    zone = opened.line.time_zone
    rows = [
        (local(one.attempted_at, zone), one.by or "", viewer.word(one.outcome), one.note or "")
        for one in opened.attempts
    ]
    _draw_history(viewer, "touches.attempts", ("at", "by", "outcome", "note"), rows)


def _draw_deeds(viewer: Viewer, opened: TouchOpened) -> None:
    zone = opened.line.time_zone
    rows = [(local(deed.at, zone), deed.actor, viewer.word(deed.action), deed.reason or "") for deed in opened.deeds]
    _draw_history(viewer, "touches.deeds", ("at", "by", "deed", "why"), rows)


def _draw_history(viewer: Viewer, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        _heading(viewer.say(title))
        show_table(viewer.say(title), [viewer.say(f"touches.{column}") for column in columns], rows)
