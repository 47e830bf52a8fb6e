"""What needs somebody, as a list: a sentence for each, and where to do something about it."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlalchemy import Connection

from console.shared.watching import ask_prefect, look_for_attention
from console.web.authentication.viewer import Viewer
from models.core.masking import mask
from models.core.reasons import ReasonCode
from models.ledger import attention as of
from models.ledger.attention import Matter
from models.people.permissions import Permission
from tasks.campaigns.authors import author_of
from tasks.overview.attention import reader_of

WHERE: Mapping[ReasonCode, tuple[str, Permission]] = {
    of.PREFECT_SILENT: ("/health", Permission.SEE_HEALTH),
    of.FLOW_LATE: ("/runs", Permission.SEE_RUNS),
    of.FLOW_FAILED: ("/runs?state=failed", Permission.SEE_RUNS),
    of.PROCESS_OFF: ("/runs", Permission.SEE_RUNS),
    of.CHANNEL_PAUSED: ("/health", Permission.SEE_HEALTH),
    of.ONLY_WRITTEN: ("/health", Permission.SEE_HEALTH),
    of.SETTING_UNUSED: ("/health", Permission.SEE_HEALTH),
    of.BACKLOG: ("/health", Permission.SEE_HEALTH),
    of.UNKNOWN: ("/touches?state=unknown", Permission.SEE_TOUCHES),
    of.FAILED: ("/touches?state=failed", Permission.SEE_TOUCHES),
    of.APPROVALS: ("/approvals", Permission.DECIDE),
    of.APPROVALS_ENDING: ("/approvals", Permission.DECIDE),
    of.CAMPAIGNS_WAITING: ("/campaigns", Permission.SEE_CAMPAIGNS),
    of.CASES_OVERDUE: ("/cases", Permission.WORK_CASES),
    of.CASES_NEAR: ("/cases", Permission.WORK_CASES),
    of.CASES_UNOWNED: ("/cases", Permission.WORK_CASES),
    of.QUALITY_ALERTS: ("/cases/meeting", Permission.MANAGE_CASES),
    of.FEEDBACK_LATE: ("/feedback", Permission.WORK_CALLS),
    of.FEEDBACK_ASKED: ("/feedback", Permission.WORK_CALLS),
    of.INBOX_OVERDUE: ("/inbox", Permission.WORK_INBOX),
    of.INBOX_OPEN: ("/inbox", Permission.WORK_INBOX),
    of.STAFF_UNTOLD: ("/health", Permission.SEE_HEALTH),
    of.SHEETS_LATE: ("/notices", Permission.WORK_CALLS),
    of.CALLS_WAITING: ("/calls", Permission.WORK_CALLS),
    of.CALLS_TOO_MANY: ("/calls/team", Permission.ASSIGN_CALLS),
    of.DESKS_LEFT: ("/staff", Permission.ASSIGN_CALLS),
    of.CUSTOMERS_UNOWNED: ("/owners?view=nobody", Permission.ASSIGN_CALLS),
    of.FACTS_OLD: ("/import", Permission.IMPORT_FILES),
    of.FACTS_LATE: ("/import", Permission.IMPORT_FILES),
    of.FACTS_BEHIND: ("/import", Permission.IMPORT_FILES),
    of.MISSED: ("/touches?state=missed", Permission.SEE_TOUCHES),
}
"""The page where something can be done, for those who may open it."""


async def read_matters(viewer: Viewer) -> list[Matter]:
    """What needs somebody, as far as the viewer can act on it. Nothing else may say that all is clear."""
    prefect = await ask_prefect()
    found: list[Matter] = await viewer.read(_read, viewer, prefect)
    return found


def _read(connection: Connection, viewer: Viewer, prefect: bool | None) -> list[Matter]:
    user = viewer.user
    reader = reader_of(author_of(user), user.store, user.works_as)
    return look_for_attention(connection, viewer.now, viewer.database.settings, reader, prefect)


def show_matters(viewer: Viewer, matters: Sequence[Matter], zone: str) -> None:
    """The list."""
    with ui.element("ul").classes("plain"):
        for matter in matters:
            sentence = mask(matter.reason.say(viewer.language, ZoneInfo(zone)))
            look = "bad" if matter.urgent else "warn"
            address, permission = WHERE.get(matter.code, ("", None))
            with ui.element("li").props(f'data-matter="{matter.code}"'):
                if permission is not None and viewer.may(permission):
                    ui.link(sentence, address).classes(look)
                else:
                    ui.label(sentence).classes(look)
