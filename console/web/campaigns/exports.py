"""A campaign's recipients as a CSV file or a workbook, one row each. Names need the permission to export customers."""

import csv
import io
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO

import openpyxl
from fastapi import Request
from nicegui import app, ui
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from console.web.authentication.viewer import Viewer, viewer_of
from console.web.parts.frame import sentence_of
from models.core.errors import AftercareError
from models.people.permissions import Permission
from tasks.campaigns.authors import author_of
from tasks.campaigns.listing import CampaignRead, read_campaign
from tasks.campaigns.outcome.exporting import export_recipients

BYTE_ORDER_MARK = "\ufeff"
"""Without a byte order mark spreadsheets do not read the file as UTF-8."""
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_000_000
"""Rows of one sheet. The format allows few more."""
PIECE = 1 << 16


def show_exports(viewer: Viewer, read: CampaignRead) -> None:
    """Links to the files."""
    say = viewer.say
    ui.label(say("results.export")).props("role=heading aria-level=2").classes("text-h6")
    ui.label(say("results.export_means")).classes("quiet")
    with ui.row():
        for ending in ("csv", "xlsx"):
            ui.link(say(f"results.export_{ending}"), f"/campaigns/{read.row.id}/recipients.{ending}").props("download")


@app.get("/campaigns/{campaign_id:int}/recipients.csv")
def download_csv(request: Request, campaign_id: int) -> Response:
    """As CSV, streamed."""
    return _download(viewer_of(request), campaign_id, "csv")


@app.get("/campaigns/{campaign_id:int}/recipients.xlsx")
def download_xlsx(request: Request, campaign_id: int) -> Response:
    """As a workbook."""
    return _download(viewer_of(request), campaign_id, "xlsx")


def _download(viewer: Viewer, campaign_id: int, ending: str) -> Response:
    """Anyone who may see the campaign may download the file. Full names need the permission to export customers."""
    try:
        viewer.database.work_here(read_campaign, author_of(viewer.user), campaign_id)
    except AftercareError as error:
        return PlainTextResponse(sentence_of(viewer.language, error), status_code=404)
    name = f'attachment; filename="campaign-{campaign_id}.{ending}"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    rows = _rows(viewer, campaign_id)
    if ending == "csv":
        return StreamingResponse(_as_text(rows), media_type="text/csv; charset=utf-8", headers=headers)
    return StreamingResponse(_pieces(_as_workbook(rows)), media_type=WORKBOOK, headers=headers)


def _rows(viewer: Viewer, campaign_id: int) -> Iterator[list[str]]:
    with_names = viewer.may(Permission.EXPORT_CUSTOMERS)
    with viewer.database.engine.connect() as connection:
        yield from export_recipients(
            connection, campaign_id, viewer.now, with_names=with_names, store_id=viewer.store_id
        )  # fmt: skip


def _as_text(rows: Iterable[list[str]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    for row in rows:
        written = io.StringIO()
        csv.writer(written).writerow(row)
        yield written.getvalue()


def _as_workbook(rows: Iterator[list[str]]) -> IO[bytes]:
    """Start another sheet where one is full, each with the header row."""
    workbook = openpyxl.Workbook(write_only=True)
    headings = next(rows)
    sheet, filled = None, 0
    for row in rows:
        if sheet is None or filled == MOST_ROWS:
            sheet, filled = workbook.create_sheet(), 0
            sheet.append(headings)
        sheet.append(row)
        filled += 1
    if sheet is None:
        workbook.create_sheet().append(headings)
    file = TemporaryFile()  # noqa: SIM115  it is closed when its last chunk was read
    workbook.save(file)
    file.seek(0)
    return file


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
