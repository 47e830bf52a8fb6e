"""The words of other systems for our choices."""

import pytest

from models.core.words import InvoiceKind, InvoiceStatus, PartsState
from tasks.intake.values.cells import Unusable
from tasks.intake.values.choices import choose, read_yes_no
from tasks.subjects.account.intake import INVOICE_KINDS, INVOICE_STATES
from tasks.subjects.appointment.intake import BOOKING, PARTS, BookingWord


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("No-Show", BookingWord.NO_SHOW),
        ("失约", BookingWord.NO_SHOW),
        ("Declined", BookingWord.CANCELLED),
        ("取消预约", BookingWord.CANCELLED),
        ("待到店", BookingWord.BOOKED),
        ("Rescheduled", BookingWord.BOOKED),
        ("已完工", BookingWord.COMPLETED),
        ("待确认", BookingWord.REQUESTED),
    ],
)
def test_what_is_said_of_an_appointment(text: str, meant: BookingWord) -> None:
    assert choose(text, BOOKING) is meant


def test_what_is_said_of_parts_and_invoices() -> None:
    assert choose("现货", PARTS) is PartsState.READY
    assert choose("Special order", PARTS) is PartsState.ORDERED
    assert choose("需订货", PARTS) is PartsState.MISSING
    assert choose("Past due", INVOICE_STATES) is InvoiceStatus.OPEN
    assert choose("out_refund", INVOICE_KINDS) is InvoiceKind.CREDIT_NOTE


def test_who_is_to_be_left_in_peace() -> None:
    assert not any(read_yes_no(text) for text in ("DND", "拒收", "勿扰", "Opt-out"))


def test_a_word_that_may_mean_several_things_is_asked_about() -> None:
    with pytest.raises(Unusable, match="the map can translate"):
        choose("Draft", INVOICE_STATES)


def test_a_word_with_two_meanings_is_asked_about() -> None:
    with pytest.raises(Unusable, match="'t' can mean yes, as true, and no, as TD"):
        read_yes_no("t")
