"""Lists from files: customers by key, VIN, plate or phone. Rows without a match are rejected with a reason."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from models.campaigns.conditions.contact import OnList
from models.campaigns.tables import AudienceList
from models.people.tables import CustomerKey
from tasks.campaigns.audiences.counting import audience_of
from tasks.campaigns.audiences.lists import ListMade, NamesNobody, make_list
from tests.postgres.campaigns.test_saved_audiences import ANN, Person
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")


def listed(world: World, tmp_path: Path, content: str, keeper: Person = ANN) -> ListMade:
    path = tmp_path / "guests.csv"
    path.write_text(content, encoding="utf-8")
    return make_list(world.connection, keeper, "Guests", path, NOW)


def members(world: World, made: ListMade) -> set[int]:
    assert made.list_id is not None
    rows = world.connection.execute(audience_of(OnList(list=made.list_id), NOW, None))
    return {row.customer_id for row in rows}


def key_of(world: World, customer_id: int) -> str:
    return str(world.connection.scalar(select(CustomerKey.key).where(CustomerKey.customer_id == customer_id)))


def test_customers_by_whatever_names_them(world: World, tmp_path: Path) -> None:
    by_key, by_vin, by_plate = world.customer(), world.customer(), world.customer()
    by_phone = world.customer("+8613912345678")
    world.vehicle(by_vin, vin="LSVAU033XA2000001")
    world.vehicle(by_plate, plate="沪A·12345")
    content = f"key,vin,plate,phone\n{key_of(world, by_key)},,,\n,lsvau033xa2000001,,\n,,沪A12345,\n,,,139 1234 5678\n"
    made = listed(world, tmp_path, content)
    assert (made.read, made.members, made.rejects) == (4, 4, [])
    assert members(world, made) == {by_key, by_vin, by_plate, by_phone}


def test_rows_that_name_nobody_are_told(world: World, tmp_path: Path) -> None:
    shared = "+8613912345678"
    first = world.customer(shared)
    world.customer(shared)
    key = key_of(world, first)
    made = listed(
        world, tmp_path, f"Customer;Phone\n{key};\n{key};\nNOBODY;13912345678\n;13912345678\n;12\n;1391\x0b\n"
    )
    assert (made.read, made.members) == (6, 1)
    assert [(one.row, one.column, one.value) for one in made.rejects[:2]] == [
        (4, "customer", "NOBODY"),
        (5, "phone", "13912345678"),
    ]
    assert made.rejects[0].sentence == "customer: no customer is known by this key."
    assert "several customers" in made.rejects[1].sentence
    assert len(made.rejects) == 4


def test_a_workbook_will_do(world: World, tmp_path: Path) -> None:
    customer_id = world.customer()
    book = Workbook()
    book.active.append(["customer"])
    book.active.append([key_of(world, customer_id)])
    book.save(tmp_path / "guests.xlsx")
    made = make_list(world.connection, ANN, "Guests", tmp_path / "guests.xlsx", NOW)
    assert members(world, made) == {customer_id}


def test_someone_of_one_store_lists_only_its_customers(world: World, tmp_path: Path) -> None:
    own, of_another = world.customer(), world.customer(store_id=world.store())
    content = f"customer\n{key_of(world, own)}\n{key_of(world, of_another)}\n"
    made = listed(world, tmp_path, content, Person("cara", world.store_id))
    assert members(world, made) == {own}
    assert len(made.rejects) == 1


def test_a_list_of_nobody_is_not_kept(world: World, tmp_path: Path) -> None:
    assert listed(world, tmp_path, "customer\nNOBODY\n").list_id is None
    assert world.connection.scalar(select(func.count()).select_from(AudienceList)) == 0


def test_a_file_needs_a_column_that_names_customers(world: World, tmp_path: Path) -> None:
    with pytest.raises(NamesNobody, match="needs a column 'customer', 'key', 'vin', 'plate'"):
        listed(world, tmp_path, "Name,Town\nAnn,Shanghai\n")


def test_values_are_values_whatever_they_say(world: World, tmp_path: Path) -> None:
    customer_id = world.customer()
    made = listed(world, tmp_path, f'customer\n"\' or 1=1 --"\n{key_of(world, customer_id)}\n')
    assert members(world, made) == {customer_id}
