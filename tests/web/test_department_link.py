"""A department acknowledges the sheet of the coming day on a phone, by the link in its message, without signing in."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from models.core.settings import read_settings
from models.people.tables import StaffMember, Store
from models.subjects.department_sheet import DepartmentSheet
from tasks.sample.dealership import SAMPLE_MOMENT
from tasks.staff.notifications.links import write_staff_token
from tasks.stores.sheets import StoreClock, make_sheets
from tests.web.conftest import STORE, Console


@pytest.fixture
def link(console: Console) -> str:
    """The link of somebody of the parts department, whose sheet was made the evening before."""
    with console.engine.begin() as connection:
        store = connection.execute(select(Store.id, Store.time_zone).where(Store.code == STORE)).one()
        clock = StoreClock(store.id, ZoneInfo(store.time_zone), time(18))
        assert make_sheets(connection, [clock], SAMPLE_MOMENT + timedelta(hours=8)) >= 2
        parts = select(StaffMember.id).where(StaffMember.store_id == store.id, StaffMember.code == "P1")
        token = write_staff_token(read_settings(), connection.execute(parts).scalar_one(), SAMPLE_MOMENT)
    return f"{console.address}/d/{token}"


def test_parts_acknowledge_their_sheet_on_a_phone(console: Console, link: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(link)
    visits = page.locator("ol.visits li")
    expect(visits.first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(visits).to_have_count(0)
    with console.engine.connect() as connection:
        acknowledged = select(DepartmentSheet.department).where(
            DepartmentSheet.day == SAMPLE_MOMENT.date() + timedelta(days=1),
            DepartmentSheet.acknowledged_at.is_not(None),
        )
        assert connection.scalars(acknowledged).all() == ["parts"]
    context.close()
