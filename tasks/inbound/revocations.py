"""Opting a customer out because they said so, and taking back what a misread text did."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, func, literal, not_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from models.core.cadence import moment
from models.core.reasons import declare, give
from models.core.rows import AnyRow
from models.core.words import ChannelName, Gate, Purpose, StepKind, TouchState
from models.inbound.words import ANSWER_CHANNELS
from models.ledger.tables import Touch
from models.people.tables import Consent
from tasks.customers.consent import BACK, NEXT, append_entry, read_switches
from tasks.ledger.transitions import change
from tasks.touches.picking import cancel_touches

OPTED_OUT = declare("opted-out-of-channel")
MISREAD = declare("opt-out-taken-back")
OPTED_IN = declare("opted-in-again")
SOURCE = "reply"
"""Of the entries of the consent journal."""


def opt_out(
    connection: Connection,
    customers: Collection[int],
    channel: ChannelName,
    now: datetime,
    said_at: datetime | None = None,
) -> int:
    """Withdraw consent for a channel, for every purpose; how many messages that cancels.

    `said_at`: when the customer said so, if that was before; consent that they gave since then stands. Messages that
    may also go another way wait for the gate, which chooses it.
    """
    if not customers:
        return 0
    values = {"purpose": None, "channel": channel, "granted": False, "source": SOURCE, "reason": OPTED_OUT}
    dated = _dated(connection, customers, said_at or now)
    withdrawn = [values | {"customer_id": customer, "given_at": dated[customer]} for customer in sorted(customers)]
    connection.execute(insert(Consent).values(withdrawn).on_conflict_do_nothing())
    only_there = (
        Touch.customer_id.in_(customers)
        & (Touch.kind == StepKind.MESSAGE)
        & (Touch.channels == literal([channel.value], ARRAY(Text)))
    )
    return cancel_touches(connection, only_there, Gate.CONSENT, give(OPTED_OUT), now, {"channel": channel})


def opt_in(connection: Connection, customers: Collection[int], channel: ChannelName, now: datetime) -> int:
    """Take back what an opt-out did by a channel: a purpose that was allowed before it is allowed again, and no more;
    how many purposes that were."""
    allowed = 0
    for customer in sorted(customers):
        today = read_switches(connection, None, customer, now)
        for purpose in Purpose:
            stands = today.of(purpose, channel)
            if stands.reason != OPTED_OUT or stands.since is None:
                continue
            before = read_switches(connection, None, customer, stands.since - NEXT)
            if before.of(purpose, channel).allowed:
                append_entry(connection, customer, purpose, channel, OPTED_IN, now, SOURCE, granted=True)
                allowed += 1
    return allowed


def channel_of(inbound: AnyRow) -> ChannelName:
    """What an inbound opts out of: the channel that it came by, or messages by SMS. Staff can stop all contact."""
    channel: ChannelName | None = inbound.channel or ANSWER_CHANNELS.get(inbound.way)
    return channel or ChannelName.SMS


def _dated(connection: Connection, customers: Collection[int], said_at: datetime) -> dict[int, datetime]:
    """When each customer's entry is dated: one second back, so that it can be taken back where the clock stands still,
    but after what they said before."""
    last = connection.execute(
        select(Consent.customer_id, func.max(Consent.given_at).label("at"))
        .where(Consent.customer_id.in_(customers), Consent.given_at <= moment(said_at))
        .group_by(Consent.customer_id)
    )
    before = {row.customer_id: row.at + NEXT for row in last}
    usual = said_at - BACK
    return {customer: min(max(usual, before.get(customer, usual)), said_at) for customer in customers}


def take_back(
    connection: Connection,
    customers: Collection[int],
    channel: ChannelName,
    said_at: datetime,
    now: datetime,
) -> None:
    """Undo an opt-out that was read at a moment: what was allowed before is allowed again, and no more than that.

    Messages that it cancelled and that are still valid are planned again.
    """
    for customer in sorted(customers):
        _allow_again(connection, customer, channel, said_at, now)
    _plan_again(connection, customers, said_at, now)


def _allow_again(connection: Connection, customer: int, channel: ChannelName, said_at: datetime, now: datetime) -> None:
    """Each purpose that was allowed just before; what was changed since by somebody else stays."""
    today = read_switches(connection, None, customer, now)
    for purpose in Purpose:
        stands = today.of(purpose, channel)
        if stands.reason != OPTED_OUT or stands.since is None or not said_at - BACK <= stands.since <= said_at:
            continue
        before = read_switches(connection, None, customer, stands.since - NEXT)
        if before.of(purpose, channel).allowed:
            append_entry(connection, customer, purpose, channel, MISREAD, now, SOURCE, granted=True)


def _plan_again(connection: Connection, customers: Collection[int], said_at: datetime, now: datetime) -> None:
    """Plan the messages again; those that needed an approval need it again."""
    waits = and_(func.cardinality(Touch.approval) > 0, Touch.approved_at.is_(None))
    for state, which in ((TouchState.AWAITING_APPROVAL, waits), (TouchState.PLANNED, not_(waits))):
        again = change(state, (TouchState.CANCELLED,), now).where(
            Touch.customer_id.in_(customers),
            Touch.state == TouchState.CANCELLED,
            Touch.gate == Gate.CONSENT,
            Touch.reason == OPTED_OUT,
            Touch.state_at >= moment(said_at),
            Touch.valid_until > moment(now),
            which,
        )
        connection.execute(again.values(gate=None, reason=None, reason_figures=None))
