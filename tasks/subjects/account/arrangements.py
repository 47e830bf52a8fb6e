"""Which arrangements run: as a sweep, a claim and a page ask for them."""

from datetime import date

from sqlalchemy import CTE, ColumnElement, and_, exists, func, literal, or_, select

from models.subjects.account import Invoice, Payment
from models.subjects.arrangement import Arrangement, ArrangementKind, Instalment
from tasks.database.statement_comments import holds, nameless_cte
from tasks.subjects.account.looks import key_of

ONCE = "MATERIALIZED"


def runs_on(today: ColumnElement[date]) -> ColumnElement[bool]:
    """The arrangement has begun by a store-local day, and is neither over nor ended by then."""
    return and_(
        Arrangement.starts_on <= today,
        Arrangement.ends_on >= today,
        or_(Arrangement.ended_on.is_(None), Arrangement.ended_on > today),
    )


def is_kept(today: ColumnElement[date]) -> ColumnElement[bool]:
    """Of instalments: what was due before the day has come in since the plan began. Others are always kept."""
    due = (
        select(func.coalesce(func.sum(Instalment.amount), 0))
        .where(Instalment.arrangement_id == Arrangement.id, Instalment.due_on < today)
        .scalar_subquery()
    )
    received = (
        select(func.coalesce(func.sum(Payment.amount), 0))
        .where(
            Payment.account_id == Arrangement.account_id,
            Payment.currency == Arrangement.currency,
            Payment.paid_on.between(Arrangement.starts_on, today),
        )
        .scalar_subquery()
    )
    return or_(Arrangement.kind != ArrangementKind.INSTALMENTS, received >= due)


def running_arrangements(looked_at: CTE) -> CTE:
    """Per account: the arrangement about all that it owes for which chasing waits, if any."""
    today = looked_at.c.today
    return nameless_cte(
        select(*key_of(looked_at), Arrangement.kind.label("arranged"), Arrangement.ends_on.label("arranged_until"))
        .join(Arrangement, Arrangement.account_id == looked_at.c.account_id)
        .where(Arrangement.invoice_id.is_(None), runs_on(today), is_kept(today))
        .distinct(*key_of(looked_at))
        .order_by(*key_of(looked_at), Arrangement.ends_on.desc(), Arrangement.id.desc()),
        ONCE,
        holds("per account: the arrangement for which chasing waits"),
    )


def is_contested(today: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether staff have written down that the customer contests an invoice, up to the day or beyond it."""
    return exists(select(literal(1)).where(Arrangement.invoice_id == Invoice.id, runs_on(today)))
