"""How far a car has gone and how fast it goes, estimated from what its odometer read; as known from day to day.

A reading may be wrong: a digit slipped, or two cars were mixed up. Two readings contradict each other if the later
one is lower, or more than `MOST_A_DAY` kilometres a day higher. Of such two the one is held apart that contradicts more
of the other readings; if both contradict as many, the later. What is left goes up with the days, and never too fast.

The pace is that of the last `RECENT_DAYS` days before the last reading. If the readings of that time lie less than
`LEAST_DAYS` days apart, the pace is counted from the reading before them.
"""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from models.core.reasons import DAY, NUMBER, GivenReason, declare, give
from models.core.rows import AnySelect
from models.subjects.vehicle import OdometerReading
from tasks.intake.merging import table_of

MOST_A_DAY = 1_000
"""Kilometres. No car of a customer goes farther."""
RECENT_DAYS = 180
LEAST_DAYS = 30
SLOWER, FASTER = 4, 6
"""Of five: the span of an estimate is what a pace a fifth lower and a fifth higher than the recent one gives."""
FARTHEST_DAYS = 36_500
"""No estimate lies farther ahead."""

BETWEEN = declare("estimated-between", since=DAY, until=DAY, pace=NUMBER)
HELD_APART = declare("readings-held-apart", count=NUMBER, day=DAY, kilometres=NUMBER)

FIGURES = ("first_on", "first_km", "last_on", "last_km")
"""What a pace was made of."""
SIDES = ("early", "later")
"""Of two readings that contradict each other."""
READ = ("read_on", "kilometres", "number")
_readings = table_of(OdometerReading)


def known_paces(wanted: Select[tuple[int]]) -> CTE:
    """For each car of `wanted` (a select of ids) and each day of a reading, what was known from that day on:
    `vehicle_id`, `known_from`, `FIGURES`, `driven_km` and `days` between the two readings of the pace, and `apart`,
    the readings that were held apart, as JSON; null where there were none.

    `days` is 0 where there is no pace. A day on which nothing but a first reading was known has no row.
    """
    readings = _readings_of(wanted)
    pairs = contradictions(readings)
    apart = _held_apart(readings, pairs)
    taken = _taken(readings, pairs, apart)
    paces = _paces(taken)
    told = (
        select(
            apart.c.vehicle_id,
            apart.c.known_from,
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_object("on", apart.c.read_on, "km", apart.c.kilometres), apart.c.read_on
                ),
                type_=JSONB,
            ).label("apart"),
        )
        .group_by(apart.c.vehicle_id, apart.c.known_from)
        .subquery("told")
    )
    return (
        select(paces, told.c.apart)
        .outerjoin(told, and_(told.c.vehicle_id == paces.c.vehicle_id, told.c.known_from == paces.c.known_from))
        .where(or_(paces.c.days > 0, told.c.apart.is_not(None)))
        .cte("known_paces")
    )


def _readings_of(wanted: Select[tuple[int]]) -> CTE:
    """The readings of some cars, each with the number of its day and the reading before it."""
    before: dict[str, Any] = {"partition_by": _readings.c.vehicle_id, "order_by": _readings.c.read_on}
    return (
        select(
            _readings.c.vehicle_id,
            _readings.c.read_on,
            _readings.c.kilometres,
            (_readings.c.read_on - literal("2000-01-01", Date)).cast(Integer).label("number"),
            func.lag(_readings.c.kilometres).over(**before).label("km_before"),
            func.lag(_readings.c.read_on).over(**before).label("read_before"),
        )
        .where(_readings.c.vehicle_id.in_(wanted))
        .cte("readings")
    )


def _contradict(
    early_on: ColumnElement[Any],
    early_km: ColumnElement[Any],
    later_on: ColumnElement[Any],
    later_km: ColumnElement[Any],
) -> ColumnElement[bool]:
    """Whether two readings cannot both be true: backwards, or too far for the days between them."""
    return or_(later_km < early_km, later_km - early_km > MOST_A_DAY * (later_on - early_on).cast(Integer))


def contradictions(readings: CTE) -> CTE:
    """The pairs of readings that contradict each other. Where neighbours agree all readings do, so that only the cars
    of which some do not are looked into."""
    this = readings.c
    doubtful = (
        select(this.vehicle_id)
        .where(_contradict(this.read_before, this.km_before, this.read_on, this.kilometres))
        .distinct()
        .cte("doubtful")
    )
    early, later = readings.alias("early"), readings.alias("later")
    return (
        select(
            early.c.vehicle_id,
            early.c.read_on.label("early_on"),
            early.c.kilometres.label("early_km"),
            later.c.read_on.label("later_on"),
            later.c.kilometres.label("later_km"),
        )
        .join_from(doubtful, early, early.c.vehicle_id == doubtful.c.vehicle_id)
        .join(later, and_(later.c.vehicle_id == early.c.vehicle_id, later.c.read_on > early.c.read_on))
        .where(_contradict(early.c.read_on, early.c.kilometres, later.c.read_on, later.c.kilometres))
        .cte("contradictions")
    )


def _held_apart(readings: CTE, pairs: CTE) -> CTE:
    """Of each day of a reading, the readings up to it that were held apart then."""
    days = (
        select(readings.c.vehicle_id, readings.c.read_on.label("known_from"))
        .where(readings.c.vehicle_id.in_(select(pairs.c.vehicle_id)))
        .cte("doubtful_days")
    )
    known = (
        select(days.c.known_from, pairs)
        .join_from(days, pairs, and_(pairs.c.vehicle_id == days.c.vehicle_id, pairs.c.later_on <= days.c.known_from))
        .cte("known_contradictions")
    )
    sides = union_all(
        *(select(known.c.vehicle_id, known.c.known_from, known.c[f"{side}_on"].label("read_on")) for side in SIDES)
    ).subquery("sides")
    counted = (
        select(sides, func.count().label("times"))
        .group_by(sides.c.vehicle_id, sides.c.known_from, sides.c.read_on)
        .cte("counted")
    )
    early, later = counted.alias("early_times"), counted.alias("later_times")
    early_goes = early.c.times > later.c.times
    return (
        select(
            known.c.vehicle_id,
            known.c.known_from,
            case((early_goes, known.c.early_on), else_=known.c.later_on).label("read_on"),
            case((early_goes, known.c.early_km), else_=known.c.later_km).label("kilometres"),
        )
        .join_from(known, early, _same_day(known, early, "early_on"))
        .join(later, _same_day(known, later, "later_on"))
        .distinct()
        .cte("held_apart")
    )


def _same_day(known: CTE, counted: Any, day: str) -> ColumnElement[bool]:
    return and_(
        counted.c.vehicle_id == known.c.vehicle_id,
        counted.c.known_from == known.c.known_from,
        counted.c.read_on == known.c[day],
    )


def _taken(readings: CTE, pairs: CTE, apart: CTE) -> Subquery:
    """The readings that count, each in the rows of one `as_of`: null for a car whose readings all agree, for then
    those up to a day are those that counted on that day."""
    doubtful = readings.c.vehicle_id.in_(select(pairs.c.vehicle_id))
    plain = select(
        readings.c.vehicle_id, cast(null(), Date).label("as_of"), *(readings.c[name] for name in READ)
    ).where(~doubtful)
    until = readings.alias("until")
    out = exists().where(
        apart.c.vehicle_id == readings.c.vehicle_id,
        apart.c.known_from == until.c.read_on,
        apart.c.read_on == readings.c.read_on,
    )
    sifted = (
        select(readings.c.vehicle_id, until.c.read_on.label("as_of"), *(readings.c[name] for name in READ))
        .join_from(readings, until, until.c.vehicle_id == readings.c.vehicle_id)
        .where(doubtful, readings.c.read_on <= until.c.read_on, ~out)
    )
    return union_all(plain, sifted).subquery("taken")


def _paces(taken: Subquery) -> Subquery:
    """Of each day of a reading, the reading that the pace counts from and the last one."""
    row = taken.c
    own: dict[str, Any] = {"partition_by": (row.vehicle_id, row.as_of), "order_by": row.number}
    recent, older = {**own, "range_": (-RECENT_DAYS, 0)}, {**own, "range_": (None, -LEAST_DAYS)}
    framed = select(
        row.vehicle_id,
        func.coalesce(row.as_of, row.read_on).label("known_from"),
        row.read_on.label("last_on"),
        row.kilometres.label("last_km"),
        func.min(row.read_on).over(**recent).label("recent_on"),
        func.min(row.kilometres).over(**recent).label("recent_km"),
        func.max(row.read_on).over(**older).label("older_on"),
        func.max(row.kilometres).over(**older).label("older_km"),
        func.row_number().over(partition_by=(row.vehicle_id, row.as_of), order_by=row.number.desc()).label("from_last"),
        row.as_of,
    ).subquery("framed")
    far_enough = or_((framed.c.last_on - framed.c.recent_on).cast(Integer) >= LEAST_DAYS, framed.c.older_on.is_(None))
    first_on = case((far_enough, framed.c.recent_on), else_=framed.c.older_on)
    first_km = case((far_enough, framed.c.recent_km), else_=framed.c.older_km)
    return (
        select(
            framed.c.vehicle_id,
            framed.c.known_from,
            first_on.label("first_on"),
            first_km.label("first_km"),
            framed.c.last_on,
            framed.c.last_km,
            (framed.c.last_km - first_km).label("driven_km"),
            (framed.c.last_on - first_on).cast(Integer).label("days"),
        )
        .where(or_(framed.c.as_of.is_(None), framed.c.from_last == 1))
        .subquery("paces")
    )


def days_left(pace: Any, limit_km: ColumnElement[Any], fifths: int = 5) -> ColumnElement[Any]:
    """Whole days from the last reading until the odometer reaches a limit; null for a car that has no pace.

    `fifths`: at that many fifths of the pace. It is worked out in whole numbers, so that it is exact.
    """
    left = (limit_km - pace.last_km).cast(Numeric) * pace.days * 5
    return func.floor(left / func.nullif(pace.driven_km * fifths, 0))


def figures_of(pace: Any, limit_km: ColumnElement[Any], day: ColumnElement[Any]) -> ColumnElement[Any]:
    """What an estimate was made of; where the mileage decides (`day` is not null), with its span."""
    rate = case((pace.days > 0, func.round(pace.driven_km.cast(Numeric) / func.nullif(pace.days, 0), 2)))
    span = {"earliest": FASTER, "latest": SLOWER}
    spans = {
        name: case((day.is_not(None), pace.last_on + _within_reach(days_left(pace, limit_km, fifths))))
        for name, fifths in span.items()
    }
    made = func.jsonb_build_object(
        *(part for name in FIGURES for part in (name, pace[name])),
        *("limit_km", limit_km),
        *("km_per_day", rate),
        *(part for name, at in spans.items() for part in (name, at)),
        *("apart", pace.apart),
        type_=JSONB,
    )
    return func.jsonb_strip_nulls(made, type_=JSONB)


def _within_reach(days: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.least(func.greatest(days, -FARTHEST_DAYS), FARTHEST_DAYS).cast(Integer)


def day_of(pace: Any, limit_km: ColumnElement[Any]) -> ColumnElement[Any]:
    """The day on which the odometer will reach a limit, or reached it; null for a car that has no pace."""
    left = days_left(pace, limit_km)
    return case((pace.driven_km > 0, pace.last_on + _within_reach(left)))


def remarks_on(figures: dict[str, Any] | None) -> list[GivenReason]:
    """What `why` says of an estimate: its span, and the readings that were held apart."""
    told = figures or {}
    remarks = []
    if "earliest" in told:
        remarks.append(give(BETWEEN, since=told["earliest"], until=told["latest"], pace=told["km_per_day"]))
    if apart := told.get("apart"):
        last = apart[-1]
        remarks.append(give(HELD_APART, count=len(apart), day=last["on"], kilometres=last["km"]))
    return remarks


def doubtful_readings(wanted: Select[tuple[int]]) -> AnySelect:
    """The readings of some cars that are held apart by what is known now: `vehicle_id`, `read_on`, `kilometres`."""
    readings = _readings_of(wanted)
    apart = _held_apart(readings, contradictions(readings))
    last = select(readings.c.vehicle_id, func.max(readings.c.read_on).label("day")).group_by(readings.c.vehicle_id)
    newest = last.subquery("newest")
    return select(apart.c.vehicle_id, apart.c.read_on, apart.c.kilometres).join(
        newest, and_(newest.c.vehicle_id == apart.c.vehicle_id, newest.c.day == apart.c.known_from)
    )
