"""Export of a customer's data, and erasure, after which nothing is left or comes back."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, Table, Text, cast, func, insert, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from models.campaigns.tables import AudienceList, AudienceListMember, Campaign, CampaignRecipient
from models.core.personal import Blanked, Kept, erasure_of, persons_of
from models.core.reasons import as_written
from models.core.settings import Settings
from models.core.words import CampaignState, ChangeKind, ChannelName, ReplyMeaning, TouchState, Wave
from models.database.tables import metadata
from models.kits.registry import all_traits
from models.ledger.tables import AuditEntry, Reply, Touch
from models.people.tables import ContactPoint, Customer
from models.subjects.appointment import Appointment, AppointmentChange, DepartmentNotice
from tasks.access.reach import NotYours
from tasks.access.sessions import SignedIn
from tasks.customers.erasing import (
    AlreadyErased,
    MessageUnderWay,
    NotTheirName,
    ReasonNamesCustomer,
    erase_customer,
)
from tasks.customers.exporting import export_customer, write_csv, write_json
from tasks.customers.records import rows_about
from tasks.intake.importing import load_file, read_kinds
from tests.postgres.customers.conftest import NOW, lead_a_life
from tests.support.any_facts import insert_any_row
from tests.support.campaigns import plan_data
from tests.support.world import World

NAME = "Wang Fang"
PERSONAL = (NAME, "13800138000", "wang@example.com", "沪A12345")


def places_of(connection: Connection, wanted: str) -> list[str]:
    """Every column of every table that holds a text somewhere in it, whatever its type."""
    columns = connection.execute(text(
        "select table_name, column_name from information_schema.columns where table_schema = 'public'"
    )).all()  # fmt: skip
    return [
        f"{table}.{column}"
        for table, column in columns
        if connection.scalar(
            text(f'select exists (select from "{table}" where position(:wanted in "{column}"::text) > 0)'),
            {"wanted": wanted},
        )
    ]


def places_of_any(connection: Connection) -> list[str]:
    return [f"{personal} in {place}" for personal in PERSONAL for place in places_of(connection, personal)]


def belong_to_campaigns(world: World, customer_id: int) -> None:
    """On a list that came as a file, and among the recipients of a campaign."""
    add = world.connection.execute
    list_id = add(insert(AudienceList).values(name="a", made_at=NOW, made_by="lin").returning(AudienceList.id)).scalar()
    add(insert(AudienceListMember).values(list_id=list_id, customer_id=customer_id))
    campaign_id = add(insert(Campaign).values(
        name="spring", plan=plan_data(), state=CampaignState.REST, state_at=NOW, author="lin", created_at=NOW,
    ).returning(Campaign.id)).scalar()  # fmt: skip
    add(insert(CampaignRecipient).values(
        campaign_id=campaign_id, customer_id=customer_id, wave=Wave.REST, anchor_at=NOW,
    ))  # fmt: skip


def have_one_of_each_subject(world: World, customer_id: int) -> None:
    """A row of every kind of subject of which there is none yet: of a kit that is new here, whatever it holds."""
    known = {"customers": customer_id, "stores": world.store_id}
    for traits in all_traits().values():
        table = metadata.tables[traits.table.__tablename__]
        if not world.connection.execute(select(literal(1)).select_from(table).limit(1)).all():
            insert_any_row(world.connection, table, known)


def move_an_appointment(world: World, customer_id: int) -> None:
    """And tell a department."""
    add = world.connection.execute
    appointment = add(select(Appointment).where(Appointment.customer_id == customer_id).limit(1)).one()
    change_id = add(insert(AppointmentChange).values(
        appointment_id=appointment.id, kind=ChangeKind.MOVED, from_starts_at=NOW, to_starts_at=NOW, changed_at=NOW,
    ).returning(AppointmentChange.id)).scalar()  # fmt: skip
    add(insert(DepartmentNotice).values(change_id=change_id, department="workshop", told_at=NOW))


@pytest.fixture
def wang(world: World) -> int:
    customer_id = lead_a_life(world)
    belong_to_campaigns(world, customer_id)
    move_an_appointment(world, customer_id)
    have_one_of_each_subject(world, customer_id)
    world.connection.execute(
        update(Touch)
        .where(Touch.customer_id == customer_id)
        .values(body=f"Dear {NAME}", figures={"customer": NAME}, **as_written(f"given up: {NAME}").columns)
    )
    world.connection.execute(insert(Reply).values(
        sender="+8613800138000", channel=ChannelName.SMS, text="who are you? 13800138000",
        meaning=ReplyMeaning.UNREADABLE, received_at=NOW,
    ))  # fmt: skip
    return customer_id


def test_the_export_holds_what_is_known_and_says_that_it_was_made(world: World, manager: SignedIn, wang: int) -> None:
    export = export_customer(world.connection, manager, NOW, wang)
    told = json.loads(write_json(export))["records"]
    assert told["customers"][0]["name"] == NAME
    assert {table for table, rows in told.items() if not rows} == set()
    withheld = {table.name for table in rows_about(wang) if table.name not in told}
    assert withheld == {"due_item_days", "warranty_ends"}
    assert len(told["campaign_recipients"]) == len(told["audience_list_members"]) == 1
    actions = world.connection.scalars(select(AuditEntry.action).where(AuditEntry.entity_id == str(wang))).all()
    assert "customer.exported" in actions


def test_no_cell_of_the_export_is_a_formula(world: World, manager: SignedIn) -> None:
    customer_id = world.customer(name='=HYPERLINK("http://evil.example")')
    lines = csv.reader(
        StringIO(write_csv(export_customer(world.connection, manager, NOW, customer_id)).decode("utf-8-sig"))
    )
    cells = {value for *_, value in lines}
    assert '\'=HYPERLINK("http://evil.example")' in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_what_is_looked_for_is_there_before_it_is_erased(world: World, wang: int) -> None:
    assert wang
    for personal in PERSONAL:
        assert places_of(world.connection, personal)


def test_erasing_leaves_nothing_of_the_customer_anywhere(world: World, manager: SignedIn, wang: int) -> None:
    money = world.connection.execute(text("select sum(amount) from invoices")).scalar_one()
    erase_customer(world.connection, manager, NOW, wang, NAME, "asked for it by letter")
    assert places_of_any(world.connection) == []
    assert world.connection.execute(text("select sum(amount) from invoices")).scalar_one() == money
    assert {touch.state for touch in world.touches(wang)} <= {TouchState.CANCELLED, TouchState.SKIPPED}
    said = world.connection.execute(select(AuditEntry.__table__).where(AuditEntry.action == "customer.erased")).one()
    assert (said.actor, said.entity_id, said.after) == (manager.login, str(wang), {"reason": "asked for it by letter"})


MARK = "told in confidence"


def read_rows(connection: Connection, table: Table, customer_id: int) -> list[Row[Any]]:
    return list(connection.execute(select(table).where(or_(*rows_about(customer_id)[table]))))


def fill_with_marks(connection: Connection, table: Table, customer_id: int) -> None:
    """Put something that is to go into every column of words or JSON that declares that it goes."""
    marks: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(erasure_of(column), Kept | None):
            continue
        if isinstance(column.type, JSONB):
            marks[column.name] = {"said": MARK, "state": "open"}
        elif type(column.type) is Text:
            marks[column.name] = literal(f"{MARK} ", Text) + cast(next(iter(table.primary_key.columns)), Text)
    if table.name == "contact_points":
        marks["kind"] = "wechat"
    if table.name == "verdicts":
        marks["gate"] = "none"
    if marks:
        connection.execute(update(table).where(or_(*rows_about(customer_id)[table])).values(marks))


def test_whatever_any_table_holds_of_a_customer_goes_as_it_declares(world: World, manager: SignedIn, wang: int) -> None:
    connection = world.connection
    connection.execute(update(Customer).where(Customer.id == wang).values(birth_on=NOW.date(), area="Pudong"))
    for table in rows_about(wang):
        assert read_rows(connection, table, wang), f"lead_a_life() leaves {table.name} without a row"
        fill_with_marks(connection, table, wang)
    value = connection.scalar(select(func.min(ContactPoint.value)).where(ContactPoint.customer_id == wang))
    connection.execute(insert(Reply).values(
        sender=value, channel=ChannelName.SMS, text=MARK, meaning=ReplyMeaning.UNREADABLE, received_at=NOW,
    ))  # fmt: skip
    marked = {place.partition(".")[0] for place in places_of(connection, MARK)}
    assert {"customers", "touches", "verdicts", "replies", "audit_entries", "case_notes"} <= marked
    counts = {table: len(read_rows(connection, table, wang)) for table in rows_about(wang)}
    name = connection.scalar(select(Customer.name).where(Customer.id == wang))
    erase_customer(connection, manager, NOW, wang, str(name), "asked for it")
    assert places_of(connection, MARK) == []
    for table in rows_about(wang):
        rows, persons = read_rows(connection, table, wang), persons_of(table)
        if persons is not None and persons.deleted:
            assert rows == []
            continue
        assert len(rows) >= counts[table], f"rows of {table.name} are gone"
        blank = [column.name for column in table.columns if isinstance(erasure_of(column), Blanked)]
        assert [row for row in rows for column in blank if row._mapping[column] is not None] == []


def test_each_table_is_searched_by_an_index(world: World, wang: int) -> None:
    """Without a usable index, PostgreSQL scans the whole table even with sequential scans disabled."""
    connection = world.connection
    connection.execute(text("set local enable_seqscan = off"))
    for table, conditions in rows_about(wang).items():
        for condition in conditions:
            statement = select(table).where(condition).compile(connection)
            plan = connection.exec_driver_sql(f"explain {statement}", statement.params)
            assert [line for (line,) in plan if "Seq Scan" in line] == [], table.name


def test_the_audit_trail_goes_on_to_say_what_was_changed_when_by_whom(
    world: World, manager: SignedIn, wang: int
) -> None:
    names = (AuditEntry.id, AuditEntry.at, AuditEntry.actor, AuditEntry.action, AuditEntry.entity, AuditEntry.entity_id)
    trail = select(*names).order_by(AuditEntry.id)
    before = world.connection.execute(trail).all()
    erase_customer(world.connection, manager, NOW, wang, NAME, "asked for it")
    after = world.connection.execute(trail).all()
    assert after[: len(before)] == before
    (erasure,) = after[len(before) :]
    assert tuple(erasure)[1:] == (NOW, manager.login, "customer.erased", "customer", str(wang))
    assert world.connection.scalar(select(Customer.erased_at).where(Customer.id == wang)) == NOW


def test_erasing_touches_nobody_else(world: World, manager: SignedIn, wang: int) -> None:
    other = world.customer("+8613900139000", name="Li Na")
    erase_customer(world.connection, manager, NOW, wang, NAME, "asked for it")
    assert world.connection.scalar(select(Customer.name).where(Customer.id == other)) == "Li Na"
    assert places_of(world.connection, "13900139000") == ["contact_points.value"]


def test_erasing_is_confirmed_by_the_name_and_keeps_no_name_in_its_reason(
    world: World, manager: SignedIn, wang: int
) -> None:
    with pytest.raises(NotTheirName):
        erase_customer(world.connection, manager, NOW, wang, "Wang", "asked for it")
    with pytest.raises(ReasonNamesCustomer):
        erase_customer(world.connection, manager, NOW, wang, NAME, "wang fang asked for it")
    erase_customer(world.connection, manager, NOW, wang, NAME, "asked for it")
    with pytest.raises(AlreadyErased):
        erase_customer(world.connection, manager, NOW, wang, NAME, "asked for it")


def test_nobody_is_erased_while_a_message_to_them_is_under_way(world: World, manager: SignedIn, wang: int) -> None:
    dispatcher = world.connection.execute(
        text("insert into dispatchers (started_at) values (:now) returning id"), {"now": NOW}
    ).scalar_one()
    one = select(Touch.id).where(Touch.customer_id == wang).limit(1).scalar_subquery()
    world.connection.execute(
        update(Touch).where(Touch.id == one).values(state=TouchState.SENDING, claimed_by=dispatcher)
    )
    with pytest.raises(MessageUnderWay):
        erase_customer(world.connection, manager, NOW, wang, NAME, "asked for it")


def test_another_stores_customer_is_out_of_reach(world: World, stranger: SignedIn, wang: int) -> None:
    with pytest.raises(NotYours):
        export_customer(world.connection, stranger, NOW, wang)
    with pytest.raises(NotYours):
        erase_customer(world.connection, stranger, NOW, wang, NAME, "because")


def test_the_next_import_takes_nothing_back_in(world: World, manager: SignedIn, wang: int, tmp_path: Path) -> None:
    connection = world.connection
    store = connection.scalar(text("select code from stores where id = :id"), {"id": world.store_id})
    key = connection.scalar(text("select key from customer_keys where customer_id = :id"), {"id": wang})
    vehicle = connection.scalar(text("select key from vehicles where customer_id = :id"), {"id": wang})
    lead = connection.scalar(text("select key from leads where customer_id = :id"), {"id": wang})
    erase_customer(connection, manager, NOW, wang, NAME, "asked for it")
    people, cars = tmp_path / "people.csv", tmp_path / "cars.csv"
    people.write_text(f"key,name,phone\n{key},{NAME},13800138000\nNEW1,Li Na,13900139000\n", encoding="utf-8")
    cars.write_text(f"key,plate,model\n{vehicle},沪A12345,Aurora\n", encoding="utf-8")
    leads = tmp_path / "leads.csv"
    lost = f"{key},H,2026-02-20,lost,{NAME} went elsewhere"
    leads.write_text(
        f"key,customer,urgency,created_on,state,lost_reason\n{lead},{lost}\nNEW1,{lost}\n", encoding="utf-8"
    )
    settings = Settings(home=tmp_path / "home")
    for kind, path in (("customers", people), ("vehicles", cars), ("leads", leads)):
        load_file(connection, read_kinds(kind), path, store=store, now=NOW, settings=settings)
    assert places_of_any(connection) == []
    assert places_of(connection, "Li Na") == ["customers.name"]
    assert connection.scalar(text("select count(*) from leads")) == 2
    rejects = (tmp_path / "people.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert "key: the customer's data was erased on request, and is not taken in again." in rejects
