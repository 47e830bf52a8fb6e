"""A live preview of the audience being edited: its size and a few of its customers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from nicegui import background_tasks, ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.campaigns.audiences.tree import Node
from console.web.parts.frame import sentence_of
from console.web.parts.tables import Cell, show_table
from models.campaigns.audiences import AudienceRule, BadAudience, read_audience
from models.core.errors import AftercareError
from models.people.permissions import Permission
from tasks.campaigns.audiences.counting import AudienceMember, AudienceSeen, see_audience
from tasks.database.timeouts import Stoppable

PAUSE_SECONDS = 0.5
"""Typing must pause this long before the audience is counted."""
PATIENCE_SECONDS = 1.5
SHOWN = 8


@dataclass
class AudienceWatch:
    """The panel beside the form. Only the latest query runs, and only its answer is shown."""

    viewer: Viewer
    store_id: Callable[[], int | None]
    rule: Callable[[], Node]
    complain: Callable[[BadAudience | None], None]
    found: Callable[[AudienceSeen], None]
    _asked: int = 0
    _reading: Stoppable = field(default_factory=Stoppable)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def show(self) -> None:
        """Draw the panel, and count for the first time."""
        with ui.element("section").classes("card full-width snug") as panel:
            panel.props["aria-label"] = self.viewer.say("audience.who")
            self._told = ui.label().props("role=status aria-live=polite").classes("text-bold")
            self._some = ui.column().classes("full-width")
        self.ask(at_once=True)

    def ask(self, *, at_once: bool = False) -> None:
        """The rule has changed: count again."""
        self._asked += 1
        self._told.set_text(self.viewer.say("audience.counting"))
        background_tasks.create(self._look(self._asked, 0 if at_once else PAUSE_SECONDS))

    async def _look(self, mine: int, pause: float) -> None:
        await asyncio.sleep(pause)
        if mine != self._asked:
            return
        await asyncio.to_thread(self._reading.stop)
        async with self._turn:
            if mine != self._asked or self._told.is_deleted:
                return
            try:
                rule = read_audience(self.rule())
                found = await self._read(mine, rule)
            except BadAudience as refusal:
                self._answer(mine, self.viewer.say("audience.unfinished"), refusal)
            except AftercareError as refusal:
                self._answer(mine, sentence_of(self.viewer.language, refusal), None)
            else:
                self._answer(mine, self.viewer.say("audience.size", count=f"{found.size:,}"), None)
                self._take(mine, found)

    async def _read(self, mine: int, rule: AudienceRule) -> AudienceSeen:
        """Count. A slow count says so and does not block the form; the next query stops it."""
        self._reading = Stoppable()
        reading = asyncio.create_task(
            self.viewer.read(_see, self._reading, rule, self.viewer.now, self.store_id(), SHOWN)
        )
        await asyncio.wait({reading}, timeout=PATIENCE_SECONDS)
        if not reading.done() and mine == self._asked and not self._told.is_deleted:
            self._told.set_text(self.viewer.say("audience.still_counting"))
        found: AudienceSeen = await reading
        return found

    def _answer(self, mine: int, sentence: str, refusal: BadAudience | None) -> None:
        if mine != self._asked or self._told.is_deleted:
            return
        self.complain(refusal)
        self._told.set_text(sentence)
        self._some.clear()

    def _take(self, mine: int, found: AudienceSeen) -> None:
        if mine != self._asked or self._told.is_deleted:
            return
        with self._some:
            if found.some:
                headings = [self.viewer.say(f"audience.{name}") for name in ("customer", "store", "car", "last_visit")]
                show_table(self.viewer.say("audience.some"), headings, [self._row(one) for one in found.some])
        self.found(found)

    def _row(self, one: AudienceMember) -> list[Cell]:
        """One customer. The name is shown only to those who may see customers."""
        visit = str(one.last_visit) if one.last_visit else "—"
        name = one.name if self.viewer.may(Permission.SEE_CUSTOMERS) else one.key or str(one.customer_id)
        return [name, one.store, one.car or "—", visit]


def _see(
    connection: Connection, reading: Stoppable, rule: AudienceRule, now: datetime, store_id: int | None, limit: int
) -> AudienceSeen:
    with reading.running(connection):
        return see_audience(connection, rule, now, store_id, limit)
