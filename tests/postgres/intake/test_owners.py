"""The owner and the deputy that a file names for its customers, and the rule that it names for a store."""

from sqlalchemy import select

from models.ledger.tables import AuditEntry
from models.people.owners import OwnerBy, OwnerRule
from models.people.tables import Store
from tasks.staff.desks.listing import page_of_owned
from tasks.staff.desks.setting import set_owner
from tests.postgres.intake.conftest import NOW, Desk

STAFF = "code,name,role,active\nA1,Jana,advisor,yes\nA2,Oliver,advisor,yes\nL1,Leo,advisor,no\nW1,Uwe,workshop,yes\n"


def owners_of(desk: Desk) -> dict[str, tuple[str | None, str | None, OwnerBy | None]]:
    found = page_of_owned(desk.connection, None).customers
    return {one.name: (one.owner, one.deputy, one.owner_by) for one in found}


def test_a_file_names_owners_and_who_cannot_be_one_is_left_out_with_a_sentence(desk: Desk) -> None:
    desk.load("staff", STAFF)
    result = desk.load(
        "customers",
        "key,name,owner,deputy\n1,Ann,A1,oliver\n2,Bea,L1,\n3,Cid,W1,A2\n4,Dan,B1,\n5,Eva,A1,A1\n6,Fay,,\n",
    )
    assert result.counts["customers"].inserted == 6
    assert owners_of(desk) == {
        "Ann": ("A1", "A2", OwnerBy.IMPORT), "Bea": (None, None, None), "Cid": (None, "A2", None),
        "Dan": (None, None, None), "Eva": ("A1", None, OwnerBy.IMPORT), "Fay": (None, None, None),
    }  # fmt: skip
    reasons = [reject["reason"] for reject in desk.rejects()]
    assert [reason.partition(":")[0] for reason in reasons] == ["owner", "owner", "owner", "deputy"]
    assert "no longer active" in reasons[0]


def test_a_file_changes_what_it_said_itself_and_nothing_that_was_decided_here(desk: Desk) -> None:
    desk.load("staff", STAFF)
    desk.load("customers", "key,name,owner,deputy\n1,Ann,A1,A2\n2,Bea,A1,\n")
    ids = {one.name: one.id for one in page_of_owned(desk.connection, None).customers}
    set_owner(desk.connection, ids["Bea"], "A2", None, NOW, "lin")
    again = desk.load("customers", "key,name,owner,deputy\n1,Ann,A1,A2\n2,Bea,A1,\n")
    assert again.counts["customers"].changed == 0
    desk.load("customers", "key,name,owner\n1,Ann,A2\n2,Bea,A1\n")
    assert owners_of(desk) == {"Ann": ("A2", None, OwnerBy.IMPORT), "Bea": ("A2", None, OwnerBy.HAND)}
    entries = select(AuditEntry.before, AuditEntry.after).where(AuditEntry.actor == "import")
    assert list(desk.connection.execute(entries)) == [
        ({"owner": "A1", "deputy": "A2"}, {"owner": "A2", "deputy": None})
    ]
    desk.load("customers", "key,name\n1,Ann\n2,Bea\n")
    assert owners_of(desk)["Ann"] == ("A2", None, OwnerBy.IMPORT)


def test_the_rule_and_the_head_start_of_a_store_come_from_its_file(desk: Desk) -> None:
    desk.load("stores", "code,owner_rule,owner_first_minutes\nA,服务顾问,30\nB,,\nC,sales,0\n")
    rows = desk.connection.execute(
        select(Store.code, Store.owner_rule, Store.owner_first_minutes)
        .where(Store.code.in_(("A", "B", "C")))
        .order_by(Store.code)
    )
    assert [tuple(row) for row in rows] == [
        ("A", OwnerRule.ADVISOR, 30), ("B", OwnerRule.BY_HAND, 120), ("C", OwnerRule.SALESPERSON, 0),
    ]  # fmt: skip
