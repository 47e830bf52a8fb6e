"""Leads: what some customers want to buy next, how soon, and what became of it. And who came to the showroom."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from models.core.words import LeadState, LeadUrgency
from tasks.intake.samples import Sample, SampleCustomer, with_cells

_LEADS = 0.2
"""The share of customers with a lead."""
_OLDEST = 120
"""Days ago."""
_URGENCIES = (
    (LeadUrgency.ORDERED, 10),
    (LeadUrgency.WITHIN_A_WEEK, 25),
    (LeadUrgency.WITHIN_A_MONTH, 35),
    (LeadUrgency.WITHIN_THREE_MONTHS, 30),
)
_STATES = ((LeadState.OPEN, 60), (LeadState.WON, 18), (LeadState.LOST, 22))
_NEVER_CONTACTED = 0.2
_LOST_REASONS = (
    ("购买了其他品牌", "bought another make"),
    ("价格过高", "too expensive"),
    ("暂缓购车", "put it off"),
    ("联系不上", "could not be reached"),
)
"""Why a lead was lost, in Chinese and English."""


class LeadRow(NamedTuple):
    """A customer who may buy a car."""

    store: str
    key: str
    customer: str
    urgency: str
    model: str
    state: str
    lost_reason: str | None
    created_on: date
    contacted_on: date | None
    state_on: date | None


def lead_rows(customer: SampleCustomer) -> Iterator[LeadRow]:
    """The lead of some customers; those that came to an end had been contacted."""
    dice = customer.dice
    if not dice.chance(_LEADS):
        return
    created_on = customer.today - timedelta(dice.between(1, _OLDEST))
    state = dice.weigh(_STATES)
    is_open = state is LeadState.OPEN
    contacted_on = None if is_open and dice.chance(_NEVER_CONTACTED) else _day_since(customer, created_on)
    yield LeadRow(
        store=customer.store.code,
        key=customer.key_of("L", 1),
        customer=customer.key,
        urgency=dice.weigh(_URGENCIES),
        model=customer.a_model(),
        state=state,
        lost_reason=_lost_reason(customer) if state is LeadState.LOST else None,
        created_on=created_on,
        contacted_on=contacted_on,
        state_on=None if is_open else _day_since(customer, contacted_on or created_on),
    )


def _day_since(customer: SampleCustomer, day: date) -> date:
    return day + timedelta(customer.dice.below((customer.today - day).days + 1))


def _lost_reason(customer: SampleCustomer) -> str:
    chinese, english = customer.dice.pick(_LOST_REASONS)
    return chinese if customer.store.language == "zh-CN" else english


SAMPLE = Sample(LeadRow, lead_rows, (with_cells(urgency="soon"), with_cells(state="lost", lost_reason=None)))


_WALK_INS = 0.05
"""The share of customers who lately came to the showroom without a lead being made of it."""
_LAST_DAYS = 30


class ShowroomVisitRow(NamedTuple):
    """A visit to the showroom."""

    store: str
    key: str
    visited_on: date
    test_drive: bool


def showroom_visit_rows(customer: SampleCustomer) -> Iterator[ShowroomVisitRow]:
    """The visit of some customers, of whom no lead was made."""
    if customer.dice.chance(_WALK_INS):
        day = customer.today - timedelta(customer.dice.between(1, _LAST_DAYS))
        yield ShowroomVisitRow(customer.store.code, customer.key_of("SV", 1), day, customer.dice.chance(0.3))


VISITS_SAMPLE = Sample(ShowroomVisitRow, showroom_visit_rows)
