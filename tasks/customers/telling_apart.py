"""Whether two rows under one key speak of two people: the number for one-time customers is nobody's own."""

import re
from itertools import combinations
from typing import NamedTuple

from tasks.intake.values.cells import narrow

WORD = re.compile(r"\w+")
MOST_COMPARED = 50
MOST_NAMED = 5


class Person(NamedTuple):
    """What a row, or our record, says of somebody."""

    name: str
    contacts: frozenset[str]
    """Phones and e-mail addresses."""


def are_two(one: Person, other: Person) -> bool:
    """Whether these are two people: other names, of which neither is a part of the other, and no contact in common.

    Where one has no contact, the name may simply have changed: that gives a notice, and no refusal.
    """
    if not one.contacts or not other.contacts or one.contacts & other.contacts:
        return False
    return not _may_be_one_name(one.name, other.name)


def _may_be_one_name(one: str, other: str) -> bool:
    words, others = (WORD.findall(narrow(name).casefold()) for name in (one, other))
    if set(words) <= set(others) or set(others) <= set(words):
        return True
    joined, other_joined = "".join(words), "".join(others)
    return joined in other_joined or other_joined in joined


def several_people(people: list[Person]) -> str | None:
    """The names of the people, where they are not all one."""
    if not any(are_two(one, other) for one, other in combinations(people[:MOST_COMPARED], 2)):
        return None
    names = list(dict.fromkeys(person.name for person in people))
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
