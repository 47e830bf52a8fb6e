"""What a check of a file found, and what an import did: tables in the viewer's language."""

from dataclasses import fields

from nicegui import ui

from console.web.authentication.viewer import Viewer
from console.web.imports.kinds import kind_word
from console.web.parts.tables import show_table
from tasks.intake.importing import DOUBTED
from tasks.intake.results import Check, ImportResult
from tasks.intake.staging import Counts

REJECTS_SHOWN = 50
"""How many rejects a page shows; the file that an import offers has them all."""


def show_check(viewer: Viewer, found: ImportResult) -> None:
    """The judgement of the whole file, then its first rows as understood, then what would be left out."""
    _show_judgement(viewer, found)
    show_counts(viewer, found)
    if found.check is not None:
        _show_understood(viewer, found.check)
        _show_rejects(viewer, found.check)


def _show_judgement(viewer: Viewer, found: ImportResult) -> None:
    say = viewer.say
    title = say("imports.judgement")
    with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        if not found.accepted:
            ui.label(say("imports.nothing_usable")).classes("bad")
        elif found.doubts:
            ui.label(say("imports.doubtful")).classes("bad")
        else:
            ui.label(say("imports.nothing_doubtful")).classes("good")
        with ui.element("ul").classes("plain"):
            for one in (*found.doubts, *(notice for notice in found.notices if notice.code != DOUBTED)):
                with ui.element("li"):
                    ui.label(one.say(viewer.language)).classes("bad" if one in found.doubts else "")


def show_counts(viewer: Viewer, found: ImportResult) -> None:
    """The balanced account of the file, by kind."""
    names = [one.name for one in fields(Counts)]
    headings = [viewer.say("imports.kinds"), *(viewer.say(f"imports.{name}") for name in names)]
    rows = [
        [kind_word(viewer, kind), *(f"{getattr(counts, name):,}" for name in names)]
        for kind, counts in found.counts.items()
    ]
    show_table(viewer.say("imports.counts"), headings, rows)


def _show_understood(viewer: Viewer, check: Check) -> None:
    say = viewer.say
    ui.label(say("imports.understood")).props("role=heading aria-level=2").classes("text-h6")
    ui.label(say("imports.understood_means")).classes("quiet")
    headings = [say(f"imports.{name}") for name in ("column", "holds", "is_our", "read_as")]
    for row in check.understood:
        title = say("imports.row_as", row=row.row, kind=kind_word(viewer, row.kind))
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1")
        show_table(title, headings, [[cell.column, cell.text, cell.ours, cell.value] for cell in row.cells])
        for problem in row.problems:
            ui.label(problem.say(viewer.language)).classes("bad")


def _show_rejects(viewer: Viewer, check: Check) -> None:
    if not check.rejects:
        return
    say = viewer.say
    ui.label(say("imports.left_out", count=len(check.rejects))).props("role=heading aria-level=2").classes("text-h6")
    headings = [say(f"imports.{name}") for name in ("row", "column", "holds", "why")]
    rows = [
        [f"{one.row:,}", one.column, one.value, one.told.say(viewer.language)] for one in check.rejects[:REJECTS_SHOWN]
    ]
    show_table(say("imports.left_out", count=len(check.rejects)), headings, rows)
    if len(check.rejects) > REJECTS_SHOWN:
        ui.label(say("imports.and_more", count=f"{len(check.rejects) - REJECTS_SHOWN:,}")).classes("quiet")
