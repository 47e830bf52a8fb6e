"""A customer's consent per purpose and channel: read as the gates read it, changed by staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from models.core.cadence import moment
from models.core.errors import Conflict, InvalidInput
from models.core.reasons import declare, give
from models.core.words import ChannelName, Gate, Purpose, StepKind
from models.ledger.tables import Touch
from models.people.tables import Consent, Customer
from tasks.access.reach import check_customer
from tasks.access.sessions import SignedIn
from tasks.ledger import audit
from tasks.touches.picking import cancel_touches

SOURCE = "console"
STOPPED = declare("wants-no-contact")
NEXT = timedelta(microseconds=1)
BACK = timedelta(seconds=1)
"""An entry is dated one second back. So several can follow each other if the clock stands still, in rehearsals,
and none is in the future."""


class ConsentChanged(Conflict):
    """The consent has changed since it was read."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__("The consent was changed meanwhile; look at it again before you switch.")


class SaidAtThisMoment(Conflict):
    """There is already an entry for the same moment."""

    def __init__(self) -> None:
        super().__init__("The consent was changed at this very moment; try again in a moment.")


class NeedsEvidence(InvalidInput):
    """Allowing marketing requires evidence of how the customer agreed."""

    def __init__(self) -> None:
        super().__init__("Marketing needs a note of how and when the customer agreed, such as the double opt-in.")


class NeedsReason(InvalidInput):
    """A grave action requires a reason."""

    def __init__(self) -> None:
        super().__init__("Please give a reason.")


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether a purpose may use a channel, and the source of that."""

    purpose: Purpose
    channel: ChannelName
    allowed: bool
    since: datetime | None
    """None: there is no entry."""
    source: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Switches:
    """Every combination of purpose and channel."""

    all: list[Switch]
    seen: int
    """The latest entry of the journal, for optimistic locking."""

    def of(self, purpose: Purpose, channel: ChannelName) -> Switch:
        """The consent for one purpose and channel."""
        return next(one for one in self.all if one.purpose is purpose and one.channel is channel)


def read_switches(connection: Connection, store_id: int | None, customer_id: int, now: datetime) -> Switches:
    """Read the consent at `now`. Raises `NotYours`."""
    check_customer(connection, store_id, customer_id)
    entries = connection.execute(
        select(Consent.__table__)
        .where(Consent.customer_id == customer_id, Consent.given_at <= moment(now))
        .order_by(Consent.given_at.desc(), Consent.id.desc())
    ).all()
    switches = [_switch(entries, purpose, channel) for purpose in Purpose for channel in ChannelName]
    return Switches(switches, _latest_id(connection, customer_id))


def _switch(entries: Any, purpose: Purpose, channel: ChannelName) -> Switch:
    """By the latest matching entry. Without one, everything except marketing is allowed."""
    for entry in entries:
        if entry.purpose in (None, purpose) and entry.channel in (None, channel):
            return Switch(purpose, channel, entry.granted, entry.given_at, entry.source, entry.reason)
    return Switch(purpose, channel, purpose is not Purpose.MARKETING, None, None, None)


def switch_consent(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    customer_id: int,
    purpose: Purpose,
    channel: ChannelName,
    note: str,
    seen: int,
    *,
    granted: bool,
) -> None:
    """Record that a purpose may or may not use a channel from now on.

    Raises `NotYours`, `ConsentChanged` if `seen` is no longer the latest entry, `NeedsEvidence`.
    """
    if granted and purpose is Purpose.MARKETING and not note.strip():
        raise NeedsEvidence
    _lock(connection, user.store_id, customer_id, seen)
    before = read_switches(connection, user.store_id, customer_id, now).of(purpose, channel).allowed
    append_entry(connection, customer_id, purpose, channel, note, now, SOURCE, granted=granted)
    what = {"purpose": purpose, "channel": channel}
    audit.record(
        connection, now, user.login, "customer.consent-switched", "customer", customer_id,
        what | {"granted": before}, what | {"granted": granted, "reason": note.strip() or None},
    )  # fmt: skip


def allow_as_before(
    connection: Connection,
    user: SignedIn,
    now: datetime,
    customer_id: int,
    before: Sequence[Switch],
    note: str,
) -> None:
    """Restore what was said of some purposes and channels before a mistake, where it differs now.

    Raises `NotYours`, `ConsentChanged` if somebody changes the consent at the same time.
    """
    held = read_switches(connection, user.store_id, customer_id, now)
    seen = held.seen
    for one in before:
        if held.of(one.purpose, one.channel).allowed != one.allowed:
            switch_consent(
                connection, user, now, customer_id, one.purpose, one.channel, note, seen, granted=one.allowed
            )
            seen = _latest_id(connection, customer_id)


def stop_all_contact(
    connection: Connection, user: SignedIn, now: datetime, customer_id: int, reason: str, seen: int
) -> int:
    """Withdraw all consent and cancel open touches; returns how many.

    Tasks for desks are kept, because they do not contact the customer. Raises `NotYours`, `ConsentChanged`,
    `NeedsReason`.
    """
    if not reason.strip():
        raise NeedsReason
    _lock(connection, user.store_id, customer_id, seen)
    append_entry(connection, customer_id, None, None, reason, now, SOURCE, granted=False)
    theirs = and_(Touch.customer_id == customer_id, Touch.kind != StepKind.TASK)
    cancelled = cancel_touches(connection, theirs, Gate.CONSENT, give(STOPPED), now, {"by": user.login})
    after = {"reason": reason.strip(), "cancelled": cancelled}
    audit.record(connection, now, user.login, "customer.contact-stopped", "customer", customer_id, None, after)
    return cancelled


def _lock(connection: Connection, store_id: int | None, customer_id: int, seen: int) -> None:
    """Serialize changes: the second of two sees the first one's entry."""
    check_customer(connection, store_id, customer_id)
    lock_journal(connection, customer_id, seen)


def lock_journal(connection: Connection, customer_id: int, seen: int) -> None:
    """Lock a customer's consent journal. Raises `ConsentChanged` if `seen` is no longer its latest entry."""
    connection.execute(select(Customer.id).where(Customer.id == customer_id).with_for_update())
    if _latest_id(connection, customer_id) != seen:
        raise ConsentChanged(customer_id)


def append_entry(
    connection: Connection,
    customer_id: int,
    purpose: Purpose | None,
    channel: ChannelName | None,
    reason: str,
    now: datetime,
    source: str,
    *,
    granted: bool,
) -> None:
    """Add an entry to a locked journal. None stands for every purpose, or every channel.

    Raises `SaidAtThisMoment`.
    """
    last = connection.execute(
        select(Consent.given_at)
        .where(Consent.customer_id == customer_id, Consent.given_at <= moment(now))
        .order_by(Consent.given_at.desc())
        .limit(1)
    ).one_or_none()
    given_at = max(now - BACK, last.given_at + NEXT) if last else now - BACK
    if given_at > now:
        raise SaidAtThisMoment
    values = {"purpose": purpose, "channel": channel, "granted": granted, "reason": reason.strip() or None}
    connection.execute(insert(Consent).values(customer_id=customer_id, given_at=given_at, source=source, **values))


def _latest_id(connection: Connection, customer_id: int) -> int:
    return int(
        connection.scalar(select(func.coalesce(func.max(Consent.id), 0)).where(Consent.customer_id == customer_id)) or 0
    )
