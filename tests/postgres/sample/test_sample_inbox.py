"""The sample dealership's inbox: of several kinds, some of it overdue, and recorded once; cases with their causes."""

from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from models.core.settings import Settings
from models.core.words import CaseState
from models.inbound.tables import Inbound
from models.inbound.words import InboundKind, Suggestion
from models.subjects.statement import AccountStatement
from tasks.cases.board import list_cases
from tasks.cases.meeting import list_alerts
from tasks.inbound.sweeping import look_after
from tasks.policies.catalogue import install_shipped
from tasks.sample.cases import fill_cases
from tasks.sample.dealership import SAMPLE_MOMENT, write_sample
from tasks.sample.inbox import fill_inbox
from tasks.sample.loading import load_sample


def test_it_has_inbound_of_several_kinds_once(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        install_shipped(connection, SAMPLE_MOMENT)
    write_sample(tmp_path, 120, 3)
    for _ in load_sample(engine, tmp_path, Settings(home=tmp_path)):
        pass
    with engine.connect() as connection:
        rows = connection.execute(select(Inbound.__table__)).all()
    kinds, suggested = {row.kind for row in rows}, {row.suggested for row in rows}
    assert {InboundKind.QUESTION, InboundKind.COMPLAINT, InboundKind.WISH, InboundKind.BOOKING} <= kinds
    assert suggested >= {Suggestion.REVOCATION, Suggestion.PROMISE, Suggestion.OTHER_TIME, Suggestion.ABSENCE, None}
    assert len({row.store_id for row in rows}) > 1
    assert any(row.customer_id is None for row in rows)
    assert any(row.due_at < SAMPLE_MOMENT for row in rows)
    fill_inbox(engine, SAMPLE_MOMENT)
    with engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(Inbound)) == len(rows)
        overdue = sum(row.due_at < SAMPLE_MOMENT for row in rows)
        assert look_after(connection, SAMPLE_MOMENT) == {"inbound_settled": 0, "inbound_overdue": overdue}
        _has_cases_with_their_causes(connection)
        assert fill_cases(engine, SAMPLE_MOMENT) == 0


def _has_cases_with_their_causes(connection: Connection) -> None:
    alerts = list_alerts(connection, SAMPLE_MOMENT)
    assert {alert.count for alert in alerts} == {3}
    assert len(alerts) > 1, "each store has one"
    listed = [item for item in list_cases(connection, SAMPLE_MOMENT, everything=True) if item.root_cause]
    assert all(item.state is CaseState.CLOSED and item.measure and item.compensation_amount for item in listed)
    assert connection.scalar(select(func.count()).select_from(AccountStatement))
