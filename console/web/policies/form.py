"""A policy as a form: one input for each field of its model, with validation errors beside the fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from functools import partial
from itertools import count
from typing import Any

from nicegui import ui
from nicegui.events import ValueChangeEventArguments
from pydantic import ValidationError

from console.shared.words import read_wording
from console.web.authentication.viewer import Viewer
from console.web.parts.policy_fields import (
    Look,
    PolicyField,
    fields_of_contact_rules,
    fields_of_process,
    fields_of_rules,
    fields_of_step,
    subjects_in,
)
from console.web.parts.refusals import FormError, reason_of
from console.web.parts.schedules import schedule_of, schedule_text
from console.web.policies.words import (
    GROUP,
    TIME_SHOWN,
    choice_word,
    field_label,
    name_key,
    place_in_words,
    step_in_words,
)
from models.core.validation import Place, problems_of
from models.core.words import SubjectKind
from models.kits.effects import choices_of, word_of
from models.kits.registry import all_traits
from models.policies.policy import CONTACT_RULES
from models.policies.schedule import LANGUAGES

Changed = Callable[[Any], None]
EMPTY_STEP: dict[str, Any] = {"kind": "message", "after": "", "template": "", "channels": [], "conditions": []}
"""A step that nothing is said of yet: what is missing is asked for beside its fields."""
FIELDS_DEEP = {"steps": 3, "rules": 2}
"""Length of the path to a form field. Errors deeper inside are shown at that field."""


def errors_in(error: ValidationError, language: str, steps: Sequence[Mapping[str, Any]] = ()) -> list[FormError]:
    """The validation errors of a refused policy, one for each field. One about two steps is told at both of them."""
    found: dict[Place, list[str]] = {}
    numbers = {str(step.get("key")): number for number, step in enumerate(steps)}
    for problem in problems_of(error):
        path = problem.place
        place = path[: FIELDS_DEEP.get(str(path[0]), 1)] if path else path
        other = problem.reason.figures.get("other") if problem.reason else None
        places = [place, ("steps", numbers[other], *place[2:])] if other in numbers else [place]
        for one in places:
            found.setdefault(one, []).append(reason_of(language, problem))
    return [FormError(place, "; ".join(dict.fromkeys(sentences))) for place, sentences in found.items()]


class PolicyForm:
    """The draft that is being edited, and its fields on the page."""

    def __init__(
        self, viewer: Viewer, name: str, body: dict[str, Any], templates: Sequence[str], changed: Callable[[], None]
    ) -> None:
        self.body = deepcopy(body)
        self._viewer, self._name, self._templates, self._changed = viewer, name, templates, changed
        self._errors: dict[Place, str] = {}
        self._given: list[Any] = deepcopy(list(body.get("steps", ())))
        """The steps as they were when the draft was begun."""
        self._chosen = 0
        self.editable = False
        self.whole = False
        """Whether what concerns the process as a whole is edited, too: its times, what it is for, its tags."""
        self.show = ui.refreshable(self._show)

    def fill(self, body: dict[str, object]) -> None:
        """Load another body as the draft."""
        self.body, self._chosen = deepcopy(body), 0
        self.tell([])
        self._changed()

    def tell(self, errors: Iterable[FormError]) -> None:
        """Show each error at its field, and open a step that has one: the one that is open or was changed, if any."""
        self._errors = {error.place: error.sentence for error in errors}
        steps = [int(place[1]) for place in self._errors if place[0:1] == ("steps",) and len(place) > 1]
        if steps and self._chosen not in steps:
            self._chosen = next((number for number in steps if self.body["steps"][number] not in self._given), steps[0])
        self.show.refresh()

    def _show(self) -> None:
        self._show_errors()
        if self._name == CONTACT_RULES:
            self._fields(fields_of_contact_rules(), (), self.body)
            return
        subjects = subjects_in(self.body)
        with ui.element("section").classes("card full-width"):
            _heading(self._viewer.say("policies.rules"))
            if self.whole:
                self._show_whole()
            self._fields(fields_of_process(), (), self.body)
            self._fields(fields_of_rules(subjects), ("rules",), self.body["rules"])
        with ui.element("section").classes("card full-width"):
            _heading(self._viewer.say("policies.steps"))
            with ui.element("ol").classes("steps"):
                for number, step in enumerate(self.body["steps"]):
                    self._step_line(number, step)
            if self.editable:
                ui.button(self._viewer.say("policies.add_step"), icon="add", on_click=self._add).props(
                    "outline no-caps"
                )
        self._step_fields(subjects)

    def _show_whole(self) -> None:
        """When the process runs, what it is for in both languages, and its tags. They hold for all stores."""
        body, say = self.body, self._viewer.say

        def describe(language: str, text: str) -> None:
            described = {**(body.get("description") or {}), language: text.strip()}
            body["description"] = {name: said for name, said in described.items() if said} or None

        description = body.get("description") or {}
        with ui.element("div").classes("cards"):
            self._line(
                "schedule", say("processes.schedule"), schedule_text(body.get("schedule")),
                lambda text: body.update(schedule=schedule_of(text)), hint=say("processes.schedule_help"),
            )  # fmt: skip
            for language in LANGUAGES:
                label = f"{say('processes.description')} ({say(f'policies.in_{language}')})"
                self._line("description", label, description.get(language, ""), partial(describe, language))
            self._line(
                "tags", say("policies.tags"), ", ".join(body.get("tags") or ()),
                lambda text: body.update(tags=_names(text)), hint=say("policies.tags_help"),
            )  # fmt: skip

    def _line(self, name: str, label: str, value: str, change: Callable[[str], None], hint: str = "") -> None:
        def typed(event: ValueChangeEventArguments[str | None]) -> None:
            change(event.value or "")
            self._errors.pop((name,), None)
            element.error = None
            self._changed()

        element = ui.input(label, value=value, on_change=typed)
        element.props("outlined dense stack-label hide-bottom-space").classes("full-width q-mb-sm")
        element.props["hint"] = hint
        if not self.editable:
            element.props("readonly")
        if (name,) in self._errors:
            element.error = self._errors[(name,)]

    def _show_errors(self) -> None:
        """List all errors in one place, each with its step."""
        if not self._errors:
            return
        with ui.element("div").classes("card bad full-width").props("role=alert"):
            ui.label(self._viewer.say("policies.wrong"))
            for place, sentence in self._errors.items():
                ui.label(f"{self._place_in_words(place)}: {sentence}" if place else sentence)

    def _place_in_words(self, place: Place) -> str:
        step = str(self.body["steps"][place[1]]["key"]) if place[0] == "steps" and len(place) > 1 else ""
        return place_in_words(self._viewer, place, step)

    def _step_line(self, number: int, step: dict[str, Any]) -> None:
        with ui.element("li").classes("row items-center q-py-xs"):
            wrong = any(place[:2] == ("steps", number) for place in self._errors)
            mark = "⚠ " if wrong else ""
            with ui.column().classes("col gap-none").style("gap: 0; min-width: 11rem"):
                ui.label(f"{mark}{number + 1}. {self._viewer.word(str(step['key']))}").classes("text-bold")
                ui.label(step_in_words(self._viewer, step)).classes("quiet")
            self._step_buttons(number, str(step["key"]))

    def _step_buttons(self, number: int, key: str) -> None:
        icon = "edit" if self.editable else "visibility"
        self._button(icon, "edit_step", key, lambda: self._choose(number))
        if self.editable:
            self._button("arrow_upward", "up", key, lambda: self._move(number, number - 1), usable=number > 0)
            last = len(self.body["steps"]) - 1
            self._button("arrow_downward", "down", key, lambda: self._move(number, number + 1), usable=number < last)
            self._button("content_copy", "copy_step", key, lambda: self._copy(number))
            self._button("delete", "remove", key, lambda: self._remove(number))

    def _button(self, icon: str, word: str, key: str, act: Callable[[], None], *, usable: bool = True) -> None:
        button = ui.button(icon=icon, on_click=act).props("flat round dense")
        button.props["aria-label"] = self._viewer.say(f"policies.{word}", step=self._viewer.word(key))
        button.set_enabled(usable)

    def _choose(self, number: int) -> None:
        self._chosen = number
        self.show.refresh()

    def _move(self, number: int, to: int) -> None:
        self.body["steps"].insert(to, self.body["steps"].pop(number))
        self._rearranged(to)

    def _remove(self, number: int) -> None:
        del self.body["steps"][number]
        self._rearranged(max(0, number - 1))

    def _add(self) -> None:
        """Add a fresh step, which holds nothing of another but what it is about."""
        steps = self.body["steps"]
        about = (
            {name: steps[-1][name] for name in ("subject", "purpose") if name in steps[-1]}
            if steps
            else {"subject": next(iter(all_traits()))}
        )
        self._put(len(steps), EMPTY_STEP | about | {"key": _free_key(steps, "new-step")})

    def _copy(self, number: int) -> None:
        """Put a copy of a step after it, under a name that says so."""
        steps = self.body["steps"]
        self._put(number + 1, deepcopy(steps[number]) | {"key": _free_key(steps, f"{steps[number]['key']}-copy")})

    def _put(self, number: int, step: dict[str, Any]) -> None:
        self.body["steps"].insert(number, step)
        self._rearranged(number)
        ui.run_javascript("setTimeout(() => document.getElementById('step')?.scrollIntoView(), 100)")

    def _rearranged(self, chosen: int) -> None:
        self._chosen, self._errors = chosen, {}
        self._changed()
        self.show.refresh()

    def _step_fields(self, subjects: Sequence[SubjectKind]) -> None:
        if not self.body["steps"]:
            return
        number = min(self._chosen, len(self.body["steps"]) - 1)
        step = self.body["steps"][number]
        with ui.element("section").classes("card full-width").props("id=step"):
            _heading(f"{self._viewer.say('policies.step')} {number + 1}: {self._viewer.word(str(step['key']))}")
            self._fields(fields_of_step(subjects), ("steps", number), step)

    def _fields(self, fields: Iterable[PolicyField], place: Place, values: dict[str, Any]) -> None:
        with ui.element("div").classes("cards"):
            for field in fields:
                self._field(field, (*place, field.name), values)

    def _field(self, field: PolicyField, place: Place, values: dict[str, Any]) -> None:
        def change(value: Any) -> None:
            values[field.name] = value
            if self._errors.pop(place, None) is not None and hasattr(element, "error"):
                element.error = None
            self._changed()

        if field.name == "template":
            field = field._replace(look=Look.CHOICE, choices=tuple(self._templates))
        element = show_field(self._viewer, field, values.get(field.name), change)
        element.props["for"] = "-".join(("field", *map(str, place)))
        if not self.editable:
            element.props("readonly disable" if field.look is Look.SWITCH else "readonly")
        wrong = self._errors.get(place)
        if wrong and hasattr(element, "error"):
            element.error = wrong


def show_field(viewer: Viewer, field: PolicyField, value: object, change: Changed, group: str = GROUP) -> Any:
    """The input for a field; `change` receives its new value in the policy's form.

    `group` is the wording file with the field's label.
    """
    label, looks = field_label(viewer, field.name, group), "outlined dense stack-label hide-bottom-space"
    if field.look is Look.SWITCH and not field.optional:
        return ui.checkbox(label, value=bool(value), on_change=lambda event: change(bool(event.value)))
    match field.look:
        case Look.SWITCH:
            element = _yes_or_no(viewer, value, change, label)
        case Look.CHOICE | Look.CHOICES:
            element = _choice(viewer, field, value, change, label, group)
        case Look.EFFECTS:
            element = _effects(viewer, field, value, change, label)
        case _:
            element = _written(viewer, field, value, change, label, group)
    hint = read_wording().get(f"{group}.{name_key(field.name)}_help")
    if hint:
        element.props["hint"] = hint[viewer.language]
    return element.props(looks).classes("full-width q-mb-sm")


def _written(viewer: Viewer, field: PolicyField, value: Any, change: Changed, label: str, group: str) -> Any:
    """The editable form of a value."""
    match field.look:
        case Look.NUMBER:
            return ui.number(label, value=value, on_change=lambda event: change(_whole(event.value)))
        case Look.TIME | Look.DATE:
            shown = str(value)[:TIME_SHOWN] if value and field.look is Look.TIME else str(value or "")
            element = ui.input(label, value=shown, on_change=lambda event: change(event.value or None))
            return element.props(f"type={field.look}")
        case Look.AMOUNT:
            shown = "" if value is None else str(value)
            element = ui.input(label, value=shown, on_change=lambda event: change((event.value or "").strip() or None))
            return element.props("inputmode=decimal")
        case Look.AMOUNTS:
            shown = "\n".join(f"{currency} {amount}" for currency, amount in (value or {}).items())
            area = ui.textarea(label, value=shown, on_change=lambda event: change(_amounts(event.value or "")))
            return area.props("autogrow")
        case Look.NAMES:
            meant = {viewer.word(name): name for name in value or ()}
            return ui.input(
                label,
                value=", ".join(meant),
                on_change=lambda event: change([meant.get(name, name) for name in _names(event.value or "")]),
            )
        case _:
            meant = {choice_word(viewer, field.name, choice, group): choice for choice in field.choices}
            shown = choice_word(viewer, field.name, str(value), group) if value in field.choices else str(value or "")
            return ui.input(
                label,
                value=shown,
                autocomplete=list(meant) or None,
                on_change=lambda event: change(
                    meant.get((event.value or "").strip(), event.value or (None if field.optional else ""))
                ),
            )


def _yes_or_no(viewer: Viewer, value: object, change: Changed, label: str) -> Any:
    words = {"": viewer.say("policies.either"), "yes": viewer.say("policies.yes"), "no": viewer.say("policies.no")}
    known: dict[str, bool | None] = {"": None, "yes": True, "no": False}
    shown = next(word for word, means in known.items() if means is value)
    return ui.select(words, label=label, value=shown, on_change=lambda event: change(known[event.value or ""]))


def _choice(viewer: Viewer, field: PolicyField, value: Any, change: Changed, label: str, group: str) -> Any:
    words = {choice: choice_word(viewer, field.name, choice, group) for choice in map(str, field.choices)}
    if field.look is Look.CHOICES:
        chosen = [one for one in value or [] if one in words]
        return ui.select(
            words, label=label, value=chosen, multiple=True, on_change=lambda event: change(list(event.value or []))
        ).props("use-chips")
    if field.optional:
        words = {"": viewer.say("policies.nothing")} | words
    shown = value if value in words else ("" if field.optional else None)
    return ui.select(words, label=label, value=shown, on_change=lambda event: change(event.value or None))


def _effects(viewer: Viewer, field: PolicyField, value: Any, change: Changed, label: str) -> Any:
    """Those that can be chosen from a list; what else the step does stays as it is."""
    effects = {word_of(effect): dict(effect) for effect in value or ()}
    meant = {word_of(effect): effect for kit in all_traits().values() for effect in choices_of(kit.effects)}
    words = {word: choice_word(viewer, field.name, word) for word in (*field.choices, *effects)}
    return ui.select(
        words,
        label=label,
        value=list(effects),
        multiple=True,
        on_change=lambda event: change([effects.get(word) or meant[word] for word in event.value or ()]),
    ).props("use-chips")


def _free_key(steps: Sequence[Mapping[str, Any]], wanted: str) -> str:
    """A name for a step that no other has."""
    taken, name = {str(step["key"]) for step in steps}, wanted
    for number in count(2):
        if name not in taken:
            break
        name = f"{wanted}-{number}"
    return name


def _whole(value: object) -> Any:
    """A whole number as an integer. Anything else is left for validation to refuse."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _amounts(text: str) -> dict[str, str]:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return {words[0]: " ".join(words[1:]) for words in lines}


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-h6")
