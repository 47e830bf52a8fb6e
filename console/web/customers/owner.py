"""Changing the owner and the deputy of one customer."""

from datetime import datetime

from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import sentence_of
from console.web.parts.told import RELOAD, tell
from models.core.errors import AftercareError
from models.people.owners import OWNING
from models.people.permissions import Permission
from tasks.access.reach import check_customer
from tasks.access.sessions import SignedIn
from tasks.customers.card import CustomerCard
from tasks.inbound.listing import Colleague, list_colleagues
from tasks.staff.desks.setting import set_owner


async def ask_owner(viewer: Viewer, card: CustomerCard) -> None:
    """Open the dialog. What is wrong is said in it."""
    colleagues: list[Colleague] = await viewer.read(list_colleagues, card.store_id)
    names = {"": viewer.say("owners.none")}
    names |= {one.code: f"{one.name} ({viewer.word(one.role)})" for one in colleagues if one.role in OWNING}
    with ui.dialog(value=True) as dialog, ui.card().classes("asking"):
        dialog.props["aria-label"] = viewer.say("owners.change")
        ui.label(viewer.say("owners.change")).props("role=heading aria-level=2").classes("text-h6")
        present = card.owner if card.owner in names else ""
        owner = ui.select(names, label=viewer.say("owners.owner"), value=present)
        deputy = ui.select(names, label=viewer.say("owners.deputy"), value=card.deputy if card.deputy in names else "")
        for one in (owner, deputy):
            one.props("outlined dense options-dense").classes("full-width")
        problem = ui.label().classes("bad").props("role=alert")

        async def set_to(owner: str | None, deputy: str | None) -> None:
            await viewer.change(Permission.ASSIGN_CALLS, _change, card.id, owner, deputy, viewer.now)

        async def go() -> None:
            problem.set_text("")
            try:
                await set_to(owner.value or None, deputy.value or None)
            except AftercareError as error:
                problem.set_text(sentence_of(viewer.language, error))
                return
            dialog.close()
            tell(viewer, viewer.say("owners.changed"), back=back, then=RELOAD)

        async def back() -> str:
            await set_to(card.owner, card.deputy)
            return viewer.say("owners.as_before")

        with ui.row().classes("full-width justify-end"):
            ui.button(viewer.say("frame.cancel"), on_click=dialog.close).props("flat")
            ui.button(viewer.say("frame.save"), on_click=go)


def _change(
    connection: Connection, user: SignedIn, customer_id: int, owner: str | None, deputy: str | None, now: datetime
) -> None:
    check_customer(connection, user.store_id, customer_id)
    set_owner(connection, customer_id, owner, deputy, now, user.works_as)
