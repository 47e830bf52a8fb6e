"""The card of one customer: identity, contact points, cars, debts."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from console.shared.moments import local
from console.shared.words import LANGUAGES
from console.web.authentication.viewer import Viewer
from models.core.shown import show_day
from models.core.words import EndBasis
from models.messages.letters import write_money, write_name
from models.people.permissions import Permission
from models.subjects.owing import Owing, total_of
from tasks.customers.card import CustomerCard, PointOnCard, VehicleOnCard


def show_card(viewer: Viewer, card: CustomerCard) -> None:
    """Draw the card."""
    name = write_name(viewer.language, card.name, card.salutation)
    ui.label(name).props("role=heading aria-level=2").classes("text-h5 text-weight-bold")
    if card.erased_at is not None:
        erased = viewer.say("customers.erased_at", moment=local(card.erased_at, card.time_zone))
        ui.label(erased).classes("bad").props("role=status")
    with ui.element("div").classes("cards"):
        with _part(viewer.say("customers.about")):
            _show_facts(viewer, card)
        with _part(viewer.say("customers.points")):
            _show_points(viewer, card)
        with _part(viewer.say("customers.vehicles")):
            _show_vehicles(viewer, card)
        with _part(viewer.say("customers.balance")):
            _show_owing(viewer, card.owing)
            if viewer.may(Permission.WORK_ACCOUNTS):
                for account_id, key in card.accounts:
                    ui.link(f"{viewer.word('account')} {key}", f"/accounts/{account_id}")


def _show_owing(viewer: Viewer, owing: Owing) -> None:
    """What is overdue, due today and not due yet."""
    for name in ("overdue", "due_today", "not_due"):
        for currency, amount in total_of(getattr(owing, name)).items():
            ui.label(write_money(amount, currency)).classes("figure")
            ui.label(viewer.say(f"customers.{name}")).classes("quiet")
    if not owing.invoices:
        ui.label(viewer.say("customers.nothing_owed")).classes("quiet")


@contextmanager
def _part(title: str) -> Iterator[None]:
    with ui.element("section").classes("card").props(f'aria-label="{title}"'):
        ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1 text-weight-bold")
        yield


def _show_facts(viewer: Viewer, card: CustomerCard) -> None:
    facts = {
        viewer.say("frame.store"): f"{card.store} {card.store_name}",
        viewer.say("customers.language"): LANGUAGES[card.language],
        viewer.say("customers.address"): card.address,
        viewer.say("customers.standing"): viewer.word(card.standing),
        viewer.say("customers.level"): viewer.word(card.level) if card.level else None,
        viewer.say("customers.birthday"): show_day(card.birth_on) if card.birth_on else None,
        viewer.say("owners.area"): card.area,
        viewer.say("owners.owner"): _owner(viewer, card),
        viewer.say("owners.deputy"): f"{card.deputy_name} ({card.deputy})" if card.deputy else None,
        viewer.say("customers.contract"): viewer.say("customers.yes" if card.has_contract else "customers.no"),
        viewer.say("customers.keys"): ", ".join(card.keys),
    }
    with ui.element("dl").classes("facts"):
        for name, value in facts.items():
            if value:
                with ui.element("dt"):
                    ui.label(name)
                with ui.element("dd"):
                    ui.label(value)


def _owner(viewer: Viewer, card: CustomerCard) -> str:
    """Whose customer they are: said, too, where they are nobody's."""
    if card.owner is None:
        return viewer.say("owners.none")
    named = f"{card.owner_name} ({card.owner})"
    return named if card.owner_active else f"{named} {viewer.say('owners.left')}"


def _show_points(viewer: Viewer, card: CustomerCard) -> None:
    if not card.points:
        ui.label(viewer.say("customers.no_points")).classes("quiet")
    with ui.element("ul").classes("plain"):
        for point in card.points:
            with ui.element("li"):
                _show_point(viewer, point, card.time_zone)


def _show_point(viewer: Viewer, point: PointOnCard, zone: str) -> None:
    reach = "" if point.takes_text or point.invalid_since else f" ({viewer.say('customers.voice_only')})"
    ui.label(f"{viewer.word(point.kind)} {point.value}{reach}")
    if point.invalid_since is not None:
        reason = viewer.reason(point.invalid_reason) or viewer.say("customers.no_reason")
        since = local(point.invalid_since, zone)
        ui.label(viewer.say("customers.invalid", moment=since, reason=reason)).classes("bad")


def _show_vehicles(viewer: Viewer, card: CustomerCard) -> None:
    if not card.vehicles:
        ui.label(viewer.say("customers.no_vehicles")).classes("quiet")
    with ui.element("ul").classes("plain"):
        for vehicle in card.vehicles:
            with ui.element("li"):
                _show_vehicle(viewer, vehicle)


def _show_vehicle(viewer: Viewer, vehicle: VehicleOnCard) -> None:
    names = (vehicle.plate, vehicle.make, vehicle.model)
    ui.label(" ".join(name for name in names if name)).classes("text-weight-medium")
    if vehicle.vin:
        ui.label(viewer.say("customers.vin", vin=vehicle.vin)).classes("quiet")
    if vehicle.kilometres is not None:
        ui.label(viewer.say("customers.kilometres", kilometres=f"{vehicle.kilometres:,}", day=vehicle.read_on))
    for warranty in vehicle.warranties:
        name = viewer.word(warranty.name or "warranty")
        estimated = f" ({viewer.say('customers.by_mileage')})" if warranty.basis is EndBasis.MILEAGE else ""
        ui.label(viewer.say("customers.warranty_until", name=name, day=warranty.ends_on) + estimated)
    if vehicle.disposed_on is not None:
        ui.label(viewer.say("customers.disposed", day=vehicle.disposed_on)).classes("warn")
