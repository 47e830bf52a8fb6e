"""What the kinds of rows are called on the page."""

from console.shared.words import read_wording
from console.web.authentication.viewer import Viewer
from tasks.intake.columns import KindName


def kind_word(viewer: Viewer, kind: KindName) -> str:
    """What a kind is called; one without a word by its name."""
    key = f"imports.kind_{kind}"
    return viewer.say(key) if key in read_wording() else str(kind)
