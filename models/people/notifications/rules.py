"""When and how staff are told: pure rules over a store's settings, a member's choice, and the moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.people.notifications.words import StaffChannel

DIGEST_LATE = timedelta(hours=2)
"""A digest that is found later than this is left out: the next one says the same."""
COLLECTED_WITHIN = timedelta(days=1)
"""What happened longer ago is told nobody, so that an upgrade does not tell of years."""


@dataclass(frozen=True, slots=True)
class HouseRules:
    """What a store allows. Times are store-local."""

    channels: tuple[StaffChannel, ...]
    """In the order in which they are tried for whoever has not chosen."""
    digest_at: tuple[time, ...]
    quiet_from: time
    quiet_until: time
    sheet_at: time

    def is_quiet(self, local: time) -> bool:
        """Whether nobody is told of anything at this time of day. Equal bounds: never."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= local < self.quiet_until
        return local >= self.quiet_from or local < self.quiet_until


SHIPPED = HouseRules(
    channels=(StaffChannel.EMAIL, StaffChannel.WECOM, StaffChannel.SMS),
    digest_at=(time(8, 30), time(13, 30), time(17, 0)),
    quiet_from=time(21),
    quiet_until=time(7),
    sheet_at=time(18),
)
"""For a store that has set nothing."""


@dataclass(frozen=True, slots=True)
class OwnChoice:
    """What a member of staff has chosen; None: as the house has it."""

    channels: tuple[StaffChannel, ...] | None = None
    digest_at: tuple[time, ...] | None = None


def is_awake(house: HouseRules, zone: ZoneInfo, now: datetime) -> bool:
    """Whether staff of a store may be told of something at `now`."""
    return not house.is_quiet(now.astimezone(zone).time())


def ways_to(
    house: HouseRules, choice: OwnChoice, addresses: Mapping[StaffChannel, str], available: Collection[StaffChannel]
) -> tuple[StaffChannel, ...]:
    """The channels to somebody in the order in which they are tried.

    Those that they chose and the house allows, or else those of the house; each only if it is set up and they have an
    address for it. Empty: nothing reaches them.
    """
    chosen = house.channels if choice.channels is None else choice.channels
    return tuple(one for one in chosen if one in house.channels and one in available and addresses.get(one))


def digest_times(house: HouseRules, choice: OwnChoice) -> tuple[time, ...]:
    """The times of day at which somebody gets a digest: theirs, as far as the house has them."""
    if choice.digest_at is None:
        return house.digest_at
    return tuple(one for one in house.digest_at if one in choice.digest_at)


def digest_due(times: Sequence[time], zone: ZoneInfo, now: datetime) -> datetime | None:
    """The moment of the digest that is due at `now`; None: none is, or it is too late for it."""
    day = now.astimezone(zone).date()
    moments = [datetime.combine(day, one, zone).astimezone(UTC) for one in times]
    return max((one for one in moments if one <= now < one + DIGEST_LATE), default=None)
