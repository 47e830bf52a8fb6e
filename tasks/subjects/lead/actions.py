"""What tasks about leads do when they reach their desk."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update

from models.core.cadence import local_day, moment
from models.core.words import LeadState
from models.ledger.tables import Touch
from models.people.tables import Store
from models.subjects.lead import ExpireLead, Lead
from tasks.subjects.contract import Action


def expire(connection: Connection, chosen: ColumnElement[bool], now: datetime) -> None:
    """Give up the leads of the chosen touches from the store-local day on; one that is settled stays as it is."""
    today = select(local_day(moment(now), Store.time_zone)).where(Store.id == Lead.store_id).scalar_subquery()
    connection.execute(
        update(Lead)
        .where(Lead.id.in_(select(Touch.subject_id).where(chosen)), Lead.state == LeadState.OPEN)
        .values(state=LeadState.EXPIRED, state_on=today)
    )


ACTIONS: dict[type[ExpireLead], Action] = {ExpireLead: expire}
