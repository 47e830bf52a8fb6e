"""Access to the API: keys, scopes, stores and revocation."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from models.ledger.tables import AuditEntry
from models.people.access import ApiKey
from models.people.api_scopes import ApiScope
from tasks.access.api_keys import (
    KeyNameTaken,
    NamelessKey,
    NewKey,
    NoScopes,
    ScopeOfEveryStore,
    UnknownKey,
    list_keys,
    make_key,
    read_key,
    revoke_key,
)
from tasks.access.api_scopes import all_scopes
from tasks.access.users import NoSuchStore
from tests.postgres.api.conftest import NOW, Desk

PATHS = [
    ("POST", "/api/v1/customers"),
    ("PUT", "/api/v1/customers/C-1"),
    ("POST", "/api/v1/processes/warranty-expiry/runs"),
    ("GET", "/api/v1/touches"),
    ("GET", "/api/v1/runs"),
    ("GET", "/api/v1/runs/5d2f7a3e-7e0b-4f0c-8d3f-0d6a6a1a8b11"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("key", ["", "ac_wrong", "ac_" + "x" * 5000])
async def test_nobody_passes_without_a_good_key(desk: Desk, method: str, path: str, key: str) -> None:
    answer = await desk.ask(method, path, key=key, json={} if method != "GET" else None)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_revoked_key_is_refused_at_once(desk: Desk) -> None:
    assert (await desk.ask("GET", "/api/v1/touches")).status_code == 200
    desk.look(lambda connection: revoke_key(connection, "everything", NOW, "chief"))
    assert (await desk.ask("GET", "/api/v1/touches")).status_code == 401
    trail = desk.look(lambda connection: connection.execute(select(AuditEntry.actor, AuditEntry.action)).all())
    assert [tuple(row) for row in trail] == [("test", "key.made"), ("chief", "key.revoked")]


async def test_a_key_does_what_its_scopes_say_and_no_more(desk: Desk) -> None:
    key = desk.make_key(ApiScope.TOUCHES_READ)
    assert (await desk.ask("GET", "/api/v1/touches", key=key)).status_code == 200
    refused = await desk.ask("GET", "/api/v1/runs", key=key)
    assert (refused.status_code, refused.json()["detail"]) == (403, "The key of erp lacks the scope runs:read.")


async def test_only_a_digest_is_kept_and_the_use_to_the_hour(desk: Desk) -> None:
    row = desk.look(lambda connection: connection.execute(select(ApiKey.__table__)).one())
    assert desk.key not in str(row)
    assert row.last_used_on is None
    await desk.ask("GET", "/api/v1/touches")
    desk.look(lambda connection: read_key(connection, desk.key, NOW + timedelta(minutes=59)))
    assert [key.last_used_on for key in desk.look(list_keys)] == [NOW]
    desk.look(lambda connection: read_key(connection, desk.key, NOW + timedelta(minutes=61)))
    assert [key.last_used_on for key in desk.look(list_keys)] == [NOW + timedelta(hours=1)]


def test_a_key_of_one_store_cannot_have_what_is_about_all_stores(desk: Desk) -> None:
    def try_it(connection: Connection) -> None:
        with pytest.raises(ScopeOfEveryStore):
            make_key(connection, NewKey("x", [ApiScope.RUNS_READ], "SH01"), NOW, "test")
        with pytest.raises(NoSuchStore):
            make_key(connection, NewKey("x", [ApiScope.TOUCHES_READ], "XX"), NOW, "test")
        with pytest.raises(NoScopes):
            make_key(connection, NewKey("x", []), NOW, "test")
        with pytest.raises(NamelessKey):
            make_key(connection, NewKey(" ", [ApiScope.TOUCHES_READ]), NOW, "test")
        with pytest.raises(KeyNameTaken):
            make_key(connection, NewKey("everything", [ApiScope.TOUCHES_READ]), NOW, "test")
        with pytest.raises(UnknownKey):
            revoke_key(connection, "nobody", NOW, "test")

    desk.look(try_it)


async def test_a_scope_that_came_into_a_stores_key_some_other_way_is_of_no_use(desk: Desk) -> None:
    key = desk.make_key(ApiScope.TOUCHES_READ, store="SH01")
    widened = update(ApiKey).where(ApiKey.name == "erp").values(scopes=all_scopes())
    desk.look(lambda connection: connection.execute(widened).rowcount)
    assert (await desk.ask("GET", "/api/v1/runs", key=key)).status_code == 403
