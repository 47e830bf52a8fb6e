"""Messages of several customers in one request, and finding one of them again by the request's own mark.

Providers take one mark of ours for a request, not for each message. The mark of a single message is its touch's id;
that of several has two digits of each id, by place.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from tasks.channels.contract import Message

MARK = "batch-"
Key = TypeVar("Key", bound=Hashable)


def mark_of(messages: Sequence[Message]) -> str:
    """The mark of a request."""
    if len(messages) == 1:
        return str(messages[0].id)
    return MARK + "".join(message.id.hex[-2:] for message in messages)


def may_be_in(touch_id: UUID, mark: str) -> bool:
    """Whether a message may be in the request with a mark. Surely not, if the mark is another message's."""
    if not mark.startswith(MARK):
        return mark == str(touch_id)
    digits = mark.removeprefix(MARK)
    return touch_id.hex[-2:] in {digits[place : place + 2] for place in range(0, len(digits), 2)}


def requests_of(keyed: Iterable[tuple[Key, Message]], most: int) -> list[tuple[Key, list[Message]]]:
    """Messages with the same key together, at most `most` a request, and no number twice in one."""
    groups: dict[tuple[Key, int], list[Message]] = {}
    times: Counter[tuple[Key, str]] = Counter()
    for key, message in keyed:
        groups.setdefault((key, times[key, message.to]), []).append(message)
        times[key, message.to] += 1
    return [
        (key, group[start : start + most]) for (key, _), group in groups.items() for start in range(0, len(group), most)
    ]
