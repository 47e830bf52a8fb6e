"""The page behind a department's link: what it shows, and that it acknowledges exactly that."""

import asyncio
import re
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import URL, Engine, select, update
from starlette.types import Receive, Scope, Send

from console.shared.database import Database
from console.staff_pages.routes import routes
from models.core.settings import Settings
from models.core.words import PartsState, Role
from models.people.tables import StaffMember
from models.subjects.department_sheet import DepartmentSheet
from tasks.staff.notifications.links import LASTS, write_staff_token
from tasks.stores.sheets import StoreClock, make_sheets
from tests.support.world import SHANGHAI, World, at

EVENING = at("2026-03-10 18:00")


class Page:
    """A department's page in a browser without a session."""

    def __init__(self, engine: Engine, url: URL, home: Path) -> None:
        self.engine = engine
        self.settings = Settings(home=home, now=(EVENING + timedelta(minutes=5)).isoformat())
        self.database = Database(url, self.settings)
        app = FastAPI()
        app.include_router(routes)

        async def with_database(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("state", {})["database"] = self.database
            await app(scope, receive, send)

        self.app = with_database
        with engine.begin() as connection:
            world = World(connection)
            self.store_id = world.store_id
            self.parts = world.staff(Role.PARTS, code="P1", name="Uwe Falk")
            self.wash = world.staff(Role.AGENT, code="W1", department="wash")
            car = world.vehicle(world.customer(name="Li Lei"), plate="A12345", model="Aurora")
            world.appointment(
                world.customer(name="Han Mei"), "2026-03-11 09:00", departments=["parts", "wash"], vehicle_id=car,
                work="brakes", parts_state=PartsState.UNKNOWN,
            )  # fmt: skip
            self.numbers = world.numbers
            make_sheets(connection, [StoreClock(world.store_id, SHANGHAI, time(18))], EVENING)

    def get(self, address: str) -> Response:
        return asyncio.run(self._ask("GET", address))

    def post(self, address: str, **form: list[str]) -> Response:
        return asyncio.run(self._ask("POST", address, data=form))

    async def _ask(self, method: str, address: str, **more: Any) -> Response:
        transport = ASGITransport(self.app)
        async with AsyncClient(transport=transport, base_url="http://localhost", follow_redirects=True) as browser:
            return await browser.request(method, address, **more)

    def token(self, staff_id: int, late: timedelta = timedelta(0)) -> str:
        return write_staff_token(self.settings, staff_id, EVENING - late)

    def acknowledged(self) -> dict[str, int | None]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(DepartmentSheet.department, DepartmentSheet.acknowledged_by))
            return {row.department: row.acknowledged_by for row in rows}


@pytest.fixture
def page(engine: Engine, database_url: URL, tmp_path: Path) -> Iterator[Page]:
    page = Page(engine, database_url, tmp_path)
    yield page
    page.database.close()


def test_a_department_sees_its_sheet_and_acknowledges_it_as_itself(page: Page) -> None:
    address = f"/d/{page.token(page.parts)}"
    shown = page.get(address).text
    assert ("09:00" in shown, "A12345 Aurora" in shown, "brakes" in shown, "parts not checked" in shown) == (True,) * 4
    assert "Han" not in shown
    assert page.acknowledged() == {"parts": None, "wash": None}  # reading changes nothing
    sheet = re.findall(r'name="sheet" value="(\d+)"', shown)
    done = page.post(address, sheet=sheet)
    assert "Acknowledged." in done.text
    assert page.acknowledged() == {"parts": page.parts, "wash": None}
    assert page.post(address, sheet=sheet).status_code == 200  # a second tap


def test_what_came_after_the_page_was_read_and_what_is_another_department_s_stays(page: Page) -> None:
    address = f"/d/{page.token(page.parts)}"
    shown = re.findall(r'name="sheet" value="(\d+)"', page.get(address).text)
    with page.engine.begin() as connection:
        others = connection.scalars(select(DepartmentSheet.id).where(DepartmentSheet.department == "wash")).all()
    page.post(address, sheet=[*map(str, others), "999999", "x"])
    assert page.acknowledged() == {"parts": None, "wash": None}
    assert shown


def test_a_link_that_is_over_forged_or_of_somebody_who_left_opens_nothing(page: Page) -> None:
    over = page.get(f"/d/{page.token(page.parts, LASTS)}")
    assert (over.status_code, "expired" in over.text or "过期" in over.text) == (410, True)
    token = page.token(page.parts)
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", "x" * 200, page.token(10**9)):
        refused = page.post(f"/d/{forged}", sheet=["1"])
        assert refused.status_code == 404, forged
    with page.engine.begin() as connection:
        connection.execute(update(StaffMember).where(StaffMember.id == page.parts).values(active=False))
    assert page.get(f"/d/{token}").status_code == 404
    assert set(page.acknowledged().values()) == {None}
