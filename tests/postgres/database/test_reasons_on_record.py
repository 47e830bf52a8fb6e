"""A database whose reasons are English sentences comes to codes, and tells the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text

from deployments.postgres import Cluster
from models.database.schema import upgrade
from models.ledger.tables import Run, Touch, Verdict, given_reason
from tests.support.older_schemas import add_touches, address, database_at

SENTENCES = [
    "no consent",
    "a complaint is open, and then its time has passed",
    "refused by Mei: paid in cash",
    "number not in service",
    None,
]
VERDICT = text("""
    insert into verdicts (touch_id, gate, decision, reason, figures, decided_at)
    values (:touch, 'consent', 'stop', :reason, '{}', timestamptz '2026-03-06Z')
""")
RUN = text("""
    insert into runs (process, state, as_of, started_at, started_by, dry_run, account)
    values ('warranty-expiry', 'completed', timestamptz '2026-03-06Z', timestamptz '2026-03-06Z', 'hand', false,
            '{"eligible": 2, "suppressed": {"no consent": 2}, "deferred": {"cap": 1}}')
""")


@pytest.fixture
def of_0004(postgres: Cluster) -> Iterator[Engine]:
    """A ledger as it was kept before the migration."""
    with database_at(postgres, "0004") as engine:
        plain = {"kind": "message", "state": "cancelled", "gate": "consent", "contacted_at": None}
        ids = add_touches(
            engine,
            [plain | {"subject": n, "step": f"step-{n}", "reason": said} for n, said in enumerate(SENTENCES)],
        )
        with engine.begin() as connection:
            for touch, said in zip(ids, SENTENCES, strict=True):
                connection.execute(VERDICT, {"touch": touch, "reason": said})
            connection.execute(RUN)
        yield engine


def sentences(connection: Connection, table: Any, order: Any) -> list[str | None]:
    rows = connection.execute(select(given_reason(table)).order_by(order))
    return [str(row[0]) if row[0] else None for row in rows]


def test_every_reason_tells_the_same_as_before(of_0004: Engine) -> None:
    upgrade(address(of_0004))
    with of_0004.connect() as connection:
        assert sentences(connection, Touch, Touch.step) == SENTENCES
        assert sentences(connection, Verdict, Verdict.id) == SENTENCES
        codes = connection.scalars(select(Touch.reason).order_by(Touch.step)).all()
        assert codes == ["no-consent", "held-past-validity", "refused", "as-written", None]
        account = connection.scalars(select(Run.account)).one()
        assert account == {"eligible": 2, "suppressed": {"no-consent": 2}, "deferred": {"cap": 1}}
        plain = select(Touch.reason_figures).where(Touch.reason == "no-consent")
        assert connection.scalars(plain).all() == [None]


def test_what_has_no_reason_is_left_alone(of_0004: Engine) -> None:
    untouched = text("select xmin from touches where reason is null")
    with of_0004.connect() as connection:
        before = connection.execute(untouched).scalar_one()
    upgrade(address(of_0004))
    with of_0004.connect() as connection:
        assert connection.execute(untouched).scalar_one() == before
