"""What opened a case, as it was written down then, in the viewer's words."""

from console.web.authentication.viewer import Viewer
from models.calls.surveys import read_marks


def note_in_words(viewer: Viewer, note: str) -> str:
    """A note with the marks of a survey, which its first line may hold, by their names. What people wrote stays."""
    first, *rest = note.split("\n")
    marks = read_marks(first)
    if marks is None:
        return note
    given = [f"{viewer.say(f'customers.mark_{name}')} {mark}" for name, mark in marks.items()]
    return "\n".join([viewer.say("customers.marks", marks=", ".join(given)), *rest])
