"""Inbound as a subject: the message by which a customer is answered."""

from models.core.reasons import declare
from models.core.words import Condition, SubjectKind
from models.inbound.tables import Inbound
from models.kits.contract import FactsRow, SubjectTraits, Variables
from models.messages.letters import write_day

KIND = SubjectKind("inbound")

ANSWER_STANDS = Condition("answer-stands")
"""Staff have written an answer that is to go out as a message."""


def _write(language: str, facts: FactsRow) -> Variables:
    return {"answer": facts["answer"] or "", "date": write_day(facts["received_on"], language)}


TRAITS = SubjectTraits(
    kind=KIND,
    table=Inbound,
    conditions=(ANSWER_STANDS,),
    absent=declare("nothing-to-answer"),
    variables={"answer": "the answer, as staff wrote it", "date": "the day on which the customer said it"},
    write=_write,
)
