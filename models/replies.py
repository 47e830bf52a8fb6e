"""What a customer's reply says: whole words only, in any width, case and spacing."""

import re
import unicodedata

from models.words import ReplyMeaning

STOP = frozenset(
    {
        *("stop", "stop all", "stopall", "unsubscribe", "opt out", "optout"),
        *("t", "td", "退订", "td退订", "t退订", "回复td退订", "取消订阅"),
    }
)
"""Nothing but these: "please stop by tomorrow", or an absence notice, is not an opt-out."""
CONFIRM = frozenset({"1", "回复1"})
OTHER_TIME = frozenset({"2", "回复2"})
AROUND = re.compile(r"^[\W_]+|[\W_]+$")
BETWEEN = re.compile(r"[\s_-]+")


def read_meaning(text: str) -> ReplyMeaning:
    """The meaning of a reply; `unreadable` is for a person to read."""
    words = BETWEEN.sub(" ", AROUND.sub("", unicodedata.normalize("NFKC", text).casefold()))
    if words in STOP:
        return ReplyMeaning.STOP
    if words in CONFIRM:
        return ReplyMeaning.CONFIRM
    if words in OTHER_TIME:
        return ReplyMeaning.OTHER_TIME
    return ReplyMeaning.UNREADABLE
