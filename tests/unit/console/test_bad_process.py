"""What is wrong with a process is said in the reader's language, each thing at its place."""

import re

import pytest

from console.shared.words import say_problem
from models.core.reasons import GivenReason, all_reasons
from models.core.saying import FigureType
from tasks.processes import files
from tasks.processes.files import BadProcess, FileProblem, Known, check_files, read_files

CODES = [code for code in all_reasons() if code in vars(files).values()]
SAMPLES = {FigureType.TEXT: "x-1", FigureType.PHRASE: {"en": "Tyres", "zh-CN": "轮胎"}}


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_is_said_in_chinese(code: str) -> None:
    declared = all_reasons()[code]  # type: ignore[index]
    figures = {name: SAMPLES[kind] for name, kind in declared.figures.items()}
    refusal = BadProcess(
        "tyres", [FileProblem(files.POLICY, "steps.0", GivenReason(code=declared.code, figures=figures))]
    )
    said = say_problem("zh-CN", refusal)
    assert said.startswith("流程（tyres）未通过检查：policy.toml steps.0：")
    rest = re.sub(r"policy\.toml|steps\.0|tyres|tyre-storage|x-1|TOML", "", said)
    assert re.findall(r"[A-Za-z]{2,}", rest) == []


def test_the_english_is_as_the_command_prints_it() -> None:
    assert CODES
    with pytest.raises(BadProcess, match=r"policy\.toml, process: it is missing; expected the name of the process"):
        check_files(read_files("tyres", dict.fromkeys(files.FILES, "")), Known((), {}, {}))
