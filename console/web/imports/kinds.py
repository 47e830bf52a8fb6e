"""What the kinds of rows are called on the page."""

from console.web.authentication.viewer import Viewer
from models.core.saying import say_word
from tasks.intake.columns import KindName


def kind_word(viewer: Viewer, kind: KindName) -> str:
    """What a kind is called; one without a word by its name."""
    return say_word(viewer.language, kind)
