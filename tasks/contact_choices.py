"""How a customer wants to be contacted, by their own word: chosen per purpose and channel, or not at all any more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal, select
from sqlalchemy.dialects.postgresql import insert

from models.ledger import Touch
from models.people import Consent, Customer
from models.touch_states import OPEN
from models.words import ChannelName, Gate, Purpose, StepKind
from tasks import audit
from tasks.dispatch.gates import latest_consent
from tasks.touches import cancel_touches

SOURCE = "link"
CHOSE_NOT = "the customer chose not to be contacted so"

Choice = tuple[Purpose, ChannelName]
CHOICES: tuple[Choice, ...] = tuple((purpose, channel) for purpose in Purpose for channel in ChannelName)


def see_choices(connection: Connection, customer_id: int, now: datetime) -> dict[Choice, bool]:
    """What holds for each purpose and channel. Where nothing was ever said, all but marketing is permitted."""
    said = select(
        *(
            latest_consent(customer_id, purpose, channel.value, now).scalar_subquery().label(f"{purpose} {channel}")
            for purpose, channel in CHOICES
        )
    )
    row = connection.execute(said).one()
    return {
        choice: choice[0] is not Purpose.MARKETING if answer is None else answer
        for choice, answer in zip(CHOICES, row, strict=True)
    }


def choose(connection: Connection, customer_id: int, wanted: Mapping[Choice, bool], now: datetime) -> int:
    """Keep what the customer wants otherwise than it is, and cancel what that forbids; how many touches."""
    _lock(connection, customer_id)
    before = see_choices(connection, customer_id, now)
    changed = {choice: granted for choice, granted in wanted.items() if granted != before[choice]}
    if not changed:
        return 0
    _keep(connection, [_entry(customer_id, *choice, granted, now) for choice, granted in changed.items()])
    cancelled = _cancel_forbidden(connection, customer_id, before | changed, now)
    _audit(connection, customer_id, {_named(choice): granted for choice, granted in changed.items()}, cancelled, now)
    return cancelled


def end_all_contact(connection: Connection, customer_id: int, now: datetime) -> int:
    """The customer wants no contact at all any more; how many touches were cancelled."""
    _lock(connection, customer_id)
    _keep(connection, [_entry(customer_id, None, None, False, now)])
    cancelled = _cancel_forbidden(connection, customer_id, dict.fromkeys(CHOICES, False), now)
    _audit(connection, customer_id, {"everything": False}, cancelled, now)
    return cancelled


def _lock(connection: Connection, customer_id: int) -> None:
    """Of two changes at once, the second sees what the first has changed."""
    connection.execute(select(literal(1)).where(Customer.id == customer_id).with_for_update(key_share=True))


def _entry(
    customer_id: int, purpose: Purpose | None, channel: ChannelName | None, granted: bool, now: datetime
) -> dict[str, Any]:
    entry = {"customer_id": customer_id, "purpose": purpose, "channel": channel, "granted": granted}
    return entry | {"given_at": now, "source": SOURCE, "reason": None if granted else CHOSE_NOT}


def _keep(connection: Connection, entries: list[dict[str, Any]]) -> None:
    """Two words of one moment about the same thing, which only a clock that stands brings about: the later counts."""
    statement = insert(Consent).values(entries)
    said = {name: statement.excluded[name] for name in ("granted", "source", "reason")}
    same = ["customer_id", "purpose", "channel", "given_at"]
    connection.execute(statement.on_conflict_do_update(index_elements=same, set_=said))


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
    return cancel_touches(connection, Touch.id.in_(forbidden), Gate.CONSENT, CHOSE_NOT, now, {"source": SOURCE})


def _channels(kind: StepKind, channels: list[str]) -> list[ChannelName]:
    return [ChannelName.PHONE] if kind is StepKind.CALL else [ChannelName(channel) for channel in channels]


def _named(choice: Choice) -> str:
    return f"{choice[0]} by {choice[1]}"


def _audit(connection: Connection, customer_id: int, said: Mapping[str, bool], cancelled: int, now: datetime) -> None:
    after = {"granted": dict(said), "cancelled": cancelled}
    actor = f"customer:{customer_id}"
    audit.record(connection, now, actor, "consent.given", "customer", customer_id, None, after)
