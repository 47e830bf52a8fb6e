"""Actions on one customer as a whole: stop all contact, export their data, erase them."""

from collections.abc import Callable, Sequence

from nicegui import ui

from console.web.authentication.viewer import Viewer
from console.web.customers.owner import ask_owner
from console.web.customers.problems import problem_of
from console.web.parts.dialogs import ask
from console.web.parts.frame import telling
from console.web.parts.told import RELOAD, tell
from models.people.permissions import Permission
from tasks.customers.card import CustomerCard
from tasks.customers.consent import allow_as_before, read_switches, stop_all_contact
from tasks.customers.erasing import erase_customer
from tasks.customers.exporting import Export, export_customer, write_csv, write_json


def show_actions(viewer: Viewer, card: CustomerCard) -> None:
    """The buttons that the viewer may use."""
    here = card.erased_at is None
    with ui.row().classes("items-center"):
        if viewer.may(Permission.WORK_INBOX) and here:
            ui.link(viewer.say("frame.new_contact"), f"/inbox/new?customer={card.id}").classes("chip")
            ui.link(viewer.say("frame.new_complaint"), f"/inbox/new?kind=complaint&customer={card.id}").classes("chip")
        if viewer.may(Permission.ASSIGN_CALLS) and here:
            ui.button(viewer.say("owners.change"), on_click=lambda: ask_owner(viewer, card)).props("outline")
        if viewer.may(Permission.CHANGE_CONSENT) and here:
            ui.button(viewer.say("customers.stop_all"), on_click=lambda: _stop(viewer, card)).props("outline")
        if viewer.may(Permission.EXPORT_CUSTOMERS):
            _offer_download(viewer, card, "customers.export_json", write_json, "json", "application/json")
            _offer_download(viewer, card, "customers.export_csv", write_csv, "csv", "text/csv")
        if viewer.may(Permission.ERASE_CUSTOMERS) and here:
            button = ui.button(viewer.say("customers.erase"), on_click=lambda: _erase(viewer, card), color="negative")
            button.props("outline")


def _offer_download(
    viewer: Viewer, card: CustomerCard, key: str, write: Callable[[Export], bytes], ending: str, kind: str
) -> None:
    async def download() -> None:
        async with telling(viewer):
            export = await viewer.change(Permission.EXPORT_CUSTOMERS, export_customer, viewer.now, card.id)
            ui.download.content(write(export), f"customer-{card.id}.{ending}", kind)

    ui.button(viewer.say(key), on_click=download).props("outline")


async def _stop(viewer: Viewer, card: CustomerCard) -> None:
    async with telling(viewer):
        before = await viewer.read(read_switches, viewer.store_id, card.id, viewer.now)

        async def stop(texts: Sequence[str]) -> None:
            count = await viewer.change(
                Permission.CHANGE_CONSENT, stop_all_contact, viewer.now, card.id, texts[0], before.seen
            )
            tell(viewer, viewer.say("customers.stopped", count=count), back=allow_again, then=RELOAD)

        async def allow_again() -> str:
            note = viewer.say("customers.stopped_by_mistake")
            await viewer.change(Permission.CHANGE_CONSENT, allow_as_before, viewer.now, card.id, before.all, note)
            return viewer.say("customers.allowed_again")

        ask(
            viewer,
            viewer.say("customers.stop_all"),
            viewer.say("customers.stop_hint"),
            [viewer.say("frame.reason")],
            viewer.say("customers.stop_all"),
            stop,
            lambda error: problem_of(viewer, error),
        )


def _erase(viewer: Viewer, card: CustomerCard) -> None:
    async def erase(texts: Sequence[str]) -> None:
        typed, reason = texts
        await viewer.change(Permission.ERASE_CUSTOMERS, erase_customer, viewer.now, card.id, typed, reason)
        tell(viewer, viewer.say("customers.erased_done"), then=RELOAD)

    ask(
        viewer,
        viewer.say("customers.erase"),
        viewer.say("customers.erase_hint", name=card.name),
        [viewer.say("customers.type_name"), viewer.say("customers.erase_reason")],
        viewer.say("customers.erase"),
        erase,
        lambda error: problem_of(viewer, error),
    )
