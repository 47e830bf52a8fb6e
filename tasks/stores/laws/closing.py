"""Which contacts the law packs forbid at a moment, as tables that the gates join.

What is closed is worked out for each place once, by the rules of `models.stores.laws`; which places a customer may be
at is read from columns. Stores that go by their own hours alone cost nothing of this.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnClause,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Row,
    Select,
    SelectBase,
    and_,
    any_,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array
from sqlalchemy.sql.selectable import LateralFromClause
from sqlalchemy.types import BigInteger, Text

from models.calls.outcomes import all_outcomes
from models.core.cadence import ZONED, Now, moment
from models.core.reasons import MOMENT, NUMBER, TEXT, declare
from models.core.rows import AnyRow, Columns
from models.core.words import ContactKind, StepKind
from models.ledger.tables import CallAttempt, Touch
from models.people.tables import ContactPoint, Customer, Store
from models.stores.laws.hours import closed_until
from models.stores.laws.pack import HOUSE, Pack, pack_of
from models.stores.laws.places import Place, place, places_of_record
from tasks.database.statement_comments import holds
from tasks.stores.laws.placing import place_numbers

OUTSIDE_HOURS = declare("hours-of-law", pack=TEXT, rule=TEXT, source=TEXT, until=MOMENT)
TRIED_ENOUGH = declare("attempts-of-law", pack=TEXT, rule=TEXT, source=TEXT, most=NUMBER, days=NUMBER, until=MOMENT)
RESTS = declare("rest-of-law", pack=TEXT, rule=TEXT, source=TEXT, days=NUMBER, until=MOMENT)
OF_LAW = (StepKind.MESSAGE, StepKind.CALL)
"""A visit and a letter have no hours."""
POSTCODE_BEGINS = 3
STORES = (
    column("store_id", BigInteger()),
    column("law", Text()),
    column("place", Text()),
)
CLOSED = (
    column("law", Text()),
    column("purpose", Text()),
    column("kind", Text()),
    column("place", Text()),
    column("rule", Text()),
    column("source", Text()),
    column("until", ZONED),
)
RECORDS = (column("record", Text()), column("place", Text()))
ATTEMPTS = (
    column("law", Text()),
    column("purpose", Text()),
    column("kind", Text()),
    column("rule", Text()),
    column("source", Text()),
    column("most", Integer()),
    column("within_days", Integer()),
    column("rest_days", Integer()),
    column("since", ZONED),
    column("talked_since", ZONED),
)
Parameter = Mapping[str, Sequence[Mapping[str, object]]]


class Laws(NamedTuple):
    """What the packs say at a moment, as tables."""

    stores: CTE
    """The stores that have chosen a pack, each with its own place: where a customer is of whom nothing is known."""
    closed: CTE
    """By pack, purpose, kind and place: the rule that is against it, and until when."""
    records: CTE
    """Where customers may be by their addresses, for each way in which these are written."""
    attempts: CTE
    """The rules about how often a customer may be tried."""


def laws_table(laws: ColumnElement[Parameter]) -> Laws:
    """The tables of a JSON parameter from `read_laws`."""
    lists = {"stores": STORES, "closed": CLOSED, "records": RECORDS, "attempts": ATTEMPTS}
    return Laws(**{name: _listed(laws, name, columns) for name, columns in lists.items()})


def _listed(laws: ColumnElement[Parameter], name: str, columns: Sequence[ColumnClause[Any]]) -> CTE:
    rows = func.jsonb_to_recordset(laws.op("->", return_type=JSONB())(literal(name, Text)))
    listed = rows.table_valued(*columns, name=f"listed_laws_{name}").render_derived(with_types=True)
    return select(listed).cte(f"laws_{name}").prefix_with(holds(f"what the law packs say: {name}"))


def read_laws(connection: Connection, whose: Select[tuple[int]], now: datetime) -> Parameter:
    """What the packs of the stores say at `now` of some customers (a select of their ids), as one JSON value. Numbers
    that nobody has placed yet are."""
    stores = connection.execute(
        select(Store.id, Store.law, Store.time_zone, Store.holiday_country).where(Store.law != HOUSE)
    ).all()
    if not stores:
        return {"stores": [], "closed": [], "records": [], "attempts": []}
    place_numbers(connection, whose)
    own = {store.id: place(store.time_zone, store.holiday_country) for store in stores}
    records = list(_records(connection, whose, stores))
    named = (Place(record["place"]) for record in records)
    places = {*own.values(), *named, *_numbered(connection, whose)}
    packs = [pack_of(name) for name in sorted({store.law for store in stores})]
    return {
        "stores": [{"store_id": store.id, "law": store.law, "place": own[store.id]} for store in stores],
        "closed": [closed for pack in packs for closed in _closed(pack, places, now)],
        "records": records,
        "attempts": [attempts for pack in packs for attempts in _attempts(pack, now)],
    }


def _numbered(connection: Connection, whose: Select[tuple[int]]) -> Iterator[Place]:
    """The places of their numbers, and the zones on record."""
    numbers = select(func.unnest(ContactPoint.places)).where(ContactPoint.customer_id.in_(whose))
    zones = select(Customer.time_zone).where(Customer.id.in_(whose), Customer.time_zone.is_not(None))
    yield from (Place(found) for found in connection.scalars(numbers.distinct()))
    yield from (Place(found) for found in connection.scalars(zones.distinct()) if found)


def _records(
    connection: Connection, whose: Select[tuple[int]], stores: Sequence[Row[tuple[int, str, str, str | None]]]
) -> Iterator[dict[str, str]]:
    """Each way in which an address is written, with the places that it names."""
    homes = {store.id: pack_of(store.law).home for store in stores}
    begins = func.left(Customer.postcode, POSTCODE_BEGINS)
    parts = (Customer.store_id, Customer.country, Customer.area, Customer.city, begins)
    written = select(_record().label("record"), *parts).where(Customer.id.in_(whose)).distinct()
    for record, store_id, *address in connection.execute(written):
        for found in places_of_record(homes.get(store_id), *address):
            yield {"record": record, "place": found}


def _record() -> ColumnElement[str]:
    """A customer's address, as far as it says where they are, in one text."""
    begins = func.left(Customer.postcode, POSTCODE_BEGINS)
    parts = (cast(Customer.store_id, Text), Customer.country, Customer.area, Customer.city, begins)
    return func.jsonb_build_array(*parts).cast(Text)


def _closed(pack: Pack, places: set[Place], now: datetime) -> Iterator[dict[str, object]]:
    purposes = sorted({purpose for rule in pack.hours for purpose in rule.purposes})
    sources = {rule.code: rule.source for rule in pack.hours}
    for where, purpose, kind in product(sorted(places), purposes, OF_LAW):
        if (closed := closed_until(pack, where, purpose, kind, now)) is not None:
            yield {
                "law": pack.name,
                "purpose": purpose,
                "kind": kind,
                "place": where,
                "rule": closed.rule,
                "source": sources[closed.rule],
                "until": closed.until.isoformat(),
            }


def _attempts(pack: Pack, now: datetime) -> Iterator[dict[str, object]]:
    for rule in pack.attempts:
        for purpose, kind in product(sorted(rule.purposes), sorted(rule.kinds)):
            yield {
                "law": pack.name,
                "purpose": purpose,
                "kind": kind,
                "rule": rule.code,
                "source": rule.source,
                "most": rule.most,
                "within_days": rule.within_days,
                "rest_days": rule.rest_days,
                "since": (now - timedelta(days=rule.within_days)).isoformat(),
                "talked_since": (now - timedelta(days=rule.rest_days)).isoformat(),
            }


def held_by_law(touches: FromClause, laws: Laws, now: Now) -> CTE:
    """Of some touches (rows with `id`, `store_id`, `customer_id`, `purpose` and `kind`) those that a law holds at
    `now`: `touch_id`, `reason`, `figures` and `until`, the last that a rule gives.

    Hours are asked at every place where the customer may be: by all their numbers, their address and the zone on
    record; at the store's own only where none of these says anything.
    """
    asked = _asked(touches, laws, now)
    both = union_all(_outside_hours(asked, laws), _tried_enough(asked, laws, now)).subquery("forbidden")
    return (
        select(both)
        .distinct(both.c.touch_id)
        .order_by(both.c.touch_id, both.c.until.desc(), both.c.reason)
        .cte("held_by_law")
        .prefix_with(holds("the touches that a law forbids now, by which rule and until when"))
    )


def read_held(connection: Connection, touch_ids: Sequence[UUID], now: datetime) -> dict[UUID, AnyRow]:
    """Of some touches those that a law holds at `now`, by touch: `reason`, `figures` and `until`."""
    laws = read_laws(connection, select(Touch.customer_id).where(Touch.id.in_(touch_ids)), now)
    if not laws["stores"]:
        return {}
    touches = (
        select(Touch.__table__)
        .where(Touch.id.in_(touch_ids))
        .cte("touches_asked")
        .prefix_with(holds("the touches that are asked about"))
    )
    held = held_by_law(touches, laws_table(literal(laws, JSONB)), now)
    return {row.touch_id: row for row in connection.execute(select(held))}


def _asked(touches: FromClause, laws: Laws, now: Now) -> CTE:
    """The touches of stores that have chosen a pack, with the places where the customer may be."""
    row = touches.c
    numbers = select(func.unnest(ContactPoint.places)).where(
        ContactPoint.customer_id == row.customer_id,
        ContactPoint.kind == ContactKind.PHONE,
        or_(ContactPoint.invalid_since.is_(None), ContactPoint.invalid_since > moment(now)),
    )
    record = select(laws.records.c.place).where(laws.records.c.record == _record())
    zone = case((Customer.time_zone.is_not(None), array([Customer.time_zone])), else_=cast([], ARRAY(Text)))
    known = func.array_cat(func.array_cat(_all(numbers), _all(record)), zone)
    places = case((func.cardinality(known) > 0, known), else_=array([laws.stores.c.place]))
    return (
        select(
            row.id.label("touch_id"),
            row.customer_id,
            laws.stores.c.law,
            cast(row.purpose, Text).label("purpose"),
            cast(row.kind, Text).label("kind"),
            places.label("places"),
        )
        .join_from(touches, laws.stores, laws.stores.c.store_id == row.store_id)
        .join(Customer, Customer.id == row.customer_id)
        .where(row.kind.in_(OF_LAW))
        .cte("asked_of_law")
        .prefix_with(holds("the contacts that a law may forbid, with where their customers may be"))
    )


def _all(values: Select[tuple[str]]) -> ColumnElement[Sequence[str]]:
    """The values of a subquery as an array, empty where there are none."""
    return func.array(values.scalar_subquery(), type_=ARRAY(Text))


def _outside_hours(asked: CTE, laws: Laws) -> SelectBase:
    closed = laws.closed.c
    figures = func.jsonb_build_object(
        "pack", closed.law, "rule", closed.rule, "source", closed.source, "until", closed.until, type_=JSONB
    )
    there = and_(
        closed.law == asked.c.law,
        closed.purpose == asked.c.purpose,
        closed.kind == asked.c.kind,
        closed.place == any_(asked.c.places),
    )
    return select(
        asked.c.touch_id, literal(OUTSIDE_HOURS, Text).label("reason"), figures.label("figures"), closed.until
    ).join_from(asked, laws.closed, there)


def _tried_enough(asked: CTE, laws: Laws, now: Now) -> SelectBase:
    """By calls every attempt counts, by messages every message that went out."""
    rule = laws.attempts.c
    calls, messages = _calls_made(asked, rule, now), _messages_sent(asked, rule, now)
    first_at = func.least(calls.c.first_at, messages.c.first_at, type_=ZONED)
    day = text("interval '1 day'")
    full = calls.c.number + messages.c.number >= rule.most
    rests = and_(rule.rest_days > 0, calls.c.talked_at > rule.talked_since)
    again = case((full, first_at + rule.within_days * day))
    rested = case((rests, calls.c.talked_at + rule.rest_days * day))
    until = func.greatest(again, rested, type_=ZONED)
    talked = func.coalesce(rested >= until, False)
    common = ("pack", rule.law, "rule", rule.rule, "source", rule.source, "until", until)
    figures = case(
        (talked, func.jsonb_build_object(*common, "days", rule.rest_days, type_=JSONB)),
        else_=func.jsonb_build_object(*common, "days", rule.within_days, "most", rule.most, type_=JSONB),
    )
    reason = case((talked, literal(RESTS, Text)), else_=literal(TRIED_ENOUGH, Text))
    same = and_(rule.law == asked.c.law, rule.purpose == asked.c.purpose, rule.kind == asked.c.kind)
    return (
        select(asked.c.touch_id, reason.label("reason"), figures.label("figures"), until.label("until"))
        .join_from(asked, laws.attempts, same)
        .join(calls, true())
        .join(messages, true())
        .where(or_(full, rests))
    )


def _calls_made(asked: CTE, rule: Columns, now: Now) -> LateralFromClause:
    """A customer's calls within the days of a rule, the first of them, and the last conversation."""
    reached = sorted(name for name, outcome in all_outcomes().items() if outcome.reached)
    at, within = CallAttempt.attempted_at, CallAttempt.attempted_at > rule.since
    begins = func.least(rule.since, rule.talked_since, type_=ZONED)
    return (
        select(
            func.count().filter(within).label("number"),
            func.min(at).filter(within).label("first_at"),
            func.max(at).filter(CallAttempt.outcome.in_(reached)).label("talked_at"),
        )
        .join(Touch, Touch.id == CallAttempt.touch_id)
        .where(*_of_rule(asked, rule), at.between(begins, moment(now)))
        .lateral("calls_made")
    )


def _messages_sent(asked: CTE, rule: Columns, now: Now) -> LateralFromClause:
    """The messages that went out to a customer within the days of a rule, or may have, and the first of them."""
    at = Touch.contacted_at
    return (
        select(func.count().label("number"), func.min(at).label("first_at"))
        .where(*_of_rule(asked, rule), Touch.kind == StepKind.MESSAGE, Touch.id != asked.c.touch_id)
        .where(at > rule.since, at <= moment(now))
        .lateral("messages_sent")
    )


def _of_rule(asked: CTE, rule: Columns) -> tuple[ColumnElement[bool], ...]:
    return (
        Touch.customer_id == asked.c.customer_id,
        cast(Touch.purpose, Text) == rule.purpose,
        cast(Touch.kind, Text) == rule.kind,
    )
