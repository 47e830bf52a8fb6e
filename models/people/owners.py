"""Whose customer somebody is: how that came about, who is away, and desks that were handed over (R17)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Facts, Key, table_info
from models.core.personal import kept, staff
from models.core.retention import ForEver
from models.core.words import Role
from models.people.permissions import Permission, may

OWNER_FIRST_MINUTES = 120
"""For so long a call or task is the owner's alone, if the store says nothing else."""
LONGEST_FIRST = 7 * 24 * 60
FACING = (Role.AGENT, Role.ADVISOR, Role.SALES, Role.FRONT_DESK)
"""Who speaks with customers for the house. What is for one of them comes to the customer's owner first, whatever the
owner's own role; what is for finance, the workshop or another desk does so only if the owner is of that role."""
OWNING = tuple(role for role in Role if may(role, Permission.WORK_CALLS) and may(role, Permission.SEE_CUSTOMERS))
"""Who may own customers: whoever sees them and makes calls."""


class OwnerRule(StrEnum):
    """By which rule a store's customers without an owner get one."""

    BY_HAND = "by-hand"
    """By none."""
    ADVISOR = "advisor"
    """The advisor of the latest visit, or else who sold."""
    SALESPERSON = "salesperson"
    """Who sold, or else the advisor of the latest visit."""


class OwnerBy(StrEnum):
    """How a customer came to their owner."""

    IMPORT = "import"
    RULE = "rule"
    HAND = "hand"
    HANDOVER = "hand-over"


class DeskPart(StrEnum):
    """What a desk holds."""

    CUSTOMERS = "customers"
    """The customers whose owner somebody is."""
    DEPUTIES = "deputies"
    """The customers whose deputy somebody is."""
    CALLS = "calls"
    TASKS = "tasks"
    """Desk tasks, visits and letters."""
    CASES = "cases"
    INBOUND = "inbound"
    PROMISES = "promises"
    """Promises to pay that are not due yet."""
    LEADS = "leads"


class StaffAbsence(Base):
    """Somebody is away from one moment to another. What comes in goes to whoever stands in for them."""

    __tablename__ = "staff_absences"

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """Exclusive. Moved forward where somebody is back earlier."""
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Null: each customer's deputy, or whoever of the role comes first."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(info=kept("who entered it: a login or a staff code"))

    __table_args__ = (
        Index("ix_staff_absences_staff_id_ends_at", "staff_id", "ends_at"),
        Index("ix_staff_absences_stand_in_id", "stand_in_id"),
        CheckConstraint("starts_at <= ends_at", name="starts_first"),
        CheckConstraint("stand_in_id <> staff_id", name="another_stands_in"),
        table_info(
            staff("starts_at ends_at recorded_at"),
            ForEver("a few rows per member of staff and year", "it says why somebody's work went to another"),
        ),
    )


class DeskHandover(Base):
    """Somebody's desk went to others, in one step. Nothing of it is copied: `moved` has the numbers of the rows."""

    __tablename__ = "desk_handovers"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    handed_over_at: Mapped[datetime]
    handed_over_by: Mapped[str] = mapped_column(info=kept("who did it: a login or a staff code"))
    word: Mapped[str | None] = mapped_column(info=kept("why, about a member of staff"))
    moved: Mapped[Facts]
    """By part: `{"cases": {"to": 7, "ids": [12, 15]}}`; `to` is a member of staff."""
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str | None] = mapped_column(info=kept("who did it: a login or a staff code"))

    __table_args__ = (
        CheckConstraint("(taken_back_at is null) = (taken_back_by is null)", name="taken_back_by_somebody"),
        table_info(
            staff("handed_over_at moved taken_back_at"),
            ForEver("one row per desk handed over", "it says who had what before, and can be taken back"),
        ),
    )


WITHOUT_OWNER = sql("owner_id is null and erased_at is null")
"""The condition of the index of customers without an owner, word by word."""
