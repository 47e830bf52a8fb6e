"""How the sample's staff are told of their work, and the sheets of today that their departments got last evening."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from models.core.settings import Settings
from models.people.notifications.rules import SHIPPED, OwnChoice
from models.people.notifications.words import StaffChannel
from models.people.tables import StaffMember, Store
from tasks.staff.notifications.choosing import choose, find_member, house_rules
from tasks.staff.notifications.ways import Ways
from tasks.stores.sheets import StoreClock, acknowledge_sheet, list_sheets, make_sheets

WRITTEN_BY = "sample"
CHOICES = {
    "A1": (OwnChoice((StaffChannel.SMS, StaffChannel.EMAIL), (time(8, 30),)), None),
    "A2": (OwnChoice((StaffChannel.WECOM,)), "xue.ning"),
    "K1": (OwnChoice((), ()), None),
}
"""By staff code: who has chosen otherwise than their store has it, and their WeCom id. K1 is told nothing."""
MINUTES_LATER = timedelta(minutes=12)
ACKNOWLEDGED_BY = {"parts": "P1"}
IN_CHARGE = "M1"
"""Who acknowledges for a department that the sample has nobody of."""


def tell_sample_staff(engine: Engine, settings: Settings, now: datetime) -> None:
    """Set what the sample's staff have chosen, and make and acknowledge the sheets of today. Twice changes nothing."""
    with engine.begin() as connection:
        for store in connection.execute(select(Store.id, Store.code, Store.time_zone).order_by(Store.code)).all():
            _choose(connection, settings, store.id, now)
            _sheets(connection, store.id, store.code, ZoneInfo(store.time_zone), now)


def _choose(connection: Connection, settings: Settings, store_id: int, now: datetime) -> None:
    codes = set(connection.scalars(select(StaffMember.code).where(StaffMember.store_id == store_id)))
    ways = Ways(settings)
    for code, (choice, wecom) in CHOICES.items():
        if code not in codes:
            continue
        member = find_member(connection, ways, store_id, code)
        if (member.choice, member.wecom) != (choice, wecom):
            choose(connection, member, choice, wecom, now, WRITTEN_BY)


def _sheets(connection: Connection, store_id: int, store: str, zone: ZoneInfo, now: datetime) -> None:
    rules = house_rules(connection).get(store_id, SHIPPED)
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    evening = datetime.combine(yesterday, rules.sheet_at, zone)
    make_sheets(connection, [StoreClock(store_id, zone, rules.sheet_at)], evening)
    for sheet in list_sheets(connection, store=store):
        by = ACKNOWLEDGED_BY.get(sheet.department, IN_CHARGE)
        acknowledge_sheet(connection, sheet.id, evening + MINUTES_LATER, by)
