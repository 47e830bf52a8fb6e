"""A campaign's dry run with the real audience, assignment and gates. Nothing is sent or stored."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, RowMapping, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from models.campaigns.plans import CampaignPlan, begins_at
from models.campaigns.rehearsals import REACHED, CampaignRehearsal, RehearsedCustomer, RehearsedGroup, RehearsedPage
from models.core.masking import mask_contact
from models.core.reasons import GivenReason, kept
from models.core.rows import AnySelect
from models.core.settings import Settings
from models.core.words import ChannelName, LaunchKind, Rehearsed, Wave
from models.ledger.tables import given_reason
from models.messages.letters import decimals_of
from models.people.tables import ContactPoint, Customer, CustomerKey, Store
from tasks.campaigns.listing import CampaignRead
from tasks.campaigns.rehearsal.calls_foreseen import foresee_calls
from tasks.campaigns.rehearsal.collisions import COLLISION_DAYS, find_collisions
from tasks.campaigns.rehearsal.would_be_touches import (
    ASSIGNED,
    AT_ONCE,
    Rehearsing,
    drawn_lots,
    held_out_lots,
    judged_customers,
    moments_of,
    size_of,
    store_day,
)
from tasks.campaigns.wording.messages import MOST_SAMPLED, estimate

PAGE_AT_ONCE = 2_000


def rehearsing_of(read: CampaignRead, at: datetime | None, now: datetime) -> Rehearsing:
    """A campaign as if launched at a moment; by default at its plan's moment, or now."""
    begins = at or begins_at(read.plan.launch, now) or now
    return Rehearsing(read.plan, read.row.id, read.store_id, max(begins, now), now)


def rehearse_campaign(
    connection: Connection, name: str, rehearsing: Rehearsing, settings: Settings
) -> CampaignRehearsal:
    """Rehearse a launch. Everything is rolled back to a savepoint.

    Raises what `check_words` raises, and `RehearsalUnbalanced`.
    """
    plan = rehearsing.plan
    with drawn_lots(connection, rehearsing):
        parts = _parts(connection, rehearsing)
        reached = _by_channel(parts)
        sampled = connection.scalars(
            select(ASSIGNED.c.customer_id).order_by(ASSIGNED.c.place).limit(MOST_SAMPLED)
        ).all()
        prices = estimate(connection, name, plan, sampled, settings, rehearsing.now)
        told = sum(reached.values())
        by_channel, decimals = reached.items(), decimals_of(prices.currency)
        cost = sum((prices.mean_price(channel) * many for channel, many in by_channel), Decimal(0))
        follow_up = sum((prices.mean_price_of_follow_up(channel) * many for channel, many in by_channel), Decimal(0))
        rehearsal = CampaignRehearsal(
            as_of=rehearsing.now,
            begins_at=None if plan.launch.kind is LaunchKind.LOCAL_HOUR else rehearsing.at,
            audience=size_of(connection),
            parts=parts,
            currency=prices.currency,
            first_wave=_first_wave(plan, parts),
            cost=round(cost, decimals),
            most_cost_of_follow_up=round(follow_up, decimals),
            budget=plan.budget,
            minutes_at_pace=-(-told // plan.per_minute) if plan.per_minute else None,
            calls=foresee_calls(connection, plan, rehearsing.store_id, told, rehearsing.now),
            collisions=find_collisions(connection, rehearsing.at),
            collision_days=COLLISION_DAYS,
        )
    rehearsal.check()
    return rehearsal


def _parts(connection: Connection, rehearsing: Rehearsing) -> list[RehearsedGroup]:
    """The number of customers per group, judged in batches of some thousands."""
    counts: Counter[tuple[object, ...]] = Counter()
    for statement in _statements(connection, rehearsing, 0, size_of(connection), AT_ONCE):
        row = statement.subquery("assigned").c
        sort = (
            row.wave,
            row.variant,
            row.outcome,
            row.channel,
            row.gate,
            row.reason,
            row.reason_figures,
            store_day(row),
        )
        for *key, code, figures, on, customers in connection.execute(select(*sort, func.count()).group_by(*sort)):
            counts[*key, kept(code, figures), on] += customers
    names = ("wave", "variant", "outcome", "channel", "gate", "reason", "on")
    parts = [RehearsedGroup(**dict(zip(names, key, strict=True)), customers=many) for key, many in counts.items()]
    return sorted(parts, key=lambda part: -part.customers)


def _statements(
    connection: Connection, rehearsing: Rehearsing, after: int, up_to: int, at_once: int
) -> Iterator[AnySelect]:
    """A range of the audience by place, in batches of some thousands and per moment."""
    moments = moments_of(connection)
    for begin in range(after, up_to, at_once):
        yield held_out_lots(begin, begin + at_once)
        for moment_of in moments:
            yield judged_customers(
                connection, rehearsing.plan, rehearsing.campaign_id, moment_of, begin, begin + at_once
            )


def _first_wave(plan: CampaignPlan, parts: list[RehearsedGroup]) -> int:
    """How many are told in the first wave, which is widened while too few of it can be told."""
    reached: Counter[Wave] = Counter()
    for part in parts:
        if part.outcome in REACHED:
            reached[part.wave] += part.customers
    first = reached[Wave.CANARY]
    widened_by = reached[Wave.TRIAL] if plan.has_trial else reached[Wave.REST]
    return max(first, min(plan.canary.at_least, first + widened_by)) if first else 0


def _by_channel(parts: list[RehearsedGroup]) -> Counter[ChannelName]:
    reached: Counter[ChannelName] = Counter()
    for part in parts:
        if part.outcome in REACHED and part.channel is not None:
            reached[part.channel] += part.customers
    return reached


def list_rehearsed(
    connection: Connection,
    rehearsing: Rehearsing,
    *,
    outcome: Rehearsed | None = None,
    reason: GivenReason | None = None,
    after: int = 0,
    limit: int = 50,
) -> RehearsedPage:
    """A page of customers in random order after a cursor: all, or those with an outcome or a reason.

    Everything is rolled back to a savepoint.
    """
    rows: list[RehearsedCustomer] = []
    with drawn_lots(connection, rehearsing):
        for begin in range(after, size_of(connection), PAGE_AT_ONCE):
            rows += _customers(connection, rehearsing, begin, outcome, reason)
            if len(rows) > limit:
                break
    shown = rows[:limit]
    return RehearsedPage(rows=shown, next=shown[-1].place if len(rows) > limit else None)


def _customers(
    connection: Connection, rehearsing: Rehearsing, after: int, outcome: Rehearsed | None, reason: GivenReason | None
) -> list[RehearsedCustomer]:
    """The next customers with the outcome and the reason."""
    found: list[RehearsedCustomer] = []
    for statement in _statements(connection, rehearsing, after, after + PAGE_AT_ONCE, PAGE_AT_ONCE):
        assigned = statement.subquery("assigned")
        row = assigned.c
        key = select(func.min(CustomerKey.key)).where(CustomerKey.customer_id == Customer.id).scalar_subquery()
        wanted = (
            select(
                row.place, row.customer_id, key.label("key"), Customer.name, Store.code.label("store"), row.wave,
                row.variant, row.outcome, row.channel, ContactPoint.value.label("recipient"), row.at, row.gate,
                given_reason(row).label("reason"),
            )
            .join_from(assigned, Customer, Customer.id == row.customer_id)
            .join(Store, Store.id == row.store_id)
            .outerjoin(ContactPoint, ContactPoint.id == row.contact_point_id)
        )  # fmt: skip
        if outcome is not None:
            wanted = wanted.where(row.outcome == outcome)
        if reason is not None:
            same = func.coalesce(row.reason_figures, func.jsonb_build_object(), type_=JSONB)
            wanted = wanted.where(row.reason == reason.code, same == literal(reason.figures, JSONB))
        found += [_masked(one) for one in connection.execute(wanted).mappings()]
    return sorted(found, key=lambda one: one.place)


def _masked(row: RowMapping) -> RehearsedCustomer:
    recipient = row["recipient"]
    return RehearsedCustomer(**(dict(row) | {"recipient": recipient and mask_contact(recipient)}))
