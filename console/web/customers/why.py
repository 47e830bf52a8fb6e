"""Why a customer was contacted and why not, in the viewer's words."""

from zoneinfo import ZoneInfo

from nicegui import ui
from sqlalchemy import Connection

from console.shared.moments import local
from console.shared.sentences import where_it_stands
from console.web.authentication.viewer import Viewer
from deployments.next_runs import next_run_of
from deployments.schedules import read_flows
from models.core.words import TouchState
from models.ledger.explanations import Explanation, ProcessStory, StepStanding, StepStory, SubjectStory
from tasks.access.reach import check_customer
from tasks.explaining.story import explain
from tasks.policies.processes import recorded_processes

ENGLISH = "en"


async def show_why(viewer: Viewer, customer_id: int) -> None:
    """Each process, its subjects, and where each step stands."""
    told = await viewer.read(_explain, viewer, customer_id, viewer.database.settings.zone)
    zone = told.customer.time_zone
    for story in told.processes:
        _show_process(viewer, story, zone)


def _explain(connection: Connection, viewer: Viewer, customer_id: int, home: ZoneInfo) -> Explanation:
    check_customer(connection, viewer.store_id, customer_id)
    next_sweep = next_run_of(read_flows(connection), home)
    return explain(connection, customer_id, viewer.now, recorded_processes(connection), next_sweep)


def _show_process(viewer: Viewer, story: ProcessStory, zone: str) -> None:
    ui.label(viewer.word(story.process)).props("role=heading aria-level=3").classes("text-subtitle1 text-weight-bold")
    for remark in story.remarks:
        ui.label(viewer.reason(remark)).classes("quiet")
    for subject in story.subjects:
        _show_subject(viewer, subject, zone)


def _show_subject(viewer: Viewer, subject: SubjectStory, zone: str) -> None:
    when = local(subject.anchor_at, zone).removesuffix(" 00:00")
    parts = (viewer.word(subject.kind), subject.key or str(subject.id), subject.about, when)
    ui.label(" · ".join(part for part in parts if part)).classes("text-weight-medium")
    for remark in subject.remarks:
        ui.label(viewer.reason(remark)).classes("quiet")
    with ui.element("ul").classes("plain full-width"):
        for step in subject.steps:
            with ui.element("li"):
                ui.label(f"{viewer.word(step.step)}: {_sentence(viewer, step, zone)}")


def _sentence(viewer: Viewer, step: StepStory, zone: str) -> str:
    """In English worded as in the command; in other languages assembled from parts."""
    if viewer.language == ENGLISH:
        return where_it_stands(step, ZoneInfo(zone))
    if step.standing is StepStanding.IN_LEDGER and step.touch is not None:
        state = viewer.word(step.touch.state)
        gate = viewer.word(step.touch.gate) if step.touch.gate and step.touch.reason else ""
        said_at = None if step.touch.state is TouchState.MISSED else step.touch.contacted_at
        parts = [state, local(said_at or step.touch.state_at, zone), gate]
        parts.append(viewer.reason(step.touch.reason))
        if step.touch.state is TouchState.AWAITING_APPROVAL:
            roles = viewer.say("approvals.or").join(viewer.word(role) for role in step.touch.approval)
            parts.append(viewer.say("approvals.deciders", roles=roles))
    else:
        due = viewer.say("customers.due", moment=local(step.due_at, zone)) if step.due_at else ""
        parts = [viewer.say(f"customers.standing_{step.standing}"), due, viewer.reason(step.reason)]
    if step.next_look_at:
        parts.append(viewer.say("customers.next_look", moment=local(step.next_look_at, zone)))
    return "，".join(part for part in parts if part) + "。"
