"""The import kinds of stores and their staff."""

import re
from datetime import time
from zoneinfo import ZoneInfo

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import JSONB

from models.core.reasons import declare, give
from models.core.words import DeadlineClock, Role
from models.people.owners import LONGEST_FIRST, OWNER_FIRST_MINUTES, OwnerRule
from models.people.tables import LONGEST_VISIT, SHORTEST_VISIT, VISIT_MINUTES, VISITS_AT_ONCE, StaffMember, Store
from tasks.intake.columns import STORE, Column, KindName
from tasks.intake.files.reading import Holds, alike, choice, whole_number
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, merge, table_of
from tasks.intake.staging import Staged
from tasks.intake.values.cells import Unusable, narrow
from tasks.intake.values.choices import words_of
from tasks.intake.values.dates import read_time

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALL_CHANNELS = ["sms", "email", "wechat", "phone"]
SPAN = re.compile(r"(.+?)\s*[-~–—至到]\s*(.+)")
CLOSED = frozenset({"closed", "关", "休息", "不营业", "geschlossen"})
MOST_PLACES = 1000
HOURS_EXPECTED, OPENS_AFTER_CLOSING = declare("hours-expected"), declare("opens-after-closing")
CONTACT_ENDS_BEFORE = declare("contact-ends-before-start")
ROLES = words_of(
    Role,
    {
        Role.AGENT: "caller,call agent,call center,call centre,crm,customer service,客服,回访专员,客服专员,电话员",
        Role.ADVISOR: "service advisor,sa,adviser,service adviser,serviceberater,服务顾问,顾问,接待",
        Role.SALES: "salesperson,salesman,sales consultant,销售,销售顾问,销售员,verkauf,verkäufer",
        Role.FRONT_DESK: "reception,receptionist,front office,前台,接待员,客户接待,empfang,rezeption",
        Role.WORKSHOP: "technician,mechanic,workshop manager,foreman,车间,技师,车间主管,维修工,werkstatt,mechaniker",
        Role.PARTS: "parts desk,parts manager,warehouse,配件,备件,配件员,备件员,teile,lager",
        Role.FINANCE: "accounting,accountant,accounts,bookkeeping,cashier,财务,会计,出纳,buchhaltung",
        Role.MARKETING: "市场,市场专员,营销",
        Role.MANAGER: "store manager,service manager,director,head,经理,店长,服务经理,leiter",
        Role.GENERAL_MANAGER: "gm,managing director,总经理,geschäftsführer",
        Role.ADMIN: "administrator,管理员",
        Role.OPERATOR: "it,运维",
    },
)
DEADLINE_CLOCKS = words_of(
    DeadlineClock,
    {
        DeadlineClock.AROUND_THE_CLOCK: "24 hours,24h,24/7,always,全天,全天候,24小时,rund um die uhr",
        DeadlineClock.WORKING_HOURS: "business hours,opening hours,office hours,hours worked,"
        "营业时间,工作时间,arbeitszeit,geschäftszeiten,öffnungszeiten",
    },
)
OWNER_RULES = words_of(
    OwnerRule,
    {
        OwnerRule.BY_HAND: "none,manual,手工,不自动,无,keine,von hand",
        OwnerRule.ADVISOR: "service advisor,sa,服务顾问,顾问,serviceberater",
        OwnerRule.SALESPERSON: "sales,sales consultant,销售,销售顾问,verkäufer",
    },
)


def read_hours(text: str, _zone: ZoneInfo) -> list[str]:
    """Opening and closing time; an empty list on a day of rest."""
    if narrow(text).casefold() in CLOSED:
        return []
    span = SPAN.fullmatch(narrow(text))
    if not span:
        raise Unusable(give(HOURS_EXPECTED))
    opens, closes = (read_time(part) for part in span.groups())
    if opens >= closes:
        raise Unusable(give(OPENS_AFTER_CLOSING))
    return [f"{opens:%H:%M}", f"{closes:%H:%M}"]


HOURS = Holds("hours", alike(read_hours))


def check_store(row: Checked, _house: House) -> None:
    """Check that opening comes before closing, and that contact hours exclude the night."""
    values = row.values
    hours = {day: values.pop(day) for day in WEEKDAYS}
    values["opening_hours"] = {day: span or None for day, span in hours.items() if span is not None}
    if values["contact_from"] and values["contact_until"] and values["contact_from"] >= values["contact_until"]:
        row.refuse("contact_until", give(CONTACT_ENDS_BEFORE), values["contact_until"])


def load_stores(load: Load, staged: Staged) -> None:
    """Stores are identified by code."""
    rows, stores = staged.table, table_of(Store)
    load.keep_last(staged, "code")
    load.connection.execute(
        update(rows).values(target_id=stores.c.id).where(func.lower(stores.c.code) == func.lower(rows.c.code))
    )
    assign_ids(load.connection, staged, Store)
    load.connection.execute(
        update(rows)
        .values(name=func.coalesce(rows.c.name, rows.c.code), time_zone=func.coalesce(rows.c.time_zone, load.time_zone))
        .where(rows.c.fresh)
    )
    fields = [
        Field("name", "name", given_by=("code",), keeps=True),
        Field("time_zone", "time_zone", given_by=("code",), keeps=True),
        Field("language", "language", default="zh-CN"),
        Field("phone", "phone"),
        Field("address", "address"),
        Field("holiday_country", "holiday_country"),
        Field("contact_from", "contact_from", default=time(9)),
        Field("contact_until", "contact_until", default=time(20)),
        Field("opening_hours", "opening_hours", given_by=WEEKDAYS),
        Field("channels", "channels", default=ALL_CHANNELS),
        Field("deadline_clock", "deadline_clock", default=DeadlineClock.AROUND_THE_CLOCK),
        Field("visit_minutes", "visit_minutes", default=VISIT_MINUTES),
        Field("visits_at_once", "visits_at_once", default=VISITS_AT_ONCE),
        Field("owner_rule", "owner_rule", default=OwnerRule.BY_HAND),
        Field("owner_first_minutes", "owner_first_minutes", default=OWNER_FIRST_MINUTES),
    ]
    merge(load.connection, staged, Store, fields, identity=("code",))


STORES = Kind(
    name=KindName("stores"),
    meaning="A place of business, with its hours and how it reaches its customers.",
    columns=(
        Column("code", Holds.CODE, "the short code by which everything else names the store", required=True),
        Column("name", Holds.NAME, "as customers read it; without it the code"),
        Column("time_zone", Holds.ZONE, "IANA name, such as Asia/Shanghai; without it that of the installation"),
        Column("language", Holds.LANGUAGE, "language of customers who have none of their own: zh-CN or en"),
        Column("phone", Holds.NAME, "as it stands in messages"),
        Column("address", Holds.TEXT, "as it stands in messages"),
        Column("holiday_country", Holds.COUNTRY, "ISO 3166 code of the country whose public holidays the store keeps"),
        Column("contact_from", Holds.TIME, "before this time of day customers are left in peace; 09:00"),
        Column("contact_until", Holds.TIME, "after this time of day customers are left in peace; 20:00"),
        Column("channels", Holds.CHANNELS, "what the store uses, of sms, email, wechat, phone; all of them"),
        *(Column(day, HOURS, f"opening hours on {day.capitalize()}: 08:30-18:00, or closed") for day in WEEKDAYS),
        Column(
            "deadline_clock",
            choice("deadline clock", DEADLINE_CLOCKS),
            "which hours count towards the deadlines of cases: around-the-clock or working-hours; around-the-clock",
        ),
        Column(
            "visit_minutes",
            whole_number("minutes", SHORTEST_VISIT, LONGEST_VISIT),
            "how far apart visits that customers may choose start; 30",
        ),
        Column(
            "visits_at_once",
            whole_number("places", 0, MOST_PLACES),
            "how many visits may start at the same moment; 2; 0 offers none",
        ),
        Column(
            "owner_rule",
            choice("owner rule", OWNER_RULES),
            "who owns customers that no file and nobody gives an owner: advisor (of the latest visit, else who sold), "
            "salesperson (who sold, else the advisor), or by-hand; by-hand",
        ),
        Column(
            "owner_first_minutes",
            whole_number("minutes", 0, LONGEST_FIRST),
            "for how long a call or task is the customer's owner's alone; 120; 0: it comes to them first, but others "
            "may take it",
        ),
    ),
    identity="its code",
    makes_stores=True,
    check=check_store,
    made={"opening_hours": JSONB()},
    remade=frozenset(WEEKDAYS),
    load=load_stores,
    example={
        "code": "SH01",
        "name": "星河汽车浦东店",
        "time_zone": "Asia/Shanghai",
        "language": "zh-CN",
        "monday": "08:30-18:00",
        "sunday": "closed",
    },
)


def load_staff(load: Load, staged: Staged) -> None:
    """Staff are identified by store and code."""
    rows, staff = staged.table, table_of(StaffMember)
    load.keep_last(staged, "store_id", "code")
    load.connection.execute(
        update(rows)
        .values(target_id=staff.c.id)
        .where(staff.c.store_id == rows.c.store_id, staff.c.code == rows.c.code)
    )
    assign_ids(load.connection, staged, StaffMember)
    fields = [
        *(Field(name, name) for name in ("name", "role", "department", "phone", "email")),
        Field("active", "active", default=True),
    ]
    merge(load.connection, staged, StaffMember, fields, identity=("store_id", "code"))


STAFF = Kind(
    name=KindName("staff"),
    meaning="A member of the staff of a store.",
    columns=(
        STORE,
        Column("code", Holds.CODE, "the code by which other files name this member of staff", required=True),
        Column("name", Holds.NAME, "full name", required=True),
        Column("role", choice("role", ROLES), f"{', '.join(Role)}", True),
        Column("department", Holds.NAME, "the department that is told of changes"),
        Column("phone", Holds.NAME, "as the source writes it"),
        Column("email", Holds.TEXT, "as the source writes it"),
        Column("active", Holds.YES_NO, "no: has left; yes"),
    ),
    identity="store and code",
    after=("stores",),
    load=load_staff,
    example={"store": "SH01", "code": "A1", "name": "程远", "role": "advisor", "department": "service"},
)
