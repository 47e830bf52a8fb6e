"""Whether a visit is for the work that a step is about."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, Text, and_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.reasons import declare
from models.core.words import work_meant
from models.subjects.appointment import Appointment
from models.subjects.repair_order import RepairOrder
from models.subjects.work import OF_WORK
from tasks.subjects.contract import asked

OTHER_WORK = declare("other-work")


def for_other_work(
    facts: Subquery, table: type[Appointment] | type[RepairOrder], conditions: ColumnElement[Sequence[str]]
) -> ColumnElement[bool]:
    """The step asks for some kinds of work, and this is none of them. Only then is the row itself looked at."""
    some = conditions.op("&&")(literal(list(OF_WORK.values()), ARRAY(Text)))
    one_of_them = or_(
        *(
            and_(asked(condition, conditions), table.work_kind.in_(work_meant([kind])))
            for kind, condition in OF_WORK.items()
        )
    )
    it_is = select(literal(1)).where(table.id == facts.c.subject_id, one_of_them).exists()
    return and_(some, ~it_is)
