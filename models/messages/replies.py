"""The meaning of a customer's reply: whole words only, in any width, case and spacing."""

import re
import unicodedata
from collections.abc import Collection

from models.core.words import ReplyMeaning

STOP = frozenset(
    {
        *("stop", "stop all", "stopall", "unsubscribe", "opt out", "optout"),
        *("quit", "end", "revoke", "cancel"),
        *("t", "td", "退订", "td退订", "t退订", "回复td退订", "取消订阅"),
        *("r", "回复r", "拒收", "拒收r", "拒收请回复r"),
    }
)
"""Exact texts only: "please stop by tomorrow", or an absence notice, is not an opt-out.

The English ones are those that the rule of the US on revoking consent names (47 CFR 64.1200(a)(10)); `R` is what
Chinese carriers demand at the end of commercial messages (拒收请回复R). What is said in other words is read by
`models.inbound.reading`.
"""
DOUBTFUL = frozenset({"cancel", "end"})
"""Opt-outs by the letter of the rule that may have been meant of a visit: a person looks at them, too."""
CONFIRM = frozenset({"1", "回复1"})
OTHER_TIME = frozenset({"2", "回复2"})
MARK = re.compile(r"(?:回复)?([1-5])(?:分|星)?")
AROUND = re.compile(r"^[\W_]+|[\W_]+$")
BETWEEN = re.compile(r"[\s_-]+")


def read_meaning(text: str) -> ReplyMeaning:
    """The meaning of a reply. `unreadable` means that a person must read it."""
    words = _words(text)
    if words in STOP:
        return ReplyMeaning.STOP
    if words in CONFIRM:
        return ReplyMeaning.CONFIRM
    if words in OTHER_TIME:
        return ReplyMeaning.OTHER_TIME
    return ReplyMeaning.UNREADABLE


def is_one_of(text: str, words: Collection[str]) -> bool:
    """Whether a reply is one of some words and nothing else."""
    return _words(text) in {_words(word) for word in words}


def is_doubtful(text: str) -> bool:
    """Whether an opt-out may have been meant otherwise."""
    return _words(text) in DOUBTFUL


def read_mark(text: str) -> int | None:
    """The mark from 1 to 5 in a reply; None if it is not a mark."""
    found = MARK.fullmatch(_words(text))
    return int(found[1]) if found else None


def meaning_in_turn(text: str, *, after_survey: bool, something_waits: bool) -> ReplyMeaning:
    """The meaning of a reply, given what was last sent to the customer.

    After a survey a digit is a mark. But `1` and `2` answer what waits for an answer, if anything does.
    """
    meaning = read_meaning(text)
    if not after_survey or read_mark(text) is None:
        return meaning
    return meaning if something_waits and meaning is not ReplyMeaning.UNREADABLE else ReplyMeaning.MARK


def _words(text: str) -> str:
    return BETWEEN.sub(" ", AROUND.sub("", unicodedata.normalize("NFKC", text).casefold()))
