"""What is done every night, whatever else happened: it mends what anything outside our own functions left behind."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from models.core.retention import DaysKept
from models.ledger.accounts_of_runs import RunAccount
from tasks.cases.escalating import escalate_cases, open_cases_for_missed_calls
from tasks.cases.handling import open_cases_for_broken_promises
from tasks.dispatch.dispatchers import recover_abandoned
from tasks.dispatch.receipts import settle_held, stop_waiting
from tasks.planning.ending import end_open
from tasks.policies.processes import list_processes
from tasks.processes.ending import REMOVED, end_touches_of_removed
from tasks.runs.recording import fail_dead_runs
from tasks.staff.desks.ruling import own_by_rule
from tasks.stores.notices import tell_departments
from tasks.subjects.account.releasing import release_paid
from tasks.subjects.account.settlements import derive_settlements
from tasks.subjects.warranty.ends import derive_warranty_ends


def keep_house(connection: Connection, now: datetime, run_id: UUID | None, days_kept: DaysKept) -> RunAccount:
    """Settlements and warranty ends derived afresh, abandoned touches taken back, those without a reason ended."""
    recovered = recover_abandoned(connection, now)
    settle_held(connection, now)
    stop_waiting(connection, now, days_kept)
    settled = derive_settlements(connection)
    derive_warranty_ends(connection)
    account = RunAccount(figures={"recovered": recovered, "settlements_mended": settled})
    account.figures["dead_runs_closed"] = fail_dead_runs(connection, now)
    for process in list_processes(connection):
        account += end_open(connection, process, now, run_id)
    if ended := end_touches_of_removed(connection, now, run_id):
        account += RunAccount(ended={REMOVED: ended})
    account.figures["departments_told"] = tell_departments(connection, now)
    account.figures["accounts_released"] = release_paid(connection, now)
    account.figures["cases_opened"] = open_cases_for_broken_promises(connection, now)
    account.figures["owners_by_rule"] = own_by_rule(connection, now)
    account.figures["missed_calls_escalated"] = open_cases_for_missed_calls(connection, now)
    account.figures["deadlines_told"] = escalate_cases(connection, now)
    return account
