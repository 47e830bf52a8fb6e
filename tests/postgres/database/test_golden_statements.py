"""The big statements as PostgreSQL gets them, kept in `tests/postgres/golden` to be read and reviewed as diffs.

`pytest tests/postgres/database/test_golden_statements.py --write-golden` writes them anew.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from models.core.words import CAMPAIGNS, ProcessName, StepKind, SubjectKind
from models.policies.shipped import shipped_processes
from tasks.calls.listing import _ready, _still_due
from tasks.dispatch.claim import _judgement
from tasks.dispatch.release import _last_look
from tasks.planning.sweep import plan
from tasks.stores.rules import as_parameter, read_store_rules
from tasks.touches.lists import DueDays, Wanted, read_touch_page
from tests.support.golden import compare_or_write, lay_out, statements_of
from tests.support.world import World, at, day

GOLDEN = Path(__file__).parents[1] / "golden"
NOW = at("2026-03-10 10:30")
NO_LAWS: dict[str, list[object]] = {"stores": [], "closed": [], "records": [], "attempts": []}
KINDS = (SubjectKind("account"), SubjectKind("handover"))
"""What the touches of the engine's statements are about: the kind with the most facts, and one with few. How the facts
of each other kind are read again stands in the sweeps of its processes."""
PROCESSES = [*shipped_processes(), CAMPAIGNS]


def claims(connection: Connection) -> None:
    parameters = {"customers": [1], "now": NOW, "dispatcher": 1, "run": None, "only_process": None}
    rules = as_parameter(read_store_rules(connection, NOW))
    parameters |= {"only_policies": None, "rules": rules, "laws": NO_LAWS}
    connection.execute(_judgement(frozenset(KINDS)), parameters)


def looks_again(connection: Connection) -> None:
    parameters = {"ids": [], "now": NOW, "dispatcher": 1, "keyed": True, "laws": NO_LAWS}
    connection.execute(_last_look(frozenset(KINDS)), parameters)


def lists_touches(connection: Connection) -> None:
    window = DueDays(day("2026-03-04"), day("2026-03-10"))
    read_touch_page(connection, Wanted(store="N", window=window), 30)


def lists_calls(connection: Connection) -> None:
    ready = _ready(NOW, None, None, (StepKind.CALL,), 1)
    connection.execute(_still_due(ready, NOW, KINDS))


OF_ENGINE: dict[str, Callable[[Connection], None]] = {
    "claim": claims,
    "last-look": looks_again,
    "list-of-touches": lists_touches,
    "list-of-calls": lists_calls,
}


@pytest.fixture
def write(request: pytest.FixtureRequest) -> bool:
    """Whether the files are to be written anew."""
    return bool(request.config.getoption("--write-golden"))


def the_big(statements: list[str]) -> str:
    """Those about touches."""
    big = [statement for statement in statements if re.search(r"\b(FROM|INTO) touches\b", statement)]
    return ";\n\n".join(statement.rstrip("\n") for statement in big) + ";\n"


@pytest.mark.parametrize("name", OF_ENGINE)
def test_a_statement_of_the_engine_is_as_it_was_reviewed(name: str, connection: Connection, write: bool) -> None:
    World(connection)
    with statements_of(connection) as sent:
        OF_ENGINE[name](connection)
    compare_or_write(GOLDEN / f"{name}.sql", the_big(sent), write=write)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_sweep_is_as_it_was_reviewed(process: ProcessName, connection: Connection, write: bool) -> None:
    World(connection)
    with statements_of(connection) as sent:
        plan(connection, process, NOW, None)
    compare_or_write(GOLDEN / f"sweep-of-{process}.sql", the_big(sent), write=write)


def test_each_cte_says_what_it_holds_and_no_file_is_left_over() -> None:
    files = {file.stem: file.read_text(encoding="utf-8") for file in GOLDEN.glob("*.sql")}
    assert set(files) == {*OF_ENGINE, *(f"sweep-of-{process}" for process in PROCESSES)}
    for name, statements in files.items():
        begun = re.findall(r"^(?:WITH )?(\w+) AS (?:MATERIALIZED )?(.*)", statements, re.MULTILINE)
        assert begun or name == "list-of-touches"
        assert [cte for cte, rest in begun if not re.match(r"/\* [^*]{10,100} \*/", rest)] == [], name


def test_a_layout_changes_no_more_than_the_space_between_words() -> None:
    statement = "SELECT one.a, 'FROM  (it''s', (SELECT max(b.c) FROM b WHERE b.d = one.d AND b.e > 2) AS x FROM one" * 3
    laid_out = lay_out(statement)
    assert max(len(line) for line in laid_out.splitlines()) <= 120
    assert re.sub(r"\s", "", laid_out) == re.sub(r"\s", "", statement)
