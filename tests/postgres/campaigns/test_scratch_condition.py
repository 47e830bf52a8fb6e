"""A condition of audiences is its model with its words, and what it asks the database: two files, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import URL, Engine

from models.campaigns.audiences import CONDITIONS
from tests.support.world import World

MODEL = """
    '''Conditions on the customer's name.'''

    from typing import ClassVar, Literal

    from models.campaigns.conditions.contract import Condition, Name, Said

    PLACE = 9


    class IsCalled(Condition):
        '''The customer's name begins so.'''

        kind: Literal["called"] = "called"
        said: ClassVar[Said] = {"zh-CN": "姓名", "en": "is called"}
        further: ClassVar[dict[str, Said]] = {"begins": {"zh-CN": "以{}开头", "en": "{} …"}}
        labels: ClassVar[dict[str, Said]] = {
            "called": {"zh-CN": "客户姓名", "en": "Name of the customer"},
            "begins": {"zh-CN": "开头", "en": "Begins with"},
        }
        begins: Name


    CONDITIONS = (IsCalled,)
"""
QUESTION = """
    '''What conditions ask of names.'''

    from sqlalchemy import func

    from models.campaigns.conditions.names import IsCalled
    from models.people.tables import Customer

    HOLDS = {IsCalled: lambda condition, asked: func.starts_with(Customer.name, condition.begins)}
"""
USE = """
import importlib, json, sys
from datetime import datetime
folder, url = sys.argv[1:]
for package in ("models.campaigns.conditions", "tasks.campaigns.audiences.kinds"):
    importlib.import_module(package).__path__.append(f"{folder}/{package.split('.')[0]}")
from sqlalchemy import create_engine
from console.shared.words import say
from console.web.campaigns.audiences.tree import KINDS, fields_of_kind, new_condition
from models.campaigns.audience_words import audience_text
from models.campaigns.audiences import BadAudience, RULES, read_audience
from tasks.campaigns.audiences.counting import count_audience
rule = read_audience({"kind": "all", "of": [{"kind": "not", "of": {"kind": "called", "begins": "Li"}}]})
try:
    read_audience({"kind": "called"})
except BadAudience as error:
    refused = str(error)
with create_engine(url).connect() as connection:
    counted = count_audience(connection, rule, datetime.fromisoformat("2026-03-10T10:00+08:00"), None)
print(json.dumps({
    "counted": counted, "refused": refused, "last": KINDS[-1], "new": new_condition("called"),
    "fields": [field.name for field in fields_of_kind("called")],
    "said": [audience_text(rule, language, {}) for language in ("en", "zh-CN")],
    "labels": [say(language, f"audience.{name}") for language in ("en", "zh-CN") for name in ("called", "begins")],
    "json": RULES.dump_python(rule, mode="json"),
}))
"""


def use(folder: Path, url: str, **files: str) -> subprocess.CompletedProcess[str]:
    """Use the condition in a program of its own: which conditions there are is found when it starts."""
    for room, text in files.items():
        (folder / room).mkdir()
        (folder / room / "names.py").write_text(dedent(text).lstrip(), encoding="utf-8")
    command = [sys.executable, "-c", USE, str(folder), url]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def url(engine: Engine, database_url: URL) -> str:
    """The database of a store with two customers called Li, and one called Wang."""
    with engine.begin() as connection:
        world = World(connection)
        for name in ("Li Na", "Li Wei", "Wang Fang"):
            world.customer(name=name)
    return database_url.render_as_string(hide_password=False)


def test_it_is_read_asked_said_and_offered(url: str, tmp_path: Path) -> None:
    used = use(tmp_path, url, models=MODEL, tasks=QUESTION)
    assert used.stderr == ""
    found: dict[str, Any] = json.loads(used.stdout)
    assert found["counted"] == 1
    assert found["said"] == ["all of these hold:\n  this does not hold:\n    is called Li …",
                             "同时满足以下各项：\n  不满足：\n    姓名 以Li开头"]  # fmt: skip
    assert found["labels"] == ["Name of the customer", "Begins with", "客户姓名", "开头"]
    assert (found["last"], found["fields"]) == ("called", ["begins"])
    assert found["new"] == {"kind": "called", "begins": None}
    assert found["json"] == {"kind": "all", "of": [{"kind": "not", "of": {"kind": "called", "begins": "Li"}}]}
    assert "begins" in found["refused"]


def test_one_that_nobody_says_how_to_ask_is_told(url: str, tmp_path: Path) -> None:
    used = use(tmp_path, url, models=MODEL)
    assert used.returncode == 1
    assert "says when the condition 'called' holds" in used.stderr


def test_it_is_not_there_without_its_files() -> None:
    assert "called" not in CONDITIONS
