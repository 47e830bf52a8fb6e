"""Customer lists from files: each row identifies a customer by key, VIN, plate or phone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Text

from models.campaigns.tables import AudienceList, AudienceListMember
from models.core.errors import InvalidInput
from models.core.reasons import WORD, declare, give
from models.core.rows import AnySelect
from models.core.words import ContactKind
from models.people.permissions import Permission
from models.people.tables import ContactPoint, Customer, CustomerKey
from models.subjects.vehicle import Vehicle
from tasks.campaigns.audiences.saved import Keeper, check_name
from tasks.customers.intake import CUSTOMERS
from tasks.intake.errors import listed
from tasks.intake.files.reading import CHARACTER_ZERO
from tasks.intake.files.rejects import Reject
from tasks.intake.files.shape import Row
from tasks.intake.files.sources import Header, open_source
from tasks.intake.maps.column_map import NO_MAP
from tasks.intake.merging import table_of
from tasks.intake.references import bare_plate
from tasks.intake.values.cells import Unusable, clean, narrow
from tasks.intake.values.phones import read_phone
from tasks.ledger import audit

AT_ONCE = 5_000
COLUMNS = {"customer": "key", "key": "key", "vin": "vin", "plate": "plate", "phone": "phone", "customer_phone": "phone"}
"""The columns that can identify a customer; the first non-empty one counts."""
UNKNOWN, SEVERAL = declare("nobody-known-by", by=WORD), declare("several-known-by", by=WORD)
NOBODY = declare("row-names-nobody")


class NamesNobody(InvalidInput):
    """A file without a column that identifies customers."""

    def __init__(self, header: Header) -> None:
        self.path = header.path
        super().__init__(
            f"{header.path}: a list needs a column {listed(COLUMNS)} that names the customers. "
            f"The file's columns are {listed(header.known)}."
        )


@dataclass
class ListMade:
    """The result of importing a list."""

    name: str
    list_id: int | None = None
    """None: nobody was found, so no list was created."""
    read: int = 0
    members: int = 0
    """The number of customers on the list; duplicates count once."""
    rejects: list[Reject] = field(default_factory=list)
    """Rows that match no customer, for `tasks.intake.files.rejects.write_rejects` or a page."""


@dataclass(frozen=True, slots=True)
class _Named:
    """One row, with the column and value that identify the customer."""

    number: int
    column: str
    by: str
    said: str
    """The value in the file."""
    value: str
    """The normalized value."""


def make_list(
    connection: Connection, keeper: Keeper, name: str, path: Path, now: datetime, store_id: int | None = None
) -> ListMade:
    """Save the customers in a CSV or XLSX file as a list. A user of one store finds only its customers.

    Raises `MayNot`, `UnusableName`, `UnusableFile`, `NamesNobody`; then nothing is saved.
    """
    keeper.check(Permission.MAKE_CAMPAIGNS)
    whose = keeper.store_id if keeper.store_id is not None else store_id
    made = ListMade(check_name(name))
    with connection.begin_nested() as savepoint:
        values = {"name": made.name, "store_id": whose, "made_at": now, "made_by": keeper.login}
        list_id = connection.execute(insert(AudienceList).values(**values).returning(AudienceList.id)).scalar_one()
        with open_source(path, NO_MAP.file, COLUMNS) as source:
            places = _places(source.header)
            while rows := list(islice(source.rows, AT_ONCE)):
                made.read += len(rows)
                made.members += _add(connection, list_id, whose, list(_named(rows, places, made.rejects)), made.rejects)
        if not made.members:
            savepoint.rollback()
            return made
        made.list_id = list_id
        told = {"name": made.name, "members": made.members, "rejected": len(made.rejects)}
        audit.record(connection, now, keeper.login, "audience-list.made", "audience-list", list_id, None, told)
    made.rejects.sort(key=lambda reject: (reject.row, reject.column))
    return made


def _places(header: Header) -> list[tuple[int, str]]:
    """The positions of the columns that identify customers."""
    places = [(place, name) for name in COLUMNS if (place := header.find(name)) is not None]
    if not places:
        raise NamesNobody(header)
    return places


def _named(rows: list[tuple[int, Row]], places: list[tuple[int, str]], rejects: list[Reject]) -> Iterator[_Named]:
    """The identifying value of each row, from its first non-empty column."""
    for number, row in rows:
        filled = ((name, text) for place, name in places if (text := clean(row[place])))
        column, said = next(filled, ("", ""))
        if not column:
            rejects.append(Reject(number, CUSTOMERS.name, "", "", give(NOBODY)))
            continue
        by = COLUMNS[column]
        try:
            yield _Named(number, column, by, said, _compared(by, said))
        except Unusable as error:
            rejects.append(Reject(number, CUSTOMERS.name, column, said, error.reason, ours=column))


def _compared(by: str, said: str) -> str:
    if "\x00" in said:
        raise Unusable(give(CHARACTER_ZERO))
    return read_phone(said, NO_MAP.file.default_country).number if by == "phone" else narrow(said).strip()


def _add(connection: Connection, list_id: int, store_id: int | None, named: list[_Named], rejects: list[Reject]) -> int:
    """Add the customers found to the list; returns how many were new."""
    found: dict[int, int] = {}
    for by in dict.fromkeys(COLUMNS.values()):
        some = [one for one in named if one.by == by]
        matches = {row.number: row for row in connection.execute(_search(by, some, store_id))} if some else {}
        for one in some:
            match = matches.get(one.number)
            if match is None or match.customers > 1:
                reason = give(UNKNOWN if match is None else SEVERAL, by=f"known-by-{by}")
                rejects.append(Reject(one.number, CUSTOMERS.name, one.column, one.said, reason, ours=one.column))
            else:
                found[one.number] = match.customer_id
    if not found:
        return 0
    customers = func.unnest(literal(sorted(set(found.values())), ARRAY(BigInteger)))
    rows = select(literal(list_id, BigInteger), customers)
    added = upsert(AudienceListMember).from_select(["list_id", "customer_id"], rows).on_conflict_do_nothing()
    return len(connection.execute(added.returning(AudienceListMember.customer_id)).all())


def _search(by: str, named: list[_Named], store_id: int | None) -> AnySelect:
    """For each row: a matching customer of the store, and the number of matches."""
    numbers = literal([one.number for one in named], ARRAY(Integer))
    values = literal([one.value for one in named], ARRAY(Text))
    row = func.unnest(numbers, values).table_valued("number", "value", name="named").render_derived().c
    match by:
        case "key":
            known: Any = table_of(CustomerKey)
            same: ColumnElement[bool] = known.c.key == row.value
        case "phone":
            known = table_of(ContactPoint)
            same = (known.c.kind == ContactKind.PHONE) & (known.c.value == row.value)
        case _:
            known = table_of(Vehicle)
            same = bare_plate(known.c[by]) == bare_plate(row.value)
    statement = (
        select(
            row.number,
            func.min(Customer.id, type_=BigInteger).label("customer_id"),
            func.count(Customer.id.distinct()).label("customers"),
        )
        .join(known, same)
        .join(Customer, Customer.id == known.c.customer_id)
        .where(Customer.erased_at.is_(None))
        .group_by(row.number)
    )
    return statement if store_id is None else statement.where(Customer.store_id == store_id)
