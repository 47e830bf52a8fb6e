"""Appointments: states, moves, cancellations, and what a file that knows less must not wipe."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.self_service.booking import move
from tests.postgres.intake.conftest import NOW, Desk

LATER = NOW + timedelta(hours=1)
STATES = "select key, status, confirmed_at is not null from appointments order by key"
CHANGES = "select kind, from_starts_at, to_starts_at, changed_at from appointment_changes order by id"


def local(text: str) -> datetime:
    """A moment of the store's, which is in Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.fixture
def book(desk: Desk) -> Desk:
    """A desk with one appointment of one customer."""
    desk.load("customers", "key,name\nC1,Ann\n")
    desk.load(
        "appointments",
        "key,customer,starts_at,status,booked_at,confirmed_at,work,departments\n"
        "A1,C1,2026-03-05 10:00,booked,2026-02-20 09:00,2026-02-21 09:00,oil,parts;workshop\n",
    )
    return desk


@pytest.mark.parametrize(
    ("word", "status", "confirmed"),
    [
        ("", "booked", False),
        ("Confirmed", "booked", True),
        ("已确认", "booked", True),
        ("已预约", "booked", False),
        ("Canceled", "cancelled", False),
        ("已取消", "cancelled", False),
        ("done", "completed", False),
        ("已完成", "completed", False),
        ("Checked-in", "arrived", False),
        ("到店", "arrived", False),
        ("No Show", "no-show", False),
        ("爽约", "no-show", False),
        ("PENDING", "requested", False),
        ("待确认", "requested", False),
    ],
)
def test_words_for_states(desk: Desk, word: str, status: str, confirmed: bool) -> None:
    desk.load("customers", "key,name\nC1,Ann\n")
    desk.load("appointments", f"key,customer,starts_at,status,booked_at\nA,C1,2026-03-05 10:00,{word},2026-02-20\n")
    assert desk.rows(STATES) == [("A", status, confirmed)]


def test_a_word_that_is_not_known_is_asked_about(book: Desk) -> None:
    result = book.load("appointments", "key,customer,starts_at,status\nA2,C1,2026-03-05 10:00,???\n")
    assert result.counts["appointments"].rejected == 1
    assert book.rejects()[0]["reason"].startswith("status: expected one of requested, booked, confirmed, arrived")
    assert "values = {" in book.rejects()[0]["reason"]


def test_a_second_import_rewrites_nothing(book: Desk) -> None:
    content = "key,customer,starts_at,status,confirmed_at\nA1,C1,2026-03-05 10:00,confirmed,2026-02-21 09:00\n"
    before = book.snapshot()
    assert book.load("appointments", content, now=LATER).counts["appointments"].unchanged == 1
    assert book.snapshot() == before


def test_a_file_that_knows_less_wipes_nothing(book: Desk) -> None:
    book.load("appointments", "key,customer,starts_at\nA1,C1,2026-03-05 10:00\n")
    assert book.rows("select status, work, departments, confirmed_at from appointments") == [
        ("booked", "oil", ["parts", "workshop"], local("2026-02-21 09:00"))
    ]


def test_an_empty_cell_clears_but_not_what_we_recorded_ourselves(book: Desk) -> None:
    book.load("appointments", "key,customer,starts_at,work,confirmed_at,departments\nA1,C1,2026-03-05 10:00,,,\n")
    assert book.rows("select work, departments, confirmed_at from appointments") == [
        (None, None, local("2026-02-21 09:00"))
    ]


def test_a_move_is_kept_for_the_departments_and_has_to_be_confirmed_again(book: Desk) -> None:
    book.rows("update appointments set other_time_asked_at = now() returning 1")
    book.load("appointments", "key,customer,starts_at\nA1,C1,2026-03-06 14:00\n", now=LATER)
    assert book.rows(CHANGES) == [("moved", local("2026-03-05 10:00"), local("2026-03-06 14:00"), LATER)]
    assert book.rows("select moved_at, confirmed_at, other_time_asked_at from appointments") == [(LATER, None, None)]
    book.load("appointments", "key,customer,starts_at\nA1,C1,2026-03-06 14:00\n", now=LATER + timedelta(hours=1))
    assert len(book.rows(CHANGES)) == 1


def test_a_move_that_the_file_says_is_confirmed(book: Desk) -> None:
    book.load("appointments", "key,customer,starts_at,confirmed_at\nA1,C1,2026-03-06 14:00,2026-02-28 08:00\n")
    assert book.rows("select confirmed_at from appointments") == [local("2026-02-28 08:00")]


def test_a_cancellation_and_its_return(book: Desk) -> None:
    cancel = "key,customer,starts_at,status\nA1,C1,2026-03-05 10:00,取消\n"
    for _ in range(2):
        book.load("appointments", cancel, now=LATER)
    assert book.rows(CHANGES) == [("cancelled", local("2026-03-05 10:00"), local("2026-03-05 10:00"), LATER)]
    assert book.rows("select status, cancelled_at from appointments") == [("cancelled", None)]
    dated = "key,customer,starts_at,status,cancelled_at\nA1,C1,2026-03-05 10:00,取消,2026-02-28\n"
    book.load("appointments", dated)
    assert book.rows("select cancelled_at from appointments") == [local("2026-02-28 00:00")]
    book.load("appointments", cancel.replace("取消", "booked").replace("10:00", "11:00"))
    assert book.rows("select status, cancelled_at from appointments") == [("booked", None)]
    assert [kind for kind, *_ in book.rows(CHANGES)] == ["cancelled", "moved"]


def test_nobody_is_told_of_what_is_over_or_new(book: Desk) -> None:
    book.load(
        "appointments",
        "key,customer,starts_at,status\nA1,C1,2026-03-05 11:00,completed\nA2,C1,2026-03-05 11:00,cancelled\n",
    )
    assert book.rows(CHANGES) == []


def test_the_last_of_several_rows_counts_and_contradictions_are_told(book: Desk) -> None:
    row = "A2,C1,2026-03-05 11:00,booked\n"
    result = book.load(
        "appointments",
        f"key,customer,starts_at,status\n{row}{row}A3,C1,2026-03-05 9:00,booked\nA3,C1,2026-03-05 9:00,cancelled\n",
    )
    assert book.rows(STATES)[1:] == [("A2", "booked", False), ("A3", "cancelled", False)]
    assert result.counts["appointments"].repeated == 2
    assert tuple(map(str, result.notices)) == (
        "appointments: 1 fact stands in the file more than once, and differs; the last row counts. "
        "'A3' (rows 4, 5) status: booked or cancelled.",
    )


def test_what_keeps_an_appointment_out_and_what_does_not(book: Desk) -> None:
    book.load(
        "appointments",
        """
        key,customer,vehicle,advisor,starts_at,parts_state,requested_at
        A2,C1,V9,Nobody,2026-03-05 10:00,who knows,yesterday
        A3,C9,,,2026-03-05 10:00,,
        A4,C1,,,2026-03-05,,
        A5,C1,,,05/03/2026 10:00,,
        ,C1,,,2026-03-05 10:00,,
        A7,,,,2026-03-05 10:00,,
        """,
    )
    assert book.rows(STATES)[1:] == [("A2", "booked", False)]
    told = [(each["row"], each["column"], each["reason"].split(";")[0].split(",")[0]) for each in book.rejects()]
    assert told == [
        ("2", "advisor", "advisor: no one on the staff of the store has this code or name"),
        ("2", "parts_state", "parts_state: expected one of unknown"),
        ("2", "requested_at", "requested_at: expected a date and a time such as 2026-03-02 14:30"),
        ("2", "vehicle", "vehicle: no vehicle with this key"),
        ("3", "customer", "customer: no customer with this key is known"),
        ("4", "starts_at", "starts_at: the time of day is missing"),
        ("5", "starts_at", "starts_at: expected a date and a time such as 2026-03-02 14:30"),
        ("6", "key", "key: expected a value"),
        ("7", "customer", "customer: the row names no customer"),
    ]


def test_times_are_the_stores(desk: Desk) -> None:
    desk.load("stores", "code,time_zone\nB,Europe/Berlin\nN,America/New_York\n")
    desk.load("customers", "store,key,name\nB,C,Ann\nN,C,Bob\n")
    desk.load(
        "appointments",
        "store,key,customer,starts_at\nB,1,C,2026-03-29 02:30\nB,2,C,2026-10-25 02:30\nN,3,C,2026-07-01 10:00\n",
    )
    assert desk.rows("select starts_at from appointments order by key") == [
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 14, 0, tzinfo=UTC),
    ]


def test_a_file_that_does_not_know_yet_does_not_undo_what_the_customer_chose(book: Desk) -> None:
    chosen, new = local("2026-03-06 14:00"), "key,customer,starts_at\nA1,C1,2026-03-07 09:00\n"
    (appointment,) = book.rows("select id from appointments")
    move(book.connection, appointment, local("2026-03-05 10:00"), chosen, NOW)
    old = "key,customer,starts_at,status\nA1,C1,2026-03-05 10:00,booked\n"
    assert book.load("appointments", old, now=LATER).counts["appointments"].unchanged == 1
    assert book.rows("select starts_at, confirmed_at from appointments") == [(chosen, NOW)]
    assert len(book.rows(CHANGES)) == 1
    book.load("appointments", new, now=LATER)
    assert book.rows("select starts_at from appointments") == [local("2026-03-07 09:00")]
