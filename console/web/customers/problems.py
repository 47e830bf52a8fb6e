"""Errors of actions on a customer, in the viewer's language."""

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import sentence_of
from tasks.access.reach import NotYours
from tasks.customers.consent import ConsentChanged, NeedsEvidence, NeedsReason, SaidAtThisMoment
from tasks.customers.erasing import AlreadyErased, MessageUnderWay, NotTheirName, ReasonNamesCustomer

PROBLEMS: dict[type[Exception], str] = {
    ConsentChanged: "customers.changed_meanwhile",
    SaidAtThisMoment: "customers.at_this_moment",
    NeedsEvidence: "customers.needs_evidence",
    NeedsReason: "customers.needs_reason",
    NotTheirName: "customers.not_their_name",
    ReasonNamesCustomer: "customers.reason_names",
    AlreadyErased: "customers.already_erased",
    MessageUnderWay: "customers.under_way",
    NotYours: "customers.not_yours",
}


def problem_of(viewer: Viewer, error: Exception) -> str:
    """An error as a sentence."""
    key = PROBLEMS.get(type(error))
    return viewer.say(key) if key else sentence_of(viewer.language, error)
