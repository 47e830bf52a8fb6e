"""The page of a customer's consent: for which purposes and channels they may be contacted."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from console.customer_pages.guests import Guest
from models.core.words import ChannelName, Purpose
from models.kits.links import CONSENT
from tasks.customers.consent import ConsentChanged, read_switches
from tasks.messages.links import LEAVABLE, leave_deed
from tasks.self_service.contact_choices import CHOICES, Choice, choose, end_all_contact, leave_purpose

CONFLICT = 409

PURPOSE = CONSENT
"""The purpose of the links to this page."""


async def show(guest: Guest, problem: str = "", status: int = 200) -> Response:
    """The current consent."""
    switches = await guest.work(read_switches, None, guest.reader.customer_id, guest.now)
    choices = {(one.purpose, one.channel): one.allowed for one in switches.all}
    return guest.page(
        "customer_contact.html",
        status=status,
        problem=problem,
        seen=switches.seen,
        purposes=list(Purpose),
        channels=list(ChannelName),
        choices=choices,
        done=guest.request.query_params.get("done", ""),
    )


async def take_choices(guest: Guest) -> Response:
    """Ticked choices are allowed, the others are not."""
    wanted = {(purpose, channel): f"{purpose}.{channel}" in guest.form for purpose, channel in CHOICES}
    try:
        await guest.work(choose, guest.reader.customer_id, wanted, _seen(guest), guest.now)
    except ConsentChanged:
        if not await _stand(guest, wanted):
            return await show(guest, "customer_pages.choices_changed", CONFLICT)
    return guest.back(done="saved")


async def take_end(guest: Guest) -> Response:
    """Withdraw all consent."""
    try:
        await guest.work(end_all_contact, guest.reader.customer_id, _seen(guest), guest.now)
    except ConsentChanged:
        if not await _stand(guest, dict.fromkeys(CHOICES, False)):
            return await show(guest, "customer_pages.choices_changed", CONFLICT)
    return guest.back(done="ended")


def _leave(purpose: Purpose) -> Callable[[Guest], Awaitable[Response]]:
    """One click in a mail program ends e-mail for a purpose (RFC 8058): answered without a redirect."""

    async def leave(guest: Guest) -> Response:
        await guest.work(leave_purpose, guest.reader.customer_id, purpose, ChannelName.EMAIL, guest.now)
        return guest.page("customer_gone.html", title="left", text="left_text")

    return leave


DEEDS = {"choose": take_choices, "end": take_end} | {leave_deed(purpose): _leave(purpose) for purpose in LEAVABLE}


async def _stand(guest: Guest, wanted: dict[Choice, bool]) -> bool:
    """Whether the choices are already on record: a double click sends the form twice."""
    switches = await guest.work(read_switches, None, guest.reader.customer_id, guest.now)
    return {(one.purpose, one.channel): one.allowed for one in switches.all} == wanted


def _seen(guest: Guest) -> int:
    """The last entry that the customer had seen. A truncated form has none, and so changes nothing."""
    seen = guest.form.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() else -1
