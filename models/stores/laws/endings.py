"""What a text must carry by a law pack: added where it is missing, and looked at where it is written."""

from collections.abc import Collection

from models.core.errors import InvalidInput
from models.core.words import ChannelName, Purpose
from models.stores.laws.pack import EndingRule, all_packs, pack_of

EDGES = " \n\t.,;!。，；！、"


class EndingNotLast(InvalidInput):
    """A text that carries the ending of a law pack somewhere else than at its end."""

    def __init__(self, place: str, pack: str, rule: EndingRule, ending: str) -> None:
        self.place, self.pack, self.rule, self.ending = place, pack, rule.code, ending
        super().__init__(
            f"{place}: by the pack '{pack}' ({rule.code}, {rule.source}) the text ends with '{ending}', which stands "
            f"elsewhere in it; take it away there, and it is added at the end."
        )


def missing_ending(law: str, purpose: Purpose, channel: ChannelName, language: str, text: str) -> str | None:
    """What is to be added at the end of a text by a pack; None: nothing."""
    rule = pack_of(law).ending(purpose, channel)
    return rule.text[language] if rule is not None and not _carries(rule, text) else None


def with_ending(text: str, ending: str | None) -> str:
    """A text with what was missing at its end."""
    return f"{text.rstrip()} {ending}" if ending else text


def _carries(rule: EndingRule, text: str) -> bool:
    plain = _plain(text)
    if rule.last:
        return any(plain.endswith(_plain(words)) for words in rule.any_of)
    return any(_plain(words) in plain for words in rule.any_of)


def _plain(text: str) -> str:
    return "".join(text.strip(EDGES).casefold().split())


def check_ending(place: str, laws: Collection[str], purpose: Purpose, channel: ChannelName, text: str) -> None:
    """Refuse a text that carries an ending at a wrong place. Raises `EndingNotLast`, which names `place`."""
    for law in sorted(laws):
        rule = pack_of(law).ending(purpose, channel)
        if rule is None or not rule.last or _carries(rule, text):
            continue
        astray = next((words for words in rule.any_of if _plain(words) in _plain(text)), None)
        if astray is not None:
            raise EndingNotLast(place, law, rule, astray)


def composes(laws: Collection[str], purpose: Purpose, channel: ChannelName) -> bool:
    """Whether each of some packs adds how to opt out to texts by a channel, so that no text must say so itself."""
    return bool(laws) and all(pack_of(law).ending(purpose, channel) is not None for law in laws)


def all_endings(language: str) -> frozenset[str]:
    """Whatever a pack may add to a text in a language."""
    return frozenset(rule.text[language] for pack in all_packs().values() for rule in pack.endings)
