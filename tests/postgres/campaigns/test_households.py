"""A campaign tells a number once, whoever has it, and its dry run says so."""

from collections import Counter

import pytest
from sqlalchemy import select

from models.core.words import ProcessName, TouchState
from models.ledger.tables import Touch
from tasks.campaigns.rehearsal import rehearsing as rehearsals
from tasks.campaigns.rehearsal.rehearsing import list_rehearsed, rehearse_campaign
from tasks.campaigns.rehearsal.would_be_touches import Rehearsing
from tests.support.campaigning import NOON, CampaignOffice, hours, plan

FAMILY = "+8613800138000"
SAID = "told-at-same-number"


def touches(office: CampaignOffice) -> Counter[tuple[str, str | None]]:
    of_campaigns = select(Touch.state, Touch.reason).where(Touch.process == ProcessName("campaigns"))
    with office.engine.connect() as connection:
        return Counter((str(state), reason) for state, reason in connection.execute(of_campaigns))


def test_a_family_gets_one_greeting_however_long_the_campaign_goes_on(marketing: CampaignOffice) -> None:
    marketing.customers(3, phone=FAMILY)
    marketing.customers(2)
    campaign_id = marketing.launched(plan(valid_for="5d"), NOON)
    marketing.carry_on(campaign_id, NOON)
    assert touches(marketing) == {("sent", None): 3, ("planned", SAID): 2}
    marketing.carry_on(campaign_id, NOON + hours(24))
    assert touches(marketing) == {("sent", None): 3, ("cancelled", SAID): 2}
    assert Counter(message["to"] for message in marketing.outbox())[FAMILY] == 1
    assert TouchState.PLANNED not in {state for state, _ in touches(marketing)}


def test_the_dry_run_tells_a_family_once_in_however_small_parts_it_looks(
    marketing: CampaignOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    marketing.customers(3, phone=FAMILY)
    marketing.customers(2)
    for at_once in (1, 50_000):
        monkeypatch.setattr(rehearsals, "AT_ONCE", at_once)
        monkeypatch.setattr(rehearsals, "PAGE_AT_ONCE", at_once)
        for changes in ({}, {"canary": {"percent": 40, "watch_for": "2h"}}):
            rehearsing = Rehearsing(plan(**changes), 1, None, NOON, NOON)
            with marketing.engine.connect() as connection:
                rehearsal = rehearse_campaign(connection, "Spring", rehearsing, marketing.settings)
                page = list_rehearsed(connection, rehearsing)
            assert rehearsal.by("outcome") == {"told": 3, "not-told": 2}
            reasons = Counter(row.reason.code if row.reason else None for row in page.rows)
            assert reasons == {None: 3, SAID: 2}
