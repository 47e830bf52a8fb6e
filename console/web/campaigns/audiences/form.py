"""An audience as a form: nested groups, conditions by kind, and negation."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from console.web.authentication.viewer import Viewer
from console.web.campaigns.audiences.tree import (
    GROUPS,
    KINDS,
    Node,
    Path,
    added,
    bare,
    changed_at,
    fields_of_kind,
    is_group,
    is_negated,
    negated,
    new_condition,
    new_group,
    place_of,
    rooted,
)
from console.web.parts.field_errors import FieldErrors
from console.web.parts.policy_fields import Look, PolicyField
from console.web.policies.form import show_field
from models.campaigns.audiences import MOST_DEPTH

AUDIENCE = ("audience",)
WORDING = "audience"
WHETHER = ("yes", "granted")
Choices = Mapping[str, Mapping[int, str]]
"""The choices of fields that name something by number (lists, earlier campaigns), by field name."""


class AudienceForm:
    """The rule that is being edited, and its fields on the page."""

    def __init__(
        self,
        viewer: Viewer,
        rule: Node,
        choices: Choices,
        known: Mapping[str, str],
        beside: FieldErrors,
        changed: Callable[[], None],
    ) -> None:
        self.rule = rooted(rule)
        self.choices = choices
        self.editable = False
        self._viewer, self._known, self._beside, self._changed = viewer, known, beside, changed
        self.show = ui.refreshable(self._show)

    def fill(self, rule: Node, names: Choices) -> None:
        """Load another rule, with the names of what it refers to by number."""
        self._know(names)
        self._rearranged(rooted(rule))

    def ask_for_list(self, number: int, name: str) -> None:
        """Add the condition that a customer is on the list that was just made."""
        self._know({"list": {number: name}})
        self._rearranged(added(self.rule, (), {"kind": "list", "list": number}))

    def _know(self, names: Choices) -> None:
        self.choices = known_too(self.choices, names)

    def _show(self) -> None:
        self._beside.forget(AUDIENCE)
        self._group(self.rule, ())

    def _node(self, node: Node, path: Path) -> None:
        if is_group(node):
            self._group(node, path)
        else:
            self._condition(node, path)

    def _group(self, node: Node, path: Path) -> None:
        say, inner = self._viewer.say, bare(node)
        with ui.element("section").classes("group full-width").props(f'aria-label="{self._name(node)}"'):
            with ui.row().classes("items-center"):
                words = {kind: say(f"audience.{kind}") for kind in GROUPS}
                kind = ui.select(
                    words, label=say("audience.group"), value=inner["kind"],
                    on_change=lambda event: self._turn(path, lambda one: one | {"kind": event.value}),
                )  # fmt: skip
                kind.props("outlined dense stack-label" + ("" if self.editable else " readonly")).classes("filter")
                if path:
                    self._negation(node, path)
                    self._removal(node, path)
            self._beside.put_line((*AUDIENCE, *place_of(self.rule, path)))
            if not inner["of"]:
                ui.label(say("audience.everybody" if inner["kind"] == "all" else "audience.empty")).classes("quiet")
            for number, part in enumerate(inner["of"]):
                self._node(part, (*path, number))
            if self.editable:
                self._additions(path)

    def _name(self, node: Node) -> str:
        inner = bare(node)
        name = self._viewer.say(f"audience.{inner['kind']}")
        return f"{self._viewer.say('audience.not')}: {name}" if is_negated(node) else name

    def _negation(self, node: Node, path: Path) -> None:
        def turn(event: ValueChangeEventArguments[bool | None]) -> None:
            self._rearranged(changed_at(self.rule, path, lambda one: negated(one, bool(event.value))))

        box = ui.checkbox(self._viewer.say("audience.not"), value=is_negated(node), on_change=turn)
        box.set_enabled(self.editable)

    def _removal(self, node: Node, path: Path) -> None:
        if not self.editable:
            return
        button = ui.button(icon="delete", on_click=lambda: self._rearranged(changed_at(self.rule, path, _nothing)))
        button.props("flat round dense").props["aria-label"] = self._viewer.say(
            "audience.remove", what=self._name(node)
        )

    def _additions(self, path: Path) -> None:
        say = self._viewer.say

        def choose(event: ValueChangeEventArguments[str | None]) -> None:
            if event.value:
                self._rearranged(added(self.rule, path, self._fresh(event.value)))

        with ui.row().classes("items-center"):
            kinds = {kind: say(f"audience.{kind}") for kind in KINDS}
            select = ui.select(kinds, label=say("audience.add_condition"), on_change=choose, with_input=True)
            select.props("outlined dense").classes("search").style("max-width: 20rem")
            if len(path) < MOST_DEPTH - 2:
                group = ui.button(
                    say("audience.add_group"), icon="add",
                    on_click=lambda: self._rearranged(added(self.rule, path, new_group())),
                )  # fmt: skip
                group.props("outline no-caps")

    def _fresh(self, kind: str) -> Node:
        node = new_condition(kind)
        if "currency" in node:
            node["currency"] = self._viewer.database.settings.price_currency
        return node

    def _condition(self, node: Node, path: Path) -> None:
        inner = bare(node)
        with ui.element("section").classes("condition full-width").props(f'aria-label="{self._name(node)}"'):
            with ui.row().classes("items-center full-width"):
                ui.label(self._viewer.say(f"audience.{inner['kind']}")).classes("text-bold")
                self._negation(node, path)
                ui.space()
                self._removal(node, path)
            place = (*AUDIENCE, *place_of(self.rule, path))
            self._beside.put_line(place)
            with ui.element("div").classes("narrow-cards"):
                for field in fields_of_kind(inner["kind"]):
                    self._field(field, inner, path, (*place, field.name))

    def _field(self, field: PolicyField, node: Node, path: Path, place: tuple[str | int, ...]) -> None:
        def change(value: object) -> None:
            self._apply(path, lambda one: one | {field.name: value})

        element = self._element(field, node[field.name], change)
        if field.name in self._known and field.look is Look.NAMES:
            element.props["hint"] = self._known[field.name]
        if not self.editable:
            element.props("readonly disable" if field.look is Look.SWITCH and not field.optional else "readonly")
        if hasattr(element, "error"):
            self._beside.put(place, element)

    def _element(self, field: PolicyField, value: object, change: Callable[[Any], None]) -> Any:
        if field.name in WHETHER:
            return self._whether(field, value, change)
        if field.name not in self.choices:
            return show_field(self._viewer, field, value, change, WORDING)
        numbered = dict(self.choices[field.name])
        options = ({0: self._viewer.say("audience.any_campaign")} if field.optional else {}) | numbered
        shown = value if value in options else (0 if field.optional else None)
        chosen = ui.select(
            options, label=self._viewer.say(f"audience.{field.name}"), value=shown,
            on_change=lambda event: change(event.value or None),
        )  # fmt: skip
        return chosen.props("outlined dense stack-label hide-bottom-space").classes("full-width")

    def _whether(self, field: PolicyField, value: object, change: Callable[[Any], None]) -> Any:
        """Yes or no as an explicit choice: an empty checkbox could also mean "either"."""
        words = {True: self._viewer.say("policies.yes"), False: self._viewer.say("policies.no")}
        label = self._viewer.say(f"audience.{field.name}")
        chosen = ui.select(words, label=label, value=bool(value), on_change=lambda event: change(bool(event.value)))
        return chosen.props("outlined dense stack-label hide-bottom-space").classes("full-width")

    def _apply(self, path: Path, change: Callable[[Node], Node]) -> None:
        """Change a group or a condition without redrawing the form: the user is typing in it."""
        self.rule = changed_at(self.rule, path, lambda one: negated(change(bare(one)), is_negated(one))) or self.rule
        self._changed()

    def _turn(self, path: Path, change: Callable[[Node], Node]) -> None:
        self._apply(path, change)
        self.show.refresh()

    def _rearranged(self, rule: Node | None) -> None:
        self.rule = rule or new_group("all")
        self._changed()
        self.show.refresh()


def known_too(choices: Choices, names: Choices) -> Choices:
    """The choices, preceded by those in use that are no longer offered: an old list, a campaign that never began."""
    return {name: {**names.get(name, {}), **numbered} for name, numbered in choices.items()}


def _nothing(_: Node) -> None:
    return None
