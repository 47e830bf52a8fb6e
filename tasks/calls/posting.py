"""Letters by post: printed together with their addresses, as a batch, and marked as posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, any_, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from models.core.errors import AftercareError
from models.core.reasons import NO_REASON
from models.core.rows import AnyRow
from models.core.words import StepKind, TouchState
from models.ledger.tables import Touch
from models.ledger.visits_and_letters import LetterBatch, PrintedLetter
from models.people.tables import Customer, Store
from tasks.calls.listing import CallItem, list_calls
from tasks.calls.recording import LET_GO, ON_A_LIST
from tasks.ledger import audit
from tasks.ledger.transitions import change
from tasks.messages.letters import letters_of
from tasks.stores.staff import Actor, find_actor

LETTERS = (StepKind.LETTER,)


class UnknownBatch(AftercareError):
    """No batch of letters has that number."""

    def __init__(self, batch: int) -> None:
        self.batch = batch
        super().__init__(f"There is no batch of letters with the number {batch}.")


class AlreadyPosted(AftercareError):
    """A batch that was marked as posted before."""

    def __init__(self, batch: int, at: datetime) -> None:
        self.batch, self.at = batch, at
        super().__init__(f"The batch {batch} is marked as posted since {at:%Y-%m-%d %H:%M}.")


@dataclass(frozen=True, slots=True)
class LetterItem:
    """A letter that waits to be posted; `batch`: the print that it is in."""

    item: CallItem
    batch: int | None


@dataclass(frozen=True, slots=True)
class PaperLetter:
    """A letter as it is printed."""

    touch_id: UUID
    name: str
    salutation: str | None
    street: str
    postcode: str | None
    city: str
    country: str | None
    subject: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Print:
    """What was printed together; `batch` is None where there was nothing to print."""

    batch: int | None
    letters: Sequence[PaperLetter]


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a batch that is marked as posted."""

    posted: int
    ended_before: int
    """Letters that had lost their reason since the print: they are not counted as contacts made."""


def list_letters(connection: Connection, now: datetime, store: str | None = None) -> list[LetterItem]:
    """The letters that are ready and still true, printed or not; `store` is a store's code."""
    items = list_calls(connection, now, store=store, kinds=LETTERS)
    batches = _batches(connection, [item.id for item in items])
    return [LetterItem(item, batches.get(item.id)) for item in items]


def print_letters(connection: Connection, store: str, now: datetime, staff_code: str) -> Print:
    """Make a batch of all ready letters of a store that were not printed yet. The caller has checked the store's code.

    Nobody else prints for the store until the transaction ends. Raises `UnknownStaff`, `InactiveStaff`.
    """
    store_id = connection.execute(select(Store.id).where(Store.code == store)).scalar_one()
    actor = find_actor(connection, staff_code, store_id)
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"letters {store_id}"))))
    ids = [letter.item.id for letter in list_letters(connection, now, store) if letter.batch is None]
    letters = _on_paper(connection, ids, now)
    if not letters:
        return Print(None, ())
    batch = _new_batch(connection, store_id, actor, now)
    printed = [{"touch_id": letter.touch_id, "batch_id": batch} for letter in letters]
    connection.execute(insert(PrintedLetter), printed)
    audit.record(connection, now, actor.code, "letters.printed", "letter-batch", batch, None, {"letters": len(letters)})
    return Print(batch, letters)


def print_again(connection: Connection, batch: int, now: datetime) -> Print:
    """The letters of a batch that are still to be posted, as they are written now. Raises `UnknownBatch`."""
    _read_batch(connection, batch)
    ids = connection.scalars(
        select(PrintedLetter.touch_id)
        .join(Touch, Touch.id == PrintedLetter.touch_id)
        .where(PrintedLetter.batch_id == batch, Touch.state == TouchState.READY)
    ).all()
    return Print(batch, _on_paper(connection, ids, now))


def mark_posted(connection: Connection, batch: int, now: datetime, staff_code: str) -> Posted:
    """The letters of a batch went to the post: they are done.

    Raises `UnknownBatch`, `AlreadyPosted`, `UnknownStaff`, `InactiveStaff`.
    """
    found = _read_batch(connection, batch)
    if found.posted_at is not None:
        raise AlreadyPosted(batch, found.posted_at.astimezone(ZoneInfo(found.time_zone)))
    actor = find_actor(connection, staff_code, found.store_id)
    its_letters = select(PrintedLetter.touch_id).where(PrintedLetter.batch_id == batch)
    done = change(TouchState.DONE, ON_A_LIST, now).where(Touch.id.in_(its_letters))
    values = {"gate": None, **NO_REASON, "assigned_to": actor.id, **LET_GO}
    posted = connection.execute(done.values(**values)).rowcount
    connection.execute(update(LetterBatch).where(LetterBatch.id == batch).values(posted_at=now, posted_by=actor.id))
    of_batch = select(func.count()).select_from(PrintedLetter).where(PrintedLetter.batch_id == batch)
    left = connection.execute(of_batch).scalar_one() - posted
    after = {"posted": posted, "ended_before": left}
    audit.record(connection, now, actor.code, "letters.posted", "letter-batch", batch, None, after)
    return Posted(posted, left)


def _batches(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    chosen = PrintedLetter.touch_id == any_(literal(list(ids), ARRAY(Uuid)))
    rows = connection.execute(select(PrintedLetter.touch_id, PrintedLetter.batch_id).where(chosen))
    return {row.touch_id: row.batch_id for row in rows}


def _new_batch(connection: Connection, store_id: int, actor: Actor, now: datetime) -> int:
    values = {"store_id": store_id, "printed_at": now, "printed_by": actor.id}
    return connection.execute(insert(LetterBatch).values(values).returning(LetterBatch.id)).scalar_one()


def _read_batch(connection: Connection, batch: int) -> AnyRow:
    found = connection.execute(
        select(LetterBatch.__table__, Store.time_zone)
        .join(Store, Store.id == LetterBatch.store_id)
        .where(LetterBatch.id == batch)
        .with_for_update(of=LetterBatch.__table__)
    ).one_or_none()
    if found is None:
        raise UnknownBatch(batch)
    return found


def _on_paper(connection: Connection, ids: Sequence[UUID], now: datetime) -> list[PaperLetter]:
    """The letters with their addresses, by postcode; what has nothing to say, or no address by now, is left out."""
    written = letters_of(connection, ids, now)
    rows = connection.execute(
        select(
            Touch.id,
            *(getattr(Customer, name) for name in ("name", "salutation", "street", "postcode", "city", "country")),
        )
        .join(Customer, Customer.id == Touch.customer_id)
        .where(Touch.id == any_(literal(list(ids), ARRAY(Uuid))))
        .where(Customer.street.is_not(None), Customer.city.is_not(None))
        .order_by(Customer.country.nulls_first(), Customer.postcode, Customer.name, Touch.id)
    ).all()
    return [
        PaperLetter(
            touch_id=row.id,
            name=row.name,
            salutation=row.salutation,
            street=row.street,
            postcode=row.postcode,
            city=row.city,
            country=row.country,
            subject=written[row.id].subject,
            text=written[row.id].text,
        )
        for row in rows
        if row.id in written
    ]
