"""Complaints of the sample dealership that were settled, with their causes; and the statements of its month.

No file says them: they are written as staff would have written them.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, exists, literal, select

from models.core.rows import AnyRow
from models.core.words import CaseKind
from models.ledger.case_causes import CompensationKind, Received
from models.ledger.tables import Case
from models.people.tables import Customer, CustomerKey, StaffMember, Store
from tasks.cases.causes import set_particulars
from tasks.cases.handling import NewCase, answer_case, close_case, open_case, solve_case
from tasks.customers.accounts.statements import make_statements

DAYS_AGO = (22, 19, 16)
"""So long ago each was opened: three of one part and model within thirty days are a quality alert."""
ANSWERED_AFTER, SETTLED_AFTER = timedelta(hours=5), timedelta(hours=30)
NOTE = {"zh-CN": "刹车片异响，上周刚换过。", "en": "The brake pads squeal; they were changed only last week."}
PART = {"zh-CN": "刹车片", "en": "brake pad"}
CAUSE = {"zh-CN": "该批次刹车片材质偏硬", "en": "a batch of pads that is too hard"}
MEASURE = {
    "zh-CN": "停用该批次，已更换的车辆逐一召回",
    "en": "the batch is blocked, and the cars that have it are called in",
}
MODEL = "Aurora"
GIVEN = {"zh-CN": "CNY", "en": "EUR"}


def fill_cases(engine: Engine, now: datetime) -> int:
    """Open and settle the complaints, and make the month's statements, once; how many complaints there were to open."""
    with engine.begin() as connection:
        make_statements(connection, now.replace(day=2))
        return sum(_complaints(connection, store, now) for store in _stores(connection))


def _stores(connection: Connection) -> list[AnyRow]:
    named = select(Store.id, Store.code, Store.language, Store.time_zone, StaffMember.code.label("staff"))
    first = named.join(StaffMember, StaffMember.store_id == Store.id).where(StaffMember.active)
    return list(connection.execute(first.distinct(Store.code).order_by(Store.code, StaffMember.code)))


def _complaints(connection: Connection, store: AnyRow, now: datetime) -> int:
    if connection.scalar(select(exists(select(literal(1)).where(Case.cause == _cause(store, 0))))):
        return 0
    customers = connection.scalars(
        select(Customer.id)
        .join(CustomerKey, CustomerKey.customer_id == Customer.id)
        .where(Customer.store_id == store.id)
        .order_by(CustomerKey.key.desc())
        .offset(1)
        .limit(len(DAYS_AGO))
    ).all()
    for number, (days, customer) in enumerate(zip(DAYS_AGO, customers, strict=False)):
        _complaint(connection, store, customer, number, now - timedelta(days=days))
    return len(customers)


def _cause(store: AnyRow, number: int) -> str:
    return f"sample:{store.code}:{number}"


def _complaint(connection: Connection, store: AnyRow, customer_id: int, number: int, opened: datetime) -> None:
    settled = opened + SETTLED_AFTER
    new = NewCase(
        store.id, customer_id, CaseKind.COMPLAINT, _cause(store, number), NOTE[store.language],
        received=Received.COUNTER,
    )  # fmt: skip
    case = open_case(connection, new, opened)
    answer_case(connection, case, opened + ANSWERED_AFTER, store.staff, None)
    done_on: date = settled.astimezone(ZoneInfo(store.time_zone)).date()
    said = {
        "category": "product", "department": "parts", "part": PART[store.language], "model": MODEL,
        "root_cause": CAUSE[store.language], "measure": MEASURE[store.language], "measure_done_on": done_on,
        "compensation": CompensationKind.DISCOUNT, "compensation_amount": Decimal("200.00"),
        "compensation_currency": GIVEN[store.language],
    }  # fmt: skip
    set_particulars(connection, case, said, settled, store.staff)
    solve_case(connection, case, settled, store.staff, None)
    close_case(connection, case, settled, store.staff, None, customer_agrees=True)
