"""The import kind of leads."""

from sqlalchemy import func, literal, select, update

from models.core.words import LeadState, LeadUrgency
from models.subjects.lead import Lead
from tasks.intake.columns import CUSTOMER_COLUMNS, GIVES_CUSTOMER, STORE, Column, KindName, key
from tasks.intake.files.reading import Holds, choice
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, reject, table_of
from tasks.intake.references import ERASED, find_customers, is_erased
from tasks.intake.staging import Staged
from tasks.intake.values.choices import words_of
from tasks.intake.values.plausibility import RECENT
from tasks.subjects.lead.sample import SAMPLE

LEAD_URGENCIES = words_of(
    LeadUrgency,
    {
        LeadUrgency.ORDERED: "ordered,order,o级,已订车,已下订,订车,已订,bestellt",
        LeadUrgency.WITHIN_A_WEEK: "hot,7 days,within 7 days,within a week,one week,h级,7天内,七天内,一周内,"
        "innerhalb einer woche",
        LeadUrgency.WITHIN_A_MONTH: "warm,1 month,30 days,within a month,one month,a级,一个月内,30天内,1个月内,"
        "innerhalb eines monats",
        LeadUrgency.WITHIN_THREE_MONTHS: "3 months,90 days,within three months,within 3 months,three months,b级,"
        "三个月内,90天内,3个月内,innerhalb von drei monaten",
    },
)
LEAD_STATES = words_of(
    LeadState,
    {
        LeadState.OPEN: "active,new,in progress,working,contacted,qualified,following up,"
        "跟进中,跟进,进行中,新建,有效,未成交,offen,aktiv",
        LeadState.WON: "sold,bought,delivered,converted,closed won,success,成交,已成交,赢单,已购,gewonnen,verkauft",
        LeadState.LOST: "closed lost,dead,dropped,failed,unqualified,战败,已战败,失败,流失,输单,无效,verloren",
    },
)


def check_lead(row: Checked, _house: House) -> None:
    """A lead is lost for a reason; one that is not lost has none."""
    values = row.values
    if values["state"] is LeadState.LOST and not values["lost_reason"]:
        row.refuse("lost_reason", "expected why the lead was lost")
    if values["state"] is not LeadState.LOST and values["lost_reason"]:
        row.leave_out("lost_reason", "expected none beside any state but lost", values["lost_reason"])
        values["lost_reason"] = None


def load_leads(load: Load, staged: Staged) -> None:
    """Leads are known by key. A file that says what became of a lead says why and since when, too, or nothing of it."""
    find_customers(load.connection, staged)
    reject(load.connection, staged, "customer", "the row names no customer", staged.table.c.customer_id.is_(None))
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, Lead)
    _leave_out_reasons_of_erased(load, staged)
    assign_ids(load.connection, staged, Lead)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_CUSTOMER),
        *(Field(name, name) for name in ("urgency", "model", "created_on", "contacted_on")),
        Field("state", "state", default=LeadState.OPEN.value),
        *(Field(name, name, given_by=("state",)) for name in ("lost_reason", "state_on")),
    ]
    merge(load.connection, staged, Lead, fields)


def _leave_out_reasons_of_erased(load: Load, staged: Staged) -> None:
    """Why a lead was lost is somebody's own words, which may name a customer who was erased: they do not come back."""
    rows, leads = staged.table, table_of(Lead)
    on_record = select(leads.c.lost_reason).where(leads.c.id == rows.c.target_id).scalar_subquery()
    theirs = rows.c.lost_reason.is_not(None) & is_erased(rows.c.customer_id)
    reject(load.connection, staged, "lost_reason", ERASED, theirs, whole=False)
    kept = func.coalesce(on_record, literal(ERASED))
    load.connection.execute(update(rows).values(lost_reason=kept).where(theirs))


LEADS = Kind(
    name=KindName("leads"),
    meaning="A customer who may buy a car.",
    columns=(
        STORE,
        key("number of the lead"),
        *CUSTOMER_COLUMNS,
        Column(
            "urgency",
            choice("urgency of a lead", LEAD_URGENCIES),
            "O ordered, H within 7 days, A within a month, B within three months",
            required=True,
        ),
        Column("model", Holds.TEXT, "the model that the customer wants"),
        Column("state", choice("state of a lead", LEAD_STATES), "open, won, lost; open"),
        Column("lost_reason", Holds.TEXT, "why it was lost, which a lost lead cannot do without; goes with the state"),
        Column("created_on", Holds.DATE, "the day the lead came in", required=True, plausible=RECENT),
        Column(
            "contacted_on",
            Holds.DATE,
            "the day the customer was last contacted about it; empty: never",
            plausible=RECENT,
        ),
        Column(
            "state_on",
            Holds.DATE,
            "since when the state holds; without it, always so; goes with the state",
            plausible=RECENT,
        ),
    ),
    identity="store and key",
    one_of=(("customer", "customer_phone"),),
    after=("customers", "promises"),
    check=check_lead,
    sample=SAMPLE,
    load=load_leads,
    example={
        "store": "SH01",
        "key": "L-1001",
        "customer": "C-1001",
        "urgency": "H",
        "model": "Nova",
        "state": "open",
        "created_on": "2026-02-28",
        "contacted_on": "2026-03-02",
    },
)
