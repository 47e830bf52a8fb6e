"""Keeping PostgreSQL's query plans good right after many rows were added.

After an import or a first sweep, autovacuum has not analyzed the new rows yet. A plan made for ten rows and run
for a hundred thousand takes hours, so changed tables are analyzed before a large query.
"""

from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, cast, column, func, literal, select, table, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from models.core.rows import AnySelect, Cells
from models.database.tables import metadata

GROWN = 2
"""A table is analyzed again when its page count has grown by this factor."""
FEW_PAGES = 50
"""Smaller growth, in pages, cannot spoil a plan."""
WORK_MEMORY = "64MB"
"""The memory that a sort or hash may use before it spills to disk."""

PATIENCE = "5s"
"""The timeout for a page requested by a program."""
TELLING_COLUMNS = ("process", "subject_kind", "kind", "state", "not_before", "policy_version_id")
"""The columns that distinguish open touches."""

SAMPLE = "30"
"""The statistics target; the sample has 300 times as many rows."""

CLASSES = table("pg_class", *(column(name) for name in ("oid", "relname", "relkind", "relpages")))


def prepare_for_large_statements(connection: Connection) -> None:
    """Analyze the tables that have grown, and set this transaction up for large results.

    JIT is turned off: it takes longer than our largest statement.
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


def analyze_touches(connection: Connection) -> None:
    """Analyze how many touches are open: in a ledger with a long history, PostgreSQL would not notice by itself.

    Only the columns that find open touches, from a sample fine enough for a thousandth of the touches: all columns
    would take fifteen times as long, and autovacuum analyzes them later.
    """
    connection.execute(select(func.set_config("default_statistics_target", SAMPLE, True)))
    connection.execute(text(f"analyze (skip_locked) touches ({', '.join(TELLING_COLUMNS)})"))


def analyze_recipients(connection: Connection) -> None:
    """Analyze the recipients after a campaign's audience was stored."""
    connection.execute(text("analyze (skip_locked) campaign_recipients"))


def expect_many(statement: Select[Cells]) -> Select[Cells]:
    """The same rows, with PostgreSQL's row estimate raised a hundredfold.

    In a ledger with a long history hardly any touch is open, until a sweep plans a hundred thousand. Estimating one,
    PostgreSQL would use nested loops and take minutes; estimating a hundred, it uses hash joins.
    """
    one = func.jsonb_array_elements(literal([1], JSONB)).table_valued("one").render_derived(name="one_row")
    return statement.join(one, true())


def be_patient(connection: Connection) -> None:
    """Set a statement timeout for this transaction: a rare filter may read the whole ledger."""
    connection.execute(select(func.set_config("statement_timeout", PATIENCE, True)))


def each_of(parameter: str, kind: TypeEngine[Any]) -> AnySelect:
    """The values of a JSON list parameter, with a PostgreSQL row estimate of a hundred.

    A frequent statement gets a generic plan for all parameters. For an array of unknown length PostgreSQL
    estimates ten values and uses nested loops: a thousand customers took hours.
    """
    value = func.jsonb_array_elements_text(bindparam(parameter, type_=JSONB)).column_valued(f"each_of_{parameter}")
    return select(cast(value, kind))
