"""The page of an appointment: see it, confirm it, move it to a free time, or ask for another one."""

from datetime import UTC, date, datetime

from starlette.responses import Response

from console.customer_pages.guests import Guest
from models.subjects.appointment import PAGE
from tasks.self_service.booking import (
    AppointmentChanged,
    SlotTaken,
    ask_for_another_time,
    confirm,
    days_with_free_starts,
    move,
    see_appointment,
)

CONFLICT, UNFIT = 409, 422

PURPOSE = PAGE
"""The purpose of the links to this page."""


async def show(guest: Guest, problem: str = "", status: int = 200) -> Response:
    """The appointment as it is now; with a day in the address, the free times of that day."""
    seen = await guest.work(see_appointment, guest.link.subject_id, guest.now)
    free = await guest.work(days_with_free_starts, guest.link.subject_id, guest.now) if seen.stands else {}
    day = _day(guest.form.get("day") or guest.request.query_params.get("day", ""))
    issued_for = guest.link.until if guest.link.until != seen.starts_at.replace(second=0, microsecond=0) else None
    return guest.page(
        "customer_appointment.html",
        status=status,
        seen=seen,
        free=free,
        chosen=day if day in free else None,
        issued_for=issued_for,
        moved=guest.request.query_params.get("done") == "moved",
        problem=problem,
    )


async def take_confirmation(guest: Guest) -> Response:
    """The customer confirms."""
    try:
        await guest.work(confirm, guest.link.subject_id, _moment(guest, "seen"), guest.now)
    except AppointmentChanged:
        return await show(guest, "customer_pages.changed", CONFLICT)
    return guest.back()


async def take_wish(guest: Guest) -> Response:
    """No time suits: the advisor will call."""
    try:
        await guest.work(ask_for_another_time, guest.link.subject_id, _moment(guest, "seen"), guest.now)
    except AppointmentChanged:
        return await show(guest, "customer_pages.changed", CONFLICT)
    return guest.back()


async def take_move(guest: Guest) -> Response:
    """Move the appointment, if the time is still free."""
    if not guest.form.get("start"):
        return await show(guest, "customer_pages.choose_a_time", UNFIT)
    try:
        await guest.work(move, guest.link.subject_id, _moment(guest, "seen"), _moment(guest, "start"), guest.now)
    except SlotTaken:
        return await show(guest, "customer_pages.taken", CONFLICT)
    except AppointmentChanged:
        return await show(guest, "customer_pages.changed", CONFLICT)
    return guest.back(done="moved")


DEEDS = {"confirm": take_confirmation, "move": take_move, "other-time": take_wish}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(guest: Guest, name: str) -> datetime:
    """A moment from a field; an unreadable one is a moment at which nothing is free."""
    try:
        found = datetime.fromisoformat(guest.form.get(name, ""))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
