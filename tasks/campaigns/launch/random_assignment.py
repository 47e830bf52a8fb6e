"""Random assignment of an audience: control group, waves and variants.

The assignment depends only on the ids of the customer and the campaign. It is the same
every time, so a dry run shows what the launch will do.
"""

from math import gcd

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, case, cast, func, literal, null, select
from sqlalchemy.types import Text

from models.campaigns.plans import WHOLE, CampaignPlan
from models.core.base import enumeration
from models.core.rows import AnySelect
from models.core.words import Wave

GOLDEN = 0.618


def assign(audience: Select[tuple[int, int]], plan: CampaignPlan, campaign_id: int) -> AnySelect:
    """Add to each row of the audience (`customer_id`, `store_id`) its `place` in a random order, from 1, its `wave`
    and its `variant`.

    The waves are ordered by place: control, canary, trial, rest. The variant is null for the control group and the
    rest of a trial. Variants alternate by their shares, so that every wave has them in proportion.
    """
    sized = _sized(_in_random_order(audience, campaign_id), plan)
    row = sized.c
    has_variant = row.told_place >= 0
    if plan.has_trial:
        has_variant = and_(has_variant, row.told_place < func.greatest(row.tried, row.canary))
    after_canary = (
        case((has_variant, _wave(Wave.TRIAL)), else_=_wave(Wave.REST)) if plan.has_trial else _wave(Wave.REST)
    )
    return select(
        row.customer_id,
        row.store_id,
        row.place,
        case(
            (row.told_place < 0, _wave(Wave.CONTROL)),
            (row.told_place < row.canary, _wave(Wave.CANARY)),
            else_=after_canary,
        ).label("wave"),
        case((has_variant, _variant(row.told_place, plan)), else_=null()).label("variant"),
    )


def _in_random_order(audience: Select[tuple[int, int]], campaign_id: int) -> Subquery:
    member = audience.subquery("audience")
    lot = func.hashint8extended(cast(member.c.customer_id, BigInteger), literal(campaign_id, BigInteger))
    return select(
        member.c.customer_id,
        member.c.store_id,
        func.row_number().over(order_by=(lot, member.c.customer_id)).label("place"),
        func.count().over().label("audience_size"),
    ).subquery("shuffled")


def _sized(shuffled: Subquery, plan: CampaignPlan) -> Subquery:
    """The size of each wave in customers, and the places, from 0, among the recipients."""
    row = shuffled.c
    control = (row.audience_size * (2 * plan.control_percent) + WHOLE) // (2 * WHOLE)
    told = row.audience_size - control
    share = sum(variant.share for variant in plan.variants)
    canary = func.least(told, func.greatest(plan.canary.at_least, _rounded_up(told, plan.canary.percent)))
    return select(
        row.customer_id,
        row.store_id,
        row.place,
        (row.place - 1 - control).label("told_place"),
        (canary if plan.canary.percent else literal(0)).label("canary"),
        _rounded_up(told, share).label("tried"),
    ).subquery("sized")


def _rounded_up(whole: ColumnElement[int], percent: int) -> ColumnElement[int]:
    return (whole * percent + WHOLE - 1) // WHOLE


def _wave(wave: Wave) -> ColumnElement[str]:
    return literal(wave, enumeration(Wave))


def _variant(place: ColumnElement[int], plan: CampaignPlan) -> ColumnElement[str]:
    """The variant of a place: in every cycle, each as often as its share, and evenly spread.

    With blocks, a slow campaign would send all of one variant in the morning and all of the
    other in the evening, and so compare the hours.
    """
    common = gcd(*(variant.share for variant in plan.variants))
    shares = [variant.share // common for variant in plan.variants]
    turn = sum(shares)
    spot = (place * _stride(turn)) % turn
    bounds = [sum(shares[: number + 1]) for number in range(len(shares))]
    return case(
        *((spot < bound, literal(variant.key, Text)) for variant, bound in zip(plan.variants, bounds, strict=True))
    )


def _stride(turn: int) -> int:
    """The step width that visits every position of a cycle once, as evenly as possible."""
    return min(
        (step for step in range(1, turn + 1) if gcd(step, turn) == 1), key=lambda step: abs(step - GOLDEN * turn)
    )
