"""Appointments: what is agreed with a customer for a day and an hour (R1)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from models.core.frozen import Slug
from models.core.reasons import declare
from models.core.words import Condition, LinkPurpose, Moment, SubjectKind
from models.kits.contract import Facts, LinkOffer, Rules, SubjectTraits, Variables
from models.messages.letters import write_advisor, write_day, write_vehicle, write_work
from models.subjects.service import Appointment

KIND = SubjectKind("appointment")

STILL_BOOKED = Condition("still-booked")
BOOKED_BEFORE_DUE = Condition("booked-before-due")
NO_OTHER_TIME_ASKED = Condition("no-other-time-asked")
PARTS_MISSING = Condition("parts-missing")
NOT_ARRIVED = Condition("not-arrived")
REQUEST_UNANSWERED = Condition("request-unanswered")
CONTRACT_CUSTOMER = Condition("contract-customer")

BOOKING = Moment("booking")
"""The appointment was booked, or moved."""
REQUEST = Moment("request")
"""The customer asked for an appointment."""
OTHER_TIME_ASKED = Moment("other-time-asked")
"""The customer asked for another time."""

PAGE = LinkPurpose("appointment")


class AppointmentRules(Rules):
    """What a process about appointments goes by."""

    departments: tuple[Slug, ...] = ("workshop", "parts")
    """Who is told of a moved or cancelled appointment that names no departments itself."""


def _write(language: str, facts: Facts) -> Variables:
    start: datetime = facts["starts_at"].astimezone(ZoneInfo(facts["time_zone"]))
    return {
        "date": write_day(start.date(), language),
        "time": f"{start:%H:%M}",
        "work": write_work(language, facts),
        "vehicle": write_vehicle(language, facts),
        "advisor": write_advisor(language, facts),
    }


TRAITS = SubjectTraits(
    kind=KIND,
    table=Appointment,
    conditions=(
        STILL_BOOKED,
        BOOKED_BEFORE_DUE,
        NO_OTHER_TIME_ASKED,
        PARTS_MISSING,
        NOT_ARRIVED,
        REQUEST_UNANSWERED,
        CONTRACT_CUSTOMER,
    ),
    moments={
        BOOKING: declare("no-booking-date"),
        REQUEST: declare("no-request"),
        OTHER_TIME_ASKED: declare("no-other-time-asked"),
    },
    absent=declare("no-appointment"),
    rules=AppointmentRules,
    variables={
        "date": "the day of the appointment",
        "time": "its start, store-local",
        "work": "the work agreed on",
        "vehicle": "the car",
        "advisor": "the service advisor",
    },
    write=_write,
    links=(LinkOffer(PAGE, "a", "the page where the appointment is confirmed or moved", None),),
    of_vehicle=True,
)
