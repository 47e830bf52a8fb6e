"""The last look before a message leaves the house: what was paid, moved or refused since the claim stops it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    Connection,
    Insert,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.types import Text

from models.base import enumeration
from models.cadence import NOW
from models.ledger import TemplateVersion, Touch, Verdict
from models.people import ContactPoint
from models.words import ChannelName, Decision, Gate, Purpose, SubjectKind, TouchState
from tasks.channels.contract import Message
from tasks.dispatch.gates import NO_CONSENT, latest_consent
from tasks.letters import THESE, Letter, as_ids, kinds_of, letters_about
from tasks.planning.ending import MOVED, still_true

HEAD_FELL_AWAY = "the message it was to go out in is not sent"
DISPATCHER = bindparam("dispatcher", type_=BigInteger)
KEYED = bindparam("keyed", type_=Boolean)
"""Whether the channel takes the touch's id as an idempotency key."""
NOTHING_TO_SAY = "there is nothing left to say"
NO_KEYS = "it may have gone out before, and the channel takes no key that would keep it from doubling"


@dataclass(frozen=True, slots=True)
class Released:
    """A message that goes out now, with the touches whose lines it carries."""

    message: Message
    carried: tuple[UUID, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Release:
    """What the last look let through, and why the rest stayed."""

    released: list[Released]
    cancelled: Counter[str]
    unknown: int
    """Stopped, though they may have gone out before their first dispatcher was cut off."""
    returned: int
    """Lines whose message is not sent; they are planned again."""
    taken: int
    """No longer ours: while the database was away, another dispatcher took them over."""


def release(
    connection: Connection, touch_ids: Sequence[UUID], now: datetime, *, dispatcher_id: int, resendable: bool
) -> Release:
    """Read the facts and the consent once more, mark as `sending` what still holds, and write the messages.

    `touch_ids` are messages claimed by this dispatcher with the touches merged into them. `resendable`: the channel
    takes the touch's id as an idempotency key.
    """
    kinds = kinds_of(connection, touch_ids)
    parameters = {"ids": as_ids(touch_ids), "now": now, "dispatcher": dispatcher_id, "keyed": resendable}
    rows = connection.execute(_last_look(kinds), parameters).all()
    states = Counter(row.state for row in rows)
    going = [row for row in rows if row.state == TouchState.SENDING]
    letters = letters_about(connection, kinds, [row.id for row in going], now) if going else {}
    mute = [row for row in going if row.id not in letters]
    speaking = [row for row in going if row.id in letters]
    heads = {row.id: row for row in speaking if row.merged_into is None}
    orphans = [row for row in speaking if row.merged_into is not None and row.merged_into not in heads]
    cut_off = [row.id for row in (*mute, *orphans) if row.resendable]
    _call_unknown(connection, cut_off, now)
    put_away = [row.id for row in mute if not row.resendable]
    _put_away(connection, put_away, now)
    returned = [row.id for row in orphans if not row.resendable]
    _give_back(connection, returned, now)
    cancelled = Counter(row.reason for row in rows if row.state not in (TouchState.SENDING, TouchState.UNKNOWN))
    cancelled += Counter({NOTHING_TO_SAY: len(put_away)})
    unknown = states[TouchState.UNKNOWN] + len(cut_off)
    taken = len(touch_ids) - len(rows)
    return Release(_write(heads, speaking, letters, now), cancelled, unknown, len(returned), taken)


@cache
def _last_look(kinds: frozenset[SubjectKind]) -> Select[Any]:
    """One statement: what still holds becomes `sending`, the rest ends with its verdict.

    Its order is that of the lines in a message, which must read the same when it goes again under its key.

    Whether a touch is still ours is asked last: asked first, PostgreSQL would expect to find none, and plan for that.
    """
    mine = select(Touch).where(Touch.id.in_(THESE)).with_for_update(of=Touch).cte("mine")
    facts = union_all(*(still_true(mine, kind, NOW) for kind in sorted(kinds))).cte("facts")
    looked = _looked(mine, facts)
    row = looked.c
    moved = (
        update(Touch)
        .where(Touch.id == row.id, Touch.state == TouchState.CLAIMED, Touch.claimed_by == DISPATCHER)
        .values(
            state=row.state,
            state_at=NOW,
            gate=row.gate,
            reason=row.reason,
            resendable=and_(row.gate.is_(None), KEYED),
            claimed_by=case((row.gate.is_(None), DISPATCHER), else_=null()),
            contacted_at=case((row.gate.is_(None) | Touch.resendable, Touch.contacted_at), else_=null()),
        )
        .returning(Touch.id)
        .cte("moved")
    )
    return (
        select(
            row.id, row.state, row.reason, mine.c.merged_into, mine.c.purpose, mine.c.attempts, mine.c.channel,
            mine.c.resendable, ContactPoint.value.label("recipient"), TemplateVersion.key.label("template"),
        )
        .join(moved, moved.c.id == row.id)
        .join(mine, mine.c.id == row.id)
        .join(ContactPoint, ContactPoint.id == mine.c.contact_point_id)
        .join(TemplateVersion, TemplateVersion.id == mine.c.template_version_id)
        .order_by(mine.c.priority.desc(), mine.c.due_at, mine.c.id)
        .add_cte(_verdicts(looked, moved).cte("recorded"))
    )  # fmt: skip


def _looked(mine: CTE, facts: CTE) -> CTE:
    """Each claimed touch with the state that the last look gives it."""
    consent = latest_consent(mine.c.customer_id, mine.c.purpose, cast(mine.c.channel, Text), NOW)
    refused = func.coalesce(~consent.scalar_subquery(), mine.c.purpose == Purpose.MARKETING)
    states, gates = enumeration(TouchState), enumeration(Gate)
    gone = facts.c.gone.is_not(None)
    unkeyed = and_(mine.c.resendable, ~KEYED)
    return (
        select(
            mine.c.id,
            case(
                (
                    and_(mine.c.resendable, or_(gone, facts.c.moved, refused, unkeyed)),
                    literal(TouchState.UNKNOWN, states),
                ),
                (gone, literal(TouchState.CANCELLED, states)),
                (facts.c.moved, literal(TouchState.SUPERSEDED, states)),
                (refused, literal(TouchState.CANCELLED, states)),
                else_=literal(TouchState.SENDING, states),
            ).label("state"),
            case(
                (gone, literal(Gate.FACTS, gates)),
                (facts.c.moved, literal(Gate.ANCHOR, gates)),
                (refused, literal(Gate.CONSENT, gates)),
                (unkeyed, literal(Gate.RETRY, gates)),
            ).label("gate"),
            case(
                (gone, facts.c.gone),
                (facts.c.moved, literal(MOVED, Text)),
                (refused, literal(NO_CONSENT, Text)),
                (unkeyed, literal(NO_KEYS, Text)),
            ).label("reason"),
            facts.c.figures,
        )
        .join(facts, facts.c.touch_id == mine.c.id)
        .cte("looked")
    )


def _verdicts(looked: CTE, moved: CTE) -> Insert:
    """What the last look stopped."""
    row = looked.c
    return insert(Verdict).from_select(
        ["touch_id", "gate", "decision", "reason", "figures", "decided_at"],
        select(
            row.id,
            row.gate,
            literal(Decision.STOP, enumeration(Decision)),
            row.reason,
            func.coalesce(row.figures, func.jsonb_build_object()),
            NOW,
        )
        .join(moved, moved.c.id == row.id)
        .where(row.gate.is_not(None)),
    )


def _call_unknown(connection: Connection, ids: Sequence[UUID], now: datetime) -> None:
    """What may have gone out before, and has no message to go in any more."""
    if ids:
        connection.execute(
            update(Touch)
            .where(Touch.id.in_(ids))
            .values(
                state=TouchState.UNKNOWN, state_at=now, gate=Gate.FACTS, reason=HEAD_FELL_AWAY, claimed_by=None,
                resendable=False,
            )
        )  # fmt: skip


def _put_away(connection: Connection, ids: Sequence[UUID], now: datetime) -> None:
    if ids:
        connection.execute(
            update(Touch)
            .where(Touch.id.in_(ids))
            .values(
                state=TouchState.CANCELLED, state_at=now, gate=Gate.FACTS, reason=NOTHING_TO_SAY, claimed_by=None,
                contacted_at=None,
            )
        )  # fmt: skip


def _give_back(connection: Connection, ids: Sequence[UUID], now: datetime) -> None:
    if ids:
        connection.execute(
            update(Touch)
            .where(Touch.id.in_(ids))
            .values(
                state=TouchState.PLANNED, state_at=now, reason=HEAD_FELL_AWAY, claimed_by=None, contacted_at=None,
                merged_into=None, channel=None, contact_point_id=None, resendable=False,
            )
        )  # fmt: skip


def _write(heads: dict[UUID, Any], rows: list[Any], letters: dict[UUID, Letter], now: datetime) -> list[Released]:
    """The messages, each with the lines of the touches merged into it."""
    carried: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        if row.merged_into in heads:
            carried[row.merged_into].append(row.id)
    return [
        Released(_message(row, letters, carried[row.id], now), tuple(carried[row.id]), row.attempts)
        for row in heads.values()
    ]


def _message(row: Any, letters: dict[UUID, Letter], carried: list[UUID], now: datetime) -> Message:
    letter = letters[row.id]
    lines = [letter.text, *(letters[one].also or "" for one in carried)]
    return Message(
        id=row.id,
        to=row.recipient,
        text="\n".join(line for line in lines if line),
        subject=letter.subject if row.channel == ChannelName.EMAIL else None,
        template=row.template,
        purpose=row.purpose,
        sent_at=now,
        resend=row.resendable,
    )
