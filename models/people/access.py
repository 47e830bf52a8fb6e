"""Who may sign in to the console, what programs may ask of the API, and what has been said to us only once."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from models.core.base import Base, Key, growing
from models.core.words import Role


class User(Base):
    """Someone who signs in."""

    __tablename__ = "users"

    id: Mapped[Key]
    login: Mapped[str] = mapped_column(unique=True)
    """In lower case."""
    password_hash: Mapped[str]
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
    )


class BrowserSession(Base):
    """A browser in which someone is signed in. Only a digest of its token is kept."""

    __tablename__ = "browser_sessions"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """To the minute."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


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
    created_by: Mapped[str]
    revoked_at: Mapped[datetime | None]
    last_used_on: Mapped[datetime | None]
    """To the hour."""


class SeenSignature(Base):
    """A signed call that was taken, so that it is not taken again. Kept for as long as its time stamp is believed."""

    __tablename__ = "seen_signatures"

    signature: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]

    __table_args__ = (Index("ix_seen_signatures_seen_at", sql("seen_at")),)
