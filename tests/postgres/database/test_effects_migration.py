"""The migration to effects: what tasks did by columns of their own is in the list, and no other row is written."""

import pytest
from sqlalchemy import text

from deployments.postgres import Cluster
from models.database.schema import upgrade
from tests.support.older_schemas import add_touches, address, database_at

BEFORE_IT = "0005"
OPENS = {"do": "open-case", "kind": "finance-handover"}
HOLDS = {"do": "hold-account"}


@pytest.mark.parametrize(
    ("opens_case", "holds_account", "effects"),
    [
        (None, False, []),
        ("finance-handover", False, [OPENS]),
        (None, True, [HOLDS]),
        ("finance-handover", True, [OPENS, HOLDS]),
    ],
)
def test_what_a_task_does_is_in_its_list_of_effects(
    postgres: Cluster, opens_case: str | None, holds_account: bool, effects: list[dict[str, str]]
) -> None:
    given = {"subject": 1, "step": "desk", "kind": "task", "state": "ready", "gate": None, "reason": None}
    with database_at(postgres, BEFORE_IT) as engine:
        (touch,) = add_touches(engine, [given | {"contacted_at": None}])
        with engine.begin() as connection:
            connection.execute(
                text("update touches set opens_case = :opens, holds_account = :holds"),
                {"opens": opens_case, "holds": holds_account},
            )
        place = text("select ctid::text from touches")
        with engine.connect() as connection:
            before = connection.scalar(place)
        upgrade(address(engine))
        with engine.connect() as connection:
            row = connection.execute(text("select id, effects, series from touches")).one()
            assert (connection.scalar(place) == before) is (not effects)
    assert row == (touch, effects, None)
