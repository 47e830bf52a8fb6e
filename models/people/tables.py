"""Stores, staff and customers, with contact points and consent."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from models.core.base import Base, Facts, Key, enumeration, growing, table_info
from models.core.personal import (
    ERASED,
    Pseudonym,
    Replaced,
    TimeOfErasure,
    blanked,
    customers,
    each_a_customer,
    erased,
    kept,
    nobody,
    staff,
)
from models.core.retention import ForEver
from models.core.words import ChannelName, ContactKind, DeadlineClock, Purpose, Role
from models.people.owners import LONGEST_FIRST, OWNER_FIRST_MINUTES, WITHOUT_OWNER, OwnerBy, OwnerRule

VISIT_MINUTES = 30
SHORTEST_VISIT, LONGEST_VISIT = 5, 480
VISITS_AT_ONCE = 2

NAME_LETTERS = "regexp_split_to_array(regexp_replace(lower(name), '[ -~]+', '', 'g'), '')"
"""The non-ASCII characters of a name, such as each character of a Chinese one."""
HAS_SUCH_LETTERS = "lower(name) ~ '[^ -~]'"


class Store(Base):
    """A place of business. Every date rule is computed in its time zone."""

    __tablename__ = "stores"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="zh-CN")
    phone: Mapped[str | None]
    address: Mapped[str | None]
    holiday_country: Mapped[str | None]
    """ISO 3166 country whose public holidays the store observes; null: none."""
    contact_from: Mapped[time] = mapped_column(server_default="09:00")
    """Quiet hours are outside `contact_from`..`contact_until`, store-local."""
    contact_until: Mapped[time] = mapped_column(server_default="20:00")
    opening_hours: Mapped[Facts] = mapped_column(server_default=sql("'{}'::jsonb"))
    """By weekday (`monday`…): `["08:30", "18:00"]`, or null when closed; a day not named is open 08:30-18:00."""
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=sql("'{sms,email,wechat,phone}'"))
    """The channels that the store uses."""
    deadline_clock: Mapped[DeadlineClock] = mapped_column(
        enumeration(DeadlineClock), server_default=DeadlineClock.AROUND_THE_CLOCK.value
    )
    law: Mapped[str] = mapped_column(server_default="house")
    """The law pack that the store goes by: see `models.stores.laws`."""
    visit_minutes: Mapped[int] = mapped_column(server_default=str(VISIT_MINUTES))
    """The interval between the visit times that customers may choose."""
    visits_at_once: Mapped[int] = mapped_column(server_default=str(VISITS_AT_ONCE))
    """The number of visits that may start at the same time."""
    owner_rule: Mapped[OwnerRule] = mapped_column(growing(OwnerRule), server_default=OwnerRule.BY_HAND.value)
    owner_first_minutes: Mapped[int] = mapped_column(server_default=str(OWNER_FIRST_MINUTES))
    """For so long a call or task is the customer's owner's alone; 0: it comes to them first, but others may take it."""

    __table_args__ = (
        CheckConstraint("contact_from < contact_until", name="contact_hours"),
        CheckConstraint(f"visit_minutes between {SHORTEST_VISIT} and {LONGEST_VISIT}", name="visit_minutes"),
        CheckConstraint("visits_at_once >= 0", name="visits_at_once"),
        CheckConstraint(f"owner_first_minutes between 0 and {LONGEST_FIRST}", name="owner_first_minutes"),
        CheckConstraint("language in ('zh-CN', 'en')", name="language"),
        table_info(
            nobody("code name time_zone language phone address holiday_country opening_hours channels owner_rule law"),
            ForEver("one row per store", "everything else belongs to a store"),
        ),
    )


class StaffMember(Base):
    """A member of staff who calls, advises, approves or is notified."""

    __tablename__ = "staff"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    code: Mapped[str] = mapped_column(info=kept("the audit trail and the source name them by it"))
    name: Mapped[str] = mapped_column(info=kept("calls, approvals and cases say whose they were"))
    role: Mapped[Role] = mapped_column(growing(Role))
    department: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(info=kept("of the business; its source takes it away"))
    email: Mapped[str | None] = mapped_column(info=kept("of the business; its source takes it away"))
    active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        UniqueConstraint("store_id", "code"),
        table_info(
            staff("role department active"),
            ForEver("one row per member of staff", "the ledger says who called, approved and settled"),
        ),
    )


class Customer(Base):
    """A person or a company that bought something or had it serviced. Each has one timeline."""

    __tablename__ = "customers"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), index=True)
    name: Mapped[str] = mapped_column(info=erased(Pseudonym("erased ")))
    salutation: Mapped[str | None] = mapped_column(info=blanked())
    language: Mapped[str | None] = mapped_column(info=kept("shared by very many, it names nobody"))
    """`zh-CN` or `en`; null: the store's."""
    level: Mapped[str | None] = mapped_column(info=blanked())
    birth_on: Mapped[date | None] = mapped_column(info=blanked())
    area: Mapped[str | None] = mapped_column(info=blanked())
    """Their home area as the source names it: a district, a postcode."""
    street: Mapped[str | None] = mapped_column(info=blanked())
    """With the number; with city: where letters go."""
    postcode: Mapped[str | None] = mapped_column(info=blanked())
    city: Mapped[str | None] = mapped_column(info=blanked())
    country: Mapped[str | None] = mapped_column(info=blanked())
    """As it stands on an envelope; null: the store's own."""
    time_zone: Mapped[str | None] = mapped_column(info=kept("shared by very many, it names nobody"))
    """The customer's time zone; null: the store's."""
    has_contract: Mapped[bool] = mapped_column(server_default="false")
    """A contract customer: a booking request is answered within 30 minutes (R1)."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Of the customer's own store. Who has left stays the owner until their desk is handed over."""
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Asked where the owner has left or is away and nobody stands in for them."""
    owner_by: Mapped[OwnerBy | None] = mapped_column(growing(OwnerBy))
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None] = mapped_column(info=erased(TimeOfErasure()))
    """When the customer's name, addresses and texts were erased on request."""

    __table_args__ = (
        CheckConstraint("language in ('zh-CN', 'en')", name="language"),
        # For the beginning of a name, such as a family name, and for any part of a longer one.
        Index("ix_customers_level", "level", "id", postgresql_where=sql("level is not null")),
        Index("ix_customers_own_language", "id", "language", postgresql_where=sql("language is not null")),
        Index("ix_customers_owner_id", "owner_id", "id", postgresql_where=sql("owner_id is not null")),
        Index("ix_customers_deputy_id", "deputy_id", "id", postgresql_where=sql("deputy_id is not null")),
        Index("ix_customers_without_owner", "store_id", "id", postgresql_where=WITHOUT_OWNER),
        Index(
            "ix_customers_name_begins",
            func.lower(sql("name")).label("lower_name"),
            postgresql_ops={"lower_name": "text_pattern_ops"},
        ),
        Index(
            "ix_customers_name_part",
            func.lower(sql("name")).label("lower_name"),
            postgresql_using="gin",
            postgresql_ops={"lower_name": "gin_trgm_ops"},
        ),
        # A part of a Chinese name is one or two characters; trigram support for them depends on the database's locale.
        Index(
            "ix_customers_name_letters",
            sql(NAME_LETTERS),
            postgresql_using="gin",
            postgresql_where=sql(HAS_SUCH_LETTERS),
        ),
        table_info(
            each_a_customer("has_contract owner_by created_at"),
            ForEver("one row per customer", "the ledger is about them; whoever asks to be erased leaves a pseudonym"),
        ),
    )


class CustomerKey(Base):
    """A customer's keys in the sources. Several sources may know the same customer (F1)."""

    __tablename__ = "customer_keys"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    key: Mapped[str] = mapped_column(
        primary_key=True, info=kept("by it an import knows who was erased, and takes nothing back in")
    )
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)

    __table_args__ = (
        table_info(
            customers("customer_id"),
            ForEver("one row per customer and source", "the next import finds its customers by it"),
        ),
    )


class ContactPoint(Base):
    """A phone number (E.164), an e-mail address or a WeChat id."""

    __tablename__ = "contact_points"

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    # An erased one is kept because touches refer to it; its replacement value satisfies every constraint.
    kind: Mapped[ContactKind] = mapped_column(growing(ContactKind), info=erased(Replaced(ContactKind.EMAIL)))
    value: Mapped[str] = mapped_column(info=erased(Pseudonym("erased-")))
    rank: Mapped[int] = mapped_column(server_default="1")
    """1 is tried first."""
    takes_text: Mapped[bool] = mapped_column(server_default="true", info=erased(Replaced(False)))
    """False for a landline, which can be called but not texted."""
    places: Mapped[list[str] | None] = mapped_column(ARRAY(Text), info=blanked())
    """Where the holder of a number may be (`models.stores.laws.places`); null: not worked out yet, or no number."""
    invalid_since: Mapped[datetime | None] = mapped_column(info=erased(TimeOfErasure()))
    invalid_reason: Mapped[str | None] = mapped_column(info=erased(Replaced(ERASED)))

    __table_args__ = (
        UniqueConstraint("customer_id", "kind", "value"),
        Index("ix_contact_points_kind_value", "kind", "value"),
        CheckConstraint("kind <> 'phone' or value ~ '^[+][1-9][0-9]{4,14}$'", name="phone_is_e164"),
        table_info(
            customers("customer_id", "rank"),
            ForEver("two rows per customer", "touches say where they were sent; imports remove what is no longer true"),
        ),
    )


class Consent(Base):
    """Consent given or withdrawn at a moment. The latest matching entry decides. Entries are never changed."""

    __tablename__ = "consents"

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose | None] = mapped_column(growing(Purpose))
    """Null: every purpose."""
    channel: Mapped[ChannelName | None] = mapped_column(growing(ChannelName))
    """Null: every channel."""
    granted: Mapped[bool]
    given_at: Mapped[datetime]
    source: Mapped[str]
    reason: Mapped[str | None] = mapped_column(info=blanked())

    __table_args__ = (
        UniqueConstraint("customer_id", "purpose", "channel", "given_at", postgresql_nulls_not_distinct=True),
        table_info(
            customers("customer_id", "purpose channel granted given_at source"),
            ForEver("one row per change of consent", "a business must be able to prove consent for every contact"),
        ),
    )
