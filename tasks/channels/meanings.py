"""What the error codes of a provider mean for a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tasks.channels.contract import Outcome, Rejected, Transient, Unknown

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Meaning(StrEnum):
    """What a refusal is about."""

    MESSAGE = "message"
    """This message or its recipient: it will never be accepted."""
    FREQUENCY = "frequency"
    """The recipient got too many: not before some hours."""
    THROTTLED = "throttled"
    """We send too fast: not before a moment."""
    MONEY = "money"
    """The account has no money left."""
    SETTINGS = "settings"
    """Our account, key, signature or template: somebody must change it."""
    UNSURE = "unsure"
    """It may have been sent nevertheless."""


WAITS = {Meaning.FREQUENCY: 6 * HOUR, Meaning.THROTTLED: MINUTE, Meaning.MONEY: HOUR, Meaning.SETTINGS: HOUR}
WORDS = {
    Meaning.FREQUENCY: "the recipient got too many",
    Meaning.THROTTLED: "too fast",
    Meaning.MONEY: "the account has no money left",
    Meaning.SETTINGS: "its settings need a look",
}


@dataclass(frozen=True, slots=True)
class Meanings:
    """The codes of one provider: whole codes, or beginnings of codes that end with an asterisk."""

    codes: Mapping[str, Meaning]
    otherwise: Meaning

    def of(self, code: str) -> Meaning:
        """The meaning of a code; the longest beginning decides."""
        if code in self.codes:
            return self.codes[code]
        begins = [key for key in self.codes if key.endswith("*") and code.startswith(key[:-1])]
        return self.codes[max(begins, key=len)] if begins else self.otherwise

    def judge(self, code: str, who: str) -> Outcome:
        """The outcome of a message that was refused with a code."""
        meaning = self.of(code)
        said = f"{who} answered {code}"
        match meaning:
            case Meaning.MESSAGE:
                return Rejected(said)
            case Meaning.UNSURE:
                return Unknown(said)
            case _:
                return Transient(f"{said}: {WORDS[meaning]}", WAITS[meaning])
