"""What is done every night, whatever else happened: it mends what anything outside our own functions left behind."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from models.core.words import ProcessName
from models.ledger.accounts_of_runs import RunAccount
from tasks.access.signatures import forget_signatures
from tasks.cases.handling import open_cases_for_broken_promises
from tasks.dispatch.dispatchers import recover_abandoned
from tasks.dispatch.receipts import forget_held, settle_held
from tasks.planning.ending import end_reasonless
from tasks.runs.recording import fail_dead_runs
from tasks.stores.notices import tell_departments
from tasks.subjects.account.settlements import derive_settlements
from tasks.subjects.warranty.ends import derive_warranty_ends


def keep_house(connection: Connection, now: datetime, run_id: UUID | None) -> RunAccount:
    """Settlements and warranty ends derived afresh, abandoned touches taken back, those without a reason ended."""
    recovered = recover_abandoned(connection, now)
    settle_held(connection, now)
    forget_held(connection, now)
    forget_signatures(connection, now)
    settled = derive_settlements(connection)
    derive_warranty_ends(connection)
    account = RunAccount(figures={"recovered": recovered, "settlements_mended": settled})
    account.figures["dead_runs_closed"] = fail_dead_runs(connection, now)
    for process in ProcessName:
        account += RunAccount(ended=end_reasonless(connection, process, now, run_id))
    account.figures["departments_told"] = tell_departments(connection, now)
    account.figures["cases_opened"] = open_cases_for_broken_promises(connection, now)
    return account
