"""Project rules that no linter checks, each with a test that it catches a violation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.core.words import Condition
from tasks.subjects.contract import asked, condition_array

ROOT = Path(__file__).parents[2]
THE_CLOCK = ROOT / "models" / "core" / "clock.py"
TIMELESS_ROOMS = ("models", "tasks", "flows")
ASKING = {"now", "utcnow", "today", "current_timestamp", "current_date", "current_time", "localtimestamp"}
SQL_CLOCK = re.compile(
    r"\bnow\(\)|\bcurrent_(timestamp|date|time)\b|\b(clock|statement|transaction)_timestamp\b|\blocaltimestamp\b",
    re.IGNORECASE,
)


def clocks_in(source: str) -> Iterator[str]:
    """Where code asks the machine or the database for the time, instead of being told (invariant 8)."""
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING:
            yield f"line {node.lineno}: .{node.func.attr}()"
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.time", "time.monotonic"):
            yield f"line {node.lineno}: {ast.unparse(node.func)}()"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield from (f"line {node.lineno}: {found.group()}" for found in SQL_CLOCK.finditer(node.value))


def test_nobody_asks_for_the_time_but_the_clock() -> None:
    files = [path for room in TIMELESS_ROOMS for path in (ROOT / room).rglob("*.py") if path != THE_CLOCK]
    assert len(files) > 50
    found = {str(path.relative_to(ROOT)): list(clocks_in(path.read_text(encoding="utf-8"))) for path in files}
    assert {path: places for path, places in found.items() if places} == {}


@pytest.mark.parametrize(
    "breach",
    [
        "datetime.now(UTC)",
        "date.today()",
        "select(Touch).where(Touch.due_at <= func.now())",
        "func.current_date()",
        "connection.execute(text('select now()'))",
        "text('where due_on < CURRENT_DATE')",
        "mapped_column(server_default='clock_timestamp()')",
        "time.time()",
    ],
)
def test_the_check_finds_a_clock(breach: str) -> None:
    assert list(clocks_in(breach))


def test_the_clock_itself_is_caught_so_the_check_reads_real_files() -> None:
    assert list(clocks_in(THE_CLOCK.read_text(encoding="utf-8")))


def engines_that_tell(source: str) -> list[int]:
    """The lines where an engine is made whose errors say with which values a statement ran (invariant 10)."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [call for call in calls if ast.unparse(call.func).endswith("create_engine")]
    return [call.lineno for call in made if "hide_parameters=True" not in map(ast.unparse, call.keywords)]


def test_no_error_of_the_database_says_with_whose_data_a_statement_ran() -> None:
    rooms = ("models", "tasks", "flows", "deployments", "console")
    sources = {path: path.read_text(encoding="utf-8") for room in rooms for path in (ROOT / room).rglob("*.py")}
    assert sum("create_engine(" in source for source in sources.values()) > 5
    assert {str(path): engines_that_tell(source) for path, source in sources.items() if engines_that_tell(source)} == {}
    assert engines_that_tell("engine = create_engine(url, pool_size=3)")


INVARIANT = re.compile(r"^\| (?P<number>\d+) \|", re.MULTILINE)
TEST_NAME = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<test>\w+)`")


def test_each_invariant_names_tests_that_there_are() -> None:
    page = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    assert [int(number) for number in INVARIANT.findall(page)] == list(range(1, 11))
    for row in page.splitlines():
        if INVARIANT.match(row):
            named = TEST_NAME.findall(row)
            assert named, row
            for file, test in named:
                assert re.search(rf"def {test}\(", (ROOT / "tests" / file).read_text(encoding="utf-8")), (
                    f"{file}::{test}"
                )


THE_DOOR = ROOT / "tasks" / "ledger" / "transitions.py"
STATE_COLUMNS = {"state", "state_at"}
TOUCHES = {"Touch", "Touch.__table__", "ledger.Touch", "models.ledger.tables.Touch"}
STATE_IN_SQL = re.compile(r"\bupdate\s+(only\s+)?touches\b[^;]*\bset\b[^;]*\bstate\b", re.IGNORECASE)


def states_set(source: str) -> Iterator[str]:
    """Where code changes the state of touches by itself, or so that nobody can see whether it does."""
    tree = ast.parse(source)
    above = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _updates_touches(node):
            yield from (f"line {node.lineno}: {what}" for what in _set_by(node, above))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATE_IN_SQL.search(node.value):
            yield f"line {node.lineno}: SQL"


def _updates_touches(call: ast.Call) -> bool:
    """`update(Touch)`, however it is imported, or `Touch.__table__.update()`."""
    called = ast.unparse(call.func)
    if call.args and called.rpartition(".")[2] == "update" and ast.unparse(call.args[0]) in TOUCHES:
        return True
    return called in {f"{table}.update" for table in TOUCHES}


def _set_by(update: ast.Call, above: dict[int, ast.AST]) -> Iterator[str]:
    """What a statement sets of the state: its columns must stand spelt out in the expression that makes it."""
    spelt_out, link = False, above.get(id(update))
    while isinstance(link, ast.Attribute) and isinstance(call := above.get(id(link)), ast.Call):
        if link.attr in ("values", "ordered_values"):
            spelt_out = True
            yield from (f"sets {one.arg}" for one in call.keywords if one.arg in STATE_COLUMNS)
            if call.args or any(one.arg is None for one in call.keywords):
                yield "sets columns that are not spelt out"
        link = above.get(id(call))
    if not spelt_out:
        yield "sets columns elsewhere"


def test_a_touch_changes_its_state_through_one_door() -> None:
    rooms = ("models", "tasks", "flows", "deployments", "console")
    files = [
        path
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if path != THE_DOOR and "migrations" not in path.parts  # a migration translates rows, as SQL
    ]
    found = {str(path.relative_to(ROOT)): list(states_set(path.read_text(encoding="utf-8"))) for path in files}
    assert {path: places for path, places in found.items() if places} == {}


@pytest.mark.parametrize(
    "breach",
    [
        "update(Touch).where(Touch.id == one).values(state=TouchState.SENT)",
        "update(Touch).values(held_by=None).where(Touch.id == one).values(state_at=now)",
        "update(Touch.__table__).values(state='sent')",
        "sqlalchemy.update(models.ledger.tables.Touch).values(state='sent')",
        "Touch.__table__.update().values(state='sent')",
        "update(Touch).values(**values)",
        "update(Touch).values({'state': 'sent'})",
        "statement = update(Touch).where(Touch.id == one)\nstatement.values(state='sent')",
        "connection.execute(update(Touch), [{'state': 'sent'}])",
        "text('update touches set state = :state')",
    ],
)
def test_the_check_finds_who_goes_past_the_door(breach: str) -> None:
    assert list(states_set(breach))


def test_the_door_itself_is_caught_and_what_leaves_the_state_alone_is_not() -> None:
    assert list(states_set(THE_DOOR.read_text(encoding="utf-8")))
    assert not list(states_set("update(Touch).where(Touch.id == one).values(held_by=None, held_until=None)"))
    assert not list(states_set("text('update touches set held_by = null')"))


def any_as_function_in(source: str) -> list[int]:
    """The lines with `func.any`. Its negation is `!= any(…)`, which holds as soon as one element differs."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [node.lineno for node in calls if ast.unparse(node.func) == "func.any"]


def test_membership_is_asked_so_that_it_can_be_negated() -> None:
    files = [path for room in TIMELESS_ROOMS for path in (ROOT / room).rglob("*.py")]
    found = {str(path.relative_to(ROOT)): any_as_function_in(path.read_text(encoding="utf-8")) for path in files}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_the_check_finds_a_membership_that_cannot_be_negated() -> None:
    assert any_as_function_in("where(Touch.id == func.any(ids))") == [1]
    condition = asked(Condition("still-booked"), condition_array([Condition("still-booked"), Condition("not-arrived")]))
    assert str(~condition).startswith("NOT (")


def copies_of_nameless(source: str) -> Iterator[str]:
    """Where a CTE or subquery without a name is copied and then dropped.

    SQLAlchemy names such a one by its identity, and the copy keeps that name. Once the first is collected, another may
    get the same identity, so the same name: "Multiple, unrelated CTEs found with the same name", once in a while.
    """
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Call)
        ):
            first = node.func.value
            if isinstance(first.func, ast.Attribute) and first.func.attr in ("cte", "subquery") and not first.args:
                yield f"line {node.lineno}: .{first.func.attr}().{node.func.attr}()"


def test_nothing_nameless_is_copied() -> None:
    files = [path for room in (*TIMELESS_ROOMS, "console") for path in (ROOT / room).rglob("*.py")]
    found = {str(path.relative_to(ROOT)): list(copies_of_nameless(path.read_text(encoding="utf-8"))) for path in files}
    assert {path: places for path, places in found.items() if places} == {}


@pytest.mark.parametrize("breach", ["select(1).cte().prefix_with(ONCE)", "every.where(it).subquery().alias()"])
def test_the_check_finds_a_nameless_copy(breach: str) -> None:
    assert list(copies_of_nameless(breach))
    assert not list(copies_of_nameless(breach.replace("cte()", "cte('a')").replace("subquery()", "subquery('a')")))


ROOMS = ("models", "tasks", "flows", "deployments", "console")
MOST_ANY = 8
"""Per thousand lines: what a library leaves untyped, and no more."""


def untyped(source: str) -> int:
    """How often code says `Any`, its imports aside."""
    return sum(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(ast.parse(source)))


def test_any_stays_at_the_edge_of_libraries() -> None:
    sources = [path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    lines = sum(source.count("\n") for source in sources)
    assert sum(map(untyped, sources)) * 1000 < MOST_ANY * lines


def test_the_check_counts_each_any() -> None:
    assert untyped("from typing import Any\nrows: dict[Any, list[Any]] = {}\ndef read(row: Row[Any]) -> Any: ...") == 4
