"""Webhooks of gateways: accepted only with a signature, and only once."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import Connection, insert, select, update
from sqlalchemy import text as sql

from console.shared.sentences import where_it_stands
from models.calls.surveys import SurveyAnswer
from models.core.words import ProcessName, Purpose, TouchState
from models.ledger.tables import Case, DeliveryReceipt, Dispatcher, Reply, Touch, Verdict
from models.people.access import SeenSignature
from models.people.tables import Consent, Customer
from models.subjects.appointment import Appointment
from tasks.dispatch.dispatch import dispatch_due
from tasks.dispatch.receipts import settle_held
from tasks.dispatch.recording import Result, record
from tasks.explaining.story import explain
from tests.postgres.api.conftest import NOW, NUMBERS, Desk, signed
from tests.support.purging import purged
from tests.support.world import World, at

RECEIPTS, REPLIES = "/hooks/acme/receipts", "/hooks/acme/replies"
NUMBER = "+8613800138000"
NOT_SIGNED = {"wrong", "other", "unknown", "stale", "early", "unsigned", "changed", "scheme", "clock"}


async def call(desk: Desk, path: str, body: Any, **signing: Any) -> httpx.Response:
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | signed(content, **signing)
    return await desk.ask("POST", path, content=content, headers=headers)


def receipt(**values: Any) -> dict[str, Any]:
    return {"receipts": [{"status": "delivered"} | values]}


def sent(desk: Desk, state: TouchState = TouchState.SENT, **values: Any) -> UUID:
    """A message of this morning in a state; its touch's id."""

    def make(connection: Connection) -> UUID:
        world = World(connection, numbers=NUMBERS)
        world.handover(world.customer(), "2026-03-10")
        world.plan(ProcessName("post-delivery-followup"), "2026-03-11 09:00")
        touch = connection.scalars(select(Touch.id).where(Touch.step == "thanks", Touch.state == "planned")).one()
        told = {"state": state, "contacted_at": at("2026-03-11 10:00"), "channel": "sms"} | values
        connection.execute(update(Touch).where(Touch.id == touch).values(**told))
        return touch

    made: UUID = desk.look(make)
    return made


def touch_of(desk: Desk, touch_id: UUID) -> Any:
    return desk.look(lambda connection: connection.execute(select(Touch.__table__).where(Touch.id == touch_id)).one())


@pytest.mark.parametrize("way", sorted(NOT_SIGNED))
async def test_whatever_is_wrong_with_a_signature_the_answer_is_the_same(desk: Desk, way: str) -> None:
    body = json.dumps(receipt(message_id="m1")).encode()
    headers = {
        "wrong": signed(body, secret="guessed"),
        "other": signed(body, secret="third-secret"),
        "stale": signed(body, at=NOW - timedelta(minutes=5, seconds=1)),
        "early": signed(body, at=NOW + timedelta(minutes=5, seconds=1)),
        "changed": signed(body + b" "),
        "unsigned": {},
        "scheme": {name: value.removeprefix("sha256=") for name, value in signed(body).items()},
        "clock": signed(body) | {"X-Aftercare-Timestamp": "now"},
    }.get(way, signed(body))
    path = "/hooks/nobody/receipts" if way == "unknown" else RECEIPTS
    answer = await desk.ask("POST", path, content=body, headers={"Content-Type": "application/json"} | headers)
    unknown = await desk.ask("POST", "/hooks/nobody/receipts", content=b"{", headers=signed(b"{"))
    assert (answer.status_code, answer.json()) == (401, unknown.json())
    assert desk.look(lambda connection: connection.scalars(select(SeenSignature.signature)).all()) == []


@pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
async def test_either_of_two_secrets_will_do(desk: Desk, secret: str) -> None:
    answer = await call(desk, RECEIPTS, receipt(message_id="m1"), secret=secret)
    assert (answer.status_code, answer.json()) == (200, {"taken": 0, "again": 0, "unknown": 1, "refused": []})


async def test_a_call_is_taken_once_until_its_time_stamp_is_not_believed_any_more(desk: Desk) -> None:
    first = await call(desk, RECEIPTS, receipt(message_id="m1"))
    replayed = await call(desk, RECEIPTS, receipt(message_id="m1"))
    assert (first.status_code, replayed.status_code) == (200, 409)

    def tidy(connection: Connection) -> list[int]:
        left = []
        for minutes in (9, 11):
            purged(connection, NOW + timedelta(minutes=minutes))
            left.append(len(connection.scalars(select(SeenSignature.signature)).all()))
        return left

    assert desk.look(tidy) == [1, 0]


async def test_a_call_that_could_not_be_read_may_be_made_again(desk: Desk) -> None:
    assert (await call(desk, RECEIPTS, {"receipts": [{"status": "lost"}]})).status_code == 422
    assert desk.look(lambda connection: connection.scalars(select(SeenSignature.signature)).all()) == []


@pytest.mark.parametrize("state", [TouchState.SENT, TouchState.UNKNOWN, TouchState.FAILED])
async def test_what_was_delivered_is_sent(desk: Desk, state: TouchState) -> None:
    touch_id = sent(desk, state, message_id="m1")
    answer = await call(desk, RECEIPTS, receipt(message_id="m1", time="2026-03-11T11:00"))
    assert answer.json() == {"taken": 1, "again": 0, "unknown": 0, "refused": []}
    touch = touch_of(desk, touch_id)
    assert (touch.state, touch.delivered_at) == ("sent", at("2026-03-11 11:00"))


@pytest.mark.parametrize("state", [TouchState.SENT, TouchState.UNKNOWN])
async def test_what_was_not_delivered_failed_with_the_reason(desk: Desk, state: TouchState) -> None:
    touch_id = sent(desk, state)
    await call(desk, RECEIPTS, receipt(touch_id=str(touch_id), status="undelivered", reason="no such number"))
    touch = touch_of(desk, touch_id)
    assert (touch.state, touch.delivered_at) == ("failed", None)
    assert (touch.reason, touch.reason_figures) == ("reported-undelivered-because", {"text": "no such number"})


@pytest.mark.parametrize("order", [("delivered", "undelivered"), ("undelivered", "delivered")])
async def test_that_it_arrived_is_the_last_word(desk: Desk, order: tuple[str, str]) -> None:
    touch_id = sent(desk)
    for seconds, status in enumerate(order):
        answer = await call(
            desk, RECEIPTS, receipt(touch_id=str(touch_id), status=status), at=NOW + timedelta(seconds=seconds)
        )
        assert answer.json()["taken"] == 1
    assert touch_of(desk, touch_id).state == "sent"


async def test_a_receipt_counts_once(desk: Desk) -> None:
    touch_id = sent(desk, message_id="m1")
    await call(desk, RECEIPTS, receipt(message_id="m1", time="2026-03-11T11:00"))
    again = await call(desk, RECEIPTS, receipt(touch_id=str(touch_id), time="2026-03-11T11:30"))
    assert again.json() == {"taken": 0, "again": 1, "unknown": 0, "refused": []}
    assert touch_of(desk, touch_id).delivered_at == at("2026-03-11 11:00")


@pytest.mark.parametrize("named", ["head", "line"])
async def test_what_went_out_inside_the_message_is_settled_with_it(desk: Desk, named: str) -> None:
    head = sent(desk, TouchState.UNKNOWN)

    def merge(connection: Connection) -> UUID:
        world = World(connection, numbers=NUMBERS)
        world.handover(connection.scalars(select(Touch.customer_id).where(Touch.id == head)).one(), "2026-03-10")
        world.plan(ProcessName("post-delivery-followup"), "2026-03-11 09:00")
        line: UUID = connection.scalars(select(Touch.id).where(Touch.step == "thanks", Touch.id != head)).one()
        connection.execute(update(Touch).where(Touch.id == line).values(state="unknown", merged_into=head))
        return line

    line = desk.look(merge)
    await call(desk, RECEIPTS, receipt(touch_id=str(head if named == "head" else line)))
    assert [touch_of(desk, one).state for one in (head, line)] == ["sent", "sent"]


async def test_two_messages_of_one_id_are_not_told_apart_by_a_guess(desk: Desk) -> None:
    both = [sent(desk, message_id="7"), sent(desk, message_id="7")]
    answer = await call(desk, RECEIPTS, receipt(message_id="7"))
    assert answer.json()["unknown"] == 1
    assert [touch_of(desk, one).delivered_at for one in both] == [None, None]


@pytest.mark.parametrize("named", ["touch_id", "message_id"])
@pytest.mark.parametrize(("status", "state"), [("delivered", "sent"), ("undelivered", "failed")])
async def test_a_receipt_that_is_faster_than_the_dispatch_is_not_lost(
    desk: Desk, named: str, status: str, state: str
) -> None:
    dispatcher_id = _dispatcher(desk)
    touch_id = sent(desk, TouchState.SENDING, claimed_by=dispatcher_id)
    name = {"touch_id": str(touch_id)} if named == "touch_id" else {"message_id": "m1"}
    await call(desk, RECEIPTS, receipt(**name, status=status))
    assert touch_of(desk, touch_id).state == "sending"

    def write_down(connection: Connection) -> None:
        result = Result(touch_id, TouchState.SENT, None, "m1", None, "text", resent=False)
        record(connection, [result], NOW, dispatcher_id=dispatcher_id)
        assert settle_held(connection, NOW) == 1

    desk.look(write_down)
    touch = touch_of(desk, touch_id)
    assert (touch.state, touch.delivered_at is not None) == (state, status == "delivered")
    kept = desk.look(
        lambda connection: connection.execute(select(DeliveryReceipt.touch_id, DeliveryReceipt.held)).all()
    )
    assert [tuple(row) for row in kept] == [(touch_id, False)]


async def test_the_dispatch_heeds_what_came_before_it_was_done(desk: Desk) -> None:
    touch_id = sent(desk, TouchState.PLANNED, contacted_at=None, channel=None)
    early = await call(desk, RECEIPTS, receipt(touch_id=str(touch_id)))
    assert (early.json()["taken"], touch_of(desk, touch_id).delivered_at) == (1, None)
    await dispatch_due(desk.database.engine, desk.database.settings, lambda: NOW)
    touch = touch_of(desk, touch_id)
    assert (touch.state, touch.delivered_at) == ("sent", NOW)


@pytest.mark.parametrize("came", ["before", "after"])
@pytest.mark.parametrize(("status", "state"), [("delivered", "sent"), ("undelivered", "failed")])
async def test_what_was_cut_off_and_ran_out_of_time_is_settled_by_its_receipt(
    desk: Desk, came: str, status: str, state: str
) -> None:
    """Its dispatcher was killed after the gateway had it; its time passed before it could go again."""
    touch_id = sent(
        desk, TouchState.PLANNED, resendable=True, contacted_at=at("2026-03-11 09:30"),
        due_at=at("2026-03-11 09:30"), valid_until=at("2026-03-11 09:50"), not_before=at("2026-03-11 09:30"),
    )  # fmt: skip
    told = receipt(touch_id=str(touch_id), status=status, time="2026-03-11T09:31:00")
    if came == "before":
        assert (await call(desk, RECEIPTS, told)).json()["taken"] == 1
        assert touch_of(desk, touch_id).state == "planned"
    await dispatch_due(desk.database.engine, desk.database.settings, lambda: NOW)
    if came != "before":
        assert touch_of(desk, touch_id).state == "unknown"
        assert (await call(desk, RECEIPTS, told)).json()["taken"] == 1
    touch = touch_of(desk, touch_id)
    assert touch.state == state
    if status == "delivered":
        assert (touch.reason, touch.delivered_at) == ("reported-delivered", at("2026-03-11 09:31"))
    story = desk.look(lambda connection: _story_of(connection, touch.customer_id))
    assert ("undelivered" if state == "failed" else "it was delivered at 2026-03-11 09:31") in story


async def test_a_receipt_of_the_first_sending_settles_what_was_cut_off_twice(desk: Desk) -> None:
    """Under its key it is one message, which was sent when it first went."""
    touch_id = sent(desk, TouchState.UNKNOWN, resendable=True, contacted_at=at("2026-03-11 09:59"))

    def first_claim(connection: Connection) -> None:
        values = {"touch_id": touch_id, "gate": "none", "decision": "pass", "decided_at": at("2026-03-11 09:30")}
        connection.execute(insert(Verdict).values(**values, figures={}))

    desk.look(first_claim)
    told = await call(desk, RECEIPTS, receipt(touch_id=str(touch_id), time="2026-03-11T09:31:00"))
    assert (told.json()["taken"], touch_of(desk, touch_id).state) == (1, "sent")


def _story_of(connection: Connection, customer_id: int) -> str:
    """What `why` says of the messages of a customer."""
    told = explain(connection, customer_id, NOW, [ProcessName("post-delivery-followup")], lambda _, after, __: after)
    zone = ZoneInfo("Asia/Shanghai")
    return " ".join(
        where_it_stands(step, zone) for one in told.processes for about in one.subjects for step in about.steps
    )


def _dispatcher(desk: Desk) -> int:
    """A dispatcher without its lock, which is not needed to record results."""
    made = insert(Dispatcher).values(started_at=NOW).returning(Dispatcher.id)
    dispatcher_id: int = desk.look(lambda connection: connection.execute(made).scalar_one())
    return dispatcher_id


async def test_receipts_of_messages_that_are_not_ours_are_forgotten_after_a_week(desk: Desk) -> None:
    answer = await call(
        desk, RECEIPTS, {"receipts": receipt(message_id="x")["receipts"] + receipt(touch_id=str(uuid4()))["receipts"]}
    )
    assert answer.json() == {"taken": 0, "again": 0, "unknown": 2, "refused": []}

    def tidy(connection: Connection) -> list[int]:
        left = []
        for days in (6, 8):
            purged(connection, NOW + timedelta(days=days))
            left.append(len(connection.scalars(select(DeliveryReceipt.id)).all()))
        return left

    assert desk.look(tidy) == [1, 0]


def customer(desk: Desk, *, surveyed: str | None = None, reminded: str | None = None) -> int:
    """A customer with NUMBER, who was sent a survey, or reminded of tomorrow's visit, at a moment."""

    def make(connection: Connection) -> int:
        world = World(connection, numbers=NUMBERS)
        person = world.customer(phone=NUMBER)
        if surveyed:
            world.repair_order(person, "2026-03-08")
            world.plan(ProcessName("post-delivery-followup"), "2026-03-11 09:30")
            told = {"kind": "message", "state": "sent", "contacted_at": at(surveyed), "purpose": Purpose.SURVEY}
            connection.execute(update(Touch).where(Touch.process == "post-delivery-followup").values(**told))
        if reminded:
            world.appointment(person, "2026-03-12 14:00", booked_at=at("2026-03-01 09:00"))
            world.plan(ProcessName("appointment-reminders"), "2026-03-11 18:00")
            told = {"state": "sent", "contacted_at": at(reminded)}
            connection.execute(update(Touch).where(Touch.process == "appointment-reminders").values(**told))
        return person

    made: int = desk.look(make)
    return made


async def say(desk: Desk, text: str, *, later: int = 0, **more: Any) -> dict[str, Any]:
    signing = {"at": NOW + timedelta(seconds=later)}
    answer = await call(desk, REPLIES, {"replies": [{"from": NUMBER, "text": text} | more]}, **signing)
    assert answer.status_code == 200, answer.text
    (taken,) = answer.json()["replies"]
    return dict(taken)


async def test_a_digit_after_a_survey_is_a_mark(desk: Desk) -> None:
    customer(desk, surveyed="2026-03-11 10:00")
    assert (await say(desk, "４"))["meaning"] == "mark"
    answer = desk.look(lambda connection: connection.execute(select(SurveyAnswer.__table__)).one())
    assert (answer.recommends, answer.source, answer.subject_kind) == (4, "reply", "repair-order")
    assert desk.look(lambda connection: connection.scalars(select(Case.id)).all()) == []


async def test_a_mark_below_par_opens_a_complaint(desk: Desk) -> None:
    person = customer(desk, surveyed="2026-03-11 10:00")
    await say(desk, "1")
    cases = desk.look(lambda connection: connection.execute(select(Case.customer_id, Case.kind)).all())
    assert [tuple(row) for row in cases] == [(person, "complaint")]


@pytest.mark.parametrize("surveyed", ["2026-03-11 10:00", "2026-03-11 08:00"])
async def test_one_is_about_the_visit_that_waits_for_it(desk: Desk, surveyed: str) -> None:
    customer(desk, surveyed=surveyed, reminded="2026-03-11 09:00")
    assert (await say(desk, "1"))["meaning"] == "confirm"
    assert desk.look(lambda connection: connection.scalar(select(Appointment.confirmed_at))) == NOW
    assert (await say(desk, "5"))["meaning"] == ("mark" if surveyed > "2026-03-11 09:00" else "unreadable")


async def test_after_the_answer_a_digit_is_the_surveys(desk: Desk) -> None:
    customer(desk, surveyed="2026-03-11 10:00", reminded="2026-03-11 09:00")
    said = [(await say(desk, text, later=later))["meaning"] for later, text in enumerate(("2", "2", "3"))]
    assert said == ["other-time", "mark", "mark"]


async def test_an_old_survey_is_not_answered_any_more(desk: Desk) -> None:
    customer(desk, surveyed="2026-02-01 10:00")
    assert (await say(desk, "5"))["meaning"] == "unreadable"


@pytest.mark.parametrize("text", ["STOP", "td", " Ｔ ", "退订"])
async def test_an_opt_out_is_honoured_at_once(desk: Desk, text: str) -> None:
    person = customer(desk, surveyed="2026-03-11 10:00")
    assert await say(desk, text, message_id="7") == {"meaning": "stop", "known": True, "again": False, "problem": None}
    consents = desk.look(lambda connection: connection.execute(select(Consent.customer_id, Consent.granted)).all())
    assert [tuple(row) for row in consents] == [(person, False)]


async def test_a_reply_counts_once_for_its_gateway(desk: Desk) -> None:
    customer(desk)
    body = {"replies": [{"from": NUMBER, "text": "hello", "message_id": "7"}] * 2}
    answer = await call(desk, REPLIES, body)
    assert [one["again"] for one in answer.json()["replies"]] == [False, True]
    other = await call(desk, "/hooks/other/replies", body, secret="third-secret")
    assert [one["again"] for one in other.json()["replies"]] == [False, True]
    assert len(desk.look(lambda connection: connection.scalars(select(Reply.id)).all())) == 2


async def test_a_sender_that_is_no_number_keeps_no_other_reply_out(desk: Desk) -> None:
    customer(desk)
    body = {"replies": [{"from": "ALERTS", "text": "1"}, {"from": NUMBER, "text": "hello"}]}
    first, second = (await call(desk, REPLIES, body)).json()["replies"]
    assert (first["meaning"], "ALERTS" in first["problem"], second["known"]) == (None, True, True)
    assert desk.look(lambda connection: connection.scalar(select(Customer.id))) is not None


BAD_REPLIES: list[Any] = [
    {"from": NUMBER, "text": "x" * 5001},
    {"from": NUMBER},
    {"from": NUMBER, "text": "hello", "message_id": "7\x00"},
    {"from": "\ud83d", "text": "hello"},
    {"from": NUMBER, "text": "hello", "carrier\udc00": "acme"},
    {"from": NUMBER, "text": ["hello"]},
    {"from": NUMBER, "text": "hello", "channel": "pigeon"},
    "STOP",
    None,
]


@pytest.mark.parametrize("bad", BAD_REPLIES, ids=range(len(BAD_REPLIES)))
async def test_a_bad_reply_keeps_no_other_out_and_is_told_by_its_place(desk: Desk, bad: Any) -> None:
    person = customer(desk)
    answer = await call(desk, REPLIES, {"replies": [bad, {"from": NUMBER, "text": "STOP"}, bad]})
    assert answer.status_code == 200, answer.text
    first, second, third = answer.json()["replies"]
    assert second == {"meaning": "stop", "known": True, "again": False, "problem": None}
    for told, place in ((first, 0), (third, 2)):
        assert told["problem"].startswith(f"replies.{place}")
        assert (told["meaning"], told["known"], told["again"]) == (None, False, False)
    consents = desk.look(lambda connection: connection.execute(select(Consent.customer_id, Consent.granted)).all())
    assert [tuple(row) for row in consents] == [(person, False)]


def refuse_rows(desk: Desk, table: str, column: str) -> None:
    """The database does not take what says `poison`, as it would not take what nobody has thought of yet."""
    made = f"""
        create function no_poison() returns trigger language plpgsql as $$ begin
            if new.{column} = 'poison' then raise exception 'no poison'; end if; return new;
        end $$;
        create trigger no_poison before insert on {table} for each row execute function no_poison();
    """
    desk.look(lambda connection: connection.execute(sql(made)))


async def test_a_reply_that_the_database_does_not_take_keeps_no_stop_out(desk: Desk) -> None:
    person = customer(desk)
    refuse_rows(desk, "replies", "text")
    said = [{"from": NUMBER, "text": text} for text in ("hello", "poison", "STOP")]
    answer = await call(desk, REPLIES, {"replies": said})
    assert answer.status_code == 200, answer.text
    first, second, third = answer.json()["replies"]
    assert (first["meaning"], third["meaning"]) == ("unreadable", "stop")
    assert (second["meaning"], second["problem"][:10]) == (None, "replies.1:")
    consents = desk.look(lambda connection: connection.execute(select(Consent.customer_id, Consent.granted)).all())
    assert [tuple(row) for row in consents] == [(person, False)]
    assert len(desk.look(lambda connection: connection.scalars(select(Reply.id)).all())) == 2


async def test_a_receipt_that_the_database_does_not_take_keeps_no_other_out(desk: Desk) -> None:
    touches = [sent(desk, TouchState.UNKNOWN) for _ in range(3)]
    refuse_rows(desk, "delivery_receipts", "reason")
    given = [
        {"touch_id": str(touch), "status": "undelivered", "reason": reason}
        for touch, reason in zip(touches, ("no route", "poison", "number dead"), strict=True)
    ]
    answer = (await call(desk, RECEIPTS, {"receipts": given})).json()
    assert (answer["taken"], [one["place"] for one in answer["refused"]]) == (2, [1])
    assert [touch_of(desk, touch).state for touch in touches] == ["failed", "unknown", "failed"]


@pytest.mark.parametrize("text", ["thanks \ud83d", "thanks\x00"])
async def test_half_a_sign_in_what_a_customer_writes_loses_nothing_else(desk: Desk, text: str) -> None:
    customer(desk)
    assert (await say(desk, text))["meaning"] == "unreadable"
    assert desk.look(lambda connection: connection.scalars(select(Reply.text)).all()) == [f"{text[:-1]}\ufffd"]


async def test_a_batch_of_bad_ones_alone_is_refused_and_may_be_made_again(desk: Desk) -> None:
    for bad in BAD_REPLIES:
        answer = await call(desk, REPLIES, {"replies": [bad]})
        assert (answer.status_code, answer.json()["errors"][0]["field"][:14]) == (422, "body.replies.0")
    assert desk.look(lambda connection: connection.scalars(select(SeenSignature.signature)).all()) == []


BAD_RECEIPTS: list[Any] = [
    {"status": "lost", "message_id": "m1"},
    {"status": "undelivered", "message_id": "m1\x00"},
    {"status": "delivered"},
    {"status": "delivered", "touch_id": "m1"},
    {"status": "delivered", "message_id": "m1", "time": "yesterday"},
    {"status": "undelivered", "message_id": "m1", "reason": "x" * 501},
    ["m1"],
]


@pytest.mark.parametrize("bad", BAD_RECEIPTS, ids=range(len(BAD_RECEIPTS)))
async def test_a_bad_receipt_keeps_no_other_out_and_is_told_by_its_place(desk: Desk, bad: Any) -> None:
    touch_id = sent(desk, message_id="m1")
    good = {"status": "delivered", "message_id": "m1"}
    answer = await call(desk, RECEIPTS, {"receipts": [bad, good]})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["taken"], told["again"], told["unknown"]) == (1, 0, 0)
    assert [one["place"] for one in told["refused"]] == [0]
    assert told["refused"][0]["problem"].startswith("receipts.0")
    assert touch_of(desk, touch_id).delivered_at == NOW


@pytest.mark.parametrize("status", ["delivered", "undelivered"])
async def test_a_receipt_from_before_its_message_was_sent_is_not_taken(desk: Desk, status: str) -> None:
    touch_id = sent(desk, message_id="m1")
    early = {"status": status, "message_id": "m1", "time": "2026-03-11T09:54:59"}
    answer = await call(desk, RECEIPTS, {"receipts": [early]})
    assert (answer.json()["taken"], answer.json()["unknown"]) == (0, 0)
    assert answer.json()["refused"] == [
        {"place": 0, "problem": "receipts.0.time: its message was sent later than that, at 2026-03-11T02:00:00+00:00."}
    ]
    touch = touch_of(desk, touch_id)
    assert (touch.state, touch.delivered_at) == ("sent", None)
    assert desk.look(lambda connection: connection.scalars(select(DeliveryReceipt.id)).all()) == []
    late = early | {"time": "2026-03-11T09:55:01"}
    assert (await call(desk, RECEIPTS, {"receipts": [late]})).json()["taken"] == 1  # its clock may differ from ours


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00"])
async def test_a_receipt_of_no_time_keeps_no_later_call_out(desk: Desk, time: str) -> None:
    """A moment that the database keeps and Python does not read would be met again by each call after it."""
    touch_id = sent(desk, message_id="m1")
    first = await call(desk, RECEIPTS, {"receipts": [{"status": "delivered", "message_id": "m2", "time": time}]})
    assert first.status_code == 422, first.text
    assert (await call(desk, RECEIPTS, receipt(message_id="m1"))).json()["taken"] == 1
    assert touch_of(desk, touch_id).delivered_at == NOW


async def test_a_held_receipt_from_before_its_message_was_sent_settles_nothing(desk: Desk) -> None:
    dispatcher_id = _dispatcher(desk)
    touch_id = sent(desk, TouchState.SENDING, claimed_by=dispatcher_id)
    await call(desk, RECEIPTS, receipt(message_id="m1", status="undelivered", time="2026-03-10T10:00"))

    def write_down(connection: Connection) -> None:
        result = Result(touch_id, TouchState.SENT, None, "m1", None, "text", resent=False)
        record(connection, [result], NOW, dispatcher_id=dispatcher_id)
        settle_held(connection, NOW)

    desk.look(write_down)
    assert touch_of(desk, touch_id).state == "sent"
    assert desk.look(lambda connection: connection.scalars(select(DeliveryReceipt.id)).all()) == []
