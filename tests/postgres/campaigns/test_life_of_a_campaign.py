"""A state machine test of campaigns: allowed transitions only, one message each, and none after a stop."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, func, select, text

from models.campaigns.states import UNDER_WAY, may_follow
from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.errors import AftercareError
from models.core.settings import Settings
from models.core.words import CampaignState, ChannelName, SubjectKind, TouchState, Wave
from models.ledger.tables import Touch
from models.people.tables import ContactPoint
from tasks.campaigns.drafting import change_campaign, create_campaign
from tasks.campaigns.launch.advancing import advance
from tasks.campaigns.launch.approving import approve, give_up_approvals, submit, withdraw
from tasks.campaigns.launch.confining import CampaignConfinement, confine
from tasks.campaigns.launch.launching import cancel, launch, let_go, pause, resume
from tasks.channels.contract import Accepted, Outcome, Rejected, Transient
from tasks.dispatch.release import Released
from tasks.self_service.replies import record_reply
from tests.support.campaigning import LI, MEI, NOON, plan, words
from tests.support.stepwise import StepwiseDispatcher, Town
from tests.support.world import World

CUSTOMERS = 14
STATES_TAKEN = text("""
    create temporary table states_taken (number serial, before text, after text) on commit drop;
    create function pg_temp.take_state_down() returns trigger language plpgsql as $$
    begin
        insert into pg_temp.states_taken (before, after) values (old.state, new.state);
        return null;
    end $$;
    create trigger states_taken after update on campaigns for each row
        when (old.state is distinct from new.state) execute function pg_temp.take_state_down();
""")
PLANS: dict[str, dict[str, Any]] = {
    "plain": {},
    "canary": {"canary": {"percent": 20, "at_least": 3}, "control_percent": 20},
    "trial": {
        "variants": [{"key": "a", "share": 20, "words": words()}, {"key": "b", "share": 20, "words": words()}],
        "trial": {"by": "answered", "after": "2h"},
    },
    "budget": {"budget": "9.00"},
    "asked again": {"follow_up": {"after": "2h", "words": words("Still time. Reply TD to stop.")}},
}
plans = st.sampled_from(sorted(PLANS))
fates = st.lists(st.sampled_from(["accepted", "rejected", "busy"]), min_size=1, max_size=4)


class LifeOfACampaign(RuleBasedStateMachine):
    """One campaign, its author and its approver, two dispatchers, and a clock that only goes forward."""

    connection: Connection
    settings: Settings

    @initialize(chosen=plans)
    def write_it(self, chosen: str) -> None:
        self.savepoint = self.connection.begin_nested()
        self.now = NOON
        self.world = World(self.connection)
        self.customers = [self.world.customer() for _ in range(CUSTOMERS)]
        self.id = create_campaign(self.connection, MEI, "Spring", plan(**PLANS[chosen]), self.now)
        self.town = Town()
        self.dispatchers: dict[int, StepwiseDispatcher] = {}
        self.confined: dict[int, CampaignConfinement] = {}
        self.opted_out: dict[int, datetime] = {}
        self.checked = 0

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            for dispatcher in self.dispatchers.values():
                dispatcher.die()
            self.savepoint.rollback()

    # what people do

    @rule(launched=st.booleans())
    def it_is_submitted(self, launched: bool) -> None:
        self._try(lambda: submit(self.connection, MEI, self.id, self.settings, self.now, launch=launched))

    @rule()
    def it_is_approved(self) -> None:
        self._try(lambda: approve(self.connection, LI, self.id, self._row().approved_fingerprint or "", self.now))

    @rule(chosen=plans)
    def it_is_changed(self, chosen: str) -> None:
        changed = plan(**PLANS[chosen])
        self._try(lambda: change_campaign(self.connection, MEI, self.id, changed, self._row().version, self.now))

    @rule()
    def it_is_taken_back(self) -> None:
        self._try(lambda: withdraw(self.connection, MEI, self.id, self.now))

    @rule()
    def it_is_launched(self) -> None:
        self._try(lambda: launch(self.connection, MEI, self.id, self.now))

    @rule()
    def all_goes_well_until_it_is_launched(self) -> None:
        self.it_is_submitted(launched=True)
        self.it_is_approved()
        self.it_is_launched()

    @rule(stop=st.booleans())
    def it_is_paused_or_resumed(self, stop: bool) -> None:
        act = pause if stop else resume
        self._try(lambda: act(self.connection, MEI, self.id, self.now))

    @rule()
    def it_is_let_go(self) -> None:
        self._try(lambda: let_go(self.connection, LI, self.id, self.now))

    @rule(sure=st.sampled_from([False, False, False, True]))
    def it_is_cancelled(self, sure: bool) -> None:
        if sure:
            self._try(lambda: cancel(self.connection, MEI, self.id, self.now, "changed our mind"))

    @rule(who=st.integers(0, CUSTOMERS - 1))
    def somebody_opts_out(self, who: int) -> None:
        theirs = select(ContactPoint.value).where(ContactPoint.customer_id == self.customers[who])
        record_reply(self.connection, self.connection.scalars(theirs).one(), "TD", ChannelName.SMS, self.now)
        self.opted_out.setdefault(self.customers[who], self.now)

    # what the house does

    @rule()
    def it_is_carried_on(self) -> None:
        give_up_approvals(self.connection, self.now)
        while advance(self.connection, self.id, self.now, None).more:
            pass

    @rule(desk=st.integers(0, 1), limit=st.integers(1, CUSTOMERS))
    def due_touches_are_claimed(self, desk: int, limit: int) -> None:
        dispatcher = self.dispatchers.setdefault(desk, StepwiseDispatcher(self.connection, self.now))
        if dispatcher.batch is not None:
            return
        now = self.now
        confined = confine(self.connection, self.id, self.settings, lambda: now, lambda: False)
        self.confined[desk] = confined
        allowed = confined.customers_at_once(self.connection, limit)
        claimed = dispatcher.claim(self.now, None, confined.policies, allowed).judged
        row = self._row()
        if row.state not in UNDER_WAY or row.paused_at or row.held_at:
            assert not claimed

    @rule(desk=st.integers(0, 1), what_comes=fates)
    def messages_go_out(self, desk: int, what_comes: list[str]) -> None:
        dispatcher = self.dispatchers.get(desk)
        if dispatcher is None or dispatcher.batch is None or not self.confined[desk].goes_on(self.connection):
            return
        cancelled = self._row().state is CampaignState.CANCELLED
        looked = dispatcher.release(self.now)
        assert not (cancelled and looked.released)
        fate = {one.message.id: what_comes[place % len(what_comes)] for place, one in enumerate(looked.released)}
        for one in looked.released:
            if fate[one.message.id] == "accepted":
                self.town.deliver(one, self.now, idempotent=True)
        dispatcher.record(
            self.now,
            lambda one: _answer(fate[one.message.id], one),
            lambda results: self.confined[desk].note(self.connection, results),
        )

    @rule()
    def a_whole_run_is_made(self) -> None:
        self.it_is_carried_on()
        self.due_touches_are_claimed(0, CUSTOMERS)
        self.messages_go_out(0, ["accepted"])

    @rule(hours=st.sampled_from([0.1, 1, 2, 24]))
    def time_passes(self, hours: float) -> None:
        if all(dispatcher.batch is None for dispatcher in self.dispatchers.values()):
            self.now += timedelta(hours=hours)

    # what must hold, whatever happened

    @invariant()
    def every_step_is_lawful(self) -> None:
        if not hasattr(self, "world"):
            return
        taken = self.connection.execute(
            text("select number, before, after from states_taken where number > :number order by number"),
            {"number": self.checked},
        ).all()
        for step in taken:
            assert may_follow(CampaignState(step.before), CampaignState(step.after)), step
            self.checked = step.number

    @invariant()
    def each_is_told_once_and_the_control_group_never(self) -> None:
        if not hasattr(self, "world"):
            return
        rows = self.connection.execute(
            select(Touch.id, Touch.step, Touch.state, CampaignRecipient.id.label("recipient"), CampaignRecipient.wave)
            .join(CampaignRecipient, CampaignRecipient.id == Touch.subject_id)
            .where(Touch.subject_kind == SubjectKind("recipient"))
        ).all()
        assert len({(row.recipient, row.step) for row in rows}) == len(rows)
        assert all(row.wave is not Wave.CONTROL for row in rows)
        for row in rows:
            told = self.town.times_told(row.id)
            assert told <= 1, row
            assert row.state != TouchState.CANCELLED or told == 0, row

    @invariant()
    def each_is_a_recipient_once(self) -> None:
        if hasattr(self, "world"):
            recipients = self.connection.execute(select(func.count()).select_from(CampaignRecipient)).scalar_one()
            assert recipients in (0, CUSTOMERS)

    @invariant()
    def the_budget_holds(self) -> None:
        if hasattr(self, "world"):
            row = self._row()
            assert row.budget is None or row.spent <= row.budget

    @invariant()
    def nobody_is_told_after_opting_out(self) -> None:
        if not hasattr(self, "world"):
            return
        owners = {row.id: row.customer_id for row in self.connection.execute(select(Touch.id, Touch.customer_id))}
        for delivery in self.town.deliveries:
            since = self.opted_out.get(owners[delivery.key])
            assert since is None or delivery.at <= since

    def _row(self) -> Any:
        return self.connection.execute(select(Campaign.__table__).where(Campaign.id == self.id)).one()

    def _try(self, act: Any) -> None:
        """People may try anything; invalid actions are refused and change nothing."""
        before = self._row()
        try:
            act()
        except AftercareError:
            assert self._row() == before


def _answer(fate: str, one: Released) -> Outcome:
    answers: dict[str, Outcome] = {"rejected": Rejected("no such number"), "busy": Transient("come again")}
    return answers.get(fate, Accepted(f"m-{one.message.id}"))


def test_the_life_of_a_campaign(connection: Connection, tmp_path: Path) -> None:
    connection.execute(STATES_TAKEN)

    class Life(LifeOfACampaign):
        pass

    Life.connection = connection
    Life.settings = Settings(home=tmp_path, prices={"sms": Decimal(1)})
    run_state_machine_as_test(
        Life,
        settings=settings(
            deadline=None, max_examples=15, stateful_step_count=20, suppress_health_check=list(HealthCheck)
        ),
    )
