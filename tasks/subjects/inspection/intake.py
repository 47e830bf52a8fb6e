"""The import kind of inspections: thirteen points, each in order, to watch or a fault, and the claim."""

from sqlalchemy import (
    BigInteger,
    String,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy import (
    Column as SqlColumn,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Text

from models.core.reasons import TEXT, declare, give
from models.subjects.inspection import POINTS, Finding, Inspection, InspectionPoint
from tasks.intake.columns import CUSTOMER_COLUMNS, GIVES_OWNER, STORE, Column, KindName, key
from tasks.intake.files.reading import Holds, choice
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, reject, table_of
from tasks.intake.references import find_owners_and_cars, find_staff
from tasks.intake.staging import Staged, temporary_table
from tasks.intake.values.amounts import Amount
from tasks.intake.values.choices import words_of
from tasks.intake.values.plausibility import RECENT
from tasks.subjects.inspection.sample import SAMPLE

FINDINGS = words_of(
    Finding,
    {
        Finding.OK: "good,in order,fine,pass,passed,正常,良好,合格,ok,in ordnung",
        Finding.WATCH: "to watch,monitor,soon,attention,关注,需关注,注意,观察,beobachten",
        Finding.FAULT: "bad,defect,defective,failed,fail,broken,故障,异常,不合格,损坏,defekt,mangel",
    },
)
TECHNICIAN_ID = "technician_id"
COLUMN_OF = {point: point.replace("-", "_") for point in POINTS}
"""Each point's column; what was noted about it stands in the column of that name with `_note`."""
_FOUND = temporary_table(
    "staged_points",
    SqlColumn("inspection_id", BigInteger),
    SqlColumn("point", String),
    SqlColumn("finding", Text),
    SqlColumn("note", Text),
)
CLAIMED_BEFORE = declare("claimed-before-inspected", day=TEXT)
CLAIM_WITHOUT_FAULT, NEGATIVE_CLAIM = declare("claim-without-fault"), declare("negative-claim")
KNOWN_VEHICLE_EXPECTED = declare("known-vehicle-expected")


def check_inspection(row: Checked, _house: House) -> None:
    """A claim is filed after the inspection, for a fault, and has a currency where it has an amount."""
    said = row.values
    if said["claim_filed_on"] and said["inspected_on"] and said["claim_filed_on"] < said["inspected_on"]:
        expected = give(CLAIMED_BEFORE, day=said["inspected_on"].isoformat())
        row.refuse("claim_filed_on", expected, said["claim_filed_on"])
    faults = [point for point, column in COLUMN_OF.items() if said[column] == Finding.FAULT]
    given = [point for point, column in COLUMN_OF.items() if said[column]]
    if said["claim_filed_on"] and len(given) == len(POINTS) and not faults:
        row.refuse("claim_filed_on", give(CLAIM_WITHOUT_FAULT), said["claim_filed_on"])
    _take_amount(row)


def _take_amount(row: Checked) -> None:
    """The amount of the claim, in the currency that the row names, or that stood beside it."""
    claimed: Amount | None = row.values["claim_amount"]
    if claimed is None:
        row.values["claim_currency"] = None
        return
    row.values["claim_amount"] = claimed.value
    row.values["claim_currency"] = row.values["claim_currency"] or claimed.currency
    if claimed.value < 0:
        row.refuse("claim_amount", give(NEGATIVE_CLAIM), claimed.value)


def load_inspections(load: Load, staged: Staged) -> None:
    """Inspections are known by key. A point that the file leaves empty stays as it is on record."""
    connection, rows = load.connection, staged.table
    find_owners_and_cars(connection, staged)
    reject(connection, staged, "vehicle", give(KNOWN_VEHICLE_EXPECTED), rows.c.vehicle_id.is_(None))
    find_staff(connection, staged, "technician")
    load.keep_last(staged, "store_id", "key")
    find_by_key(connection, staged, Inspection)
    assign_ids(connection, staged, Inspection)
    missing = and_(rows.c.claim_amount.is_not(None), rows.c.claim_currency.is_(None))
    connection.execute(update(rows).values(claim_currency=literal(load.currency)).where(missing))
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_OWNER),
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        Field(TECHNICIAN_ID, TECHNICIAN_ID, given_by=("technician",)),
        *(Field(name, name) for name in ("inspected_on", "claim_filed_on", "claim_amount")),
        Field("claim_currency", "claim_currency", given_by=("claim_amount",)),
    ]
    merge(connection, staged, Inspection, fields)
    _merge_points(load, staged)


def _merge_points(load: Load, staged: Staged) -> None:
    connection, rows, points = load.connection, staged.table, table_of(InspectionPoint)
    _FOUND.create(connection)
    parts = [
        select(rows.c.target_id, literal(point, String), rows.c[column], rows.c[f"{column}_note"]).where(
            rows.c[column].is_not(None)
        )
        for point, column in COLUMN_OF.items()
    ]
    connection.execute(insert(_FOUND).from_select(["inspection_id", "point", "finding", "note"], union_all(*parts)))
    same = and_(points.c.inspection_id == _FOUND.c.inspection_id, points.c.point == _FOUND.c.point)
    known = exists().where(
        same,
        points.c.finding == _FOUND.c.finding,
        points.c.note.is_not_distinct_from(func.coalesce(_FOUND.c.note, points.c.note)),
    )
    other = exists().where(_FOUND.c.inspection_id == rows.c.target_id, ~known)
    connection.execute(update(rows).values(touched=true()).where(other))
    made = upsert(points).from_select(["inspection_id", "point", "finding", "note"], select(_FOUND))
    connection.execute(
        made.on_conflict_do_update(
            index_elements=["inspection_id", "point"],
            set_={
                "finding": made.excluded.finding,
                "note": case((made.excluded.note.is_(None), points.c.note), else_=made.excluded.note),
            },
        )
    )
    _FOUND.drop(connection)


INSPECTIONS = Kind(
    name=KindName("inspections"),
    meaning="A car was looked at before its warranty ended: thirteen points, and the claim.",
    columns=(
        STORE,
        key("number of the inspection"),
        *CUSTOMER_COLUMNS,
        Column("vehicle", Holds.VEHICLE, "key, VIN or plate of the vehicle", required=True),
        Column("technician", Holds.STAFF, "code or name of who looked at it, who is in `staff`", spare=True),
        Column("inspected_on", Holds.DATE, "the day of the inspection", required=True, plausible=RECENT),
        *(
            Column(column, choice("finding", FINDINGS), f"{point.replace('-', ' ')}: ok, watch, fault")
            for point, column in COLUMN_OF.items()
        ),
        *(
            Column(f"{column}_note", Holds.TEXT, f"what was noted about it: {point.replace('-', ' ')}", spare=True)
            for point, column in COLUMN_OF.items()
        ),
        Column("claim_filed_on", Holds.DATE, "when the claim went to the maker", plausible=RECENT),
        Column("claim_amount", Holds.AMOUNT, "what was claimed", spare=True),
        Column("claim_currency", Holds.CURRENCY, "its currency; without it that of the installation", spare=True),
    ),
    identity="store and key",
    after=("staff", "warranties"),
    check=check_inspection,
    looks_up=(TECHNICIAN_ID,),
    sample=SAMPLE,
    load=load_inspections,
    example={
        "store": "SH01",
        "key": "IN-1001",
        "vehicle": "V-2001",
        "inspected_on": "2026-02-11",
        "engine": "ok",
        "brakes": "fault",
        "brakes_note": "disc worn",
        "tyres": "watch",
        "claim_filed_on": "2026-02-12",
        "claim_amount": "1280.00",
        "claim_currency": "CNY",
    },
)
