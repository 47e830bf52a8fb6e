"""Drafting campaigns. Changing a submitted or approved campaign makes it a draft again."""

from datetime import datetime

from sqlalchemy import Connection, insert

from models.campaigns.plans import CampaignPlan, read_plan
from models.campaigns.states import EDITABLE
from models.campaigns.tables import Campaign
from models.core.errors import Conflict, InvalidInput
from models.core.words import CampaignState
from models.people.permissions import Permission
from tasks.campaigns.authors import Author, lock_campaign
from tasks.campaigns.changing import change, check_state
from tasks.ledger import audit
from tasks.policies.catalogue import install_if_empty

LONGEST_NAME = 120


class NamelessCampaign(InvalidInput):
    """A missing campaign name, or one that is too long."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"A campaign needs a name of 1 to {LONGEST_NAME} characters; found '{name[:LONGEST_NAME]}'.")


class CampaignChangedMeanwhile(Conflict):
    """Somebody else has changed the campaign since it was read."""

    def __init__(self, name: str, author: str, version: int) -> None:
        self.name, self.author, self.version = name, author, version
        super().__init__(
            f"'{name}' was changed meanwhile: {author} saved version {version}. Nothing of yours was saved; "
            "open it again and make your change to that version."
        )


def create_campaign(
    connection: Connection,
    author: Author,
    name: str,
    plan: CampaignPlan,
    now: datetime,
    *,
    store_id: int | None = None,
    recipe: str | None = None,
) -> int:
    """Create a draft and return its id. A user of one store creates it for that store.

    Raises `MayNot`, `NamelessCampaign`.
    """
    author.check(Permission.MAKE_CAMPAIGNS)
    install_if_empty(connection, now)  # a fresh installation has no contact rules yet for rehearsal and approval
    values = {
        "name": _check_name(name),
        "store_id": author.store_id if author.store_id is not None else store_id,
        "recipe": recipe,
        "plan": plan.model_dump(mode="json"),
    }
    campaign_id: int = connection.execute(
        insert(Campaign)
        .values(**values, state=CampaignState.DRAFT, state_at=now, author=author.login, created_at=now)
        .returning(Campaign.id)
    ).scalar_one()
    audit.record(connection, now, author.login, "campaign.made", "campaign", campaign_id, None, values)
    return campaign_id


def change_campaign(
    connection: Connection,
    author: Author,
    campaign_id: int,
    plan: CampaignPlan,
    based_on: int,
    now: datetime,
    name: str | None = None,
) -> int:
    """Save a changed plan, based on version `based_on`; returns the new version. The user becomes its author,
    and any approval is void.

    Raises `MayNot`, `NotYours`, `WrongCampaignState`, `CampaignChangedMeanwhile`, `NamelessCampaign`.
    """
    author.check(Permission.MAKE_CAMPAIGNS)
    campaign = lock_campaign(connection, author, campaign_id)
    check_state(campaign, EDITABLE, "changed")
    if campaign.version != based_on:
        raise CampaignChangedMeanwhile(campaign.name, campaign.author, campaign.version)
    wanted = _check_name(name if name is not None else campaign.name)
    if wanted == campaign.name and plan == read_plan(campaign.plan):
        return int(campaign.version)
    change(
        connection, campaign, now, author.login, "campaign.changed",
        name=wanted, plan=plan.model_dump(mode="json"), version=campaign.version + 1, author=author.login,
        state=CampaignState.DRAFT, state_at=now, **NOT_APPROVED,
    )  # fmt: skip
    return int(campaign.version) + 1


def copy_campaign(connection: Connection, author: Author, campaign_id: int, name: str, now: datetime) -> int:
    """Create a draft with the plan of another campaign in any state. Raises what `create_campaign` raises, and
    `NotYours`."""
    campaign = lock_campaign(connection, author, campaign_id)
    plan = read_plan(campaign.plan)
    return create_campaign(
        connection, author, name, plan, now, store_id=campaign.store_id, recipe=campaign.recipe
    )  # fmt: skip


NOT_APPROVED = {
    "approver": None,
    "approved_at": None,
    "approved_fingerprint": None,
    "approved_size": None,
    "approval_ends_at": None,
    "launches_at": None,
    "launched_by": None,
    "held_at": None,
    "held_reason": None,
    "held_figures": None,
    "notice": None,
    "notice_figures": None,
}
"""The columns that are reset when a plan changes before the launch."""


def _check_name(name: str) -> str:
    wanted = name.strip()
    if not 1 <= len(wanted) <= LONGEST_NAME:
        raise NamelessCampaign(wanted)
    return wanted
