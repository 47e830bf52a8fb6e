"""Handovers as a subject: from the day the car was given to its buyer (R2)."""

from models.subjects.handover import KIND, Handover
from tasks.subjects.handover.outcomes import take_outcome
from tasks.subjects.visits import Visits


class Handovers(Visits):
    """Cars handed over to their buyers."""

    kind = KIND
    table = Handover
    day = Handover.__table__.c.handed_over_on

    take_outcome = staticmethod(take_outcome)


SUBJECT = Handovers()
