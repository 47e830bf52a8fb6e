"""The account of a run on the pages: its two equations, each with its parts."""

from collections.abc import Iterator

from nicegui import ui

from console.shared.words import name_part
from console.web.authentication.viewer import Viewer
from models.core.words import RunState
from models.ledger.accounts_of_runs import RunAccount, Unbalanced

HALVES = {
    "runs.looked_at": ("eligible", "planned", "already_planned", "suppressed"),
    "runs.due_half": ("claimed", "sent", "deferred", "cancelled", "failed", "unknown"),
}
"""The first figure of each half is the sum of the others."""
ASIDE = ("of_which_handed_to_staff", "of_which_merged", "ended", "missed", "figures")


def show_account(viewer: Viewer, account: RunAccount, state: RunState) -> None:
    """The account; for an active run or one that was cut off, as far as it is."""
    values = account.model_dump()
    aside = tuple(name for name in ASIDE if values[name])
    parts = HALVES | ({"runs.aside": aside} if aside else {})
    with ui.element("div").classes("cards"):
        for title, names in parts.items():
            _show_part(viewer.say(title), list(_rows(viewer, values, names)))
    ui.label(viewer.say(_verdict(account, state))).classes("quiet")


def _show_part(title: str, rows: list[tuple[str, str]]) -> None:
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1")
        with ui.element("dl").classes("counts"):
            for name, count in rows:
                with ui.element("dt"):
                    ui.label(name)
                with ui.element("dd"):
                    ui.label(count)


def _verdict(account: RunAccount, state: RunState) -> str:
    """What is said of the figures. Only a run that came to its end has an account that can balance."""
    if state is RunState.RUNNING:
        return "runs.so_far"
    if state is RunState.FAILED:
        return "runs.cut_off"
    try:
        account.check()
    except Unbalanced:
        return "runs.unbalanced"
    return "runs.balanced"


def _rows(viewer: Viewer, values: dict[str, object], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in names:
        match values.get(name):
            case dict() as parts:
                if name != "figures":
                    yield viewer.say(f"runs.{name}"), f"{sum(parts.values()):,}"
                named = ((name_part(viewer.language, part), count) for part, count in parts.items())
                yield from ((f"· {said}", _number(count)) for said, count in named)
            case int() | float() as count:
                yield viewer.say(f"runs.{name}"), _number(count)


def _number(count: float) -> str:
    return f"{count:,}" if isinstance(count, int) else f"{count:,.4g}"
