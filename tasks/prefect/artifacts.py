"""What a run leaves in Prefect for people to look at: its account, and its touches with recipients masked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, or_, select

from models.core.masking import mask, mask_contact
from models.core.saying import ENGLISH, say_code
from models.ledger.accounts_of_runs import BY_REASON, RunAccount
from models.ledger.tables import Touch, Verdict, given_reason
from models.people.tables import ContactPoint, Store
from tasks.dispatch.rehearsing import WouldContact

MOST_ROWS = 500
"""Prefect shows no more than about a thousand rows well."""


def account_rows(account: RunAccount) -> list[dict[str, object]]:
    """The account, a row a figure."""
    rows: list[dict[str, Any]] = []
    for name, value in account.model_dump().items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        rows += [{"figure": name.replace("_", " "), "of": _part(name, part), "count": count} for part, count in parts]
    return rows


def _part(name: str, part: str) -> str:
    """A reason by its sentence, anything else by its name."""
    return say_code(ENGLISH, part) if name in BY_REASON and part else part


def touch_rows(connection: Connection, run_id: UUID, would_contact: Sequence[WouldContact]) -> list[dict[str, object]]:
    """The touches that the run planned or judged; of a dry run, those it would have contacted."""
    if would_contact:
        return [
            {
                "step": one.step,
                "kind": one.kind,
                "to": mask_contact(one.recipient or ""),
                "state": "would be contacted",
            }
            for one in would_contact[:MOST_ROWS]
        ]
    judged = select(Verdict.touch_id).where(Verdict.run_id == run_id)
    rows = connection.execute(
        select(
            Touch.id,
            Touch.step,
            Touch.kind,
            Touch.state,
            given_reason(Touch).label("reason"),
            Store.code,
            ContactPoint.value,
        )
        .join(Store, Store.id == Touch.store_id)
        .outerjoin(ContactPoint, ContactPoint.id == Touch.contact_point_id)
        .where(or_(Touch.planned_by == run_id, Touch.id.in_(judged)))
        .order_by(Touch.due_at, Touch.id)
        .limit(MOST_ROWS)
    )
    return [
        {
            "touch": str(row.id),
            "store": row.code,
            "step": row.step,
            "kind": row.kind.value,
            "to": mask_contact(row.value or ""),
            "state": row.state.value,
            "reason": mask(str(row.reason or "")),  # a gateway may repeat the number in its own way
        }
        for row in rows
    ]
