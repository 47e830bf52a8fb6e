"""The sample's two stores, their staff, and the rehearsal moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tasks.sample.rows import StaffRow, StoreRow

SAMPLE_MOMENT = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""The rehearsal moment, a Tuesday. No fact is dated after it; only what is agreed or due lies ahead of it."""
TODAY: date = SAMPLE_MOMENT.date()
"""The day of the moment; it is the same day in both stores."""


@dataclass(frozen=True, slots=True)
class SampleStore:
    """A store, with the data for generating its customers."""

    code: str
    name: str
    time_zone: str
    language: str
    phone: str
    address: str
    country: str
    currency: str
    mobile_prefix: str
    """E.164; seven digits follow. By the public carrier tables no operator holds these blocks."""
    landline_prefix: str
    """E.164; six digits follow. In Berlin, extensions of the numbers that are reserved for films."""
    now: datetime
    """The rehearsal moment, store-local and without a zone, as the files hold it."""
    areas: tuple[str, ...]
    """Where its customers live."""
    cents: int
    """What one unit of work costs, in hundredths of the currency."""


def _now_in(zone: str) -> datetime:
    return SAMPLE_MOMENT.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


SHANGHAI = SampleStore(
    code="SH01",
    name="星河汽车浦东店",
    time_zone="Asia/Shanghai",
    language="zh-CN",
    phone="+862155500000",
    address="上海市浦东新区示例路1号",
    country="CN",
    currency="CNY",
    mobile_prefix="+861620",
    landline_prefix="+862155",
    now=_now_in("Asia/Shanghai"),
    areas=("浦东新区", "浦东新区", "徐汇区", "闵行区", "杨浦区", "静安区", "普陀区"),
    cents=8000,
)
BERLIN = SampleStore(
    code="BE01",
    name="Sternfluss Autohaus Berlin",
    time_zone="Europe/Berlin",
    language="en",
    phone="+493023125000",
    address="Musterstraße 1, 10115 Berlin",
    country="DE",
    currency="EUR",
    mobile_prefix="+491500",
    landline_prefix="+493023125",
    now=_now_in("Europe/Berlin"),
    areas=("10115", "10115", "10405", "12043", "10961", "13347", "10623"),
    cents=1900,
)
STORES = (SHANGHAI, BERLIN)

ADVISORS = ("A1", "A2", "A3")
OWNER_RULE = "advisor"
LEAVER = "A4"
"""The advisor of Shanghai who has left, and whose desk nobody has taken over yet."""
SALESPEOPLE = {
    "SH01": ("唐一帆", "蒋雨桐", "沈嘉禾"),
    "BE01": ("Nils Ahrend", "Petra Holm", "Tom Winter"),
}
_STAFF = (
    ("A1", "advisor", "service", "程远", "Jana Kessler"),
    ("A2", "advisor", "service", "薛宁", "Oliver Brandt"),
    ("A3", "advisor", "service", "孟洁", "Sophie Lenz"),
    ("C1", "agent", "customer-care", "苏晴", "Hannah Voss"),
    ("C2", "agent", "customer-care", "白露", "Ben Seidel"),
    ("P1", "parts", "parts", "龚强", "Uwe Falk"),
    ("S1", "sales", "sales", SALESPEOPLE["SH01"][0], SALESPEOPLE["BE01"][0]),
    ("F1", "finance", "finance", "邵敏", "Karin Thoma"),
    ("K1", "marketing", "marketing", "丁可", "Lea Sommer"),
    ("M1", "manager", None, "高翔", "Martin Reuter"),
)


def store_rows() -> Iterator[StoreRow]:
    """The stores' rows."""
    for store in STORES:
        yield StoreRow(
            store.code,
            store.name,
            store.time_zone,
            store.language,
            store.phone,
            store.address,
            store.country,
            "09:00",
            "20:00",
            OWNER_RULE,
            0,
        )


def staff_rows() -> Iterator[StaffRow]:
    """The staff rows; both stores have the same desks."""
    for store in STORES:
        for number, (code, role, department, chinese, english) in enumerate(_STAFF, start=1):
            name = chinese if store is SHANGHAI else english
            phone = f"{store.landline_prefix}{990_000 + number:06d}"
            mail = f"{code}.{store.code}@staff.example.com".lower()
            yield StaffRow(store.code, code, name, role, department, phone, mail)
    phone, mail = f"{SHANGHAI.landline_prefix}990099", f"{LEAVER}.{SHANGHAI.code}@staff.example.com".lower()
    yield StaffRow(SHANGHAI.code, LEAVER, "郝军", "advisor", "service", phone, mail)
