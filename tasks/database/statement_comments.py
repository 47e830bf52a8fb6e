"""Comments inside the big statements, for whoever reads them in the database's log or in `tests/postgres/golden`."""


def holds(what: str) -> str:
    """What the rows of a CTE are, as its comment: `select(…).cte("due").prefix_with(holds("the due touches"))`."""
    return f"/* {what} */"
