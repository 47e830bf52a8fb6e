"""CTEs with a comment of what they hold, for whoever reads a statement in the database's log or in a golden file."""

from sqlalchemy import CTE, SelectBase


def holds(what: str) -> str:
    """What the rows of a CTE are, as its comment: `select(…).cte("due").prefix_with(holds("the due touches"))`."""
    return f"/* {what} */"


def nameless_cte(query: SelectBase, *prefixes: str) -> CTE:
    """A CTE that may be in one statement several times, with prefixes.

    SQLAlchemy names what has no name by its identity, and a prefix makes a copy that keeps the name of the first. That
    one is kept here as long as the copy is: otherwise another CTE may get its identity, and so the same name.
    """
    first = query.cte()
    prefixed = first.prefix_with(*prefixes)
    vars(prefixed)["_prefixed_from"] = first
    return prefixed
