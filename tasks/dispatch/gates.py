"""The gates: what holds or stops each due touch, judged for a batch of customers in one statement.

The order is that of the questions a person would ask: is it still true, may we, can we, is it the hour, is it too
much. The first gate that objects decides.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Interval,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by, array
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause
from sqlalchemy.types import Text

from models.core.base import Facts, enumeration, growing
from models.core.cadence import ZONED, Now, moment
from models.core.reasons import REASON, TOUCHES, declare
from models.core.rows import Columns
from models.core.words import (
    CaseKind,
    ChannelName,
    ContactKind,
    Decision,
    Gate,
    Purpose,
    StepKind,
    SubjectKind,
    TouchState,
)
from models.ledger.tables import Case, ChannelPause, TemplateVersion, Touch
from models.people.tables import Consent, ContactPoint, Customer
from tasks.database.statement_comments import holds
from tasks.dispatch.households import SAME_NUMBER, one_per_number, to_each_number_once, told_at_same_number
from tasks.planning.ending import MOVED, still_true
from tasks.planning.population import PASSED
from tasks.stores.laws.closing import Laws, held_by_law

NO_CONSENT = declare("no-consent")
NO_CONTACT_POINT = declare("no-contact-point")
NO_POSTAL_ADDRESS = declare("no-postal-address")
COMPLAINT_OPEN = declare("complaint-open")
CHANNEL_PAUSED = declare("channel-paused")
QUIET = declare("quiet-hours")
CAPPED = declare("contacted-enough")
CAPPED_BY = declare("contacted-enough-by", instead=TOUCHES)
"""The same, with the contacts that took its place: those made already, and those that go before it now."""
HEAD_GONE = declare("carrying-message-not-resent")
LATER_WENT = declare("later-message-went")
"""A later step of the same subject was told, or goes now: a confirmation never comes after the reminder."""
HELD_PAST_VALIDITY = declare("held-past-validity", because=REASON)
"""Whatever holds it does so until after its time."""
WEEK = timedelta(days=7)
LATE = timedelta(hours=1)


class Rule(NamedTuple):
    """A gate that objects under a condition; a hold says until when."""

    gate: Gate
    objects: ColumnElement[bool]
    decision: Decision
    reason: SQLColumnExpression[str | None]
    until: SQLColumnExpression[datetime | None] | None = None


def judge(due: CTE, store_rules: CTE, laws: Laws, kinds: Sequence[SubjectKind], now: Now) -> CTE:
    """For each due touch: `decision`, `gate`, `reason` and `reason_figures`, `until` (of a hold), the channel and
    contact point chosen, the touch it is `merged_into`, and the figures that were seen."""
    return judge_by(
        due,
        union_all(*(still_true(due, kind, now) for kind in kinds))
        .cte("facts")
        .prefix_with(holds("what the facts say of each due touch now")),
        store_rules,
        laws,
        now,
    )


def judge_by(due: CTE, facts: CTE, store_rules: CTE, laws: Laws, now: Now, *, naming: bool = True) -> CTE:
    """The same by given facts, as `still_true` gives them: also of touches that nobody has planned yet. Those need not
    have a template; without one they are not merged. `naming`: the reason of what the cap holds names the contacts
    that took its place."""
    weighed = _weigh(due, facts, _reach(due, store_rules, now), store_rules, held_by_law(due, laws, now), now)
    ranked = _follow(_rank(_lead(one_per_number(weighed))))
    return _settle(ranked, _heads(ranked), _placed(ranked, now) if naming else None, now)


def _rules_of(due: CTE, store_rules: CTE) -> ColumnElement[bool]:
    return and_(store_rules.c.store_id == due.c.store_id, store_rules.c.works_holidays == due.c.works_holidays)


def _reach(due: CTE, store_rules: CTE, now: Now) -> CTE:
    """How each touch can reach its customer: by the first of its channels that the store uses, that the customer has
    not refused, for which there is a usable contact point, and that is not paused. What may have gone out already
    goes again by the channel that knows its key, and to where it went."""
    names = case((due.c.resendable, array([cast(due.c.channel, Text)])), else_=due.c.channels)
    channel = func.unnest(names).table_valued("name", with_ordinality="place", name="channel").render_derived()
    name = channel.c.name
    point, consent, pause = _contact_point(due, name, now), _latest_consent(due, name, now), _pause(due, name, now)
    usable = and_(point.c.id.is_not(None), name == any_(store_rules.c.store_channels))
    allowed = and_(usable, func.coalesce(consent.c.granted, due.c.purpose != Purpose.MARKETING))
    best = and_(allowed, pause.c.probe_at.is_(None))
    return (
        select(
            due.c.id.label("touch_id"),
            func.bool_or(usable).label("usable"),
            func.bool_or(allowed).label("allowed"),
            _first(name, channel.c.place, best).label("channel"),
            _first(point.c.id, channel.c.place, best).label("contact_point_id"),
            func.min(pause.c.probe_at).label("probe_at"),
        )
        .select_from(due)
        .join(store_rules, _rules_of(due, store_rules))
        .join(channel, true())
        .outerjoin(point, true())
        .outerjoin(consent, true())
        .outerjoin(pause, true())
        .group_by(due.c.id)
        .cte("reach")
        .prefix_with(holds("the first channel and contact point by which each touch can reach its customer"))
    )


def _first(value: Any, place: Any, condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """The value of the first channel for which the condition holds."""
    in_order: Any = func.array_agg(aggregate_order_by(value, place), type_=ARRAY(value.type))
    first: ColumnElement[Any] = in_order.filter(condition)[1]
    return first


def _contact_point(due: CTE, name: ColumnElement[str], now: Now) -> LateralFromClause:
    """The customer's first contact point that is still valid and fits the channel."""
    kind = case(
        (name == ChannelName.EMAIL.value, ContactKind.EMAIL.value),
        (name == ChannelName.WECHAT.value, ContactKind.WECHAT.value),
        else_=ContactKind.PHONE.value,
    )
    return (
        select(ContactPoint.id)
        .where(
            ContactPoint.customer_id == due.c.customer_id,
            cast(ContactPoint.kind, Text) == kind,
            or_(~due.c.resendable, ContactPoint.id == due.c.contact_point_id),
            or_(ContactPoint.invalid_since.is_(None), ContactPoint.invalid_since > moment(now)),
            or_(name != ChannelName.SMS.value, ContactPoint.takes_text),
        )
        .order_by(ContactPoint.rank, ContactPoint.id)
        .limit(1)
        .lateral("point")
    )


def latest_consent(customer_id: object, purpose: object, channel: object, now: Now) -> Select[tuple[bool]]:
    """What the customer last said, by then, of this purpose and channel, or of all of them."""
    return (
        select(Consent.granted)
        .where(
            Consent.customer_id == customer_id,
            or_(Consent.purpose.is_(None), Consent.purpose == purpose),
            or_(Consent.channel.is_(None), cast(Consent.channel, Text) == channel),
            Consent.given_at <= moment(now),
        )
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
    )


def _latest_consent(due: CTE, name: ColumnElement[str], now: Now) -> LateralFromClause:
    return latest_consent(due.c.customer_id, due.c.purpose, name, now).lateral("consent")


def _said_of_all_channels(due: CTE, now: Now) -> ScalarSelect[bool]:
    """What the customer last said of contacts for a purpose whatever the way: a visit and a letter have no channel that
    could be refused by itself."""
    return latest_consent(due.c.customer_id, due.c.purpose, null(), now).scalar_subquery()


def _has_address(due: CTE) -> ColumnElement[bool]:
    """Whether a letter would find the customer."""
    there = (Customer.street.is_not(None), Customer.city.is_not(None))
    return select(literal(1)).where(Customer.id == due.c.customer_id, *there).exists()


def _pause(due: CTE, name: ColumnElement[str], now: Now) -> LateralFromClause:
    """When a paused channel is probed again."""
    return (
        select(ChannelPause.probe_at)
        .where(
            ChannelPause.resumed_at.is_(None),
            cast(ChannelPause.channel, Text) == name,
            or_(ChannelPause.store_id.is_(None), ChannelPause.store_id == due.c.store_id),
            ChannelPause.probe_at > moment(now),
        )
        .order_by(ChannelPause.probe_at)
        .limit(1)
        .lateral("pause")
    )


def _complaint(due: CTE, now: Now) -> ColumnElement[bool]:
    """Whether the customer has a complaint that was open at `now`."""
    return (
        select(literal(1))
        .where(
            Case.customer_id == due.c.customer_id,
            Case.kind == CaseKind.COMPLAINT,
            Case.opened_at <= moment(now),
            or_(Case.closed_at.is_(None), Case.closed_at > moment(now)),
        )
        .exists()
    )


def _contacts(due: CTE, since: ColumnElement[datetime], now: Now) -> LateralFromClause:
    """How often the customer was contacted since a moment; obligations, tasks and merged lines do not count.

    What may have gone out counts, but not against itself.
    """
    counted = select(func.count().label("contacts"), func.min(Touch.contacted_at).label("first"))
    return counted.where(*_that_count(due.c, since, now)).lateral()


def _that_count(row: Columns, since: ColumnElement[datetime], now: Now) -> list[ColumnElement[bool]]:
    """Which touches of the customer of a row count as contacts since a moment."""
    return [
        Touch.customer_id == row.customer_id,
        Touch.id != row.id,
        Touch.contacted_at.between(since, moment(now)),
        ~Touch.obligation,
        Touch.kind != StepKind.TASK,
        Touch.merged_into.is_(None),
    ]


def _weigh(due: CTE, facts: CTE, reach: CTE, store_rules: CTE, law: CTE, now: Now) -> CTE:
    """What the gates say of each touch by itself."""
    rules = store_rules.c
    of_day, of_week = _contacts(due, rules.day_begins, now), _contacts(due, rules.week_begins, now)
    household = told_at_same_number(due, reach, rules.day_begins, now)
    later_told = _later_told(due, now)
    objections = _objections(due, facts, reach, later_told, store_rules, law, now)
    objections += _of_household(due, household, rules.tomorrow_opens_at)
    left = func.least(rules.per_day - of_day.c.contacts, rules.per_week - of_week.c.contacts)
    week_full = of_week.c.contacts >= rules.per_week
    again = case((week_full, of_week.c.first + literal(WEEK, Interval)), else_=rules.tomorrow_opens_at)
    return (
        select(
            *(due.c[name] for name in ("id", "customer_id", "kind", "priority", "due_at", "valid_until", "obligation")),
            due.c.process,
            due.c.step,
            due.c.campaign_id,
            ContactPoint.value.label("address"),
            rules.tomorrow_opens_at,
            (due.c.obligation | (due.c.kind == StepKind.TASK)).label("exempt"),
            due.c.resendable,
            case((due.c.resendable, due.c.merged_into)).label("carried_by"),
            due.c.mine,
            reach.c.channel,
            reach.c.contact_point_id,
            and_(TemplateVersion.also.is_not(None), ~due.c.resendable).label("mergeable"),
            left.label("contacts_left"),
            case((week_full, rules.week_begins), else_=rules.day_begins).label("contacts_since"),
            func.greatest(again, rules.tomorrow_opens_at, type_=ZONED).label("contacts_again_at"),
            *_first_objection(objections),
            law.c.figures.label("law_figures"),
            _seen(facts, of_day.c.contacts, of_week.c.contacts).label("figures"),
        )
        .select_from(due)
        .join(facts, facts.c.touch_id == due.c.id)
        .join(store_rules, _rules_of(due, store_rules))
        .outerjoin(TemplateVersion, TemplateVersion.id == due.c.template_version_id)
        .outerjoin(reach, reach.c.touch_id == due.c.id)
        .outerjoin(ContactPoint, ContactPoint.id == reach.c.contact_point_id)
        .outerjoin(household, true())
        .outerjoin(later_told, true())
        .outerjoin(law, law.c.touch_id == due.c.id)
        .join(of_day, true())
        .join(of_week, true())
        .cte("weighed")
        .prefix_with(holds("what the gates say of each touch by itself"))
    )


def _seen(facts: CTE, of_day: ColumnElement[int], of_week: ColumnElement[int]) -> ColumnElement[Facts]:
    """The figures on which a touch is judged: those of its facts, and how often the customer was contacted."""
    of_facts = func.coalesce(facts.c.figures, func.jsonb_build_object(), type_=JSONB)
    contacts = func.jsonb_build_object("contacts_today", of_day, "contacts_this_week", of_week)
    return of_facts.op("||", return_type=JSONB())(contacts)


def _objections(
    due: CTE, facts: CTE, reach: CTE, later_told: LateralFromClause, store_rules: CTE, law: CTE, now: Now
) -> list[Rule]:
    """The gates in their order."""
    rules = store_rules.c
    to_customer = due.c.kind != StepKind.TASK
    by_channel = due.c.kind.in_((StepKind.MESSAGE, StepKind.CALL))
    refused = ~func.coalesce(_said_of_all_channels(due, now), due.c.purpose != Purpose.MARKETING)
    held_purpose = cast(due.c.purpose, Text) == any_(rules.complaint_holds)
    stop, hold = Decision.STOP, Decision.HOLD
    return [
        Rule(Gate.FACTS, facts.c.gone.is_not(None), stop, facts.c.gone),
        Rule(Gate.ANCHOR, facts.c.moved, stop, literal(MOVED, Text)),
        Rule(Gate.VALIDITY, facts.c.passed, stop, literal(PASSED, Text)),
        Rule(
            Gate.VALIDITY,
            (due.c.kind == StepKind.MESSAGE)
            & ~due.c.resendable
            & (later_told.c.id.is_not(None) | _later_goes(due, facts, reach)),
            stop,
            literal(LATER_WENT, Text),
        ),
        Rule(Gate.CONTACT_POINT, by_channel & ~reach.c.usable, stop, literal(NO_CONTACT_POINT, Text)),
        Rule(
            Gate.CONTACT_POINT,
            (due.c.kind == StepKind.LETTER) & ~_has_address(due),
            stop,
            literal(NO_POSTAL_ADDRESS, Text),
        ),
        Rule(Gate.CONSENT, by_channel & ~reach.c.allowed, stop, literal(NO_CONSENT, Text)),
        Rule(Gate.CONSENT, to_customer & ~by_channel & refused, stop, literal(NO_CONSENT, Text)),
        Rule(
            Gate.COMPLAINT,
            to_customer & held_purpose & _complaint(due, now),
            hold,
            literal(COMPLAINT_OPEN, Text),
            rules.tomorrow_opens_at,
        ),
        Rule(
            Gate.CHANNEL, by_channel & reach.c.channel.is_(None), hold, literal(CHANNEL_PAUSED, Text), reach.c.probe_at
        ),
        Rule(Gate.LAW, law.c.until.is_not(None), hold, law.c.reason, law.c.until),
        Rule(Gate.QUIET_HOURS, by_channel & ~rules.open, hold, literal(QUIET, Text), rules.opens_at),
    ]


def _later_told(due: CTE, now: Now) -> LateralFromClause:
    """A later message about the same occasion of the same subject that was told. Only what was held, or is late, can
    have been overtaken; nobody looks for anything else."""
    told = (TouchState.CLAIMED, TouchState.SENDING, TouchState.SENT, TouchState.UNKNOWN)
    later, row = aliased(Touch, name="later"), due.c
    return (
        select(later.id)
        .where(
            or_(row.not_before > row.due_at, row.due_at < moment(now) - literal(LATE, Interval)),
            later.subject_kind == row.subject_kind,
            later.subject_id == row.subject_id,
            later.process == row.process,
            later.anchor_at == row.anchor_at,
            later.kind == StepKind.MESSAGE,
            later.due_at > row.due_at,
            later.state.in_(told),
        )
        .limit(1)
        .lateral("later_told")
    )


def _later_goes(due: CTE, facts: CTE, reach: CTE) -> ColumnElement[bool]:
    """Whether a later message about the same is due too, is still true, and has a way to its customer. What has a line
    for another message goes inside that one."""
    row = due.c
    goes = and_(
        row.mine, row.kind == StepKind.MESSAGE, facts.c.gone.is_(None), ~facts.c.moved, ~facts.c.passed,
        reach.c.channel.is_not(None),
    )  # fmt: skip
    same = (row.subject_kind, row.subject_id, row.process, row.anchor_at)
    later = func.max(case((goes, row.due_at))).over(partition_by=same) > row.due_at
    return and_(TemplateVersion.also.is_(None), func.coalesce(later, False))


def _of_household(due: CTE, household: LateralFromClause, tomorrow: ColumnElement[datetime]) -> list[Rule]:
    """A campaign tells a number once; a process once a day, for what its steps say of each customer differs."""
    told = and_(to_each_number_once(due.c), household.c.id.is_not(None))
    reason = literal(SAME_NUMBER, Text)
    return [
        Rule(Gate.HOUSEHOLD, and_(told, due.c.campaign_id.is_not(None)), Decision.STOP, reason),
        Rule(Gate.HOUSEHOLD, told, Decision.HOLD, reason, tomorrow),
    ]


def _first_objection(objections: list[Rule]) -> Sequence[SQLColumnExpression[object]]:
    """The gate, decision, reason and end of the first objection; a touch without one passes."""
    return [
        case(
            *((rule.objects, literal(rule.gate, growing(Gate))) for rule in objections),
            else_=literal(Gate.NONE, growing(Gate)),
        ).label("gate"),
        case(
            *((rule.objects, literal(rule.decision, enumeration(Decision))) for rule in objections),
            else_=literal(Decision.PASS, enumeration(Decision)),
        ).label("decision"),
        case(*((rule.objects, rule.reason) for rule in objections)).label("reason"),
        case(*((rule.objects, rule.until) for rule in objections if rule.until is not None)).label("until"),
    ]


def _lead(weighed: CTE) -> CTE:
    """Which messages are lines of a more important one of their customer and channel, and so take no place of the day
    by themselves. Where that one is not this run's, they are not."""
    row = weighed.c
    passes = row.decision == Decision.PASS
    together = and_(passes, func.coalesce(row.mergeable, False), row.kind == StepKind.MESSAGE)
    group: Any = {
        "partition_by": (row.customer_id, row.channel, together),
        "order_by": (row.priority.desc(), row.due_at, row.id),
    }
    behind = and_(func.row_number().over(**group) > 1, func.first_value(row.mine).over(**group))
    return (
        select(weighed, passes.label("passes"), and_(together, behind).label("follows"))
        .cte("led")
        .prefix_with(holds("which messages are lines of a more important message"))
    )


def _rank(led: CTE) -> CTE:
    """Where each passing touch stands among those of its customer, and whether the cap leaves room for it."""
    row = led.c
    position = func.row_number().over(
        partition_by=(row.customer_id, row.passes, row.exempt, row.follows, row.carried_by.is_not(None)),
        order_by=(row.resendable.desc(), row.priority.desc(), row.due_at, row.id),
    )
    has_room = and_(~row.follows, position <= row.contacts_left)
    return (
        select(led, and_(row.passes, or_(row.exempt, has_room)).label("within_cap"))
        .cte("ranked")
        .prefix_with(holds("which touches the contact cap leaves room for"))
    )


def _follow(ranked: CTE) -> CTE:
    """A line that may have gone out inside a message goes again inside it, waits with it, or ends with it."""
    row, head = ranked.c, ranked.alias("head")
    carried = row.carried_by.is_not(None)
    stays = and_(carried, ~func.coalesce(head.c.passes, False))
    ends = and_(stays, head.c.id.is_(None), row.decision != Decision.STOP)
    waits = and_(stays, row.decision != Decision.STOP)
    changed = {
        "mine": or_(row.mine, row.resendable),  # whoever comes first finishes what was cut off
        "decision": case(
            (ends, literal(Decision.STOP, enumeration(Decision))), (waits, head.c.decision), else_=row.decision
        ),
        "gate": case((ends, literal(Gate.RETRY, growing(Gate))), (waits, head.c.gate), else_=row.gate),
        "reason": case((ends, literal(HEAD_GONE, Text)), (waits, head.c.reason), else_=row.reason),
        "until": case((waits, head.c.until), else_=row.until),
        "law_figures": case((waits, head.c.law_figures), else_=row.law_figures),
        "passes": and_(row.passes, ~stays),
        "within_cap": case((carried, func.coalesce(head.c.within_cap, False)), else_=row.within_cap),
    }
    kept = [column for column in row if column.name not in changed]
    renewed = [expression.label(name) for name, expression in changed.items()]
    return (
        select(*kept, *renewed)
        .outerjoin(head, head.c.id == row.carried_by)
        .cte("followed")
        .prefix_with(holds("lines that may have gone out inside a message share its verdict"))
    )


def _heads(ranked: CTE) -> CTE:
    """Per customer and channel: the message that others may be merged into, the most important one."""
    row = ranked.c
    return (
        select(row.customer_id, row.channel, row.id, row.mine)
        .where(row.within_cap, row.kind == StepKind.MESSAGE, row.mergeable)
        .distinct(row.customer_id, row.channel)
        .order_by(row.customer_id, row.channel, row.priority.desc(), row.due_at, row.id)
        .cte("heads")
        .prefix_with(holds("per customer and channel, the message that others are merged into"))
    )


def _placed(ranked: CTE, now: Now) -> CTE:
    """Per customer: the contacts that take a place of the day now."""
    row = ranked.c
    contact = _as_contact(row, moment(now))
    return (
        select(
            row.customer_id, func.jsonb_agg(aggregate_order_by(contact, row.priority.desc(), row.due_at)).label("now")
        )
        .where(row.within_cap, ~row.exempt, row.carried_by.is_(None))
        .group_by(row.customer_id)
        .cte("placed")
        .prefix_with(holds("per customer, the contacts that count towards the cap now"))
    )


def _as_contact(row: Columns | type[Touch], at: SQLColumnExpression[datetime | None]) -> ColumnElement[Facts]:
    """A contact as a figure of a reason."""
    return func.jsonb_build_object("touch", row.id, "process", row.process, "step", row.step, "at", at, type_=JSONB)


def _instead(row: Columns, placed: CTE, now: Now) -> ColumnElement[Sequence[Facts]]:
    """What took the place of a touch that the cap holds: the contacts made already, then those made now."""
    earlier = func.jsonb_agg(aggregate_order_by(_as_contact(Touch, Touch.contacted_at), Touch.contacted_at))
    made = select(earlier).where(*_that_count(row, row.contacts_since, now)).scalar_subquery()
    none = func.jsonb_build_array(type_=JSONB)
    return func.coalesce(made, none, type_=JSONB).op("||", return_type=JSONB())(func.coalesce(placed.c.now, none))


def _settle(ranked: CTE, heads: CTE, placed: CTE | None, now: Now) -> CTE:
    """The last word on each touch, with the cap and the merging across processes (invariant 7)."""
    row = _capped(ranked, heads, placed, now).c
    until = case((row.capped, row.contacts_again_at), else_=row.until)
    hopeless = func.coalesce(until >= row.valid_until, False)
    decision = case((row.capped, literal(Decision.HOLD, enumeration(Decision))), else_=row.decision)
    told = func.jsonb_array_length(row.instead) > 0
    reason = case((told, literal(CAPPED_BY, Text)), (row.capped, literal(CAPPED, Text)), else_=row.reason)
    figures = case(
        (told, func.jsonb_build_object("instead", row.instead, type_=JSONB)),
        (and_(row.gate == Gate.LAW, ~row.capped), row.law_figures),
    )
    because = case(
        (figures.is_not(None), func.jsonb_build_object("code", reason, "figures", figures, type_=JSONB)),
        else_=func.to_jsonb(reason),
    )
    return (
        select(
            row.id,
            (row.mine | row.merged).label("mine"),  # a line of another process that goes along is claimed with it
            row.kind,
            row.channel,
            row.contact_point_id,
            row.figures,
            case((row.merged, row.head_id), else_=row.carried_by).label("merged_into"),
            case((row.capped, literal(Gate.CAP, growing(Gate))), else_=row.gate).label("gate"),
            case((hopeless, literal(Decision.STOP, enumeration(Decision))), else_=decision).label("decision"),
            case((hopeless, literal(HELD_PAST_VALIDITY, Text)), else_=reason).label("reason"),
            case((hopeless, func.jsonb_build_object("because", because, type_=JSONB)), else_=figures).label(
                "reason_figures"
            ),
            case((~hopeless, until)).label("until"),
        )
        .cte("judged")
        .prefix_with(holds("the verdict on each touch, after cap and merging"))
    )


def _capped(ranked: CTE, heads: CTE, placed: CTE | None, now: Now) -> Subquery:
    """Which touches go inside another message, which the cap holds, and what took the place of these. OFFSET 0 keeps
    PostgreSQL from asking that last question wherever the answer is used."""
    row = ranked.c
    merges = and_(row.passes, row.mergeable, row.kind == StepKind.MESSAGE, heads.c.mine, heads.c.id != row.id)
    merged = func.coalesce(merges, False)
    capped = and_(row.passes, ~row.within_cap, ~merged)
    none = func.jsonb_build_array(type_=JSONB)
    instead = none if placed is None else case((capped, _instead(row, placed, now)), else_=none)
    rows = select(
        ranked,
        heads.c.id.label("head_id"),
        merged.label("merged"),
        capped.label("capped"),
        instead.label("instead"),
    ).outerjoin(heads, and_(heads.c.customer_id == row.customer_id, heads.c.channel == row.channel))
    if placed is not None:
        rows = rows.outerjoin(placed, placed.c.customer_id == row.customer_id)
    return rows.offset(0).subquery("capped")
