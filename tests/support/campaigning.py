"""A campaign office: plans made with few words, and campaigns carried on as the flow does it, without Prefect."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, select

from models.campaigns.plans import CampaignPlan, read_plan
from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.reasons import kept
from models.core.settings import Settings
from models.core.words import ProcessName, Role
from models.ledger.accounts_of_runs import RunAccount
from tasks.campaigns.authors import Author
from tasks.campaigns.drafting import create_campaign
from tasks.campaigns.launch.advancing import advance
from tasks.campaigns.launch.approving import approve, submit
from tasks.campaigns.launch.confining import confine
from tasks.campaigns.launch.launching import launch
from tasks.dispatch.dispatch import dispatch_due
from tests.support.world import World, at

MEI = Author("mei", Role.MARKETING, None)
"""Writes campaigns."""
LI = Author("li", Role.MANAGER, None)
"""Approves them."""
WORDS = "Dear {{ customer }}, come and see us. Reply TD to stop."


def words(text: str = WORDS) -> dict[str, Any]:
    """The same text by SMS in both languages."""
    return {"en": {"sms": text}, "zh-CN": {"sms": text}}


def why_held(campaign: Row[Any]) -> str:
    """Why a campaign stopped by itself, as a reader of English is told it."""
    return str(kept(campaign.held_reason, campaign.held_figures))


def plan(**changes: Any) -> CampaignPlan:
    """To everybody, by SMS, at once; a service message, so that nobody needs to have opted in."""
    return read_plan(
        {
            "audience": {"kind": "all", "of": []},
            "purpose": "service",
            "variants": [{"key": "a", "words": words()}],
            "control_percent": 0,
            "canary": {"percent": 0},
            "most_drift": 100,
        }
        | changes
    )


class CampaignOffice:
    """A store, its customers, and a database that is committed to."""

    def __init__(self, engine: Engine, home: Path, world: World | None = None) -> None:
        self.engine, self.settings, self._world = engine, Settings(home=home), world

    @property
    def world(self) -> World:
        """The store's facts, made with the first of them."""
        if self._world is None:
            with self.engine.begin() as connection:
                self._world = World(connection)
        return self._world

    def customers(self, count: int, **values: Any) -> list[int]:
        """So many more customers, each with a mobile number."""
        world = self.world
        with self.engine.begin() as connection:
            world.connection = connection
            return [world.customer(**values) for _ in range(count)]

    def approved(self, wanted: CampaignPlan, now: datetime, name: str = "Spring", store_id: int | None = None) -> int:
        """A campaign that Mei wrote, for one store or for all, and Li approved."""
        with self.engine.begin() as connection:
            campaign_id = create_campaign(connection, MEI, name, wanted, now, store_id=store_id)
            submitted = submit(connection, MEI, campaign_id, self.settings, now, launch=False)
            approve(connection, LI, campaign_id, submitted.fingerprint, now)
        return campaign_id

    def launched(self, wanted: CampaignPlan, now: datetime, name: str = "Spring", store_id: int | None = None) -> int:
        """The same, launched at once."""
        campaign_id = self.approved(wanted, now, name, store_id)
        with self.engine.begin() as connection:
            launch(connection, MEI, campaign_id, now)
        return campaign_id

    def advance(self, campaign_id: int, now: datetime) -> RunAccount:
        """Every act that is to be done at a moment, without sending anything."""
        account = RunAccount()
        while True:
            with self.engine.begin() as connection:
                done = advance(connection, campaign_id, now, None)
            account += done.account
            if not done.more:
                return account

    def send(self, campaign_id: int, now: datetime) -> RunAccount:
        """What is due of a campaign at a moment."""
        with self.engine.begin() as connection:
            confined = confine(connection, campaign_id, self.settings, lambda: now, lambda: False)
        return asyncio.run(
            dispatch_due(
                self.engine, self.settings, lambda: now, process=ProcessName("campaigns"), confined=confined
            )
        )  # fmt: skip

    def carry_on(self, campaign_id: int, now: datetime) -> RunAccount:
        """Plan and send until there is nothing to do; the account must balance."""
        account = RunAccount()
        while True:
            planned = self.advance(campaign_id, now)
            sent = self.send(campaign_id, now)
            account += planned + sent
            if not sent.claimed:
                account.check()
                return account

    def dispatch_everything(self, now: datetime) -> RunAccount:
        """What the dispatch of all processes does at a moment."""
        return asyncio.run(dispatch_due(self.engine, self.settings, lambda: now))

    def read(self, campaign_id: int) -> Row[Any]:
        """The campaign's row."""
        with self.engine.connect() as connection:
            return connection.execute(select(Campaign.__table__).where(Campaign.id == campaign_id)).one()

    def recipients(self, campaign_id: int) -> list[Row[Any]]:
        """The recipients in their order."""
        chosen = select(CampaignRecipient.__table__).where(CampaignRecipient.campaign_id == campaign_id)
        with self.engine.connect() as connection:
            return list(connection.execute(chosen.order_by(CampaignRecipient.id)))

    def outbox(self) -> list[dict[str, Any]]:
        """What went out."""
        path = self.settings.outbox
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


NOON = at("2026-03-10 12:00")
"""A Tuesday; the office is open."""


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)
