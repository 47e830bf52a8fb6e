"""Statements of accounts, and what the customer said of them, on their timeline."""

from models.core.rows import AnySelect
from models.subjects.account import Account
from models.subjects.statement import AccountStatement
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.timeline import EntryKind, Plain, TimelineEntry, Whether, entry

STATEMENT = EntryKind("statement")
STATEMENT_ANSWERED = EntryKind("statement-answered")


def _made() -> AnySelect:
    return (
        entry(STATEMENT, AccountStatement.made_at, Account.key)
        .join(Account, Account.id == AccountStatement.account_id)
        .where(AccountStatement.customer_id == CUSTOMER)
    )


def _answered() -> AnySelect:
    return (
        entry(
            STATEMENT_ANSWERED, AccountStatement.answered_at, Account.key,
            agrees=AccountStatement.agrees, said=AccountStatement.difference,
        )
        .join(Account, Account.id == AccountStatement.account_id)
        .where(AccountStatement.customer_id == CUSTOMER, AccountStatement.answered_at.is_not(None))
    )  # fmt: skip


ENTRIES = (
    TimelineEntry(STATEMENT, _made, ()),
    TimelineEntry(STATEMENT_ANSWERED, _answered, (Whether("agrees", "books_agree", "books_differ"),), (Plain("said"),)),
)
