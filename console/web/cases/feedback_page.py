"""Feedback: what departments were asked about complaints, to be answered within two working days (R10, R11)."""

from collections.abc import Callable
from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.cases.departments import draw_question
from console.web.parts.frame import page, sentence_of, telling
from console.web.parts.told import tell
from models.core.errors import InvalidInput
from models.ledger.case_causes import department_name, departments_of
from models.people.permissions import Permission
from tasks.access.reach import staff_code_in
from tasks.access.sessions import SignedIn
from tasks.cases.feedback import FeedbackItem, answer_feedback, feedback_in_reach, list_feedback


@page("/feedback", Permission.WORK_CALLS, "frame.feedback")
async def show_feedback(viewer: Viewer) -> None:
    """What waits for an answer of the viewer's department; managers see every department's."""
    ui.label(viewer.say("cases.feedback_explained")).classes("quiet")

    @ui.refreshable
    async def listed() -> None:
        async with telling(viewer):
            found = await viewer.read(
                list_feedback, viewer.now, store=viewer.user.store, departments=_theirs(viewer.user)
            )
            if not found:
                ui.label(viewer.say("cases.nothing_asked")).props("role=status")
            with ui.element("div").classes("cards"):
                for item in found:
                    _draw(viewer, item, listed.refresh)

    await listed()


def _theirs(user: SignedIn) -> list[str] | None:
    """The departments that a user answers for; None: all."""
    return None if user.may(Permission.MANAGE_CASES) else departments_of(user.role)


def _draw(viewer: Viewer, item: FeedbackItem, refresh: Callable[[], object]) -> None:
    title = viewer.say("cases.question_about", case=item.case_id)
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        about = " · ".join(filter(None, (title, item.model, item.part, item.store)))
        ui.label(about).props("role=heading aria-level=2").classes("text-subtitle1")
        draw_question(viewer, item)
        department = department_name(item.department, viewer.language)
        answer = ui.textarea(viewer.say("cases.answer_of", department=department)).props("outlined autogrow")
        answer.classes("full-width q-my-sm")

        async def give() -> None:
            answer.error = None
            async with telling(viewer):
                try:
                    await viewer.change(Permission.WORK_CALLS, _answer, item.id, answer.value or "", viewer.now)
                except InvalidInput as error:
                    answer.error = sentence_of(viewer.language, error)
                    return
                tell(viewer, viewer.say("frame.saved"))
            refresh()

        ui.button(viewer.say("cases.give_answer"), on_click=give).props("no-caps")


def _answer(connection: Connection, user: SignedIn, feedback_id: int, answer: str, now: datetime) -> None:
    store_id = feedback_in_reach(connection, feedback_id, user.store_id, _theirs(user))
    answer_feedback(connection, feedback_id, answer, now, staff_code_in(connection, user, store_id))
