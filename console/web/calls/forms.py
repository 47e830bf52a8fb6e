"""What a caller records with an outcome: a note, a time, a promise, marks. Each field is validated."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from console.web.authentication.viewer import Viewer
from models.calls.outcomes import outcomes_of
from models.calls.queue import asks_marks, takes_marks
from models.calls.surveys import DIMENSIONS, HIGHEST, LOWEST
from models.core.errors import InvalidInput
from models.core.words import OutcomeName, StepKind
from models.kits.outcomes import AnswerKind, CallReport, Need, Outcome, PromiseMade, Question, UnfitOutcome
from tasks.calls.listing import CallItem

LIMIT = Decimal(10) ** 12
CENT = Decimal("0.01")
LONGEST_NOTE = 1000


class NotYet(InvalidInput):
    """The outcome lacks something that it needs. The field shows what."""

    def __init__(self, outcome: OutcomeName) -> None:
        self.outcome = outcome
        super().__init__(f"Something that '{outcome}' needs is missing.")


class CallForm:
    """The fields that fit a call, and their values."""

    def __init__(self, viewer: Viewer, item: CallItem, record: Callable[[OutcomeName], Awaitable[None]]) -> None:
        self._viewer, self._item, self._record = viewer, item, record
        self._marks: dict[str, int] = {}
        self._questions: dict[str, ui.input | ui.select] = {}
        self._is_call = item.kind is StepKind.CALL
        self._outcomes = outcomes_of(item.subject_kind)
        self._may_promise = self._is_call and self._needing(Need.PROMISE) is not None
        self._asks_marks = self._is_call and asks_marks(item.purpose, item.subject_kind)

    def draw(self) -> None:
        """Draw the fields."""
        viewer = self._viewer
        self._note = ui.textarea(viewer.say("calls.note")).props(f"outlined dense autogrow maxlength={LONGEST_NOTE}")
        self._note.props("data-note for=call-note").classes("full-width")
        self._jump("n", "#call-note")
        if not self._is_call:
            return
        if self._asks_marks:
            self._draw_marks()
        if self._may_promise:
            self._draw_promise()
        self._draw_questions()
        label = viewer.say("calls.callback_at", zone=self._item.time_zone)
        self._callback = ui.input(label).props("outlined dense stack-label type=datetime-local").classes("full-width")
        self._on_enter(self._callback, Need.TIME)

    def _jump(self, key: str, target: str) -> None:
        """A key that moves the focus to a field. The field is visible without it, too."""
        ui.element("span").props(f'data-key="{key}" data-goes="{target}" aria-hidden=true')

    def _needing(self, need: Need) -> Outcome | None:
        """The first outcome of this call that needs that."""
        return next((one for one in self._outcomes.values() if one.needs is need), None)

    def _on_enter(self, field: ui.input, need: Need) -> None:
        outcome = self._needing(need)
        if outcome is not None:
            field.props("data-settles").on("keydown.enter", lambda: self._record(outcome.name))

    def _draw_promise(self) -> None:
        viewer = self._viewer
        with ui.row().classes("full-width items-start"):
            self._promise_on = ui.input(viewer.say("calls.promise_on")).props("outlined dense stack-label type=date")
            self._amount = ui.input(viewer.say("calls.amount")).props("outlined dense inputmode=decimal")
            owed = sorted(self._item.figures.get("totals") or {})
            self._currency = ui.select(
                owed, label=viewer.say("calls.currency"), value=owed[0] if len(owed) == 1 else None
            ).props("outlined dense")
            self._currency.classes("filter").set_visibility(len(owed) != 1)
        for field in (self._promise_on, self._amount):
            self._on_enter(field, Need.PROMISE)

    def _draw_questions(self) -> None:
        """What the kit's own outcomes ask: one field for each question, whichever outcomes ask it."""
        asked = {question.name: question for one in self._outcomes.values() for question in one.asks}
        if not asked:
            return
        with ui.row().classes("full-width items-start"):
            for question in asked.values():
                self._questions[question.name] = self._draw_question(question)

    def _draw_question(self, question: Question) -> ui.input | ui.select:
        label = self._viewer.word(question.name)
        match question.kind:
            case AnswerKind.CHOICE:
                choices = {choice: self._viewer.word(choice) for choice in question.choices}
                return ui.select(choices, label=label, clearable=True).props("outlined dense").classes("filter")
            case AnswerKind.DAY:
                return ui.input(label).props("outlined dense stack-label type=date")
            case AnswerKind.AMOUNT:
                return ui.input(label).props("outlined dense inputmode=decimal")
            case AnswerKind.TEXT:
                return ui.input(label).props("outlined dense maxlength=100")

    def _draw_marks(self) -> None:
        viewer = self._viewer
        ui.label(viewer.say("calls.marks")).props("role=heading aria-level=3").classes("text-subtitle1")
        self._jump("m", "[data-mark] input")
        with ui.element("div"):
            for name in DIMENSIONS:
                with ui.element("fieldset").classes("marks").props(f"data-mark={name}"):
                    with ui.element("legend"):
                        ui.label(viewer.say(f"calls.{name}"))
                    for mark in range(LOWEST, HIGHEST + 1):
                        self._draw_mark(name, mark, str(mark))
                    self._draw_mark(name, 0, viewer.say("calls.no_mark"))

    def _draw_mark(self, name: str, mark: int, text: str) -> None:
        def choose() -> None:
            if mark:
                self._marks[name] = mark
            else:
                self._marks.pop(name, None)

        with ui.element("label"):
            chosen = "" if mark else " checked"
            ui.element("input").props(f"type=radio name=mark-{name} value={mark}{chosen}").on("change", choose)
            ui.label(text)

    @property
    def written(self) -> str | None:
        """The note as typed."""
        return (self._note.value or "").strip() or None

    def read(self, outcome: OutcomeName) -> CallReport:
        """The report that the fields make; what goes with another outcome is left out. Raises `NotYet`."""
        for field in self._fields():
            field.error = None
        if self._marks and not takes_marks(outcome):
            self._stop(outcome, self._note, "calls.marks_unreached")
        needs = self._outcomes[outcome].needs
        callback_at = self._read_callback(outcome) if needs is Need.TIME else None
        promise = self._read_promise(outcome) if needs is Need.PROMISE else None
        answers = self._read_answers(outcome)
        return CallReport(outcome, self.written, callback_at, promise, dict(self._marks), answers)

    def _read_answers(self, outcome: OutcomeName) -> dict[str, str]:
        """The answers to the questions of the outcome, which are read and found right."""
        answers: dict[str, str] = {}
        for question in self._outcomes[outcome].asks:
            field = self._questions[question.name]
            text = str(field.value or "").strip()
            if question.required and not text:
                self._stop(outcome, field, "calls.needs_answer")
            try:
                answers |= {question.name: text} if text and question.read(outcome, text) is not None else {}
            except UnfitOutcome:
                self._stop(outcome, field, f"calls.no_{question.kind}")
        return answers

    def _fields(self) -> list[ValidationElement[Any]]:
        promise = [self._promise_on, self._amount, self._currency] if self._may_promise else []
        return [self._note, self._callback, *promise, *self._questions.values()]

    def _stop(self, outcome: OutcomeName, field: ValidationElement[Any], key: str) -> NoReturn:
        """Say at the field what is missing, and lead there."""
        field.error = self._viewer.say(key)
        field.run_method("focus")
        raise NotYet(outcome)

    def _read_callback(self, outcome: OutcomeName) -> datetime:
        try:
            asked = datetime.fromisoformat(self._callback.value or "")
        except ValueError:
            self._stop(outcome, self._callback, "calls.needs_time")
        at = asked.replace(tzinfo=ZoneInfo(self._item.time_zone))
        if at <= self._viewer.now:
            self._stop(outcome, self._callback, "calls.time_passed")
        return at

    def _read_promise(self, outcome: OutcomeName) -> PromiseMade:
        try:
            day = date.fromisoformat(self._promise_on.value or "")
        except ValueError:
            self._stop(outcome, self._promise_on, "calls.needs_day")
        if day < self._viewer.now.astimezone(ZoneInfo(self._item.time_zone)).date():
            self._stop(outcome, self._promise_on, "calls.day_passed")
        amount = self._read_amount(outcome)
        if amount is not None and self._currency.value is None:
            self._stop(outcome, self._currency, "calls.needs_currency")
        return PromiseMade(day, amount, self._currency.value if amount is not None else None)

    def _read_amount(self, outcome: OutcomeName) -> Decimal | None:
        text = (self._amount.value or "").strip().replace(",", "").replace("，", "")
        if not text:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal(0)
        if not amount.is_finite() or not 0 < amount < LIMIT or amount != amount.quantize(CENT):
            self._stop(outcome, self._amount, "calls.not_an_amount")
        return amount
