"""Regular expressions that people write: on an engine whose time grows with the text alone, whatever they say."""

from functools import lru_cache
from typing import NamedTuple

import re2

LONGEST = 1_000
"""In characters."""


class Pattern(NamedTuple):
    """A regular expression that somebody wrote."""

    compiled: "re2._Regexp[str]"

    def found_in(self, text: str) -> bool:
        """Whether a text holds what it describes."""
        return self.compiled.search(text) is not None

    def taken_from(self, text: str) -> str:
        """What it finds in a text: its first group if it has one; nothing where it finds nothing."""
        found = self.compiled.search(text)
        if found is None:
            return ""
        return (found[1] if self.compiled.groups else found[0]) or ""


@lru_cache(maxsize=1_000)
def compile_pattern(text: str) -> Pattern:
    """The pattern of a regular expression. Raises `ValueError` with a sentence."""
    if len(text) > LONGEST:
        sentence = f"a regular expression has at most {LONGEST:,} characters"
        raise ValueError(sentence)
    options = re2.Options()
    options.log_errors = False
    try:
        return Pattern(re2.compile(text, options))
    except re2.error as error:
        why = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error
        sentence = (
            f"'{text}' is not a regular expression that can be used: {why}; what looks ahead or behind, or back to a "
            "group, takes time without end, and is not known (the syntax is that of RE2)"
        )
        raise ValueError(sentence) from error
