"""The import kind of what is arranged about accounts: disputes, blocks, and plans to pay in instalments (R4)."""

from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import ColumnElement, Numeric, and_, cast, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Date, Text

from models.core.reasons import NUMBER, TEXT, declare, give
from models.subjects.account import KIND as ACCOUNT_KIND
from models.subjects.account import Invoice
from models.subjects.arrangement import Arrangement, ArrangementKind, Instalment
from tasks.intake.columns import CUSTOMER_COLUMNS, STORE, Column, KindName, key
from tasks.intake.files.reading import Holds, choice
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, reject, table_of
from tasks.intake.staging import Staged
from tasks.intake.values.choices import words_of
from tasks.intake.values.plausibility import RECENT, Window
from tasks.subjects.account.intake import ACCOUNT, GIVES_ACCOUNT, find_accounts, find_invoices
from tasks.subjects.arrangement.sample import SAMPLE
from tasks.subjects.contract import Those
from tasks.subjects.registry import subject_of

KINDS_OF = words_of(
    ArrangementKind,
    {
        ArrangementKind.DISPUTE: "disputed,contested,争议,异议,reklamation,streitig",
        ArrangementKind.BLOCK: "blocked,hold,dunning block,no dunning,暂停催款,冻结催款,mahnsperre",
        ArrangementKind.INSTALMENTS: "instalment,installments,payment plan,plan,分期,分期付款,ratenzahlung,raten",
    },
)
LEAST_PARTS = 2
MOST_PARTS = 60
CENT = Decimal("0.01")
PARTS_OF_NO_PLAN, LAST_DAY_EXPECTED = declare("parts-of-no-plan"), declare("last-day-expected")
ENDS_BEFORE = declare("ends-before-starts", day=TEXT)
ONLY_A_DISPUTE = declare("invoice-of-no-dispute")
PARTS_EXPECTED = declare("parts-expected", least=NUMBER, most=NUMBER)
PARTS_DIFFER = declare("parts-do-not-sum-up")


def check_arrangement(row: Checked, _house: House) -> None:
    """A plan has its parts, each above zero and on its own day; what is no plan has a last day."""
    values = row.values
    text = values.pop("instalments", None)
    values["parts"] = None
    if values["kind"] is ArrangementKind.INSTALMENTS:
        _take_parts(row, text)
    elif text:
        row.refuse("instalments", give(PARTS_OF_NO_PLAN), text)
    elif values["ends_on"] is None:
        row.refuse("ends_on", give(LAST_DAY_EXPECTED))
    starts, ends = values["starts_on"], values["ends_on"]
    if starts and ends and ends < starts:
        row.refuse("ends_on", give(ENDS_BEFORE, day=str(starts)), ends)
    if values["invoice"] and values["kind"] is not ArrangementKind.DISPUTE:
        row.refuse("invoice", give(ONLY_A_DISPUTE), values["invoice"])


def _take_parts(row: Checked, text: str | None) -> None:
    expected = give(PARTS_EXPECTED, least=LEAST_PARTS, most=MOST_PARTS)
    try:
        parts = dict(_read_part(one) for one in (text or "").replace("\n", ";").split(";") if one.strip())
    except (ValueError, InvalidOperation):
        row.refuse("instalments", expected, text or "")
        return
    if not LEAST_PARTS <= len(parts) <= MOST_PARTS or any(amount <= 0 for amount in parts.values()):
        row.refuse("instalments", expected, text or "")
        return
    row.values["parts"] = {day.isoformat(): str(amount) for day, amount in sorted(parts.items())}
    row.values["ends_on"] = max(parts)


def _read_part(said: str) -> tuple[date, Decimal]:
    day, _, amount = said.partition("=")
    value = Decimal(amount.strip().replace(",", ""))
    if not value.is_finite() or value != value.quantize(CENT):
        raise ValueError(amount)
    return date.fromisoformat(day.strip()), value.quantize(CENT)


def load_arrangements(load: Load, staged: Staged) -> None:
    """Arrangements are known by key. A plan that is new, or whose parts are others, sums up to what is open."""
    connection, rows, invoices = load.connection, staged.table, table_of(Invoice)
    find_invoices(load, staged)
    of_invoice = update(rows).values(account_id=invoices.c.account_id, customer=None, customer_phone=None, account=None)
    connection.execute(of_invoice.where(invoices.c.id == rows.c.invoice_id))
    find_accounts(load, staged)
    plan = rows.c.parts.is_not(None)
    connection.execute(update(rows).values(currency=func.coalesce(rows.c.currency, load.currency)).where(plan))
    connection.execute(update(rows).values(currency=None).where(~plan))
    load.keep_last(staged, "store_id", "key")
    find_by_key(connection, staged, Arrangement)
    _reject_what_does_not_sum_up(load, staged)
    assign_ids(connection, staged, Arrangement)
    fields = [
        Field("account_id", "account_id", given_by=(*GIVES_ACCOUNT, "invoice")),
        Field("invoice_id", "invoice_id", given_by=("invoice",)),
        Field("kind", "kind"),
        Field("currency", "currency", given_by=("currency", "instalments")),
        Field("starts_on", "starts_on"),
        Field("ends_on", "ends_on", given_by=("ends_on", "instalments")),
        Field("ended_on", "ended_on"),
        Field("reason", "reason"),
    ]
    merge(connection, staged, Arrangement, fields, at_first={"set_at": load.now})
    _keep_parts(load, staged)


def _reject_what_does_not_sum_up(load: Load, staged: Staged) -> None:
    rows = staged.table
    owing = select(rows.c.account_id).where(rows.c.parts.is_not(None))
    facts = subject_of(ACCOUNT_KIND).facts(load.now, Those(owing)).subquery("accounts_now")
    part = func.jsonb_each_text(rows.c.parts).table_valued("key", "value", name="part")
    total = select(func.sum(cast(part.c.value, Numeric(14, 2)))).select_from(part).scalar_subquery()
    open_now = select(cast(facts.c.totals[rows.c.currency].astext, Numeric(14, 2))).where(
        facts.c.subject_id == rows.c.account_id
    )
    differs = func.coalesce(open_now.scalar_subquery(), literal(Decimal(0))) != total
    reject(
        load.connection,
        staged,
        "instalments",
        give(PARTS_DIFFER),
        and_(rows.c.parts.is_not(None), or_(rows.c.target_id.is_(None), ~_known(staged)), differs),
        value=cast(rows.c.parts, Text),
    )


def _known(staged: Staged) -> ColumnElement[bool]:
    """The plan on record has the same parts."""
    rows = staged.table
    parts = select(func.jsonb_object_agg(cast(Instalment.due_on, Text), cast(Instalment.amount, Text), type_=JSONB))
    of_plan = parts.where(Instalment.arrangement_id == rows.c.target_id).scalar_subquery()
    return func.coalesce(of_plan == rows.c.parts, literal(False))


def _keep_parts(load: Load, staged: Staged) -> None:
    """The parts of plans that are new or others."""
    rows = staged.table
    other = and_(rows.c.parts.is_not(None), ~_known(staged))
    renewed = load.connection.execute(
        update(rows).values(touched=True).where(other, rows.c.fresh.is_(False)).returning(rows.c.target_id)
    ).scalars()
    load.connection.execute(delete(Instalment).where(Instalment.arrangement_id.in_(list(renewed))))
    part = func.jsonb_each_text(rows.c.parts).table_valued("key", "value", name="part").render_derived()
    there = exists().where(Instalment.arrangement_id == rows.c.target_id)
    lines = (
        select(rows.c.target_id, cast(part.c.key, Date), cast(part.c.value, Numeric(14, 2)))
        .select_from(rows)
        .join(part, literal(True))
        .where(rows.c.parts.is_not(None), ~there)
    )
    load.connection.execute(insert(Instalment).from_select(["arrangement_id", "due_on", "amount"], lines))


ARRANGEMENTS = Kind(
    name=KindName("arrangements"),
    meaning="What is arranged about an account: a dispute, a block until a day, or a plan of instalments.",
    columns=(
        STORE,
        key("number of the arrangement"),
        *CUSTOMER_COLUMNS,
        ACCOUNT,
        Column("kind", choice("kind of arrangement", KINDS_OF), "dispute, block, instalments", required=True),
        Column("invoice", Holds.KEY, "of a dispute, the invoice that is contested; without it all that is claimed"),
        Column("starts_on", Holds.DATE, "from this day on", required=True, plausible=RECENT),
        Column("ends_on", Holds.DATE, "its last day; of a plan, that of its last part", plausible=Window(40, 10)),
        Column("ended_on", Holds.DATE, "from this day on it counts no more", spare=True, plausible=Window(40, 10)),
        Column("reason", Holds.TEXT, "why"),
        Column("instalments", Holds.TEXT, "of a plan: days and amounts, such as 2026-04-01=300.00; 2026-05-01=300.00"),
        Column("currency", Holds.CURRENCY, "of a plan: ISO 4217 code or sign; without it CNY"),
    ),
    identity="store and key",
    one_of=(("customer", "customer_phone", "account", "invoice"),),
    after=("customers", "invoices", "payments"),
    check=check_arrangement,
    made={"parts": JSONB()},
    remade=frozenset({"instalments"}),
    looks_up=("account_id", "invoice_id"),
    not_from_constants=frozenset({"currency"}),
    api_scope="accounts:write",
    load=load_arrangements,
    sample=SAMPLE,
    example={
        "store": "SH01",
        "key": "V-9101",
        "customer": "C-1001",
        "kind": "block",
        "starts_on": "2026-02-25",
        "ends_on": "2026-03-20",
        "reason": "warranty claim pending",
    },
)
