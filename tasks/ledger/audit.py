"""The audit trail: who changed what and when, before and after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from models.ledger.tables import AuditEntry

Facts = Mapping[str, Any]


def record(
    connection: Connection,
    now: datetime,
    actor: str,
    action: str,
    entity: str,
    entity_id: object,
    before: Facts | None = None,
    after: Facts | None = None,
) -> None:
    """Record what `actor` (a staff code, or a part of the system) did to one entity, such as `touch.approved`."""
    connection.execute(
        insert(AuditEntry).values(
            at=now,
            actor=actor,
            action=action,
            entity=entity,
            entity_id=str(entity_id),
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
        )
    )
