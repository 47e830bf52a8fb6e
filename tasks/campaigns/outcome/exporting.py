"""Exporting a campaign's recipients for a spreadsheet: message state and later actions."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Subquery, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.masking import mask_name
from models.core.rows import AnyRow, AnySelect
from models.core.spreadsheet_cells import defuse
from models.core.words import TouchState, Wave
from models.ledger.tables import given_reason
from models.people.tables import Customer, CustomerKey, Store
from tasks.campaigns.audiences.behaviour import booked, time_asked_for
from tasks.campaigns.outcome.results import Measured, NoSuchCampaign, has_begun, measure, messages_of
from tasks.database.statistics import prepare_for_large_statements

COLUMNS = (
    "customer", "name", "store", "wave", "variant", "state", "reason", "channel", "sent_at", "delivered_at", "answer",
    "answered_at", "time_asked_for", "booked", "came", "spent",
)  # fmt: skip
AT_A_TIME = 1000


def export_recipients(
    connection: Connection, campaign_id: int, now: datetime, *, with_names: bool, store_id: int | None = None
) -> Iterator[list[str]]:
    """One row per recipient, after the headings; optionally of one store only. Times are store-local.

    Rows are streamed, so memory does not grow with their number. Without `with_names` a name shows only
    its first character. Cells are safe to open in a spreadsheet. Raises `NoSuchCampaign`.
    """
    campaign = connection.execute(select(Campaign.__table__).where(Campaign.id == campaign_id)).one_or_none()
    if campaign is None:
        raise NoSuchCampaign(campaign_id)
    prepare_for_large_statements(connection)
    statement = _rows(measure(campaign, now))
    if store_id is not None:
        statement = statement.where(Customer.store_id == store_id)
    return _written(connection, statement, with_names=with_names)


def _written(connection: Connection, statement: AnySelect, *, with_names: bool) -> Iterator[list[str]]:
    yield list(COLUMNS)
    with connection.execute(statement.execution_options(yield_per=AT_A_TIME)) as rows:
        for row in rows:
            yield [defuse(cell) for cell in _cells(row, with_names=with_names)]


def _rows(measured: Measured) -> AnySelect:
    messages = messages_of(measured.campaign_id)
    spent = _spent(measured)
    keys = select(func.min(CustomerKey.key)).where(CustomerKey.customer_id == Customer.id).scalar_subquery()
    return (
        select(
            keys.label("key"),
            Customer.name,
            Store.code.label("store"),
            Store.time_zone,
            CampaignRecipient.wave,
            CampaignRecipient.variant,
            _state(messages).label("state"),
            given_reason(messages.c).label("reason"),
            messages.c.channel,
            messages.c.contacted_at,
            messages.c.delivered_at,
            CampaignRecipient.answer,
            CampaignRecipient.answered_at,
            time_asked_for(measured.since, measured.until).label("wanted_at"),
            CampaignRecipient.id.in_(measured.ids(booked(measured.since, measured.until))).label("booked"),
            measured.came().label("came"),
            spent.c.spent,
        )
        .join_from(CampaignRecipient, Campaign, Campaign.id == CampaignRecipient.campaign_id)
        .join(Customer, Customer.id == CampaignRecipient.customer_id)
        .join(Store, Store.id == Customer.store_id)
        .outerjoin(messages, messages.c.subject_id == CampaignRecipient.id)
        .outerjoin(spent, spent.c.id == CampaignRecipient.id)
        .where(CampaignRecipient.campaign_id == measured.campaign_id)
        .order_by(CampaignRecipient.id)
    )


def _state(messages: Any) -> ColumnElement[Any]:
    """The state of the message; without one, in the words of the account."""
    return case(
        (messages.c.state.is_not(None), cast(messages.c.state, Text)),
        (CampaignRecipient.wave == Wave.CONTROL, literal("control", Text)),
        (has_begun(), literal("passed-over", Text)),
        else_=literal("not-planned", Text),
    )


def _spent(measured: Measured) -> Subquery:
    """Spending per recipient, as an object by currency; without recipients who spent nothing."""
    by_currency = measured.spent(CampaignRecipient.id).subquery("by_currency")
    amounts = func.jsonb_object_agg(by_currency.c.currency, cast(by_currency.c.amount, Text), type_=JSONB)
    return select(by_currency.c.id, amounts.label("spent")).group_by(by_currency.c.id).subquery("spent")


def _cells(row: AnyRow, *, with_names: bool) -> tuple[str, ...]:
    reached = row.state in (TouchState.SENT, TouchState.UNKNOWN, TouchState.SENDING)
    return (
        row.key or "",
        row.name if with_names else mask_name(row.name),
        row.store,
        row.wave,
        row.variant or "",
        row.state,
        str(row.reason) if row.reason else "",
        row.channel or "",
        _local(row.contacted_at if reached else None, row.time_zone),
        _local(row.delivered_at, row.time_zone),
        row.answer or "",
        _local(row.answered_at, row.time_zone),
        _local(row.wanted_at, row.time_zone),
        "yes" if row.booked else "",
        "yes" if row.came else "",
        " + ".join(f"{currency} {amount}" for currency, amount in sorted((row.spent or {}).items())),
    )


def _local(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else ""
