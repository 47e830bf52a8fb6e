"""Leads as a subject: from the last contact with a customer who may buy a car (R8)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    ScalarSelect,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.calls.outcomes import names_of
from models.core.base import Facts, enumeration
from models.core.cadence import ZONED, Now, midnight, moment
from models.core.reasons import MONEY, GivenReason, declare, give
from models.core.rows import AnySelect
from models.core.words import LeadState, LeadUrgency
from models.ledger.tables import CallAttempt, Touch
from models.people.tables import Customer, StaffMember
from models.subjects.handover import Handover
from models.subjects.lead import (
    KIND,
    LEAD_LOST,
    LEAD_OPEN,
    LEAST_DEPOSIT,
    LOST,
    OF_CLASS,
    UNCONTACTED,
    Lead,
    ShowroomVisit,
)
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    Window,
    asked,
    first_reason,
    local_days,
    within,
)
from tasks.subjects.customers import about_customer, own_languages, stores_today
from tasks.subjects.lead.outcomes import take_outcome

WON = declare("lead-won")
IS_LOST = declare("lead-is-lost")
EXPIRED = declare("lead-expired")
POSTPONED = declare("lead-postponed")
OTHER_CLASS = declare("lead-of-another-class")
CONTACTED = declare("lead-contacted")
NOT_LOST = declare("lead-still-open")
LOW_DEPOSIT = declare("low-deposit", deposit=MONEY, least=MONEY)
_OPEN = literal(LeadState.OPEN, enumeration(LeadState))


class Leads(Subject):
    """Anchored at the later of coming in and the last contact: a call that reached the customer, or a visit."""

    kind = KIND
    not_meant = frozenset({OTHER_CLASS})

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row a lead that had come in by then, with what had become of it."""
        stores, languages = stores_today(now), own_languages()
        today, zone = stores.c.today, stores.c.time_zone
        came_in = func.coalesce(Lead.came_in_at, midnight(Lead.created_on, zone), type_=ZONED)
        contact = _last_contact(now, zone, today)
        state = case((Lead.state_on > today, _OPEN), else_=Lead.state)
        return (
            select(
                Lead.id.label("subject_id"),
                Lead.store_id,
                Lead.customer_id,
                *about_customer(stores, languages),
                func.greatest(came_in, contact, type_=ZONED).label("anchor_at"),
                came_in.label("came-in"),
                Lead.first_contact_by.label("first-contact-by"),
                midnight(func.coalesce(Lead.urgency_on, Lead.created_on), zone).label("class-set"),
                midnight(Lead.postponed_to, zone).label("postponed-to"),
                case((state == LeadState.LOST, midnight(Lead.state_on, zone))).label("lost"),
                contact.label("contact_at"),
                state.label("state"),
                and_(state == LeadState.OPEN, Lead.urgency == LeadUrgency.ORDERED, _handed_over(today)).label("won"),
                func.coalesce(Lead.postponed_to > today, False).label("postponed"),
                Lead.urgency,
                Lead.model,
                Lead.source,
                Lead.created_on,
                Lead.deposit,
                Lead.currency,
                Lead.lost_reason,
                StaffMember.name.label("salesperson"),
            )
            .join_from(Lead, stores, stores.c.id == Lead.store_id)
            .outerjoin(languages, languages.c.id == Lead.customer_id)
            .outerjoin(Customer, Customer.id == Lead.customer_id)
            .outerjoin(StaffMember, StaffMember.id == Lead.salesperson_id)
            .where(came_in <= moment(now), _in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """The lead was won, lost, given up or put off, is of another class, or the customer was reached already."""
        row, still_open = facts.c, asked(LEAD_OPEN, conditions)
        return first_reason(
            (and_(still_open, or_(row.state == LeadState.WON, row.won)), WON),
            (and_(still_open, row.state == LeadState.LOST), IS_LOST),
            (and_(still_open, row.state == LeadState.EXPIRED), EXPIRED),
            (and_(still_open, row.postponed), POSTPONED),
            (and_(asked(LEAD_LOST, conditions), row.state != LeadState.LOST), NOT_LOST),
            (and_(asked(UNCONTACTED, conditions), row.contact_at.is_not(None)), CONTACTED),
            *(
                (and_(asked(condition, conditions), row.urgency != urgency), OTHER_CLASS)
                for urgency, condition in OF_CLASS.items()
            ),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """The class and the state of the lead, when it came in and when the customer was last reached."""
        came_in = facts.c["came-in"]
        return func.jsonb_build_object(
            *(literal("urgency", Text), facts.c.urgency),
            *(literal("lead_state", Text), facts.c.state),
            *(literal("came_in", Text), came_in),
            *(literal("last_contact", Text), facts.c.contact_at),
            type_=JSONB,
        )

    def only_in_letters(self) -> frozenset[str]:
        """The car that is wanted, the source, the salesperson, the deposit."""
        return frozenset({"model", "source", "salesperson", "deposit", "currency", "lost_reason"})

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """What is wanted, by whom it is sold, and how it stands."""
        row = facts.c
        return [
            row.urgency, row.model, row.source, row.created_on, row.salesperson, row.deposit, row.currency,
            row.lost_reason,
        ]  # fmt: skip

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:  # noqa: ARG002  the contract's
        """That an order has a lower deposit than the house wants."""
        if row["urgency"] != LeadUrgency.ORDERED or row["deposit"] is None or row["deposit"] >= LEAST_DEPOSIT:
            return []
        currency = row["currency"] or ""
        return [give(LOW_DEPOSIT, deposit={currency: str(row["deposit"])}, least={currency: str(LEAST_DEPOSIT)})]

    take_outcome = staticmethod(take_outcome)


SUBJECT = Leads()


def _last_contact(now: Now, zone: ColumnElement[str], today: ColumnElement[date]) -> ColumnElement[datetime]:
    """When the customer was last reached about the lead: at the phone, in the showroom, or as the source says.
    Null: never. A call that nobody answered is no contact."""
    said = case((Lead.contacted_on <= today, midnight(Lead.contacted_on, zone)))
    visited = midnight(_last_visit(today), zone)
    return func.greatest(said, _last_call(now), visited, type_=ZONED)


def _last_call(now: Now) -> ScalarSelect[datetime]:
    return (
        select(func.max(CallAttempt.attempted_at))
        .join(Touch, Touch.id == CallAttempt.touch_id)
        .where(
            Touch.customer_id == Lead.customer_id,
            Touch.subject_kind == KIND,
            Touch.subject_id == Lead.id,
            CallAttempt.outcome.in_(names_of(reached=True)),
            CallAttempt.attempted_at <= moment(now),
        )
        .correlate(Lead)
        .scalar_subquery()
    )


def _last_visit(today: object) -> ScalarSelect[date]:
    return (
        select(func.max(ShowroomVisit.visited_on))
        .where(ShowroomVisit.lead_id == Lead.id, ShowroomVisit.visited_on <= today)
        .correlate_except(ShowroomVisit)
        .scalar_subquery()
    )


def _handed_over(today: object) -> ColumnElement[bool]:
    """A car was handed over to the customer since the lead came in."""
    since = Handover.handed_over_on.between(Lead.created_on, today)
    return exists(select(literal(1)).where(Handover.customer_id == Lead.customer_id, since).correlate_except(Handover))


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """A sweep looks at the leads that are open, or were by then, and at those that were lost in the window of a step
    that counts from it."""
    match scope:
        case DueWithin():
            lost = [local_days(window) for step, window in scope.steps if step.counts_from == LOST]
            since_then = Lead.state_on >= local_days(Window(scope.now, scope.now))[0]
            changed = and_(Lead.state != LeadState.OPEN, or_(within(Lead.state_on, lost), since_then))
            return and_(or_(Lead.state == LeadState.OPEN, changed), Lead.store_id.in_(scope.stores))
        case Those():
            return Lead.id.in_(scope.ids)
        case OfCustomer():
            return Lead.customer_id == scope.customer_id
