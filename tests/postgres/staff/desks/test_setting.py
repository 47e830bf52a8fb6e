"""Owners by hand, in bulk, by file and by rule; and who cannot be one."""

from typing import Any

import pytest
from sqlalchemy import select, update

from models.core.errors import AftercareError
from models.core.words import AppointmentStatus, Role
from models.ledger.tables import AuditEntry
from models.people.owners import OWNING, OwnerBy, OwnerRule
from models.people.tables import Customer, StaffMember, Store
from tasks.staff.desks.listing import count_without_owner, page_of_owned, read_owned
from tasks.staff.desks.members import CannotOwn, HasLeft, WorksElsewhere
from tasks.staff.desks.ruling import own_by_rule
from tasks.staff.desks.setting import (
    ChooseSome,
    Chosen,
    DeputyIsOwner,
    DeputyWithoutOwner,
    NoCustomer,
    count_chosen,
    give_all,
    set_owner,
)
from tasks.stores.staff import UnknownStaff
from tests.postgres.staff.desks.conftest import House
from tests.support.world import at, day

NOW = at("2026-03-10 10:00")


def pair_of(house: House, customer: int) -> tuple[str | None, str | None, OwnerBy | None]:
    owned = read_owned(house.world.connection, customer)
    assert owned is not None
    return owned.owner, owned.deputy, owned.owner_by


def changes(house: House) -> list[tuple[str, Any, Any]]:
    """What the audit trail says of owners: who, before, after."""
    entries = select(AuditEntry.actor, AuditEntry.before, AuditEntry.after)
    rows = house.world.connection.execute(
        entries.where(AuditEntry.action == "customer.owner-changed").order_by(AuditEntry.id)
    )
    return [tuple(row) for row in rows]


def test_an_owner_is_set_changed_and_taken_away_and_each_is_on_record(house: House) -> None:
    connection, customer = house.world.connection, house.world.customer()
    set_owner(connection, customer, "A1", "a2 ", NOW, "lin")
    assert pair_of(house, customer) == ("A1", "A2", OwnerBy.HAND)
    set_owner(connection, customer, "S1", None, NOW, "lin")
    set_owner(connection, customer, "S1", None, NOW, "lin")
    set_owner(connection, customer, None, None, NOW, "lin")
    assert pair_of(house, customer) == (None, None, None)
    nobody = {"owner": None, "deputy": None}
    first, second = {"owner": "A1", "deputy": "A2"}, {"owner": "S1", "deputy": None}
    assert changes(house) == [("lin", nobody, first), ("lin", first, second), ("lin", second, nobody)]


@pytest.mark.parametrize(
    ("owner", "deputy", "error", "said"),
    [
        ("B1", None, WorksElsewhere, "B1 works for OTHER and not for K1, so this cannot be theirs."),
        ("A1", "B1", WorksElsewhere, "B1 works for OTHER"),
        ("X9", None, UnknownStaff, "Nobody of store 'K1' has the staff code 'X9'."),
        ("C1", None, HasLeft, "Hannah (C1) is no longer active"),
        ("A1", "C1", HasLeft, "Hannah (C1) is no longer active"),
        ("W1", None, CannotOwn, "Uwe is workshop"),
        ("A1", "A1", DeputyIsOwner, "Jana is the owner already"),
        (None, "A1", DeputyWithoutOwner, "Name the owner, too"),
    ],
)
def test_who_cannot_be_one_is_refused_and_nothing_changes(
    house: House, owner: str | None, deputy: str | None, error: type[AftercareError], said: str
) -> None:
    customer = house.world.customer(owner_id=house["A2"])
    house.world.connection.execute(update(StaffMember).where(StaffMember.code == "C1").values(active=False))
    with pytest.raises(error, match=said.replace("(", r"\(").replace(")", r"\)")):
        set_owner(house.world.connection, customer, owner, deputy, NOW, "lin")
    assert pair_of(house, customer) == ("A2", None, None)
    assert changes(house) == []


def test_who_was_erased_gets_no_owner(house: House) -> None:
    customer = house.world.customer(erased_at=NOW)
    for one in (customer, customer + 1000):
        with pytest.raises(NoCustomer):
            set_owner(house.world.connection, one, "A1", None, NOW, "lin")


def test_many_get_an_owner_by_what_they_have_in_common_and_keep_their_deputies(house: House) -> None:
    world = house.world
    far = world.customer(area="Pudong", level="vip", deputy_id=house["A2"], owner_id=house["S1"])
    near = world.customer(area="Xuhui", level="VIP", owner_id=house["A1"])
    free = world.customer(area="pudong", has_contract=True)
    erased = world.customer(area="Pudong", erased_at=NOW)
    chosen = Chosen(world.store_id, area="PUDONG ")
    assert count_chosen(world.connection, chosen) == 2
    assert give_all(world.connection, chosen, "A2", None, NOW, "lin") == 2
    assert [pair_of(house, one)[:2] for one in (far, near, free, erased)] == [
        ("A2", None), ("A1", None), ("A2", None), (None, None),
    ]  # fmt: skip
    assert give_all(world.connection, chosen, "A2", None, NOW, "lin") == 0
    assert count_chosen(world.connection, Chosen(world.store_id, level="vip")) == 2
    assert count_chosen(world.connection, Chosen(world.store_id, owner="a2", contract=True)) == 1
    assert count_chosen(world.connection, Chosen(world.store_id, unowned=True)) == 0
    with pytest.raises(ChooseSome):
        give_all(world.connection, Chosen(world.store_id), "A1", None, NOW, "lin")


def with_rule(house: House, rule: OwnerRule) -> None:
    house.world.connection.execute(update(Store).values(owner_rule=rule))


@pytest.mark.parametrize(
    ("rule", "owner", "sold_only"),
    [(OwnerRule.ADVISOR, "A2", "S1"), (OwnerRule.SALESPERSON, "S1", "S1"), (OwnerRule.BY_HAND, None, None)],
)
def test_the_rule_of_the_store_says_who_owns_whom(
    house: House, rule: OwnerRule, owner: str | None, sold_only: str | None
) -> None:
    world = house.world
    with_rule(house, rule)
    both, sold, nobody, taken = (world.customer() for _ in range(4))
    world.connection.execute(update(Customer).where(Customer.id == taken).values(owner_id=house["C1"]))
    for customer in (both, sold, taken):
        world.handover(customer, "2026-03-09", salesperson="petra ")
    world.appointment(both, "2026-02-01 09:00", advisor_id=house["A1"], status=AppointmentStatus.COMPLETED)
    world.repair_order(both, "2026-03-01", advisor_id=house["A2"], opened_on=day("2026-03-01"))
    world.appointment(both, "2026-04-01 09:00", advisor_id=house["C1"])
    assert own_by_rule(world.connection, NOW) == (2 if owner else 0)
    assert [pair_of(house, one)[0] for one in (both, sold, nobody, taken)] == [owner, sold_only, None, "C1"]
    assert own_by_rule(world.connection, NOW) == 0


def test_who_has_left_or_works_elsewhere_becomes_nobody_s_owner_by_rule(house: House) -> None:
    world = house.world
    with_rule(house, OwnerRule.ADVISOR)
    customer = world.customer()
    for code, opened in (("A1", "2026-03-05"), ("B1", "2026-03-04"), ("W1", "2026-03-03"), ("A2", "2026-03-02")):
        world.repair_order(customer, opened, advisor_id=house[code], opened_on=day(opened))
    world.connection.execute(update(StaffMember).where(StaffMember.code == "A1").values(active=False))
    own_by_rule(world.connection, NOW)
    assert pair_of(house, customer) == ("A2", None, OwnerBy.RULE)


def test_customers_without_an_owner_are_counted_where_owners_are_in_use(house: House) -> None:
    world = house.world
    first, second = world.customer(), world.customer()
    assert count_without_owner(world.connection, None) == 0, "this store has no owners at all"
    set_owner(world.connection, first, "A1", None, NOW, "lin")
    assert count_without_owner(world.connection, None) == count_without_owner(world.connection, world.store_id) == 1
    page = page_of_owned(world.connection, world.store_id, unowned=True)
    assert [one.id for one in page.customers] == [second]
    assert [one.id for one in page_of_owned(world.connection, None, "A1").customers] == [first]


def test_a_list_comes_page_by_page(house: House) -> None:
    made = [house.world.customer() for _ in range(5)]
    first = page_of_owned(house.world.connection, None, limit=2)
    second = page_of_owned(house.world.connection, None, limit=2, after=first.next or 0)
    last = page_of_owned(house.world.connection, None, limit=2, after=second.next or 0)
    assert [one.id for page in (first, second, last) for one in page.customers] == made
    assert last.next is None


def test_every_role_says_whether_it_may_own() -> None:

    assert {Role.WORKSHOP, Role.PARTS, Role.OPERATOR} == set(Role) - set(OWNING)
