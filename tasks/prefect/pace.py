"""How fast messages go, over all workers: by Prefect's global concurrency limits, whose slots come back with time."""

from dataclasses import dataclass

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from prefect.concurrency.asyncio import rate_limit
from prefect.exceptions import ObjectNotFound

from models.core.settings import Settings
from models.core.words import ChannelName


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: so many slots at once, of which so many come back a second."""

    name: str
    slots: int
    per_second: float


@dataclass(frozen=True)
class PrefectPace:
    """Waits for the limit of a channel, and for that of the campaign that is sent, where there are any."""

    of_channels: dict[ChannelName, Limit]
    of_campaign: Limit | None = None

    async def wait_for(self, channel: ChannelName, messages: int) -> None:
        """Return when so many more messages may go; in parts, where they are more than a limit has slots."""
        limits = [limit for limit in (self.of_channels.get(channel), self.of_campaign) if limit is not None]
        if not limits:
            return
        most = min(limit.slots for limit in limits)
        for start in range(0, messages, most):
            part = min(most, messages - start)
            await rate_limit([limit.name for limit in limits], occupy=part, strict=True)


def limits_of_channels(settings: Settings) -> dict[ChannelName, Limit]:
    """The limits of the channels that have a rate."""
    return {
        channel: Limit(f"aftercare-channel-{channel}", per_second, per_second)
        for channel, per_second in settings.channel_rates.items()
    }


def limit_of_campaign(campaign_id: int, per_minute: int | None, at_once: int | None) -> Limit | None:
    """The limit of a campaign with a pace."""
    if per_minute is None or at_once is None:
        return None
    return Limit(f"aftercare-campaign-{campaign_id}", at_once, per_minute / 60)


async def open_pace(settings: Settings, of_campaign: Limit | None = None) -> PrefectPace | None:
    """The pace of a dispatch, with its limits made in Prefect first; None: nothing holds it back."""
    of_channels = limits_of_channels(settings)
    if not of_channels and of_campaign is None:
        return None
    for limit in (*of_channels.values(), *([of_campaign] if of_campaign else [])):
        await _ensure(limit)
    return PrefectPace(of_channels, of_campaign)


async def _ensure(limit: Limit) -> None:
    """Make the limit, or give it the slots that the settings say today. One that is missing would hold nothing back."""
    async with get_client() as client:
        try:
            known = await client.read_global_concurrency_limit_by_name(limit.name)
        except ObjectNotFound:
            await client.create_global_concurrency_limit(
                GlobalConcurrencyLimitCreate(
                    name=limit.name, limit=limit.slots, slot_decay_per_second=limit.per_second
                )
            )  # fmt: skip
            return
        if (known.limit, known.slot_decay_per_second) != (limit.slots, limit.per_second):
            await client.update_global_concurrency_limit(
                limit.name,
                GlobalConcurrencyLimitUpdate(limit=limit.slots, slot_decay_per_second=limit.per_second),
            )
