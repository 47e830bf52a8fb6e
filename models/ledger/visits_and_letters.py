"""What staff do for a customer away from the telephone: visits that are planned for a day, letters that go by post."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Key, table_info
from models.core.personal import blanked, customers, nobody
from models.core.retention import ForEver
from models.ledger.tables import THE_LEDGER


class StaffVisit(Base):
    """A visit to a customer: for which day it is planned, and what came of it."""

    __tablename__ = "staff_visits"

    touch_id: Mapped[UUID] = mapped_column(ForeignKey("touches.id"), primary_key=True)
    planned_for: Mapped[date | None]
    """Store-local, within the validity of the touch."""
    planned_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_on: Mapped[date | None]
    result: Mapped[str | None] = mapped_column(info=blanked())
    next: Mapped[str | None] = mapped_column(info=blanked())
    """What was agreed on to come next."""

    __table_args__ = (
        table_info(customers("touch_id", "planned_for done_on"), ForEver("one row per visit by staff", THE_LEDGER)),
    )


class LetterBatch(Base):
    """Letters of one store that were printed together."""

    __tablename__ = "letter_batches"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), index=True)
    printed_at: Mapped[datetime]
    printed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    posted_at: Mapped[datetime | None]
    posted_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (table_info(nobody(), ForEver("one row per print of letters", THE_LEDGER)),)


class PrintedLetter(Base):
    """A letter is in a batch: it is printed once, and printed again only with its batch."""

    __tablename__ = "printed_letters"

    touch_id: Mapped[UUID] = mapped_column(ForeignKey("touches.id"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("letter_batches.id"), index=True)

    __table_args__ = (table_info(customers("touch_id"), ForEver("one row per letter", THE_LEDGER)),)
