"""The outcomes of calls, for the page about policies."""

from models.calls.outcomes import all_outcomes


def outcome_table() -> str:
    """The outcomes by their keys, each with what follows from it, as a table of Markdown."""
    rows = (f"| {one.key} | `{name}` | {one.follows} |" for name, one in all_outcomes().items())
    return "\n".join(("| key | outcome | what follows |", "|---|---|---|", *rows))
