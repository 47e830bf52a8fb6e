"""Leads: what some customers want to buy next, how soon, and what became of it."""

from collections.abc import Iterator
from datetime import date, timedelta

from models.core.words import LeadState, LeadUrgency
from tasks.sample.names import LOST_REASONS, MODELS
from tasks.sample.people import Customer
from tasks.sample.rows import LeadRow
from tasks.sample.stores import SHANGHAI, TODAY

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


def lead_rows(customer: Customer) -> Iterator[LeadRow]:
    """The lead of some customers; those that came to an end had been contacted."""
    dice = customer.dice
    if not dice.chance(_LEADS):
        return
    created_on = TODAY - timedelta(dice.between(1, _OLDEST))
    state = dice.weigh(_STATES)
    is_open = state is LeadState.OPEN
    contacted_on = None if is_open and dice.chance(_NEVER_CONTACTED) else _day_since(customer, created_on)
    yield LeadRow(
        store=customer.store.code,
        key=customer.key_of("L", 1),
        customer=customer.key,
        urgency=dice.weigh(_URGENCIES),
        model=dice.pick(MODELS),
        state=state,
        lost_reason=_lost_reason(customer) if state is LeadState.LOST else None,
        created_on=created_on,
        contacted_on=contacted_on,
        state_on=None if is_open else _day_since(customer, contacted_on or created_on),
    )


def _day_since(customer: Customer, day: date) -> date:
    return day + timedelta(customer.dice.below((TODAY - day).days + 1))


def _lost_reason(customer: Customer) -> str:
    chinese, english = customer.dice.pick(LOST_REASONS)
    return chinese if customer.store is SHANGHAI else english
