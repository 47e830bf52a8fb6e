"""Advancing a campaign: one action at a time, each in its own transaction, by whichever run comes first.

A run may be interrupted anywhere and another can take over: the progress is in the campaign's row.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from sqlalchemy import Connection, Select, Text, case, exists, func, insert, literal, select, update

from models.campaigns.course import (
    AUDIENCE_DRIFTED,
    Act,
    Course,
    first_wave_lacks,
    has_drifted,
    is_seen,
    limit_passed,
    next_act,
    objection_to,
    wave_after,
)
from models.campaigns.measures import winner_of
from models.campaigns.plans import CampaignPlan, read_plan
from models.campaigns.states import UNDER_WAY
from models.campaigns.tables import Campaign, CampaignRecipient, CampaignVariant
from models.core.base import enumeration, growing
from models.core.reasons import GivenReason, give
from models.core.rows import AnyRow
from models.core.words import CampaignState, Decision, Gate, TouchState, Wave
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import OF_CAMPAIGNS, Touch, Verdict
from models.ledger.touch_states import OPEN
from tasks.campaigns.changing import change, move
from tasks.campaigns.launch.freezing import find_places, freeze_recipients, let_begin, widen_first_wave
from tasks.campaigns.launch.making_policies import make_policies
from tasks.campaigns.outcome.measuring import measure_canary, measure_steering, measure_trial
from tasks.database.statistics import analyze_touches, prepare_for_large_statements
from tasks.ledger.transitions import change_each
from tasks.planning.population import REMEMBERED, Span
from tasks.planning.sweep import account_of, sweep
from tasks.policies.catalogue import PolicyInForce, policies_of_campaigns
from tasks.subjects.recipient.facts import CANCELLED

AT_ONCE = 20_000
"""Recipients planned or checked in one transaction."""
AHEAD = timedelta(days=3)
"""The latest start after the first recipient's: a local hour occurs everywhere within a day and two hours."""
BY_ITSELF = "aftercare"
"""The actor of automatic changes."""
ON_THEIR_WAY = (TouchState.PLANNED, TouchState.CLAIMED, TouchState.SENDING)
CLEARED = {TouchState.CANCELLED: OPEN, TouchState.UNKNOWN: (TouchState.PLANNED,)}


@dataclass(frozen=True, slots=True)
class Advance:
    """The action on a campaign, and its part of the run's account."""

    act: Act
    account: RunAccount = field(default_factory=RunAccount)
    more: bool = False
    """Whether there is more to do immediately."""


def live_campaigns(connection: Connection, now: datetime) -> list[int]:
    """Campaigns that may need an action: launched and due, running, or cancelled and not cleared."""
    due = (Campaign.state == CampaignState.APPROVED) & (Campaign.launches_at <= now)
    uncleared = (Campaign.state == CampaignState.CANCELLED) & Campaign.cleared_at.is_(None)
    return list(
        connection.scalars(
            select(Campaign.id).where(due | Campaign.state.in_(UNDER_WAY) | uncleared).order_by(Campaign.id)
        )
    )


def advance(connection: Connection, campaign_id: int, now: datetime, run_id: UUID | None) -> Advance:
    """Do the next action on a campaign, unless another run is working on it.

    Its row is locked: pausing or cancelling waits for the action in progress and is never overwritten.
    """
    key = func.hashtextextended(literal(f"campaign {campaign_id}", Text), 0)
    if not connection.scalar(select(func.pg_try_advisory_xact_lock(key))):
        return Advance(Act.WAIT)
    locked = select(Campaign.__table__).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    campaign = connection.execute(locked).one()
    plan = read_plan(campaign.plan)
    act = next_act(course_of(campaign, plan), now)
    match act:
        case Act.WAIT:
            return Advance(act)
        case Act.BEGIN:
            return Advance(act, more=_begin(connection, campaign, plan, now))
        case Act.PLAN:
            return Advance(act, _plan(connection, campaign, now, run_id), more=True)
        case Act.FOLLOW_UP:
            return _follow_up(connection, campaign, now, run_id)
        case Act.LOOK_AT_CANARY:
            return Advance(act, more=_look_at_canary(connection, campaign, plan, now))
        case Act.LOOK_AT_TRIAL:
            return Advance(act, more=_look_at_trial(connection, campaign, plan, now))
        case Act.LOOK_FOR_END:
            return Advance(act, more=_look_for_end(connection, campaign, plan, now))
        case Act.CLEAR:
            return _clear(connection, campaign, now, run_id)
        case _:
            assert_never(act)


def course_of(campaign: AnyRow, plan: CampaignPlan) -> Course:
    """A campaign's progress, from its row."""
    return Course(
        state=campaign.state,
        stopped=campaign.paused_at is not None or campaign.held_at is not None,
        launches_at=campaign.launches_at,
        planned_up_to=campaign.planned_up_to,
        canary_to=campaign.canary_to,
        trial_to=campaign.trial_to,
        rest_to=campaign.rest_to,
        follow_up_after=plan.follow_up.after.nominal if plan.follow_up else None,
        followed_up_to=campaign.followed_up_to,
        followed_up_at=campaign.followed_up_at,
        cleared=campaign.cleared_at is not None,
    )


def _begin(connection: Connection, campaign: AnyRow, plan: CampaignPlan, now: datetime) -> bool:
    """Store the recipients, unless the audience differs too much from the approved one."""
    prepare_for_large_statements(connection)
    savepoint = connection.begin_nested()
    size = freeze_recipients(connection, campaign, plan, now)
    if has_drifted(campaign.approved_size, size, plan.most_drift):
        savepoint.rollback()
        hold(connection, campaign, give(AUDIENCE_DRIFTED, size=size, approved=campaign.approved_size), now)
        return False
    savepoint.commit()
    make_policies(connection, campaign, plan, now)
    places = find_places(connection, campaign.id)
    course = replace(
        course_of(campaign, plan),
        planned_up_to=places.after,
        canary_to=places.canary_to,
        trial_to=places.trial_to,
        rest_to=places.rest_to,
    )
    _let_go(connection, campaign, wave_after(CampaignState.APPROVED, course), now, **places.columns(), frozen_at=now)
    return True


def _let_go(connection: Connection, campaign: AnyRow, state: CampaignState, now: datetime, **values: object) -> None:
    """Start the next wave."""
    begins = {CampaignState.TRIAL: "trial_at", CampaignState.REST: "rest_at"}
    if state in begins:
        values[begins[state]] = now
    move(connection, campaign, state, now, BY_ITSELF, **values)


def hold(connection: Connection, campaign: AnyRow, reason: GivenReason, now: datetime) -> None:
    """Hold a campaign until a person decides."""
    change(
        connection, campaign, now, BY_ITSELF, "campaign.held",
        held_at=now, held_reason=reason.code, held_figures=reason.figures or None,
    )  # fmt: skip


def _plan(connection: Connection, campaign: AnyRow, now: datetime, run_id: UUID | None) -> RunAccount:
    """Plan the touches of the next recipients of the released wave."""
    prepare_for_large_statements(connection)
    ends = {
        CampaignState.CANARY: campaign.canary_to,
        CampaignState.TRIAL: campaign.trial_to,
        CampaignState.REST: campaign.rest_to,
    }
    up_to = min(campaign.planned_up_to + AT_ONCE, ends[campaign.state])
    let_begin(connection, campaign, up_to)
    account = _sweep(
        connection, campaign, campaign.planned_up_to, up_to, Span(now, now + AHEAD, now - REMEMBERED), run_id
    )
    connection.execute(update(Campaign).where(Campaign.id == campaign.id).values(planned_up_to=up_to))
    if campaign.planned_up_to == campaign.recipients_after:
        analyze_touches(connection)
    return account


def _sweep(
    connection: Connection, campaign: AnyRow, after: int, up_to: int, span: Span, run_id: UUID | None
) -> RunAccount:
    """Sweep some of the recipients with the planner, by their variant's policy."""
    account = RunAccount()
    for in_force in policies_of_campaigns(connection, campaign.id):
        account += account_of(connection.execute(sweep(_among(in_force, after, up_to), span, run_id)).all())
    return account


def _among(in_force: PolicyInForce, after: int, up_to: int) -> PolicyInForce:
    assert in_force.among is not None  # noqa: S101  a campaign's policy names its recipients
    return replace(in_force, among=replace(in_force.among, after=after, up_to=up_to))


def _follow_up(connection: Connection, campaign: AnyRow, now: datetime, run_id: UUID | None) -> Advance:
    """Plan the follow-up for recipients without an answer, once it is due: until then they may still answer."""
    prepare_for_large_statements(connection)
    after = campaign.followed_up_to if campaign.followed_up_to is not None else campaign.recipients_after
    up_to = min(after + AT_ONCE, campaign.planned_up_to)
    account = _sweep(connection, campaign, after, up_to, Span(now, now, now - REMEMBERED), run_id)
    over = up_to >= campaign.planned_up_to
    values = {"followed_up_to": None, "followed_up_at": now} if over else {"followed_up_to": up_to}
    connection.execute(update(Campaign).where(Campaign.id == campaign.id).values(**values))
    return Advance(Act.FOLLOW_UP, account, more=True)


def _look_at_canary(connection: Connection, campaign: AnyRow, plan: CampaignPlan, now: datetime) -> bool:
    """Start the next wave, or hold the campaign if there is an objection."""
    following = wave_after(CampaignState.CANARY, course_of(campaign, plan))
    if plan.has_trial and campaign.rest_to > campaign.trial_to:
        following = CampaignState.TRIAL  # even if the first wave was all of it: its winner is still to be found
    alone = campaign.rest_to == campaign.canary_to
    if not alone and campaign.let_go_at is None:
        seen = measure_steering(connection, campaign.id, now)
        objection = objection_to(plan.canary, seen)
        if objection is not None:
            hold(connection, campaign, objection, now)
            return False
        last = campaign.trial_to if plan.has_trial else campaign.rest_to
        in_wave, left = campaign.canary_to - campaign.recipients_after, last - campaign.canary_to
        lacks = first_wave_lacks(plan.canary, seen, in_wave, left)
        if lacks:
            widen_first_wave(connection, campaign, lacks, now)
            return True
        if not is_seen(plan.canary.watch_for.nominal, seen.open, seen.last_contact_at, now):
            return False
    _let_go(connection, campaign, following, now)
    return True


def _look_at_trial(connection: Connection, campaign: AnyRow, plan: CampaignPlan, now: datetime) -> bool:
    """Give the rest the winning variant, once the trial's recipients have had time to react.

    The limits of the first wave hold for the trial, too, unless somebody has let it go.
    """
    let_go = campaign.let_go_at is not None and campaign.let_go_at >= campaign.trial_at
    if plan.canary.percent and not let_go:
        objection = limit_passed(plan.canary, measure_steering(connection, campaign.id, now))
        if objection is not None:
            hold(connection, campaign, objection, now)
            return False
    seen = measure_canary(connection, campaign.id, now, (Wave.CANARY, Wave.TRIAL))
    if not is_seen(plan.trial.after.nominal, seen.open, seen.last_contact_at, now):
        return False
    winner = winner_of(measure_trial(connection, campaign.id, plan.trial.by, now))
    _let_go(connection, campaign, CampaignState.REST, now, winner=winner)
    return True


def _look_for_end(connection: Connection, campaign: AnyRow, plan: CampaignPlan, now: datetime) -> bool:
    """Finish it when nothing is in flight and nothing more will be planned."""
    if plan.follow_up is not None:
        last = select(func.max(CampaignRecipient.anchor_at)).where(CampaignRecipient.campaign_id == campaign.id)
        ends = connection.scalar(last) or now
        if now < ends + plan.follow_up.after.nominal + plan.valid_for.nominal:
            return False
    if connection.scalar(select(exists(_touches_of(campaign.id).where(Touch.state.in_(ON_THEIR_WAY))))):
        return False
    move(connection, campaign, CampaignState.FINISHED, now, BY_ITSELF, finished_at=now)
    return False


def _touches_of(campaign_id: int) -> Select[tuple[UUID]]:
    policies = select(CampaignVariant.policy_version_id).where(CampaignVariant.campaign_id == campaign_id)
    return select(Touch.id).where(
        OF_CAMPAIGNS, Touch.policy_version_id.in_(policies)
    )  # fmt: skip


def _clear(connection: Connection, campaign: AnyRow, now: datetime, run_id: UUID | None) -> Advance:
    """End the planned touches of a cancelled campaign in batches, each with a verdict.

    A touch whose delivery is unknown after an interrupted dispatch is not cancelled: a person must settle it.
    """
    states = enumeration(TouchState)
    ended_as = case(
        (Touch.resendable, literal(TouchState.UNKNOWN, states)), else_=literal(TouchState.CANCELLED, states)
    )
    some = _touches_of(campaign.id).where(Touch.state.in_(OPEN)).limit(AT_ONCE)
    ended = (
        change_each(ended_as, CLEARED, now)
        .where(Touch.id.in_(some.with_for_update(skip_locked=True)))
        .values(gate=Gate.FACTS, reason=CANCELLED, reason_figures=None, resendable=False)
        .returning(Touch.id)
        .cte("ended")
    )
    recorded = insert(Verdict).from_select(
        ["touch_id", "gate", "decision", "reason", "figures", "decided_at", "run_id"],
        select(
            ended.c.id,
            literal(Gate.FACTS, growing(Gate)),
            literal(Decision.STOP, enumeration(Decision)),
            literal(CANCELLED, Text),
            func.jsonb_build_object(),
            literal(now, Verdict.decided_at.type),
            literal(run_id, Verdict.run_id.type),
        ),
    )
    count = connection.execute(select(func.count()).select_from(ended).add_cte(recorded.cte("recorded"))).scalar_one()
    if count < AT_ONCE and not connection.scalar(
        select(exists(_touches_of(campaign.id).where(Touch.state.in_(ON_THEIR_WAY))))
    ):
        connection.execute(update(Campaign).where(Campaign.id == campaign.id).values(cleared_at=now))
    return Advance(Act.CLEAR, RunAccount(ended={CANCELLED: count} if count else {}), more=count > 0)
