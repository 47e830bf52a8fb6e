"""The kinds of subjects, by name."""

from models.core.words import SubjectKind
from tasks.subjects.accounts import Accounts
from tasks.subjects.appointments import Appointments
from tasks.subjects.cases import Cases
from tasks.subjects.contract import Subject
from tasks.subjects.recipients import Recipients
from tasks.subjects.visits import Handovers, RepairOrders
from tasks.subjects.warranties import Warranties

SUBJECTS: dict[SubjectKind, Subject] = {
    subject.kind: subject
    for subject in (Appointments(), Handovers(), RepairOrders(), Warranties(), Accounts(), Cases(), Recipients())
}

__all__ = ["SUBJECTS", "Subject"]
