"""The results of a campaign: message states and later actions, by wave and variant.

One statement per measure, over all recipients. Contacted customers and the control group are measured alike: from the
campaign's start for each customer, over the same number of days.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import (
    ColumnElement,
    Connection,
    Interval,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.sql.selectable import Subquery

from models.campaigns.measures import REACHED
from models.campaigns.plans import read_plan
from models.campaigns.results import COMPARED, CampaignAccount, CampaignResults, Group, Place
from models.campaigns.tables import Campaign, CampaignRecipient, CampaignVariant
from models.core.base import growing
from models.core.cadence import moment
from models.core.errors import NotFound
from models.core.reasons import declare
from models.core.rows import AnyRow, AnySelect
from models.core.words import CAMPAIGNS, CampaignAnswer, Gate, Purpose, TouchState, Wave
from models.ledger.tables import Touch
from tasks.campaigns.audiences.behaviour import (
    arrived,
    asked_for_time,
    booked,
    complained,
    had_work_done,
    opted_out,
    spending,
)
from tasks.database.statistics import prepare_for_large_statements
from tasks.subjects.recipient.facts import FIRST_STEP

UNSAID = declare("no-reason-given")
STOPPED = (TouchState.CANCELLED, TouchState.SUPERSEDED, TouchState.SKIPPED)


class NoSuchCampaign(NotFound):
    """There is no such campaign."""

    def __init__(self, campaign_id: int) -> None:
        self.campaign_id = campaign_id
        super().__init__(f"There is no campaign {campaign_id}.")


@dataclass(frozen=True, slots=True)
class Measured:
    """The recipients for whom the campaign has begun, and the window in which their actions count."""

    campaign_id: int
    purpose: ColumnElement[Any]
    days: int
    since: SQLColumnExpression[object]
    until: SQLColumnExpression[object]

    def ids(self, *did: ColumnElement[bool]) -> Select[tuple[int]]:
        """The recipients who did something, as a set computed once."""
        return (
            select(CampaignRecipient.id)
            .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
            .where(CampaignRecipient.campaign_id == self.campaign_id, has_begun(), *did)
            .correlate(None)
        )

    def came(self) -> ColumnElement[bool]:
        """The recipient came to a store, for an appointment or with a car for work."""
        either = union(self.ids(arrived(self.since, self.until)), self.ids(had_work_done(self.since, self.until)))
        return CampaignRecipient.id.in_(either)

    def spent(self, *by: SQLColumnExpression[object]) -> AnySelect:
        """Spending, grouped by some columns and by currency."""
        spent = spending().subquery("spending")
        return (
            select(*by, spent.c.currency, func.sum(spent.c.amount).label("amount"))
            .join_from(CampaignRecipient, Campaign, Campaign.id == CampaignRecipient.campaign_id)
            .join(spent, spent.c.customer_id == CampaignRecipient.customer_id)
            .where(
                CampaignRecipient.campaign_id == self.campaign_id,
                has_begun(),
                spent.c.at >= self.since,
                spent.c.at <= self.until,
            )
            .group_by(*by, spent.c.currency)
        )

    def counted(self) -> ColumnElement[bool]:
        """Whether the recipient's actions count: they were sent it, or are in the control group."""
        messages = messages_of(self.campaign_id)
        sent = select(messages.c.subject_id).where(messages.c.state.in_(REACHED))
        return or_(CampaignRecipient.wave == Wave.CONTROL, CampaignRecipient.id.in_(sent))

    def who(self, *did: ColumnElement[bool]) -> Select[tuple[Wave, str | None, bool, int]]:
        """The number who did something, by wave, variant, and whether their actions count."""
        places = (CampaignRecipient.wave, CampaignRecipient.variant)
        return (
            select(*places, self.counted().label("counted"), func.count().label("customers"))
            .join(Campaign, Campaign.id == CampaignRecipient.campaign_id)
            .where(CampaignRecipient.campaign_id == self.campaign_id, has_begun(), *did)
            .group_by(*places, text("counted"))
        )


def read_results(connection: Connection, campaign_id: int, now: datetime) -> CampaignResults:
    """The results as of `now`; empty before the launch.

    Raises `NoSuchCampaign`, and `Unbalanced` if the account misses anybody.
    """
    campaign = connection.execute(select(Campaign.__table__).where(Campaign.id == campaign_id)).one_or_none()
    if campaign is None:
        raise NoSuchCampaign(campaign_id)
    prepare_for_large_statements(connection)
    measured = measure(campaign, now)
    stands = connection.execute(_how_messages_stand(campaign_id)).all()
    account = _account(connection, campaign_id, stands)
    account.check()
    groups = _groups(connection, measured, stands)
    return CampaignResults(account, groups, _follow_ups(connection, campaign_id), measured.days, campaign.spent)


def read_standings(connection: Connection, campaign_id: int) -> tuple[CampaignAccount, dict[Place, Group]]:
    """The message states only, without later actions: fast enough for monitoring.

    Raises `Unbalanced` if the account misses anybody.
    """
    prepare_for_large_statements(connection)
    stands = connection.execute(_how_messages_stand(campaign_id)).all()
    account = _account(connection, campaign_id, stands)
    account.check()
    groups = {place: _messages_only(counts) for place, counts in _messages_by_place(stands).items()}
    return account, groups


def _messages_only(counts: Counter[str]) -> Group:
    return Group(
        recipients=counts["recipients"],
        begun=counts["begun"],
        sent=counts["sent"],
        counted=counts["counted"],
        delivered=counts["delivered"],
        failed=counts["failed"],
    )


def measure(campaign: AnyRow, now: datetime) -> Measured:
    """The measures that count for a campaign."""
    plan = read_plan(campaign.plan)
    since = CampaignRecipient.anchor_at
    until = func.least(since + literal(timedelta(days=plan.measured_days), Interval), moment(now))
    purpose = literal(plan.purpose, growing(Purpose))
    return Measured(campaign.id, purpose, plan.measured_days, since, until)


def has_begun() -> ColumnElement[bool]:
    """The recipient's turn has come, or they are in the control group."""
    return or_(CampaignRecipient.wave == Wave.CONTROL, CampaignRecipient.id <= Campaign.planned_up_to)


def messages_of(campaign_id: int) -> Subquery:
    """The campaign's messages, without follow-ups, by the campaigns' index."""
    return (
        select(
            Touch.subject_id, Touch.state, Touch.gate, Touch.reason, Touch.reason_figures, Touch.channel,
            Touch.contacted_at, Touch.delivered_at,
        )
        .where(_of_campaign(campaign_id), Touch.step == literal(FIRST_STEP))
        .subquery("messages")
    )  # fmt: skip


def _of_campaign(campaign_id: int) -> ColumnElement[bool]:
    policies = select(CampaignVariant.policy_version_id).where(CampaignVariant.campaign_id == campaign_id)
    return and_(Touch.process == CAMPAIGNS, Touch.policy_version_id.in_(policies))


def _how_messages_stand(campaign_id: int) -> AnySelect:
    """Recipients per wave, variant and standing; reasons only for stopped messages."""
    messages = messages_of(campaign_id)
    message = messages.c
    standing = (
        select(
            CampaignRecipient.wave,
            CampaignRecipient.variant,
            has_begun().label("begun"),
            message.state,
            case((message.state == TouchState.PLANNED, message.gate)).label("gate"),
            case((message.state.in_(STOPPED), func.coalesce(message.reason, literal(UNSAID)))).label("reason"),
            message.delivered_at.is_not(None).label("delivered"),
        )
        .join_from(CampaignRecipient, Campaign, Campaign.id == CampaignRecipient.campaign_id)
        .outerjoin(messages, message.subject_id == CampaignRecipient.id)
        .where(CampaignRecipient.campaign_id == campaign_id)
        .subquery("standing")
    )
    return select(*standing.c, func.count().label("customers")).group_by(*standing.c)


def _account(connection: Connection, campaign_id: int, stands: Iterable[AnyRow]) -> CampaignAccount:
    """The account, counted once by recipient and once by message state, so that a duplicate message shows."""
    whole = select(func.count()).where(CampaignRecipient.campaign_id == campaign_id)
    parts: Counter[str] = Counter()
    held: Counter[str] = Counter()
    stopped: Counter[str] = Counter()
    for row in stands:
        if row.state == TouchState.PLANNED and row.gate not in (None, Gate.NONE):
            held[row.gate] += row.customers
        elif row.state in STOPPED:
            stopped[row.reason] += row.customers
        else:
            parts[_part(row)] += row.customers
    recipients = connection.execute(whole).scalar_one()
    return CampaignAccount(
        recipients=recipients, held=dict(sorted(held.items())), stopped=dict(sorted(stopped.items())), **parts
    )


def _part(row: AnyRow) -> str:
    """The figure of the account for a standing."""
    if row.state is None:
        if row.wave == Wave.CONTROL:
            return "control"
        return "passed_over" if row.begun else "not_planned"
    state = TouchState(row.state)
    match state:
        case TouchState.PLANNED | TouchState.AWAITING_APPROVAL:
            return "waiting"
        case TouchState.CLAIMED | TouchState.SENDING:
            return "on_its_way"
        case TouchState.READY | TouchState.DONE:
            return "handed_to_staff"
        case TouchState.MISSED:
            return "missed"
        case TouchState.SENT | TouchState.FAILED | TouchState.UNKNOWN:
            return state.value
        case TouchState.CANCELLED | TouchState.SUPERSEDED | TouchState.SKIPPED:
            return "stopped"
        case _:
            assert_never(state)


def _groups(connection: Connection, measured: Measured, stands: Iterable[AnyRow]) -> dict[Place, Group]:
    """The actions of each wave and variant."""
    counted = _messages_by_place(stands)
    since, until = measured.since, measured.until
    did = {
        "booked": _count(connection, measured.who(booked(since, until))),
        "came": _count(connection, measured.who(measured.came())),
        "opted_out": _count(connection, measured.who(opted_out(measured.purpose, since, until))),
        "complained": _count(connection, measured.who(complained(since, until))),
        "requested": _count(connection, measured.who(asked_for_time(since, until))),
    }
    answered, spent = _answers(connection, measured), _spent(connection, measured)
    return {
        place: Group(
            **counts,
            **{name: by_place[place, True] for name, by_place in did.items()},
            as_assigned=_as_assigned(did, place),
            answered=answered[place],
            spent=spent[place],
        )
        for place, counts in sorted(counted.items(), key=lambda item: (list(Wave).index(item[0][0]), item[0][1] or ""))
    }


def _messages_by_place(stands: Iterable[AnyRow]) -> dict[Place, Counter[str]]:
    counted: dict[Place, Counter[str]] = defaultdict(Counter)
    for row in stands:
        group = counted[Wave(row.wave), row.variant]
        group["recipients"] += row.customers
        group["begun"] += row.customers * row.begun
        group["sent"] += row.customers * (row.state in REACHED)
        group["counted"] += row.customers * (row.begun if row.wave == Wave.CONTROL else row.state in REACHED)
        group["delivered"] += row.customers * row.delivered
        group["failed"] += row.customers * (row.state == TouchState.FAILED)
    return counted


def _as_assigned(did: Mapping[str, Counter[tuple[Place, bool]]], place: Place) -> dict[str, int]:
    """What is compared with the control group, of everybody at a place."""
    numbers = {name: did[name][place, True] + did[name][place, False] for name in COMPARED}
    return {name: number for name, number in numbers.items() if number}


def _count(
    connection: Connection, statement: Select[tuple[Wave, str | None, bool, int]]
) -> Counter[tuple[Place, bool]]:
    """By place, and by whether the actions of those customers count."""
    return Counter(
        {((Wave(row.wave), row.variant), row.counted): row.customers for row in connection.execute(statement)}
    )


def _answers(connection: Connection, measured: Measured) -> Mapping[Place, dict[CampaignAnswer, int]]:
    answer = CampaignRecipient.answer
    said = measured.who(answer.is_not(None), CampaignRecipient.answered_at <= measured.until, measured.counted())
    found: dict[Place, dict[CampaignAnswer, int]] = defaultdict(dict)
    for row in connection.execute(said.add_columns(answer.label("answer")).group_by(answer)):
        found[Wave(row.wave), row.variant][CampaignAnswer(row.answer)] = row.customers
    return found


def _spent(connection: Connection, measured: Measured) -> Mapping[Place, dict[str, Decimal]]:
    statement = measured.spent(CampaignRecipient.wave, CampaignRecipient.variant).where(measured.counted())
    found: dict[Place, dict[str, Decimal]] = defaultdict(dict)
    for row in connection.execute(statement.order_by("currency")):
        found[Wave(row.wave), row.variant][row.currency] = row.amount
    return found


def _follow_ups(connection: Connection, campaign_id: int) -> dict[str, int]:
    statement = (
        select(Touch.state, func.count().label("touches"))
        .where(_of_campaign(campaign_id), Touch.step != literal(FIRST_STEP))
        .group_by(Touch.state)
        .order_by(Touch.state)
    )
    return {row.state: row.touches for row in connection.execute(statement)}
