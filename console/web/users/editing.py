"""Adding and editing a user: the same fields, each with its own error beside it."""

from collections.abc import Callable, Sequence

from nicegui import ui

from console.shared.words import LANGUAGES
from console.web.authentication.viewer import Viewer
from console.web.parts.field_errors import FormElement
from console.web.parts.frame import sentence_of, telling
from models.core.errors import AftercareError
from models.core.words import Role
from models.people.permissions import Permission
from tasks.access.managing import StaffChoice, edit, list_staff
from tasks.access.reach import list_reached_stores
from tasks.access.users import (
    BadLogin,
    LoginTaken,
    NeedsStore,
    NoLogin,
    NoSuchStore,
    OfAnotherRole,
    StaffNeedsStore,
    UnknownStaffCode,
    UserChange,
    UserRow,
)

BESIDE: dict[type[AftercareError], str] = {
    NoLogin: "login", BadLogin: "login", LoginTaken: "login", NeedsStore: "store", NoSuchStore: "store",
    UnknownStaffCode: "staff", StaffNeedsStore: "staff", OfAnotherRole: "staff",
}  # fmt: skip
"""The field beside which each error is shown."""


class UserFields:
    """The fields of a user."""

    def __init__(self, viewer: Viewer, user: UserRow | None) -> None:
        self._viewer, self._user = viewer, user
        self._fields: dict[str, FormElement] = {}

    async def draw(self) -> None:
        """Draw the fields: empty, or as the user is. A login cannot be changed: the audit trail names people by it."""
        viewer, user = self._viewer, self._user
        stores = {
            store.code: f"{store.code} {store.name}" for store in await viewer.read(list_reached_stores, viewer.user)
        }
        if viewer.store_id is None:
            stores = {"": viewer.say("frame.all_stores")} | stores
        staff: list[StaffChoice] = await viewer.read(list_staff, viewer.user)
        roles = {role.value: viewer.word(role) for role in Role}
        languages = {"": viewer.say("users.of_browser")} | LANGUAGES
        if user is None:
            self._fields["login"] = ui.input(viewer.say("users.login")).props("autocomplete=off")
        self._fields["name"] = ui.input(viewer.say("users.name"), value=user.name or "" if user else "")
        role = user.role.value if user else Role.AGENT.value
        store = user.store or "" if user else next(iter(stores))
        self._fields["role"] = ui.select(roles, label=viewer.say("users.role"), value=role)
        self._fields["store"] = ui.select(stores, label=viewer.say("users.store"), value=store)
        self._fields["staff"] = ui.input(
            viewer.say("users.staff"),
            value=user.staff or "" if user else "",
            autocomplete=[one.code for one in staff],
        )
        self._fields["staff"].props["hint"] = viewer.say("users.staff_hint")
        self._fields["language"] = ui.select(
            languages, label=viewer.say("users.language"), value=user.language or "" if user else ""
        )
        for field in self._fields.values():
            field.props("outlined dense")

    def _text(self, name: str) -> str | None:
        return (self._fields[name].value or "").strip() or None

    @property
    def login(self) -> str:
        """The login of a new user, as typed."""
        return self._fields["login"].value or ""

    @property
    def change(self) -> UserChange:
        """What the fields say."""
        return UserChange(
            Role(self._fields["role"].value), self._text("store"), self._text("staff"), self._text("name"),
            self._text("language"),
        )  # fmt: skip

    def clear_errors(self) -> None:
        """Nothing is wrong so far."""
        for field in self._fields.values():
            field.error = None

    def tell(self, error: AftercareError) -> bool:
        """Show an error beside its field. Whether it has one."""
        name = BESIDE.get(type(error))
        if name not in self._fields:
            return False
        self._fields[name].error = sentence_of(self._viewer.language, error)
        self._fields[name].run_method("focus")
        return True


async def edit_in_dialog(viewer: Viewer, user: UserRow, done: Callable[[UserRow], object]) -> None:
    """A dialog that changes a user. `done` is called with what they were."""
    title = viewer.say("users.edit_of", login=user.login)
    with ui.dialog(value=True) as dialog, ui.card().classes("asking"):
        dialog.props["aria-label"] = title
        ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        fields = UserFields(viewer, user)
        await fields.draw()

        async def save() -> None:
            fields.clear_errors()
            async with telling(viewer):
                try:
                    await viewer.change(Permission.MANAGE_ACCESS, edit, user.login, fields.change, viewer.now)
                except AftercareError as error:
                    if not fields.tell(error):
                        raise
                    return
                dialog.close()
                done(user)

        with ui.row().classes("full-width justify-end"):
            ui.button(viewer.say("frame.cancel"), on_click=dialog.close).props("flat")
            ui.button(viewer.say("frame.save"), on_click=save)


def as_they_were(user: UserRow) -> UserChange:
    """The change that makes a user what they were."""
    return UserChange(user.role, user.store, user.staff, user.name, user.language)


def names_of(viewer: Viewer, user: UserRow) -> str:
    """Their name, and the other logins of the same person."""
    if not user.same_person:
        return user.name or ""
    others: Sequence[str] = user.same_person
    return viewer.say("users.same_person", name=user.name or "", logins=viewer.say("frame.comma").join(others)).strip()
