"""Every page, asked for by every role without a browser."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from console.web.parts.frame import PAGES
from models.core.words import Role
from models.ledger.tables import Case, Touch
from models.people.permissions import may
from models.people.tables import Customer, Store
from tests.web.conftest import PASSWORD, STORE, Console

REFUSED = "Your role may not do this."


def signed_in(console: Console, login: str) -> httpx.Client:
    client = httpx.Client(base_url=console.address, headers={"Accept": "text/html"}, timeout=30)
    signed = client.post("/sign-in", data={"login": login, "password": PASSWORD, "next": "/password"})
    assert signed.status_code == 303
    return client


@pytest.fixture(scope="module")
def people(console: Console) -> Iterator[dict[Role, httpx.Client]]:
    """Someone of each role, all of one store but the admin and the operator."""
    everywhere = (Role.ADMIN, Role.OPERATOR)
    clients = {
        role: signed_in(console, console.add_user(f"{role}-1", role, None if role in everywhere else STORE))
        for role in Role
    }
    yield clients
    for client in clients.values():
        client.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_shown_to_those_who_may_see_it(people: dict[Role, httpx.Client], path: str) -> None:
    permission, _ = PAGES[path]
    for role, client in people.items():
        answer = client.get(path)
        if may(role, permission):
            assert answer.status_code == 200, (role, answer.text[:2000])
            assert REFUSED not in answer.text, role
        else:
            assert REFUSED in answer.text or answer.status_code == 303, role


def test_another_store_s_data_is_not_told_by_its_number(console: Console, people: dict[Role, httpx.Client]) -> None:
    with console.engine.connect() as connection:
        other = connection.scalars(select(Store.id).where(Store.code != STORE)).first()
        stranger = connection.execute(select(Customer.id, Customer.name).where(Customer.store_id == other)).first()
        case_id = connection.scalar(select(Case.id).where(Case.store_id == other))
        touch_id = connection.scalar(select(Touch.id).where(Touch.store_id == other))
    assert stranger is not None
    paths = [f"/customers/{stranger.id}", f"/cases/{case_id or 999_999}", f"/touches?id={touch_id}"]
    paths += [f"/inbox/new?customer={stranger.id}"]
    paths += [f"/customers/{2**63}", "/customers/0", "/cases/-1"]
    for path in paths:
        told = people[Role.MANAGER].get(path)
        assert told.status_code in (200, 303, 404, 422), path
        assert stranger.name not in told.text, path
    found = people[Role.MANAGER].get(f"/customers?q={stranger.name}")
    assert found.status_code == 200
    assert f"/customers/{stranger.id}" not in found.text
    everything = people[Role.ADMIN].get(f"/customers/{stranger.id}").text
    assert stranger.name in everything or stranger.name.encode("unicode_escape").decode() in everything


@pytest.mark.parametrize(
    "path",
    ["/customers?q=%00", "/customers?q=' or 1=1 --", "/touches?state=nonsense", "/touches?date=31.12.2026",
     "/runs/not-a-number", "/cases/x", "/policies/no-such", "/templates/no-such", "/calls?after=<script>"],
)  # fmt: skip
def test_nonsense_in_an_address_is_no_error_of_ours(people: dict[Role, httpx.Client], path: str) -> None:
    answer = people[Role.ADMIN].get(path)
    assert answer.status_code < 500, (path, answer.text[:500])
    assert "Something went wrong" not in answer.text
