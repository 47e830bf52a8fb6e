"""Customers' ratings of a visit: six dimensions, each from 1 to 5, and a comment (R11)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import WORD, Base, Key, growing, table_info
from models.core.personal import blanked, customers
from models.core.retention import ForEver
from models.core.words import SubjectKind, SurveySource

DIMENSIONS = ("solved", "punctual", "price_clear", "reception", "premises", "recommends")
"""Problem solved, on time, price explained, reception, premises, would recommend us."""
LOWEST, HIGHEST = 1, 5
BELOW_PAR = 3
"""A mark below this opens a complaint."""


def write_marks(marks: Mapping[str, int]) -> str:
    """Marks as the first line of a case's note, by their names: `solved 2, reception 1`."""
    return ", ".join(f"{name} {mark}" for name, mark in marks.items())


def read_marks(line: str) -> dict[str, int] | None:
    """The marks that `write_marks` wrote; None if the line is something else."""
    pairs = [part.rpartition(" ") for part in line.split(", ")]
    if not all(name in DIMENSIONS and mark.isdecimal() for name, _, mark in pairs):
        return None
    return {name: int(mark) for name, _, mark in pairs}


class SurveyAnswer(Base):
    """One customer's answer about one visit. A second answer replaces the first."""

    __tablename__ = "survey_answers"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    subject_kind: Mapped[SubjectKind] = mapped_column(WORD)
    subject_id: Mapped[int] = mapped_column(BigInteger)
    answered_at: Mapped[datetime]
    source: Mapped[SurveySource] = mapped_column(growing(SurveySource))
    solved: Mapped[int | None]
    punctual: Mapped[int | None]
    price_clear: Mapped[int | None]
    reception: Mapped[int | None]
    premises: Mapped[int | None]
    recommends: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(info=blanked())

    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id"),
        Index("ix_survey_answers_store_id_answered_at", "store_id", "answered_at"),
        *(CheckConstraint(f"{name} between {LOWEST} and {HIGHEST}", name=name) for name in DIMENSIONS),
        table_info(
            customers("customer_id", "subject_kind subject_id answered_at source " + " ".join(DIMENSIONS)),
            ForEver("one row per answered survey", "satisfaction is compared over years"),
        ),
    )
