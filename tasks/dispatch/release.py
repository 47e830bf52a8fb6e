"""The last look before a message leaves the house: what was paid, moved or refused since the claim stops it."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.core.base import enumeration, growing
from models.core.cadence import NOW
from models.core.reasons import GivenReason, ReasonCode, declare
from models.core.rows import AnyRow, AnySelect
from models.core.words import ChannelName, Decision, Gate, Purpose, SubjectKind, TouchState
from models.ledger.tables import TemplateVersion, Touch, Verdict
from models.people.tables import ContactPoint, Store
from models.stores.laws.endings import with_ending
from tasks.channels.contract import Message
from tasks.database.statement_comments import holds
from tasks.dispatch.dispatchers import IN_FLIGHT
from tasks.dispatch.gates import NO_CONSENT, latest_consent
from tasks.ledger.transitions import change, change_each, check_all_moved, move
from tasks.messages.letters import THESE, Letter, as_ids, kinds_of, letters_about
from tasks.messages.links import LEAVABLE, write_leave_link
from tasks.messages.registered import FittingText, fit, read_registrations
from tasks.planning.ending import MOVED, still_true
from tasks.stores.laws.closing import held_by_law, laws_table, read_laws

HEAD_FELL_AWAY = declare("carrying-message-not-sent")
TORN = declare("message-parted")
CARRIES_NOTHING = declare("registered-template-carries-nothing")
REGISTRATION_LOOKED_AT = timedelta(hours=1)
"""How long a message waits until it is looked at again whether its template is registered."""
DISPATCHER = bindparam("dispatcher", type_=BigInteger)
THROUGH = bindparam("through", type_=Text)
"""The provider: the scheme of the channel's address."""
KEYED = bindparam("keyed", type_=Boolean)
"""Whether the channel takes the touch's id as an idempotency key."""
LEAVING = (column("id", Uuid()), column("subject_line", Text()), column("body", Text()))
"""What leaves, and what it says where that is to be kept."""
STOPPED_AS = (TouchState.CANCELLED, TouchState.SUPERSEDED, TouchState.UNKNOWN)
UNSAID = ("claimed_by", "contacted_at", "channel", "contact_point_id", "merged_into")
"""What is taken back of a touch that waits again, unless it may have gone out before."""
NOTHING_TO_SAY = declare("nothing-left-to-say")
NO_KEYS = declare("no-idempotency-key")


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
    held_by_law: int = 0
    """Held, because the hours of the law ended between the claim and now."""
    unregistered: int = 0
    """Held, because the provider sends registered templates only and has none that says the same."""


def release(
    connection: Connection,
    touch_ids: Sequence[UUID],
    now: datetime,
    *,
    dispatcher_id: int,
    resendable: bool,
    provider: str | None = None,
    only_registered: bool = False,
) -> Release:
    """Read the facts and the consent once more, write the messages of what still holds, and mark it as `sending`.

    `touch_ids` are messages claimed by this dispatcher with the touches merged into them. `resendable`: the channel
    takes the touch's id as an idempotency key. `provider`: the scheme of the channel's address.
    `only_registered`: it sends registered templates only; such a message carries no lines of others, and one whose
    text is not registered and approved waits.

    The words are kept in the same transaction. What may have gone out before goes again in the words kept then,
    whatever the facts would have it say by now: a channel that knows the key passes nothing else on. When a part of it
    has lost its reason, the whole of it waits for a person instead.
    """
    kinds = kinds_of(connection, touch_ids)
    parameters = {"ids": as_ids(touch_ids), "now": now, "dispatcher": dispatcher_id, "keyed": resendable}
    theirs = select(Touch.customer_id).where(Touch.id.in_(list(touch_ids)))
    laws = read_laws(connection, theirs, now)
    rows = connection.execute(_last_look(kinds), parameters | {"laws": laws}).all()
    states = Counter(row.state for row in rows)
    waiting = _waiting(rows)
    _wait_for_hours(connection, waiting, now)
    held = {row.id for row in waiting}
    going = [row for row in rows if row.state == TouchState.SENDING and row.id not in held]
    letters = letters_about(connection, kinds, [row.id for row in going], now) if going else {}
    torn = _torn(connection, [row for row in rows if row.id not in held], letters)
    cut_off = [row.id for row in going if row.resendable and _message_of(row) in torn]
    _call_unknown(connection, cut_off, now)
    put_away = [row.id for row in going if row.id not in letters and row.id not in cut_off]
    _put_away(connection, put_away, now)
    speaking = [row for row in going if row.id in letters and row.id not in cut_off]
    heads = {row.id: row for row in speaking if row.merged_into is None}
    returned = [row.id for row in speaking if only_registered or _message_of(row) not in heads]
    returned = [touch_id for touch_id in returned if touch_id not in heads]
    _give_back(connection, returned, now, CARRIES_NOTHING if only_registered else HEAD_FELL_AWAY)
    fitting = _fit(connection, heads, letters, provider, now) if only_registered and provider is not None else {}
    going_on = {touch_id: row for touch_id, row in heads.items() if not only_registered or touch_id in fitting}
    cancelled = Counter(row.reason for row in rows if row.state not in (TouchState.SENDING, TouchState.UNKNOWN))
    cancelled += Counter({NOTHING_TO_SAY: len(put_away)})
    unknown = states[TouchState.UNKNOWN] + len(cut_off)
    taken = len(touch_ids) - len(rows)
    carried = {} if only_registered else _carried(heads, speaking)
    released = _write(going_on, carried, letters, fitting, now)
    _let_go(connection, released, now, resendable, provider)
    return Release(released, cancelled, unknown, len(returned), taken, len(held), len(heads) - len(going_on))


@cache
def _last_look(kinds: frozenset[SubjectKind]) -> AnySelect:
    """One statement: what does not hold any more ends with its verdict; the rest stays locked, to become `sending`.

    Its order is that of the lines in a message.

    What is `sending` already, for this dispatcher, was let through by an earlier look whose answer was lost with the
    connection to the database: nothing of it has gone out since.

    Whether a touch is still ours is asked last: asked first, PostgreSQL would expect to find none, and plan for that.
    """
    mine = (
        select(Touch)
        .where(Touch.id.in_(THESE))
        .with_for_update(of=Touch)
        .cte("mine")
        .prefix_with(holds("the claimed touches about to be sent, locked"))
    )
    facts = (
        union_all(*(still_true(mine, kind, NOW) for kind in sorted(kinds)))
        .cte("facts")
        .prefix_with(holds("what the facts say of each claimed touch now"))
    )
    looked = _looked(mine, facts)
    law = held_by_law(mine, laws_table(bindparam("laws", type_=JSONB)), NOW)
    row = looked.c
    ours = and_(mine.c.state.in_(IN_FLIGHT), mine.c.claimed_by == DISPATCHER)
    stopped = _stopped(looked)
    return (
        select(
            row.id, row.state, row.reason, mine.c.merged_into, mine.c.purpose, mine.c.attempts, mine.c.channel,
            mine.c.resendable, mine.c.subject_line, mine.c.body, ContactPoint.value.label("recipient"),
            TemplateVersion.key.label("template"), TemplateVersion.language, mine.c.process,
            mine.c.customer_id, mine.c.store_id,
            Store.code.label("store"), Store.name.label("store_name"), Store.address.label("store_address"),
            law.c.reason.label("law"), law.c.figures.label("law_figures"), law.c.until.label("law_until"),
        )
        .join(mine, mine.c.id == row.id)
        .join(ContactPoint, ContactPoint.id == mine.c.contact_point_id)
        .join(TemplateVersion, TemplateVersion.id == mine.c.template_version_id)
        .join(Store, Store.id == mine.c.store_id)
        .outerjoin(law, law.c.touch_id == row.id)
        .where(func.coalesce(ours, literal(False)))
        .order_by(mine.c.priority.desc(), mine.c.due_at, mine.c.id)
        .add_cte(_verdicts(looked, stopped).cte("recorded").prefix_with(holds("the verdicts on those, written down")))
    )  # fmt: skip


def _stopped(looked: CTE) -> CTE:
    """What does not hold any more leaves the dispatcher's hands."""
    row = looked.c
    return (
        change_each(row.state, dict.fromkeys(STOPPED_AS, IN_FLIGHT), NOW)
        .where(Touch.id == row.id, row.gate.is_not(None), Touch.state.in_(IN_FLIGHT), Touch.claimed_by == DISPATCHER)
        .values(
            gate=row.gate,
            reason=row.reason,
            reason_figures=null(),
            resendable=False,
            claimed_by=null(),
            contacted_at=case((Touch.resendable, Touch.contacted_at), else_=null()),
        )
        .returning(Touch.id)
        .cte("stopped")
        .prefix_with(holds("the touches that may not be sent after all"))
    )


def _looked(mine: CTE, facts: CTE) -> CTE:
    """Each claimed touch with the state that the last look gives it."""
    consent = latest_consent(mine.c.customer_id, mine.c.purpose, cast(mine.c.channel, Text), NOW)
    refused = func.coalesce(~consent.scalar_subquery(), mine.c.purpose == Purpose.MARKETING)
    states, gates = enumeration(TouchState), growing(Gate)
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
        .prefix_with(holds("each claimed touch with the state that the last look gives it"))
    )


def _verdicts(looked: CTE, stopped: CTE) -> Insert:
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
        ).join(stopped, stopped.c.id == row.id),
    )


def _waiting(rows: Sequence[AnyRow]) -> list[AnyRow]:
    """What would go but for the hours of the law. A message waits as a whole, with all its lines."""
    held = {_message_of(row) for row in rows if row.state == TouchState.SENDING and row.law is not None}
    return [row for row in rows if row.state == TouchState.SENDING and _message_of(row) in held]


def _wait_for_hours(connection: Connection, waiting: Sequence[AnyRow], now: datetime) -> None:
    """Each part of a message until the last of them may go, with a verdict that says by which rule."""
    parts: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in waiting:
        parts[_message_of(row)].append(row)
    for message in parts.values():
        last = max((row for row in message if row.law is not None), key=lambda row: row.law_until)
        why = {"gate": Gate.LAW, "reason": last.law, "reason_figures": last.law_figures}
        for again in (False, True):
            ids = [row.id for row in message if row.resendable is again]
            unsaid = {"claimed_by": None} if again else dict.fromkeys(UNSAID)
            move(connection, ids, TouchState.PLANNED, IN_FLIGHT, now, not_before=last.law_until, **why, **unsaid)
        verdict = {**why, "decision": Decision.HOLD, "figures": {}, "until": last.law_until, "decided_at": now}
        connection.execute(insert(Verdict), [{"touch_id": row.id, **verdict} for row in message])


def _message_of(row: AnyRow) -> UUID:
    """The touch in whose message it goes: its own, or another's."""
    head: UUID = row.merged_into or row.id
    return head


def _torn(connection: Connection, rows: Sequence[Any], letters: Container[UUID]) -> set[UUID]:
    """The messages that may have gone out before and cannot go again as they were."""
    again = [row for row in rows if row.resendable]
    if not again:
        return set()
    holds = {row.id for row in again if row.state == TouchState.SENDING and row.id in letters}
    parted = {_message_of(row) for row in again if not {row.id, _message_of(row)} <= holds}
    return parted | set(connection.scalars(_lines_elsewhere(), {"ids": as_ids([row.id for row in again])}))


@cache
def _lines_elsewhere() -> Select[tuple[UUID | None]]:
    """Of some messages those with a line that is not among the touches at hand."""
    customers = select(Touch.customer_id).where(Touch.id.in_(THESE))
    return select(Touch.merged_into).where(
        Touch.customer_id.in_(customers), Touch.merged_into.in_(THESE), Touch.id.not_in(THESE)
    )


def _call_unknown(connection: Connection, ids: Sequence[UUID], now: datetime) -> None:
    """What may have gone out before, in a message that does not go again."""
    values = {"gate": Gate.FACTS, "reason": TORN, "reason_figures": None, "claimed_by": None, "resendable": False}
    move(connection, ids, TouchState.UNKNOWN, IN_FLIGHT, now, **values)


def _put_away(connection: Connection, ids: Sequence[UUID], now: datetime) -> None:
    values = {
        "gate": Gate.FACTS,
        "reason": NOTHING_TO_SAY,
        "reason_figures": None,
        "claimed_by": None,
        "contacted_at": None,
    }
    move(connection, ids, TouchState.CANCELLED, IN_FLIGHT, now, **values)


def _give_back(connection: Connection, ids: Sequence[UUID], now: datetime, reason: ReasonCode) -> None:
    unsaid = dict.fromkeys(
        ("reason_figures", "claimed_by", "contacted_at", "merged_into", "channel", "contact_point_id")
    )
    move(connection, ids, TouchState.PLANNED, IN_FLIGHT, now, reason=reason, resendable=False, **unsaid)


def _fit(
    connection: Connection, heads: Mapping[UUID, Any], letters: dict[UUID, Letter], provider: str, now: datetime
) -> dict[UUID, FittingText]:
    """What is registered; the rest waits for its registration, with a verdict that says why."""
    registrations = read_registrations(connection, provider, [row.template for row in heads.values()])
    found: dict[UUID, FittingText] = {}
    for touch_id, row in heads.items():
        fitted = fit(letters[touch_id], row.template, row.language, row.store_id, provider, registrations)
        if isinstance(fitted, FittingText):
            found[touch_id] = fitted
        else:
            _wait_for_registration(connection, touch_id, fitted, now)
    return found


def _wait_for_registration(connection: Connection, touch_id: UUID, why: GivenReason, now: datetime) -> None:
    until = now + REGISTRATION_LOOKED_AT
    unsaid = dict.fromkeys(("claimed_by", "contacted_at", "channel", "contact_point_id"))
    held = {"gate": Gate.CHANNEL, "not_before": until, **why.columns}
    move(connection, [touch_id], TouchState.PLANNED, IN_FLIGHT, now, **held, **unsaid)
    verdict = {"touch_id": touch_id, "gate": Gate.CHANNEL, "decision": Decision.HOLD, "figures": {}, "until": until}
    connection.execute(insert(Verdict).values(**verdict, **why.columns, decided_at=now))


def _carried(heads: Mapping[UUID, Any], rows: list[Any]) -> dict[UUID, list[UUID]]:
    """By message, the touches whose lines it carries."""
    carried: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        if row.merged_into in heads:
            carried[row.merged_into].append(row.id)
    return carried


def _write(
    heads: Mapping[UUID, Any],
    carried: Mapping[UUID, list[UUID]],
    letters: dict[UUID, Letter],
    fitting: Mapping[UUID, FittingText],
    now: datetime,
) -> list[Released]:
    """The messages, each with the lines of the touches merged into it."""
    released = []
    for row in heads.values():
        lines = carried.get(row.id, [])
        message = _message(row, letters, lines, now)
        if (fitted := fitting.get(row.id)) is not None:
            message = replace(message, registered=fitted.registered, text=fitted.text)
        released.append(Released(message, tuple(lines), row.attempts))
    return released


def _message(row: AnyRow, letters: dict[UUID, Letter], carried: list[UUID], now: datetime) -> Message:
    """In the words that were kept, where it may have gone out before."""
    letter = letters[row.id]
    if row.resendable:
        subject_line, text = row.subject_line, row.body
    else:
        lines = [letter.body, *(letters[one].also or "" for one in carried)]
        endings = (letters[one].ending for one in (row.id, *carried))
        text = with_ending("\n".join(line for line in lines if line), next((one for one in endings if one), None))
        subject_line = letter.subject if row.channel == ChannelName.EMAIL else None
    return Message(
        id=row.id,
        to=row.recipient,
        text=text,
        subject=subject_line,
        template=row.template,
        purpose=row.purpose,
        sent_at=now,
        resend=row.resendable,
        parameters=letter.parameters,
        language=row.language,
        store=row.store,
        process=row.process,
        store_name=row.store_name,
        postal_address=row.store_address,
        unsubscribe=_unsubscribe(row, now),
    )


def _unsubscribe(row: AnyRow, now: datetime) -> str | None:
    """Where one click ends e-mail for this purpose, if it is one that customers may end alone."""
    if row.channel != ChannelName.EMAIL or row.purpose not in LEAVABLE:
        return None
    return write_leave_link(row.customer_id, row.purpose, now)


def _let_go(
    connection: Connection, released: Sequence[Released], now: datetime, resendable: bool, provider: str | None
) -> None:
    """Mark as `sending` what leaves and keep what it says, in one change: each writes to nearly every index."""
    leaving = [one for message in released for one in _leaving(message)]
    if leaving:
        parameters = {"leaving": leaving, "now": now, "keyed": resendable, "through": provider}
        moved = connection.execute(_letting_go(), parameters).rowcount
        ids = [touch_id for message in released for touch_id in (message.message.id, *message.carried)]
        check_all_moved(connection, ids, TouchState.SENDING, moved)


def _leaving(released: Released) -> Iterator[dict[str, str | None]]:
    """A message and the lines in it. What goes again keeps the words it has."""
    message = released.message
    if message.resend:
        yield {"id": str(message.id)}
    else:
        yield {"id": str(message.id), "subject_line": message.subject, "body": message.text}
    for line in released.carried:
        yield {"id": str(line)}


@cache
def _letting_go() -> Update:
    leaving = func.jsonb_to_recordset(bindparam("leaving", type_=JSONB)).table_valued(*LEAVING, name="leaving")
    row = leaving.render_derived(with_types=True).c
    return (
        change(TouchState.SENDING, IN_FLIGHT, NOW)
        .where(Touch.id == row.id)
        .values(
            gate=null(),
            reason=null(),
            reason_figures=null(),
            resendable=KEYED,
            provider=THROUGH,
            subject_line=case((row.body.is_not(None), row.subject_line), else_=Touch.subject_line),
            body=func.coalesce(row.body, Touch.body),
        )
    )
