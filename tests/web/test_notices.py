"""Notices: a department acknowledges a changed appointment, on a phone, too."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select

from models.core.words import ChangeKind, Role
from models.people.tables import Store
from models.subjects.appointment import Appointment, AppointmentChange, DepartmentNotice
from tasks.sample.dealership import SAMPLE_MOMENT
from tests.web.conftest import STORE, Console, Visit


def told(console: Console, minutes_ago: int) -> int:
    """The workshop was told that an appointment of the store was moved."""
    at = SAMPLE_MOMENT - timedelta(minutes=minutes_ago)
    with console.engine.begin() as connection:
        visit = connection.execute(
            select(Appointment.id, Appointment.starts_at)
            .join(Store, Store.id == Appointment.store_id)
            .where(Store.code == STORE)
            .order_by(Appointment.id)
            .limit(1)
        ).one()
        change = connection.execute(
            insert(AppointmentChange)
            .values(
                appointment_id=visit.id,
                kind=ChangeKind.MOVED,
                from_starts_at=visit.starts_at,
                to_starts_at=visit.starts_at + timedelta(days=1),
                changed_at=at,
            )
            .returning(AppointmentChange.id)
        ).scalar_one()
        made = insert(DepartmentNotice).values(change_id=change, department="workshop", told_at=at)
        return int(connection.execute(made.returning(DepartmentNotice.id)).scalar_one())


@pytest.mark.parametrize("phone", [False, True])
def test_the_workshop_acknowledges(console: Console, visit: Visit, phone: bool) -> None:
    notice = told(console, 40)
    page = visit("/notices?department=workshop", console.add_user(f"shop{phone:d}", Role.WORKSHOP), phone=phone)
    expect(page.get_by_text("not acknowledged for more than 30 minutes").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    while page.get_by_role("button", name="workshop: acknowledge").count():
        left = page.get_by_role("button", name="workshop: acknowledge").count()
        page.get_by_role("button", name="workshop: acknowledge").first.click()
        expect(page.get_by_role("button", name="workshop: acknowledge")).to_have_count(left - 1)
    expect(page.get_by_text("Nothing waits to be acknowledged.")).to_be_visible()
    with console.engine.connect() as connection:
        acknowledged = select(DepartmentNotice.acknowledged_at).where(DepartmentNotice.id == notice)
        assert connection.scalar(acknowledged) == SAMPLE_MOMENT
