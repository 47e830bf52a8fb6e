"""Customers themselves as a subject: when they were last here, and what they are to the house (R12)."""

from models.core.reasons import declare
from models.core.words import Condition, Moment, SubjectKind
from models.kits.contract import FactsRow, SubjectTraits, Variables
from models.messages.letters import RELATIVE, write_dated, write_vehicle
from models.people.tables import Customer

KIND = SubjectKind("customer")

NOTHING_BOOKED = Condition("nothing-booked")
"""The customer has no appointment ahead, and has asked for none."""
KEEPS_A_CAR = Condition("keeps-a-car")
"""Not every car of the customer that is on record was sold."""

IS_VIP = Condition("is-vip")
"""By level, or because the customer sent three others within twelve months (R9)."""
OF_LEVEL_1 = Condition("of-level-1")
OF_LEVEL_2 = Condition("of-level-2")
LEVELS = {OF_LEVEL_1: ("1", "level 1", "一级"), OF_LEVEL_2: ("2", "level 2", "二级")}
"""How sources write the levels of key accounts."""
VIP_LEVEL = "vip"
"""How a level begins that makes a VIP, whatever its case."""

A_MONTH_ON = Moment("a-month-after-contact")
"""The beginning of the calendar month in which a month has passed since the last personal contact: the customer was
spoken to, wrote back, came, or was visited. Who never was counts from the day on which they came on record."""
TWO_MONTHS_ON = Moment("two-months-after-contact")
THREE_MONTHS_ON = Moment("three-months-after-contact")
MONTHS_ON = {A_MONTH_ON: 1, TWO_MONTHS_ON: 2, THREE_MONTHS_ON: 3}

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
    if facts["day"] is None:  # who never was here may be a key account all the same
        return {"vehicle": write_vehicle(language, facts)} | dict.fromkeys(("date", "days", *RELATIVE), "")
    return write_dated(language, facts, (facts["today"] - facts["day"]).days)


TRAITS = SubjectTraits(
    kind=KIND,
    table=Customer,
    conditions=(NOTHING_BOOKED, KEEPS_A_CAR, IS_VIP, *LEVELS),
    moments=dict.fromkeys(MONTHS_AWAY, declare("never-here")) | dict.fromkeys(MONTHS_ON, declare("never-in-touch")),
    absent=declare("no-customer"),
    variables={
        "date": "the day of the last visit; empty where there was none",
        "vehicle": "the newest car that the customer keeps",
        "days": "days since the last visit",
        **RELATIVE,
    },
    write=_write,
    off_timeline="the timeline is the customer's own",
)
