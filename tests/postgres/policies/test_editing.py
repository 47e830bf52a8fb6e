"""Editing in the console: within one's own store, checked, and never over somebody else's change."""

from typing import Any

import pytest
from sqlalchemy import select

from models.core.words import ProcessName, Role, SubjectKind
from models.ledger.tables import AuditEntry
from models.messages.rendering import UnknownVariable
from models.messages.template_guard import ForbiddenInTemplate
from models.people.tables import Store
from models.policies.shipped import BadPolicy, shipped_policy
from tasks.access.reach import NotYours
from tasks.access.sessions import MayNot, SignedIn
from tasks.messages.previewing import examples_of, examples_of_customer
from tasks.messages.template_changes import NoSuchTemplate
from tasks.messages.template_editing import (
    Texts,
    complaint_about,
    end_own_template,
    list_template_versions,
    read_for_editing,
    read_to_begin,
    save_template,
)
from tasks.policies.catalogue import policies_in_force
from tasks.policies.editing import (
    ChangedMeanwhile,
    NothingForAll,
    NothingOfTheirs,
    PolicyRead,
    end_own_policy,
    list_active,
    list_own_versions,
    read_in_force,
    read_kept,
    save_policy,
)
from tests.support.world import World, at

WARRANTY = ProcessName("warranty-expiry")
NOW = at("2026-03-10 10:00")
CALL = "warranty-call"


def user(world: World, role: Role = Role.MANAGER, store: str | None = "MINE", login: str = "wang") -> SignedIn:
    """Someone signed in, of the store `MINE` or of all."""
    stores = world.connection.execute(select(Store.code, Store.id)).tuples()
    store_id = dict(stores.all()).get(store or "")
    if store is not None and store_id is None:
        store_id = world.store(code=store)
    return SignedIn(1, login, login, role, store_id, store, None, "en", False, "digest")


def changed(read: PolicyRead, **fields: Any) -> dict[str, Any]:
    return read.body | fields


def priorities(world: World) -> dict[int, int]:
    found = policies_in_force(world.connection, WARRANTY)
    return {store: one.policy.priority for one in found for store in one.stores}


def test_a_manager_makes_the_stores_own_policy_and_leaves_the_others_alone(world: World) -> None:
    manager = user(world)
    read = read_in_force(world.connection, manager, WARRANTY, "MINE")
    assert not read.own
    save_policy(world.connection, manager, NOW, WARRANTY, changed(read, priority=66), "MINE", read.version_id)
    assert priorities(world) == {world.store_id: 50, manager.store_id: 66}
    assert read_in_force(world.connection, manager, WARRANTY, "MINE").own
    actor = world.connection.scalars(select(AuditEntry.actor)).all()
    assert actor == ["wang"]


@pytest.mark.parametrize("store", [None, "OTHER"])
def test_a_manager_of_a_store_changes_neither_the_shipped_policy_nor_anothers(world: World, store: str | None) -> None:
    manager = user(world)
    world.store(code="OTHER")
    body = shipped_policy(WARRANTY).model_dump(mode="json")
    with pytest.raises(NotYours):
        save_policy(world.connection, manager, NOW, WARRANTY, body | {"priority": 1}, store, 1)
    with pytest.raises(NotYours):
        save_template(world.connection, manager, NOW, CALL, {"en": {"text": "Ring."}}, store, {})
    assert set(priorities(world).values()) == {50}


def test_what_another_store_has_made_its_own_is_not_shown(world: World) -> None:
    other = user(world, store="OTHER")
    read = read_in_force(world.connection, other, WARRANTY, "OTHER")
    save_policy(world.connection, other, NOW, WARRANTY, changed(read, priority=66), "OTHER", read.version_id)
    mine = user(world)
    assert {row.store for row in list_active(world.connection, "MINE", every=False)} == {None}
    assert {row.store for row in list_own_versions(world.connection, WARRANTY, "MINE", every=False)} == {None}
    assert {row.store for row in list_active(world.connection, None, every=True)} == {None, "OTHER"}
    with pytest.raises(NotYours):
        read_kept(world.connection, mine, WARRANTY, "OTHER", 1)
    with pytest.raises(NotYours):
        read_in_force(world.connection, mine, WARRANTY, "OTHER")


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(world: World) -> None:
    first, second = (user(world, Role.ADMIN, None, login) for login in ("ann", "ben"))
    read = read_in_force(world.connection, first, WARRANTY, None)
    save_policy(world.connection, first, NOW, WARRANTY, changed(read, priority=61), None, read.version_id)
    with pytest.raises(ChangedMeanwhile, match="ann saved version 2"):
        save_policy(world.connection, second, NOW, WARRANTY, changed(read, priority=62), None, read.version_id)
    assert set(priorities(world).values()) == {61}


def test_a_stores_first_own_version_is_refused_when_the_one_for_all_has_changed_meanwhile(world: World) -> None:
    manager, admin = user(world), user(world, Role.ADMIN, None, "ann")
    read = read_in_force(world.connection, manager, WARRANTY, "MINE")
    save_policy(world.connection, admin, NOW, WARRANTY, changed(read, priority=61), None, read.version_id)
    with pytest.raises(ChangedMeanwhile):
        save_policy(world.connection, manager, NOW, WARRANTY, changed(read, priority=62), "MINE", read.version_id)


def test_rolling_back_makes_the_older_body_a_new_version(world: World) -> None:
    admin = user(world, Role.ADMIN, None)
    read = read_in_force(world.connection, admin, WARRANTY, None)
    save_policy(world.connection, admin, NOW, WARRANTY, changed(read, priority=61), None, read.version_id)
    older = read_kept(world.connection, admin, WARRANTY, None, 1)
    now_held = read_in_force(world.connection, admin, WARRANTY, None).version_id
    assert save_policy(world.connection, admin, NOW, WARRANTY, older, None, now_held) == 3
    assert set(priorities(world).values()) == {50}


def test_those_whose_role_does_not_allow_it_change_nothing(world: World) -> None:
    finance, marketing = user(world, Role.FINANCE), user(world, Role.MARKETING)
    read = read_in_force(world.connection, finance, WARRANTY, "MINE")
    with pytest.raises(MayNot):
        save_policy(world.connection, marketing, NOW, WARRANTY, read.body, "MINE", read.version_id)
    with pytest.raises(MayNot):
        save_template(world.connection, finance, NOW, CALL, {"en": {"text": "Ring."}}, "MINE", {})


def test_what_is_wrong_with_a_draft_keeps_it_from_being_saved(world: World) -> None:
    admin = user(world, Role.ADMIN, None)
    read = read_in_force(world.connection, admin, WARRANTY, None)
    with pytest.raises(BadPolicy):
        save_policy(world.connection, admin, NOW, WARRANTY, changed(read, priority=101), None, read.version_id)


def edited(world: World, who: SignedIn, store: str | None, english: str) -> tuple[Texts, dict[str, int]]:
    read = read_for_editing(world.connection, who, CALL, store)
    return read.texts | {"en": read.texts["en"] | {"text": english}}, read.based_on


def test_a_text_is_saved_as_the_stores_own_in_the_language_that_changed(world: World) -> None:
    marketing = user(world, Role.MARKETING)
    texts, based_on = edited(world, marketing, "MINE", "Ring {{ customer }}.")
    save_template(world.connection, marketing, NOW, CALL, texts, "MINE", based_on)
    rows = list_template_versions(world.connection, CALL, "MINE", every=False)
    own = [(row.language, row.version, row.text, row.created_by) for row in rows if row.store == "MINE"]
    assert own == [("en", 1, "Ring {{ customer }}.", "wang")]
    assert read_for_editing(world.connection, marketing, CALL, "MINE").own


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("Ring {{ colour }}.", UnknownVariable), ("{{ customer.__class__ }}", ForbiddenInTemplate)],
)
def test_a_text_that_does_not_pass_the_check_is_not_saved(world: World, text: str, refusal: type[Exception]) -> None:
    admin = user(world, Role.ADMIN, None)
    texts, based_on = edited(world, admin, None, text)
    before = list_template_versions(world.connection, CALL, None, every=True)
    with pytest.raises(refusal):
        save_template(world.connection, admin, NOW, CALL, texts, None, based_on)
    assert complaint_about(world.connection, CALL, texts)
    assert list_template_versions(world.connection, CALL, None, every=True) == before


def test_an_unknown_variable_is_refused_with_those_there_are(world: World) -> None:
    texts, _ = edited(world, user(world, Role.ADMIN, None), None, "Ring {{ colour }}.")
    sentence = str(complaint_about(world.connection, CALL, texts))
    assert sentence is not None
    assert "colour" in sentence
    assert "customer, date, days" in sentence


def test_the_second_of_two_writers_is_told_and_overwrites_nothing(world: World) -> None:
    admin = user(world, Role.ADMIN, None)
    (first, based_on), (second, _) = (edited(world, admin, None, text) for text in ("Ring.", "Call."))
    save_template(world.connection, admin, NOW, CALL, first, None, based_on)
    with pytest.raises(ChangedMeanwhile, match="Nothing of yours was saved"):
        save_template(world.connection, admin, NOW, CALL, second, None, based_on)
    assert read_for_editing(world.connection, admin, CALL, None).texts["en"]["text"] == "Ring."


def test_a_template_is_tried_on_ones_own_customers_only_with_the_dispatchs_letter(world: World) -> None:
    manager, other = user(world), user(world, store="OTHER")
    customer = world.customer(name="Li Lei", store_id=manager.store_id)
    car = world.vehicle(customer, store_id=manager.store_id)
    world.warranty(customer, "2026-05-09", car, store_id=manager.store_id)
    kinds = (SubjectKind("warranty"),)
    (example,) = examples_of_customer(world.connection, NOW, kinds, manager.store_id, customer)
    letter = example.letter("en", {"subject": "", "text": "{{ customer }}: {{ days }} days", "also": ""}, NOW)
    assert (letter.subject, letter.text, letter.also) == (None, "Li Lei: 60 days", None)
    assert examples_of_customer(world.connection, NOW, kinds, other.store_id, customer) == []
    world.plan(WARRANTY, "2026-03-10 10:00")
    assert len(examples_of(world.connection, NOW, "warranty-invitation", kinds, manager.store_id)) == 1
    assert examples_of(world.connection, NOW, "warranty-invitation", kinds, other.store_id) == []
    assert examples_of(world.connection, NOW, "warranty-call", kinds, None) == []


def test_a_store_goes_by_the_policy_for_all_again(world: World) -> None:
    manager = user(world)
    shared = read_in_force(world.connection, manager, WARRANTY, "MINE")
    with pytest.raises(NothingOfTheirs):
        end_own_policy(world.connection, manager, NOW, WARRANTY, "MINE", shared.version_id, "tidying up")
    save_policy(world.connection, manager, NOW, WARRANTY, changed(shared, priority=66), "MINE", shared.version_id)
    own = read_in_force(world.connection, manager, WARRANTY, "MINE")
    with pytest.raises(ChangedMeanwhile):
        end_own_policy(world.connection, manager, NOW, WARRANTY, "MINE", shared.version_id, "tidying up")
    with pytest.raises(NotYours):
        end_own_policy(world.connection, manager, NOW, WARRANTY, None, shared.version_id, "tidying up")
    agent = user(world, Role.AGENT)
    with pytest.raises(MayNot):
        end_own_policy(world.connection, agent, NOW, WARRANTY, "MINE", own.version_id, "tidying up")
    end_own_policy(world.connection, manager, NOW, WARRANTY, "MINE", own.version_id, "tidying up")
    assert priorities(world) == {world.store_id: 50, manager.store_id: 50}
    assert read_in_force(world.connection, manager, WARRANTY, "MINE").version_id == shared.version_id
    told = world.connection.execute(select(AuditEntry.action, AuditEntry.after).order_by(AuditEntry.id.desc())).first()
    assert told is not None
    assert tuple(told) == ("policy.own-ended", {"reason": "tidying up"})
    again = changed(shared, priority=67)
    assert save_policy(world.connection, manager, NOW, WARRANTY, again, "MINE", shared.version_id) == 2


def test_a_store_says_what_is_said_for_all_again(world: World) -> None:
    manager = user(world)
    shared = read_for_editing(world.connection, manager, CALL, "MINE")
    texts = {language: parts | {"text": f"{parts['text']}!"} for language, parts in shared.texts.items()}
    save_template(world.connection, manager, NOW, CALL, texts, "MINE", shared.based_on)
    own = read_for_editing(world.connection, manager, CALL, "MINE")
    with pytest.raises(ChangedMeanwhile):
        end_own_template(world.connection, manager, NOW, CALL, "MINE", shared.based_on, "tidying up")
    end_own_template(world.connection, manager, NOW, CALL, "MINE", own.based_on, "tidying up")
    assert read_for_editing(world.connection, manager, CALL, "MINE") == shared
    with pytest.raises(NothingOfTheirs):
        end_own_template(world.connection, manager, NOW, CALL, "MINE", shared.based_on, "tidying up")


def test_a_template_of_a_new_name_is_begun_and_is_not_ended_where_nothing_would_be_left(world: World) -> None:
    manager = user(world)
    empty = read_to_begin(world.connection, manager, "winter-check", "MINE")
    assert (empty.based_on, empty.own, {part for parts in empty.texts.values() for part in parts.values()}) == (
        {}, False, {""},
    )  # fmt: skip
    texts: Texts = {language: {"subject": "", "text": "{{ customer }}", "also": ""} for language in empty.texts}
    save_template(world.connection, manager, NOW, "winter-check", texts, "MINE", empty.based_on)
    made = read_to_begin(world.connection, manager, "winter-check", "MINE")
    assert made.own
    with pytest.raises(ChangedMeanwhile):
        save_template(world.connection, manager, NOW, "winter-check", texts, "MINE", empty.based_on)
    with pytest.raises(NothingForAll):
        end_own_template(world.connection, manager, NOW, "winter-check", "MINE", made.based_on, "tidying up")


@pytest.mark.parametrize(("key", "role"), [("Winter check", Role.MANAGER), ("winter-check", Role.AGENT)])
def test_no_template_is_begun_by_who_may_not_or_under_what_is_no_name(world: World, key: str, role: Role) -> None:
    with pytest.raises(NoSuchTemplate):
        read_to_begin(world.connection, user(world, role), key, "MINE")
