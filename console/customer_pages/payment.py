"""The page of an account: what is owed, and a promise to pay it by a day."""

from datetime import date

from starlette.responses import Response

from console.customer_pages.guests import Guest
from models.messages.letters import write_money
from models.subjects.account import PAYMENT
from models.subjects.owing import total_of
from models.subjects.promises_to_pay import PromiseForThePast, PromiseTooFarOff
from tasks.self_service.paying import NothingToPromise, promise, see_account

CONFLICT, UNFIT = 409, 422
PARTS = ("overdue", "due_today", "not_due")
"""What is owed, told apart by when it is due."""

PURPOSE = PAYMENT
"""The purpose of the links to this page."""


async def show(guest: Guest, problem: str = "", status: int = 200) -> Response:
    """What is owed now."""
    seen = await guest.work(see_account, guest.link.subject_id, guest.now)
    return guest.page(
        "customer_payment.html",
        status=status,
        seen=seen,
        parts={name: part for name in PARTS if (part := getattr(seen.owing, name))},
        total_of=total_of,
        money=write_money,
        on=guest.form.get("on", ""),
        problem=problem,
    )


async def take_promise(guest: Guest) -> Response:
    """The customer promises to pay by a day."""
    try:
        await guest.work(promise, guest.link.subject_id, date.fromisoformat(guest.form.get("on", "")), guest.now)
    except (ValueError, PromiseForThePast, PromiseTooFarOff):
        return await show(guest, "customer_pages.unfit_day", UNFIT)
    except NothingToPromise:
        return await show(guest, "customer_pages.account_changed", CONFLICT)
    return guest.back()


DEEDS = {"promise": take_promise}
