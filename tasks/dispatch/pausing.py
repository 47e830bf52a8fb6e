"""A channel that fails above a threshold pauses itself, says so loudly, and resumes by hand or after a probe."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Connection, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert

from models.core.reasons import ReasonCode, declare
from models.core.words import ChannelName
from models.ledger.tables import ChannelPause
from tasks.channels.contract import Accepted, Outcome

LOG = structlog.get_logger()
WATCHED = 40
"""How many of the last outcomes are looked at."""
FEWEST = 10
"""Fewer failures than this pause nothing."""
SHARE = 0.5
"""A channel of which this share of the watched outcomes failed is paused."""
PROBE_AFTER = timedelta(minutes=15)
MOSTLY_FAILED = declare("more-than-half-failed")
PROBE_CUSTOMERS = 5
"""While a pause is being probed, so few customers are claimed at once."""


class Health:
    """The last outcomes of one channel."""

    def __init__(self) -> None:
        self._accepted: deque[bool] = deque(maxlen=WATCHED)

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Remember these outcomes."""
        self._accepted.extend(isinstance(outcome, Accepted) for outcome in outcomes)

    @property
    def failing(self) -> bool:
        """Whether the channel should pause."""
        failed = self._accepted.count(False)
        return failed >= FEWEST and failed >= SHARE * len(self._accepted)


def pause(
    connection: Connection, channel: ChannelName, store_id: int | None, reason: ReasonCode, now: datetime
) -> None:
    """Pause a channel until it is probed; a pause that is running is prolonged."""
    LOG.error("channel paused itself", channel=channel, store_id=store_id, reason=reason, probe_at=now + PROBE_AFTER)
    prolonged = connection.execute(
        update(ChannelPause).where(_running(channel, store_id)).values(probe_at=now + PROBE_AFTER, reason=reason)
    )
    if prolonged.rowcount == 0:
        connection.execute(
            insert(ChannelPause)
            .values(channel=channel, store_id=store_id, paused_at=now, reason=reason, probe_at=now + PROBE_AFTER)
            .on_conflict_do_nothing()
        )


def resume(connection: Connection, channel: ChannelName, store_id: int | None, now: datetime) -> bool:
    """End the pause of a channel; whether there was one."""
    ended = connection.execute(update(ChannelPause).where(_running(channel, store_id)).values(resumed_at=now))
    if ended.rowcount:
        LOG.warning("channel resumed", channel=channel, store_id=store_id)
    return ended.rowcount > 0


def any_paused(connection: Connection) -> bool:
    """Whether a channel is paused, or is being probed."""
    return bool(connection.scalar(select(func.count()).where(ChannelPause.resumed_at.is_(None))))


def _running(channel: ChannelName, store_id: int | None) -> ColumnElement[bool]:
    return and_(
        ChannelPause.channel == channel,
        ChannelPause.store_id.is_not_distinct_from(store_id),
        ChannelPause.resumed_at.is_(None),
    )
