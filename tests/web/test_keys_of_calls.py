"""The keys of the page of calls: each goes to what has the focus, in any sequence, and no typed text is lost."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from models.calls.surveys import DIMENSIONS, SurveyAnswer
from models.core.words import Role
from models.ledger.tables import Touch
from tests.web.conftest import Console, Visit
from tests.web.test_calls import attempts_of, customer_on, give_ready_call, press


@pytest.fixture(autouse=True)
def nobody_at_the_phone(console: Console) -> None:
    """Pages of the test before may not have noticed yet that they were closed."""
    with console.engine.begin() as connection:
        connection.execute(update(Touch).values(held_by=None, held_until=None).where(Touch.held_by.is_not(None)))


def test_a_note_typed_after_marks_is_kept_and_no_mark_is_invented(console: Console, visit: Visit) -> None:
    login = console.add_user("noting", Role.AGENT)
    touch = give_ready_call(console, "repair-day-3-call", login)
    page = visit("/calls", login)
    first = customer_on(page)
    press(page, "m")
    page.keyboard.type("54")
    page.keyboard.type("n rang 12 times, 1 answer")
    expect(page.get_by_label("Note")).to_have_value(" rang 12 times, 1 answer")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.get_by_text(f"{first}: reached, satisfied.")).to_be_visible()
    assert attempts_of(console, login) == [("reached-satisfied", "rang 12 times, 1 answer")]
    with console.engine.connect() as connection:
        answers = select(SurveyAnswer.__table__).where(SurveyAnswer.subject_id == touch.subject_id)
        given_marks = connection.execute(answers).one()
    assert [getattr(given_marks, name) for name in DIMENSIONS] == [5, 4, *[None] * (len(DIMENSIONS) - 2)]


def test_a_digit_after_a_mark_by_mouse_settles_the_call(console: Console, visit: Visit) -> None:
    login = console.add_user("clicking", Role.AGENT)
    touch = give_ready_call(console, "repair-day-3-call", login)
    page = visit("/calls", login)
    first = customer_on(page)
    page.locator("[data-mark=solved] label").nth(4).click()
    press(page, "1")
    expect(page.get_by_text(f"{first}: reached, satisfied.")).to_be_visible()
    with console.engine.connect() as connection:
        solved = select(SurveyAnswer.solved).where(SurveyAnswer.subject_id == touch.subject_id)
        assert connection.scalar(solved) == 5


def test_a_text_begun_while_a_call_is_settled_settles_no_other(console: Console, visit: Visit) -> None:
    login = console.add_user("hasty", Role.AGENT)
    page = visit("/calls", login)
    first = customer_on(page)
    press(page, "5")
    page.keyboard.type("n rang 15 times 3 5 s", delay=60)
    expect(page.locator("[data-customer]")).not_to_have_text(first)
    expect(page.locator("body:not([data-keyed])")).to_be_attached()
    assert attempts_of(console, login) == [("no-answer", None)]
    expect(page.get_by_text("1 done today")).to_be_visible()


def test_what_is_typed_when_a_call_is_taken_away_settles_no_other(console: Console, visit: Visit) -> None:
    login = console.add_user("robbed", Role.AGENT)
    page = visit("/calls", login)
    first = customer_on(page)
    press(page, "n")
    page.keyboard.type("rang")
    page.evaluate("document.getElementById('call').replaceWith(document.getElementById('call').cloneNode(true))")
    page.keyboard.type(" 15 times", delay=60)
    expect(page.locator("body:not([data-keyed])")).to_be_attached()
    assert customer_on(page) == first
    assert attempts_of(console, login) == []


KEYS = st.sampled_from([*"0123456789mnsxa ", "Escape", "Enter", "Shift+S", "n", "m"])
HARNESS = """() => {
  window.pressed = [];
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-key]");
    if (!button) return;
    window.pressed.push(button.dataset.key);
    event.stopImmediatePropagation();
    event.preventDefault();
    window.callsAnswered();
  }, true);
}"""
"""What the shortcuts would settle is noted down, and nothing is settled."""
STATE = """(names) => ({
  pressed: window.pressed,
  note: document.getElementById("call-note").value,
  marks: names.map((name) => Number(document.querySelector(`[data-mark=${name}] input:checked`).value)),
  focus: document.activeElement.id === "call-note" ? "note"
    : document.activeElement.closest("[data-mark]")?.dataset.mark ?? "call",
})"""
RESET = """(names) => {
  window.pressed = [];
  const note = document.getElementById("call-note");
  note.value = "";
  note.dispatchEvent(new Event("input", { bubbles: true }));
  names.forEach((name) => (document.querySelector(`[data-mark=${name}] input[value="0"]`).checked = true));
  document.getElementById("call").focus();
}"""


@dataclass
class Model:
    """What the keys are to do, said once more and in a simpler way."""

    shortcuts: set[str]
    focus: str = "call"
    note: str = ""
    marks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DIMENSIONS, 0))
    pressed: list[str] = field(default_factory=list)

    def take(self, key: str) -> None:
        if key == "Escape":
            self.focus = "call"
        elif self.focus == "note":
            self.note += {"Enter": "\n", "Shift+S": "S"}.get(key, key)
        elif self.focus == "call":
            self._shortcut(key)
        else:
            self._mark(key)

    def _shortcut(self, key: str) -> None:
        if key in ("n", "m"):
            self.focus = {"n": "note", "m": DIMENSIONS[0]}[key]
        elif key in self.shortcuts:
            self.pressed.append(key)

    def _mark(self, key: str) -> None:
        if key in "012345":
            self.marks[self.focus] = int(key)
            later = DIMENSIONS[DIMENSIONS.index(self.focus) + 1 :]
            self.focus = later[0] if later else "note"
        elif key == "n":
            self.focus = "note"
        elif key.isalpha() and key not in ("m", "Enter"):
            self.focus, self.note = "note", self.note + key
        elif key == "Shift+S":
            self.focus, self.note = "note", self.note + "S"


@pytest.fixture
def desk(console: Console, visit: Visit) -> Page:
    """A call that asks for marks, on a page that notes down what it would settle."""
    login = console.add_user("anything", Role.AGENT)
    give_ready_call(console, "repair-day-3-call", login)
    page = visit("/calls", login)
    expect(page.locator("[data-mark]").first).to_be_visible()
    page.evaluate(HARNESS)
    return page


def test_any_sequence_of_keys_goes_to_what_has_the_focus(desk: Page) -> None:
    shortcuts = set(desk.locator("button[data-key]").evaluate_all("all => all.map((one) => one.dataset.key)"))

    @given(st.lists(KEYS, min_size=1, max_size=14))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(keys: list[str]) -> None:
        desk.evaluate(RESET, list(DIMENSIONS))
        model = Model(shortcuts)
        for key in keys:
            model.take(key)
            desk.evaluate("delete document.body.dataset.keyed")
            desk.keyboard.press(key)
        state = desk.evaluate(STATE, list(DIMENSIONS))
        assert state == {
            "pressed": model.pressed,
            "note": model.note,
            "marks": list(model.marks.values()),
            "focus": model.focus,
        }

    holds()
