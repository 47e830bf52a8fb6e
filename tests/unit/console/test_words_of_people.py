"""What pages call customers, reasons and figures, in both languages."""

import pytest

from models.core.reasons import all_reasons
from models.core.saying import say_part
from models.messages.letters import write_name
from tasks.subjects.account.facts import PAID


@pytest.mark.parametrize(
    ("language", "name", "salutation", "said"),
    [
        ("en", "Alan Ziegler", "Mr", "Mr Alan Ziegler"),
        ("zh-CN", "Alan Ziegler", "Mr", "Alan Ziegler先生"),
        ("en", "王芳", "女士", "Ms 王芳"),
        ("zh-CN", "王芳", "女士", "王芳女士"),
        ("en", "Alan Ziegler", None, "Alan Ziegler"),
        ("zh-CN", "Alan Ziegler", "", "Alan Ziegler"),
        ("en", "Ziegler GmbH", "Dr.", "Dr. Ziegler GmbH"),
    ],
)
def test_a_salutation_stands_where_the_readers_language_has_it(
    language: str, name: str, salutation: str | None, said: str
) -> None:
    assert write_name(language, name, salutation) == said


def test_the_parts_of_an_account_are_said_and_not_spelt_as_codes() -> None:
    assert say_part("zh-CN", PAID) == "已无欠款"
    assert say_part("en", PAID) == "nothing is owed any more"
    assert say_part("zh-CN", "quiet-hours") == "免打扰时段"
    codes = [str(code) for code in all_reasons()]
    assert [code for code in codes if say_part("zh-CN", code) == code] == []
