"""Cells of tables that people open in a spreadsheet."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defuse(value: str) -> str:
    """The text so that a spreadsheet shows it and does not run it as a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
