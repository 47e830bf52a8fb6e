"""Why a run failed is one sentence with what to do; nothing that is kept of it quotes a value."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from models.core.errors import InvalidInput
from models.core.reasons import ReasonCode
from models.ledger.accounts_of_runs import RunAccount, Unbalanced
from tasks.runs import failures
from tasks.runs.failures import describe_failure, read_failure

NUMBER, NAME = "+8613800138000", "Zhang San"
STATEMENTS = (
    "select cast(:value as date)",
    "select 1 / (length(cast(:value as text)) * 0)",
    "insert into stores (code) values (:value)",
    "select nothing_there from stores where code = :value",
)


def broken(connection: Connection, statement: str) -> Exception:
    try:
        with connection.begin_nested():
            connection.execute(text(statement), {"value": f"{NAME} {NUMBER}"})
    except Exception as error:  # noqa: BLE001
        return error
    raise AssertionError(statement)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_the_database_refused_is_told_without_statement_and_values(connection: Connection, statement: str) -> None:
    kept = describe_failure(broken(connection, statement))
    failure = read_failure(kept)
    assert failure.reason.code == failures.DATABASE_REFUSED
    assert "psycopg.errors." in failure.details
    assert "tests/postgres/runs/test_failures.py" in failure.details
    for value in (NUMBER, NAME, "select", "insert"):
        assert value not in kept


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_older_versions_kept_is_shown_without_statement_and_values(connection: Connection, statement: str) -> None:
    failure = read_failure(str(broken(connection, statement)) + "x" * 17_000)
    assert failure.reason.code == failures.DATABASE_REFUSED
    assert failure.details.startswith("psycopg.errors.")
    for value in (NUMBER, NAME, "select", "insert"):
        assert value not in failure.details


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (asyncio.CancelledError(), failures.INTERRUPTED),
        (KeyboardInterrupt(), failures.INTERRUPTED),
        (OperationalError(f"select '{NUMBER}'", {"value": NAME}, Exception(NUMBER)), failures.DATABASE_AWAY),
        (ValueError(f"{NAME} has no number {NUMBER}"), failures.UNEXPECTED),
        (KeyError(NUMBER), failures.UNEXPECTED),
    ],
)
def test_every_other_error_has_a_sentence_without_values(error: BaseException, code: ReasonCode) -> None:
    kept = describe_failure(error)
    assert read_failure(kept).reason.code == code
    assert NUMBER not in kept
    assert NAME not in kept


class NoNumber(InvalidInput):
    """An error of ours."""


@pytest.mark.parametrize("error", [NoNumber(f"There is no number {NUMBER}."), Unbalanced("a = b", 1, 2)])
def test_an_error_of_ours_says_its_own_sentence_masked(error: Any) -> None:
    failure = read_failure(describe_failure(error))
    assert failure.reason.say("en").startswith(("There is no number +86***00", "The run does not balance"))
    assert failure.details == ""


def test_what_a_cut_off_run_had_counted_is_not_called_a_balance() -> None:
    from console.web.runs.account import _verdict
    from models.core.words import RunState

    for account in (RunAccount(), RunAccount(eligible=3, planned=3), RunAccount(eligible=3)):
        assert _verdict(account, RunState.FAILED) == "runs.cut_off"
    assert _verdict(RunAccount(eligible=3), RunState.COMPLETED) == "runs.unbalanced"
    assert _verdict(RunAccount(eligible=3, planned=3), RunState.COMPLETED) == "runs.balanced"
