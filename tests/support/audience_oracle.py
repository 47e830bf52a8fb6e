"""An oracle for audiences: the conditions in plain Python for one customer, and random customers."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st
from sqlalchemy import insert

from models.campaigns.audiences import AllOf, AnyOf, AudienceRule, Not, read_audience
from models.campaigns.conditions.car import HasCar
from models.campaigns.conditions.contact import HasComplaint, HasSaid, OnList, Reachable, WasInCampaign
from models.campaigns.conditions.customer import (
    HasBirthday,
    HasContract,
    LivesIn,
    OfAge,
    OfClass,
    OfLevel,
    OfStore,
    Speaks,
)
from models.campaigns.conditions.history import Bought, HasBooked, HasLead, LastVisit, Visited
from models.campaigns.conditions.money import IsHeld, OwesOverdue, Spent
from models.campaigns.tables import AudienceListMember
from models.core.words import (
    AppointmentStatus,
    ChannelName,
    ContactKind,
    CustomerClass,
    InvoiceKind,
    InvoiceStatus,
    LeadState,
    LeadUrgency,
    Purpose,
    WorkKind,
)
from models.people.tables import ContactPoint
from models.subjects.account import Invoice
from models.subjects.appointment import Appointment
from models.subjects.handover import Handover
from models.subjects.lead import Lead
from models.subjects.repair_order import RepairOrder
from tests.support.world import SHANGHAI, World, at

NOW = at("2026-03-10 10:00")
TODAY = date(2026, 3, 10)
STORE = "SH01"
LIST = 1
CAME = (AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED)


class Undone(Exception):
    """Raised so that an example leaves nothing behind."""


@dataclass(frozen=True)
class Car:
    make: str | None
    model: str | None
    model_year: int | None
    plate: str | None
    disposed_on: date | None
    warranty_ends_on: date | None
    readings: tuple[tuple[date, int], ...]


@dataclass(frozen=True)
class Visit:
    starts_at: datetime
    status: AppointmentStatus
    booked_at: datetime | None
    cancelled_at: datetime | None
    work_kind: WorkKind


@dataclass(frozen=True)
class Order:
    opened_on: date | None
    closed_on: date | None
    work_kind: WorkKind


@dataclass(frozen=True)
class Wish:
    """A lead."""

    urgency: LeadUrgency
    model: str | None
    state: LeadState
    created_on: date
    contacted_on: date | None
    state_on: date | None


@dataclass(frozen=True)
class Bill:
    kind: InvoiceKind
    issued_on: date
    amount: Decimal
    currency: str
    status: InvoiceStatus
    status_on: date | None


@dataclass(frozen=True)
class Said:
    purpose: Purpose | None
    channel: ChannelName | None
    granted: bool
    given_at: datetime


@dataclass(frozen=True)
class Person:
    """All that is on record of one customer."""

    level: str | None = None
    language: str | None = None
    area: str | None = None
    birth_on: date | None = None
    has_contract: bool = False
    cars: tuple[Car, ...] = ()
    visits: tuple[Visit, ...] = ()
    orders: tuple[Order, ...] = ()
    handovers: tuple[date, ...] = ()
    wishes: tuple[Wish, ...] = ()
    bills: tuple[Bill, ...] = ()
    held_since: date | None = None
    said: tuple[Said, ...] = ()
    points: tuple[tuple[ContactKind, bool, datetime | None], ...] = ()
    """Kind, whether it takes text, since when it is invalid."""
    complaints: tuple[tuple[datetime, datetime | None], ...] = ()
    listed: bool = False


def holds(rule: AudienceRule, person: Person) -> bool:  # noqa: C901  one line a condition
    """Whether a rule holds of a person at `NOW`."""
    match rule:
        case AllOf():
            return all(holds(part, person) for part in rule.of)
        case AnyOf():
            return any(holds(part, person) for part in rule.of)
        case Not():
            return not holds(rule.of, person)
        case OfLevel():
            return _is_one_of(person.level, rule.levels)
        case OfClass():
            return _class_of(person) in rule.classes
        case Speaks():
            return (person.language or "en") == rule.language
        case OfStore():
            return _is_one_of(STORE, rule.stores)
        case HasContract():
            return person.has_contract == rule.yes
        case OfAge():
            return person.birth_on is not None and _is_aged(rule, person.birth_on)
        case HasBirthday():
            born = person.birth_on
            days = [TODAY + timedelta(days=ahead) for ahead in range(rule.within_days + 1)]
            return born is not None and born <= TODAY and any(_birthday_in(born, day.year) == day for day in days)
        case LivesIn():
            return any((person.area or "").lower().startswith(area.lower()) for area in rule.areas)
        case HasCar():
            return any(_is_such(rule, car) for car in person.cars)
        case LastVisit():
            return _was_last_here(rule, person)
        case Visited():
            return _between(len(_days_here(person, rule.within_days, rule.work_kinds)), rule.least, rule.most)
        case HasBooked():
            return any(_is_ahead(visit, rule.within_days) for visit in person.visits) == rule.yes
        case Bought():
            return any(_is_in(rule, day) for day in person.handovers)
        case HasLead():
            return any(_is_wanted(rule, wish) for wish in person.wishes)
        case Spent():
            return _between(_spent(rule, person), rule.least, rule.most)
        case IsHeld():
            return (person.held_since is not None and person.held_since <= TODAY) == rule.yes
        case HasSaid():
            fits = [
                one
                for one in person.said
                if one.purpose in (None, rule.purpose) and one.channel in (None, rule.channel) and one.given_at <= NOW
            ]
            return bool(fits) and max(fits, key=lambda one: one.given_at).granted == rule.granted
        case Reachable():
            return any(_serves(point, channel) for point in person.points for channel in rule.channels)
        case HasComplaint():
            return any(opened <= NOW and (closed is None or closed > NOW) for opened, closed in person.complaints) == (
                rule.yes
            )
        case OnList():
            return person.listed and rule.list == LIST
        case OwesOverdue() | WasInCampaign():
            raise AssertionError(f"the small world has no {rule.kind}: it has tests of its own")
        case _:
            raise AssertionError(f"the oracle does not know {rule.kind}")


def _class_of(person: Person) -> CustomerClass:
    """Nobody of the small world sent anybody."""
    days = _days_here(person)
    if (person.level or "").strip().lower().startswith("vip"):
        return CustomerClass.VIP
    if not days:
        return CustomerClass.POTENTIAL
    for months, found in ((24, CustomerClass.LOST), (12, CustomerClass.SLEEPING)):
        if max(days) + relativedelta(months=months) <= TODAY:
            return found
    return CustomerClass.NEW if (TODAY - min(days)).days < 90 else CustomerClass.ACTIVE


def _is_one_of(value: str | None, names: tuple[str, ...]) -> bool:
    return value is not None and value.lower() in [name.lower() for name in names]


def _between(value: Any, least: Any, most: Any) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _birthday_in(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _is_aged(rule: OfAge, born: date) -> bool:
    age = TODAY.year - born.year - (_birthday_in(born, TODAY.year) > TODAY)
    return born <= TODAY and _between(age, rule.least, rule.most)


def _is_such(rule: HasCar, car: Car) -> bool:
    return _is_named(rule, car) and _is_of_years(rule, car) and _is_in_hand(rule, car) and _has_driven(rule, car)


def _is_named(rule: HasCar, car: Car) -> bool:
    by_make = not rule.makes or _is_one_of(car.make, rule.makes)
    return by_make and (not rule.models or _is_one_of(car.model, rule.models))


def _is_of_years(rule: HasCar, car: Car) -> bool:
    if (rule.least_model_year, rule.most_model_year, rule.least_age, rule.most_age) == (None,) * 4:
        return True
    if car.model_year is None:
        return False
    by_year = _between(car.model_year, rule.least_model_year, rule.most_model_year)
    return by_year and _between(TODAY.year - car.model_year, rule.least_age, rule.most_age)


def _is_in_hand(rule: HasCar, car: Car) -> bool:
    asked = ((rule.has_plate, car.plate is not None), (rule.has_vin, False))
    kept = "yes" if car.disposed_on is None or car.disposed_on > TODAY else "no"
    return rule.kept in ("either", kept) and all(wanted in (None, fact) for wanted, fact in asked)


def _has_driven(rule: HasCar, car: Car) -> bool:
    """And its warranty ends when the rule says."""
    if rule.least_warranty_days is not None or rule.most_warranty_days is not None:
        left = (car.warranty_ends_on - TODAY).days if car.warranty_ends_on else -1
        if not _between(left, rule.least_warranty_days or 0, rule.most_warranty_days):
            return False
    if rule.least_kilometres is None and rule.most_kilometres is None:
        return True
    kilometres = _kilometres(car, estimated=rule.estimated)
    return kilometres is not None and _between(kilometres, rule.least_kilometres, rule.most_kilometres)


def _kilometres(car: Car, *, estimated: bool) -> int | None:
    known = sorted((day, kilometres) for day, kilometres in car.readings if day <= TODAY)
    if not known:
        return None
    (first_on, first), (last_on, last) = known[0], known[-1]
    days = (last_on - first_on).days
    if not estimated or not days:
        return last
    return last + max(last - first, 0) * (TODAY - last_on).days // days


def _days_here(person: Person, within: int | None = None, kinds: tuple[WorkKind, ...] = ()) -> set[date]:
    came = [
        (visit.starts_at.astimezone(SHANGHAI).date(), visit.work_kind)
        for visit in person.visits
        if visit.status in CAME and visit.starts_at <= NOW
    ]
    brought = [(order.opened_on or order.closed_on, order.work_kind) for order in person.orders]
    got = [(day, None) for day in person.handovers]
    return {
        day
        for day, kind in [*came, *brought, *got]
        if day is not None
        and day <= TODAY
        and (within is None or day > TODAY - timedelta(days=within))
        and (not kinds or (kind is not None and (kind in kinds or PART_OF.get(kind, kind) in kinds)))
    }


def _was_last_here(rule: LastVisit, person: Person) -> bool:
    days = _days_here(person)
    if not days:
        return rule.or_never
    if (rule.least_days, rule.most_days, rule.since, rule.until) == (None,) * 4:
        return False
    return _is_in(rule, max(days))


def _is_in(rule: LastVisit | Bought, day: date) -> bool:
    ago = (TODAY - day).days
    return day <= TODAY and _between(ago, rule.least_days, rule.most_days) and _between(day, rule.since, rule.until)


def _is_ahead(visit: Visit, within: int | None) -> bool:
    gone = visit.status is AppointmentStatus.CANCELLED and (visit.cancelled_at is None or visit.cancelled_at <= NOW)
    known = visit.booked_at is None or visit.booked_at <= NOW
    day = visit.starts_at.astimezone(SHANGHAI).date()
    return visit.starts_at > NOW and known and not gone and (within is None or day <= TODAY + timedelta(days=within))


def _is_wanted(rule: HasLead, wish: Wish) -> bool:
    came_later = wish.state_on is not None and wish.state_on > TODAY
    state = LeadState.OPEN if came_later else wish.state
    first = TODAY - timedelta(days=(rule.uncontacted_days or 1) - 1)
    contacted = wish.contacted_on is not None and first <= wish.contacted_on <= TODAY
    return (
        wish.created_on <= TODAY
        and (not rule.urgencies or wish.urgency in rule.urgencies)
        and (not rule.states or state in rule.states)
        and (not rule.models or _is_one_of(wish.model, rule.models))
        and (rule.uncontacted_days is None or not contacted)
    )


def _spent(rule: Spent, person: Person) -> Decimal:
    amounts = (
        -bill.amount if bill.kind is InvoiceKind.CREDIT_NOTE else bill.amount
        for bill in person.bills
        if _counts(rule, bill)
    )
    return sum(amounts, Decimal(0))


def _counts(rule: Spent, bill: Bill) -> bool:
    void = bill.status is InvoiceStatus.VOID and (bill.status_on is None or bill.status_on <= TODAY)
    first = date.min if rule.within_days is None else TODAY - timedelta(days=rule.within_days - 1)
    return bill.currency == rule.currency and not void and first <= bill.issued_on <= TODAY


def _serves(point: tuple[ContactKind, bool, datetime | None], channel: ChannelName) -> bool:
    kind, takes_text, invalid_since = point
    wanted = {"email": ContactKind.EMAIL, "wechat": ContactKind.WECHAT}.get(channel.value, ContactKind.PHONE)
    valid = invalid_since is None or invalid_since > NOW
    return kind is wanted and valid and (takes_text or channel is not ChannelName.SMS)


DAYS = st.integers(-40, 12).map(lambda ago: TODAY + timedelta(days=ago))
MOMENTS = st.integers(-40 * 24, 12 * 24).map(lambda hours: NOW + timedelta(hours=hours))
WORK = st.sampled_from([WorkKind.MAINTENANCE, WorkKind.FIRST_SERVICE, WorkKind.REPAIR])
PART_OF = {WorkKind.FIRST_SERVICE: WorkKind.MAINTENANCE}
SUMS = st.sampled_from([Decimal(100), Decimal(250), Decimal("399.99")])


LEVELS, AREAS = st.sampled_from(["VIP", "gold", "O'Brien; --"]), st.sampled_from(["Pudong", "200120", "Putuo"])
CHANNELS = st.sampled_from(ChannelName)
PURPOSES = st.sampled_from([Purpose.MARKETING, Purpose.SERVICE])
BIRTHDAYS = st.one_of(
    DAYS.map(lambda day: day.replace(year=1996)), st.just(date(1996, 2, 29)), st.dates(date(1950, 1, 1))
)


def _few(each: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(each, max_size=2).map(tuple)


def _maybe(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | each


CARS = st.builds(
    Car,
    make=_maybe(st.sampled_from(["Polestar", "BYD"])),
    model=_maybe(st.sampled_from(["Aurora", "Comet"])),
    model_year=_maybe(st.integers(2019, 2026)),
    plate=_maybe(st.just("A12345")),
    disposed_on=_maybe(DAYS),
    warranty_ends_on=_maybe(DAYS),
    readings=st.dictionaries(DAYS, st.integers(0, 400), max_size=3).map(lambda read: tuple(read.items())),
)
VISITS = st.builds(
    Visit,
    starts_at=MOMENTS,
    status=st.sampled_from([*CAME, AppointmentStatus.BOOKED, AppointmentStatus.CANCELLED]),
    booked_at=_maybe(MOMENTS),
    cancelled_at=_maybe(MOMENTS),
    work_kind=WORK,
).filter(lambda visit: not (visit.status in CAME and visit.starts_at > NOW))
PERSONS = st.builds(
    Person,
    level=_maybe(LEVELS),
    language=_maybe(st.sampled_from(["zh-CN", "en"])),
    area=_maybe(AREAS),
    birth_on=_maybe(BIRTHDAYS),
    has_contract=st.booleans(),
    cars=_few(CARS),
    visits=_few(VISITS),
    orders=_few(st.builds(Order, opened_on=_maybe(DAYS), closed_on=_maybe(DAYS), work_kind=WORK)),
    handovers=_few(DAYS),
    wishes=_few(
        st.builds(
            Wish,
            urgency=st.sampled_from(LeadUrgency),
            model=_maybe(st.sampled_from(["Aurora", "Comet"])),
            state=st.sampled_from(LeadState),
            created_on=DAYS,
            contacted_on=_maybe(DAYS),
            state_on=_maybe(DAYS),
        )
    ),
    bills=_few(
        st.builds(
            Bill,
            kind=st.sampled_from(InvoiceKind),
            issued_on=DAYS,
            amount=SUMS,
            currency=st.sampled_from(["CNY", "EUR"]),
            status=st.sampled_from([InvoiceStatus.OPEN, InvoiceStatus.VOID]),
            status_on=_maybe(DAYS),
        )
    ),
    held_since=_maybe(DAYS),
    said=st.lists(
        st.builds(Said, purpose=_maybe(PURPOSES), channel=_maybe(CHANNELS), granted=st.booleans(), given_at=MOMENTS),
        max_size=3,
        unique_by=lambda one: one.given_at,
    ).map(tuple),
    points=st.lists(
        st.tuples(st.sampled_from(ContactKind), st.booleans(), _maybe(MOMENTS)),
        max_size=2,
        unique_by=lambda one: one[0],
    ).map(tuple),
    complaints=_few(
        st.tuples(MOMENTS, _maybe(MOMENTS)).filter(lambda spell: spell[1] is None or spell[0] <= spell[1])
    ),
    listed=st.booleans(),
)  # fmt: skip


@st.composite
def _bounds(draw: st.DrawFn, values: st.SearchStrategy[Any], suffix: str = "", *, some: bool = False) -> dict[str, Any]:
    """`least…` and `most…`, of which either may be missing."""
    low, high = sorted((draw(values), draw(values)))
    given = draw(st.sampled_from([(low, None), (None, high), (low, high)] + ([] if some else [(None, None)])))
    return {f"least{suffix}": given[0], f"most{suffix}": given[1]}


@st.composite
def _when(draw: st.DrawFn) -> dict[str, Any]:
    """A time in the past, by days ago or by dates."""
    if draw(st.booleans()):
        return draw(_bounds(st.integers(0, 40), "_days", some=True))
    since, until = sorted((draw(DAYS), draw(DAYS)))
    return {"since": since, "until": draw(st.sampled_from([until, None]))}


@st.composite
def _cars(draw: st.DrawFn) -> dict[str, Any]:
    parts = [
        {},
        _bounds(st.integers(2019, 2026), "_model_year"),
        _bounds(st.integers(0, 7), "_age"),
        _bounds(st.integers(0, 30), "_warranty_days", some=True),
        st.tuples(_bounds(st.integers(0, 500), "_kilometres", some=True), st.booleans()).map(
            lambda both: both[0] | {"estimated": both[1]}
        ),
    ]
    asked: dict[str, Any] = {
        "makes": draw(st.sampled_from([[], ["byd"], ["BYD", "Polestar"]])),
        "models": draw(st.sampled_from([[], ["aurora"]])),
        "has_plate": draw(_maybe(st.booleans())),
        "kept": draw(st.sampled_from(["yes", "no", "either"])),
    }
    part: Any = draw(st.sampled_from(parts))
    chosen: dict[str, Any] = draw(part) if isinstance(part, st.SearchStrategy) else part
    return asked | chosen


def _of(kind: str, fields: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return fields.map(lambda given: {"kind": kind} | given)


def _both(one: st.SearchStrategy[dict[str, Any]], other: st.SearchStrategy[dict[str, Any]]) -> Any:
    return st.tuples(one, other).map(lambda given: given[0] | given[1])


SPANS = _maybe(st.integers(1, 40))
CONDITIONS = st.one_of(
    _of("level", st.lists(LEVELS | st.just("vip"), min_size=1, max_size=2).map(lambda levels: {"levels": levels})),
    _of("class", st.lists(st.sampled_from(CustomerClass), min_size=1, max_size=3).map(
        lambda some: {"classes": [one.value for one in some]}
    )),
    _of("language", st.sampled_from(["zh-CN", "en"]).map(lambda language: {"language": language})),
    _of("store", st.sampled_from([["sh01"], ["elsewhere"]]).map(lambda stores: {"stores": stores})),
    _of("contract", st.booleans().map(lambda yes: {"yes": yes})),
    _of("age", _bounds(st.integers(0, 80), some=True)),
    _of("birthday", st.integers(0, 366).map(lambda days: {"within_days": days})),
    _of("area", st.sampled_from([["pu"], ["2001", "Pudong"]]).map(lambda areas: {"areas": areas})),
    _of("car", _cars()),
    _of("last-visit", _both(_when(), st.booleans().map(lambda never: {"or_never": never}))),
    _of("last-visit", st.just({"or_never": True})),
    _of("visits", _both(
        _bounds(st.integers(0, 3), some=True),
        st.builds(lambda days, kinds: {"within_days": days, "work_kinds": kinds}, SPANS, st.lists(WORK, max_size=1)),
    )),
    _of("booked", st.builds(lambda yes, days: {"yes": yes, "within_days": days}, st.booleans(), SPANS)),
    _of("bought", _when()),
    _of("lead", st.builds(
        lambda urgencies, states, models, days: {
            "urgencies": urgencies, "states": states, "models": models, "uncontacted_days": days,
        },
        st.lists(st.sampled_from(LeadUrgency), max_size=2), st.lists(st.sampled_from(LeadState), max_size=2),
        st.sampled_from([[], ["aurora"]]), SPANS,
    )),
    _of("spent", _both(
        _bounds(st.integers(0, 500), some=True),
        st.builds(lambda days: {"currency": "CNY", "within_days": days}, SPANS),
    )),
    _of("account-held", st.booleans().map(lambda yes: {"yes": yes})),
    _of("consent", st.builds(
        lambda purpose, channel, granted: {"purpose": purpose, "channel": channel, "granted": granted},
        PURPOSES, CHANNELS, st.booleans(),
    )),
    _of("reachable", st.lists(CHANNELS, min_size=1, max_size=2).map(lambda channels: {"channels": channels})),
    _of("complaint", st.booleans().map(lambda yes: {"yes": yes})),
    _of("list", st.sampled_from([1, 2]).map(lambda number: {"list": number})),
)  # fmt: skip
TREES = st.recursive(
    CONDITIONS,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda of: {"kind": "all", "of": of}),
        st.lists(parts, min_size=1, max_size=3).map(lambda of: {"kind": "any", "of": of}),
        parts.map(lambda of: {"kind": "not", "of": of}),
    ),
    max_leaves=5,
)
AUDIENCES = TREES.map(read_audience)


def enter(world: World, person: Person) -> int:
    """Put a person on record; their id."""
    own = {name: getattr(person, name) for name in ("level", "language", "area", "birth_on", "has_contract")}
    customer_id = world.customer(phone=None, **own)
    for car in person.cars:
        _enter_car(world, customer_id, car)
    _enter_history(world, customer_id, person)
    account_id = world.account(customer_id, held_since=person.held_since)
    for bill in person.bills:
        _add(world, Invoice, store_id=world.store_id, account_id=account_id, due_on=bill.issued_on, **asdict(bill))
    for said in person.said:
        world.consent(customer_id, **asdict(said))
    for kind, takes_text, since in person.points:
        value = "+8613800000001" if kind is ContactKind.PHONE else f"{customer_id}@example.com"
        point = {"customer_id": customer_id, "kind": kind, "value": value}
        _add(world, ContactPoint, **point, takes_text=takes_text, invalid_since=since, key=False)
    for opened, closed in person.complaints:
        world.complaint(customer_id, opened.isoformat(" "), closed.isoformat(" ") if closed else None)
    if person.listed:
        member = {"list_id": LIST, "customer_id": customer_id}
        world.connection.execute(insert(AudienceListMember).values(**member))
    return customer_id


def _enter_history(world: World, customer_id: int, person: Person) -> None:
    theirs: dict[str, Any] = {"store_id": world.store_id, "customer_id": customer_id}
    for visit in person.visits:
        _add(world, Appointment, **theirs, **asdict(visit))
    for order in person.orders:
        _add(world, RepairOrder, **theirs, **asdict(order))
    for day in person.handovers:
        _add(world, Handover, **theirs, handed_over_on=day)
    for wish in person.wishes:
        reason = "too expensive" if wish.state is LeadState.LOST else None
        _add(world, Lead, **theirs, **asdict(wish), lost_reason=reason)


def _enter_car(world: World, customer_id: int, car: Car) -> None:
    named = {name: getattr(car, name) for name in ("make", "model", "model_year", "plate", "disposed_on")}
    vehicle_id = world.vehicle(customer_id, **named)
    if car.warranty_ends_on:
        world.warranty(customer_id, car.warranty_ends_on.isoformat(), vehicle_id)
    world.readings(vehicle_id, *((read_on.isoformat(), kilometres) for read_on, kilometres in car.readings))


def _add(world: World, table: Any, *, key: bool = True, **values: Any) -> None:
    keyed = {"key": f"A{next(world.numbers)}"} if key else {}
    world.connection.execute(insert(table).values(**keyed, **values))
