"""Working out where the holders of phone numbers may be, once for each number."""

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    String,
    case,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from models.core.words import ContactKind
from models.people.tables import ContactPoint, Store
from models.stores.laws.pack import HOUSE
from models.stores.laws.places import places_of_number
from tasks.database.purging import InTransaction

CHINESE, NORTH_AMERICAN = "+86", "+1"
TELLING = {CHINESE: 6, NORTH_AMERICAN: 8}
"""How many characters of a number say where it is, by its calling code; of other numbers, `OTHERS`."""
OTHERS = 10
SEPARATOR = "|"
AT_ONCE = 50_000


def place_numbers(connection: Connection, whose: Select[tuple[int]] | None = None) -> int:
    """Fill in the places of numbers that have none yet, of some customers (a select of their ids) or of at most
    `AT_ONCE` numbers of any; how many that were. Numbers that begin alike are worked out together."""
    unplaced = [ContactPoint.kind == ContactKind.PHONE, ContactPoint.places.is_(None)]
    if whose is not None:
        unplaced.append(ContactPoint.customer_id.in_(whose))
    some = select(ContactPoint.id, ContactPoint.value).where(*unplaced)
    found = (some.order_by(ContactPoint.id).limit(AT_ONCE) if whose is None else some).subquery()
    begins = _beginning(found.c.value)
    samples = connection.execute(select(begins, func.min(found.c.value)).group_by(begins)).all()
    if not samples:
        return 0
    worked_out = {beginning: SEPARATOR.join(places_of_number(number)) for beginning, number in samples}
    listed = func.jsonb_each_text(literal(worked_out, JSONB)).table_valued("key", "value", name="worked_out").c
    filled = (
        update(ContactPoint)
        .where(*unplaced, _beginning(ContactPoint.value) == listed.key, ContactPoint.id.in_(select(found.c.id)))
        .values(places=func.string_to_array(listed.value, SEPARATOR))
    )
    return connection.execute(filled).rowcount


def place_for_laws(in_transaction: InTransaction) -> int:
    """Work out the places of all numbers, if a store has chosen a pack; how many that were. Some at a time, so that no
    dispatch waits for long."""
    placed = 0
    while found := in_transaction(_place_some):
        placed += found
    return placed


def _place_some(connection: Connection) -> int:
    chosen = connection.scalar(select(Store.id).where(Store.law != HOUSE).limit(1))
    return place_numbers(connection) if chosen is not None else 0


def _beginning(number: SQLColumnExpression[str]) -> ColumnElement[str]:
    lengths = ((number.startswith(code, autoescape=True), length) for code, length in TELLING.items())
    return func.left(number, case(*lengths, else_=OTHERS), type_=String())
