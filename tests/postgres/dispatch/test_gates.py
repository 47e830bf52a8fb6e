"""What holds or stops a due touch: one example per gate."""

from sqlalchemy import insert, select, update

from models.core.reasons import kept
from models.core.words import AppointmentStatus, CaseKind, CaseState, ChannelName, ProcessName, Purpose, TouchState
from models.ledger.tables import Case, Touch
from models.people.tables import ContactPoint, Store
from models.subjects.account import Account
from tasks.dispatch.tasks_of_desks import carry_out
from tests.support.office import Office
from tests.support.world import at, day

FOLLOWUP = ProcessName("post-delivery-followup")
WARRANTY = ProcessName("warranty-expiry")
OVERDUE = ProcessName("overdue-accounts")
APPOINTMENTS = ProcessName("appointment-reminders")
TUESDAY = "2026-03-10 10:30"


def test_a_message_goes_out_with_its_text(office: Office) -> None:
    with office.open() as world:
        customer = world.customer("+8613800138000", name="Li Na", salutation="Ms")
        world.handover(customer, "2026-03-09", vehicle_id=world.vehicle(customer))
        world.plan(FOLLOWUP, TUESDAY)
    account = office.dispatch(TUESDAY)
    assert (account.claimed, account.sent) == (1, 1)
    (message,) = office.outbox()
    assert message["to"] == "+8613800138000"
    assert message["text"].startswith("Test Motors: Dear Ms Li Na, thank you for choosing Aurora!")
    with office.open() as world:
        (touch,) = (one for one in world.touches() if one.step == "thanks")
        assert (touch.state, str(touch.id), touch.body) == ("sent", message["id"], message["text"])
        store = world.connection.scalar(select(Store.code))
    assert (message["language"], message["store"], message["process"]) == ("en", store, FOLLOWUP)
    assert (
        message["parameters"].items() >= {"customer": "Ms Li Na", "vehicle": "Aurora", "store": "Test Motors"}.items()
    )


def test_nothing_goes_out_twice(office: Office) -> None:
    with office.open() as world:
        world.handover(world.customer(), "2026-03-09")
        world.plan(FOLLOWUP, TUESDAY)
    office.dispatch(TUESDAY)
    with office.open() as world:
        world.plan(FOLLOWUP, "2026-03-10 15:00")
    assert office.dispatch("2026-03-10 15:00").claimed == 0
    assert len(office.outbox()) == 1


def test_a_call_is_handed_to_staff(office: Office) -> None:
    with office.open() as world:
        world.handover(world.customer(), "2026-03-07")
        world.plan(FOLLOWUP, TUESDAY)
    account = office.dispatch(TUESDAY)
    assert account.of_which_handed_to_staff == 1
    with office.open() as world:
        assert world.steps(state="ready") == ["day-3-call"]


def test_a_payment_after_planning_cancels_the_reminder(office: Office) -> None:
    with office.open() as world:
        account = world.account(world.customer())
        invoice = world.invoice(account, "2026-03-03", "1000.00")
        world.plan(OVERDUE, TUESDAY)
        world.payment(account, "2026-03-10", "1000.00", invoice)
    assert office.dispatch(TUESDAY).cancelled == {"nothing-owed": 1}
    assert office.outbox() == []


def test_a_cancellation_after_planning_stops_the_reminder(office: Office) -> None:
    with office.open() as world:
        world.appointment(world.customer(), "2026-03-10 12:00", key="A1", booked_at=at("2026-03-01 10:00"))
        world.plan(APPOINTMENTS, TUESDAY)
        world.cancel("A1")
    assert office.dispatch(TUESDAY).cancelled == {"appointment-cancelled": 1}
    assert office.outbox() == []


def test_a_withdrawn_consent_stops(office: Office) -> None:
    with office.open() as world:
        customer = world.customer()
        world.handover(customer, "2026-03-09")
        world.consent(customer, granted=False, given_at=at("2026-03-10 08:00"), channel=ChannelName.SMS)
        world.plan(FOLLOWUP, TUESDAY)
    assert office.dispatch(TUESDAY).cancelled == {"no-consent": 1}


def test_the_next_channel_is_taken_where_one_is_refused(office: Office) -> None:
    with office.open() as world:
        customer = world.customer(email="li.na@example.com")
        world.handover(customer, "2026-03-09")
        world.consent(customer, granted=False, given_at=at("2026-03-10 08:00"), channel=ChannelName.SMS)
        world.plan(FOLLOWUP, TUESDAY)
    assert office.dispatch(TUESDAY).sent == 1
    assert office.outbox()[0]["to"] == "li.na@example.com"


def test_consent_given_again_counts(office: Office) -> None:
    with office.open() as world:
        customer = world.customer()
        world.handover(customer, "2026-03-09")
        world.consent(customer, granted=False, given_at=at("2026-03-01 08:00"), purpose=Purpose.FOLLOW_UP)
        world.consent(customer, granted=True, given_at=at("2026-03-05 08:00"))
        world.plan(FOLLOWUP, TUESDAY)
    assert office.dispatch(TUESDAY).sent == 1


def test_without_a_contact_point_nothing_is_queued_for_ever(office: Office) -> None:
    with office.open() as world:
        world.handover(world.customer(phone=None), "2026-03-09")
        world.plan(FOLLOWUP, TUESDAY)
    assert office.dispatch(TUESDAY).cancelled == {"no-contact-point": 1}


def test_a_landline_is_called_not_texted(office: Office) -> None:
    with office.open() as world:
        texted, called = world.customer(), world.customer()
        world.connection.execute(update(ContactPoint).values(takes_text=False))
        world.handover(texted, "2026-03-09")
        world.handover(called, "2026-03-07")
        world.plan(FOLLOWUP, TUESDAY)
    account = office.dispatch(TUESDAY)
    assert account.cancelled == {"no-contact-point": 1}
    assert account.of_which_handed_to_staff == 1


def test_quiet_hours_hold_until_the_morning(office: Office) -> None:
    with office.open() as world:
        world.handover(world.customer(), "2026-03-09")
        world.plan(FOLLOWUP, TUESDAY)
    assert office.dispatch("2026-03-10 20:30").deferred == {"quiet-hours": 1}
    with office.open() as world:
        assert next(one for one in world.touches() if one.step == "thanks").not_before == at("2026-03-11 09:00")
    assert office.dispatch("2026-03-11 09:00").sent == 1


def test_a_reminder_held_beyond_its_time_is_skipped(office: Office) -> None:
    with office.open() as world:
        world.appointment(world.customer(), "2026-03-10 09:00", booked_at=at("2026-03-01 10:00"))
        world.plan(APPOINTMENTS, "2026-03-10 07:05")
    office.dispatch("2026-03-10 07:05")
    with office.open() as world:
        skipped = {
            touch.step: str(kept(touch.reason, touch.reason_figures))
            for touch in world.touches()
            if touch.state == "skipped"
        }
        assert skipped["two-hours-before"] == "quiet hours or a holiday, and then its time has passed"


def test_a_holiday_holds_what_can_wait(office: Office) -> None:
    with office.open() as world:
        world.connection.execute(update(Store).values(holiday_country="CN"))
        world.warranty(world.customer(), "2026-11-30")
        world.appointment(world.customer(), "2026-10-02 10:00", booked_at=at("2026-09-20 10:00"))
        world.plan(WARRANTY, "2026-10-01 18:30")
        world.plan(APPOINTMENTS, "2026-10-01 18:30")
    account = office.dispatch("2026-10-01 18:30")
    assert account.deferred == {"quiet-hours": 1}
    assert account.sent == 1


def test_one_message_a_day_the_most_important_first_and_the_other_merged(office: Office) -> None:
    with office.open() as world:
        customer = world.customer()
        world.warranty(customer, "2026-05-08")
        world.invoice(world.account(customer), "2026-03-03", "1000.00")
        world.plan(WARRANTY, TUESDAY)
        world.plan(OVERDUE, TUESDAY)
    account = office.dispatch(TUESDAY)
    assert (account.sent, account.of_which_merged) == (2, 1)
    (message,) = office.outbox()
    assert message["template"] == "statement-reminder"
    assert "Also: the warranty of Aurora ends on 8 May 2026" in message["text"]


def test_the_cap_defers_a_call_to_the_next_day(office: Office) -> None:
    with office.open() as world:
        customer = world.customer()
        world.invoice(world.account(customer), "2026-03-03", "1000.00")
        world.handover(customer, "2026-03-07")
        world.plan(FOLLOWUP, TUESDAY)
        world.plan(OVERDUE, TUESDAY)
    account = office.dispatch(TUESDAY)
    assert account.deferred == {"cap": 1}
    assert account.sent == 1
    assert office.dispatch("2026-03-11 09:00").of_which_handed_to_staff == 1


def test_an_obligation_neither_waits_nor_counts(office: Office) -> None:
    with office.open() as world:
        customer = world.customer()
        world.handover(customer, "2026-03-07")
        world.appointment(customer, "2026-03-10 12:00", booked_at=at("2026-03-01 10:00"))
        world.plan(FOLLOWUP, TUESDAY)
        world.plan(APPOINTMENTS, TUESDAY)
    account = office.dispatch(TUESDAY)
    assert account.deferred == {}
    assert (account.sent, account.of_which_handed_to_staff) == (2, 1)


def test_an_open_complaint_holds_dunning_but_not_service(office: Office) -> None:
    with office.open() as world:
        customer = world.customer()
        world.invoice(world.account(customer), "2026-03-03", "1000.00")
        world.warranty(customer, "2026-05-08")
        world.connection.execute(
            insert(Case).values(
                store_id=world.store_id, customer_id=customer, kind=CaseKind.COMPLAINT, cause="test", title="Noise",
                state=CaseState.OPEN, opened_at=at("2026-03-09 10:00"),
            )
        )  # fmt: skip
        world.plan(WARRANTY, TUESDAY)
        world.plan(OVERDUE, TUESDAY)
    account = office.dispatch(TUESDAY)
    assert account.deferred == {"complaint": 1}
    assert [message["template"] for message in office.outbox()] == ["warranty-invitation"]


def test_a_run_of_one_process_leaves_the_others_alone(office: Office) -> None:
    with office.open() as world:
        customer = world.customer()
        world.warranty(customer, "2026-05-08")
        world.invoice(world.account(customer), "2026-03-03", "1000.00")
        world.plan(WARRANTY, TUESDAY)
        world.plan(OVERDUE, TUESDAY)
    assert office.dispatch(TUESDAY, WARRANTY).deferred == {"cap": 1}
    assert office.dispatch(TUESDAY, OVERDUE).sent == 1


def test_a_line_of_another_process_goes_along(office: Office) -> None:
    with office.open() as world:
        customer = world.customer()
        world.warranty(customer, "2026-05-08")
        world.invoice(world.account(customer), "2026-03-03", "1000.00")
        world.plan(WARRANTY, TUESDAY)
        world.plan(OVERDUE, TUESDAY)
    account = office.dispatch(TUESDAY, OVERDUE)
    assert (account.claimed, account.sent, account.of_which_merged) == (2, 2, 1)


def test_a_task_for_finance_opens_its_case_and_holds_the_account(office: Office) -> None:
    with office.open() as world:
        account = world.account(world.customer())
        world.invoice(account, "2026-01-05", "1000.00")
        world.plan(OVERDUE, TUESDAY)
        world.connection.execute(update(Touch).where(Touch.step == "finance-60").values(state=TouchState.PLANNED))
    office.dispatch(TUESDAY)
    with office.open() as world:
        (case,) = world.connection.execute(select(Case.kind, Case.title, Case.solve_by)).all()
        assert case == (CaseKind.FINANCE_HANDOVER, "Account handed to finance", at("2026-03-12 10:30"))
        assert world.connection.scalar(select(Account.held_since)) == day("2026-03-10")


def test_effects_carried_out_twice_change_nothing_more(office: Office) -> None:
    with office.open() as world:
        account = world.account(world.customer())
        world.invoice(account, "2026-01-05", "1000.00")
        world.plan(OVERDUE, TUESDAY)
        (task,) = world.connection.scalars(select(Touch.id).where(Touch.step == "finance-60"))
        for now in (at("2026-03-10 10:30"), at("2026-03-11 10:30")):
            carry_out(world.connection, [task], now)
        assert world.connection.scalars(select(Case.opened_at)).all() == [at("2026-03-10 10:30")]
        assert world.connection.scalar(select(Account.held_since)) == day("2026-03-10")


def test_a_task_without_effects_does_nothing_beside(office: Office) -> None:
    with office.open() as world:
        account = world.account(world.customer())
        world.invoice(account, "2026-01-05", "1000.00")
        world.plan(OVERDUE, TUESDAY)
        task = update(Touch).where(Touch.step == "finance-60").values(effects=[]).returning(Touch.id)
        carry_out(world.connection, world.connection.scalars(task).all(), at("2026-03-10 10:30"))
        assert world.connection.scalar(select(Case.id)) is None
        assert world.connection.scalar(select(Account.held_since)) is None


def test_an_arrival_is_not_a_no_show(office: Office) -> None:
    with office.open() as world:
        world.appointment(
            world.customer(), "2026-03-10 09:45", status=AppointmentStatus.ARRIVED, arrived_at=at("2026-03-10 09:50")
        )
        world.plan(APPOINTMENTS, TUESDAY)
    assert office.dispatch(TUESDAY).claimed == 0
