"""Who may sign in to the console, what programs may ask of the API, and what has been said to us only once."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from models.core.base import Base, Key, growing, table_info
from models.core.personal import kept, nobody, staff
from models.core.retention import ForEver, Purged
from models.core.words import Role

SIGNATURES_BELIEVED = timedelta(minutes=5)
"""How far the time stamp of a signed call may be from our clock, either way."""


class User(Base):
    """Someone who signs in."""

    __tablename__ = "users"

    id: Mapped[Key]
    login: Mapped[str] = mapped_column(unique=True, info=kept("the audit trail names who did something by it"))
    """In lower case."""
    password_hash: Mapped[str] = mapped_column(info=kept("a password cannot be read from it"))
    """Argon2id."""
    role: Mapped[Role] = mapped_column(growing(Role))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    """The one store whose data the user sees; null: all."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The member of staff under whose name the user calls, approves and settles."""
    language: Mapped[str | None]
    """Null: nobody has chosen one, and it will be the one that the browser asks for at the first sign-in."""
    active: Mapped[bool] = mapped_column(server_default="true")
    must_change_password: Mapped[bool] = mapped_column(server_default="false")
    failures: Mapped[int] = mapped_column(server_default="0")
    """Wrong passwords in a row."""
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("language in ('zh-CN', 'en')", name="language"),
        CheckConstraint("login = lower(login) and login <> ''", name="login_in_lower_case"),
        table_info(
            staff("role language active must_change_password failures locked_until created_at"),
            ForEver("one row per user", "the audit trail names people by their login, also after they have left"),
        ),
    )


class BrowserSession(Base):
    """A browser in which someone is signed in. Only a digest of its token is kept."""

    __tablename__ = "browser_sessions"

    token_digest: Mapped[str] = mapped_column(primary_key=True, info=kept("nobody can sign in with it"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """To the minute."""
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        table_info(
            staff("created_at seen_at expires_at"),
            Purged("one row per sign-in", "expires_at", timedelta(0), "it signs nobody in any more"),
        ),
    )


class ApiKey(Base):
    """A program that may use the API within its scopes. Only a digest of the key is kept."""

    __tablename__ = "api_keys"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    key_digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    """The one store whose data it reaches; null: all."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(info=kept("the login of who answers for the key"))
    revoked_at: Mapped[datetime | None]
    last_used_on: Mapped[datetime | None]
    """To the hour."""

    __table_args__ = (
        table_info(
            nobody("name key_digest scopes"),
            ForEver("one row per key", "the audit trail names keys, so the name of a revoked one is never used again"),
        ),
    )


class SeenSignature(Base):
    """A signed call that was taken, so that it is not taken again. Kept for as long as its time stamp is believed."""

    __tablename__ = "seen_signatures"

    signature: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_seen_signatures_seen_at", sql("seen_at")),
        table_info(
            nobody("signature"),
            Purged(
                "one row per webhook call",
                "seen_at",
                2 * SIGNATURES_BELIEVED,
                "an older call is refused anyway: time stamps may be 5 minutes before or after our clock",
            ),
        ),
    )
