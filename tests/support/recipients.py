"""Launched campaigns and their recipients, written down by hand: what a launch leaves behind, in one call."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, literal, select

from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.words import CampaignState, ProcessName, Purpose, StepKind, SubjectKind, TouchState, Wave
from models.ledger.tables import PolicyVersion, TemplateVersion, Touch
from tests.support.world import World, at

BEGAN = at("2026-03-01 10:00")


def launched_campaign(world: World, began: datetime = BEGAN) -> int:
    """A campaign that has begun; its id."""
    values = {"name": "Spring", "plan": {}, "state": CampaignState.REST, "state_at": began, "author": "ann"}
    made = insert(Campaign).values(**values, created_at=began, frozen_at=began)
    number: int = world.connection.execute(made.returning(Campaign.id)).scalar_one()
    return number


def recipient(
    world: World,
    campaign_id: int,
    state: TouchState = TouchState.SENT,
    *,
    began: datetime = BEGAN,
    customer_id: int | None = None,
    **values: Any,
) -> int:
    """A customer of its audience, and the message to them; the customer's id."""
    customer_id = customer_id or world.customer()
    given = {"wave": Wave.REST, "variant": "a", "anchor_at": began} | values
    made = insert(CampaignRecipient).values(campaign_id=campaign_id, customer_id=customer_id, **given)
    recipient_id = world.connection.execute(made.returning(CampaignRecipient.id)).scalar_one()
    facts = _touch(world, customer_id, recipient_id, state, began)
    columns = Touch.__table__.columns
    versions = (select(func.min(table.id)).scalar_subquery() for table in (PolicyVersion, TemplateVersion))
    chosen = select(*versions, *(literal(value, columns[name].type) for name, value in facts.items()))
    world.connection.execute(
        insert(Touch).from_select(["policy_version_id", "template_version_id", *facts], chosen, include_defaults=False)
    )
    return customer_id


def _touch(world: World, customer_id: int, recipient_id: int, state: TouchState, began: datetime) -> dict[str, Any]:
    return {
        "process": ProcessName("campaigns"), "subject_kind": SubjectKind("recipient"), "subject_id": recipient_id,
        "anchor_at": began, "step": "message", "kind": StepKind.MESSAGE, "purpose": Purpose.MARKETING, "priority": 20,
        "obligation": False, "works_holidays": False, "store_id": world.store_id, "customer_id": customer_id,
        "channels": ["sms", "email"], "conditions": [], "approval": [], "due_at": began,
        "valid_until": began + timedelta(days=3), "not_before": began, "state_at": began, "figures": {},
        "planned_at": began, "state": state, "contacted_at": began if state is TouchState.SENT else None,
    }  # fmt: skip
