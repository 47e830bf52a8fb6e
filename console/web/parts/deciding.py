"""Bulk decisions on touches: select, give a reason, see what could not be done."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from nicegui import ui

from console.web.authentication.kept_words import TakeBack
from console.web.authentication.viewer import Viewer
from console.web.parts.dialogs import answer_of
from console.web.parts.frame import sentence_of
from console.web.parts.told import tell
from models.core.ids import TouchId
from tasks.touches.one_by_one import Decided

Decide = Callable[[set[UUID]], Awaitable[None]]
"""Runs the decision on the selected touches."""
Undo = Callable[[set[TouchId]], TakeBack]
"""Makes what takes the decision on some touches back."""


@dataclass
class Choosing:
    """The selection on a page, and the failures of the last decision."""

    chosen: set[UUID] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def draw_box(self, label: str, touch_id: UUID, changed: Callable[[], object]) -> None:
        """A checkbox that selects a touch; `label` is its accessible name."""

        def choose(chosen: bool | None) -> None:
            (self.chosen.add if chosen else self.chosen.discard)(touch_id)
            changed()

        box = ui.checkbox(value=touch_id in self.chosen, on_change=lambda event: choose(event.value))
        box.props["aria-label"] = label

    def draw_bar(
        self, viewer: Viewer, among: Collection[UUID], ways: Sequence[tuple[str, Decide]], refresh: Callable[[], object]
    ) -> Callable[[], None]:
        """The number selected, and a button for each decision. Returns what to call when the selection has changed.

        `among` are the touches on the page that the viewer may decide on; others are removed from the selection.
        """
        self.chosen.intersection_update(among)

        def choose_all() -> None:
            self.chosen.update(among)
            refresh()

        async def decide(act: Decide) -> None:
            if self.chosen:
                await act(set(self.chosen))
            else:
                tell(viewer, viewer.say("deciding.choose_first"), "warning")

        with ui.row().classes("items-center card full-width"):
            ui.button(viewer.say("deciding.choose_all"), on_click=choose_all).props("flat dense no-caps")
            counted = ui.label().props("aria-live=polite")
            for label, act in ways:
                ui.button(label, on_click=partial(decide, act)).props("outline no-caps")

        def count() -> None:
            counted.text = viewer.say("deciding.chosen", count=len(self.chosen))

        count()
        return count

    def forget(self) -> None:
        """Clear the selection, for example on another page."""
        self.chosen.clear()
        self.problems.clear()

    def take(
        self,
        viewer: Viewer,
        decided: Sequence[Decided],
        said: str,
        undo: Undo | None = None,
    ) -> None:
        """Report what was done, and keep the failures for the page to show.

        `said` is a key, filled in with the number of touches; `undo` makes what takes the decision on them back.
        """
        done: set[TouchId] = {one.touch_id for one in decided if one.problem is None}
        self.problems = [sentence_of(viewer.language, one.problem) for one in decided if one.problem is not None]
        self.chosen.clear()
        if done:
            tell(viewer, viewer.say(said, count=len(done)), back=undo(done) if undo else None)

    def draw_problems(self, viewer: Viewer) -> None:
        """List what could not be done, each with the reason."""
        if not self.problems:
            return
        with ui.element("section").classes("card full-width").props("role=alert"):
            ui.label(viewer.say("deciding.could_not", count=len(self.problems))).classes("bad")
            with ui.element("ul"):
                for problem in self.problems:
                    with ui.element("li"):
                        ui.label(problem)


async def ask_reason(viewer: Viewer, question: str, explained: str, *, needed: bool) -> str | None:
    """The reason that the viewer gives; empty if none is needed and none was given; None if they cancelled."""
    with ui.dialog() as dialog, ui.card().classes("full-width"):
        dialog.props["aria-label"] = question
        ui.label(question).props("role=heading aria-level=2").classes("text-h6")
        ui.label(explained)
        label = viewer.say("frame.reason") if needed else viewer.say("deciding.reason_if_any")
        reason = ui.textarea(label).props("outlined autofocus autogrow").classes("full-width")

        def submit() -> None:
            text = (reason.value or "").strip()
            if needed and not text:
                reason.error = viewer.say("frame.reason_needed")
            else:
                dialog.submit(text)

        with ui.row():
            ui.button(viewer.say("frame.confirm"), on_click=submit)
            ui.button(viewer.say("frame.cancel"), on_click=lambda: dialog.submit(None)).props("flat")
    answer: str | None = await answer_of(dialog)
    return answer
