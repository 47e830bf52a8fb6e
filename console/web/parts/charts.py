"""Charts, each with its figures as a table for those who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from console.web.authentication.viewer import Viewer
from console.web.parts.tables import show_table


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of thing that is counted, with a count for each day."""

    name: str
    shade: str
    counts: Sequence[int]


def show_chart(viewer: Viewer, title: str, days: Sequence[str], series: Sequence[Series]) -> None:
    """Stacked columns, one for each day, with the same figures in a table below."""
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-weight-bold")
        if not any(any(one.counts) for one in series):
            ui.label(viewer.say("frame.nothing")).classes("quiet")
            return
        ui.echart(_options(days, series)).classes("chart").props(f'role=img aria-label="{title}"')
        with ui.element("details"):
            with ui.element("summary"):
                ui.label(viewer.say("today.as_table")).classes("inline")
            rows = [(day, *(f"{one.counts[place]:,}" for one in series)) for place, day in enumerate(days)]
            show_table(title, (viewer.say("today.day"), *(one.name for one in series)), rows[::-1])


@dataclass(frozen=True, slots=True)
class Shares:
    """One group, with its percentage for each thing that is compared."""

    name: str
    shade: str
    percent: Sequence[float]


def show_shares(viewer: Viewer, title: str, things: Sequence[str], groups: Sequence[Shares]) -> None:
    """Grouped columns, one for each group and thing, with the same figures in a table below."""
    with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-weight-bold")
        ui.echart(_side_by_side(things, groups)).classes("chart").props(f'role=img aria-label="{title}"')
        with ui.element("details"):
            with ui.element("summary"):
                ui.label(viewer.say("today.as_table")).classes("inline")
            rows = [(group.name, *(f"{one:.1f} %" for one in group.percent)) for group in groups]
            show_table(title, (viewer.say("results.group"), *things), rows)


def _side_by_side(things: Sequence[str], groups: Sequence[Shares]) -> dict[str, Any]:
    """Options of the grouped chart."""
    named = {group.name: Series(group.name, group.shade, ()) for group in groups}
    options = _options(things, list(named.values()))
    for drawn, group in zip(options["series"], groups, strict=True):
        drawn.pop("stack")
        drawn["data"] = [round(one, 2) for one in group.percent]
    options["xAxis"]["data"] = list(things)
    options["yAxis"] = {"type": "value", "axisLabel": {"formatter": "{value} %"}}
    return options


def _options(days: Sequence[str], series: Sequence[Series]) -> dict[str, Any]:
    """Options of the stacked chart. Patterns distinguish the series without colour."""
    return {
        "animation": False,
        "aria": {"enabled": True, "label": {"enabled": False}, "decal": {"show": True}},
        "grid": {"left": 8, "right": 8, "top": 64, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "itemGap": 8},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "category", "data": [day[5:] for day in days]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "name": one.name,
                "stack": "all",
                "data": list(one.counts),
                "itemStyle": {"color": one.shade},
            }
            for one in series
        ],
    }
