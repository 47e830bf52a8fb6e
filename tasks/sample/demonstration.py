"""The demonstration's view of the ledger: the first messages of each step, as sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from models.core.errors import Conflict
from models.core.words import ChannelName, TouchState
from models.ledger.tables import Touch
from models.people.tables import ContactPoint, Customer, Store


class OwnStores(Conflict):
    """A database with stores that are not the sample's."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = codes
        super().__init__(
            f"This database holds stores of your own ({', '.join(codes)}), and the demonstration would mix fictional "
            f"customers in; set AFTERCARE_HOME to an empty folder, such as AFTERCARE_HOME=.aftercare-demo."
        )


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message as sent."""

    process: str
    step: str
    store: str
    time_zone: str
    channel: ChannelName
    recipient: str
    sent_at: datetime
    text: str


def check_only_sample(connection: Connection, sample_codes: Sequence[str]) -> None:
    """Raises `OwnStores` when the database serves a real business."""
    own = connection.scalars(select(Store.code).where(Store.code.not_in(sample_codes)).order_by(Store.code)).all()
    if own:
        raise OwnStores(own)


def first_messages(connection: Connection, of_each_step: int) -> list[SentMessage]:
    """The first messages of every step, the most urgent process first."""
    place = func.row_number().over(partition_by=(Touch.process, Touch.step), order_by=(Touch.due_at, Touch.id))
    sent = (
        select(
            Touch.process, Touch.step, Store.code, Store.time_zone, Touch.channel, ContactPoint.value,
            Touch.contacted_at, Touch.body, Touch.priority, place.label("place"),
        )
        .join(Store, Store.id == Touch.store_id)
        .join(Customer, Customer.id == Touch.customer_id)
        .join(ContactPoint, ContactPoint.id == Touch.contact_point_id)
        .where(Touch.state == TouchState.SENT, Touch.body.is_not(None))
        .subquery("sent")
    )  # fmt: skip
    columns = [column for column in sent.c if column.name not in ("priority", "place")]
    rows = connection.execute(
        select(*columns)
        .where(sent.c.place <= of_each_step)
        .order_by(sent.c.priority.desc(), sent.c.process, sent.c.step, sent.c.place)
    )
    return [SentMessage(*row) for row in rows]
