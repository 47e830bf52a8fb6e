"""Inbound as the subject of inbox-answers (R16): the message by which it is answered, anchored at the answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Subquery,
    and_,
    case,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.core.base import Facts
from models.core.cadence import Now, local_day, moment
from models.core.reasons import GivenReason, declare, give
from models.core.rows import AnySelect
from models.inbound.tables import Inbound
from models.inbound.words import AnswerWay
from models.people.tables import Customer
from models.subjects.inbound import ANSWER_STANDS, KIND
from tasks.subjects.contract import DueWithin, OfCustomer, Scope, Subject, Those, asked, first_reason, within
from tasks.subjects.customers import about_customer, own_languages, stores_today

NOT_BY_MESSAGE = declare("not-answered-by-message")
WAITS = declare("inbound-waits")


class Inbounds(Subject):
    """What known customers said. Until it is answered by a message, there is nothing to count from."""

    kind = KIND

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row an inbound that was there by then."""
        stores, languages = stores_today(now), own_languages()
        answered = and_(Inbound.answered_how == AnswerWay.MESSAGE, Inbound.answered_at <= moment(now))
        return (
            select(
                Inbound.id.label("subject_id"),
                Inbound.store_id,
                Inbound.customer_id,
                *about_customer(stores, languages),
                case((answered, Inbound.answered_at)).label("anchor_at"),
                Inbound.received_at,
                local_day(Inbound.received_at, stores.c.time_zone).label("received_on"),
                func.coalesce(Inbound.answered_at > moment(now), Inbound.answered_at.is_(None)).label("waits"),
                case((answered, Inbound.answer)).label("answer"),
            )
            .join_from(Inbound, stores, stores.c.id == Inbound.store_id)
            .outerjoin(languages, languages.c.id == Inbound.customer_id)
            .outerjoin(Customer, Customer.id == Inbound.customer_id)
            .where(Inbound.customer_id.is_not(None), Inbound.received_at <= moment(now), _in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """It is not answered by a message, or the words are gone."""
        return first_reason((and_(asked(ANSWER_STANDS, conditions), facts.c.answer.is_(None)), NOT_BY_MESSAGE))

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """When it was said and answered."""
        return func.jsonb_build_object(
            *(literal("received_at", Text), facts.c.received_at),
            *(literal("answered_at", Text), facts.c.anchor_at),
            type_=JSONB,
        )

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:  # noqa: ARG002  the contract's
        """That it waits for its answer."""
        return [give(WAITS)] if row["waits"] else []

    def only_in_letters(self) -> frozenset[str]:
        """The day on which it was said."""
        return frozenset({"received_on"})

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The answer, and the day on which it was said."""
        return [facts.c.answer, facts.c.received_on]


SUBJECT = Inbounds()


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """A sweep looks for what was answered by a message only: theirs is the index."""
    match scope:
        case DueWithin():
            windows = [(moment(window.since), moment(window.until)) for _, window in scope.steps]
            return and_(
                within(Inbound.answered_at, windows),
                Inbound.answered_how == AnswerWay.MESSAGE,
                Inbound.store_id.in_(scope.stores),
            )
        case Those():
            return Inbound.id.in_(scope.ids)
        case OfCustomer():
            return Inbound.customer_id == scope.customer_id
