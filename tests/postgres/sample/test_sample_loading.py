"""The sample in a real database: all goes in but the broken rows, and each set piece gets what it is there for."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from models.core.settings import Settings
from models.core.words import CAMPAIGNS, CaseKind, TouchState
from models.ledger.tables import Case, Touch
from models.people.tables import CustomerKey
from models.policies.shipped import shipped_processes
from models.subjects.account import Account
from tasks.intake.columns import KindName
from tasks.intake.results import ImportResult
from tasks.planning.sweep import plan
from tasks.policies.catalogue import install_shipped
from tasks.sample.dealership import SAMPLE_MOMENT, SampleSummary, write_sample
from tasks.sample.loading import load_sample
from tasks.sample.pieces.all_pieces import PIECES
from tasks.subjects.account.releasing import release_paid

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NOBODY: set[str] = set()
EXPECTED = (
    ("booked last evening", {"confirmation"}),
    ("booked just now", {"confirmation"}),
    ("parts missing", {"parts-call", "parts-order"}),
    ("parts ready", NOBODY),
    ("this afternoon", {"day-before"}),
    ("in an hour and a half", {"two-hours-before"}),
    ("tomorrow: not before tonight", NOBODY),
    ("cancelled", NOBODY),
    ("no-show", {"no-show-message", "no-show-call"}),
    ("came late", NOBODY),
    ("contract request of 45 minutes", {"request-escalation"}),
    ("contract request of 10 minutes", NOBODY),
    ("request without a contract", NOBODY),
    ("no text messages: the gate changes the channel", {"day-before"}),
    ("landline only: the gate stops it", {"day-before"}),
    ("handed over yesterday", {"thanks"}),
    ("handed over 3 days ago", {"day-3-call"}),
    ("handed over 7 days ago", {"day-7-call"}),
    ("handed over 30 days ago", {"day-30-call"}),
    ("handed over 90 days ago", {"day-90", "first-service-call"}),
    ("repaired 3 days ago", {"repair-day-3-call"}),
    ("sold on", NOBODY),
    ("no calls: the gate stops it", {"day-3-call"}),
    ("unreachable: the gate stops it", {"thanks"}),
    ("warranty by date, 60", {"invitation-60"}),
    ("warranty by date, 45", {"call-45"}),
    ("warranty by date, 30", {"reminder-30"}),
    ("warranty by date, 7", {"last-reminder-7"}),
    ("warranty by mileage, 60", {"invitation-60"}),
    ("warranty by mileage, 45", {"call-45"}),
    ("warranty by mileage, 30", {"reminder-30"}),
    ("warranty by mileage, 7", {"last-reminder-7"}),
    ("inspection booked", NOBODY),
    ("inspection done", NOBODY),
    ("contact stopped: the gate stops it", {"invitation-60"}),
    ("due in 3 days", {"before-due"}),
    ("due today", {"due-today"}),
    ("due 7 days ago", {"reminder-7"}),
    ("due 15 days ago", {"call-15"}),
    ("due 30 days ago", {"formal-30"}),
    ("due 60 days ago", {"finance-60"}),
    ("several: the oldest sets the level", {"finance-60"}),
    ("partly paid", {"reminder-7"}),
    ("partly credited", {"call-15"}),
    ("wholly credited", NOBODY),
    ("paid on account: the younger sets the level", {"reminder-7"}),
    ("promise active", NOBODY),
    ("promise kept", NOBODY),
    ("promise broken", {"call-15"}),
    ("disputed", NOBODY),
    ("small remainder", NOBODY),
    ("paid yesterday", NOBODY),
)


def load(engine: Engine, folder: Path) -> dict[str, ImportResult]:
    loaded = load_sample(engine, folder, Settings(home=folder.parent))
    return {result.path.stem: result for result in loaded}


def due_steps(engine: Engine) -> dict[str, set[str]]:
    """By customer, the steps that are due at the rehearsal moment."""
    with engine.begin() as connection:
        install_shipped(connection, LONG_AGO)
        for process in (*shipped_processes(), CAMPAIGNS):
            plan(connection, process, SAMPLE_MOMENT, None)
        # A run plans ahead, and keeps a record of what was missed; neither goes out now.
        due = (Touch.due_at <= SAMPLE_MOMENT, Touch.state != TouchState.SKIPPED)
        touches = select(CustomerKey.key, Touch.step).join(CustomerKey, CustomerKey.customer_id == Touch.customer_id)
        steps: dict[str, set[str]] = defaultdict(set)
        for key, step in connection.execute(touches.where(*due)):
            steps[key].add(step)
    return steps


def test_loading_it_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    write_sample(tmp_path / "sample", 150, 1)
    first, again = load(engine, tmp_path / "sample"), load(engine, tmp_path / "sample")
    assert all(counts.inserted for result in first.values() for counts in result.counts.values())
    assert {counts.inserted + counts.changed for result in again.values() for counts in result.counts.values()} == {0}


def test_each_set_piece_gets_what_it_is_there_for_and_nothing_else(engine: Engine, tmp_path: Path) -> None:
    write_sample(tmp_path / "sample", len(PIECES), 1)
    load(engine, tmp_path / "sample")
    steps = due_steps(engine)
    found = [(says, steps.get(f"C{number:07d}", NOBODY)) for number, (says, _) in enumerate(EXPECTED, start=1)]
    assert found == list(EXPECTED)
    assert len(PIECES) == len(EXPECTED)


@pytest.fixture
def summary(tmp_path: Path) -> SampleSummary:
    """A sample of the usual size, written to `sample`."""
    return write_sample(tmp_path / "sample", 2000, 1)


def test_all_of_it_goes_in_but_what_was_broken_on_purpose(
    engine: Engine, summary: SampleSummary, tmp_path: Path
) -> None:
    for name, result in load(engine, tmp_path / "sample").items():
        kind = KindName(name)
        (counts,) = result.counts.values()
        assert counts.read == summary.good[kind] + summary.broken[kind], kind
        assert counts.rejected + counts.warnings == summary.broken[kind], (kind, result.first_rejects)
        assert result.notices == ()


def test_a_hold_came_off_by_itself_and_stays_off(engine: Engine, tmp_path: Path) -> None:
    """Who refused to pay and then paid yesterday is served again, and finance has a case to restore it."""
    write_sample(tmp_path / "sample", len(PIECES), 1)
    held, cases = select(func.count(Account.held_since)), select(func.count()).select_from(Case)
    with engine.begin() as connection:
        install_shipped(connection, LONG_AGO)
    for _ in range(2):
        load(engine, tmp_path / "sample")
        with engine.begin() as connection:
            release_paid(connection, SAMPLE_MOMENT)
            assert connection.scalar(held) == 0
            assert connection.scalar(cases.where(Case.kind == CaseKind.RESTORE_SERVICE)) == 1
