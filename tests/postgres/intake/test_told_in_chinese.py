"""What an import says of a file is said in the reader's language: in Chinese nothing of it is English."""

import re
from typing import Any

import pytest

from models.core.reasons import READER, GivenReason
from tasks.intake.errors import DoubtfulFile, UnusableFile
from tasks.intake.importing import check_file, read_kinds
from tasks.intake.results import ImportResult
from tests.postgres.intake.conftest import Desk

LATIN_WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words in a row are a clause."""
PEOPLE = (
    "key,name,phone,email,birth_on,language,has_contract\n"
    "C1,Ann,12,nobody,soon,Klingon,t\nC1,Ben,13800138001,,2201-01-01,,maybe\nC2,Cid,,,1900-01-01,,\nTBA,Dee,,,,,\n"
    'C3\nC4,"E",1,2,3,4,5,6\n'
)
INVOICES = (
    "key,customer,due_on,amount,currency\nI1,C1,2026-02-10,1.234,EUR\nI1,C9,2026-02-10,kr 5,\nI2,C2,01/02/2026,-5,EUR\n"
    "I3,C2,1753-01-01,7,EUR\nI4,C2,2026-02-10,0,EUR\nI5,C2,2026-02-10,9e3x,EUR\n"
)


def check(desk: Desk, kind: str, content: str) -> ImportResult:
    path = desk.write(content)
    return check_file(desk.connection, read_kinds(kind), path, now=desk.now, settings=desk.settings)


def told_by(desk: Desk, kind: str, content: str) -> list[GivenReason]:
    """Every reason that a check gives."""
    result = check(desk, kind, content)
    assert result.check is not None
    problems = [problem for row in result.check.understood for problem in row.problems]
    return [*result.notices, *result.doubts, *problems, *(reject.told for reject in result.check.rejects)]


@pytest.mark.parametrize(("kind", "content"), [("customers", PEOPLE), ("invoices", INVOICES)])
def test_nothing_that_a_check_tells_is_english_in_chinese(desk: Desk, kind: str, content: str) -> None:
    desk.load("customers", "key,name\nC2,Cid\n")
    told = told_by(desk, kind, content)
    assert len({reason.code for reason in told}) > 1
    assert len(told) > 8
    for reason in told:
        said = reason.say("zh-CN")
        assert re.search("[\u4e00-\u9fff]", said), said
        assert not LATIN_WORDS.search(said), said


def test_doubts_are_said_in_both_languages(desk: Desk) -> None:
    desk.load("customers", "key,name\nC2,Cid\n")
    rows = "".join(f"I{n},C2,soon,1\n" for n in range(30))
    with pytest.raises(DoubtfulFile) as refused:
        desk.load("invoices", f"key,customer,due_on,amount\n{rows}")
    (doubt,) = refused.value.doubts
    assert doubt.say("zh-CN") == "账单：30 行中有 30 行被拒绝"
    assert doubt.say("en") == "invoices: 30 of 30 rows are rejected"


def test_for_programs_each_reason_is_a_code_with_figures_and_a_sentence(desk: Desk) -> None:
    desk.load("customers", "key,name\nC2,Cid\n")
    token = READER.set("zh-CN")
    told: dict[str, Any] = check(desk, "invoices", INVOICES).as_json()
    READER.reset(token)
    for reason in (*told["notices"], *told["doubts"], *(one["reason"] for one in told["first_rejects"])):
        assert reason.keys() == {"code", "figures", "sentence"}
        assert re.search("[\u4e00-\u9fff]", reason["sentence"])


def test_a_file_that_cannot_be_read_says_so_in_chinese(desk: Desk) -> None:
    with pytest.raises(UnusableFile) as refused:
        desk.load("customers", "\n\n")
    assert refused.value.reason.say("zh-CN") == "文件是空的。"
