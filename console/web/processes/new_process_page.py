"""A new process, made in forms: from another one or from a kind of subject, seen on real facts, saved switched off."""

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page, sentence_of, telling
from console.web.parts.schedules import schedule_of, schedule_text
from console.web.parts.tables import show_table
from console.web.parts.told import tell
from console.web.policies.form import PolicyForm, errors_in
from deployments.plan import read_plan
from deployments.pool import PREFECT_AWAY, bring_to_pool
from deployments.prefect_server import API_VARIABLE
from models.core.errors import AftercareError
from models.core.shown import show_day
from models.core.words import ProcessName, StepKind, SubjectKind
from models.kits.letters import variables_of
from models.messages.letters import LINKS
from models.messages.relative_time import warn_of_relative_words
from models.people.permissions import Permission
from models.policies.policy import Policy
from models.policies.schedule import LANGUAGES
from models.policies.shipped import BadPolicy, read_policy
from tasks.access.sessions import SignedIn
from tasks.planning.trying import AHEAD, BEFORE, TriedDay, try_day
from tasks.processes.adding import AddedProcess, ForAllStores, add_process, check_process
from tasks.processes.beginning import OF_SUBJECT, begin_process, empty_template, sources, unsaid
from tasks.processes.files import ProcessFiles
from tasks.runs.by_hand import switch_by_hand

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LANGUAGE_KEYS = {"zh-CN": "chinese", "en": "english"}


@page("/processes/new", Permission.CHANGE_POLICIES, "processes.new")
async def show_new_process(viewer: Viewer, name: str = "", source: str = "") -> None:
    """First its name and what it begins with; then its forms."""
    if viewer.user.store is not None:
        raise ForAllStores(viewer.user.store)
    if not (NAME.fullmatch(name) and source):
        await _show_beginning(viewer)
        return
    files = await viewer.read(begin_process, name, source)
    await _Maker(viewer, files).show()


async def _show_beginning(viewer: Viewer) -> None:
    ui.label(viewer.say("processes.intro")).classes("quiet")
    processes, kinds = await viewer.read(sources)
    choices = {f"{OF_SUBJECT}{kind}": viewer.say("processes.about", name=viewer.word(kind)) for kind in kinds}
    choices |= {str(one): viewer.say("processes.copy_of", name=viewer.word(one)) for one in processes}

    def begin() -> None:
        name = (named.value or "").strip()
        if NAME.fullmatch(name):
            ui.navigate.to(f"/processes/new?{urlencode({'name': name, 'source': chosen.value})}")
        else:
            named.error = viewer.say("processes.not_a_name")

    with ui.row().classes("items-start full-width"):
        named = ui.input(viewer.say("processes.name")).props("outlined dense").classes("search")
        named.props["hint"] = viewer.say("processes.name_help")
        chosen = ui.select(choices, label=viewer.say("processes.source"), value=next(iter(choices)))
        chosen.props("outlined dense").classes("filter")
        ui.button(viewer.say("processes.begin"), on_click=begin).props("no-caps")


class _Maker:
    """The draft, its forms, and below them whom it would contact."""

    def __init__(self, viewer: Viewer, files: ProcessFiles) -> None:
        self._viewer, self._name = viewer, str(files.policy["process"])
        self._templates, self._wording = files.templates, files.wording
        self._keys = list(files.templates)
        self._looked = 0
        self._description = dict(files.policy.get("description") or unsaid())
        self._schedule = schedule_text(files.policy.get("schedule"))
        body = {"rules": {}} | files.policy
        self._form = PolicyForm(viewer, self._name, body, self._keys, self._changed)
        self._form.editable = True
        self._words = ui.refreshable(self._show_words)
        self._texts = ui.refreshable(self._show_texts)
        self._result = ui.column()

    async def show(self) -> None:
        say = self._viewer.say
        with ui.element("section").classes("card full-width"):
            _heading(self._name)
            with ui.element("div").classes("cards"):
                self._both(say("processes.called"), self._wording.setdefault(self._name, unsaid()))
                self._both(say("processes.description"), self._description)
                _text(say("processes.schedule"), self._schedule, self._reschedule, hint=say("processes.schedule_help"))
        self._form.show()
        self._texts()
        self._words()
        ui.label(say("processes.see_hint")).classes("quiet")
        with ui.row():
            ui.button(say("processes.see"), on_click=self._see).props("no-caps")
            ui.button(say("processes.save"), on_click=self._save).props("outline no-caps")
        self._result = ui.column().classes("full-width")

    def _changed(self) -> None:
        self._looked += 1
        self._result.clear()
        for step in self._form.body["steps"]:
            self._wording.setdefault(str(step["key"]), unsaid())
        self._words.refresh()

    def _touched(self) -> None:
        self._looked += 1
        self._result.clear()

    def _reschedule(self, text: str) -> None:
        self._schedule = text
        self._touched()

    def _both(self, label: str, said: dict[str, Any]) -> None:
        for language in LANGUAGES:
            spoken = self._viewer.say(f"processes.{LANGUAGE_KEYS[language]}")
            _text(f"{label} ({spoken})", said.get(language) or "", self._setter(said, language))

    def _setter(self, said: dict[str, Any], name: str) -> Callable[[str], None]:
        def change(text: str) -> None:
            said[name] = text
            self._touched()

        return change

    def _show_texts(self) -> None:
        """Each template, in both languages side by side."""
        say = self._viewer.say
        with ui.element("section").classes("card full-width"):
            _heading(say("processes.texts"))
            for key in self._keys:
                ui.label(key).props("role=heading aria-level=3").classes("text-bold")
                ui.label(", ".join(self._variables_of(key))).classes("quiet")
                with ui.element("div").classes("cards"):
                    for language in LANGUAGES:
                        self._show_text(key, language)
            ui.button(say("processes.add_text"), icon="add", on_click=self._add_text).props("outline no-caps")

    def _variables_of(self, key: str) -> list[str]:
        steps = [step for step in self._form.body["steps"] if step.get("template") == key]
        kinds = {SubjectKind(str(step["subject"])) for step in steps}
        return sorted(
            {f"{{{{ {name} }}}}" for kind in kinds for name in variables_of(kind) if not name.startswith(LINKS)}
        )

    def _show_text(self, key: str, language: str) -> None:
        texts = self._templates[key].setdefault(language, {"text": ""})
        spoken = self._viewer.say(f"processes.{LANGUAGE_KEYS[language]}")
        with ui.column().classes("full-width"):
            for name in ("subject", "text", "also"):
                label = f"{self._viewer.say(f'processes.{name}')} ({spoken})"
                _text(label, texts.get(name) or "", self._setter(texts, name), key=f"{key}-{language}-{name}")

    def _add_text(self) -> None:
        number = len(self._keys) + 1
        key = f"{self._name}-text-{number}"
        while key in self._templates:
            number += 1
            key = f"{self._name}-text-{number}"
        self._templates[key], self._wording[key] = empty_template(StepKind.MESSAGE), unsaid()
        self._keys.append(key)
        self._touched()
        self._texts.refresh()
        self._words.refresh()
        self._form.show.refresh()

    def _show_words(self) -> None:
        """What steps and templates are called that nobody has a word for yet."""
        with ui.element("section").classes("card full-width"):
            _heading(self._viewer.say("processes.words"))
            with ui.element("div").classes("cards"):
                for word in self._named():
                    if word in self._wording:
                        self._both(word, self._wording[word])

    def _named(self) -> list[str]:
        steps = [str(step["key"]) for step in self._form.body["steps"]]
        return list(dict.fromkeys([*steps, *self._keys]))

    def _files(self) -> ProcessFiles:
        """The draft as the three files would have it; what was left empty is not there."""
        policy = dict(self._form.body) | {"schedule": schedule_of(self._schedule)}
        if any(self._description.values()):
            policy["description"] = dict(self._description)
        else:
            policy.pop("description", None)
        wanted = {self._name, *self._named()}
        words = {word: dict(said) for word, said in self._wording.items() if word in wanted and any(said.values())}
        templates = {
            key: {language: _filled(text) for language, text in self._templates[key].items()} for key in self._keys
        }
        return ProcessFiles(policy, templates, words, self._name)

    async def _checked(self) -> Policy | None:
        """The policy of the draft; what is wrong is told, in the steps at its field."""
        files = self._files()
        try:
            policy = read_policy(self._name, files.policy)
            await self._viewer.read(check_process, files)
        except BadPolicy as refusal:
            self._form.tell(errors_in(refusal.error, self._viewer.language, self._form.body["steps"]))
        except AftercareError as refusal:
            with self._result:
                ui.label(sentence_of(self._viewer.language, refusal)).classes("bad").props("role=alert")
        else:
            self._form.tell([])
            self._warn(files)
            return policy
        return None

    def _warn(self, files: ProcessFiles) -> None:
        """Of texts that will not be true on every day on which they may go."""
        for key, languages in files.templates.items():
            for language, text in languages.items():
                warning = warn_of_relative_words(*text.values())
                if warning is not None:
                    with self._result:
                        ui.label(f"{key} ({language}): {self._viewer.reason(warning)}").classes("warn")

    async def _see(self) -> None:
        self._touched()
        mine, policy = self._looked, await self._checked()
        if policy is None:
            return
        with self._result:
            waiting = ui.label(self._viewer.say("processes.seeing")).props("role=status")
            progress = ui.linear_progress(0, show_value=False)
            progress.props["aria-label"] = self._viewer.say("processes.seeing")
        days: list[TriedDay] = []
        async with telling(self._viewer):
            for number, ahead in enumerate(range(-BEFORE, AHEAD), 1):
                if mine != self._looked:
                    return
                days.append(await self._viewer.read(try_day, self._viewer.now, policy, ahead))
                progress.value = number / (BEFORE + AHEAD)
        waiting.delete()
        progress.delete()
        with self._result:
            _show_days(self._viewer, days)

    async def _save(self) -> None:
        self._touched()
        if await self._checked() is None:
            return
        viewer = self._viewer
        async with telling(viewer):
            added: AddedProcess = await viewer.change(Permission.CHANGE_POLICIES, _added, viewer.now, self._files())
            await _tell_pool(viewer)
            with self._result:
                said = viewer.say("processes.saved", process=viewer.word(added.process), version=added.version)
                ui.label(said).props("role=status")
                _Switch(viewer, added.process, added.enabled).show()


class _Switch:
    """Whether a saved process is on, and the button that switches it on."""

    def __init__(self, viewer: Viewer, process: ProcessName, enabled: bool) -> None:
        self._viewer, self._process, self._enabled = viewer, process, enabled
        self.show = ui.refreshable(self._show)

    def _show(self) -> None:
        say = self._viewer.say
        ui.label(say("processes.is_on" if self._enabled else "processes.is_off"))
        if not self._enabled and self._viewer.may(Permission.STEER_SCHEDULES):
            ui.button(say("processes.switch_on"), on_click=self._switch_on).props("no-caps color=positive")

    async def _switch_on(self) -> None:
        async with telling(self._viewer):
            await self._viewer.change(
                Permission.STEER_SCHEDULES, _switched, self._process, self._viewer.now, enabled=True
            )
            self._enabled = True
            self.show.refresh()
            said = self._viewer.say("processes.switched_on", process=self._viewer.word(self._process))
            tell(self._viewer, said, back=self._off_again)

    async def _off_again(self) -> str:
        await self._viewer.change(Permission.STEER_SCHEDULES, _switched, self._process, self._viewer.now, enabled=False)
        return self._viewer.say("processes.is_off")


def _added(connection: Connection, user: SignedIn, now: datetime, files: ProcessFiles) -> AddedProcess:
    if user.store is not None:
        raise ForAllStores(user.store)
    return add_process(connection, now, files, user.login, enabled=False)


def _switched(connection: Connection, user: SignedIn, process: ProcessName, now: datetime, *, enabled: bool) -> None:
    switch_by_hand(connection, user, process, now, enabled=enabled)


async def _tell_pool(viewer: Viewer) -> None:
    """Where workers run the flows, Prefect is told of the process; a runner looks by itself."""
    api = os.environ.get(API_VARIABLE)
    if not api:
        return
    try:
        await bring_to_pool(await viewer.read(read_plan), viewer.database.settings.time_zone, api)
    except PREFECT_AWAY:
        tell(viewer, viewer.say("processes.pool_away"), "warning")


def _show_days(viewer: Viewer, days: list[TriedDay]) -> None:
    say = viewer.say
    sums = Counter[str]()
    for number, one in enumerate(days):
        sums["before" if number < BEFORE else "after"] += sum(one.by_step.values())
    ui.label(say("processes.sum", before=sums["before"], after=sums["after"])).props("role=status")
    rows = [
        [show_day(one.day), viewer.word(step), str(touches)] for one in days for step, touches in one.by_step.items()
    ]
    if not rows:
        ui.label(say("processes.nobody"))
        return
    show_table(say("processes.days"), [say(f"processes.{name}") for name in ("day", "step", "touches")], rows)
    contacts = [contact for one in days for contact in one.sample]
    show_table(
        say("processes.customers"),
        [say(f"processes.{name}") for name in ("customer", "day", "step", "store")],
        [
            [f"{one.customer} {one.customer_key}", show_day(one.day), viewer.word(one.step), one.store]
            for one in contacts
        ],
    )


def _filled(text: Mapping[str, object]) -> dict[str, Any]:
    return {name: said for name, said in text.items() if said}


def _text(label: str, value: str, change: Callable[[str], None], *, hint: str = "", key: str = "") -> None:
    element = ui.textarea(label, value=value, on_change=lambda event: change(event.value or ""))
    element.props("outlined dense stack-label autogrow rows=1").classes("full-width q-mb-sm")
    if hint:
        element.props["hint"] = hint
    if key:
        element.props["for"] = key


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-h6")
