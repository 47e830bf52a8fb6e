"""Policies: who is contacted and when. Changes are previewed before activation, and can be rolled back."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

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
from console.web.policies.form import PolicyForm, errors_in
from console.web.policies.laws import show_laws
from console.web.policies.store_contact import show_store_contact
from console.web.policies.store_word import show_store_word
from console.web.policies.words import place_in_words, value_in_words
from models.core.errors import AftercareError
from models.core.shown import show_day
from models.people.permissions import Permission
from models.policies.policy import CONTACT_RULES, ContactRules, Policy
from models.policies.shipped import BadPolicy
from tasks.access.sessions import SignedIn
from tasks.planning.comparing import Change, Comparison, ForeseenStep, compare, foresee_both
from tasks.policies.catalogue import SHIPPED
from tasks.policies.changing import PolicyRow
from tasks.policies.editing import (
    PolicyRead,
    check_draft,
    end_own_policy,
    list_active,
    list_own_versions,
    read_in_force,
    read_kept,
    save_policy,
    store_codes,
    store_id_of,
)

DAYS = 14


@page("/policies", Permission.SEE_POLICIES, "frame.policies")
async def show_policies(viewer: Viewer) -> None:
    """The active policies: those for all stores, and the stores' own."""
    ui.label(viewer.say("policies.intro")).classes("quiet")
    every = viewer.store_id is None
    if every and viewer.may(Permission.CHANGE_POLICIES):
        ui.link(viewer.say("processes.new"), "/processes/new")
    rows = await viewer.read(list_active, viewer.user.store, every=every)
    headings = [viewer.say(f"policies.{name}") for name in ("policy", "whose", "version", "by", "at_time")]
    show_table(viewer.say("frame.policies"), headings, [_listed(viewer, row) for row in rows])


def _listed(viewer: Viewer, row: PolicyRow) -> list[Any]:
    store = row.store or viewer.user.store
    address = f"/policies/{row.name}" + (f"?store={quote(store)}" if store else "")
    return [
        lambda: ui.link(_policy_word(viewer, row.name), address),
        row.store or viewer.say("frame.all_stores"),
        str(row.version),
        _author(viewer, row.created_by),
        local(row.created_at, viewer.time_zone),
    ]


def _policy_word(viewer: Viewer, name: str) -> str:
    return viewer.say("policies.contact-rules") if name == CONTACT_RULES else viewer.word(name)


def _author(viewer: Viewer, author: str) -> str:
    return viewer.say("policies.shipped") if author == SHIPPED else author


@page("/policies/{name}", Permission.SEE_POLICIES, "frame.policies")
async def show_policy(viewer: Viewer, name: str, store: str = "") -> None:
    """One policy: its form, the effect of a change, and its versions."""
    whose = viewer.user.store or store or None
    read = await viewer.read(read_in_force, viewer.user, name, whose)
    ui.label(_policy_word(viewer, name)).props("role=heading aria-level=2").classes("text-h6")
    await show_store_choice(viewer, f"/policies/{name}", whose)
    editor = _Editor(viewer, name, whose, read)
    editor.show()
    if name == CONTACT_RULES:
        await show_store_contact(viewer)
        await show_laws(viewer)
        await show_store_word(viewer)
    await _Versions(viewer, name, whose, editor).show()


async def show_store_choice(viewer: Viewer, address: str, store: str | None) -> None:
    """For viewers of all stores: choose whose version to show."""
    if viewer.store_id is not None:
        return
    stores = {"": viewer.say("frame.all_stores")} | {
        code: f"{code} {name}" for code, name in await viewer.read(store_codes, viewer.store_id)
    }

    def open_store(event: ValueChangeEventArguments[str | None]) -> None:
        ui.navigate.to(address + (f"?store={quote(event.value)}" if event.value else ""))

    chosen = ui.select(stores, label=viewer.say("policies.for_store"), value=store or "", on_change=open_store)
    chosen.props("outlined dense").classes("filter")


class _Editor:
    """The form, and below it the effect of the draft until the draft is changed again."""

    def __init__(self, viewer: Viewer, name: str, store: str | None, read: PolicyRead) -> None:
        self._viewer, self._name, self._store, self._read = viewer, name, store, read
        self._looked = 0
        """Counts previews and changes, so that the result of an outdated preview is dropped."""
        self.form = PolicyForm(viewer, name, read.body, read.templates, self._changed)
        self.form.editable = viewer.may(Permission.CHANGE_POLICIES)
        self.form.whole = store is None and name != CONTACT_RULES
        self._result = ui.column()

    def show(self) -> None:
        say, read = self._viewer.say, self._read
        at = local(read.created_at, self._viewer.time_zone)
        ui.label(say("policies.held", version=read.version, by=_author(self._viewer, read.created_by), at=at))
        if self._store and not read.own and self.form.editable:
            ui.label(say("policies.of_all")).classes("quiet")
        self.form.show()
        if self.form.editable:
            ui.label(say("policies.look_hint")).classes("quiet")
            with ui.row():
                ui.button(say("policies.look"), on_click=self.look).props("no-caps")
                if self._store and read.own:
                    ui.button(say("policies.end_own"), on_click=self._end_own).props("outline no-caps")
        self._result = ui.column().classes("full-width")

    def _changed(self) -> None:
        self._looked += 1
        self._result.clear()

    async def look(self) -> None:
        """Validate the draft; show the differences, whom they concern today, and the forecast."""
        self._changed()
        mine, draft = self._looked, await self._checked()
        if draft is None or mine != self._looked:
            return
        self.form.tell([])
        body = draft.model_dump(mode="json")
        with self._result:
            if not _show_differences(self._viewer, self._read.body, body):
                ui.label(self._viewer.say("policies.unchanged")).props("role=status")
                return
            async with telling(self._viewer):
                if isinstance(draft, ContactRules):
                    ui.label(self._viewer.say("policies.rules_do_not_plan"))
                else:
                    await self._compare(draft, lambda: mine == self._looked)
        if mine == self._looked:
            with self._result:
                activate = ui.button(self._viewer.say("policies.activate"), on_click=lambda: self._activate(body))
                activate.props("no-caps color=positive")

    async def _checked(self) -> Policy | ContactRules | None:
        try:
            draft: Policy | ContactRules = await self._viewer.read(
                check_draft, self._viewer.user, self.form.body, self._store
            )
        except BadPolicy as refusal:
            self.form.tell(errors_in(refusal.error, self._viewer.language, self.form.body.get("steps", ())))
            return None
        except AftercareError as refusal:
            with self._result:
                ui.label(sentence_of(self._viewer.language, refusal)).classes("bad").props("role=alert")
            return None
        return draft

    async def _compare(self, draft: Policy, still_wanted: Callable[[], bool]) -> None:
        """Compare today in one statement, then day by day with progress shown."""
        say = self._viewer.say
        with ui.column().classes("full-width") as waiting:
            ui.label(say("policies.comparing")).props("role=status")
            progress = ui.linear_progress(0, show_value=False)
            progress.props["aria-label"] = say("policies.comparing")
        store_id = await self._viewer.read(store_id_of, self._viewer.user, self._store)
        try:
            found = await self._viewer.read(compare, self._viewer.now, draft, store_id)
            days: list[ForeseenStep] = []
            for ahead in range(DAYS):
                if not still_wanted():
                    return
                progress.value = (ahead + 1) / (DAYS + 1)
                days += await self._viewer.read(foresee_both, self._viewer.now, draft, store_id, ahead)
        finally:
            if still_wanted():
                waiting.delete()
        if still_wanted():
            _show_today(self._viewer, found)
            _show_days(self._viewer, days)

    async def _end_own(self) -> None:
        say = self._viewer.say
        async with telling(self._viewer):
            reason = await ask_reason(
                self._viewer, say("policies.end_own"), say("policies.end_own_explained"), needed=True
            )
            if reason is not None:
                await self._viewer.change(
                    Permission.CHANGE_POLICIES, _end_own, self._viewer.now, self._name, self._store,
                    self._read.version_id, reason,
                )  # fmt: skip
                tell(self._viewer, say("policies.own_ended"), back=self._as_before, then=RELOAD)

    async def _activate(self, body: dict[str, Any]) -> None:
        async with telling(self._viewer):
            version = await self._viewer.change(
                Permission.CHANGE_POLICIES, _save, self._viewer.now, self._name, body, self._store,
                self._read.version_id,
            )  # fmt: skip
            said = self._viewer.say("policies.activated", version=version)
            back = self._as_before if self._read.own or not self._store else self._of_all_again
            tell(self._viewer, said, back=back, then=RELOAD)

    async def _of_all_again(self) -> str:
        """Let the store go by the policy for all, as it did before it had one of its own."""
        say = self._viewer.say
        held: PolicyRead = await self._viewer.read(read_in_force, self._viewer.user, self._name, self._store)
        await self._viewer.change(
            Permission.CHANGE_POLICIES, _end_own, self._viewer.now, self._name, self._store, held.version_id,
            say("frame.by_mistake"),
        )  # fmt: skip
        return say("policies.own_ended")

    async def _as_before(self) -> str:
        """Activate what held before, as the next version."""
        held: PolicyRead = await self._viewer.read(read_in_force, self._viewer.user, self._name, self._store)
        version = await self._viewer.change(
            Permission.CHANGE_POLICIES, _save, self._viewer.now, self._name, self._read.body, self._store,
            held.version_id,
        )  # fmt: skip
        return self._viewer.say("policies.as_before", version=version)


def _end_own(
    connection: Connection, user: SignedIn, now: datetime, name: str, store: str | None, based_on: int, reason: str
) -> None:
    end_own_policy(connection, user, now, name, store, based_on, reason)


def _save(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    name: str,
    body: dict[str, Any],
    store: str | None,
    based_on: int,
) -> int:
    return save_policy(connection, user, now, name, body, store, based_on)


def _show_differences(viewer: Viewer, before: dict[str, object], after: dict[str, object]) -> bool:
    """A table of all fields that differ. Whether there are any."""
    found = differences(before, after)
    if not found:
        return False
    headings = [viewer.say(f"policies.{name}") for name in ("place", "before", "after")]
    ui.label(viewer.say("policies.differences")).props("role=heading aria-level=2").classes("text-h6")
    show_table(
        viewer.say("policies.differences"),
        headings,
        [
            [
                place_in_words(viewer, one.place, one.place[1] if len(one.place) > 1 else ""),
                value_in_words(viewer, one.place[-1], one.before),
                value_in_words(viewer, one.place[-1], one.after),
            ]
            for one in found
        ],
    )
    return True


def _show_today(viewer: Viewer, found: Comparison) -> None:
    say = viewer.say
    ui.label(say("policies.today")).props("role=heading aria-level=2").classes("text-h6")
    ui.label(say("policies.today_sum", before=found.before, after=found.after))
    changed = [one for one in found.steps if one.change is not Change.SAME]
    if not changed:
        ui.label(say("policies.no_one"))
        return
    ui.label(say("policies.stay_note")).classes("quiet")
    show_table(
        say("policies.today"),
        [say(f"policies.{name}") for name in ("step", "change", "touches", "stay")],
        [[viewer.word(one.step), say(f"policies.{one.change}"), str(one.touches), str(one.stay)] for one in changed],
    )
    with ui.element("details").classes("full-width"):
        with ui.element("summary"):
            ui.label(say("policies.customers")).classes("inline")
        show_table(
            say("policies.customers"),
            [say(f"policies.{name}") for name in ("customer", "store", "step", "change", "before", "after", "why_not")],
            [
                [
                    f"{one.customer} {one.customer_key}",
                    one.store,
                    viewer.word(one.step),
                    say(f"policies.{one.change}"),
                    local(one.before, one.time_zone),
                    local(one.after, one.time_zone),
                    viewer.reason(one.reason),
                ]
                for one in found.sample
            ],
        )


def _show_days(viewer: Viewer, days: list[ForeseenStep]) -> None:
    """The days and steps that differ; days without a difference are left out."""
    say = viewer.say
    ui.label(say("policies.next_days")).props("role=heading aria-level=2").classes("text-h6")
    ui.label(say("policies.unforeseen")).classes("quiet")
    changed = [one for one in days if one.before != one.after]
    if not changed:
        ui.label(say("policies.days_same"))
        return
    totals: Counter[str] = Counter()
    for one in days:
        totals["before"] += one.before
        totals["after"] += one.after
    show_table(
        say("policies.next_days"),
        [say(f"policies.{name}") for name in ("day", "step", "before", "after", "difference")],
        [
            [
                show_day(one.day),
                viewer.word(one.step),
                str(one.before),
                str(one.after),
                f"{one.after - one.before:+d}",
            ]
            for one in changed
        ]
        + [["Σ", "", str(totals["before"]), str(totals["after"]), f"{totals['after'] - totals['before']:+d}"]],
    )


class _Versions:
    """All versions, the difference between two of them, and rollback."""

    def __init__(self, viewer: Viewer, name: str, store: str | None, editor: _Editor) -> None:
        self._viewer, self._name, self._store, self._editor = viewer, name, store, editor

    async def show(self) -> None:
        viewer = self._viewer
        every = viewer.store_id is None
        rows = await viewer.read(list_own_versions, self._name, self._store, every=every)
        with ui.element("section").classes("full-width"):
            ui.label(viewer.say("policies.versions")).props("role=heading aria-level=2").classes("text-h6")
            headings = [
                viewer.say(f"policies.{name}") for name in ("version", "whose", "state", "by", "at_time", "act")
            ]
            show_table(viewer.say("policies.versions"), headings, [self._row(row) for row in rows])
            self._choose_two(rows)

    def _row(self, row: PolicyRow) -> list[Any]:
        viewer = self._viewer
        return [
            str(row.version),
            row.store or viewer.say("frame.all_stores"),
            viewer.say("policies.active" if row.active else "policies.kept"),
            _author(viewer, row.created_by),
            local(row.created_at, viewer.time_zone),
            lambda: self._take_back_button(row),
        ]

    def _take_back_button(self, row: PolicyRow) -> None:
        if self._editor.form.editable and not (row.active and row.store == self._store):
            label = self._viewer.say("policies.take_back", version=row.version)
            ui.button(label, on_click=lambda: self._take_back(row)).props("outline dense no-caps")

    async def _take_back(self, row: PolicyRow) -> None:
        """An older version becomes a draft: it is previewed, then activated as the next version."""
        async with telling(self._viewer):
            body = await self._viewer.read(read_kept, self._viewer.user, self._name, row.store, row.version)
            self._editor.form.fill(body)
            tell(self._viewer, self._viewer.say("policies.taken_back", version=row.version), "info")
            await self._editor.look()

    def _choose_two(self, rows: list[PolicyRow]) -> None:
        if len(rows) < 2:
            return
        all_stores = self._viewer.say("frame.all_stores")
        words = {number: f"{row.store or all_stores} {row.version}" for number, row in enumerate(rows)}
        shown = ui.column().classes("full-width")
        with ui.row().classes("items-end"):
            older = ui.select(words, label=self._viewer.say("policies.older"), value=1).props("outlined dense")
            newer = ui.select(words, label=self._viewer.say("policies.newer"), value=0).props("outlined dense")

            async def show() -> None:
                async with telling(self._viewer):
                    bodies = [
                        await self._viewer.read(read_kept, self._viewer.user, self._name, row.store, row.version)
                        for row in (rows[older.value], rows[newer.value])
                    ]
                    shown.clear()
                    with shown:
                        if not _show_differences(self._viewer, bodies[0], bodies[1]):
                            ui.label(self._viewer.say("policies.no_difference")).props("role=status")

            ui.button(self._viewer.say("policies.differences"), on_click=show).props("outline no-caps")
        shown.move(target_index=-1)
