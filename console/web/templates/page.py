"""Templates: the texts in both languages side by side, previewed for a real customer while editing."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any
from urllib.parse import quote

from jinja2 import TemplateError
from nicegui import ui
from nicegui.events import ValueChangeEventArguments
from sqlalchemy import Connection

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.parts.deciding import ask_reason
from console.web.parts.differences import differences
from console.web.parts.frame import page, sentence_of, telling
from console.web.parts.tables import show_table
from console.web.parts.told import RELOAD, tell
from console.web.policies.page import show_store_choice
from models.core.errors import AftercareError
from models.core.words import SubjectKind
from models.kits.letters import variables_of, variables_of_any
from models.messages.relative_time import warn_of_relative_words
from models.messages.rendering import check_template
from models.messages.sms_segments import measure
from models.messages.template_guard import refuse_forbidden
from models.people.permissions import Permission
from models.policies.shipped import LANGUAGES
from tasks.access.sessions import SignedIn
from tasks.customers.searching import search_customers
from tasks.messages.previewing import Example, examples_of, examples_of_customer
from tasks.messages.template_changes import TemplateRow
from tasks.messages.template_editing import (
    KEY,
    PARTS,
    TemplateRead,
    TemplateVersionRow,
    Texts,
    complaint_about,
    end_own_template,
    list_own_templates,
    list_template_versions,
    read_to_begin,
    save_template,
)
from tasks.policies.catalogue import SHIPPED
from tasks.policies.editing import store_id_of

TYPING_MILLISECONDS = 200
"""The preview is updated when typing has paused this long."""


@page("/templates", Permission.SEE_POLICIES, "frame.templates")
async def show_templates(viewer: Viewer) -> None:
    """The active templates by key and language: those for all stores, and the stores' own."""
    ui.label(viewer.say("templates.intro")).classes("quiet")
    if viewer.may(Permission.CHANGE_TEMPLATES):
        _offer_new(viewer)
    rows = await viewer.read(list_own_templates, viewer.user.store, every=viewer.store_id is None)
    headings = [
        viewer.say(f"templates.{name}") for name in ("template", "language", "whose", "version", "by", "at_time")
    ]
    show_table(viewer.say("frame.templates"), headings, [_listed(viewer, row) for row in rows])


def _offer_new(viewer: Viewer) -> None:
    """Ask for the name of a new template. Its texts are written on its own page."""

    def begin() -> None:
        key = (named.value or "").strip()
        if KEY.fullmatch(key):
            ui.navigate.to(f"/templates/{key}" + (f"?store={quote(viewer.user.store)}" if viewer.user.store else ""))
        else:
            named.error = viewer.say("templates.not_a_key")

    with ui.row().classes("items-start full-width"):
        named = ui.input(viewer.say("templates.new")).props("outlined dense").classes("search")
        named.props["hint"] = viewer.say("templates.new_help")
        named.on("keydown.enter", begin)
        ui.button(viewer.say("templates.begin"), on_click=begin).props("outline no-caps")


def _listed(viewer: Viewer, row: TemplateRow) -> list[Any]:
    store = row.store or viewer.user.store
    address = f"/templates/{row.key}" + (f"?store={quote(store)}" if store else "")
    return [
        lambda: _name(viewer, row.key, address),
        viewer.say(f"templates.{row.language}"),
        row.store or viewer.say("frame.all_stores"),
        str(row.version),
        _author(viewer, row.created_by),
        local(row.created_at, viewer.time_zone),
    ]


def _name(viewer: Viewer, key: str, address: str) -> None:
    """Its label, and below it the key that policies use."""
    name = viewer.word(key)
    with ui.element("div"):
        ui.link(name, address)
        if name != key:
            ui.label(key).classes("quiet text-weight-regular")


def _author(viewer: Viewer, author: str) -> str:
    return viewer.say("policies.shipped") if author == SHIPPED else author


@page("/templates/{key}", Permission.SEE_POLICIES, "frame.templates")
async def show_template(viewer: Viewer, key: str, store: str = "") -> None:
    """One template: its texts in both languages, a preview, and its versions."""
    whose = viewer.user.store or store or None
    read = await viewer.read(read_to_begin, viewer.user, key, whose)
    ui.label(viewer.word(key)).props("role=heading aria-level=2").classes("text-h6")
    ui.label(viewer.say("templates.called", name=key)).classes("quiet")
    await show_store_choice(viewer, f"/templates/{key}", whose)
    store_id = await viewer.read(store_id_of, viewer.user, whose)
    examples = await viewer.read(examples_of, viewer.now, key, read.subjects, store_id)
    editor = _Editor(viewer, key, whose, read, _Examples(viewer, read, store_id, examples))
    editor.show()
    await _show_versions(viewer, key, whose, editor)


class _Examples:
    """The customers for whom a template can be previewed, and the selected one."""

    def __init__(self, viewer: Viewer, read: TemplateRead, store_id: int | None, found: list[Example]) -> None:
        self._viewer, self._read, self._store_id, self._found = viewer, read, store_id, found
        self.chosen = found[0] if found else None
        self._chosen_anew: Callable[[], None] = lambda: None
        self._choice: Any = None

    def show(self, chosen_anew: Callable[[], None]) -> None:
        """Draw the choice, and a search for other customers."""
        say, self._chosen_anew = self._viewer.say, chosen_anew
        with ui.row().classes("items-start"):
            self._choice = ui.select(
                self._words(), label=say("templates.example"), value=0 if self._found else None, on_change=self._choose
            )
            self._choice.props("outlined dense").classes("filter")
            wanted = ui.input(say("templates.find")).props("outlined dense").classes("filter")
            wanted.props["hint"] = say("templates.find_help")
            wanted.on("keydown.enter", lambda: self._find(wanted.value or ""))
            button = ui.button(icon="search", on_click=lambda: self._find(wanted.value or "")).props("flat round")
            button.props["aria-label"] = say("frame.search")
        if not self._found:
            ui.label(say("templates.no_example")).classes("quiet")

    def _words(self) -> dict[int, str]:
        return {number: f"{one.customer} · {self._viewer.word(one.kind)}" for number, one in enumerate(self._found)}

    def _choose(self, event: ValueChangeEventArguments[int | None]) -> None:
        self.chosen = self._found[event.value] if event.value is not None else None
        self._chosen_anew()

    async def _find(self, text: str) -> None:
        async with telling(self._viewer):
            found = await self._viewer.read(
                _examples_found, self._viewer.now, self._read, self._viewer.store_id, self._store_id, text
            )
            if not found:
                tell(self._viewer, self._viewer.say("templates.none_found"), "warning")
                return
            self._found = found
            self.chosen = found[0]
            self._choice.set_options(self._words(), value=0)
            self._chosen_anew()


def _examples_found(
    connection: Connection, now: datetime, read: TemplateRead, seen: int | None, store_id: int | None, text: str
) -> list[Example]:
    """The subjects of the first customer who matches a text and whom the template could be about."""
    for customer in search_customers(connection, seen, text).customers:
        found = examples_of_customer(connection, now, read.subjects, store_id, customer.id)
        if found:
            return found
    return []


class _Editor:
    """The texts in both languages, with a preview below."""

    def __init__(self, viewer: Viewer, key: str, store: str | None, read: TemplateRead, examples: _Examples) -> None:
        self._viewer, self._key, self._store, self._read, self._examples = viewer, key, store, read, examples
        self.texts: Texts = deepcopy(read.texts)
        self.editable = viewer.may(Permission.CHANGE_TEMPLATES)
        self._fields: dict[tuple[str, str], Any] = {}
        self._previews: dict[str, Any] = {}

    def show(self) -> None:
        say = self._viewer.say
        if self._store and not self._read.own and self.editable:
            ui.label(say("templates.of_all")).classes("quiet")
        names = sorted({name for subject in self._read.subjects for name in variables_of(subject)})
        ui.label(say("templates.variables", names=", ".join(f"{{{{ {name} }}}}" for name in names))).classes("quiet")
        self._examples.show(self._preview_both)
        with ui.element("div").classes("languages"):
            for language in LANGUAGES:
                with ui.element("section").classes("card"):
                    self._show_language(language)
        self._said = ui.label().classes("bad").props("role=alert")
        self._said.set_visibility(False)
        if self.editable:
            with ui.row():
                ui.button(say("templates.save"), on_click=self._save).props("no-caps")
                if self._store and self._read.own:
                    ui.button(say("templates.end_own"), on_click=self._end_own).props("outline no-caps")
        self._preview_both()

    def _show_language(self, language: str) -> None:
        say = self._viewer.say
        named = say(f"templates.{language}")
        ui.label(named).props("role=heading aria-level=3").classes("text-subtitle1 text-bold")
        for part in PARTS:
            self._show_part(language, part, say(f"templates.{part}", named=named))
        ui.label(say("templates.preview_of", named=named)).props("role=heading aria-level=4").classes("text-bold")
        self._previews[language] = ui.column().classes("full-width").props(f'data-preview="{language}"')

    def _show_part(self, language: str, part: str, label: str) -> None:
        def typed(event: ValueChangeEventArguments[str | None]) -> None:
            self.texts[language][part] = event.value or ""
            self._preview(language)

        field = ui.textarea(
            label,
            value=self.texts[language][part],
            on_change=typed,
            validation=lambda said: self._complaint(said or ""),
        )
        field.props(f"outlined dense autogrow hide-bottom-space debounce={TYPING_MILLISECONDS}")
        field.classes("full-width q-mb-sm")
        if part != "text":
            field.props["hint"] = self._viewer.say(f"templates.{part}_help")
        if not self.editable:
            field.props("readonly")
        self._fields[language, part] = field

    def fill(self, language: str, parts: dict[str, str]) -> None:
        """Load other texts into the fields of a language."""
        for part, said in parts.items():
            self._fields[language, part].set_value(said)

    def _preview_both(self) -> None:
        for language in LANGUAGES:
            self._preview(language)

    def _preview(self, language: str) -> None:
        """The preview; empty while a text is invalid, which its field shows."""
        shown = self._previews[language]
        shown.clear()
        warning = warn_of_relative_words(*self.texts[language].values())
        if warning is not None:
            with shown:
                ui.label(self._viewer.reason(warning)).classes("warn").props("role=status")
        if any(map(self._complaint, self.texts[language].values())) or self._examples.chosen is None:
            return
        with shown:
            try:
                self._show_letter(self._examples.chosen, language)
            except (TemplateError, AftercareError) as refusal:
                ui.label(sentence_of(self._viewer.language, refusal)).classes("bad")

    def _complaint(self, said: str) -> str | None:
        """The error in a text. It must fit each subject of the steps that use it, or at least one if no step does."""
        refusals = [one for subject in self._read.subjects if (one := self._refusal_for(said, subject))]
        if not refusals or (not self._read.used and len(refusals) < len(self._read.subjects)):
            return None
        return sentence_of(self._viewer.language, refusals[0])

    def _refusal_for(self, said: str, subject: SubjectKind) -> AftercareError | None:
        try:
            if said:
                refuse_forbidden(self._key, said, variables_of_any())
                check_template(self._key, said, variables_of(subject))
        except AftercareError as refusal:
            return refusal
        return None

    def _show_letter(self, example: Example, language: str) -> None:
        letter = example.letter(language, self.texts[language], self._viewer.now)
        say, text = self._viewer.say, letter.text
        if letter.subject:
            ui.label(letter.subject).classes("text-bold")
        ui.label(text).classes("letter full-width")
        length = measure(text)
        ui.label(
            say(
                "templates.length", alphabet=length.alphabet, units=length.units, capacity=length.capacity,
                segments=length.segments,
            )
        ).classes("quiet")  # fmt: skip
        if letter.also:
            ui.label(letter.also).classes("letter full-width")

    async def _save(self) -> None:
        async with telling(self._viewer):
            refusal: AftercareError | None = await self._viewer.read(complaint_about, self._key, self.texts)
            self._said.set_visibility(refusal is not None)
            self._said.set_text(sentence_of(self._viewer.language, refusal) if refusal else "")
            if refusal is not None:
                return
            if self.texts == self._read.texts:
                tell(self._viewer, self._viewer.say("templates.unchanged"), "info")
                return
            await self._viewer.change(
                Permission.CHANGE_TEMPLATES, _save, self._viewer.now, self._key, self.texts, self._store,
                self._read.based_on,
            )  # fmt: skip
            back = self._as_before if self._read.own or not self._store else self._of_all_again
            said = self._viewer.say("templates.saved")
            tell(self._viewer, said, back=back if self._read.based_on else None, then=RELOAD)

    async def _of_all_again(self) -> str:
        """Let the store go by the texts for all, as it did before it had some of its own."""
        say = self._viewer.say
        held: TemplateRead = await self._viewer.read(read_to_begin, self._viewer.user, self._key, self._store)
        await self._viewer.change(
            Permission.CHANGE_TEMPLATES, _end_own, self._viewer.now, self._key, self._store, held.based_on,
            say("frame.by_mistake"),
        )  # fmt: skip
        return say("templates.own_ended")

    async def _as_before(self) -> str:
        """Activate the texts that held before, as the next version."""
        held: TemplateRead = await self._viewer.read(read_to_begin, self._viewer.user, self._key, self._store)
        await self._viewer.change(
            Permission.CHANGE_TEMPLATES, _save, self._viewer.now, self._key, self._read.texts, self._store,
            held.based_on,
        )  # fmt: skip
        return self._viewer.say("templates.as_before")

    async def _end_own(self) -> None:
        say = self._viewer.say
        async with telling(self._viewer):
            reason = await ask_reason(
                self._viewer, say("templates.end_own"), say("templates.end_own_explained"), needed=True
            )
            if reason is not None:
                await self._viewer.change(
                    Permission.CHANGE_TEMPLATES, _end_own, self._viewer.now, self._key, self._store,
                    self._read.based_on, reason,
                )  # fmt: skip
                tell(self._viewer, say("templates.own_ended"), back=self._as_before, then=RELOAD)


def _end_own(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    key: str,
    store: str | None,
    based_on: dict[str, int],
    reason: str,
) -> None:
    end_own_template(connection, user, now, key, store, based_on, reason)


def _save(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    key: str,
    texts: Texts,
    store: str | None,
    based_on: dict[str, int],
) -> None:
    save_template(connection, user, now, key, texts, store, based_on)


async def _show_versions(viewer: Viewer, key: str, store: str | None, editor: _Editor) -> None:
    """Every version, how it differs from the editor, and rollback."""
    rows = await viewer.read(list_template_versions, key, store, every=viewer.store_id is None)
    ui.label(viewer.say("templates.versions")).props("role=heading aria-level=2").classes("text-h6")
    names = ("version", "language", "whose", "state", "by", "at_time", "act")
    headings = [viewer.say(f"templates.{name}") for name in names]
    compared = ui.column().classes("full-width")
    show_table(viewer.say("templates.versions"), headings, [_version(viewer, row, editor, compared) for row in rows])
    compared.move(target_index=-1)


def _version(viewer: Viewer, row: TemplateVersionRow, editor: _Editor, compared: Any) -> list[Any]:
    return [
        str(row.version),
        viewer.say(f"templates.{row.language}"),
        row.store or viewer.say("frame.all_stores"),
        viewer.say("templates.active" if row.active else "templates.kept"),
        _author(viewer, row.created_by),
        local(row.created_at, viewer.time_zone),
        lambda: _version_buttons(viewer, row, editor, compared),
    ]


def _version_buttons(viewer: Viewer, row: TemplateVersionRow, editor: _Editor, compared: Any) -> None:
    def compare() -> None:
        compared.clear()
        with compared:
            _show_differences(viewer, row, editor.texts[row.language])

    def take_back() -> None:
        editor.fill(row.language, row.parts)
        tell(viewer, viewer.say("templates.taken_back", version=row.version), "info")

    with ui.row():
        ui.button(viewer.say("templates.compare", version=row.version), on_click=compare).props("outline dense no-caps")
        if editor.editable:
            label = viewer.say("templates.take_back", version=row.version)
            ui.button(label, on_click=take_back).props("outline dense no-caps")


def _show_differences(viewer: Viewer, row: TemplateVersionRow, in_editor: dict[str, str]) -> None:
    found = differences(row.parts, in_editor)
    if not found:
        ui.label(viewer.say("templates.no_difference")).props("role=status")
        return
    headings = [viewer.say(f"templates.{name}") for name in ("part", "this_version", "in_editor")]
    show_table(
        viewer.say("templates.differences"),
        headings,
        [
            [
                viewer.say(f"templates.part_{one.place[0]}"),
                _sentence(str(one.before or "")),
                _sentence(str(one.after or "")),
            ]
            for one in found
        ],
    )


def _sentence(text: str) -> Callable[[], object]:
    return lambda: ui.label(text).classes("sentence")
