"""Keys under which a file names several people, or somebody else than our record: they tell nobody from anybody."""

from itertools import groupby

from sqlalchemy import and_, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from models.core.reasons import TEXT, declare, give
from models.core.rows import AnyRow
from models.core.words import ContactKind
from models.people.tables import ContactPoint, Customer
from tasks.customers.telling_apart import Person, are_two, several_people
from tasks.intake.load import Load
from tasks.intake.merging import reject, table_of
from tasks.intake.references import is_disputed, why_disputed
from tasks.intake.staging import DISPUTED_KEYS, Staged, analyze, staged_reason

MANY = declare("key-of-several-people", names=TEXT)
ANOTHER = declare("key-of-another-customer", name=TEXT)


def refuse_many_people(load: Load, staged: Staged) -> None:
    """Keep out the customers whose key the file gives to several people, and what refers to it."""
    rows = staged.table
    keys = (rows.c.store_id, rows.c.key)
    doubtful = select(*keys).group_by(*keys).having(func.min(rows.c.name) != func.max(rows.c.name)).subquery()
    same = and_(rows.c.store_id.is_not_distinct_from(doubtful.c.store_id), rows.c.key == doubtful.c.key)
    statement = (
        select(*keys, rows.c.name, rows.c.phones, rows.c.emails)
        .join_from(rows, doubtful, same)
        .order_by(*keys, "entry")
    )
    found = load.connection.execute(statement).all()
    disputed = []
    for (store_id, key), group in groupby(found, lambda row: (row.store_id, row.key)):
        names = several_people([_person(row) for row in group])
        if names:
            disputed.append({"store_id": store_id, "key": key, "reason": staged_reason(give(MANY, names=names))})
    _refuse(load, staged, disputed)


def refuse_other_people(load: Load, staged: Staged) -> None:
    """Keep out the customers whose key is on record for somebody else, and what refers to it."""
    rows, customers, points = staged.table, table_of(Customer), table_of(ContactPoint)
    on_record = (
        select(func.array_agg(points.c.value, type_=ARRAY(Text)))
        .where(points.c.customer_id == customers.c.id, points.c.kind.in_([ContactKind.PHONE, ContactKind.EMAIL]))
        .correlate(customers)
        .scalar_subquery()
    )
    statement = select(
        rows.c.store_id, rows.c.key, rows.c.name, rows.c.phones, rows.c.emails, customers.c.name, on_record
    ).where(customers.c.id == rows.c.target_id, customers.c.name != rows.c.name)
    disputed = []
    for store_id, key, name, phones, emails, known_name, contacts in load.connection.execute(statement):
        said = Person(name, frozenset((*phones, *emails)))
        if are_two(said, Person(known_name, frozenset(contacts or ()))):
            reason = staged_reason(give(ANOTHER, name=known_name))
            disputed.append({"store_id": store_id, "key": key, "reason": reason})
    _refuse(load, staged, disputed)


def _person(row: AnyRow) -> Person:
    return Person(row.name, frozenset((*row.phones, *row.emails)))


def _refuse(load: Load, staged: Staged, disputed: list[dict[str, object]]) -> None:
    if disputed:
        load.connection.execute(insert(DISPUTED_KEYS), disputed)
        analyze(load.connection, DISPUTED_KEYS)
        reject(load.connection, staged, "key", why_disputed(staged, "key"), is_disputed(staged, "key"))
