"""The messages that a launch would plan, judged by the dispatch's gates, in a temporary table of this transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Interval,
    MetaData,
    Table,
    Uuid,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from models.campaigns.plans import CampaignPlan
from models.core.base import enumeration, growing
from models.core.cadence import ZONED, later, local_day, moment
from models.core.rows import AnySelect
from models.core.words import CAMPAIGNS, RECIPIENT, Decision, Gate, Purpose, Rehearsed, StepKind, Wave
from models.people.tables import ContactPoint, Customer, Store
from tasks.campaigns.audiences.counting import audience_of
from tasks.campaigns.launch.freezing import begins_for_each
from tasks.campaigns.launch.random_assignment import assign
from tasks.database.statistics import prepare_for_large_statements
from tasks.dispatch.gates import judge_by
from tasks.stores.laws.closing import laws_table, read_laws
from tasks.stores.rules import as_parameter, read_store_rules, rules_table
from tasks.subjects.recipient.facts import FIRST_STEP

AT_ONCE = 50_000
"""The number of customers judged per statement, so that memory does not grow with the audience."""
ASSIGNED = Table(
    "rehearsed_lots",
    MetaData(),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("customer_id", BigInteger),
    Column("store_id", BigInteger),
    Column("time_zone", Text),
    Column("wave", enumeration(Wave)),
    Column("variant", Text),
    Column("anchor_at", ZONED),
    Column("judged_at", ZONED),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


@dataclass(frozen=True, slots=True)
class Rehearsing:
    """The rehearsed campaign and its start."""

    plan: CampaignPlan
    campaign_id: int
    store_id: int | None
    at: datetime
    """The launch. With a local hour, nobody is contacted earlier."""
    now: datetime


@contextmanager
def drawn_lots(connection: Connection, rehearsing: Rehearsing) -> Iterator[None]:
    """A context in which `ASSIGNED` holds the audience, with the moment at which each customer would be contacted."""
    savepoint = connection.begin_nested()
    try:
        prepare_for_large_statements(connection)
        ASSIGNED.create(connection)
        connection.execute(insert(ASSIGNED).from_select(ASSIGNED.columns.keys(), _assigned(rehearsing)))
        connection.execute(text(f"analyze {ASSIGNED.name}"))
        yield
    finally:
        savepoint.rollback()


def _assigned(rehearsing: Rehearsing) -> AnySelect:
    plan = rehearsing.plan
    audience = audience_of(plan.audience, rehearsing.now, rehearsing.store_id)
    assigned = assign(audience, plan, rehearsing.campaign_id).subquery("assigned")
    anchor = begins_for_each(plan.launch, rehearsing.at)
    earliest = func.greatest(anchor, moment(rehearsing.at), type_=ZONED)
    wave = cast(assigned.c.wave, Text)
    delays = {Wave.TRIAL: _of_canary(plan), Wave.REST: _of_canary(plan) + _of_trial(plan)}
    delay = case({key.value: literal(span, Interval) for key, span in delays.items()}, value=wave, else_=timedelta(0))
    return (
        select(
            assigned.c.place,
            assigned.c.customer_id,
            assigned.c.store_id,
            Store.time_zone,
            assigned.c.wave,
            assigned.c.variant,
            anchor,
            earliest + delay,
        )
        .join_from(assigned, Customer, Customer.id == assigned.c.customer_id)
        .join(Store, Store.id == assigned.c.store_id)
    )


def _of_canary(plan: CampaignPlan) -> timedelta:
    return plan.canary.watch_for.nominal if plan.canary.percent else timedelta(0)


def _of_trial(plan: CampaignPlan) -> timedelta:
    return plan.trial.after.nominal if plan.has_trial else timedelta(0)


def moments_of(connection: Connection) -> Sequence[datetime]:
    """The moments at which someone would be contacted."""
    return connection.scalars(select(ASSIGNED.c.judged_at).distinct().order_by(ASSIGNED.c.judged_at)).all()


def size_of(connection: Connection) -> int:
    """The number of customers."""
    return connection.execute(select(func.count()).select_from(ASSIGNED)).scalar_one()


def judged_customers(
    connection: Connection, plan: CampaignPlan, campaign_id: int, moment_of: datetime, after: int, up_to: int
) -> AnySelect:
    """The customers by place (`after` exclusive) who would be contacted at one moment, with the gates' verdicts.

    `outcome`, `gate`, `reason` with `reason_figures`, `channel`, `contact_point_id`, and `at`: when they get it.
    """
    due = _due(plan, campaign_id, moment_of, after, up_to)
    rules = rules_table(literal(as_parameter(read_store_rules(connection, moment_of)), JSONB))
    whose = select(ASSIGNED.c.customer_id)
    laws = laws_table(literal(read_laws(connection, whose, moment_of), JSONB))
    judged = judge_by(due, _facts(due, moment_of), rules, laws, moment_of, naming=False)
    row = judged.c
    another_is_told = row.gate == Gate.HOUSEHOLD  # held until it is known, and then cancelled
    goes = and_(row.decision != Decision.STOP, ~another_is_told)
    return select(
        due.c.place,
        due.c.customer_id,
        due.c.store_id,
        due.c.time_zone,
        due.c.wave,
        due.c.variant,
        case(
            (another_is_told, _outcome(Rehearsed.NOT_TOLD)),
            (row.decision == Decision.PASS, _outcome(Rehearsed.TOLD)),
            (row.decision == Decision.HOLD, _outcome(Rehearsed.HELD)),
            else_=_outcome(Rehearsed.NOT_TOLD),
        ).label("outcome"),
        row.gate,
        row.reason,
        row.reason_figures,
        case((goes, row.channel)).label("channel"),
        case((goes, row.contact_point_id)).label("contact_point_id"),
        case((goes, func.coalesce(row.until, moment(moment_of)))).label("at"),
    ).join_from(due, judged, and_(judged.c.id == due.c.id, due.c.asked))


def held_out_lots(after: int, up_to: int) -> AnySelect:
    """The control group by place, in the shape of `judged_customers`."""
    row = ASSIGNED.c
    return select(
        row.place,
        row.customer_id,
        row.store_id,
        row.time_zone,
        row.wave,
        row.variant,
        _outcome(Rehearsed.HELD_OUT).label("outcome"),
        literal(Gate.NONE, growing(Gate)).label("gate"),
        literal(None, Text).label("reason"),
        cast(null(), JSONB).label("reason_figures"),
        literal(None, Text).label("channel"),
        literal(None, BigInteger).label("contact_point_id"),
        literal(None, ZONED).label("at"),
    ).where(row.wave == Wave.CONTROL, row.place > after, row.place <= up_to)


def _outcome(outcome: Rehearsed) -> ColumnElement[str]:
    return literal(outcome, enumeration(Rehearsed))


def _due(plan: CampaignPlan, campaign_id: int, moment_of: datetime, after: int, up_to: int) -> CTE:
    """The messages in the form in which the claim finds them: those that are `asked` for, and those to customers with
    the same number or address as one of these, at that moment or before."""
    row = ASSIGNED.c
    asked = and_(row.judged_at == moment(moment_of), row.place > after, row.place <= up_to)
    partner = _shares_an_address(moment_of, after, up_to)
    return (
        select(
            cast(func.lpad(func.to_hex(row.customer_id), 32, "0"), Uuid).label("id"),
            literal(CAMPAIGNS, Text).label("process"),
            literal(FIRST_STEP, Text).label("step"),
            literal(RECIPIENT, Text).label("subject_kind"),
            row.customer_id.label("subject_id"),  # nobody is a recipient yet
            cast(null(), ZONED).label("anchor_at"),
            row.place,
            row.customer_id,
            row.store_id,
            row.time_zone,
            row.wave,
            row.variant,
            literal(StepKind.MESSAGE, growing(StepKind)).label("kind"),
            literal(plan.purpose, growing(Purpose)).label("purpose"),
            literal(plan.priority, Integer).label("priority"),
            literal([channel.value for channel in plan.channels], ARRAY(Text)).label("channels"),
            row.judged_at.label("not_before"),
            row.judged_at.label("due_at"),  # of two with one number, the earlier is told
            later(row.anchor_at, plan.valid_for).label("valid_until"),
            literal(False, Boolean).label("obligation"),
            literal(False, Boolean).label("works_holidays"),
            literal(False, Boolean).label("resendable"),
            literal(True, Boolean).label("mine"),
            cast(null(), Text).label("channel"),
            cast(null(), BigInteger).label("contact_point_id"),
            cast(null(), Uuid).label("merged_into"),
            cast(null(), BigInteger).label("template_version_id"),
            literal(campaign_id, BigInteger).label("campaign_id"),
            asked.label("asked"),
        )
        .where(row.wave != Wave.CONTROL, or_(asked, partner))
        .cte("due")
    )


def _shares_an_address(moment_of: datetime, after: int, up_to: int) -> ColumnElement[bool]:
    """Whether a customer has a number or an address of one of the customers in a range of places, who is judged then or
    later than they."""
    theirs, own = aliased(ContactPoint, name="theirs"), aliased(ContactPoint, name="own")
    of_range = ASSIGNED.alias("of_range")
    sharing = (
        select(theirs.customer_id)
        .select_from(of_range)
        .join(own, own.customer_id == of_range.c.customer_id)
        .join(theirs, and_(theirs.kind == own.kind, theirs.value == own.value, theirs.customer_id != own.customer_id))
        .where(of_range.c.judged_at == moment(moment_of), of_range.c.place > after, of_range.c.place <= up_to)
    )
    return and_(ASSIGNED.c.judged_at <= moment(moment_of), ASSIGNED.c.customer_id.in_(sharing))


def _facts(due: CTE, moment_of: datetime) -> CTE:
    """Before a campaign begins, no fact can have changed, but a wave may be too late."""
    return select(
        due.c.id.label("touch_id"),
        literal(False, Boolean).label("moved"),
        cast(null(), Text).label("gone"),
        (due.c.valid_until <= moment(moment_of)).label("passed"),
        cast(null(), JSONB).label("figures"),
    ).cte("facts")


def store_day(row: Any) -> ColumnElement[date]:
    """The store-local day on which the customer gets it."""
    return local_day(row.at, row.time_zone)
