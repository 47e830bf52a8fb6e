"""Campaigns (R13): audiences as data, campaigns with their plans, and their recipients after the launch."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Numeric

from models.core.base import Base, Facts, Key, enumeration, table_info
from models.core.personal import customers, customers_deleted, kept, nobody
from models.core.retention import ForEver, Purged, WithParent
from models.core.words import CampaignAnswer, CampaignState, Wave

BY_LOGIN = "the login of a member of staff, who answers for it"
UNUSED = """
    not exists (
        select from audiences
        where jsonb_path_exists(
            rule, '$.** ? (@.kind == "list" && @.list == $id)', jsonb_build_object('id', audience_lists.id)
        )
    ) and not exists (
        select from campaigns
        where jsonb_path_exists(
            plan, '$.** ? (@.kind == "list" && @.list == $id)', jsonb_build_object('id', audience_lists.id)
        )
    )
"""
"""No audience and no campaign uses the list."""


class Audience(Base):
    """A saved audience: a named rule that selects customers, as a tree of `models.campaigns.audiences`."""

    __tablename__ = "audiences"

    id: Mapped[Key]
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    """The store whose customers it selects from; null: all stores."""
    name: Mapped[str]
    rule: Mapped[Facts]
    version: Mapped[int] = mapped_column(server_default="1")
    """Version counter for optimistic locking: a change based on an older version is refused."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(info=kept(BY_LOGIN))

    __table_args__ = (
        UniqueConstraint("store_id", "name", postgresql_nulls_not_distinct=True),
        table_info(nobody("name rule"), ForEver("one row per saved audience", "people save and delete it themselves")),
    )


class AudienceList(Base):
    """A list of individual customers from a file, for use in audiences."""

    __tablename__ = "audience_lists"

    id: Mapped[Key]
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(info=kept(BY_LOGIN))

    __table_args__ = (
        table_info(
            nobody("name"),
            Purged(
                "one row per file",
                "made_at",
                "audience_lists",
                "an unused list of customers must not lie around",
                only=UNUSED,
                stays="what an audience or a campaign names",
            ),
        ),
    )


class AudienceListMember(Base):
    """One customer on a list."""

    __tablename__ = "audience_list_members"

    list_id: Mapped[int] = mapped_column(ForeignKey("audience_lists.id", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    __table_args__ = (
        table_info(
            customers_deleted("customer_id"),
            WithParent("one row per customer in the file", "audience_lists", "it is part of the list"),
        ),
    )


class Campaign(Base):
    """A message to a selected group, with its plan, approval and progress."""

    __tablename__ = "campaigns"

    id: Mapped[Key]
    name: Mapped[str]
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    """The store whose customers it is for; null: all stores."""
    recipe: Mapped[str | None]
    """The shipped recipe it was created from."""
    plan: Mapped[Facts]
    """A `models.campaigns.plans.CampaignPlan`."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Version counter of the plan, for optimistic locking."""
    state: Mapped[CampaignState] = mapped_column(enumeration(CampaignState))
    state_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(info=kept(BY_LOGIN))
    """The login of the author of the current plan, who cannot approve it."""
    created_at: Mapped[datetime]

    approver: Mapped[str | None] = mapped_column(info=kept(BY_LOGIN))
    """The login of the approver; the author's own if the campaign is small enough."""
    approved_at: Mapped[datetime | None]
    approved_fingerprint: Mapped[str | None]
    """The fingerprint of the submitted or approved plan: no other plan is launched."""
    approved_size: Mapped[int | None]
    """The size of the audience at that time."""
    approval_ends_at: Mapped[datetime | None]
    """When a pending approval expires."""
    prefect_run_id: Mapped[UUID | None]
    """The flow run that is suspended until the approval."""

    launches_at: Mapped[datetime | None]
    """When it begins for the first recipient; null until it is approved and launched."""
    launched_by: Mapped[str | None] = mapped_column(info=kept(BY_LOGIN))
    frozen_at: Mapped[datetime | None]
    """When its recipients were stored."""
    winner: Mapped[str | None]
    """The variant that won the trial."""
    recipients_after: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Recipient ids start after this one, wave by wave: first the canary, last the control group."""
    canary_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The last id of the canary; without one, the id before the first recipient. Likewise the next three."""
    trial_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    rest_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    control_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    planned_up_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Recipients up to this id have their touches."""
    trial_at: Mapped[datetime | None]
    """When the trial was released."""
    rest_at: Mapped[datetime | None]
    """When the rest was released."""
    followed_up_to: Mapped[int | None] = mapped_column(BigInteger)
    """Recipients up to this id were checked in this round of the follow-up; null between rounds."""
    followed_up_at: Mapped[datetime | None]
    """When the last round of the follow-up ended."""

    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str | None] = mapped_column(info=kept(BY_LOGIN))
    held_at: Mapped[datetime | None]
    held_reason: Mapped[str | None]
    """The reason code why it stopped automatically and waits for a decision."""
    held_figures: Mapped[Facts | None] = mapped_column(JSONB(none_as_null=True))
    let_go_at: Mapped[datetime | None]
    """When a person resumed it after an automatic stop."""
    notice: Mapped[str | None]
    """The reason code for its author: rejected and why, or not approved in time."""
    notice_figures: Mapped[Facts | None] = mapped_column(JSONB(none_as_null=True))
    budget: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    """The budget for its messages: the plan's, or the raised one. Null: unlimited."""
    spent: Mapped[Decimal] = mapped_column(Numeric(14, 4), server_default="0")
    """The cost of its messages so far, in the currency of the settings."""
    dearest_message: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    """The maximum cost of one message: the amount reserved for each message in flight."""
    finished_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    """When the last touch of the cancelled campaign was ended."""

    __table_args__ = (
        Index("ix_campaigns_created_at", "created_at"),
        Index(
            "ix_campaigns_live",
            "state",
            postgresql_where=sql("state in ('awaiting-approval', 'approved', 'canary', 'trial', 'rest')"),
        ),
        CheckConstraint("(held_at is null) = (held_reason is null)", name="held_with_a_reason"),
        CheckConstraint("(paused_at is null) = (paused_by is null)", name="paused_by_someone"),
        CheckConstraint("(approver is null) = (approved_at is null)", name="approved_by_someone"),
        table_info(
            nobody("name recipe plan approved_fingerprint winner held_reason held_figures notice notice_figures"),
            ForEver("one row per campaign", "its touches and its results refer to it"),
        ),
    )


class CampaignVariant(Base):
    """One variant of a launched campaign, and its policy version."""

    __tablename__ = "campaign_variants"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    variant: Mapped[str] = mapped_column(primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"), unique=True)

    __table_args__ = (
        table_info(nobody("variant"), ForEver("two rows per campaign", "it says which variant a touch belongs to")),
    )


class CampaignRecipient(Base):
    """A recipient of a launched campaign. Recipients are numbered in random order, wave by wave."""

    __tablename__ = "campaign_recipients"

    id: Mapped[Key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    wave: Mapped[Wave] = mapped_column(enumeration(Wave))
    variant: Mapped[str | None]
    """Null: the control group, and the rest until the trial ends."""
    anchor_at: Mapped[datetime]
    """When the campaign starts for this customer."""
    answer: Mapped[CampaignAnswer | None] = mapped_column(enumeration(CampaignAnswer))
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("campaign_id", "customer_id"),
        CheckConstraint("(answer is null) = (answered_at is null)", name="answered_at"),
        table_info(
            customers("customer_id", "wave variant anchor_at answer answered_at"),
            ForEver(
                "one row per customer and campaign", "the results are counted from it, the control group's among them"
            ),
        ),
    )
