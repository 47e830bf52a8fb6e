"""The collection list of the week: who owes what has passed its day, why, and what comes next (R4). It prints."""

from functools import partial

from fastapi import Request
from nicegui import app, ui
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from console.shared.lists_as_tables import as_csv, collection_rows
from console.web.authentication.viewer import Viewer, viewer_of
from console.web.parts.frame import page
from console.web.parts.tables import Cell, show_table
from models.messages.letters import write_money
from models.people.permissions import Permission
from tasks.subjects.account.collecting import read_collection

MOST_SHOWN = 500


@page("/accounts/collection", Permission.WORK_ACCOUNTS, "meeting.collection")
async def show_collection(viewer: Viewer) -> None:
    """The list, the oldest debt first."""
    listed = await viewer.read(read_collection, viewer.now, viewer.user.store)
    ui.link(viewer.say("accounts.back"), "/accounts")
    ui.label(viewer.say("meeting.collection_explained")).classes("quiet")
    if not listed.lines:
        ui.label(viewer.say("meeting.nothing_overdue")).props("role=status")
        return
    total = " + ".join(write_money(amount, currency) for currency, amount in listed.total().items())
    with ui.row().classes("items-center"):
        ui.label(viewer.say("meeting.in_all", count=len(listed.lines), total=total)).classes("text-bold")
        ui.link(viewer.say("meeting.csv"), "/accounts/collection.csv").props("download")
        ui.button(viewer.say("meeting.print"), on_click=lambda: ui.run_javascript("window.print()")).props(
            "outline no-caps"
        )
    headings, *rows = collection_rows(listed, viewer.language)
    cells: list[list[Cell]] = [
        [partial(ui.link, row[0], f"/accounts/{line.account_id}"), *row[1:]]
        for line, row in zip(listed.lines[:MOST_SHOWN], rows[:MOST_SHOWN], strict=True)
    ]
    show_table(viewer.say("meeting.collection"), headings, cells)
    if len(rows) > MOST_SHOWN:
        ui.label(viewer.say("meeting.more_debts", count=len(rows) - MOST_SHOWN)).classes("warn")


@app.get("/accounts/collection.csv")
def download_collection(request: Request) -> Response:
    """The same for a spreadsheet."""
    viewer = viewer_of(request)
    if not viewer.may(Permission.WORK_ACCOUNTS):
        return RedirectResponse("/", status_code=303)
    listed = viewer.database.work_here(read_collection, viewer.now, viewer.user.store)
    name = f'attachment; filename="collection-{listed.since}.csv"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    text = as_csv(collection_rows(listed, viewer.language))
    return PlainTextResponse(text, media_type="text/csv; charset=utf-8", headers=headers)
