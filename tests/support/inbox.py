"""Inbound for tests: written down, and read again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from models.inbound.tables import Inbound
from models.inbound.words import InboundKind, InboundWay
from models.people.tables import StaffMember
from tasks.inbound.by_hand import WrittenDown, write_down
from tests.support.world import World


def said(world: World, text: str, now: datetime, **values: Any) -> int:
    """Something that a customer said by phone, of no kind that anybody named; its id."""
    whole: dict[str, Any] = {"way": InboundWay.PHONE, "text": text, "kind": InboundKind.QUESTION} | values
    store_id = whole.pop("store_id", world.store_id)
    staff_code = whole.pop("staff_code", None)
    return write_down(world.connection, WrittenDown(**whole), store_id, now, staff_code=staff_code).id


def inbound_of(world: World, inbound_id: int) -> Row[Any]:
    """An inbound as it stands."""
    return world.connection.execute(select(Inbound.__table__).where(Inbound.id == inbound_id)).one()


def all_inbound(world: World) -> list[Row[Any]]:
    """Everything that was said."""
    return list(world.connection.execute(select(Inbound.__table__).order_by(Inbound.id)))


def code_of(world: World, staff_id: int) -> str:
    """The code of a member of staff."""
    return world.connection.execute(select(StaffMember.code).where(StaffMember.id == staff_id)).scalar_one()
