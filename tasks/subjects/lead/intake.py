"""The import kinds of leads and of visits to the showroom."""

from sqlalchemy import ColumnElement, func, literal, null, or_, select, update

from models.core.reasons import declare, give
from models.core.words import LeadState, LeadUrgency
from models.people.tables import CustomerKey
from models.subjects.lead import Lead, LeadSource, LostKind, ShowroomVisit
from tasks.intake.columns import CUSTOMER_COLUMNS, GIVES_CUSTOMER, STORE, Column, KindName, key
from tasks.intake.files.reading import Holds, choice
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import AMBIGUOUS, Field, assign_ids, find_by_key, look_up, merge, reject, table_of
from tasks.intake.references import ERASED, NAMES_NO_CUSTOMER, find_customers, find_staff, is_erased
from tasks.intake.staging import Staged
from tasks.intake.values.amounts import Amount
from tasks.intake.values.choices import words_of
from tasks.intake.values.plausibility import RECENT, Window
from tasks.subjects.lead.doubles import keep_sources, set_doubles_apart
from tasks.subjects.lead.first_contact import set_first_contact
from tasks.subjects.lead.sample import SAMPLE, VISITS_SAMPLE

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
        LeadState.EXPIRED: "given up,timed out,过期,已过期,失效,已失效,abgelaufen",
    },
)
LOST_KINDS = words_of(
    LostKind,
    {
        LostKind.PRICE: "too expensive,price too high,价格,价格过高,太贵,preis",
        LostKind.MODEL: "wrong model,no suitable model,车型,车型不合适,没有合适车型,modell",
        LostKind.STOCK: "not in stock,delivery time,无现车,没有现车,等车太久,lieferzeit",
        LostKind.FINANCE: "finance,financing,loan refused,金融,贷款,贷款未通过,finanzierung",
        LostKind.SERVICE: "service,服务,服务不满意",
        LostKind.ELSEWHERE: "competitor,bought another make,other dealer,他店购车,购买竞品,竞品,anderswo gekauft",
        LostKind.GAVE_UP: "gave up,no longer interested,put it off,放弃,暂缓购车,不买了,kein interesse",
    },
)
STAFF_ID = "salesperson_id"
REFERRER_ID = "referred_by_id"


def check_lead(row: Checked, _house: House) -> None:
    """A lead is lost for a reason; one that is not lost has none. What came in at a moment came in on that day."""
    values = row.values
    if values["lost_kind"] and not values["lost_reason"]:
        values["lost_reason"] = values["lost_kind"].value
    _take_deposit(row)
    if values["state"] is LeadState.LOST and not values["lost_reason"]:
        row.refuse("lost_reason", give(LOST_REASON))
    if values["state"] is not LeadState.LOST and values["lost_reason"]:
        row.leave_out("lost_reason", give(NOT_LOST), values["lost_reason"])
        values["lost_reason"] = None


def _take_deposit(row: Checked) -> None:
    """The deposit, in the currency that the row names, or that stood beside it."""
    paid: Amount | None = row.values["deposit"]
    if paid is None:
        return
    row.values["deposit"] = paid.value
    row.values["currency"] = row.values["currency"] or paid.currency
    if paid.value < 0:
        row.refuse("deposit", give(NEGATIVE_DEPOSIT), paid.value)
    if not row.values["currency"]:
        row.refuse("currency", give(DEPOSIT_CURRENCY))


REFERS_ITSELF, UNKNOWN_REFERRER = declare("lead-refers-itself"), declare("referrer-unknown")
NEGATIVE_DEPOSIT, DEPOSIT_CURRENCY = declare("negative-deposit"), declare("deposit-currency-expected")
LOST_REASON, NOT_LOST = declare("lost-reason-expected"), declare("lost-reason-unexpected")
UNKNOWN_LEAD = declare("unknown-lead")
PLAIN = (
    "came_in_at", "source", "deposit", "currency", "test_drive_on", "quoted_on", "expected_on", "postponed_to",
    "trades_in", "note",
)  # fmt: skip
"""What a file says of a lead as it is, and what stays as it was where the file has no such column."""


def load_leads(load: Load, staged: Staged) -> None:
    """Leads are known by key. A file that says what became of a lead says why and since when, too, or nothing of it."""
    find_customers(load.connection, staged)
    find_staff(load.connection, staged, "salesperson")
    reject(load.connection, staged, "customer", give(NAMES_NO_CUSTOMER), staged.table.c.customer_id.is_(None))
    load.keep_last(staged, "store_id", "key")
    _find_referrers(load, staged)
    find_by_key(load.connection, staged, Lead)
    _leave_out_words_of_erased(load, staged)
    assign_ids(load.connection, staged, Lead)
    sources = set_doubles_apart(load, staged)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_CUSTOMER),
        *(Field(name, name) for name in ("urgency", "model", "created_on", "contacted_on")),
        Field("state", "state", default=LeadState.OPEN.value),
        *(Field(name, name, given_by=("state",)) for name in ("lost_reason", "lost_kind", "competitor", "state_on")),
        Field("urgency_on", "urgency_on", given_by=("urgency_on",)),
        Field(STAFF_ID, STAFF_ID, given_by=("salesperson",)),
        Field(REFERRER_ID, REFERRER_ID, given_by=("referred_by",)),
        *(Field(name, name, given_by=(name,)) for name in PLAIN),
    ]
    merge(load.connection, staged, Lead, fields)
    keep_sources(load, sources)
    rows = staged.table
    set_first_contact(
        load.connection, Lead.id.in_(select(rows.c.target_id).where(or_(rows.c.fresh, rows.c.touched))), load.now
    )


def _find_referrers(load: Load, staged: Staged) -> None:
    """Set who sent the customer. A lead that refers itself is refused; one that names nobody known goes in without."""
    rows, keys = staged.table, table_of(CustomerKey)
    for same_store in staged.reaches:
        here: ColumnElement[bool] = keys.c.store_id == rows.c.store_id
        known = select(rows.c.entry, keys.c.customer_id.label("id"), literal(0).label("rank")).where(
            rows.c[REFERRER_ID].is_(None), keys.c.key == rows.c.referred_by, here if same_store else ~here
        )
        look_up(load.connection, staged, REFERRER_ID, known)
    himself = rows.c[REFERRER_ID] == rows.c.customer_id
    reject(load.connection, staged, "referred_by", give(REFERS_ITSELF), himself)
    unknown = func.coalesce(rows.c[REFERRER_ID], AMBIGUOUS) == AMBIGUOUS
    reject(
        load.connection,
        staged,
        "referred_by",
        give(UNKNOWN_REFERRER),
        rows.c.referred_by.is_not(None) & unknown,
        whole=False,
    )
    load.connection.execute(update(rows).values({REFERRER_ID: null()}).where(rows.c[REFERRER_ID] == AMBIGUOUS))


def _leave_out_words_of_erased(load: Load, staged: Staged) -> None:
    """What a customer who was erased wrote, and why the lead was lost in somebody's own words: they do not come
    back."""
    rows, leads = staged.table, table_of(Lead)
    on_record = select(leads.c.lost_reason).where(leads.c.id == rows.c.target_id).scalar_subquery()
    theirs = rows.c.lost_reason.is_not(None) & is_erased(rows.c.customer_id)
    reject(load.connection, staged, "lost_reason", give(ERASED), theirs, whole=False)
    kept = func.coalesce(on_record, literal(str(give(ERASED))))
    load.connection.execute(update(rows).values(lost_reason=kept).where(theirs))
    written = rows.c.note.is_not(None) & is_erased(rows.c.customer_id)
    reject(load.connection, staged, "note", give(ERASED), written, whole=False)
    load.connection.execute(update(rows).values(note=null()).where(written))


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
        Column("lost_kind", choice("kind of loss", LOST_KINDS), ", ".join(LostKind), spare=True),
        Column("competitor", Holds.NAME, "the make or the dealer that won the customer", spare=True),
        Column("urgency_on", Holds.DATE, "the day the class was last set; without it, created_on", plausible=RECENT),
        Column("came_in_at", Holds.MOMENT, "the moment it came in; without it, created_on", plausible=RECENT),
        Column("salesperson", Holds.STAFF, "code or name of who sells, who is in `staff`", spare=True),
        Column("source", Holds.NAME, "where it came from: walk-in, website, referral, own base", spare=True),
        Column("deposit", Holds.AMOUNT, "what was paid on ordering"),
        Column("currency", Holds.CURRENCY, "currency of the deposit"),
        Column("test_drive_on", Holds.DATE, "the day of the test drive", spare=True, plausible=RECENT),
        Column("quoted_on", Holds.DATE, "the day of the offer", spare=True, plausible=RECENT),
        Column("expected_on", Holds.DATE, "when the customer means to buy", spare=True, plausible=Window(10, 5)),
        Column("postponed_to", Holds.DATE, "the customer asked not to be called before", plausible=Window(10, 5)),
        Column("trades_in", Holds.YES_NO, "whether a car is taken in payment", spare=True),
        Column("referred_by", Holds.REFERENCE, "key of the customer who sent this one", spare=True),
        Column("note", Holds.TEXT, "what the customer wrote, or what was noted", spare=True),
    ),
    identity="store and key; a new open one of a customer who has an open lead in the store is a source of that lead",
    one_of=(("customer", "customer_phone"),),
    looks_up=(STAFF_ID, REFERRER_ID),
    api_scope="leads:write",
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


def load_showroom_visits(load: Load, staged: Staged) -> None:
    """Visits are known by key. One that names a lead moves the lead's last contact."""
    find_staff(load.connection, staged, "salesperson")
    _find_leads(load, staged)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, ShowroomVisit)
    assign_ids(load.connection, staged, ShowroomVisit)
    fields = [
        Field(STAFF_ID, STAFF_ID, given_by=("salesperson",)),
        Field(LEAD_ID, LEAD_ID, given_by=("lead",)),
        Field("visited_on", "visited_on"),
        Field("test_drive", "test_drive", default=False),
    ]
    merge(load.connection, staged, ShowroomVisit, fields)


def _find_leads(load: Load, staged: Staged) -> None:
    rows, leads, sources = staged.table, table_of(Lead), table_of(LeadSource)
    for same_store in staged.reaches:
        here: ColumnElement[bool] = leads.c.store_id == rows.c.store_id
        known = select(rows.c.entry, leads.c.id, literal(0).label("rank")).where(
            rows.c[LEAD_ID].is_(None), leads.c.key == rows.c.lead, here if same_store else ~here
        )
        look_up(load.connection, staged, LEAD_ID, known)
        further = select(rows.c.entry, sources.c.lead_id.label("id"), literal(0).label("rank")).where(
            rows.c[LEAD_ID].is_(None), sources.c.key == rows.c.lead,
            sources.c.store_id == rows.c.store_id if same_store else sources.c.store_id != rows.c.store_id,
        )  # fmt: skip
        look_up(load.connection, staged, LEAD_ID, further)
    unknown = func.coalesce(rows.c[LEAD_ID], AMBIGUOUS) == AMBIGUOUS
    reject(load.connection, staged, "lead", give(UNKNOWN_LEAD), rows.c.lead.is_not(None) & unknown)
    load.connection.execute(update(rows).values({LEAD_ID: null()}).where(rows.c[LEAD_ID] == AMBIGUOUS))


LEAD_ID = "lead_id"
SHOWROOM_VISITS = Kind(
    name=KindName("showroom-visits"),
    meaning="A customer came to the showroom.",
    columns=(
        STORE,
        key("number of the visit"),
        Column("visited_on", Holds.DATE, "the day of the visit", required=True, plausible=RECENT),
        Column("lead", Holds.REFERENCE, "key of the lead; empty: a walk-in of whom no lead was made"),
        Column("salesperson", Holds.STAFF, "code or name of who served the customer, who is in `staff`", spare=True),
        Column("test_drive", Holds.YES_NO, "whether there was a test drive; no", spare=True),
    ),
    identity="store and key",
    looks_up=(STAFF_ID, LEAD_ID),
    after=("leads", "due-items"),
    sample=VISITS_SAMPLE,
    load=load_showroom_visits,
    example={
        "store": "SH01",
        "key": "SV-9001",
        "visited_on": "2026-03-05",
        "lead": "L-1001",
        "test_drive": "yes",
    },
)
