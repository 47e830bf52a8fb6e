"""Complaints as a subject: one more call after the customer agreed to close one (R10)."""

from models.core.reasons import declare
from models.core.words import Condition, SubjectKind
from models.kits.contract import FactsRow, SubjectTraits, Variables
from models.ledger.tables import Case
from models.messages.letters import RELATIVE, write_day, write_relative

KIND = SubjectKind("case")

CASE_CLOSED = Condition("case-closed")
NO_NEWER_COMPLAINT = Condition("no-newer-complaint")


def _write(language: str, facts: FactsRow) -> Variables:
    return {
        "case": str(facts["case"]),
        "opened": write_day(facts["opened_on"], language),
        "date": write_day(facts["day"], language),
        "days": str((facts["today"] - facts["day"]).days),
    } | write_relative(facts["day"], facts["today"], language)


TRAITS = SubjectTraits(
    kind=KIND,
    table=Case,
    conditions=(CASE_CLOSED, NO_NEWER_COMPLAINT),
    absent=declare("no-complaint"),
    variables={
        "case": "the number of the complaint's case",
        "opened": "the day of the complaint",
        "date": "the day it was closed",
        "days": "days since then",
        **RELATIVE,
    },
    write=_write,
)
