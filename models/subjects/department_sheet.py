"""The sheet of the coming day: which visits a department has to be ready for (R1)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Key, table_info
from models.core.personal import customers, nobody
from models.core.retention import ForEver

TOLD = "it proves what a department was told, when, and who acknowledged it"


class DepartmentSheet(Base):
    """A department of a store was told of the visits of a day, and acknowledged them."""

    __tablename__ = "department_sheets"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    department: Mapped[str]
    day: Mapped[date]
    """Store-local."""
    made_at: Mapped[datetime]
    told_at: Mapped[datetime]
    """When it was made, or when the last visit was added to it."""
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        UniqueConstraint("store_id", "department", "day"),
        Index("ix_department_sheets_waiting", "told_at", postgresql_where=text("acknowledged_at is null")),
        CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name="acknowledged_by_someone"),
        table_info(nobody("department"), ForEver("one row per department and day", TOLD)),
    )


class DepartmentSheetLine(Base):
    """A visit on a sheet. Its car, work and parts are read from the facts, so that nothing is copied."""

    __tablename__ = "department_sheet_lines"

    sheet_id: Mapped[int] = mapped_column(ForeignKey("department_sheets.id", ondelete="CASCADE"), primary_key=True)
    appointment_id: Mapped[int] = mapped_column(
        ForeignKey("appointments.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    starts_at: Mapped[datetime]
    """As it was told."""
    added_at: Mapped[datetime]

    __table_args__ = (
        table_info(customers("appointment_id", "starts_at added_at"), ForEver("two rows per visit", TOLD)),
    )
