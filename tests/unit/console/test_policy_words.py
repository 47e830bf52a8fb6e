"""A step on one line, in both languages."""

from typing import Any, cast

import pytest

from console.shared.words import say
from console.web.authentication.viewer import Viewer
from console.web.policies.words import step_in_words
from models.core.saying import say_word


class Reader:
    """Whoever reads it."""

    def __init__(self, language: str) -> None:
        self._language = language

    def say(self, key: str, **values: object) -> str:
        return say(self._language, key, **values)

    def word(self, word: str) -> str:
        return say_word(self._language, word)


STEP: dict[str, Any] = {
    "kind": "message",
    "after": "-3d",
    "at": "10:00:00",
    "channels": ["sms"],
    "template": "own-words",
}


@pytest.mark.parametrize(
    ("changed", "english", "chinese"),
    [
        ({}, "message · 3 days before 10:00 · SMS · own-words", "消息 · 提前 3 天 10:00 · 短信 · own-words"),
        ({"after": "+1d"}, "message · 1 day after 10:00 · SMS · own-words", "消息 · 1 天后 10:00 · 短信 · own-words"),
        ({"after": "0d"}, "message · that day 10:00 · SMS · own-words", "消息 · 当天 10:00 · 短信 · own-words"),
        ({"after": "+0h", "at": None}, "message · at that moment · SMS · own-words", "消息 · 当时 · 短信 · own-words"),
        (
            {"after": "-2h", "at": None},
            "message · 2 hours before · SMS · own-words",
            "消息 · 提前 2 小时 · 短信 · own-words",
        ),
        (
            {"after": "30m", "at": None},
            "message · 30 minutes after · SMS · own-words",
            "消息 · 30 分钟后 · 短信 · own-words",
        ),
        ({"after": "soon"}, "message · soon 10:00 · SMS · own-words", "消息 · soon 10:00 · 短信 · own-words"),
    ],
)
def test_a_step_is_said_in_both_languages(changed: dict[str, Any], english: str, chinese: str) -> None:
    step = STEP | changed
    assert step_in_words(cast("Viewer", Reader("en")), step) == english
    assert step_in_words(cast("Viewer", Reader("zh-CN")), step) == chinese
