"""What departments are asked about a case, and their answers: on the page of the case."""

from collections.abc import Callable
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import sentence_of, telling
from console.web.parts.told import tell
from models.core.errors import InvalidInput
from models.core.words import CaseState
from models.ledger.case_causes import department_name, shipped_departments
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.cases.board import CaseDetails, acting_on
from tasks.cases.feedback import FeedbackItem, ask_department


def draw_departments(viewer: Viewer, seen: CaseDetails, refresh: Callable[[], object]) -> None:
    """The questions with their answers, and a form for another."""
    title = viewer.say("cases.feedback")
    with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1")
        for one in seen.feedback:
            draw_question(viewer, one)
        if seen.item.state is not CaseState.CLOSED:
            _draw_asking(viewer, seen, refresh)


def draw_question(viewer: Viewer, one: FeedbackItem) -> None:
    """A question and its answer, or its deadline."""
    asked = local(one.asked_at, one.time_zone)
    ui.label(f"{department_name(one.department, viewer.language)} · {asked} · {one.asked_by}").classes("quiet")
    ui.label(one.question).classes("letter full-width")
    if one.answered_at is not None:
        ui.label(f"{local(one.answered_at, one.time_zone)} · {one.answered_by}").classes("quiet")
        ui.label(one.answer or "").classes("letter full-width")
    else:
        key = "cases.feedback_late" if one.late else "cases.feedback_due"
        ui.label(viewer.say(key, deadline=local(one.due_at, one.time_zone))).classes("bad" if one.late else "")


def _draw_asking(viewer: Viewer, seen: CaseDetails, refresh: Callable[[], object]) -> None:
    names = {key: said[viewer.language] for key, said in shipped_departments().items()}
    usual = seen.item.department if seen.item.department in names else next(iter(names))
    department = ui.select(names, label=viewer.say("cases.field_department"), value=usual)
    department.props("outlined dense stack-label").classes("filter q-mt-sm")
    question = ui.textarea(viewer.say("cases.question")).props("outlined autogrow").classes("full-width q-my-sm")

    async def ask() -> None:
        question.error = None
        async with telling(viewer):
            try:
                await viewer.change(
                    Permission.WORK_CASES, _ask, seen.item.id, department.value, question.value or "", viewer.now
                )
            except InvalidInput as error:
                question.error = sentence_of(viewer.language, error)
                return
            tell(viewer, viewer.say("frame.saved"))
            refresh()

    ui.button(viewer.say("cases.ask"), on_click=ask).props("outline no-caps")


def _ask(connection: Connection, user: SignedIn, case_id: int, department: str, question: str, now: datetime) -> None:
    ask_department(connection, case_id, department, question, now, acting_on(connection, user, case_id, now))
