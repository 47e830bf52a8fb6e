"""Merging staged rows into a table of the shared database: set-based, and without touching what has not changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy import table as table_named
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REGCLASS, aggregate_order_by
from sqlalchemy.types import Boolean, Text

from models.core.base import Base
from models.core.reasons import GivenReason
from models.core.rows import AnySelect
from tasks.intake.staging import REJECTS, Staged, analyze, staged_reason

UNIT_SEPARATOR = "\x1f"
GROWN_PAGES = 50
"""A table smaller than this many pages of 8 KB is read whole in any case."""
MOST_ROWS = 6
"""How many rows of one fact are named."""
MOST_QUOTED = 60
AMBIGUOUS = -1
"""Stands for an id where a reference fits several facts."""


@dataclass(frozen=True)
class Field:
    """A column of the shared database and the staged one that it is filled from."""

    target: str
    source: str
    given_by: tuple[str, ...] = ()
    """Our columns of which a file must have one for the field to count as given; the source itself unless said."""
    default: object = None
    """What an empty cell stands for."""
    keeps: bool = False
    """An empty cell leaves what is on record: other sources, or we ourselves, may know better."""

    def is_given(self, staged: Staged) -> bool:
        """Whether the file says anything about it."""
        return not staged.present.isdisjoint(self.given_by or (self.source,))


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that are composed."""
    return cast(Table, model.__table__)


def reject(
    connection: Connection,
    staged: Staged,
    column: str,
    reason: GivenReason | ColumnElement[str],
    where: ColumnElement[bool],
    *,
    value: ColumnElement[Any] | None = None,
    whole: bool = True,
) -> None:
    """Tell of the staged rows that fulfil `where`; unless only a value is left out, they go no further.

    A reason that differs from row to row is a column as `staged_reason` writes it.
    """
    rows = staged.table
    told = select(
        rows.c.row_number,
        literal(staged.kind),
        literal(staged.label(column)),
        func.coalesce((rows.c[column] if value is None else value).cast(Text), ""),
        literal(staged_reason(reason)) if isinstance(reason, GivenReason) else reason,
        literal(whole),
        literal(column),
    ).where(where)
    telling = insert(REJECTS).from_select(REJECTS.columns.keys(), told).execution_options(preserve_rowcount=True)
    count = connection.execute(telling).rowcount
    if whole:
        staged.counts.rejected += count
        if count:
            connection.execute(delete(rows).where(where))
    else:
        staged.counts.warnings += count


def look_up(connection: Connection, staged: Staged, found: str, candidates: AnySelect) -> None:
    """Set the id `found` of the rows that have `candidates` (columns `entry`, `id`, `rank`): the one of lowest rank.

    Where several share it, the id is `AMBIGUOUS`.
    """
    rows = staged.table
    offered = candidates.subquery()
    best = select(
        offered.c.entry,
        offered.c.id,
        offered.c.rank,
        func.min(offered.c.rank).over(partition_by=offered.c.entry).label("best"),
    ).subquery()
    several = func.count(best.c.id.distinct()) > 1
    chosen = (
        select(best.c.entry, case((several, AMBIGUOUS), else_=func.min(best.c.id)).label("id"))
        .where(best.c.rank == best.c.best)
        .group_by(best.c.entry)
        .subquery()
    )
    connection.execute(update(rows).values({found: chosen.c.id}).where(rows.c.entry == chosen.c.entry))


def collapse(connection: Connection, staged: Staged, same: Sequence[str], *, gathers: bool) -> None:
    """Keep the last of the rows that agree in the columns `same`.

    `gathers`: what the last row leaves empty is taken from the ones before it, and lists are joined.
    """
    rows = staged.table
    keys = [rows.c[name] for name in same]
    last = func.max(rows.c.entry).label("last")
    groups = select(last, *keys).group_by(*keys).having(func.count() > 1).subquery()
    belongs = and_(*(rows.c[name].is_not_distinct_from(groups.c[name]) for name in same))
    if gathers:
        said = [rows.c[name] for name in staged.data_columns]
        gathered = (
            select(groups.c.last, *(_gathered(column, rows.c.entry) for column in said))
            .join_from(groups, rows, belongs)
            .group_by(groups.c.last)
            .subquery()
        )
        connection.execute(
            update(rows)
            .values({column.name: gathered.c[column.name] for column in said})
            .where(rows.c.entry == gathered.c.last)
        )
    dropped = delete(rows).where(belongs, rows.c.entry < groups.c.last)
    staged.counts.repeated += connection.execute(dropped).rowcount


def _gathered(column: Column[Any], entry: ColumnElement[int]) -> ColumnElement[Any]:
    """The latest value of a column that is not empty, or all elements of its lists, the latest first."""
    if isinstance(column.type, ARRAY):
        joined = func.string_agg(
            func.array_to_string(column, UNIT_SEPARATOR), aggregate_order_by(literal(UNIT_SEPARATOR), entry.desc())
        ).filter(func.cardinality(column) > 0)
        return func.coalesce(func.string_to_array(joined, UNIT_SEPARATOR), literal([], column.type)).label(column.name)
    latest = func.array_agg(aggregate_order_by(column, entry.desc()), type_=ARRAY(column.type))
    return latest.filter(column.is_not(None))[1].label(column.name)


def count_contradictions(connection: Connection, staged: Staged, same: Sequence[str], *, gathers: bool = False) -> int:
    """How many facts the file states more than once, and differently.

    `gathers`: a row that leaves a column empty says nothing of it, and lists are joined.
    """
    rows = staged.table
    keys = [rows.c[name] for name in same]
    groups = select(literal(1)).select_from(rows).group_by(*keys).having(_differs(staged, gathers=gathers)).subquery()
    return connection.execute(select(func.count()).select_from(groups)).scalar_one()


def _differs(staged: Staged, *, gathers: bool) -> ColumnElement[bool]:
    rows = staged.table
    if gathers:
        # min and max rather than count(distinct), which sorts every group anew for every column
        said = [rows.c[name] for name in _plain_columns(staged)]
        return and_(func.count() > 1, or_(*(func.min(column) != func.max(column) for column in said)))
    return func.count(tuple_(*(rows.c[name] for name in staged.data_columns)).distinct()) > 1


def _plain_columns(staged: Staged) -> list[str]:
    """The columns whose values are compared one by one."""
    types = {name: staged.table.c[name].type for name in staged.data_columns}
    return [name for name, kind in types.items() if not isinstance(kind, ARRAY | JSONB | Boolean)]


def describe_contradictions(
    connection: Connection, staged: Staged, same: Sequence[str], *, gathers: bool, most: int
) -> list[dict[str, Any]]:
    """Of so many facts that the file states differently: the key, some rows, and what they say, by column."""
    rows = staged.table
    keys = [rows.c[name] for name in same]
    names = _plain_columns(staged)
    numbers = func.array_agg(aggregate_order_by(rows.c.row_number, rows.c.row_number)).label("numbers")
    said = [func.array_agg(rows.c[name].cast(Text).distinct()).label(name) for name in names]
    statement = select(numbers, *said).group_by(*keys).having(_differs(staged, gathers=gathers))
    told: list[dict[str, Any]] = []
    for found in connection.execute(statement.order_by(func.min(rows.c.row_number)).limit(most)).mappings():
        differing = [name for name in names if len([value for value in found[name] if value or not gathers]) > 1]
        values = {staged.label(name): _shown(found[name]) for name in differing}
        which = next((found[name][0] for name in ("key", "code", *same) if found.get(name)), "")
        told.append({"key": str(which), "rows": list(found["numbers"][:MOST_ROWS]), "values": values})
    return told


def _shown(values: Sequence[str | None]) -> list[str | None]:
    return [value if value is None else value[:MOST_QUOTED] for value in values[:MOST_ROWS]]


def find_by_key(connection: Connection, staged: Staged, model: type[Base]) -> None:
    """Set `target_id` of the rows whose key is on record."""
    rows, target = staged.table, table_of(model)
    connection.execute(
        update(rows)
        .values(target_id=target.c.id)
        .where(rows.c.target_id.is_(None), target.c.store_id == rows.c.store_id, target.c.key == rows.c.key)
    )


def assign_ids(connection: Connection, staged: Staged, model: type[Base]) -> None:
    """Give the rows that are not on record the ids that they will have."""
    rows, target = staged.table, table_of(model)
    sequence = func.pg_get_serial_sequence(target.name, "id")
    connection.execute(
        update(rows).values(target_id=func.nextval(sequence), fresh=true()).where(rows.c.target_id.is_(None))
    )
    # Without figures that show it, the planner takes new rows for few, and joins them row by row.
    analyze(connection, rows)


def merge(
    connection: Connection,
    staged: Staged,
    model: type[Base],
    fields: Iterable[Field],
    *,
    identity: Sequence[str] = ("store_id", "key"),
    at_first: dict[str, Any] | None = None,
) -> None:
    """Change the facts on record that the rows say something else about, then add the ones that are not on record.

    Every row has its `target_id`. `identity` columns are filled in new facts and never changed; `at_first` are values
    that only new facts get. Marks the rows that changed something.
    """
    given = [field for field in fields if field.is_given(staged)]
    if given:
        _change(connection, staged, table_of(model), given)
    _add(connection, staged, table_of(model), given, identity, at_first or {})


def _change(connection: Connection, staged: Staged, target: Table, given: Sequence[Field]) -> None:
    rows = staged.table
    values = {field.target: _new_value(field, rows, target) for field in given}
    differs = or_(*(target.c[name].is_distinct_from(value) for name, value in values.items()))
    changed = (
        update(target)
        .values(values)
        .where(target.c.id == rows.c.target_id, rows.c.fresh.is_(False), differs)
        .returning(rows.c.entry)
        .cte("changed")
    )
    connection.execute(update(rows).values(touched=true()).where(rows.c.entry == changed.c.entry).add_cte(changed))


def _add(
    connection: Connection,
    staged: Staged,
    target: Table,
    given: Sequence[Field],
    identity: Sequence[str],
    at_first: dict[str, object],
) -> None:
    rows = staged.table
    columns = ["id", *identity, *(field.target for field in given), *at_first]
    new = [
        rows.c.target_id,
        *(rows.c[name] for name in identity),
        *(_first_value(field, rows) for field in given),
        *(literal(value, target.c[name].type) for name, value in at_first.items()),
    ]
    connection.execute(insert(target).from_select(columns, select(*new).where(rows.c.fresh), include_defaults=False))
    renew_figures(connection, target)


def renew_figures(connection: Connection, table: Table) -> None:
    """Let the planner know that a table has grown by much: what is derived next may come before autovacuum does."""
    pages, known = connection.execute(
        select(func.pg_relation_size(table.name) / 8192, literal_column("relpages"))
        .select_from(table_named("pg_class"))
        .where(literal_column("oid") == literal(table.name).cast(REGCLASS))
    ).one()
    if pages > GROWN_PAGES and pages > 1.2 * max(known, 0):
        analyze(connection, table)


def _first_value(field: Field, rows: Table) -> ColumnElement[Any]:
    source = rows.c[field.source]
    return source if field.default is None else func.coalesce(source, literal(field.default, source.type))


def _new_value(field: Field, rows: Table, target: Table) -> ColumnElement[Any]:
    if field.keeps:
        return func.coalesce(rows.c[field.source], target.c[field.target])
    return _first_value(field, rows)


def settle_counts(connection: Connection, staged: Staged) -> None:
    """Count what the rows did, by their marks."""
    rows = staged.table
    fresh, touched, whole = connection.execute(
        select(
            func.count().filter(rows.c.fresh),
            func.count().filter(and_(rows.c.touched, rows.c.fresh.is_(False))),
            func.count(),
        ).select_from(rows)
    ).one()
    staged.counts.inserted += fresh
    staged.counts.changed += touched
    staged.counts.unchanged += whole - fresh - touched
