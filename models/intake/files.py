"""What is remembered of the files that were loaded."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Facts, table_info
from models.core.personal import nobody
from models.core.retention import ForEver


class FileSeen(Base):
    """What the columns of a source held when it was loaded last: shares of kinds of text, and nothing of what it says;
    and when its files came.

    By it a column that was exchanged for another is noticed before it goes in, and a source that stays away.
    """

    __tablename__ = "files_seen"

    source: Mapped[str] = mapped_column(primary_key=True)
    """The kinds, the store and the map that the file was loaded with."""
    columns: Mapped[Facts]
    """By the name of a column, the shares of its cells that were digits, words, and so on."""
    rows: Mapped[int]
    seen_at: Mapped[datetime]
    store: Mapped[str | None]
    """The code of the store that the file was loaded for; None: its rows name theirs."""
    file_name: Mapped[str | None]
    """Of the last file, without its folder."""
    loads: Mapped[list[Facts]] = mapped_column(JSONB, server_default="[]")
    """The latest loads, the last of each day: `{"at", "newest_on"}`; see `models.intake.freshness`."""
    expected_days: Mapped[int | None]
    """After how many days a file is to come, where the map says so; None: as it came before."""

    __table_args__ = (
        table_info(
            nobody("source columns store file_name loads"),
            ForEver("one row per source: kinds, map and store", "the next file of the source is compared with it"),
        ),
    )
