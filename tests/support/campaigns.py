"""Campaigns in a small world: launched ones, whose recipients and touches are put where an example needs them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from models.campaigns.plans import CampaignPlan, read_plan
from models.campaigns.tables import Campaign, CampaignRecipient, CampaignVariant
from models.core.words import (
    CampaignAnswer,
    CampaignState,
    ChannelName,
    ProcessName,
    Purpose,
    StepKind,
    SubjectKind,
    TouchState,
    Wave,
)
from models.ledger.tables import PolicyVersion, TemplateVersion, Touch
from tests.support.world import World, at

SMS = {
    "en": {"sms": "{{ customer }}, come and see us: {{ links.invitation }} Reply STOP to opt out."},
    "zh-CN": {"sms": "{{ customer }}，欢迎光临：{{ links.invitation }} 回T退订"},
}

BEGAN = at("2026-03-10 10:00")


def plan_data(**values: Any) -> dict[str, Any]:
    """A plan of one variant by SMS to everybody, but for what is said."""
    return {"audience": {"kind": "all"}, "variants": [{"key": "a", "words": SMS}]} | values


def a_plan(**values: Any) -> CampaignPlan:
    """The same, read."""
    return read_plan(plan_data(**values))


@dataclass
class LaunchedCampaign:
    """A campaign that was launched, with nobody in it yet."""

    world: World
    began_at: datetime = BEGAN
    plan: CampaignPlan = field(default_factory=a_plan)
    state: CampaignState = CampaignState.REST
    id: int = 0
    policies: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id = self.world._add(
            Campaign,
            name="Spring check",
            plan=self.plan.model_dump(mode="json"),
            state=self.state,
            state_at=self.began_at,
            author="marketing",
            created_at=self.began_at,
            launches_at=self.began_at,
            launched_by="marketing",
            frozen_at=self.began_at,
            planned_up_to=2**62,
        )
        for variant in self.plan.variants:
            version = self._version(PolicyVersion, name=f"campaign-{self.id}-{variant.key}", body={})
            self.policies[variant.key] = version
            self.world.connection.execute(
                insert(CampaignVariant).values(campaign_id=self.id, variant=variant.key, policy_version_id=version)
            )
        self.template = self._version(TemplateVersion, key=f"campaign-{self.id}", language="en", text=SMS["en"]["sms"])

    def _version(self, table: Any, **values: Any) -> int:
        values |= {"version": 1, "active": True, "created_at": self.began_at, "created_by": "marketing"}
        return self.world._add(table, **values)

    def recipient(
        self,
        customer_id: int | None = None,
        wave: Wave = Wave.REST,
        variant: str | None = "a",
        answer: CampaignAnswer | None = None,
        **values: Any,
    ) -> int:
        """Somebody of the audience; nobody in particular unless a customer is named."""
        answered_at = self.began_at + timedelta(hours=2) if answer else None
        return self.world._add(
            CampaignRecipient,
            **{
                "campaign_id": self.id,
                "customer_id": customer_id or self.world.customer(),
                "wave": wave,
                "variant": None if wave is Wave.CONTROL else variant,
                "anchor_at": self.began_at,
                "answer": answer,
                "answered_at": answered_at,
            }
            | values,
        )

    def touch(self, recipient_id: int, state: TouchState = TouchState.SENT, **values: Any) -> Any:
        """The campaign's message to a recipient, in some state; or its follow-up, by its step."""
        row = self.world.connection.execute(
            CampaignRecipient.__table__.select().where(CampaignRecipient.id == recipient_id)
        ).one()
        contacted = state in (TouchState.SENDING, TouchState.SENT, TouchState.UNKNOWN, TouchState.FAILED)
        return self.world.connection.execute(
            insert(Touch)
            .values(
                **{
                    "process": ProcessName("campaigns"),
                    "subject_kind": SubjectKind("recipient"),
                    "subject_id": recipient_id,
                    "anchor_at": row.anchor_at,
                    "step": "message",
                    "kind": StepKind.MESSAGE,
                    "purpose": Purpose.MARKETING,
                    "priority": 20,
                    "obligation": False,
                    "works_holidays": False,
                    "store_id": self.world.store_id,
                    "customer_id": row.customer_id,
                    "policy_version_id": self.policies[row.variant],
                    "template_version_id": self.template,
                    "channels": ["sms"],
                    "conditions": [],
                    "approval": [],
                    "due_at": row.anchor_at,
                    "valid_until": row.anchor_at + timedelta(days=3),
                    "not_before": row.anchor_at,
                    "state": state,
                    "state_at": row.anchor_at,
                    "figures": {},
                    "planned_at": row.anchor_at,
                    "contacted_at": row.anchor_at if contacted else None,
                    "channel": ChannelName.SMS if contacted else None,
                }
                | values
            )
            .returning(Touch.id)
        ).scalar_one()

    def told(self, customer_id: int | None = None, **values: Any) -> int:
        """A recipient whose message went out."""
        recipient_id = self.recipient(customer_id, **values)
        self.touch(recipient_id)
        return recipient_id

    def change(self, **values: Any) -> None:
        """Something else about the campaign."""
        self.world.connection.execute(update(Campaign).where(Campaign.id == self.id).values(**values))
