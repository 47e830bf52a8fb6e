"""The switches of a customer's consent, by purpose and channel."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from console.shared.moments import local
from console.web.authentication.viewer import Viewer
from console.web.customers.problems import problem_of
from console.web.customers.timeline_words import said_or
from console.web.parts.dialogs import ask
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from models.core.words import ChannelName, Purpose
from models.people.permissions import Permission
from tasks.customers.card import CustomerCard
from tasks.customers.consent import Switch, Switches, allow_as_before, read_switches, switch_consent
from tasks.customers.intake import ALWAYS


async def show_consent(viewer: Viewer, card: CustomerCard) -> None:
    """A table of switches. It is redrawn after each change, so that it shows what is stored."""

    @ui.refreshable
    async def switches() -> None:
        read = await viewer.read(read_switches, viewer.store_id, card.id, viewer.now)
        _Table(viewer, card, read, switches.refresh).show()

    ui.label(viewer.say("customers.consent")).props("role=heading aria-level=2").classes("text-h6 q-mt-md")
    ui.label(viewer.say("customers.consent_hint")).classes("quiet")
    await switches()


class _Table:
    """The switches as they were read once."""

    def __init__(self, viewer: Viewer, card: CustomerCard, read: Switches, refresh: Callable[[], object]) -> None:
        self._viewer, self._card, self._read, self._refresh = viewer, card, read, refresh
        self._may = viewer.may(Permission.CHANGE_CONSENT) and card.erased_at is None

    def show(self) -> None:
        viewer = self._viewer
        headings = [viewer.say("customers.purpose"), *(viewer.word(channel) for channel in ChannelName)]
        rows: list[list[Cell]] = [
            [viewer.word(purpose), *(partial(self._show_switch, self._read.of(purpose, one)) for one in ChannelName)]
            for purpose in Purpose
        ]
        show_table(viewer.say("customers.consent"), headings, rows)

    def _show_switch(self, one: Switch) -> None:
        viewer = self._viewer
        state = viewer.say("customers.allowed" if one.allowed else "customers.refused")
        toggle = ui.switch(state, value=one.allowed, on_change=lambda event: self._turn(one, granted=event.value))
        toggle.props(f'dense aria-label="{viewer.word(one.purpose)}, {viewer.word(one.channel)}: {state}"')
        toggle.set_enabled(self._may)
        ui.label(self._whose_word(one)).classes("quiet word")

    def _whose_word(self, one: Switch) -> str:
        viewer = self._viewer
        if one.since is None:
            return viewer.say("customers.never_said")
        source = said_or(viewer, f"customers.source_{one.source}", one.source or "")
        if one.since == ALWAYS:
            return viewer.say("customers.always", source=source)
        return viewer.say("customers.since", moment=local(one.since, self._card.time_zone), source=source)

    async def _turn(self, one: Switch, *, granted: bool) -> None:
        if granted and one.purpose is Purpose.MARKETING:
            self._ask_for_evidence(one)
            return
        try:
            await self._switch(one, "", granted=granted)
        except Exception as error:  # noqa: BLE001  problem_of reports it, and logs the unexpected
            tell(self._viewer, problem_of(self._viewer, error), "negative")
        self._refresh()

    def _ask_for_evidence(self, one: Switch) -> None:
        async def allow(texts: Any) -> None:
            await self._switch(one, texts[0], granted=True)

        viewer = self._viewer
        dialog = ask(
            viewer,
            viewer.say("customers.marketing_title"),
            viewer.say("customers.marketing_hint"),
            [viewer.say("customers.evidence")],
            viewer.say("customers.allow"),
            allow,
            lambda error: problem_of(viewer, error),
        )
        dialog.on("hide", self._refresh)

    async def _switch(self, one: Switch, note: str, *, granted: bool) -> None:
        viewer = self._viewer
        await viewer.change(
            Permission.CHANGE_CONSENT, switch_consent, viewer.now, self._card.id, one.purpose, one.channel, note,
            self._read.seen, granted=granted,
        )  # fmt: skip
        key = "customers.now_allowed" if granted else "customers.now_refused"
        said = viewer.say(key, purpose=viewer.word(one.purpose), channel=viewer.word(one.channel))
        tell(viewer, said, back=partial(self._back, one))

    async def _back(self, one: Switch) -> str:
        """Restore what was said before."""
        viewer, note = self._viewer, self._viewer.say("customers.switched_by_mistake")
        await viewer.change(Permission.CHANGE_CONSENT, allow_as_before, viewer.now, self._card.id, [one], note)
        return viewer.say("customers.switched_back")
