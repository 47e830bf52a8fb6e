"""The only way to change a campaign's state: allowed transitions, recorded in the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from models.campaigns.states import may_follow
from models.campaigns.tables import Campaign
from models.core.errors import Conflict
from models.core.reasons import GivenReason
from models.core.rows import AnyRow
from models.core.words import CampaignState
from tasks.ledger import audit

NO_NOTICE: dict[str, object] = {"notice": None, "notice_figures": None}


class WrongCampaignState(Conflict):
    """The campaign's state does not allow this."""

    def __init__(self, name: str, state: CampaignState, wanted: str) -> None:
        self.name, self.state, self.wanted = name, state, wanted
        super().__init__(f"'{name}' is {state}, so it cannot be {wanted}.")


def check_state(campaign: AnyRow, states: tuple[CampaignState, ...], wanted: str) -> None:
    """Raises `WrongCampaignState`."""
    if campaign.state not in states:
        raise WrongCampaignState(campaign.name, campaign.state, wanted)


def move(
    connection: Connection, campaign: AnyRow, state: CampaignState, now: datetime, actor: str, **values: object
) -> None:
    """Move a campaign to a state. Raises `WrongCampaignState`."""
    if not may_follow(campaign.state, state):
        raise WrongCampaignState(campaign.name, campaign.state, state)
    change(connection, campaign, now, actor, f"campaign.{state}", state=state, state_at=now, **values)


def change(connection: Connection, campaign: AnyRow, now: datetime, actor: str, action: str, **values: Any) -> None:
    """Change a campaign and record who did it."""
    connection.execute(update(Campaign).where(Campaign.id == campaign.id).values(**values))
    told = {name: _plain(value) for name, value in values.items() if name != "state_at"}
    before = {name: _plain(getattr(campaign, name)) for name in told}
    audit.record(connection, now, actor, action, "campaign", campaign.id, before, told)


def noting(reason: GivenReason | None) -> dict[str, object]:
    """The columns that explain its state to its authors."""
    return {"notice": reason.code, "notice_figures": reason.figures or None} if reason else NO_NOTICE


def _plain(value: object) -> object:
    """A value as JSON holds it."""
    return value if value is None or isinstance(value, bool | int | str | dict) else str(value)
