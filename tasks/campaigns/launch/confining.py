"""Limits on the dispatch of one campaign: it stops within a batch if paused, held, cancelled or out of money."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, func, select, update

from models.campaigns.course import BUDGET_USED_UP
from models.campaigns.measures import REACHED
from models.campaigns.states import UNDER_WAY
from models.campaigns.tables import Campaign, CampaignVariant
from models.core.reasons import give
from models.core.rows import AnyRow
from models.core.settings import Settings
from models.core.words import TouchState
from models.ledger.tables import OF_CAMPAIGNS, Touch
from tasks.campaigns.launch.advancing import hold
from tasks.campaigns.wording.messages import price_of
from tasks.dispatch.recording import Result

IN_FLIGHT = (TouchState.CLAIMED, TouchState.SENDING)
SECONDS_AT_ONCE = 6
"""A batch of a rate-limited campaign covers this many seconds, so that nothing is claimed long before it is sent."""
MINUTE = 60


@dataclass
class CampaignConfinement:
    """The confinement of a dispatch to one campaign, while that is running."""

    campaign_id: int
    policies: Sequence[int]
    per_minute: int | None
    settings: Settings
    clock: Callable[[], datetime]
    over: Callable[[], bool] = lambda: False
    """Whether the run's time for it is up."""

    def customers_at_once(self, connection: Connection, limit: int) -> int:
        """The allowed size of the next batch. Locks the campaign's row, so that two claims never share one budget."""
        campaign = connection.execute(
            select(Campaign.__table__).where(Campaign.id == self.campaign_id).with_for_update(key_share=True)
        ).one()
        if self.over() or not _sends(campaign):
            return 0
        at_pace = min(limit, batch_size(self.per_minute) or limit)
        return at_pace if campaign.budget is None else self._affordable(connection, campaign, at_pace)

    def _affordable(self, connection: Connection, campaign: AnyRow, limit: int) -> int:
        """The budget left after messages in flight. A campaign that has used it up is held."""
        dearest: Decimal = campaign.dearest_message or Decimal(0)
        if not dearest:
            return limit
        on_their_way = connection.execute(
            select(func.count()).where(
                OF_CAMPAIGNS,
                Touch.policy_version_id.in_(self.policies),
                Touch.state.in_(IN_FLIGHT),
            )
        ).scalar_one()
        affordable = int((campaign.budget - campaign.spent) // dearest) - on_their_way
        if affordable < 1 and not on_their_way and self._anything_due(connection):
            amounts = {"budget": campaign.budget, "spent": campaign.spent, "dearest": dearest}
            currency = self.settings.price_currency
            figures = {name: {currency: str(amount)} for name, amount in amounts.items()}
            hold(connection, campaign, give(BUDGET_USED_UP, **figures), self.clock())
        return max(min(limit, affordable), 0)

    def _anything_due(self, connection: Connection) -> bool:
        due = (
            select(Touch.id)
            .where(
                OF_CAMPAIGNS,
                Touch.policy_version_id.in_(self.policies),
                Touch.state == TouchState.PLANNED,
                Touch.not_before <= self.clock(),
            )
            .limit(1)
        )
        return connection.scalar(due) is not None

    def goes_on(self, connection: Connection) -> bool:
        """Whether claimed touches may still be sent. The last look stops those of a cancelled campaign."""
        stopped = select(Campaign.paused_at, Campaign.held_at).where(Campaign.id == self.campaign_id)
        return all(moment is None for moment in connection.execute(stopped).one())

    def note(self, connection: Connection, results: Sequence[Result]) -> None:
        """Add the cost of the messages, in the transaction that records them.

        A message more expensive than foreseen (say, after an import of longer names) raises the reserve per message.
        """
        charged = [result for result in results if result.state in REACHED and result.body]
        if not charged:
            return
        of_those = select(Touch.id, Touch.channel).where(Touch.id.in_([result.touch_id for result in charged]))
        channels = {row.id: row.channel for row in connection.execute(of_those)}
        prices = [price_of(self.settings, channels[one.touch_id], one.body) for one in charged if one.body]
        if any(prices):
            dearest = func.greatest(Campaign.dearest_message, max(prices))
            values = {"spent": Campaign.spent + sum(prices, Decimal(0)), "dearest_message": dearest}
            connection.execute(update(Campaign).where(Campaign.id == self.campaign_id).values(**values))


def _sends(campaign: AnyRow) -> bool:
    return campaign.state in UNDER_WAY and campaign.paused_at is None and campaign.held_at is None


def batch_size(per_minute: int | None) -> int | None:
    """The batch size of a rate-limited campaign; None: no limit."""
    return max(1, per_minute * SECONDS_AT_ONCE // MINUTE) if per_minute else None


def confine(
    connection: Connection,
    campaign_id: int,
    settings: Settings,
    clock: Callable[[], datetime],
    over: Callable[[], bool],
) -> CampaignConfinement:
    """The confinement of a dispatch to one launched campaign."""
    policies = connection.scalars(
        select(CampaignVariant.policy_version_id).where(CampaignVariant.campaign_id == campaign_id)
    ).all()
    plan = connection.execute(select(Campaign.plan).where(Campaign.id == campaign_id)).scalar_one()
    return CampaignConfinement(campaign_id, policies, plan["per_minute"], settings, clock, over)
