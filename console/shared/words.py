"""The wording of the console in both languages. Each page has one file under `wording/`."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from models.campaigns import audiences
from models.core.errors import AftercareError
from models.core.reasons import GivenReason
from models.core.saying import (
    CONDITIONS,
    ENGLISH,
    FIGURES,
    MOMENTS,
    TIMELINE,
    fill,
    read_kit_words,
    read_words,
    say_part,
    say_word,
)
from models.core.shown import show_day, show_moment
from tasks.processes.files import FileProblem

WORDING = Path(__file__).parent / "wording"
SHOWN = 8
"""Characters of a touch's id that identify it on the screen."""
AS_WRITTEN = frozenset({"author", "by", "campaign", "code", "holder", "login", "note", "sender", "text", "to"})
"""The figures that somebody wrote, or is called by: they are nobody's words to translate."""
OF_KITS = {CONDITIONS: "policies.conditions", MOMENTS: "policies.counts_from", FIGURES: "calls.figure"}
"""Where what the kits say stands among the wording of the pages."""
LANGUAGES = {"zh-CN": "中文", "en": "English"}


class Unsaid(AftercareError):
    """A wording key is in no file."""

    def __init__(self, key: str, language: str) -> None:
        self.key, self.language = key, language
        super().__init__(f"There is no wording '{key}' in {language}.")


@cache
def read_wording() -> dict[str, Mapping[str, str]]:
    """Every sentence by its key (`file.name`) and language, including the words of the business."""
    said = {f"business.{word}": languages for word, languages in read_words().items()}
    for section, group in OF_KITS.items():
        said |= {f"{group}_{key}": languages for key, languages in read_kit_words(section).items()}
    said |= {f"customers.{key}": languages for key, languages in read_kit_words(TIMELINE).items()}
    for condition in audiences.CONDITIONS.values():
        said |= {f"audience.{name}": dict(languages.items()) for name, languages in condition.labels.items()}
    for path in sorted(WORDING.glob("*.toml")):
        for name, sentence in tomllib.loads(path.read_text(encoding="utf-8")).items():
            said[f"{path.stem}.{name}"] = sentence
    return said


def say(language: str, key: str, **values: object) -> str:
    """The sentence in a language, with its `{values}` filled in. Raises `Unsaid`."""
    try:
        sentence = read_wording()[key][language]
    except KeyError as error:
        raise Unsaid(key, language) from error
    return fill(sentence, values) if values else sentence


def name_part(language: str, part: str) -> str:
    """What a reason, a gate or a figure in the account of a run is called."""
    key = f"runs.figure_{part}"
    return say(language, key) if key in read_wording() else say_part(language, part)


def say_problem(language: str, problem: AftercareError) -> str:
    """An error of ours in a language, by its type and figures. Its English is the exception's own text."""
    found = read_wording().get(f"errors.{type(problem).__name__}")
    if found is None or language == ENGLISH:
        return str(problem)
    return fill(found[language], _said(language, vars(problem)))


def _said(language: str, figures: Mapping[str, object]) -> dict[str, str]:
    return {name: str(one) if name in AS_WRITTEN else say_figure(language, one) for name, one in figures.items()}


def say_figure(language: str, figure: object) -> str:
    """A figure in a sentence: words and reasons are translated, days and moments stay numeric."""
    match figure:
        case None:
            return say(language, "frame.none")
        case UUID():
            return str(figure)[:SHOWN]
        case datetime():
            return show_moment(figure, figure.tzinfo or UTC)
        case date():
            return show_day(figure)
        case GivenReason():
            return figure.say(language)
        case AftercareError():
            return say_problem(language, figure)
        case FileProblem():
            place = f"{figure.file} {figure.path}".rstrip()
            return say(language, "frame.at_place", place=place, said=say_figure(language, figure.said).rstrip("。."))
        case str():
            return say_word(language, figure)
        case list() | tuple() | set() | frozenset():
            return say(language, "frame.comma").join(sorted(say_figure(language, one) for one in figure))
        case _:
            return str(figure)
