"""After how long and how far what falls due on the cars of a house, by make, model and year (R5)."""

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import LONGEST_WORD, Base, Key, table_info
from models.core.personal import nobody
from models.core.retention import ForEver


class ServiceInterval(Base):
    """For cars of a make, a model and some years: of several that fit a car, the one that says most of it counts.

    What no row fits goes by what is shipped (`models/stores/service_intervals/intervals.toml`).
    """

    __tablename__ = "service_intervals"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str]
    item: Mapped[str] = mapped_column(String(LONGEST_WORD))
    """A kind of due item."""
    make: Mapped[str | None]
    model: Mapped[str | None]
    """Null: every make, every model."""
    year_from: Mapped[int | None]
    year_until: Mapped[int | None]
    works: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    """The kinds of work that do it; null: those of the shipped kind."""
    kilometres: Mapped[int | None]
    months: Mapped[int | None]
    days: Mapped[int | None]
    call_kilometres: Mapped[int | None]
    call_days: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("kilometres > 0", name="kilometres"),
        CheckConstraint("months > 0", name="months"),
        CheckConstraint("days > 0", name="days"),
        CheckConstraint("(months is null) <> (days is null)", name="months_or_days"),
        table_info(
            nobody("key item make model year_from year_until works kilometres months days call_kilometres call_days"),
            ForEver("one row per kind of item, make, model and year", "what falls due follows from it"),
        ),
    )
