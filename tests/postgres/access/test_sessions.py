"""Signing in and out, and the lockout after wrong passwords."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from models.core.words import Role
from models.ledger.tables import AuditEntry
from models.people.access import User
from models.people.permissions import Permission
from models.people.tables import StaffMember
from tasks.access.managing import add_managed, edit, give_password, list_managed, switch
from tasks.access.reach import NotYours, staff_code_in
from tasks.access.sessions import (
    FIRST_LOCK,
    FREE_FAILURES,
    IDLE,
    LASTS,
    Locked,
    MayNot,
    NotSignedIn,
    read_session,
    sign_in,
    sign_out,
)
from tasks.access.users import (
    BadLogin,
    LastAdmin,
    LoginTaken,
    NeedsStore,
    NewUser,
    NoSuchStore,
    OfAnotherRole,
    StaffNeedsStore,
    UnknownStaffCode,
    UnknownUser,
    UserChange,
    UserRow,
    add_first_admin,
    add_user,
    change_password,
    edit_user,
    list_users,
    set_active,
)
from tasks.stores.staff import find_actor
from tests.support.purging import purged
from tests.support.world import World, at

NOON = at("2026-03-10 12:00")
PASSWORD = "correct horse battery"


@pytest.fixture
def world(connection: Connection) -> World:
    world = World(connection)
    add_user(connection, NewUser("Chief", Role.ADMIN), PASSWORD, NOON, "test")
    return world


def signed_in(world: World, login: str = "chief", password: str = PASSWORD) -> str:
    token = sign_in(world.connection, login, password, NOON)
    assert isinstance(token, str)
    return token


def test_the_right_password_opens_a_session(world: World) -> None:
    user = read_session(world.connection, signed_in(world, " CHIEF "), NOON)
    assert user is not None
    assert (user.login, user.role, user.store_id) == ("chief", Role.ADMIN, None)


def test_a_session_ends_when_it_is_idle_when_it_is_old_and_when_it_is_ended(world: World) -> None:
    idle, old, ended = (signed_in(world) for _ in range(3))
    assert read_session(world.connection, idle, NOON + IDLE) is None
    moment = NOON
    while moment < NOON + LASTS - timedelta(hours=1):
        moment += timedelta(hours=1)
        assert read_session(world.connection, old, moment) is not None
    assert read_session(world.connection, old, NOON + LASTS) is None
    user = read_session(world.connection, ended, NOON)
    assert user is not None
    sign_out(world.connection, user.token_digest)
    assert read_session(world.connection, ended, NOON) is None
    assert purged(world.connection, NOON + LASTS)["browser_sessions"] == 0
    assert purged(world.connection, NOON + LASTS + timedelta(seconds=1))["browser_sessions"] == 2


def test_an_unknown_login_and_a_wrong_password_are_told_alike(world: World) -> None:
    for login, password in (("nobody", PASSWORD), ("chief", "wrong")):
        assert isinstance(sign_in(world.connection, login, password, NOON), NotSignedIn)


def test_wrong_passwords_lock_for_longer_and_longer(world: World) -> None:
    for _ in range(FREE_FAILURES - 1):
        assert isinstance(sign_in(world.connection, "chief", "wrong", NOON), NotSignedIn)
    assert isinstance(sign_in(world.connection, "chief", "wrong", NOON), Locked)
    assert isinstance(sign_in(world.connection, "chief", PASSWORD, NOON), Locked), "the right one does not help now"
    later = NOON + FIRST_LOCK
    again = sign_in(world.connection, "chief", "wrong", later)
    assert isinstance(again, Locked)
    assert again.until - later == 2 * FIRST_LOCK
    assert isinstance(sign_in(world.connection, "chief", PASSWORD, again.until), str)
    assert world.connection.scalar(select(User.failures)) == 0
    actions = world.connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["user.added", "user.locked", "user.locked", "user.signed-in"]


def test_whoever_is_disabled_is_out_at_once(world: World) -> None:
    add_user(world.connection, NewUser("mei", Role.MANAGER), PASSWORD, NOON, "test")
    token = signed_in(world, "mei")
    set_active(world.connection, "mei", NOON, "test", active=False)
    assert read_session(world.connection, token, NOON) is None
    assert isinstance(sign_in(world.connection, "mei", PASSWORD, NOON), NotSignedIn)


def test_another_password_ends_the_other_sessions_and_unlocks(world: World) -> None:
    kept, other = signed_in(world), signed_in(world)
    user = read_session(world.connection, kept, NOON)
    assert user is not None
    change_password(world.connection, "chief", "another long password", NOON, "chief", keep=user.token_digest)
    assert read_session(world.connection, kept, NOON) is not None
    assert read_session(world.connection, other, NOON) is None
    assert isinstance(sign_in(world.connection, "chief", PASSWORD, NOON), NotSignedIn)


def test_the_first_start_makes_one_admin_whose_password_must_be_changed(connection: Connection) -> None:
    password = add_first_admin(connection, NOON)
    assert password is not None
    assert add_first_admin(connection, NOON) is None
    user = read_session(connection, sign_in(connection, "admin", password, NOON), NOON)  # type: ignore[arg-type]
    assert user is not None
    assert user.must_change_password


def test_who_has_chosen_no_language_takes_up_that_of_the_browser(world: World) -> None:
    def language_after(login: str, browser: str) -> str:
        token = sign_in(world.connection, login, PASSWORD, NOON, browser)
        user = read_session(world.connection, token, NOON)  # type: ignore[arg-type]
        assert user is not None
        return user.language

    add_user(world.connection, NewUser("mei", Role.ADMIN, language="zh-CN"), PASSWORD, NOON, "test")
    assert [language_after("chief", browser) for browser in ("en", "zh-CN")] == ["en", "en"]
    assert language_after("mei", "en") == "zh-CN"


def test_the_last_admin_cannot_be_locked_out(world: World) -> None:
    with pytest.raises(LastAdmin):
        set_active(world.connection, "chief", NOON, "chief", active=False)


def test_a_user_of_a_store_works_under_a_staff_code_of_the_same_role(world: World) -> None:
    store = world.connection.exec_driver_sql("select code from stores").scalar_one()
    add_user(world.connection, NewUser("lin", Role.AGENT, store, name="Lin"), None, NOON, "test")
    (agent,) = [user for user in list_users(world.connection) if user.login == "lin"]
    assert (agent.staff, agent.name, agent.store) == ("lin", "Lin", store)
    with pytest.raises(OfAnotherRole):
        add_user(world.connection, NewUser("lin2", Role.MANAGER, store, staff="lin"), None, NOON, "test")


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewUser("chief", Role.ADMIN), LoginTaken),
        (NewUser("mei", Role.AGENT), NeedsStore),
        (NewUser("mei", Role.AGENT, "NOWHERE"), NoSuchStore),
    ],
)
def test_a_user_who_cannot_be(world: World, new: NewUser, error: type[Exception]) -> None:
    with pytest.raises(error):
        add_user(world.connection, new, None, NOON, "test")


def test_a_login_that_nobody_has(world: World) -> None:
    with pytest.raises(UnknownUser):
        change_password(world.connection, "nobody", None, NOON, "test")


def test_a_role_may_do_what_it_may(world: World) -> None:
    store = world.connection.exec_driver_sql("select code from stores").scalar_one()
    add_user(world.connection, NewUser("lin", Role.AGENT, store), PASSWORD, NOON, "test")
    agent = read_session(world.connection, signed_in(world, "lin"), NOON)
    assert agent is not None
    agent.check(Permission.WORK_CALLS)
    with pytest.raises(MayNot):
        agent.check(Permission.CHANGE_POLICIES)


def test_whoever_sees_every_store_acts_under_nobody_else_s_name(world: World) -> None:
    theirs = world.staff(Role.MANAGER, code="chief", name="Somebody Else")
    user = read_session(world.connection, signed_in(world), NOON)
    assert user is not None
    code = staff_code_in(world.connection, user, world.store_id)
    assert code == staff_code_in(world.connection, user, world.store_id) == "user:chief"
    assert find_actor(world.connection, code, world.store_id).id != theirs


def test_an_admin_of_one_store_manages_that_store_s_users_only(world: World) -> None:
    connection, here = world.connection, world.connection.exec_driver_sql("select code from stores").scalar_one()
    add_user(connection, NewUser("local", Role.ADMIN, here), PASSWORD, NOON, "test")
    local = read_session(connection, signed_in(world, "local"), NOON)
    assert local is not None
    add_managed(connection, local, NewUser("lin", Role.AGENT, here), NOON)
    assert [user.login for user in list_managed(connection, local)] == ["lin", "local"]
    switch(connection, local, "lin", NOON, active=False)
    for attempt in (
        lambda: add_managed(connection, local, NewUser("king", Role.ADMIN), NOON),
        lambda: give_password(connection, local, "chief", NOON),
        lambda: switch(connection, local, "chief", NOON, active=False),
    ):
        with pytest.raises(NotYours):
            attempt()


def code_of_store(world: World) -> str:
    return str(world.connection.exec_driver_sql("select code from stores").scalar_one())


def row_of(world: World, login: str) -> UserRow:
    (row,) = [user for user in list_users(world.connection) if user.login == login]
    return row


@pytest.mark.parametrize("login", ["li na", "li\tna", "li\u3000na", "a/b", "<b>", "li,na"])
def test_a_login_that_cannot_be_typed_reliably_is_refused(world: World, login: str) -> None:
    with pytest.raises(BadLogin):
        add_user(world.connection, NewUser(login, Role.ADMIN), None, NOON, "test")


@pytest.mark.parametrize("login", [" Lina ", "li.na", "li_na-2", "李娜", "lina@example.com"])
def test_any_other_login_is_taken_without_the_spaces_around_it(world: World, login: str) -> None:
    add_user(world.connection, NewUser(login, Role.ADMIN), None, NOON, "test")
    assert row_of(world, login.strip().lower()).role is Role.ADMIN


def test_a_staff_code_that_nobody_has_makes_no_person(world: World) -> None:
    store, before = code_of_store(world), count_staff(world)
    with pytest.raises(UnknownStaffCode):
        add_user(world.connection, NewUser("lin", Role.AGENT, store, staff="A77"), None, NOON, "test")
    with pytest.raises(StaffNeedsStore):
        add_user(world.connection, NewUser("lin", Role.ADMIN, staff="A77"), None, NOON, "test")
    assert count_staff(world) == before


def count_staff(world: World) -> int:
    return world.connection.scalar(select(func.count()).select_from(StaffMember)) or 0


def test_two_logins_of_one_person_are_told_apart_and_together(world: World) -> None:
    store = code_of_store(world)
    world.staff(Role.AGENT, code="A1", name="Anna")
    add_user(world.connection, NewUser("anna", Role.AGENT, store, staff="A1"), PASSWORD, NOON, "test")
    add_user(world.connection, NewUser("desk", Role.AGENT, store, staff="A1", name="Desk"), PASSWORD, NOON, "test")
    assert (row_of(world, "anna").name, row_of(world, "anna").same_person) == ("Anna", ("desk",))
    assert (row_of(world, "desk").name, row_of(world, "desk").same_person) == ("Desk", ("anna",))
    desk = read_session(world.connection, signed_in(world, "desk"), NOON)
    assert desk is not None
    assert (desk.name, desk.works_as) == ("Desk", "A1")


def test_a_user_is_edited_with_immediate_effect(world: World) -> None:
    store = code_of_store(world)
    world.staff(Role.MANAGER, code="M1", name="Mo")
    add_user(world.connection, NewUser("lin", Role.AGENT, store), PASSWORD, NOON, "test")
    token = signed_in(world, "lin")
    edit_user(world.connection, "lin", UserChange(Role.MANAGER, store, "M1", "Lin Mo", "zh-CN"), NOON, "chief")
    lin = read_session(world.connection, token, NOON)
    assert lin is not None
    assert (lin.role, lin.works_as, lin.name, lin.language) == (Role.MANAGER, "M1", "Lin Mo", "zh-CN")
    edit_user(world.connection, "lin", UserChange(Role.ADMIN, None, None, None, None), NOON, "chief")
    row = row_of(world, "lin")
    assert (row.role, row.store, row.staff, row.name, row.language) == (Role.ADMIN, None, None, None, None)
    entry = world.connection.execute(select(AuditEntry.before, AuditEntry.after).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.before["role"], entry.after["role"]) == ("manager", "admin")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (UserChange(Role.MANAGER, None, None, None, None), LastAdmin),
        (UserChange(Role.ADMIN, "NOWHERE", None, None, None), NoSuchStore),
        (UserChange(Role.ADMIN, None, "A9", None, None), StaffNeedsStore),
    ],
)
def test_a_change_that_cannot_be(world: World, change: UserChange, error: type[Exception]) -> None:
    with pytest.raises(error):
        edit_user(world.connection, "chief", change, NOON, "chief")
    assert row_of(world, "chief").role is Role.ADMIN


def test_an_admin_of_one_store_makes_nobody_an_admin_of_all(world: World) -> None:
    connection, here = world.connection, code_of_store(world)
    add_user(connection, NewUser("local", Role.ADMIN, here), PASSWORD, NOON, "test")
    add_user(connection, NewUser("lin", Role.AGENT, here), PASSWORD, NOON, "test")
    local = read_session(connection, signed_in(world, "local"), NOON)
    assert local is not None
    for login, store in (("lin", None), ("local", None), ("chief", here)):
        with pytest.raises(NotYours):
            edit(connection, local, login, UserChange(Role.ADMIN, store, None, None, None), NOON)
