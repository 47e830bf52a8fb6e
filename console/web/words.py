"""What the console says, in both languages. Each page's sentences stand in one file under `wording/`."""

import tomllib
from functools import cache
from pathlib import Path

from models.errors import AftercareError

WORDING = Path(__file__).parent / "wording"
LANGUAGES = {"zh-CN": "中文", "en": "English"}


class Unsaid(AftercareError):
    """A sentence that no file has."""

    def __init__(self, key: str, language: str) -> None:
        self.key, self.language = key, language
        super().__init__(f"There is no wording '{key}' in {language}.")


@cache
def read_wording() -> dict[str, dict[str, str]]:
    """Every sentence by its key (`file.name`) and language."""
    said: dict[str, dict[str, str]] = {}
    for path in sorted(WORDING.glob("*.toml")):
        for name, sentence in tomllib.loads(path.read_text(encoding="utf-8")).items():
            said[f"{path.stem}.{name}"] = sentence
    return said


def say(language: str, key: str, **values: object) -> str:
    """The sentence in a language, with its `{values}` put in. Raises `Unsaid`."""
    try:
        sentence = read_wording()[key][language]
    except KeyError as error:
        raise Unsaid(key, language) from error
    return sentence.format(**values) if values else sentence


def say_word(language: str, word: str) -> str:
    """A word of the business (a state, a process, a step, an outcome) in a language; unknown ones stay as they are."""
    found = read_wording().get(f"business.{word}")
    return found[language] if found else word
