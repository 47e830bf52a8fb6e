"""The deadlines for answering each kind of inbound."""

from datetime import UTC, datetime, time, timedelta

from models.inbound.words import InboundKind
from models.ledger.cases import ANSWER_WITHIN
from models.stores.working_hours import WorkingHours, after_working, next_working_day, working_span

COMPLAINT_WITHIN = ANSWER_WITHIN
"""R10: the first answer to a complaint within 24 hours. By the store's clock for deadlines, as its cases are."""
CONTRACT_BOOKING_WITHIN = timedelta(minutes=30)
"""R1: the booking request of a contract customer within 30 minutes. Working minutes."""
BOOKING_WITHIN = timedelta(hours=4)
"""R16: of anybody else within half a working day (ours). Working hours."""
INTEREST_WITHIN = timedelta(hours=1)
"""R16: who is interested is called within the hour (ours). Working hours."""
SOON = timedelta(hours=1)
"""A deadline nearer than this needs attention now."""


def answer_by(
    kind: InboundKind, received_at: datetime, hours: WorkingHours, *, contract: bool, around_the_clock: bool
) -> datetime:
    """The deadline of an inbound, in UTC. Whatever has no time of its own is answered within a working day.

    `contract`: the customer has a contract. `around_the_clock`: the store's complaints are not counted in its hours.
    """
    match kind:
        case InboundKind.COMPLAINT if around_the_clock:
            return received_at.astimezone(UTC) + COMPLAINT_WITHIN
        case InboundKind.COMPLAINT:
            return after_working(hours, received_at, COMPLAINT_WITHIN)
        case InboundKind.BOOKING:
            return after_working(hours, received_at, CONTRACT_BOOKING_WITHIN if contract else BOOKING_WITHIN)
        case InboundKind.INTEREST:
            return after_working(hours, received_at, INTEREST_WITHIN)
        case _:
            return within_a_working_day(hours, received_at)


def within_a_working_day(hours: WorkingHours, since: datetime) -> datetime:
    """The same time of day on the next working day, or the nearest time within its hours.

    What comes outside of working hours counts from when they begin, so that it is due by the close of that day.
    """
    begins = next_working_day(hours, since, works_holidays=False)
    local = since.astimezone(hours.contact.zone)
    today = working_span(hours, local.date(), works_holidays=False)
    if today is None or since >= today[1]:
        clock = time.max
    elif since < today[0]:
        return today[1]
    else:
        clock = local.time()
    day = begins.astimezone(hours.contact.zone).date()
    same_time = datetime.combine(day, clock, hours.contact.zone).astimezone(UTC)
    span = working_span(hours, day, works_holidays=False)
    return max(begins, min(same_time, span[1] if span else same_time))
