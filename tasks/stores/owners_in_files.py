"""The owner and the deputy that a file names for its customers."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Text,
    and_,
    cast,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from models.core.cadence import moment
from models.core.reasons import declare, give
from models.ledger.tables import AuditEntry
from models.people.owners import OWNING, OwnerBy
from models.people.tables import Customer, StaffMember
from tasks.intake.columns import Column
from tasks.intake.files.reading import Holds
from tasks.intake.load import Load
from tasks.intake.merging import Field, reject, table_of
from tasks.intake.references import find_staff
from tasks.intake.staging import Staged

OWNER_LEFT, OWNER_OF_NO_CUSTOMERS = declare("owner-has-left"), declare("owner-of-no-customers")
DEPUTY_IS_OWNER = declare("deputy-is-owner")
ACTOR = "import"
OWNER_CHANGED = "customer.owner-changed"
"""The action of the audit trail: `before` and `after` have the staff codes of owner and deputy."""
OWNER_COLUMNS = (
    Column(
        "owner",
        Holds.STAFF,
        "code or name of whose customer they are, who is in `staff` of the same store; what was set here by hand, or "
        "by handing over a desk, stays",
        spare=True,
    ),
    Column("deputy", Holds.STAFF, "the same of who is asked where the owner is away", spare=True),
)
OWNER_IDS = ("owner_id", "deputy_id")
"""The ids that `find_owners` looks up."""
OWNER_FIELDS = (
    Field("owner_id", "owner_id", given_by=("owner",), keeps=True),
    Field("deputy_id", "deputy_id", given_by=("owner", "deputy"), keeps=True),
    Field("owner_by", "owner_by", given_by=("owner",), keeps=True),
)
DECIDED_HERE = (OwnerBy.HAND, OwnerBy.HANDOVER)


def find_owners(load: Load, staged: Staged) -> None:
    """Set the ids of the owners and deputies that rows name. Whoever cannot be one is left out and told of.

    Every row has its `target_id`. What was decided here stands: a file that still names the former owner is old news.
    """
    if staged.present.isdisjoint({"owner", "deputy"}):
        return
    connection, rows, kept, staff = load.connection, staged.table, table_of(Customer), table_of(StaffMember)
    for column in ("owner", "deputy"):
        find_staff(connection, staged, column)
        target = rows.c[f"{column}_id"]
        for reason, wrong in (
            (OWNER_LEFT, ~staff.c.active),
            (OWNER_OF_NO_CUSTOMERS, staff.c.role.not_in(OWNING)),
        ):
            theirs = target.in_(select(staff.c.id).where(wrong))
            reject(connection, staged, column, give(reason), theirs, whole=False)
            connection.execute(update(rows).values({target.name: null()}).where(theirs))
    decided = select(kept.c.id).where(kept.c.owner_by.in_(DECIDED_HERE))
    connection.execute(update(rows).values(owner_id=null(), deputy_id=null()).where(rows.c.target_id.in_(decided)))
    twice = rows.c.deputy_id == func.coalesce(rows.c.owner_id, _on_record(staged))
    reject(connection, staged, "deputy", give(DEPUTY_IS_OWNER), twice, whole=False)
    connection.execute(update(rows).values(deputy_id=null()).where(twice))
    connection.execute(update(rows).values(owner_by=OwnerBy.IMPORT.value).where(rows.c.owner_id.is_not(None)))
    _tell(load, staged)


def _on_record(staged: Staged) -> ScalarSelect[int | None]:
    """The owner that a row's customer has."""
    kept = table_of(Customer)
    return select(kept.c.owner_id).where(kept.c.id == staged.table.c.target_id).scalar_subquery()


def _tell(load: Load, staged: Staged) -> None:
    """An audit entry for each customer who had another owner or deputy; nobody's first owner is told of."""
    rows, kept = staged.table, table_of(Customer)
    owner = func.coalesce(rows.c.owner_id, kept.c.owner_id)
    deputy = func.coalesce(rows.c.deputy_id, func.nullif(kept.c.deputy_id, owner))
    had_another = or_(
        and_(kept.c.owner_id.is_not(None), kept.c.owner_id.is_distinct_from(owner)),
        and_(kept.c.deputy_id.is_not(None), kept.c.deputy_id.is_distinct_from(deputy)),
    )
    changed = select(
        moment(load.now),
        literal(ACTOR),
        literal(OWNER_CHANGED),
        literal("customer"),
        cast(kept.c.id, Text),
        codes_of(kept.c.owner_id, kept.c.deputy_id),
        codes_of(owner, deputy),
    ).where(kept.c.id == rows.c.target_id, rows.c.fresh.is_(False), had_another)
    columns = ["at", "actor", "action", "entity", "entity_id", "before", "after"]
    load.connection.execute(insert(AuditEntry).from_select(columns, changed))
    # Nobody is owner and deputy of the same customer: an empty cell would leave the deputy on record.
    same = kept.c.deputy_id == rows.c.owner_id
    load.connection.execute(
        update(kept).values(deputy_id=null()).where(kept.c.id == rows.c.target_id, rows.c.deputy_id.is_(None), same)
    )


def codes_of(owner_id: ColumnElement[Any], deputy_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """What the audit trail says of an owner and a deputy: `{"owner": "A1", "deputy": null}`."""
    parts: list[Any] = []
    for name, staff_id in (("owner", owner_id), ("deputy", deputy_id)):
        one = aliased(StaffMember)
        parts += [literal_column(f"'{name}'"), select(one.code).where(one.id == staff_id).scalar_subquery()]
    return func.jsonb_build_object(*parts, type_=JSONB)
