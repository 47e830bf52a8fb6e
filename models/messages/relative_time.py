"""Words of relative time that stand in a template as plain text: they are true on one day only, and letters are held.

`today`, `in 30 days` or `上周` in the text itself are wrong as soon as the letter goes on another day than its writer
had in mind. The variables `when`, `in_days`, `span` and `overdue_for` say the same, made on the day the letter goes.
"""

import re

from jinja2 import TemplateError, nodes

from models.core.reasons import TEXT, GivenReason, declare, give
from models.messages.rendering import ENVIRONMENT

TRUE_ON_ONE_DAY = declare("words-of-relative-time", words=TEXT)
_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_CHINESE_NUMBER = r"(?:\d+|[一二两三四五六七八九十半几]+)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_WITHIN = r"(?!\s*(?:内|以内|之内|无理由))"
"""`within 7 days` and `7天内` count from the letter itself, on whichever day it goes."""
RELATIVE_WORDS = re.compile(
    "|".join(
        (
            r"\b(?:to-?day|to-?night|to-?morrow|yesterday)\b",
            rf"\b(?:this|next|last)\s+(?:morning|afternoon|evening|night|week(?:end)?|month|year|{_WEEKDAY})\b",
            rf"\bin\s+(?:an?\s+|{_NUMBER}\s+)?(?:hour|day|week|month|year)s?\b",
            rf"\b(?:an?|{_NUMBER})\s+(?:hour|minute|day|week|month|year)s?\s+(?:ago|left|from\s+now)\b",
            rf"(?<!within\s)\b{_NUMBER}[\s-](?:day|week|month)s?\b",
            r"(?:今|明|昨)(?:天|日|晚|早|晨|年)|大?(?:后|前)天",
            r"(?:本|这|下|上)(?:一|个)?(?:周|星期|礼拜|月)末?|(?:这|前|过)几天|近日|日前",
            rf"{_CHINESE_NUMBER}\s*个?(?:分钟|小时|天|日|周|星期|月|年)(?:后|前|之后|之前)",
            rf"{_CHINESE_NUMBER}\s*(?:天|个?星期|周|个月){_WITHIN}",
        )
    ),
    re.IGNORECASE,
)


def find_relative_words(text: str) -> list[str]:
    """The words of relative time in the plain text of a template, in order, each once; none if it cannot be read."""
    found: dict[str, None] = {}
    for said in _plain_text(text):
        found.update(dict.fromkeys(match[0] for match in RELATIVE_WORDS.finditer(said)))
    return list(found)


def warn_of_relative_words(*texts: str | None) -> GivenReason | None:
    """A warning for whoever edits the parts of a template; None if there is nothing to warn of."""
    found = dict.fromkeys(word for text in texts if text for word in find_relative_words(text))
    return give(TRUE_ON_ONE_DAY, words=", ".join(found)) if found else None


def _plain_text(text: str) -> list[str]:
    """What stands in a template word for word, constants in its conditions and expressions included."""
    try:
        template = ENVIRONMENT.parse(text)
    except TemplateError:
        return []
    constants = [part.value for part in template.find_all(nodes.Const) if isinstance(part.value, str)]
    return [part.data for part in template.find_all(nodes.TemplateData)] + constants
