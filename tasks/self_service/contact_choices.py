"""How a customer wants to be contacted, by their own word: chosen per purpose and channel, or not at all any more."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from models.core.reasons import declare, give
from models.core.words import ChannelName, Gate, Purpose, StepKind
from models.ledger.tables import Touch
from models.ledger.touch_states import OPEN
from models.people.tables import Customer
from tasks.customers.consent import append_entry, lock_journal, read_switches
from tasks.ledger import audit
from tasks.touches.picking import cancel_touches

SOURCE = "link"
CHOSE_NOT = declare("chose-not-to-be-contacted")

Choice = tuple[Purpose, ChannelName]
CHOICES: tuple[Choice, ...] = tuple((purpose, channel) for purpose in Purpose for channel in ChannelName)


def choose(connection: Connection, customer_id: int, wanted: Mapping[Choice, bool], seen: int, now: datetime) -> int:
    """Record the choices that differ from today's, and cancel what they forbid; the number of touches cancelled.

    `seen` is the entry of the journal that they saw last. Raises `ConsentChanged`.
    """
    lock_journal(connection, customer_id, seen)
    before = {(one.purpose, one.channel): one.allowed for one in read_switches(connection, None, customer_id, now).all}
    changed = {choice: granted for choice, granted in wanted.items() if granted != before[choice]}
    for (purpose, channel), granted in changed.items():
        reason = "" if granted else CHOSE_NOT
        append_entry(connection, customer_id, purpose, channel, reason, now, SOURCE, granted=granted)
    if not changed:
        return 0
    cancelled = _cancel_forbidden(connection, customer_id, before | changed, now)
    _audit(connection, customer_id, {_named(choice): granted for choice, granted in changed.items()}, cancelled, now)
    return cancelled


def leave_purpose(
    connection: Connection, customer_id: int, purpose: Purpose, channel: ChannelName, now: datetime
) -> int:
    """End one purpose on one channel, whatever else has changed meanwhile; how many touches were cancelled.

    Doing it again changes nothing.
    """
    connection.execute(select(Customer.id).where(Customer.id == customer_id).with_for_update())
    seen = read_switches(connection, None, customer_id, now).seen
    return choose(connection, customer_id, {(purpose, channel): False}, seen, now)


def end_all_contact(connection: Connection, customer_id: int, seen: int, now: datetime) -> int:
    """The customer wants no contact at all any more; how many touches were cancelled. Raises `ConsentChanged`."""
    lock_journal(connection, customer_id, seen)
    append_entry(connection, customer_id, None, None, CHOSE_NOT, now, SOURCE, granted=False)
    cancelled = _cancel_forbidden(connection, customer_id, dict.fromkeys(CHOICES, False), now)
    _audit(connection, customer_id, {"everything": False}, cancelled, now)
    return cancelled


def _cancel_forbidden(connection: Connection, customer_id: int, permitted: Mapping[Choice, bool], now: datetime) -> int:
    """Cancel what is open and has no channel left; what was written for a desk of the store stays."""
    open_touches = connection.execute(
        select(Touch.id, Touch.purpose, Touch.kind, Touch.channels).where(
            Touch.customer_id == customer_id, Touch.state.in_(OPEN), Touch.kind != StepKind.TASK
        )
    )
    forbidden = [
        touch.id
        for touch in open_touches
        if not any(permitted[touch.purpose, channel] for channel in _channels(touch.kind, touch.channels))
    ]
    if not forbidden:
        return 0
    return cancel_touches(connection, Touch.id.in_(forbidden), Gate.CONSENT, give(CHOSE_NOT), now, {"source": SOURCE})


def _channels(kind: StepKind, channels: list[str]) -> list[ChannelName]:
    return [ChannelName.PHONE] if kind is StepKind.CALL else [ChannelName(channel) for channel in channels]


def _named(choice: Choice) -> str:
    return f"{choice[0]} by {choice[1]}"


def _audit(connection: Connection, customer_id: int, said: Mapping[str, bool], cancelled: int, now: datetime) -> None:
    after = {"granted": dict(said), "cancelled": cancelled}
    actor = f"customer:{customer_id}"
    audit.record(connection, now, actor, "consent.given", "customer", customer_id, None, after)
