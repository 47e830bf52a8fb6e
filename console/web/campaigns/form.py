"""A campaign's message, timing and other settings as a form."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui
from nicegui.element import Element
from nicegui.events import ValueChangeEventArguments

from console.web.authentication.viewer import Viewer
from console.web.campaigns.draft import (
    WRITTEN,
    Body,
    add_variant,
    may_add_variant,
    new_follow_up,
    remove_variant,
    shares_left,
    text_at,
    write_at,
)
from console.web.parts.field_errors import FieldErrors
from console.web.parts.policy_fields import Look, PolicyField, fields_of
from console.web.policies.form import show_field
from console.web.policies.words import field_label
from models.campaigns.plans import CampaignPlan, Canary, FollowUp, Trial
from models.campaigns.words import FOLLOW_UP, LANGUAGES
from models.core.validation import Place
from models.core.words import RECIPIENT, ChannelName, LaunchKind, StepKind
from models.kits.letters import variables_of

WORDING = "campaigns"
TYPING_MILLISECONDS = 300
"""The preview is updated when typing has paused this long."""
LOCAL_MOMENT = "%Y-%m-%dT%H:%M"
CALLERS = ("agent", "advisor", "marketing")
PACE = ("per_minute", "budget", "most_drift", "measured_days", "valid_for", "priority")


class CampaignForm:
    """The plan being edited, apart from its audience, and its fields on the page."""

    def __init__(
        self, viewer: Viewer, body: Body, zone: str, beside: FieldErrors, changed: Callable[[], None],
        typed: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.body, self.editable = body, False
        self._viewer, self._zone, self._beside = viewer, ZoneInfo(zone), beside
        self._changed, self._typed = changed, typed
        self._texts = ui.refreshable(self._show_texts)
        self.show_course = ui.refreshable(self._show_course)

    def show_message(self) -> None:
        """Topic, channels, and the texts of each variant."""
        self._fields(CampaignPlan, ("purpose", "channels"), self.body, (), redraw=True)
        self._texts()

    def _show_texts(self) -> None:
        say = self._viewer.say
        self._beside.forget(("variants",))
        names = ", ".join(f"{{{{ {name} }}}}" for name in sorted(variables_of(RECIPIENT)))
        ui.label(say("campaigns.variables", names=names)).classes("quiet")
        self._beside.put_line(("variants",))
        for number, variant in enumerate(self.body["variants"]):
            self._variant(number, variant)
        if self.editable and may_add_variant(self.body):
            ui.button(say("campaigns.add_variant"), icon="add", on_click=self._add).props("outline no-caps")
        if shares_left(self.body) and len(self.body["variants"]) > 1:
            ui.label(say("campaigns.winner_gets", percent=shares_left(self.body))).classes("quiet")

    def _variant(self, number: int, variant: Body) -> None:
        say, alone = self._viewer.say, len(self.body["variants"]) == 1
        name = say("campaigns.variant", letter=variant["key"].upper())
        with ui.element("section").classes("group full-width").props(f'aria-label="{name}"'):
            if not alone:
                with ui.row().classes("items-center full-width"):
                    ui.label(name).classes("text-bold")
                    share = PolicyField("share", Look.NUMBER, (), False)
                    self._field(share, variant, ("variants", number))
                    ui.space()
                    if self.editable:
                        button = ui.button(icon="delete", on_click=lambda: self._remove(number)).props("flat round")
                        button.props["aria-label"] = say("campaigns.remove_variant", letter=variant["key"].upper())
            self._words(variant["words"], variant["key"], ("variants", number, "words"), self._channels())

    def _channels(self) -> list[str]:
        return [channel for channel in WRITTEN if channel in self.body["channels"]] or [ChannelName.SMS]

    def _words(self, words: Body, key: str, place: Place, channels: Iterable[str]) -> None:
        """Both languages side by side, one field for each channel."""
        with ui.element("div").classes("languages"):
            for language in LANGUAGES:
                with ui.element("div"):
                    for channel in channels:
                        for part in ("subject", "text") if channel == ChannelName.EMAIL else ("text",):
                            self._text(words, key, place, language, channel, part)

    def _text(self, words: Body, key: str, place: Place, language: str, channel: str, part: str) -> None:
        say = self._viewer.say
        by = say("campaigns.script") if place[0] == "follow_up" and self._calls() else self._viewer.word(channel)
        label = f"{by} · {say(f'campaigns.{part}')} · {say(f'templates.{language}')}"

        def typed(event: ValueChangeEventArguments[str | None]) -> None:
            write_at(words, language, channel, event.value or "", part)
            self._changed()
            self._typed(key)

        field = ui.textarea(label, value=text_at(words, language, channel, part), on_change=typed)
        field.props(f"outlined dense stack-label autogrow hide-bottom-space debounce={TYPING_MILLISECONDS}")
        field.classes("full-width q-mb-sm")
        if not self.editable:
            field.props("readonly")
        at = (*place, language, channel)
        self._beside.put((*at, part) if channel == ChannelName.EMAIL else at, field)
        if channel == ChannelName.EMAIL and part == "text":
            self._beside.put(at, field)

    def _add(self) -> None:
        add_variant(self.body)
        self._rearranged()

    def _remove(self, number: int) -> None:
        remove_variant(self.body, number)
        self._rearranged()

    def _rearranged(self) -> None:
        self._changed()
        self._texts.refresh()
        self.show_course.refresh()
        self._typed(self.body["variants"][-1]["key"])

    def _show_course(self) -> None:
        for place in (("launch",), ("canary",), ("trial",), ("follow_up",), *((name,) for name in PACE)):
            self._beside.forget(place)
        with self._part("launch"):
            self._launch()
        with self._part("canary"):
            self._fields(Canary, None, self.body["canary"], ("canary",))
            self._fields(CampaignPlan, ("control_percent",), self.body, ())
        if len(self.body["variants"]) > 1:
            with self._part("trial"):
                ui.label(self._viewer.say("campaigns.trial_means")).classes("quiet")
                self._fields(Trial, None, self.body["trial"], ("trial",))
        with self._part("pace"):
            self._fields(CampaignPlan, PACE, self.body, ())
        with self._part("follow_up"):
            self._fields(CampaignPlan, ("invites_to",), self.body, ())
            self._follow_up()

    def _part(self, name: str) -> Element:
        title = self._viewer.say(f"campaigns.{name}")
        with ui.element("section").classes("group full-width").props(f'aria-label="{title}"') as part:
            ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-bold")
        return part

    def _launch(self) -> None:
        launch = self.body["launch"]

        def choose(kind: str) -> None:
            launch.clear()
            launch.update({"kind": kind, "at": None, "day": None, "hour": None})
            self._changed()
            self.show_course.refresh()

        self._beside.put_line(("launch",))
        with ui.element("div").classes("narrow-cards"):
            kinds = {kind.value: self._viewer.say(f"campaigns.launch_{kind}") for kind in LaunchKind}
            self._finish(ui.select(kinds, label=self._viewer.say("campaigns.launch_kind"), value=launch["kind"],
                                   on_change=lambda event: choose(event.value)), ("launch", "kind"))  # fmt: skip
            if launch["kind"] == LaunchKind.AT:
                self._moment(launch)
            if launch["kind"] == LaunchKind.LOCAL_HOUR:
                self._field(PolicyField("day", Look.DATE, (), True), launch, ("launch",))
                self._field(PolicyField("hour", Look.TIME, (), True), launch, ("launch",))

    def _moment(self, launch: Body) -> None:
        at = launch["at"]
        shown = datetime.fromisoformat(at).astimezone(self._zone).strftime(LOCAL_MOMENT) if at else ""

        def change(event: ValueChangeEventArguments[str | None]) -> None:
            try:
                moment = datetime.fromisoformat(event.value or "").replace(tzinfo=self._zone)
            except ValueError:
                launch["at"] = None
            else:
                launch["at"] = moment.isoformat()
            self._changed()

        field = ui.input(self._viewer.say("campaigns.at"), value=shown, on_change=change).props("type=datetime-local")
        field.props["hint"] = self._viewer.say("campaigns.at_help", zone=self._zone.key)
        self._finish(field, ("launch", "at"))

    def _calls(self) -> bool:
        follow_up = self.body["follow_up"]
        return bool(follow_up) and follow_up["kind"] == StepKind.CALL

    def _follow_up(self) -> None:
        say, follow_up = self._viewer.say, self.body["follow_up"]

        def choose(kind: str) -> None:
            self.body["follow_up"] = new_follow_up(StepKind(kind)) if kind else None
            self._changed()
            self.show_course.refresh()
            self._typed(FOLLOW_UP if kind else self.body["variants"][0]["key"])

        kinds = {"": say("campaigns.follow_up_none")} | {
            kind.value: say(f"campaigns.follow_up_{kind}") for kind in (StepKind.MESSAGE, StepKind.CALL)
        }
        ui.label(say("campaigns.follow_up_means")).classes("quiet")
        self._beside.put_line(("follow_up",))
        with ui.element("div").classes("narrow-cards"):
            self._finish(ui.select(kinds, label=say("campaigns.follow_up_kind"),
                                   value=follow_up["kind"] if follow_up else "",
                                   on_change=lambda event: choose(event.value)), ("follow_up", "kind"))  # fmt: skip
            if follow_up:
                after, _, role = fields_of(FollowUp, ("after", "kind", "role"))
                self._field(after, follow_up, ("follow_up",))
                if self._calls():
                    callers = role._replace(choices=CALLERS, optional=False)
                    self._field(callers, follow_up, ("follow_up",))
        if follow_up:
            channels = [ChannelName.SMS] if self._calls() else self._channels()
            self._words(follow_up["words"], FOLLOW_UP, ("follow_up", "words"), channels)

    def _fields(
        self, model: Any, only: tuple[str, ...] | None, values: Body, place: Place, *, redraw: bool = False
    ) -> None:
        with ui.element("div").classes("narrow-cards"):
            for field in fields_of(model, only):
                shown = field._replace(choices=WRITTEN) if field.name == "channels" else field
                self._field(shown, values, place, self._redrawn if redraw else None)

    def _redrawn(self) -> None:
        self._texts.refresh()
        self.show_course.refresh()
        self._typed(self.body["variants"][0]["key"])

    def _field(self, field: PolicyField, values: Body, place: Place, then: Callable[[], None] | None = None) -> None:
        def change(value: object) -> None:
            values[field.name] = value
            self._changed()
            if then is not None:
                then()

        element = show_field(self._viewer, field, values.get(field.name), change, WORDING)
        self._finish(element, (*place, field.name))

    def _finish(self, element: Element, place: Place) -> None:
        element.props("outlined dense stack-label hide-bottom-space").classes("full-width")
        if not self.editable:
            element.props("readonly")
        self._beside.put(place, element)


def place_in_words(viewer: Viewer, place: Place) -> str:
    """The label of a field of the plan."""
    names = [str(part) for part in place if isinstance(part, str)]
    return " · ".join(field_label(viewer, name, WORDING) for name in names)
