"""The import kind of appointments."""

from enum import StrEnum

from sqlalchemy import ColumnElement, Table, and_, exists, insert, literal, null, select, update

from models.core.words import AppointmentStatus, ChangeKind, PartsState, WorkKind
from models.subjects.appointment import Appointment, AppointmentChange
from tasks.intake.columns import (
    ADVISOR,
    CUSTOMER_COLUMNS,
    GIVES_OWNER,
    STORE,
    VEHICLE,
    WORK_KIND,
    Column,
    KindName,
    key,
)
from tasks.intake.files.reading import Holds, choice
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, table_of
from tasks.intake.references import find_advisors, find_owners_and_cars
from tasks.intake.staging import Staged
from tasks.intake.values.choices import words_of
from tasks.intake.values.plausibility import RECENT, Window

EXPECTED = (AppointmentStatus.REQUESTED, AppointmentStatus.BOOKED)
"""States in which departments prepare for the visit."""


class BookingWord(StrEnum):
    """What a source says of an appointment: our status, or `confirmed`, which is booked and a fact of its own."""

    REQUESTED = "requested"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no-show"

    @property
    def status(self) -> AppointmentStatus:
        """The status that the word stands for."""
        return AppointmentStatus.BOOKED if self is BookingWord.CONFIRMED else AppointmentStatus(self.value)


BOOKING = words_of(
    BookingWord,
    {
        BookingWord.REQUESTED: "request,pending,inquiry,enquiry,open request,waiting,awaiting,tentative,"
        "provisional,待确认,待处理,待受理,申请中,已申请,预约中,未确认,angefragt,anfrage,unconfirmed",
        BookingWord.BOOKED: "book,scheduled,planned,reserved,active,accepted,open,rescheduled,moved,rebooked,"
        "已预约,预约成功,预约,已安排,已登记,待到店,已改期,改期,已改约,改约,已受理,gebucht,geplant,vereinbart,verschoben,offen",
        BookingWord.CONFIRMED: "confirm,customer confirmed,已确认,确认,客户已确认,bestätigt",
        BookingWord.ARRIVED: "arrive,checked in,check in,checkin,in progress,in service,in workshop,on site,here,"
        "started,showed,到店,已到店,已到,已进店,进店,在店,维修中,施工中,服务中,eingetroffen,in arbeit,erschienen",
        BookingWord.COMPLETED: "complete,done,closed,finished,fulfilled,attended,delivered,invoiced,picked up,"
        "已完成,完成,已完工,完工,已结束,已交车,已结算,已离店,erledigt,abgeschlossen,fertig",
        BookingWord.CANCELLED: "canceled,cancel,cancelled by customer,canceled by customer,declined,withdrawn,deleted,"
        "void,cxl,取消,已取消,客户取消,取消预约,作废,已作废,storniert,abgesagt,gelöscht",
        BookingWord.NO_SHOW: "not arrived,did not arrive,did not come,missed,absent,didn't show,not shown,dna,"
        "爽约,未到店,未到,失约,未履约,nicht erschienen",
    },
)
PARTS = words_of(
    PartsState,
    {
        PartsState.UNKNOWN: "tbd,to be checked,not checked,unchecked,open,未知,未查,待查,待确认",
        PartsState.NOT_NEEDED: "none,none needed,no parts,not required,n/a,na,不需要,无需,无需配件,无,nicht nötig",
        PartsState.READY: "in stock,available,complete,ok,yes,y,arrived,reserved,picked,allocated,prepared,received,"
        "有货,现货,齐全,已到货,已备,备齐,已备货,已备齐,到货,vorhanden,bereit,auf lager",
        PartsState.ORDERED: "on order,order placed,backorder,back order,back ordered,special order,in transit,"
        "已订,已订货,订货中,在途,已订购,采购中,bestellt",
        PartsState.MISSING: "not available,unavailable,out of stock,short,shortage,no,n,lacking,not in stock,not ready,"
        "to order,to be ordered,缺,缺货,缺件,无货,未备,待订,待订货,需订货,未到货,fehlt,fehlend,nicht vorhanden",
    },
)


def check_appointment(row: Checked, _house: House) -> None:
    """That a booking is confirmed is a moment of its own: when the source does not say which, that of booking it."""
    word: BookingWord = row.values["status"] or BookingWord.BOOKED
    row.values["status"] = word.status
    if word is BookingWord.CONFIRMED:
        row.values["confirmed_at"] = row.values["confirmed_at"] or row.values["booked_at"]


def load_appointments(load: Load, staged: Staged) -> None:
    """Appointments are known by key. That one was moved or cancelled is kept, for the departments to be told."""
    find_owners_and_cars(load.connection, staged)
    find_advisors(load.connection, staged)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, Appointment)
    _keep_what_customers_chose(load, staged)
    _note_changes(load, staged)
    _clear_what_no_longer_holds(load, staged)
    assign_ids(load.connection, staged, Appointment)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_OWNER),
        Field("vehicle_id", "vehicle_id", given_by=("vehicle",)),
        Field("advisor_id", "advisor_id", given_by=("advisor",)),
        Field("starts_at", "starts_at"),
        Field("status", "status", default=AppointmentStatus.BOOKED.value),
        Field("work", "work"),
        Field("work_kind", "work_kind", default=WorkKind.OTHER.value),
        Field("requested_at", "requested_at"),
        Field("booked_at", "booked_at"),
        Field("confirmed_at", "confirmed_at", given_by=("confirmed_at", "status"), keeps=True),
        Field("arrived_at", "arrived_at", keeps=True),
        Field("cancelled_at", "cancelled_at"),
        Field("parts_state", "parts_state", default=PartsState.UNKNOWN.value),
        Field("departments", "departments"),
    ]
    at_first = {} if "status" in staged.present else {"status": AppointmentStatus.BOOKED.value}
    merge(load.connection, staged, Appointment, fields, at_first=at_first)


def _keep_what_customers_chose(load: Load, staged: Staged) -> None:
    """A file that still has the start that the customer moved away from moves nothing back: it is old news."""
    rows, kept, changes = staged.table, table_of(Appointment), table_of(AppointmentChange)
    chosen = exists().where(
        changes.c.appointment_id == kept.c.id,
        changes.c.by_customer,
        changes.c.changed_at == kept.c.moved_at,
        changes.c.from_starts_at == rows.c.starts_at,
        changes.c.to_starts_at == kept.c.starts_at,
    )
    load.connection.execute(
        update(rows).values(starts_at=kept.c.starts_at).where(kept.c.id == rows.c.target_id, chosen)
    )


def _note_changes(load: Load, staged: Staged) -> None:
    """Record each move and cancellation of an appointment that was on record."""
    rows, kept = staged.table, table_of(Appointment)
    status = _status_to_be(staged, rows, kept)
    moved = and_(kept.c.starts_at != rows.c.starts_at, status.in_(EXPECTED))
    cancelled = and_(status == AppointmentStatus.CANCELLED, kept.c.status.in_(EXPECTED))
    for kind, happened in ((ChangeKind.MOVED, moved), (ChangeKind.CANCELLED, cancelled)):
        changes = select(kept.c.id, literal(kind.value), kept.c.starts_at, rows.c.starts_at, literal(load.now)).where(
            kept.c.id == rows.c.target_id, happened
        )
        load.connection.execute(
            insert(AppointmentChange).from_select(
                ["appointment_id", "kind", "from_starts_at", "to_starts_at", "changed_at"], changes
            )
        )


def _status_to_be(staged: Staged, rows: Table, kept: Table) -> ColumnElement[str]:
    return rows.c.status if "status" in staged.present else kept.c.status


def _clear_what_no_longer_holds(load: Load, staged: Staged) -> None:
    """A moved appointment is not confirmed any more, and the wish for another time is met; one that is on again was
    not cancelled. What the file itself dates stays."""
    rows, kept = staged.table, table_of(Appointment)
    moved = kept.c.starts_at != rows.c.starts_at
    load.connection.execute(
        update(kept)
        .values(moved_at=load.now, confirmed_at=null(), other_time_asked_at=null())
        .where(kept.c.id == rows.c.target_id, moved)
    )
    if "status" in staged.present and "cancelled_at" not in staged.present:
        again = and_(rows.c.status != AppointmentStatus.CANCELLED, kept.c.cancelled_at.is_not(None))
        load.connection.execute(update(kept).values(cancelled_at=null()).where(kept.c.id == rows.c.target_id, again))


APPOINTMENTS = Kind(
    name=KindName("appointments"),
    meaning="An agreed or requested visit.",
    columns=(
        STORE,
        key("number of the appointment; it stays the same when the appointment is moved"),
        *CUSTOMER_COLUMNS,
        VEHICLE,
        ADVISOR,
        Column("starts_at", Holds.START, "date and time of the visit", required=True, plausible=Window(40, 3)),
        Column(
            "status",
            choice("appointment status", BOOKING),
            "requested, booked, arrived, completed, cancelled, no-show; booked",
        ),
        Column("work", Holds.TEXT, "what is to be done"),
        WORK_KIND,
        Column("requested_at", Holds.MOMENT, "when the customer asked for it", spare=True, plausible=RECENT),
        Column("booked_at", Holds.MOMENT, "when it was agreed", spare=True, plausible=RECENT),
        Column("confirmed_at", Holds.MOMENT, "when the customer confirmed it", spare=True, plausible=RECENT),
        Column("arrived_at", Holds.MOMENT, "when the customer came", spare=True, plausible=RECENT),
        Column(
            "cancelled_at", Holds.MOMENT, "when it was cancelled; without it, always so", spare=True, plausible=RECENT
        ),
        Column(
            "parts_state",
            choice("parts state", PARTS),
            "unknown, not-needed, ready, ordered, missing; unknown",
            spare=True,
        ),
        Column("departments", Holds.NAMES, "who is told of a change, separated by / ; , or 、"),
    ),
    identity="store and key",
    one_of=(("customer", "customer_phone", "vehicle"),),
    after=("staff", "customers", "vehicles"),
    check=check_appointment,
    api_scope="appointments:write",
    load=load_appointments,
    example={
        "store": "SH01",
        "key": "A-3001",
        "customer": "C-1001",
        "vehicle": "V-2001",
        "advisor": "A1",
        "starts_at": "2026-03-12 09:30",
        "status": "booked",
        "work": "Inspection",
        "work_kind": "inspection",
    },
)
