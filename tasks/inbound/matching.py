"""Matching an unknown sender to a customer in one step, and remembering the number or address."""

from datetime import datetime

from sqlalchemy import Connection, Row, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from models.core.errors import Conflict
from models.core.rows import AnyRow
from models.core.words import ContactKind
from models.inbound.reading import rulebook
from models.inbound.tables import Inbound
from models.inbound.words import REPLY_KINDS, SENDER_KINDS, InboundState, InboundWay, Suggestion
from models.ledger.tables import Reply
from models.people.tables import ContactPoint, Customer
from tasks.inbound.handling import hold
from tasks.inbound.replies import BY_WORD
from tasks.inbound.responsible import deadline_in_store, find_responsible
from tasks.inbound.revocations import channel_of, opt_out
from tasks.ledger import audit
from tasks.ledger.whose_customer import whose


class MatchedAlready(Conflict):
    """It is known who said it."""

    def __init__(self, inbound_id: int, customer: str) -> None:
        self.inbound_id, self.customer = inbound_id, customer
        super().__init__(f"Inbound {inbound_id} is of {customer} already.")


class NoSuchCustomer(Conflict):
    """There is no such customer, or they were erased."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__(f"There is no customer {customer_id} to match it to.")


def match_inbound(
    connection: Connection,
    inbound_id: int,
    customer_id: int,
    now: datetime,
    staff_code: str,
    *,
    seen: int | None = None,
) -> int:
    """Say who the sender is; how many inbound that settles.

    A number or address that nobody had is remembered as the customer's, and everything else that came from it is
    theirs, too. One that several customers share decides about this inbound only. An opt-out that waited for a name
    is honoured at once. Raises what `hold` raises, and `MatchedAlready`, `NoSuchCustomer`.
    """
    _wait_for_turn(connection, inbound_id)
    held = hold(connection, inbound_id, staff_code, seen, now)
    row = held.row
    if row.customer_id is not None and row.customer_id != customer_id:
        raise MatchedAlready(inbound_id, _name(connection, row.customer_id))
    customer = connection.execute(
        select(Customer.id, Customer.store_id).where(Customer.id == customer_id, Customer.erased_at.is_(None))
    ).one_or_none()
    if customer is None:
        raise NoSuchCustomer(customer_id)
    known_before = row.sender is None or _is_known(connection, row.sender)
    kind = _kind_of(row)
    if row.sender is not None and kind is not None:
        _remember(connection, customer_id, kind, row.sender)
    theirs = [row] if known_before else _all_of(connection, row)
    for one in theirs:
        _make_theirs(connection, one, customer, now)
    if not known_before:
        unknown = (Reply.sender == row.sender, Reply.customer_id.is_(None))
        connection.execute(update(Reply).where(*unknown).values(customer_id=customer_id))
    after = {"customer_id": customer_id, "matched": len(theirs)}
    audit.record(connection, now, held.actor.code, "inbound.matched", "inbound", inbound_id, None, after)
    return len(theirs)


def _wait_for_turn(connection: Connection, inbound_id: int) -> None:
    """Two people who match different inbound of one sender do it one after the other: each changes all of them."""
    sender = connection.scalar(select(Inbound.sender).where(Inbound.id == inbound_id))
    if sender is not None:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"inbound of {sender}"))))


def candidates(connection: Connection, sender: str | None, store_id: int | None) -> list[int]:
    """The customers who have a number or address, in a store or in all."""
    if sender is None:
        return []
    having = (
        select(ContactPoint.customer_id)
        .join(Customer, Customer.id == ContactPoint.customer_id)
        .where(ContactPoint.value == sender)
        .distinct()
        .order_by(ContactPoint.customer_id)
    )
    if store_id is not None:
        having = having.where(Customer.store_id == store_id)
    return list(connection.scalars(having))


def _is_known(connection: Connection, sender: str) -> bool:
    return bool(candidates(connection, sender, None))


def _kind_of(row: AnyRow) -> ContactKind | None:
    if row.way is InboundWay.REPLY and row.channel is not None:
        return REPLY_KINDS[row.channel]
    return SENDER_KINDS.get(row.way)


def _remember(connection: Connection, customer_id: int, kind: ContactKind, sender: str) -> None:
    """After the ones that are on record: what the source says stays first."""
    last = select(func.coalesce(func.max(ContactPoint.rank), 0) + 1).where(
        ContactPoint.customer_id == customer_id, ContactPoint.kind == kind
    )
    point = insert(ContactPoint).values(customer_id=customer_id, kind=kind, value=sender, rank=last.scalar_subquery())
    connection.execute(point.on_conflict_do_nothing(index_elements=["customer_id", "kind", "value"]))


def _all_of(connection: Connection, row: AnyRow) -> list[AnyRow]:
    """Everything of an unknown sender, the inbound itself among it; locked in the order of their numbers."""
    same = (Inbound.sender == row.sender, Inbound.customer_id.is_(None))
    statement = select(Inbound.__table__).where(*same).order_by(Inbound.id).with_for_update()
    return list(connection.execute(statement))


def _make_theirs(connection: Connection, row: AnyRow, customer: Row[tuple[int, int]], now: datetime) -> None:
    """It is the customer's from now on, and their store's; a contract may bring its deadline forward."""
    values: dict[str, object] = {"customer_id": customer.id, "version": row.version + 1}
    if row.state is not InboundState.ANSWERED:
        due_at = deadline_in_store(connection, customer.store_id, row.kind, row.received_at, customer.id)
        values["due_at"] = min(row.due_at, due_at)
    if row.store_id != customer.store_id or _is_owner_s(connection, row, customer, now):
        values["store_id"] = customer.store_id
        if row.state is not InboundState.ANSWERED:
            theirs = find_responsible(connection, customer.store_id, row.kind, now, customer_id=customer.id)
            values |= {"responsible_id": theirs.staff_id, "role": theirs.role}
            values |= {"state": InboundState.OPEN, "taken_at": None}
    if row.suggested is Suggestion.REVOCATION and not row.acted_on and row.confirmed is None and is_clear(row):
        opt_out(connection, [customer.id], channel_of(row), now, row.received_at)
        values["acted_on"] = True
    connection.execute(update(Inbound).where(Inbound.id == row.id).values(**values))


def _is_owner_s(connection: Connection, row: AnyRow, customer: Row[tuple[int, int]], now: datetime) -> bool:
    """Whether it goes to the customer's owner, who is known now: nobody has taken it."""
    if row.state is not InboundState.OPEN:
        return False
    owner = whose(literal(customer.id), literal(customer.store_id), now)
    return connection.scalar(select(owner)) is not None


def is_clear(row: AnyRow) -> bool:
    """Whether the rule that read an inbound is one that is acted on at once."""
    return row.suggested_by == BY_WORD or any(rule.name == row.suggested_by and rule.clear for rule in rulebook().rules)


def _name(connection: Connection, customer_id: int) -> str:
    return connection.execute(select(Customer.name).where(Customer.id == customer_id)).scalar_one()
