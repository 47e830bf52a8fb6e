"""A small dealership some days into its life, with rows in every table: what tests of the migrations start from.

    python -m tests.support.filled_sample

fills a database at the newest schema, through the functions that the commands use where there are any, and writes two
assets into `tests/postgres/database`: `sample_of_NNNN.sql.xz` with all rows, and `story_of_NNNN.json` with what
`aftercare why` tells of each customer in the ledger. NNNN is the newest migration. The assets of an older schema are
never made again, because only the code of their day writes it. Run twice, the script writes the same bytes.

Passwords, keys and tokens in it are none: what stands for their hashes fits nothing.
"""

import asyncio
import json
import lzma
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, create_engine, func, insert, pool, select, text, update

from deployments.embedded import OUR_DATABASE, open_embedded
from models.calls.outcomes import (
    CALLBACK,
    NO_ANSWER,
    REACHED,
    REACHED_NOT_SATISFIED,
    REACHED_SATISFIED,
    REFUSES_CONTACT,
    WRONG_NUMBER,
)
from models.core.reasons import GivenReason
from models.core.settings import Settings
from models.core.words import (
    CAMPAIGNS,
    CaseKind,
    ChannelName,
    Gate,
    ProcessName,
    Purpose,
    ReceiptStatus,
    Role,
    StepKind,
    SubjectKind,
    SurveySource,
    TouchState,
)
from models.database.schema import NEWEST, upgrade
from models.database.tables import metadata
from models.kits.outcomes import CallReport, PromiseMade
from models.ledger.tables import Case, Dispatcher, Touch
from models.people.access import ApiKey, BrowserSession, SeenSignature, User
from models.people.tables import ContactPoint, Customer, CustomerKey, Store
from models.policies.policy import CONTACT_RULES
from models.policies.shipped import ShippedTemplate, shipped_contact_rules, shipped_processes, shipped_templates
from models.subjects.account import PROMISED
from models.subjects.appointment import Appointment
from models.subjects.handover import Handover
from tasks.access.sessions import SignedIn
from tasks.calls.recording import finish_task, record_outcome
from tasks.campaigns.audiences.lists import make_list
from tasks.campaigns.audiences.saved import keep_audience
from tasks.cases.handling import NewCase, answer_case, close_case, open_case, solve_case, write_note
from tasks.dispatch.dispatch import dispatch_due
from tasks.dispatch.pausing import MOSTLY_FAILED, pause, resume
from tasks.dispatch.receipts import Receipt, record_receipts
from tasks.explaining.story import explain
from tasks.planning.sweep import plan
from tasks.policies.catalogue import add_policy, add_template, install_shipped
from tasks.runs.recording import close_run, open_run
from tasks.sample.dealership import SAMPLE_MOMENT, write_sample
from tasks.sample.loading import load_sample
from tasks.self_service.booking import days_with_free_starts, move
from tasks.self_service.contact_choices import choose
from tasks.self_service.replies import record_reply
from tasks.self_service.surveys import Answer, answer_survey
from tasks.stores.notices import tell_departments
from tasks.stores.staff import find_actor
from tasks.touches.approvals import approve, refuse
from tests.support.campaigning import CampaignOffice
from tests.support.campaigning import plan as campaign_plan
from tests.support.dumps import dump

ASSETS = Path(__file__).parent.parent / "postgres" / "database"
CUSTOMERS, SEED = 90, 1
DAYS = 4
"""So many days are lived through, the first being that of the sample."""
TOLD_AT = SAMPLE_MOMENT + timedelta(days=DAYS)
"""The moment that the stories are told as of."""
NO_HASH = "no hash: nobody signs in with this"
OUTCOMES = {
    Purpose.FOLLOW_UP: (
        REACHED_SATISFIED.name, REACHED_NOT_SATISFIED.name, NO_ANSWER.name,
        WRONG_NUMBER.name, REFUSES_CONTACT.name,
    ),
    Purpose.DUNNING: (PROMISED.name, REACHED.name, NO_ANSWER.name),
    Purpose.SERVICE: (REACHED.name, CALLBACK.name),
}  # fmt: skip
"""What comes of the calls, in turn."""
REPLIES = ("1", "2", "5", "TD", "What is this?")


def sample_asset(revision: str) -> Path:
    """The dump of the sample at a revision."""
    return ASSETS / f"sample_of_{revision}.sql.xz"


def story_asset(revision: str) -> Path:
    """What `aftercare why` told of its customers then."""
    return ASSETS / f"story_of_{revision}.json"


@dataclass
class Dealership:
    """The sample in a database that is committed to."""

    engine: Engine
    home: Path
    turns: dict[Purpose, int] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Everything goes to the outbox; the links in the messages are signed with nobody's secret."""
        return Settings(home=self.home, secret=SecretStr("no secret: it signs the links of a sample"))

    @contextmanager
    def at_work(self) -> Iterator[Connection]:
        """One transaction."""
        with self.engine.begin() as connection:
            yield connection

    def run(self, process: ProcessName, now: datetime) -> None:
        """Plan and send what is due of a process, with the row of its run."""
        with self.at_work() as connection:
            run_id = open_run(connection, process, now, now, dry_run=False, prefect_run_id=None, started_by="schedule")
            account = plan(connection, process, now, run_id)
            tell_departments(connection, now)
        account += asyncio.run(dispatch_due(self.engine, self.settings, lambda: now, process=process, run_id=run_id))
        with self.at_work() as connection:
            close_run(connection, run_id, account, now + timedelta(minutes=1))

    def run_all(self, now: datetime) -> None:
        """Every standing process, one after the other."""
        for process in shipped_processes():
            self.run(process, now)

    def touches(self, *which: Any, limit: int = 1000) -> list[Any]:
        """Some touches, in the order in which they are due."""
        with self.at_work() as connection:
            chosen = select(Touch.__table__).where(*which).order_by(Touch.due_at, Touch.step, Touch.id).limit(limit)
            return list(connection.execute(chosen))


def fill(engine: Engine, home: Path) -> None:
    """Live through the days of the sample in an empty database at the newest schema."""
    _number_touches(engine)
    dealership = Dealership(engine, home)
    _open_the_house(dealership)
    for day in range(DAYS):
        morning = SAMPLE_MOMENT + timedelta(days=day)
        dealership.run_all(morning)
        _staff_work(dealership, morning + timedelta(hours=1))
        _customers_answer(dealership, morning + timedelta(hours=2))
        _gateways_report(dealership, morning + timedelta(hours=3))
        if day == 1:
            _campaign(dealership, morning + timedelta(hours=3))
        dealership.run_all(morning + timedelta(hours=7))
    _leave_unsettled(dealership, TOLD_AT)
    _number_verdicts(engine)


def _number_touches(engine: Engine) -> None:
    """Ids of touches and runs that are the same each time."""
    with engine.begin() as connection:
        for table in ("touches", "runs"):
            connection.execute(text(f"create sequence sample_{table}"))
            made = f"md5('{table} ' || nextval('sample_{table}'))::uuid"
            connection.execute(text(f"alter table {table} alter id set default {made}"))


def _number_verdicts(engine: Engine) -> None:
    """Verdicts are written by parts of a batch that go beside each other: number them as the clock does."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "with placed as"
                " (select id, row_number() over (order by decided_at, touch_id, id) as place from verdicts)"
                " update verdicts set id = -place from placed where placed.id = verdicts.id"
            )
        )
        connection.execute(text("update verdicts set id = -id"))


def _open_the_house(dealership: Dealership) -> None:
    """The shipped policies, the sample, users, keys, and what a store has of its own."""
    before = SAMPLE_MOMENT - timedelta(days=1)
    folder = dealership.home / "files"
    write_sample(folder, CUSTOMERS, SEED)
    with dealership.at_work() as connection:
        install_shipped(connection, before)
    for result in load_sample(dealership.engine, folder, dealership.settings):
        assert result.counts
    with dealership.at_work() as connection:
        store_id = connection.execute(select(Store.id).where(Store.code == "SH01")).scalar_one()
        _let_in(connection, store_id, before)
        rules = shipped_contact_rules().model_dump(mode="json")
        add_policy(connection, CONTACT_RULES, rules, store_id, "M1", before)
        own = next(one for one in shipped_templates() if one.language == "en" and one.subject is None)
        add_template(connection, ShippedTemplate(*own[:3], f"{own.text} SH01", own.also), store_id, "M1", before)
        _keep_audiences(connection, dealership.home, before)
        pause(connection, ChannelName.EMAIL, store_id, MOSTLY_FAILED, before)
        resume(connection, ChannelName.EMAIL, store_id, before + timedelta(hours=1))


def _let_in(connection: Connection, store_id: int, now: datetime) -> None:
    for login, role, store in (("admin", Role.ADMIN, None), ("su", Role.AGENT, store_id)):
        values = {"login": login, "role": role, "store_id": store, "password_hash": NO_HASH, "created_at": now}
        user_id = connection.execute(insert(User).values(**values).returning(User.id)).scalar_one()
        connection.execute(
            insert(BrowserSession).values(
                token_digest=f"no digest of {login}", user_id=user_id, created_at=now, seen_at=now,
                expires_at=now + timedelta(hours=12),
            )
        )  # fmt: skip
    connection.execute(
        insert(ApiKey).values(
            name="website", key_digest="no digest of a key", scopes=["facts:write"], store_id=store_id, created_at=now,
            created_by="admin",
        )
    )  # fmt: skip
    connection.execute(insert(SeenSignature).values(signature="no signature", seen_at=now))


MARKETING = SignedIn(
    user_id=1, login="admin", name="admin", role=Role.ADMIN, store_id=None, store=None, staff=None, language="en",
    must_change_password=False, token_digest="",
)  # fmt: skip


def _keep_audiences(connection: Connection, home: Path, now: datetime) -> None:
    keep_audience(connection, MARKETING, "Everybody", {"kind": "all", "of": []}, now)
    path = home / "regulars.csv"
    keys = connection.scalars(select(CustomerKey.key).order_by(CustomerKey.key).limit(5))
    path.write_text("\n".join(["key", *keys, ""]))
    made = make_list(connection, MARKETING, "Regulars", path, now)
    assert made.members == 5


def _staff_work(dealership: Dealership, now: datetime) -> None:
    """Staff call in turn with every outcome, finish tasks, approve and refuse, and work on complaints."""
    for touch in dealership.touches(Touch.state == TouchState.READY, Touch.kind == StepKind.CALL, limit=12):
        report = _report(dealership, touch, now)
        with dealership.at_work() as connection:
            record_outcome(connection, touch.id, report, now, find_actor(connection, "C1", touch.store_id).id)
    for touch in dealership.touches(Touch.state == TouchState.READY, Touch.kind == StepKind.TASK, limit=2):
        with dealership.at_work() as connection:
            finish_task(connection, touch.id, now, find_actor(connection, "P1", touch.store_id).id, "ordered")
    waiting = dealership.touches(Touch.state == TouchState.AWAITING_APPROVAL, limit=2)
    for place, touch in enumerate(waiting if now.date() == SAMPLE_MOMENT.date() else ()):
        with dealership.at_work() as connection:
            if place:
                refuse(connection, touch.id, now, find_actor(connection, "M1", touch.store_id).id, "we spoke to them")
            else:
                approve(connection, touch.id, now, find_actor(connection, "M1", touch.store_id).id, "agreed")
    _work_on_complaints(dealership, now)


def _report(dealership: Dealership, touch: Any, now: datetime) -> CallReport:
    purpose = touch.purpose if touch.purpose in OUTCOMES else Purpose.SERVICE
    turn = dealership.turns[purpose] = dealership.turns.get(purpose, -1) + 1
    outcome = OUTCOMES[purpose][turn % len(OUTCOMES[purpose])]
    if outcome == PROMISED.name:
        return CallReport(outcome, promise=PromiseMade(now.date() + timedelta(days=2)))
    if outcome == CALLBACK.name:
        return CallReport(outcome, callback_at=now + timedelta(hours=3))
    return CallReport(outcome, note=f"call {turn}")


def _work_on_complaints(dealership: Dealership, now: datetime) -> None:
    with dealership.at_work() as connection:
        store_id, customer_id = connection.execute(
            select(Customer.store_id, Customer.id).order_by(Customer.id.desc()).limit(1)
        ).one()
        cause = f"told at the counter on {now.date()}"
        case_id = open_case(connection, NewCase(store_id, customer_id, CaseKind.COMPLAINT, cause, "loud brakes"), now)
        answer_case(connection, case_id, now + timedelta(minutes=5), "M1", "we have rung back")
        first = connection.scalars(select(Case.id).where(Case.kind == CaseKind.COMPLAINT).order_by(Case.id)).first()
        assert first is not None
        if first != case_id and now.date() == SAMPLE_MOMENT.date() + timedelta(days=1):
            write_note(connection, first, now, "A1", "the car comes in tomorrow")
            solve_case(connection, first, now, "M1", None)
            close_case(connection, first, now, "M1", None, customer_agrees=True)


def _customers_answer(dealership: Dealership, now: datetime) -> None:
    """Customers reply, move a visit, mark one, choose their contacts."""
    spoken_to = Touch.state == TouchState.SENT, Touch.channel == ChannelName.SMS
    for place, touch in enumerate(dealership.touches(*spoken_to, Touch.contacted_at > now - timedelta(hours=3))):
        with dealership.at_work() as connection:
            sender = connection.scalar(select(ContactPoint.value).where(ContactPoint.id == touch.contact_point_id))
            if sender and place < len(REPLIES):
                record_reply(connection, sender, REPLIES[place], ChannelName.SMS, now, f"reply-{now.date()}-{place}")
    with dealership.at_work() as connection:
        _move_a_visit(connection, now)
        _mark_a_visit(connection, now)
    if now.date() == SAMPLE_MOMENT.date():
        with dealership.at_work() as connection:
            _choose_nothing_by_email(connection, now)


def _move_a_visit(connection: Connection, now: datetime) -> None:
    visits = select(Appointment.id, Appointment.starts_at).where(
        Appointment.status == "booked",
        Appointment.starts_at > now + timedelta(days=1),
        Appointment.moved_at.is_(None),
    )
    for visit in connection.execute(visits.order_by(Appointment.id)).all():
        free = days_with_free_starts(connection, visit.id, now)
        if free:
            move(connection, visit.id, visit.starts_at, free[max(free)][0], now)
            return


def _mark_a_visit(connection: Connection, now: datetime) -> None:
    place = (now.date() - SAMPLE_MOMENT.date()).days
    visit = connection.execute(select(Handover.__table__).order_by(Handover.id).offset(place).limit(1)).one()
    marks = {"solved": 5 - 2 * place if place < 3 else 4, "recommends": 5}
    answer_survey(
        connection,
        Answer(
            SubjectKind("handover"), visit.id, visit.store_id, visit.customer_id, marks, "thanks", SurveySource.LINK
        ),
        now,
    )


def _choose_nothing_by_email(connection: Connection, now: datetime) -> None:
    customer_id = connection.scalar(select(func.max(Customer.id)))
    assert customer_id is not None
    choose(connection, customer_id, {(Purpose.MARKETING, ChannelName.EMAIL): False}, 0, now)


def _gateways_report(dealership: Dealership, now: datetime) -> None:
    told = dealership.touches(Touch.state == TouchState.SENT, Touch.merged_into.is_(None), limit=3)
    receipts = [
        Receipt(ReceiptStatus.UNDELIVERED if place == 2 else ReceiptStatus.DELIVERED, now, touch_id=touch.id)
        for place, touch in enumerate(told)
    ]
    with dealership.at_work() as connection:
        record_receipts(connection, receipts, now)


def _leave_unsettled(dealership: Dealership, now: datetime) -> None:
    """Touches in the states that only an accident leaves behind."""
    told = dealership.touches(Touch.state == TouchState.SENT, Touch.merged_into.is_(None), limit=2)
    waiting = dealership.touches(Touch.state == TouchState.PLANNED, limit=2)
    with dealership.at_work() as connection:
        dispatcher_id = connection.scalar(select(func.max(Dispatcher.id)))
        for touch, state, values in (
            (told[0], TouchState.UNKNOWN, {"reason": "the connection broke"}),
            (told[1], TouchState.FAILED, {"gate": Gate.RETRY, "reason": "the number does not exist", "attempts": 6}),
            (waiting[0], TouchState.CLAIMED, {"claimed_by": dispatcher_id}),
            (waiting[1], TouchState.SENDING, {"claimed_by": dispatcher_id, "contacted_at": now}),
        ):
            changed = update(Touch).where(Touch.id == touch.id).values(state=state, state_at=now, **values)
            connection.execute(changed)


def _campaign(dealership: Dealership, now: datetime) -> None:
    """A campaign with a control group and two variants, told and answered in part."""
    office = CampaignOffice(dealership.engine, dealership.home)
    office.settings = dealership.settings
    words = {language: {"sms": "{{ customer }}: reply TD to stop."} for language in ("en", "zh-CN")}
    wanted = campaign_plan(
        variants=[{"key": "a", "share": 50, "words": words}, {"key": "b", "share": 50, "words": words}],
        control_percent=20,
    )
    campaign_id = office.launched(wanted, now)
    for minutes in (0, 30, 60):
        office.carry_on(campaign_id, now + timedelta(minutes=minutes))
    later = now + timedelta(hours=2)
    of_campaign = Touch.process == ProcessName("campaigns"), Touch.state == TouchState.SENT
    for place, touch in enumerate(dealership.touches(*of_campaign, limit=2)):
        with dealership.at_work() as connection:
            sender = connection.scalar(select(ContactPoint.value).where(ContactPoint.id == touch.contact_point_id))
            assert sender is not None
            record_reply(connection, sender, ("1", "no")[place], ChannelName.SMS, later, f"campaign-{place}")


Story = list[list[str | None]]
"""Per step: process, subject, step, where it stands, the touch's state, when it is due, and why it is not said."""


def stories(
    connection: Connection, now: datetime, processes: list[ProcessName], customers: Collection[str] | None = None
) -> dict[str, Story]:
    """What `aftercare why` tells of some customers, by key; of every customer in the ledger unless they are named."""
    named = select(func.min(CustomerKey.key).label("key"), CustomerKey.customer_id).group_by(CustomerKey.customer_id)
    told = named.where(CustomerKey.customer_id.in_(select(Touch.customer_id))).order_by("key")
    return {
        key: story(connection, customer_id, now, processes)
        for key, customer_id in connection.execute(told).all()
        if customers is None or key in customers
    }


def _sentence(reason: GivenReason | None) -> str | None:
    return str(reason) if reason else None


def story(connection: Connection, customer_id: int, now: datetime, processes: list[ProcessName]) -> Story:
    """The same of one customer."""
    told = explain(connection, customer_id, now, processes, lambda process, after, zone: after)
    return [
        [
            process.process,
            f"{subject.kind} {subject.key or subject.id}",
            step.step,
            step.standing,
            step.touch.state if step.touch else None,
            step.due_at.isoformat() if step.due_at else None,
            _sentence(step.touch.reason if step.touch else step.reason),
        ]
        for process in told.processes
        for subject in process.subjects
        for step in subject.steps
    ]


def write_stories(told: dict[str, Story], now: datetime, processes: list[ProcessName]) -> str:
    """As JSON, a step a line."""
    by_key = {key: [json.dumps(step, ensure_ascii=False) for step in steps] for key, steps in told.items()}
    customers = ",\n".join(
        f"  {json.dumps(key)}: [\n   " + ",\n   ".join(steps) + "\n  ]" for key, steps in by_key.items() if steps
    )
    head = f' "as_of": {json.dumps(now.isoformat())},\n "processes": {json.dumps([str(one) for one in processes])},'
    return f'{{\n{head}\n "customers": {{\n{customers}\n }}\n}}\n'


def main() -> None:
    """Write the assets of the newest schema."""
    with TemporaryDirectory(prefix="aftercare-filled-") as home, open_embedded(Path(home), durable=False) as cluster:
        url = cluster.url(OUR_DATABASE)
        upgrade(url.render_as_string(hide_password=False))
        engine = create_engine(url, poolclass=pool.NullPool)
        fill(engine, Path(home))
        processes = [*shipped_processes(), CAMPAIGNS]
        with engine.connect() as connection:
            told = write_stories(stories(connection, TOLD_AT, processes), TOLD_AT, processes)
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as plain:
            rows = dump(plain, NEWEST, [table.name for table in metadata.sorted_tables])
    ASSETS.mkdir(parents=True, exist_ok=True)
    sample_asset(NEWEST).write_bytes(lzma.compress(rows.encode(), preset=9 | lzma.PRESET_EXTREME))
    story_asset(NEWEST).write_text(told)


if __name__ == "__main__":
    main()
