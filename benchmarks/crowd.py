"""A large dealership made inside the database: set-based, the same every time, most of its customers not due.

Every customer has a phone number, a car with its warranty, its insurance and what falls due on it, a handover, repair
orders, appointments, an account, a lead, something that was answered, and a complaint that was closed.
The dates are spread so that a sweep as of `NOON` finds about four in a hundred customers due in each process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, text

from tasks.policies.catalogue import install_shipped

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 10, 15, 12, 0, tzinfo=ZONE)
"""A working day within the contact hours."""
TODAY = "date '2026-10-15'"

STORES = """
insert into stores (code, name, time_zone, language, phone)
values ('N', '城北店', 'Asia/Shanghai', 'zh-CN', '+861055550100'),
       ('S', 'South Motors', 'Asia/Shanghai', 'en', '+861055550200')
"""


def spread(salt: int, size: int) -> str:
    """SQL for a number from 0 to `size` times the scarcity that looks random but is the same for the same `n`."""
    return f"(abs(hashint8extended(n, {salt}) / 2) % ({size} * {{scarcity}}))::int"


PEOPLE = (
    # One in 200 is a VIP or of level 1.
    "insert into customers (store_id, name, created_at, level) "
    "select 1 + n % 2, '客户' || n, timestamptz '2015-01-01 00:00Z', "
    f"case {spread(19, 400)} when 0 then 'VIP' when 1 then '1' end from {{numbers}}",
    "insert into customer_keys (store_id, key, customer_id) select 1 + n % 2, 'C' || n, n from {numbers}",
    "insert into contact_points (customer_id, kind, value) "
    "select n, 'phone', '+8613' || lpad(n::text, 9, '0') from {numbers}",
    "insert into consents (customer_id, granted, given_at, source) "
    f"select n, false, timestamptz '2026-01-01 00:00Z', 'crowd' from {{numbers}} where {spread(1, 50)} = 0",
)
CARS = (
    "insert into vehicles (store_id, key, customer_id, model, plate, disposed_on) "
    f"select 1 + n % 2, 'V' || n, n, 'Aurora', 'A' || n, case when {spread(2, 50)} = 0 then date '2025-06-01' end "
    "from {numbers}",
    "insert into warranties (store_id, key, vehicle_id, ends_on, limit_kilometres) "
    f"select 1 + n % 2, 'W' || n, n, {TODAY} + 400 - {spread(3, 1600)}, 60000 from {{numbers}}",
    "insert into warranty_ends (warranty_id, known_from, known_until, ends_on, basis, figures) "
    "select id, '-infinity', 'infinity', ends_on, 'date', jsonb_build_object('ends_on', ends_on) from warranties",
)
VISITS = (
    "insert into handovers (store_id, key, customer_id, vehicle_id, handed_over_on) "
    f"select 1 + n % 2, 'H' || n, n, n, {TODAY} - {spread(4, 3000)} from {{numbers}}",
    "insert into repair_orders (store_id, key, customer_id, vehicle_id, work, work_kind, opened_on, closed_on) "
    "select 1 + n % 2, 'R' || n || '-' || visit, n, n, '保养', "
    f"case when {spread(5, 20)} = 0 then 'inspection' else 'maintenance' end, {TODAY} - age - 1, {TODAY} - age "
    f"from (select n, visit, {spread(6, 500)} + 500 * visit as age from {{numbers}}, generate_series(0, 1) visit) made",
    # One car in twenty-five came back for the same work; it was given back on one of the last days.
    "insert into repair_orders (store_id, key, customer_id, vehicle_id, work, work_kind, opened_on, closed_on) "
    "select 1 + n % 2, 'B' || n || '-' || visit, n, n, '维修', 'repair', day - 1, day from ("
    f"select n, visit, {TODAY} - 1 - n % 4 - 20 * (1 - visit) as day "
    f"from {{numbers}}, generate_series(0, 1) visit where {spread(20, 25)} = 0) made",
    # Of the past two years; or of the coming three weeks, four in a hundred of them for tomorrow or the day after.
    "insert into appointments (store_id, key, customer_id, vehicle_id, starts_at, booked_at, status, work, work_kind) "
    "select 1 + n % 2, 'A' || n || '-' || visit, n, case when n % 10 > 0 then n end, starts_at, "
    "starts_at - (2 + n % 9) * interval '1 day', "
    "case when starts_at < {now} then 'completed' else 'booked' end, '保养', "
    f"case when {spread(13, 20)} = 0 then 'inspection' else 'maintenance' end from ("
    "select n, visit, case when visit = 1 "
    f"then timestamptz '2026-10-15 01:00Z' + {spread(7, 21)} * interval '1 day' + n % 32 * interval '15 minutes' "
    f"else timestamptz '2026-10-01 01:00Z' - {spread(8, 730)} * interval '1 day' end as starts_at "
    f"from {{numbers}}, generate_series(0, 1) visit where visit = 0 or {spread(9, 4)} = 0) made",
)
MONEY = (
    "insert into accounts (store_id, key, customer_id) select 1 + n % 2, 'D' || n, n from {numbers}",
    # One in twenty-five accounts has an open invoice; everything else was paid long ago.
    "insert into invoices (store_id, key, account_id, issued_on, due_on, amount, currency, settled_on) "
    "select 1 + n % 2, 'I' || n || '-' || bill, n, due_on - 30, due_on, 100 + n % 900, 'CNY', "
    "case when not owed then due_on - 3 end from ("
    f"select n, bill, bill = 1 as owed, case when bill = 1 then {TODAY} + 3 - {spread(10, 70)} "
    f"else {TODAY} - 100 - {spread(11, 700)} end as due_on "
    f"from {{numbers}}, generate_series(0, 1) bill where bill = 0 or {spread(12, 25)} = 0) made",
    "insert into payments (store_id, key, account_id, invoice_id, paid_on, amount, currency) "
    "select store_id, 'P' || id, account_id, id, settled_on, amount, currency from invoices "
    "where settled_on is not null",
    "insert into payments (store_id, key, account_id, invoice_id, paid_on, amount, currency) "
    f"select store_id, 'Q' || id, account_id, id, {TODAY} - 80, 40, currency from invoices "
    "where settled_on is null and id % 10 = 0",
    "insert into promises (store_id, key, account_id, made_on, promised_for) "
    f"select store_id, 'B' || id, account_id, {TODAY} - 5, {TODAY} + 5 from invoices "
    "where settled_on is null and id % 50 = 0",
)

STATEMENTS = (
    # One account in ten had a statement of this month, which its customer has not answered.
    "insert into account_statements (store_id, customer_id, account_id, month, made_at, totals, invoices) "
    f"select 1 + n % 2, n, id, date '2026-10-01', timestamptz '2026-10-15 01:00Z' - {spread(21, 14)} * interval "
    "'1 day', '{{}}', '[]' from {numbers} join accounts on customer_id = n "
    f"where {spread(22, 10)} = 0",
)

COMPLAINTS = (
    "insert into cases (store_id, customer_id, kind, cause, title, state, opened_at, solved_at, closed_at) "
    "select 1 + n % 2, n, 'complaint', 'crowd:' || n, '客户不满意', 'closed', closed_at - interval '2 days', "
    "closed_at - interval '1 day', closed_at from ("
    f"select n, timestamptz '2026-10-15 01:00Z' - {spread(14, 250)} * interval '1 day' as closed_at "
    "from {numbers}) made",
)
WHAT_ENDS = (
    "insert into due_items (store_id, key, customer_id, vehicle_id, item, issued_on, ends_on) "
    "select 1 + n % 2, 'E' || n, n, n, 'insurance', ends_on - 365, ends_on "
    f"from (select n, {TODAY} + 400 - {spread(15, 1000)} as ends_on from {{numbers}}) made",
    # One in four is a service, of which most were done since; the others are tyres, and half of all count kilometres.
    "insert into due_items (store_id, key, customer_id, vehicle_id, item, issued_on, ends_on, limit_kilometres, works) "
    "select 1 + n % 2, 'service:' || n, n, n, case when n % 4 = 0 then 'service' else 'tyres' end, ends_on - 365, "
    "ends_on, case when n % 2 = 0 then 20000 end, array[case when n % 4 = 0 then 'maintenance' else 'tyres' end] "
    f"from (select n, {TODAY} + 400 - {spread(19, 1000)} as ends_on from {{numbers}}) made",
    "insert into due_item_days (due_item_id, known_from, known_until, due_on, basis, figures) "
    "select id, '-infinity', 'infinity', ends_on, 'date', '{{}}' from due_items where limit_kilometres is not null",
)
INSPECTIONS = (
    # Every second car was inspected once, and had a fault; nearly all claims were filed.
    "insert into inspections (store_id, key, customer_id, vehicle_id, inspected_on, claim_filed_on) "
    "select 1 + n % 2, 'N' || n, n, n, inspected_on, case when n % 20 > 0 then inspected_on end "
    f"from (select n, {TODAY} - {spread(20, 700)} as inspected_on from {{numbers}} where n % 2 = 0) made",
    "insert into inspection_points (inspection_id, point, finding) "
    "select id, point, case when point = 'brakes' then 'fault' else 'watch' end "
    "from inspections, unnest(array['brakes', 'tyres']) point",
)
LEADS = (
    # One in ten leads is open, and was contacted lately; everybody else's was won.
    "insert into leads (store_id, key, customer_id, urgency, model, state, state_on, created_on, contacted_on) "
    "select 1 + n % 2, 'L' || n, n, (array['O', 'H', 'A', 'B'])[1 + n % 4], 'Nova', "
    "case when open then 'open' else 'won' end, case when not open then contacted_on end, contacted_on - 10, "
    "contacted_on "
    f"from (select n, {spread(16, 10)} = 0 as open, {TODAY} - {spread(17, 20)} as contacted_on from {{numbers}}) made",
)
ANSWERS = (
    # Everybody said something once; what was said was answered by a message, lately or long ago.
    "insert into inbound (store_id, customer_id, way, channel, sender, kind, text, source, source_key, received_at, "
    "state, role, due_at, answered_at, answered_how, answer) "
    "select 1 + n % 2, n, 'reply', 'sms', '+8613' || lpad(n::text, 9, '0'), 'question', '?', 'crowd', n::text, "
    "answered_at - interval '1 hour', 'answered', 'agent', answered_at, answered_at, 'by-message', '!' from ("
    f"select n, timestamptz '2026-10-15 03:00Z' - {spread(18, 400)} * interval '1 hour' as answered_at "
    "from {numbers}) made",
)
INDEXES = """
select index.oid::regclass::text, pg_get_indexdef(index.oid)
from pg_index join pg_class index on index.oid = pg_index.indexrelid
where index.relnamespace = 'public'::regnamespace
  and not exists (select from pg_constraint where conindid = index.oid)
"""


def fill(engine: Engine, customers: int, scarcity: int = 1) -> None:
    """Make a dealership of so many customers in an empty database, with fresh statistics and nothing left to vacuum.

    A `scarcity` of 20 makes one in twenty of those due who else would be.
    """
    with engine.begin() as connection:
        install_shipped(connection, datetime(2020, 1, 1, tzinfo=UTC))
        connection.execute(text("set local session_replication_role = replica"))  # what is made here needs no checks
        connection.execute(text(STORES))
        with indexed_afterwards(connection):
            parts = (
                *PEOPLE, *CARS, *VISITS, *MONEY, *STATEMENTS, *COMPLAINTS, *WHAT_ENDS, *INSPECTIONS, *LEADS, *ANSWERS,
            )  # fmt: skip
            for statement in parts:
                run(connection, statement, customers, scarcity)
    settle(engine)


@contextmanager
def indexed_afterwards(connection: Connection) -> Iterator[None]:
    """Without the indexes of all tables, but for their keys, until it ends: made at once they cost a part of it."""
    found = connection.execute(text(INDEXES)).all()
    for name, _ in found:
        connection.exec_driver_sql(f"drop index {name}")
    yield
    connection.exec_driver_sql("set local maintenance_work_mem = '256MB'")
    for _, definition in found:
        connection.exec_driver_sql(definition.replace("%", "%%"))


def run(connection: Connection, statement: str, customers: int, scarcity: int = 1) -> None:
    """Run one statement for the customers numbered from 1."""
    numbers, now = f"generate_series(1, {customers}) n", f"timestamptz '{NOON.isoformat()}'"
    connection.execute(text(statement.format(numbers=numbers, now=now, scarcity=scarcity)))


def settle(engine: Engine) -> None:
    """Leave nothing for the measured work to pay: dead rows, statistics, unwritten pages."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum (analyze)")
        connection.exec_driver_sql("checkpoint")
