"""Safe cells for tables that people open in a spreadsheet."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defuse(value: str) -> str:
    """Escape a text so that a spreadsheet does not run it as a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
