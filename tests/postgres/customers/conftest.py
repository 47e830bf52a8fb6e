"""People who look customers up, and a customer of whom there is much to see."""

from datetime import time
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from models.calls.outcomes import NO_ANSWER
from models.calls.surveys import SurveyAnswer
from models.core.reasons import as_written
from models.core.words import (
    CaseKind,
    CaseState,
    ChannelName,
    EndBasis,
    Gate,
    ProcessName,
    Purpose,
    ReceiptStatus,
    ReplyMeaning,
    Role,
    SubjectKind,
    SurveySource,
    WarningLevel,
)
from models.inbound.tables import Inbound
from models.inbound.words import AnswerWay, InboundKind, InboundState, InboundWay
from models.ledger.law_notices import LawNotice, NoticeKind, NoticeState
from models.ledger.providers import DeliveryQuestion
from models.ledger.tables import (
    CallAttempt,
    Case,
    CaseFeedback,
    CaseNote,
    CaseWarning,
    DeliveryReceipt,
    Reply,
    Touch,
)
from models.ledger.visits_and_letters import LetterBatch, PrintedLetter, StaffVisit
from models.people.tables import Store
from models.subjects.arrangement import Arrangement, ArrangementKind, Instalment
from models.subjects.due_item import DueItemDay
from models.subjects.statement import AccountStatement
from tasks.access.sessions import SignedIn, read_session, sign_in
from tasks.access.users import NewUser, add_user
from tasks.ledger import audit
from tasks.stores.sheets import StoreClock, make_sheets
from tasks.touches.picking import cancel_touches
from tests.support.world import FOR_EVER, LONG_AGO, SHANGHAI, World, at

NOW = at("2026-03-10 10:00")
PASSWORD = "correct horse battery"


@pytest.fixture
def manager(world: World) -> SignedIn:
    """A manager of the world's store."""
    return _signed_in(world, "lin", _code(world, world.store_id))


@pytest.fixture
def stranger(world: World) -> SignedIn:
    """A manager of another store."""
    return _signed_in(world, "other", _code(world, world.store()))


def _signed_in(world: World, login: str, store: str) -> SignedIn:
    add_user(world.connection, NewUser(login, Role.MANAGER, store), PASSWORD, NOW, "test")
    token = sign_in(world.connection, login, PASSWORD, NOW)
    assert isinstance(token, str)
    found = read_session(world.connection, token, NOW)
    assert found is not None
    return found


def _code(world: World, store_id: int) -> str:
    return str(world.connection.execute(select(Store.code).where(Store.id == store_id)).scalar_one())


def lead_a_life(world: World) -> int:
    """Everything that can happen to a customer."""
    customer_id = world.customer("+8613800138000", "wang@example.com", name="Wang Fang", salutation="Ms")
    vehicle_id = world.vehicle(customer_id, plate="沪A12345", vin="LSVAA4182E2000001")
    world.readings(vehicle_id, ("2026-01-01", 12_000), ("2026-02-01", 13_500))
    world.warranty(customer_id, "2026-12-31", vehicle_id)
    appointment_id = world.appointment(customer_id, "2026-03-11 10:00", vehicle_id=vehicle_id)
    sheets = [StoreClock(world.store_id, SHANGHAI, time(18))]
    make_sheets(world.connection, sheets, at("2026-03-10 18:00"))
    world.handover(customer_id, "2024-01-05", vehicle_id=vehicle_id)
    world.repair_order(customer_id, "2026-02-01", vehicle_id=vehicle_id)
    account_id = world.account(customer_id)
    invoice_id = world.invoice(account_id, "2026-03-01", "100.50")
    world.invoice(account_id, "2026-03-02", "20", "EUR")
    world.payment(account_id, "2026-03-05", "40", invoice_id)
    world.promise(account_id, "2026-03-06", "2026-03-20")
    lead = world.lead(
        customer_id, "2026-02-20", model="Aurora", state="lost", lost_reason="Wang Fang went elsewhere",
        competitor="Wang Fang's cousin", note="Wang Fang wants it in blue",
    )  # fmt: skip
    world.lead_source(lead, "2026-02-22", "website")
    world.showroom_visit(lead, "2026-02-21")
    item_id = world.due_item(
        customer_id, "2026-06-19", number="WF-1", vehicle_id=vehicle_id, limit_kilometres=20_000, status="declined",
        status_reason="Wang Fang sells the car",
    )  # fmt: skip
    world.inspection(customer_id, vehicle_id, "2026-03-01", engine="fault")
    add = world.connection.execute
    known = {
        "known_from": LONG_AGO,
        "known_until": FOR_EVER,
        "due_on": NOW.date(),
        "basis": EndBasis.DATE,
        "figures": {},
    }
    add(insert(DueItemDay).values(due_item_id=item_id, **known))
    world.consent(customer_id, granted=True, given_at=at("2026-01-01 10:00"))
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 09:00")
    touch_id = world.touches(customer_id)[0].id
    add(insert(CallAttempt).values(touch_id=touch_id, attempted_at=NOW, outcome=NO_ANSWER.name, note="rang"))
    add(insert(StaffVisit).values(touch_id=touch_id, done_on=NOW.date(), result="Wang Fang was out", next="again"))
    batch = {"store_id": world.store_id, "printed_at": NOW, "printed_by": world.staff(name="Zhao Lei")}
    batch_id = add(insert(LetterBatch).values(batch).returning(LetterBatch.id)).scalar_one()
    add(insert(PrintedLetter).values(touch_id=touch_id, batch_id=batch_id))
    add(
        insert(DeliveryReceipt).values(
            touch_id=touch_id, status=ReceiptStatus.DELIVERED, reported_at=NOW, received_at=NOW
        )
    )
    add(insert(DeliveryQuestion).values(touch_id=touch_id, asked=1, asked_at=NOW, answer="provider-has-it"))
    add(insert(Reply).values(
        customer_id=customer_id, sender="+8613800138000", channel=ChannelName.SMS, text="thanks, Wang Fang",
        meaning=ReplyMeaning.UNREADABLE, received_at=NOW,
    ))  # fmt: skip
    add(insert(LawNotice).values(
        id=uuid4(), customer_id=customer_id, store_id=world.store_id, kind=NoticeKind.CONSENT_QUESTION,
        channel=ChannelName.SMS, address="+8613800138000", text="May we, Wang Fang?", language="en",
        purpose=Purpose.MARKETING, made_at=NOW, made_by="lena", valid_until=NOW, state=NoticeState.SENT, state_at=NOW,
    ))  # fmt: skip
    add(insert(Inbound).values(
        store_id=world.store_id, customer_id=customer_id, way=InboundWay.PHONE, kind=InboundKind.WISH,
        text="Wang Fang wants winter tyres", sender="+8613800138000", source="test", source_key="1", received_at=NOW,
        state=InboundState.ANSWERED, role=Role.AGENT, due_at=NOW, word="for Wang Fang", answered_at=NOW,
        answered_how=AnswerWay.CALL, answer="told Wang Fang",
    ))  # fmt: skip
    case_id = add(insert(Case).values(
        store_id=world.store_id, customer_id=customer_id, kind=CaseKind.COMPLAINT, cause="test", title="Not satisfied",
        note="Wang Fang is angry", state=CaseState.OPEN, opened_at=NOW, root_cause="Wang Fang was not called",
        measure="call Wang Fang first",
    ).returning(Case.id)).scalar_one()  # fmt: skip
    add(insert(CaseWarning).values(case_id=case_id, deadline=NOW, level=WarningLevel.PASSED, told_at=NOW))
    asking = world.staff(name="Sun Li")
    add(insert(CaseFeedback).values(
        case_id=case_id, department="workshop", question="Why is Wang Fang angry?", asked_at=NOW, asked_by=asking,
        due_at=NOW, answered_at=NOW, answered_by=asking, answer="Wang Fang waited",
    ))  # fmt: skip
    add(insert(AccountStatement).values(
        store_id=world.store_id, customer_id=customer_id, account_id=account_id, month=NOW.date().replace(day=1),
        made_at=NOW, totals={"CNY": "60.50"}, invoices=[], answered_at=NOW, agrees=False,
        difference="Wang Fang has paid", case_id=case_id,
    ))  # fmt: skip
    plan_id = add(insert(Arrangement).values({
        "account_id": account_id, "store_id": world.store_id, "key": "V-1",
        "kind": ArrangementKind.INSTALMENTS, "currency": "CNY", "starts_on": NOW.date(),
        "ends_on": NOW.date(), "reason": "Wang Fang is short of money", "set_at": NOW,
        "ended_on": NOW.date(), "end_reason": "Wang Fang pays at once",
    }).returning(Arrangement.id)).scalar_one()  # fmt: skip
    add(insert(Instalment).values(arrangement_id=plan_id, due_on=NOW.date(), amount=60))
    add(insert(CaseNote).values(case_id=case_id, written_at=NOW, author="lin", text="called Wang Fang back"))
    add(insert(SurveyAnswer).values(
        store_id=world.store_id, customer_id=customer_id, subject_kind=SubjectKind("appointment"),
        subject_id=appointment_id, answered_at=NOW, source=SurveySource.LINK, solved=5, comment="fine",
    ))  # fmt: skip
    cancel_touches(
        world.connection, Touch.customer_id == customer_id, Gate.APPROVAL, as_written("Wang Fang said no"), NOW, {}
    )
    audit.record(world.connection, NOW, "lin", "case.answered", "case", case_id, {"note": None}, {"note": "Wang Fang"})
    return customer_id
