"""Right after an import PostgreSQL has not counted the new rows: its plans are made for a handful."""

from sqlalchemy import text

from models.core.words import ProcessName
from tests.support.world import World

OVERDUE = ProcessName("overdue-accounts")
ACCOUNTS = 100


def test_a_second_sweep_of_accounts_does_not_take_for_ever(world: World) -> None:
    """It took minutes for a hundred accounts: what is owed was netted anew for each pair of them."""
    for _ in range(ACCOUNTS):
        account = world.account(world.customer())
        world.invoice(account, "2026-03-03", "1000.00")
        world.invoice(account, "2026-03-20", "100.00")
        world.payment(account, "2026-03-02", "10.00")
    world.connection.execute(text("set local statement_timeout = '20s'"))
    assert world.plan(OVERDUE, "2026-03-10 10:30").planned == ACCOUNTS
    assert world.plan(OVERDUE, "2026-03-11 10:30").planned == 0
