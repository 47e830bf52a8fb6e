"""The figures behind a touch, named and formatted in the viewer's language."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from console.shared.figures import describe
from console.shared.words import read_wording
from console.web.authentication.viewer import Viewer


def figures_in_words(viewer: Viewer, figures: Mapping[str, object], time_zone: str) -> dict[str, str]:
    """Each figure that is present, by its name."""
    return {
        _name(viewer, name): _value(viewer, value, time_zone)
        for name, value in figures.items()
        if value not in (None, [], {})
    }


def _name(viewer: Viewer, figure: str) -> str:
    """The label of a figure, or its key if it has none."""
    key = f"calls.figure_{figure}"
    return viewer.say(key) if key in read_wording() else figure.replace("_", " ")


def _value(viewer: Viewer, value: object, time_zone: str) -> str:
    if isinstance(value, bool):
        return viewer.say("customers.yes" if value else "customers.no")
    shown = viewer.word(value) if isinstance(value, str) else value
    return describe(shown, ZoneInfo(time_zone), viewer.language)
