"""Saved audiences and lists: load one, save the form under a name, import a file as a list."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nicegui import events, ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.campaigns.audiences.form import AudienceForm
from console.web.campaigns.views import act
from console.web.parts.dialogs import confirm
from console.web.parts.frame import sentence_of, telling
from console.web.parts.told import tell
from models.core.errors import AftercareError
from models.people.permissions import Permission
from tasks.campaigns.audiences.choices import read_names
from tasks.campaigns.audiences.lists import ListMade, make_list
from tasks.campaigns.audiences.saved import (
    SavedAudience,
    change_audience,
    delete_audience,
    keep_audience,
    list_audiences,
)
from tasks.campaigns.authors import Author, author_of

LARGEST_FILE = 20 << 20
REJECTS_SHOWN = 10


@dataclass
class AudienceLibrary:
    """The panel."""

    viewer: Viewer
    store_id: Callable[[], int | None]
    form: AudienceForm
    _saved: dict[int, SavedAudience] = field(default_factory=dict)
    _chosen: SavedAudience | None = None

    async def show(self) -> None:
        """Choose a saved audience, or name the one in the form."""
        say = self.viewer.say
        title = say("audience.saved")
        with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
            ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-bold")
            self._choice = ui.select({}, label=say("audience.load"), on_change=lambda event: self._load(event.value))
            self._choice.props("outlined dense clearable").classes("full-width")
            self._name = ui.input(say("audience.keep_as")).props("outlined dense autocomplete=off")
            self._name.classes("full-width q-mt-sm")
            with ui.row().classes("q-mt-sm"):
                ui.button(say("audience.keep"), on_click=self._keep).props("outline no-caps")
                self._change_button = ui.button(say("audience.change"), on_click=self._change).props("outline no-caps")
                self._delete_button = ui.button(say("audience.delete"), on_click=self._delete)
                self._delete_button.props("outline no-caps color=negative")
            self._show_upload()
        await self._read()

    def _show_upload(self) -> None:
        say = self.viewer.say
        ui.label(say("audience.by_file")).props("role=heading aria-level=3").classes("text-subtitle1 text-bold q-mt-md")
        ui.label(say("audience.by_file_means")).classes("quiet")
        upload = ui.upload(
            on_upload=self._take_file, auto_upload=True, max_file_size=LARGEST_FILE,
            on_rejected=lambda: tell(self.viewer, say("audience.too_large"), "negative"),
        )  # fmt: skip
        upload.props('accept=".csv,.xlsx,.xls,.txt"').classes("hidden")  # its own buttons have no accessible names
        ui.button(say("audience.choose_file"), on_click=lambda: upload.run_method("pickFiles")).props("outline no-caps")
        self._rejects = ui.column().classes("full-width").props("role=status")

    async def _take_file(self, event: events.UploadEventArguments) -> None:
        """Make a list of the customers in the file. The form then asks for that list."""
        self._rejects.clear()
        name = Path(event.file.name).name
        with TemporaryDirectory(prefix="aftercare-list-") as folder:
            path = Path(folder) / name
            await event.file.save(path)
            try:
                made: ListMade = await act(
                    self.viewer, Permission.MAKE_CAMPAIGNS, _make_list, path, self.viewer.now, self.store_id()
                )
            except AftercareError as refusal:
                said = sentence_of(self.viewer.language, refusal).replace(f"{folder}/", "")
                tell(self.viewer, said, "negative")
                return
        self._tell(made)
        if made.list_id is not None:
            self.form.ask_for_list(made.list_id, made.name)

    def _tell(self, made: ListMade) -> None:
        say = self.viewer.say
        with self._rejects:
            ui.label(say("audience.list_made", read=made.read, members=made.members))
            if made.rejects:
                ui.label(say("audience.rejected", count=len(made.rejects))).classes("bad")
                with ui.element("ul"):
                    for one in made.rejects[:REJECTS_SHOWN]:
                        with ui.element("li"):
                            ui.label(say("audience.reject", row=one.row, reason=one.told.say(self.viewer.language)))

    async def _read(self, chosen: int | None = None) -> None:
        found: list[SavedAudience] = await self.viewer.read(list_audiences, author_of(self.viewer.user))
        self._saved = {one.audience_id: one for one in found}
        everywhere = self.viewer.say("frame.all_stores")
        names = {one.audience_id: f"{one.name} · {one.store or everywhere}" for one in found}
        self._choice.set_options(names, value=chosen)
        self._take(self._saved.get(chosen) if chosen is not None else None)

    def _take(self, chosen: SavedAudience | None) -> None:
        self._chosen = chosen
        mine = chosen is not None and (self.viewer.store_id is None or chosen.store_id == self.viewer.store_id)
        self._change_button.set_visibility(mine)
        self._delete_button.set_visibility(mine)

    async def _load(self, audience_id: int | None) -> None:
        chosen = self._saved.get(audience_id) if audience_id is not None else None
        if chosen is None or chosen == self._chosen:
            return
        self._take(chosen)
        self._name.set_value(chosen.name)
        self.form.fill(chosen.rule.model_dump(mode="json"), await self.viewer.read(read_names, chosen.rule))

    async def _keep(self) -> None:
        """Save under a new name."""
        async with telling(self.viewer):
            name = (self._name.value or "").strip()
            made = await self._do(keep_audience, name, self.form.rule, self.viewer.now, self.store_id())
            await self._read(made)

    async def _change(self) -> None:
        """Save changes to the loaded audience, unless somebody else has changed it since."""
        async with telling(self.viewer):
            assert self._chosen is not None  # noqa: S101  the button is not there otherwise
            chosen, name = self._chosen, (self._name.value or "").strip()
            await self._do(
                change_audience, chosen.audience_id, name, self.form.rule, chosen.version, self.viewer.now
            )  # fmt: skip
            await self._read(chosen.audience_id)

    async def _delete(self) -> None:
        """Delete the loaded audience. The form stays as it is."""
        assert self._chosen is not None  # noqa: S101  the button is not there otherwise
        chosen, say = self._chosen, self.viewer.say
        question = say("audience.delete_ask", name=chosen.name)
        if not await confirm(self.viewer, question, "audience.delete_means", "audience.delete"):
            return
        async with telling(self.viewer):
            await self._do(
                delete_audience, chosen.audience_id, chosen.version, self.viewer.now, said="audience.deleted"
            )  # fmt: skip
            self._name.set_value("")
            await self._read()

    async def _do(self, job: Callable[..., object], *args: object, said: str = "audience.kept_now") -> Any:
        done = await act(self.viewer, Permission.MAKE_CAMPAIGNS, job, *args)
        tell(self.viewer, self.viewer.say(said))
        return done


def _make_list(connection: Connection, author: Author, path: Path, now: datetime, store_id: int | None) -> ListMade:
    return make_list(connection, author, path.stem, path, now, store_id)
