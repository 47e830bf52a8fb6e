"""The forms of one account: hold, release, dispute, block, instalments. What is wrong is said beside the field."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.kept_words import TakeBack
from console.web.authentication.viewer import Viewer
from console.web.parts.field_errors import FormElement
from console.web.parts.frame import sentence_of
from console.web.parts.told import tell
from models.core.errors import AftercareError, InvalidInput
from models.people.permissions import Permission
from models.subjects.account import UnpaidBecause
from tasks.access.reach import staff_code_in
from tasks.access.sessions import SignedIn
from tasks.customers.accounts.arranging import Part, end_arrangement, set_block, set_dispute, set_instalments
from tasks.customers.accounts.holding import Found, find_account_of, hold_account, release_account, say_why_unpaid
from tasks.subjects.account.ageing import AccountItem

Texts = Mapping[str, str]
Change = Callable[[Connection, Found, Texts, datetime, str], object]
"""A change of an account: the texts of the form's fields, the moment, and the staff code of who does it."""
Refresh = Callable[[], object]


class NoLastDay(InvalidInput):
    """A text that is no day."""

    field = "until"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is no day; expected one such as 2026-04-01.")


class NotInstalments(InvalidInput):
    """Lines of which one is no instalment."""

    field = "parts"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is no instalment; expected a day and an amount, such as 2026-04-01 300.00.")


def read_day(text: str) -> date:
    """A day as a form has it. Raises `NoLastDay`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise NoLastDay(text) from error


def read_parts(text: str) -> list[Part]:
    """Instalments, one on a line: a day and an amount. Raises `NotInstalments`."""
    parts = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        day, _, amount = line.partition(" ")
        try:
            parts.append(Part(date.fromisoformat(day), Decimal(amount.strip().replace(",", ""))))
        except (ValueError, InvalidOperation) as error:
            raise NotInstalments(line) from error
    return parts


def _hold(connection: Connection, account: Found, texts: Texts, now: datetime, code: str) -> None:
    hold_account(connection, account, texts["reason"], now, code)


def _release(connection: Connection, account: Found, texts: Texts, now: datetime, code: str) -> object:
    return release_account(connection, account, texts["reason"], now, code)


def _dispute(connection: Connection, account: Found, texts: Texts, now: datetime, code: str) -> object:
    invoice = texts["invoice"].strip() or None
    return set_dispute(connection, account, read_day(texts["until"]), texts["reason"], now, code, invoice=invoice)


def _block(connection: Connection, account: Found, texts: Texts, now: datetime, code: str) -> object:
    return set_block(connection, account, read_day(texts["until"]), texts["reason"], now, code)


def _instalments(connection: Connection, account: Found, texts: Texts, now: datetime, code: str) -> object:
    currency = texts["currency"].strip().upper() or None
    return set_instalments(
        connection, account, read_parts(texts["parts"]), texts["reason"], now, code, currency=currency
    )


def _because(connection: Connection, account: Found, texts: Texts, now: datetime, code: str) -> None:
    because = UnpaidBecause(texts["because"]) if texts["because"] else None
    say_why_unpaid(connection, account, because, now, code)


FORMS: dict[str, tuple[tuple[str, ...], Change]] = {
    "hold": (("reason",), _hold),
    "release": (("reason",), _release),
    "dispute": (("invoice", "until", "reason"), _dispute),
    "block": (("until", "reason"), _block),
    "instalments": (("parts", "currency", "reason"), _instalments),
    "why": (("because",), _because),
}
"""Each form with its fields."""
ARRANGED = ("dispute", "block", "instalments")
"""The forms whose change makes an arrangement, and gives its number."""


def draw_forms(viewer: Viewer, item: AccountItem, refresh: Refresh) -> None:
    """What can be done about an account as it stands."""
    held = item.held_since is not None
    with ui.element("div").classes("cards"):
        for name in ("release" if held else "hold", "why", "dispute", "block", "instalments"):
            fields, change = FORMS[name]
            _draw_form(viewer, item, name, fields, change, refresh)
        for one in item.arrangements:

            def end(
                connection: Connection, account: Found, texts: Texts, now: datetime, code: str, number: int = one.id
            ) -> None:
                end_arrangement(connection, account, number, texts["reason"], now, code)

            title = viewer.say("accounts.end", what=f"{viewer.word(one.kind)} {one.invoice or ''}".strip())
            _draw_form(viewer, item, "resume", ("reason",), end, refresh, title)


def _draw_form(
    viewer: Viewer,
    item: AccountItem,
    name: str,
    fields: tuple[str, ...],
    change: Change,
    refresh: Refresh,
    title: str | None = None,
) -> None:
    heading = title or viewer.say(f"accounts.{name}")
    with ui.element("section").classes("card").props(f'aria-label="{heading}"'):
        ui.label(heading).props("role=heading aria-level=3").classes("text-subtitle1")
        inputs = {field: _input(viewer, field) for field in fields}
        told = ui.label().classes("bad").props("role=alert")

        async def go() -> None:
            told.set_text("")
            for element in inputs.values():
                element.error = None
            texts = {field: element.value or "" for field, element in inputs.items()}
            try:
                made = await viewer.change(Permission.WORK_ACCOUNTS, _change, item.id, viewer.now, change, texts)
            except AftercareError as error:
                _complain(viewer, inputs, told, error)
                return
            tell(viewer, viewer.say(f"accounts.{name}_done"), back=_way_back(viewer, item, name, made))
            refresh()

        ui.button(viewer.say(f"accounts.{name}_do"), on_click=go).props("no-caps")


def _input(viewer: Viewer, field: str) -> FormElement:
    label, looks = viewer.say(f"accounts.field_{field}"), "outlined dense stack-label autocomplete=off"
    if field == "until":
        return ui.input(label).props(f"{looks} type=date").classes("full-width")
    if field == "because":
        causes = {"": viewer.say("accounts.cause_unknown")} | {one.value: viewer.word(one) for one in UnpaidBecause}
        return ui.select(causes, label=label, value="").props(looks).classes("full-width")
    if field == "parts":
        return ui.textarea(label, placeholder="2026-04-01 300.00").props(f"{looks} autogrow").classes("full-width")
    return ui.input(label).props(looks).classes("full-width")


def _complain(viewer: Viewer, inputs: Mapping[str, FormElement], told: ui.label, error: AftercareError) -> None:
    """Say beside the field what is wrong."""
    sentence, element = sentence_of(viewer.language, error), inputs.get(getattr(error, "field", ""))
    if element is None:
        told.set_text(sentence)
    else:
        element.error = sentence


def _way_back(viewer: Viewer, item: AccountItem, name: str, made: object) -> TakeBack | None:
    """Releases an account that was put on hold, and ends what was arranged; None of what ended something."""

    def end(connection: Connection, account: Found, texts: Texts, now: datetime, code: str) -> None:
        end_arrangement(connection, account, int(str(made)), texts["reason"], now, code)

    change = _release if name == "hold" else end if name in ARRANGED else None
    if change is None:
        return None
    texts = {"reason": viewer.say("accounts.taken_back")}

    async def back() -> str:
        await viewer.change(Permission.WORK_ACCOUNTS, _change, item.id, viewer.now, change, texts)
        return viewer.say(f"accounts.{name}_undone")

    return back


def _change(
    connection: Connection, user: SignedIn, account_id: int, now: datetime, change: Change, texts: Texts
) -> object:
    account = find_account_of(connection, account_id, now, user.store_id)
    return change(connection, account, texts, now, staff_code_in(connection, user, account.store_id))
