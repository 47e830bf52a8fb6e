"""The page of a statement: what was open on a day, and whether the customer's own books say the same."""

from starlette.responses import Response

from console.customer_pages.guests import Guest
from models.messages.letters import write_money
from models.subjects.owing import total_of
from models.subjects.statement import LONGEST_DIFFERENCE, STATEMENT
from tasks.self_service.statements import NoDifference, StatementAnswered, agree, differ, see_statement

CONFLICT, UNFIT = 409, 422

PURPOSE = STATEMENT
"""The purpose of the links to this page."""


async def show(guest: Guest, problem: str = "", status: int = 200) -> Response:
    """The statement as it was made."""
    seen = await guest.work(see_statement, guest.link.subject_id)
    return guest.page(
        "customer_statement.html",
        status=status,
        seen=seen,
        totals=total_of(seen.owing.invoices),
        money=write_money,
        longest=LONGEST_DIFFERENCE,
        difference=guest.form.get("difference", ""),
        problem=problem,
    )


async def take_agreement(guest: Guest) -> Response:
    """The customer's books say the same."""
    try:
        await guest.work(agree, guest.link.subject_id, guest.now)
    except StatementAnswered:
        return await show(guest, "customer_pages.difference_known", CONFLICT)
    return guest.back()


async def take_difference(guest: Guest) -> Response:
    """The customer says what differs."""
    try:
        await guest.work(differ, guest.link.subject_id, guest.form.get("difference", ""), guest.now)
    except NoDifference:
        return await show(guest, "customer_pages.say_what_differs", UNFIT)
    except StatementAnswered:
        return await show(guest, "customer_pages.difference_known", CONFLICT)
    return guest.back()


DEEDS = {"agree": take_agreement, "differ": take_difference}
