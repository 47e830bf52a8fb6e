"""What is remembered of the files that were loaded."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Facts, table_info
from models.core.personal import nobody
from models.core.retention import ForEver


class FileSeen(Base):
    """What the columns of a source held when it was loaded last: shares of kinds of text, and nothing of what it says.

    By it a column that was exchanged for another is noticed before it goes in.
    """

    __tablename__ = "files_seen"

    source: Mapped[str] = mapped_column(primary_key=True)
    """The kinds, the store and the map that the file was loaded with."""
    columns: Mapped[Facts]
    """By the name of a column, the shares of its cells that were digits, words, and so on."""
    rows: Mapped[int]
    seen_at: Mapped[datetime]

    __table_args__ = (
        table_info(
            nobody("source columns"),
            ForEver("one row per source: kinds, map and store", "the next file of the source is compared with it"),
        ),
    )
