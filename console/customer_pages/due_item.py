"""The page of what falls due: book a visit at a free time, or say that it was done elsewhere or is not wanted."""

from datetime import UTC, date, datetime

from starlette.responses import Response

from console.customer_pages.guests import Guest
from models.subjects.due_item import PAGE, DueItemStatus, name_item
from tasks.self_service.booking import AppointmentChanged, SlotTaken, days_for_a_visit
from tasks.self_service.due_items import ItemSeen, ask_for_service, say_settled, see_item

CONFLICT, UNFIT = 409, 422

PURPOSE = PAGE
"""The purpose of the links to this page."""


async def show(guest: Guest, problem: str = "", status: int = 200) -> Response:
    """The item as it is now; with a day in the address, the free times of that day."""
    seen: ItemSeen = await guest.work(see_item, guest.link.subject_id, guest.now)
    free = await guest.work(days_for_a_visit, seen.store_id, guest.now) if seen.open and seen.works else {}
    day = _day(guest.form.get("day") or guest.request.query_params.get("day", ""))
    return guest.page(
        "customer_due_item.html",
        status=status,
        seen=seen,
        item=name_item(seen.item, guest.language),
        free=free,
        chosen=day if day in free else None,
        problem=problem,
    )


async def take_wish(guest: Guest) -> Response:
    """Ask for a visit, if the time is still free."""
    if not guest.form.get("start"):
        return await show(guest, "customer_pages.choose_a_time", UNFIT)
    try:
        start = _moment(guest.form["start"])
        await guest.work(ask_for_service, guest.link.subject_id, start, guest.reader.language, guest.now)
    except SlotTaken:
        return await show(guest, "customer_pages.taken", CONFLICT)
    except AppointmentChanged:
        return await show(guest, "customer_pages.changed", CONFLICT)
    return guest.back()


async def take_elsewhere(guest: Guest) -> Response:
    """It was done elsewhere."""
    return await _settled(guest, DueItemStatus.ELSEWHERE)


async def take_no(guest: Guest) -> Response:
    """It is not wanted any more."""
    return await _settled(guest, DueItemStatus.DECLINED)


async def _settled(guest: Guest, status: DueItemStatus) -> Response:
    await guest.work(say_settled, guest.link.subject_id, status, guest.form.get("because", ""), guest.now)
    return guest.back()


DEEDS = {"ask": take_wish, "elsewhere": take_elsewhere, "not-any-more": take_no}


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
