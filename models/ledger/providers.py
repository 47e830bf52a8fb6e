"""What passes between us and the providers of channels beside messages: questions, and registered templates."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Key, enumeration, table_info
from models.core.personal import customers, kept, nobody
from models.core.retention import ForEver


class DeliveryQuestion(Base):
    """What was asked of a provider about a message whose delivery was unknown."""

    __tablename__ = "delivery_questions"

    touch_id: Mapped[UUID] = mapped_column(ForeignKey("touches.id"), primary_key=True)
    asked: Mapped[int]
    """How often, since the message was last sent."""
    asked_at: Mapped[datetime]
    again_at: Mapped[datetime | None]
    """When it is asked again; null: the last answer settled it."""
    answer: Mapped[str | None]
    """The reason code of the last answer."""

    __table_args__ = (
        table_info(
            customers("touch_id", "asked asked_at again_at answer"),
            ForEver("one row per message whose delivery was unknown", "it says how the message was settled"),
        ),
    )


class RegistrationState(StrEnum):
    """Whether a provider lets a registered template be used."""

    WAITING = "waiting"
    """It has been submitted."""
    APPROVED = "approved"
    REFUSED = "refused"


class RegisteredTemplate(Base):
    """A template as it is registered with a provider that sends no free text."""

    __tablename__ = "registered_templates"

    id: Mapped[Key]
    provider: Mapped[str]
    """The scheme of its channel's address, such as `aliyun`."""
    key: Mapped[str]
    """The key of our template."""
    language: Mapped[str]
    branch: Mapped[str]
    """A name for one way through our template's conditions; empty if it has none."""
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    """Null: for every store without its own."""
    code: Mapped[str]
    """The provider's name of it."""
    text: Mapped[str]
    """The text as registered, with our variables as placeholders: `{{ customer }}`."""
    parameters: Mapped[list[dict[str, Any]]] = mapped_column(JSONB())
    """In the provider's order: `{"name", "variable", "longest"}`, the greatest length in characters or null."""
    state: Mapped[RegistrationState] = mapped_column(enumeration(RegistrationState))
    problem: Mapped[str | None]
    """Why the provider refused it, in its own words."""
    registered_at: Mapped[datetime]
    registered_by: Mapped[str] = mapped_column(info=kept("the login of who registered it"))

    __table_args__ = (
        UniqueConstraint("provider", "key", "language", "store_id", "branch", postgresql_nulls_not_distinct=True),
        Index("ix_registered_templates_store_id", "store_id"),
        table_info(
            nobody("provider key language branch code text parameters problem"),
            ForEver("one row per template, language and store", "without it nothing may be sent"),
        ),
    )
