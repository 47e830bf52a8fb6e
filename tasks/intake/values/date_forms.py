"""The forms of dates that a map names: which year they mean, and figures without separators between them."""

import re
from datetime import datetime
from functools import cache

YEARS_IN_FORMS = ("%Y", "%y", "%G", "%c", "%x", "%D", "%F")
SHORT_YEARS = ("%y", "%D", "%x")
DIRECTIVE = re.compile(r"%(.)|\s+|[^%\s]+")
WIDTHS = {"Y": 4, "G": 4, "j": 3} | dict.fromkeys("dmyHMSI", 2)
PACKED = re.compile(r"%[dmYyHMSIGj]%[dmYyHMSIGj]")


def names_year(form: str) -> bool:
    """Whether a form says which year is meant; strptime takes 1900 where it does not."""
    return any(each in form for each in YEARS_IN_FORMS)


def has_short_year(form: str) -> bool:
    """Whether a form has the last two digits of the year alone."""
    return any(each in form for each in SHORT_YEARS)


def read_form(text: str, form: str) -> datetime | None:
    """What a text says that is in a form; nothing where it is not.

    Figures without separators have all their digits, but for a zero in front, which a program that took them for a
    number has dropped: of `%d%m`, `106` is 1 June and never 10 June.
    """
    if is_packed(form):
        found = _packed(form).fullmatch(text)
        if not found:
            return None
        text = "".join(part.zfill(2) if name.startswith("lead") else part for name, part in found.groupdict().items())
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007  a date or a local time
    except ValueError:
        return None


@cache
def is_packed(form: str) -> bool:
    """Whether figures follow each other in a form without a separator."""
    return PACKED.search(form) is not None


@cache
def _packed(form: str) -> re.Pattern[str]:
    """A form as a pattern in which figures that follow each other have their full width, but for the first."""
    parts: list[str] = []
    after_figures = False
    for number, piece in enumerate(DIRECTIVE.finditer(form)):
        width = WIDTHS.get(piece[1] or "")
        if width is None:
            literal = r"\s+" if piece[0].isspace() else ".+?" if piece[1] else re.escape(piece[0])
            parts.append(f"(?P<text{number}>{literal})")
        elif width == 2 and not after_figures:
            parts.append(rf"(?P<lead{number}>\d{{1,2}})")
        else:
            parts.append(rf"(?P<figures{number}>\d{{{width}}})")
        after_figures = width is not None
    return re.compile("".join(parts), re.IGNORECASE)


def first_form(text: str, forms: tuple[str, ...]) -> str | None:
    """The first form that a text is in."""
    return next((form for form in forms if read_form(text, form) is not None), None)
