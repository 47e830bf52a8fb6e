"""Users and sessions of the console, API keys, and replay protection for signed calls."""

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
"""The maximum difference between a signed call's time stamp and our clock, in either direction."""


class User(Base):
    """A user who can sign in."""

    __tablename__ = "users"

    id: Mapped[Key]
    login: Mapped[str] = mapped_column(unique=True, info=kept("the audit trail names who did something by it"))
    """In lower case."""
    password_hash: Mapped[str] = mapped_column(info=kept("a password cannot be read from it"))
    """Argon2id."""
    role: Mapped[Role] = mapped_column(growing(Role))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    """The store whose data the user sees; null: all stores."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The member of staff in whose name the user calls, approves and settles."""
    name: Mapped[str | None] = mapped_column(info=kept("the audit trail shows who did something"))
    """What they are called; null: as the member of staff."""
    language: Mapped[str | None]
    """Null: not chosen yet; the first sign-in sets it from the browser's language."""
    active: Mapped[bool] = mapped_column(server_default="true")
    must_change_password: Mapped[bool] = mapped_column(server_default="false")
    failures: Mapped[int] = mapped_column(server_default="0")
    """Consecutive wrong passwords."""
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
    """A browser session. Only a digest of its token is stored."""

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
    """A program that may use the API within its scopes. Only a digest of the key is stored."""

    __tablename__ = "api_keys"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    key_digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    """The store whose data it can access; null: all stores."""
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
    """Replay protection: a signed call that was accepted. Kept for as long as its time stamp is valid."""

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
