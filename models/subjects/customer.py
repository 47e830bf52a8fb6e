"""Customers themselves as a subject: when they were last here, and what they are to the house (R12)."""

from models.core.reasons import declare
from models.core.words import Condition, Moment, SubjectKind
from models.kits.contract import FactsRow, SubjectTraits, Variables
from models.messages.letters import RELATIVE, write_dated
from models.people.tables import Customer

KIND = SubjectKind("customer")

NOTHING_BOOKED = Condition("nothing-booked")
"""The customer has no appointment ahead, and has asked for none."""
KEEPS_A_CAR = Condition("keeps-a-car")
"""Not every car of the customer that is on record was sold."""

TWELVE_MONTHS_AWAY = Moment("twelve-months-away")
"""Midnight of the day twelve calendar months after the last visit."""
FIFTEEN_MONTHS_AWAY = Moment("fifteen-months-away")
MONTHS_AWAY = {TWELVE_MONTHS_AWAY: 12, FIFTEEN_MONTHS_AWAY: 15}

NEW_DAYS = 90
"""So long is somebody a new customer, from the first visit on."""
SLEEPING_MONTHS, LOST_MONTHS = 12, 24
VIP_REFERRALS = 3
"""Who sent so many customers within twelve months is a VIP (R9)."""
REFERRAL_MONTHS = 12


def _write(language: str, facts: FactsRow) -> Variables:
    return write_dated(language, facts, (facts["today"] - facts["day"]).days)


TRAITS = SubjectTraits(
    kind=KIND,
    table=Customer,
    conditions=(NOTHING_BOOKED, KEEPS_A_CAR),
    moments=dict.fromkeys(MONTHS_AWAY, declare("never-here")),
    absent=declare("no-customer"),
    variables={
        "date": "the day of the last visit",
        "vehicle": "the newest car that the customer keeps",
        "days": "days since the last visit",
        **RELATIVE,
    },
    write=_write,
    off_timeline="the timeline is the customer's own",
)
