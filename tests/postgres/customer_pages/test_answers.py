"""Surveys, choices of contact, and promises to pay, as customers give them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from models.calls.surveys import SurveyAnswer
from models.core.words import CaseKind, ChannelName, ProcessName, Purpose, SubjectKind, SurveySource
from models.ledger.tables import AuditEntry, Case
from models.people.tables import Consent
from models.subjects.account import Promise
from models.subjects.owing import total_of
from models.subjects.promises_to_pay import PromiseForThePast, PromiseTooFarOff
from tasks.customers.consent import ConsentChanged, read_switches
from tasks.self_service.contact_choices import CHOICES, Choice, choose, end_all_contact
from tasks.self_service.paying import NothingToPromise, promise, see_account
from tasks.self_service.surveys import LONGEST_COMMENT, Answer, CommentTooLong, NotAMark, answer_survey, see_visit
from tests.support.world import World, at, day

NOW = at("2026-03-10 10:00")
GOOD = {"solved": 5, "punctual": 4, "recommends": 3}


def answer(world: World, marks: dict[str, int], comment: str | None = "") -> Answer:
    row = world.connection.execute(select(SurveyAnswer.subject_id)).first()
    customer = world.customer()
    visit = row[0] if row else world.repair_order(customer, "2026-03-07", work="brakes")
    return Answer(SubjectKind("repair-order"), visit, world.store_id, customer, marks, comment, SurveySource.LINK)


def cases(world: World) -> Any:
    return world.connection.execute(select(Case.__table__)).all()


def test_good_marks_are_kept_and_trouble_nobody(world: World) -> None:
    given = answer(world, GOOD, "thank you")
    assert answer_survey(world.connection, given, NOW) is None
    visit = see_visit(world.connection, SubjectKind("repair-order"), given.subject_id)
    assert (visit.marks, visit.comment, visit.work, visit.day) == (GOOD, "thank you", "brakes", date(2026, 3, 7))
    assert cases(world) == []


def test_a_mark_below_par_opens_one_complaint_with_the_customers_words(world: World) -> None:
    given = answer(world, GOOD | {"reception": 2}, "nobody came")
    case = answer_survey(world.connection, given, NOW)
    answered = world.connection.execute(select(SurveyAnswer.__table__)).one()
    (opened,) = cases(world)
    assert (opened.id, opened.kind, opened.cause) == (case, CaseKind.COMPLAINT, f"survey:{answered.id}")
    assert opened.note == "reception 2\nnobody came"
    assert answer_survey(world.connection, given, NOW + timedelta(hours=1)) == case
    assert len(cases(world)) == 1


def test_answered_again_the_newer_marks_stand_and_the_others_stay(world: World) -> None:
    given = answer(world, GOOD, "first")
    answer_survey(world.connection, given, NOW)
    answer_survey(world.connection, answer(world, {"solved": 3}, None), NOW + timedelta(hours=1))
    visit = see_visit(world.connection, SubjectKind("repair-order"), given.subject_id)
    assert visit.marks == GOOD | {"solved": 3}
    assert visit.comment == "first"


@pytest.mark.parametrize("marks", [{}, {"solved": 0}, {"solved": 6}, {"colour": 3}])
def test_what_is_no_mark_is_refused(world: World, marks: dict[str, int]) -> None:
    with pytest.raises(NotAMark):
        answer_survey(world.connection, answer(world, marks), NOW)


def test_a_comment_has_an_end(world: World) -> None:
    answer_survey(world.connection, answer(world, GOOD, "好" * LONGEST_COMMENT), NOW)
    with pytest.raises(CommentTooLong):
        answer_survey(world.connection, answer(world, GOOD, "好" * (LONGEST_COMMENT + 1)), NOW)


def choices(world: World, customer: int) -> tuple[dict[Choice, bool], int]:
    switches = read_switches(world.connection, None, customer, NOW)
    return {(one.purpose, one.channel): one.allowed for one in switches.all}, switches.seen


def test_what_a_customer_forbids_is_kept_and_what_is_pending_of_it_cancelled(world: World) -> None:
    customer = world.customer()
    world.handover(customer, "2026-03-09")
    world.warranty(customer, "2026-05-08")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
    world.plan(ProcessName("warranty-expiry"), "2026-03-10 10:00")
    assert set(world.steps(customer, "planned")) == {"thanks", "invitation-60"}
    now, seen = choices(world, customer)
    wanted = now | {choice: False for choice in CHOICES if choice[0] is Purpose.FOLLOW_UP}
    assert choose(world.connection, customer, wanted, seen, NOW) == 1
    assert choices(world, customer)[0] == wanted
    assert world.steps(customer, "planned") == ["invitation-60"]
    entries = world.connection.execute(select(Consent.purpose, Consent.source).distinct()).all()
    assert [tuple(entry) for entry in entries] == [(Purpose.FOLLOW_UP, "link")]
    (audited,) = world.connection.execute(select(AuditEntry.__table__)).all()
    assert audited.actor == f"customer:{customer}"
    assert audited.after["cancelled"] == 1


def test_one_channel_less_cancels_nothing_while_another_is_left(world: World) -> None:
    customer = world.customer()
    world.handover(customer, "2026-03-09")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
    now, seen = choices(world, customer)
    assert choose(world.connection, customer, now | {(Purpose.FOLLOW_UP, ChannelName.SMS): False}, seen, NOW) == 0
    assert world.steps(customer, "planned") == ["thanks"]


def test_a_choice_can_be_taken_back_at_the_same_moment(world: World) -> None:
    customer = world.customer()
    before, seen = choices(world, customer)
    end_all_contact(world.connection, customer, seen, NOW)
    ended, seen = choices(world, customer)
    assert not any(ended.values())
    choose(world.connection, customer, before, seen, NOW)
    assert choices(world, customer)[0] == before


def test_who_saw_an_earlier_state_changes_nothing(world: World) -> None:
    customer = world.customer()
    now, seen = choices(world, customer)
    end_all_contact(world.connection, customer, seen, NOW)
    with pytest.raises(ConsentChanged):
        choose(world.connection, customer, now, seen, NOW)


@pytest.fixture
def account(world: World) -> int:
    """An account that owes in two currencies."""
    account = world.account(world.customer())
    world.invoice(account, "2026-03-03", "1234.50", key="I1")
    world.invoice(account, "2026-03-20", "80.00", "EUR", key="I2")
    return account


def test_a_customer_sees_what_is_open(world: World, account: int) -> None:
    seen = see_account(world.connection, account, NOW)
    assert total_of(seen.owing.overdue) == {"CNY": Decimal("1234.50")}
    assert total_of(seen.owing.not_due) == {"EUR": Decimal("80.00")}
    assert seen.may_promise


def test_a_promise_pauses_the_chasing(world: World, account: int) -> None:
    world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
    assert world.steps(state="planned") == ["reminder-7"]
    for _ in range(2):
        promise(world.connection, account, day("2026-03-20"), NOW)
    kept = world.connection.execute(select(Promise.__table__)).one()
    assert (kept.made_on, kept.promised_for, kept.amount) == (date(2026, 3, 10), date(2026, 3, 20), None)
    assert see_account(world.connection, account, NOW).promised_for == date(2026, 3, 20)
    world.plan(ProcessName("overdue-accounts"), "2026-03-10 11:00")
    assert world.steps(state="planned") == []


def test_a_small_rest_is_shown_and_left_in_peace(world: World) -> None:
    account = world.account(world.customer())
    world.invoice(account, "2026-03-03", "0.50")
    seen = see_account(world.connection, account, NOW)
    assert total_of(seen.owing.invoices) == {"CNY": Decimal("0.50")}
    assert not seen.may_promise


@pytest.mark.parametrize(
    ("on", "refusal"),
    [("2026-03-09", PromiseForThePast), ("2026-04-10", PromiseTooFarOff)],
)
def test_a_day_that_does_not_fit_is_refused(world: World, account: int, on: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        promise(world.connection, account, day(on), NOW)


def test_the_first_and_the_last_day_fit(world: World, account: int) -> None:
    other = world.account(world.customer())
    world.invoice(other, "2026-03-03", "500.00")
    promise(world.connection, account, day("2026-03-10"), NOW)
    promise(world.connection, other, day("2026-04-09"), NOW)


def test_who_has_promised_or_broken_a_promise_or_owes_nothing_promises_no_more(world: World, account: int) -> None:
    promise(world.connection, account, day("2026-03-12"), NOW)
    for moment in (NOW, at("2026-03-14 10:00")):
        with pytest.raises(NothingToPromise):
            promise(world.connection, account, day("2026-03-20"), moment)
    assert see_account(world.connection, account, at("2026-03-14 10:00")).broken
    with pytest.raises(NothingToPromise):
        promise(world.connection, world.account(world.customer()), day("2026-03-20"), NOW)
