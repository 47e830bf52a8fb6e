"""Keeping PostgreSQL's query plans good when a great many rows have just come in.

Right after an import or a first sweep, autovacuum has not counted the new rows yet. A plan made for ten rows and run
for a hundred thousand takes hours, so whoever is about to look at everything has the changed tables counted first.
"""

from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, cast, column, func, literal, select, table, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from models.database.tables import metadata

GROWN = 2
"""A table is counted again when it has so many times the pages it had."""
FEW_PAGES = 50
"""What grows by no more cannot spoil a plan."""
WORK_MEMORY = "64MB"
"""What a sort or a step between two steps of one statement may hold before it goes to disk."""

PATIENCE = "5s"
"""How long a page that a program asks for may be looked for."""
TELLING_COLUMNS = ("process", "subject_kind", "kind", "state", "not_before", "policy_version_id")
"""By what the open touches are told from all others."""

SAMPLE = "30"
"""Three hundred times as many touches are looked at to learn how many are open."""

CLASSES = table("pg_class", *(column(name) for name in ("oid", "relname", "relkind", "relpages")))


def prepare_for_large_statements(connection: Connection) -> None:
    """Count the tables that have grown since they were last counted, and set this transaction up for large results.

    Compiling statements to machine code takes longer than our largest statement runs.
    """
    connection.execute(select(func.set_config("jit", "off", True), func.set_config("work_mem", WORK_MEMORY, True)))
    pages = func.pg_relation_size(CLASSES.c.oid) / cast(func.current_setting("block_size"), Integer)
    grown = select(CLASSES.c.relname).where(
        CLASSES.c.relkind == "r",
        func.pg_table_is_visible(CLASSES.c.oid),
        CLASSES.c.relname.in_(sorted(metadata.tables)),
        pages > GROWN * CLASSES.c.relpages + FEW_PAGES,
    )
    for name in connection.scalars(grown.order_by(CLASSES.c.relname)).all():
        connection.execute(text(f"analyze (skip_locked) {name}"))


def count_touches(connection: Connection) -> None:
    """Tell PostgreSQL how many touches are open now: in a ledger with a long past it would not notice by itself.

    Only the columns that the open ones are found by, from a sample that tells a thousandth of the touches: all of them
    as usual take fifteen times as long, and autovacuum comes to them in its own time.
    """
    connection.execute(select(func.set_config("default_statistics_target", SAMPLE, True)))
    connection.execute(text(f"analyze (skip_locked) touches ({', '.join(TELLING_COLUMNS)})"))


def count_recipients(connection: Connection) -> None:
    """Tell PostgreSQL that a campaign's audience has just been written down."""
    connection.execute(text("analyze (skip_locked) campaign_recipients"))


def expect_many(statement: Select[Any]) -> Select[Any]:
    """The same rows, of which PostgreSQL expects a hundred times as many.

    In a ledger with a past hardly any touch is open, until a sweep has just planned a hundred thousand. Expecting one,
    PostgreSQL would join the parts of a judgement row by row, and take minutes; expecting a hundred, it hashes them.
    """
    one = func.jsonb_array_elements(literal([1], JSONB)).table_valued("one").render_derived(name="one_row")
    return statement.join(one, true())


def be_patient(connection: Connection) -> None:
    """Give up what this transaction asks for when it takes too long: a rare filter may read the whole ledger."""
    connection.execute(select(func.set_config("statement_timeout", PATIENCE, True)))


def each_of(parameter: str, kind: TypeEngine[Any]) -> Select[Any]:
    """The values of a list that a statement is given as a JSON parameter, of which PostgreSQL expects a hundred.

    A statement that runs many times gets one plan for all its parameters. Of an array of unknown length PostgreSQL
    expects ten values, and of ten it joins the parts of a judgement row by row: a thousand customers took hours.
    """
    value = func.jsonb_array_elements_text(bindparam(parameter, type_=JSONB)).column_valued(f"each_of_{parameter}")
    return select(cast(value, kind))
