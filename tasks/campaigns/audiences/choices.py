"""Choices for an audience's conditions: lists, earlier campaigns, and examples of levels, makes and so on."""

from collections.abc import Mapping, Set
from typing import Any

from sqlalchemy import Connection, func, literal, or_, select

from models.campaigns.audience_words import Names
from models.campaigns.audiences import AudienceRule, conditions_of
from models.campaigns.conditions.contact import OnList, WasInCampaign
from models.campaigns.tables import AudienceList, Campaign
from models.people.tables import Customer, Store
from models.subjects.vehicle import Vehicle
from tasks.campaigns.authors import Author

MOST = 200
LOOKED_AT = 5000
"""The number of rows sampled for examples, so that no large table is read in full."""
EXAMPLES = 10


def read_choices(connection: Connection, author: Author, campaign_id: int | None) -> Mapping[str, Mapping[int, str]]:
    """By field: the lists and started campaigns that someone may choose."""
    lists = select(AudienceList.id, AudienceList.name).order_by(AudienceList.made_at.desc()).limit(MOST)
    began = (
        select(Campaign.id, Campaign.name)
        .where(Campaign.frozen_at.is_not(None), Campaign.id != (campaign_id or 0))
        .order_by(Campaign.frozen_at.desc())
        .limit(MOST)
    )
    if author.store_id is not None:
        lists = lists.where(or_(AudienceList.store_id.is_(None), AudienceList.store_id == author.store_id))
        began = began.where(or_(Campaign.store_id.is_(None), Campaign.store_id == author.store_id))
    return {
        "list": dict(connection.execute(lists).tuples().all()),
        "campaign": dict(connection.execute(began).tuples().all()),
    }


def read_names(connection: Connection, rule: AudienceRule) -> Names:
    """The names of the lists and campaigns in a rule."""
    conditions = conditions_of(rule)
    lists = {one.list for one in conditions if isinstance(one, OnList)}
    campaigns = {one.campaign for one in conditions if isinstance(one, WasInCampaign) and one.campaign is not None}
    return {"list": _called(connection, AudienceList, lists), "campaign": _called(connection, Campaign, campaigns)}


def _called(connection: Connection, table: type[AudienceList | Campaign], ids: Set[int]) -> dict[int, str]:
    return dict(connection.execute(select(table.id, table.name).where(table.id.in_(ids))).tuples().all()) if ids else {}


def read_examples(connection: Connection, store_id: int | None) -> Mapping[str, list[str]]:
    """By field: examples of values on record."""
    columns = {"levels": Customer.level, "areas": Customer.area, "makes": Vehicle.make, "models": Vehicle.model}
    found = {name: _some(connection, column, store_id) for name, column in columns.items()}
    stores = select(Store.code).order_by(Store.code).limit(EXAMPLES)
    if store_id is not None:
        stores = stores.where(Store.id == store_id)
    return found | {"stores": list(connection.scalars(stores))}


def _some(connection: Connection, column: Any, store_id: int | None) -> list[str]:
    rows = select(column.label("name")).where(column.is_not(None)).limit(LOOKED_AT)
    if store_id is not None:
        rows = rows.where(column.class_.store_id == store_id)
    few = rows.subquery("few")
    count = func.count(literal(1))
    names = select(few.c.name).group_by(few.c.name).order_by(count.desc(), few.c.name).limit(EXAMPLES)
    return list(connection.scalars(names))
