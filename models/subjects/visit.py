"""What handovers and repair orders have in common: the customer came, and is asked how it was (R2, R11)."""

from datetime import timedelta

from models.core.words import Condition, LinkPurpose, Purpose
from models.kits.contract import LinkOffer

VEHICLE_KEPT = Condition("vehicle-kept")
"""The car is still the customer's."""
SURVEY = LinkPurpose("survey")
SURVEY_LASTS = timedelta(days=30)


def survey_offer(letter: str) -> LinkOffer:
    """The page of a visit's survey, under the letter of its kind."""
    return LinkOffer(SURVEY, letter, "the page where the customer says how it was", SURVEY_LASTS)


def surveyed(purpose: Purpose) -> bool:
    """The customer is asked for marks in a survey."""
    return purpose is Purpose.SURVEY
