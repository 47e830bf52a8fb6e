"""What was done, said at one place of every page, and taken back from there where that is possible.

A new word takes the place of the one before, so that words never pile up. One that is said right before the page is
left is said on the next page.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from console.web.authentication.kept_words import Kind, TakeBack, Word, keep_word, take_word
from console.web.authentication.viewer import Viewer

Lead = Callable[[Viewer, Exception], None]
RELOAD = ""
"""As an address: the same page, read anew."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page says its words."""

    viewer: Viewer
    holder: ui.element
    on_error: Lead

    def show(self, word: Word) -> None:
        """Say a word in the place of the one before."""
        self.holder.clear()
        lasting = "lasting" if word.kind == "negative" or word.back else ""
        with self.holder, ui.element("div").classes(f"word-told {word.kind} {lasting}") as told:
            told.props(f"role={'alert' if word.kind == 'negative' else 'status'} data-told={word.kind}")
            ui.label(word.text).classes("as-written")
            with ui.row().classes("no-wrap"):
                if word.back is not None:
                    self._offer_back(word.back)
                close = ui.button(icon="close", on_click=self.holder.clear).props("flat dense round size=sm")
                close.props["aria-label"] = self.viewer.say("frame.close")

    def _offer_back(self, back: TakeBack) -> None:
        async def take_back() -> None:
            button.disable()
            try:
                said = await back()
            except Exception as error:  # noqa: BLE001  the viewer is told of any error; unexpected ones are logged there
                self.on_error(self.viewer, error)
            else:
                tell(self.viewer, said, then=RELOAD)

        button = ui.button(self.viewer.say("frame.take_back"), on_click=take_back).props("outline dense no-caps")


_places: dict[int, _Place] = {}
"""By the viewer of an open page, whom it belongs to alone: what they clicked may be gone by the time of the word."""


def make_place(viewer: Viewer, on_error: Lead) -> None:
    """Make the place of the page that is being drawn, and say what was kept for it."""
    holder = ui.element("div").classes("told")
    holder.props["aria-live"] = "polite"
    place = _places[id(viewer)] = _Place(viewer, holder, on_error)
    ui.context.client.on_delete(lambda: _places.pop(id(viewer), None))
    word = take_word(viewer.user.token_digest)
    if word is not None:
        place.show(word)


def tell(
    viewer: Viewer, text: str, kind: Kind = "positive", *, back: TakeBack | None = None, then: str | None = None
) -> None:
    """Say what was done. `back` offers to undo it; with `then`, the viewer is led to an address, or to `RELOAD`."""
    word, place = Word(text, kind, back), _places.get(id(viewer))
    if place is None:  # the page was closed meanwhile
        return
    if then is None:
        place.show(word)
        return
    keep_word(viewer.user.token_digest, word)
    with place.holder:
        if then == RELOAD:
            ui.navigate.reload()
        else:
            ui.navigate.to(then)
