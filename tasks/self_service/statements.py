"""What customers do about a statement of their account: agree, or say what differs, which opens a case (R4)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert

from models.core.errors import Conflict, InvalidInput
from models.core.reasons import declare
from models.core.words import CaseKind
from models.ledger.case_causes import Received
from models.people.tables import Store
from models.subjects.account import Account
from models.subjects.arrangement import Arrangement, ArrangementKind
from models.subjects.owing import Owing, read_owing
from models.subjects.statement import LONGEST_DIFFERENCE, SETTLED_WITHIN, AccountStatement
from tasks.cases.handling import NewCase, open_case
from tasks.customers.accounts.statements import OF_A_STATEMENT
from tasks.ledger import audit

DIFFERS = declare("books-differ")


class NoDifference(InvalidInput):
    """A difference without words, or with too many."""

    def __init__(self, length: int) -> None:
        self.length, self.longest = length, LONGEST_DIFFERENCE
        super().__init__(f"Say what differs, in {LONGEST_DIFFERENCE} characters at most.")


class StatementAnswered(Conflict):
    """The customer has said what differs; a person settles it."""

    def __init__(self, statement_id: int) -> None:
        self.statement_id = statement_id
        super().__init__(f"Statement {statement_id} is answered already; the difference is being settled.")


@dataclass(frozen=True, slots=True)
class StatementSeen:
    """A statement as its customer sees it."""

    account: str
    day: date
    """The store-local day on which it was made."""
    owing: Owing
    """What was open on that day."""
    agrees: bool | None
    """None: not answered."""
    difference: str | None


def see_statement(connection: Connection, statement_id: int) -> StatementSeen:
    """A statement, as it was made."""
    row = connection.execute(
        select(AccountStatement.__table__, Account.key, Store.time_zone)
        .join(Account, Account.id == AccountStatement.account_id)
        .join(Store, Store.id == AccountStatement.store_id)
        .where(AccountStatement.id == statement_id)
    ).one()
    day = row.made_at.astimezone(ZoneInfo(row.time_zone)).date()
    return StatementSeen(row.key, day, read_owing(row.invoices, day), row.agrees, row.difference)


def agree(connection: Connection, statement_id: int, now: datetime) -> None:
    """The customer's books say the same. Raises `StatementAnswered` after a difference."""
    row = _lock(connection, statement_id)
    if row["agrees"]:
        return  # the same sent twice, by a second click
    if row["agrees"] is False:
        raise StatementAnswered(statement_id)
    _keep(connection, row, now, {"agrees": True})


def differ(connection: Connection, statement_id: int, difference: str, now: datetime) -> int:
    """The customer's books differ: a case of finance, and the account is not chased until it is settled; the case's id.

    Whoever agreed may still differ. Raises `NoDifference`, `StatementAnswered` after another difference.
    """
    words = difference.strip()
    if not words or len(words) > LONGEST_DIFFERENCE:
        raise NoDifference(len(words))
    row = _lock(connection, statement_id)
    if row["agrees"] is False:
        if row["difference"] == words:
            return int(row["case_id"])  # the same sent twice, by a second click
        raise StatementAnswered(statement_id)
    case_id = open_case(
        connection,
        NewCase(
            store_id=row["store_id"],
            customer_id=row["customer_id"],
            kind=CaseKind.STATEMENT_DIFFERS,
            cause=f"{OF_A_STATEMENT}{statement_id}",
            note=words,
            received=Received.PAGE,
        ),
        now,
    )
    _stop_chasing(connection, row, now)
    _keep(connection, row, now, {"agrees": False, "difference": words, "case_id": case_id})
    return case_id


def _lock(connection: Connection, statement_id: int) -> RowMapping:
    found = select(AccountStatement.__table__).where(AccountStatement.id == statement_id).with_for_update()
    return connection.execute(found).mappings().one()


def _stop_chasing(connection: Connection, row: RowMapping, now: datetime) -> None:
    """What is contested is not chased until its case is closed, or for so long at most."""
    zone = connection.execute(select(Store.time_zone).where(Store.id == row["store_id"])).scalar_one()
    today = now.astimezone(ZoneInfo(zone)).date()
    dispute = insert(Arrangement).values(
        account_id=row["account_id"],
        store_id=row["store_id"],
        key=f"{OF_A_STATEMENT}{row['id']}",
        kind=ArrangementKind.DISPUTE,
        starts_on=today,
        ends_on=today + SETTLED_WITHIN,
        reason=DIFFERS,
        set_at=now,
    )
    connection.execute(dispute.on_conflict_do_nothing())


def _keep(connection: Connection, row: RowMapping, now: datetime, said: dict[str, object]) -> None:
    kept = update(AccountStatement).where(AccountStatement.id == row["id"])
    connection.execute(kept.values(answered_at=now, **said))
    actor = f"customer:{row['customer_id']}"
    after = {"agrees": said["agrees"]}
    audit.record(connection, now, actor, "statement.answered", "account", row["account_id"], None, after)
