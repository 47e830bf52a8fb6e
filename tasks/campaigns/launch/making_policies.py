"""Generating a campaign's policies and templates from its plan at the start: frozen like any process's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from models.campaigns.plans import CampaignPlan, Variant, Words
from models.campaigns.tables import CampaignVariant
from models.core.base import Facts
from models.core.offsets import Offset
from models.core.rows import AnyRow
from models.core.words import CAMPAIGNS, RECIPIENT, ChannelName, StepKind
from models.ledger.tables import PolicyVersion, TemplateVersion
from models.policies.policy import MADE_FOR_CAMPAIGNS, Policy, Step
from models.subjects.recipient import MESSAGE_SENT, NOT_ANSWERED
from tasks.subjects.recipient.facts import FIRST_STEP

FOLLOW_UP_STEP = "follow-up"


def make_policies(connection: Connection, campaign: AnyRow, plan: CampaignPlan, now: datetime) -> None:
    """Store the templates and the policy of each variant, in the name of the launching user."""
    root = f"{MADE_FOR_CAMPAIGNS}{campaign.id}"
    author = campaign.launched_by or campaign.author
    if plan.follow_up is not None:
        _write(connection, f"{root}-{FOLLOW_UP_STEP}", plan.follow_up.words, plan, author, now)
    for variant in plan.variants:
        name = f"{root}-{variant.key}"
        _write(connection, name, variant.words, plan, author, now)
        version_id = connection.execute(
            insert(PolicyVersion)
            .values(
                name=name,
                version=1,
                body=policy_of(plan, variant, root).model_dump(mode="json"),
                active=True,
                created_at=now,
                created_by=author,
            )
            .returning(PolicyVersion.id)
        ).scalar_one()
        connection.execute(
            insert(CampaignVariant).values(
                campaign_id=campaign.id, variant=variant.key, policy_version_id=version_id
            )
        )  # fmt: skip


def policy_of(plan: CampaignPlan, variant: Variant, root: str) -> Policy:
    """The policy of one variant: the message and its follow-up."""
    message = Step(
        key=FIRST_STEP,
        subject=RECIPIENT,
        kind=StepKind.MESSAGE,
        after=Offset(0, 0),
        valid_for=plan.valid_for,
        channels=plan.channels,
        template=f"{root}-{variant.key}",
        purpose=plan.purpose,
    )
    steps = (message,) if plan.follow_up is None else (message, _follow_up(plan, root))
    return Policy(process=CAMPAIGNS, priority=plan.priority, steps=steps)


def _follow_up(plan: CampaignPlan, root: str) -> Step:
    assert plan.follow_up is not None  # noqa: S101  asked before
    calls = plan.follow_up.kind is StepKind.CALL
    return Step(
        key=FOLLOW_UP_STEP,
        subject=RECIPIENT,
        kind=plan.follow_up.kind,
        after=plan.follow_up.after,
        valid_for=plan.valid_for,
        channels=() if calls else plan.channels,
        role=plan.follow_up.role,
        template=f"{root}-{FOLLOW_UP_STEP}",
        purpose=plan.purpose,
        conditions=(MESSAGE_SENT, NOT_ANSWERED),
    )


def _write(
    connection: Connection, key: str, words: Mapping[Any, Words], plan: CampaignPlan, author: str, now: datetime
) -> None:
    for language, said in words.items():
        connection.execute(
            insert(TemplateVersion).values(
                key=key,
                language=language,
                version=1,
                subject=said.email.subject if said.email else None,
                text=text_of(said, plan.channels[0]) or text_of(said, ChannelName.SMS) or "",
                by_channel=_by_channel(said),
                active=True,
                created_at=now,
                created_by=author,
            )
        )


def text_of(said: Words, channel: ChannelName) -> str | None:
    """The text for a channel."""
    words = getattr(said, channel.value, None)
    return words if words is None or isinstance(words, str) else str(words.text)


def _by_channel(said: Words) -> Facts:
    return {
        channel: {"text": words} if isinstance(words, str) else words
        for channel, words in said.model_dump(mode="json", exclude_none=True).items()
    }
