"""The page of a campaign's invitation: book a visit at a free time, or decline."""

from dataclasses import replace
from datetime import UTC, date, datetime

from starlette.responses import Response

from console.customer_pages.guests import Guest
from models.kits.links import consent_link
from models.subjects.recipient import INVITATION
from tasks.messages.links import write_token
from tasks.self_service.booking import AppointmentChanged, SlotTaken, days_for_a_visit
from tasks.self_service.invitations import Invitation, accept, ask, decline, see_invitation

CONFLICT, UNFIT = 409, 422

PURPOSE = INVITATION
"""The purpose of the links to this page."""


async def show(guest: Guest, problem: str = "", status: int = 200) -> Response:
    """The invitation as it is now; with a day in the address, the free times of that day."""
    seen: Invitation = await guest.work(see_invitation, guest.link.subject_id, guest.now)
    offers_times = seen.open and not seen.event
    free = await guest.work(days_for_a_visit, seen.store_id, guest.now) if offers_times else {}
    day = _day(guest.form.get("day") or guest.request.query_params.get("day", ""))
    return guest.page(
        "customer_invitation.html",
        status=status,
        seen=seen,
        free=free,
        chosen=day if day in free else None,
        choices=_choices(guest),
        problem=problem,
    )


async def take_wish(guest: Guest) -> Response:
    """Book a visit, if the time is still free."""
    if not guest.form.get("start"):
        return await show(guest, "customer_pages.choose_a_time", UNFIT)
    try:
        await guest.work(ask, guest.link.subject_id, _moment(guest.form["start"]), guest.now)
    except SlotTaken:
        return await show(guest, "customer_pages.taken", CONFLICT)
    except AppointmentChanged:
        return await show(guest, "customer_pages.changed", CONFLICT)
    return guest.back()


async def take_yes(guest: Guest) -> Response:
    """Come to the event."""
    try:
        await guest.work(accept, guest.link.subject_id, guest.now)
    except AppointmentChanged:
        return await show(guest, "customer_pages.changed", CONFLICT)
    return guest.back()


async def take_no(guest: Guest) -> Response:
    """Decline."""
    await guest.work(decline, guest.link.subject_id, guest.now)
    return guest.back()


DEEDS = {"ask": take_wish, "come": take_yes, "decline": take_no}


def _choices(guest: Guest) -> str:
    """The customer's consent page, for no longer than this link is valid."""
    own = replace(consent_link(guest.link.customer_id, guest.now), until=guest.link.until)
    return guest.address_of(write_token(guest.database.settings, own))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime:
    """A moment from a field; an unreadable one is a moment at which nothing is free."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
