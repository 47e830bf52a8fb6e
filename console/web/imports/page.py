"""Import a file: see its first rows as they are understood and what is doubtful, then import it or stop."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from nicegui import events, ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.imports.kinds import kind_word
from console.web.imports.result import show_check, show_counts
from console.web.parts.dialogs import confirm
from console.web.parts.frame import page, sentence_of
from console.web.parts.told import tell
from models.core.errors import AftercareError
from models.core.settings import Settings
from models.people.permissions import Permission
from tasks.access.reach import NotYours, list_reached_stores
from tasks.access.sessions import SignedIn
from tasks.intake.columns import KindName
from tasks.intake.files.limits import LARGEST_FILE
from tasks.intake.importing import check_file, load_file, read_kinds
from tasks.intake.kinds import KINDS
from tasks.intake.maps.column_map import LARGEST_MAP, NO_MAP, ColumnMap, read_map
from tasks.intake.results import ImportResult
from tasks.ledger import audit

TakesFile = Callable[[events.UploadEventArguments], Awaitable[None]]
TABLES = ".csv,.xlsx,.xls,.txt,.tsv"


@page("/import", Permission.IMPORT_FILES, "frame.import")
async def show_import(viewer: Viewer) -> None:
    """The form. What a file says is for all stores, so it is not for those who work for one."""
    if viewer.store_id is not None:
        ui.label(viewer.say("imports.for_all_stores", store=viewer.user.store)).classes("warn").props("role=status")
        return
    folder = TemporaryDirectory(prefix="aftercare-import-")
    ui.context.client.on_delete(folder.cleanup)
    await _Desk(viewer, Path(folder.name)).show()


@dataclass
class _Desk:
    """The form of one viewer, and the file that they have brought."""

    viewer: Viewer
    folder: Path
    file: Path | None = None
    map: Path | None = None
    checked: ImportResult | None = None
    _asked: int = field(default=0)
    """Counts what was asked for, so that a result that comes too late is not shown."""

    async def show(self) -> None:
        """Draw the form."""
        say = self.viewer.say
        ui.label(say("imports.intro")).classes("quiet")
        kinds = {kind: kind_word(self.viewer, kind) for kind in KINDS}
        stores = {"": say("imports.named_in_rows")} | {
            store.code: f"{store.code} {store.name}"
            for store in await self.viewer.read(list_reached_stores, self.viewer.user)
        }
        with ui.element("section").classes("card full-width").props(f'aria-label="{say("imports.file")}"'):
            with ui.row().classes("items-start"):
                self._kinds = ui.select(kinds, label=say("imports.kinds"), multiple=True, on_change=self._anew)
                self._kinds.props("outlined dense use-chips").style("min-width: 16rem")
                self._store = ui.select(stores, label=say("imports.store"), value="", on_change=self._anew)
                self._store.props("outlined dense").style("min-width: 16rem")
            with ui.row().classes("items-center q-mt-sm"):
                self._draw_upload(say("imports.choose_file"), TABLES, LARGEST_FILE, self._take_file)
                self._named = ui.label(say("imports.no_file")).classes("quiet")
            with ui.row().classes("items-center q-mt-sm"):
                self._draw_upload(say("imports.choose_map"), ".toml", LARGEST_MAP, self._take_map)
                self._named_map = ui.label(say("imports.no_map")).classes("quiet")
            self._check_button = ui.button(say("imports.check"), on_click=self._check).props("no-caps")
            self._check_button.classes("q-mt-sm")
        self._result = ui.column().classes("full-width").props("aria-live=polite")

    def _draw_upload(self, label: str, accepts: str, largest: int, take: TakesFile) -> None:
        upload = ui.upload(
            on_upload=take, auto_upload=True, max_file_size=largest,
            on_rejected=lambda: tell(self.viewer, self.viewer.say("imports.too_large", most=largest >> 20), "negative"),
        )  # fmt: skip
        upload.props(f'accept="{accepts}"').classes("hidden")  # its own buttons have no accessible names
        ui.button(label, on_click=lambda: upload.run_method("pickFiles")).props("outline no-caps")

    async def _take_file(self, event: events.UploadEventArguments) -> None:
        self.file = self.folder / Path(event.file.name).name
        await event.file.save(self.file)
        self._named.set_text(self.file.name)
        self._anew()

    async def _take_map(self, event: events.UploadEventArguments) -> None:
        self.map = self.folder / Path(event.file.name).name
        await event.file.save(self.map)
        self._named_map.set_text(self.map.name)
        self._anew()

    def _anew(self) -> None:
        """What was checked is not what would be imported any more."""
        self._asked += 1
        self.checked = None
        self._result.clear()

    def _complain(self, error: AftercareError) -> None:
        said = sentence_of(self.viewer.language, error).replace(f"{self.folder}/", "")
        with self._result:
            ui.label(said).classes("bad as-written").props("role=alert")

    async def _check(self) -> None:
        """Read the file and show what would be made of it. Nothing changes."""
        viewer = self.viewer
        self._anew()
        mine, kinds = self._asked, list(self._kinds.value or [])
        self._kinds.error = None if kinds else viewer.say("imports.choose_kinds")
        if self.file is None or not kinds:
            if self.file is None:
                tell(viewer, viewer.say("imports.no_file"), "warning")
            return
        with self._result:
            ui.label(viewer.say("imports.reading")).props("role=status")
        self._check_button.disable()
        try:
            found: ImportResult = await viewer.change(
                Permission.IMPORT_FILES, _checked, self.file, kinds, self.map, self._store.value or None, viewer.now,
                viewer.database.settings,
            )  # fmt: skip
        except AftercareError as error:
            self._result.clear()
            self._complain(error)
            return
        finally:
            self._check_button.enable()
        if mine != self._asked:
            return
        self._result.clear()
        self.checked = found
        with self._result:
            show_check(viewer, found)
            self._offer(found)

    def _offer(self, found: ImportResult) -> None:
        """Import it, or stop."""
        say = self.viewer.say
        with ui.row():
            if found.accepted:
                key = "imports.import_doubtful" if found.doubts else "imports.import"
                button = ui.button(say(key), on_click=self._import)
                button.props("no-caps color=negative" if found.doubts else "no-caps color=positive")
            ui.button(say("imports.stop"), on_click=self._stop).props("outline no-caps")

    def _stop(self) -> None:
        self._anew()
        tell(self.viewer, self.viewer.say("imports.stopped"), "info")

    async def _import(self) -> None:
        """Import what was checked."""
        viewer, found = self.viewer, self.checked
        if found is None or self.file is None:
            return
        if found.doubts and not await confirm(
            viewer, viewer.say("imports.sure"), "imports.sure_means", "imports.import_doubtful"
        ):
            return
        self._anew()
        with self._result:
            ui.label(viewer.say("imports.importing")).props("role=status")
        try:
            done: ImportResult = await viewer.change(
                Permission.IMPORT_FILES, _imported, self.file, list(found.counts), self.map,
                self._store.value or None, viewer.now, viewer.database.settings,
            )  # fmt: skip
        except AftercareError as error:
            self._result.clear()
            self._complain(error)
            return
        self._result.clear()
        tell(viewer, viewer.say("imports.done", file=self.file.name))
        with self._result:
            show_counts(viewer, done)
            changes = any(count.inserted or count.changed for count in done.counts.values())
            ui.label(viewer.say("imports.no_way_back" if changes else "imports.as_before")).classes("quiet")
            if done.rejects_path is not None:
                rejects = done.rejects_path.read_bytes()
                ui.button(
                    viewer.say("imports.rejects"),
                    on_click=lambda: ui.download.content(rejects, f"{done.path.name}.rejects.csv", "text/csv"),
                ).props("outline no-caps")


def _checked(
    connection: Connection,
    user: SignedIn,
    path: Path,
    kinds: Sequence[str],
    map_path: Path | None,
    store: str | None,
    now: datetime,
    settings: Settings,
) -> ImportResult:
    read = _reading(user, kinds, map_path)
    return check_file(connection, read.kinds, path, column_map=read.map, store=store, now=now, settings=settings)


def _imported(
    connection: Connection,
    user: SignedIn,
    path: Path,
    kinds: Sequence[str],
    map_path: Path | None,
    store: str | None,
    now: datetime,
    settings: Settings,
) -> ImportResult:
    """Import a file that was checked: whoever saw what is doubtful about it has accepted that."""
    read = _reading(user, kinds, map_path)
    done = load_file(
        connection, read.kinds, path, column_map=read.map, store=store, now=now, settings=settings, accept=True
    )
    counts = {str(kind): {"inserted": one.inserted, "changed": one.changed} for kind, one in done.counts.items()}
    audit.record(connection, now, user.login, "file.imported", "file", path.name, None, counts)
    return done


class _Reading(NamedTuple):
    """How a file is to be read."""

    kinds: tuple[KindName, ...]
    map: ColumnMap


def _reading(user: SignedIn, kinds: Sequence[str], map_path: Path | None) -> _Reading:
    """By the kinds and the map that were chosen. Raises `NotYours`, `UnknownKind`, and what a bad map raises."""
    check_everywhere(user)
    return _Reading(read_kinds(",".join(kinds)), read_map(map_path) if map_path else NO_MAP)


def check_everywhere(user: SignedIn) -> None:
    """A file may be about every store. Raises `NotYours` for a user of one store."""
    if user.store is not None:
        raise NotYours("store", "for all")
