"""Customers: one person is one customer, however many files and keys know them."""

from datetime import UTC, date, datetime

import pytest

from tests.postgres.intake.conftest import NOW, Desk

PEOPLE = "select name, salutation, language, level, birth_on, area, time_zone, has_contract from customers order by id"
POINTS = "select kind, value, takes_text from contact_points order by customer_id, kind, rank"
KEYS = "select key, customer_id - min(customer_id) over () from customer_keys order by key"


def test_all_columns(desk: Desk) -> None:
    desk.load(
        "customers",
        """
        key,name,salutation,language,level,birth_on,area,time_zone,has_contract,phone,phone2,email,wechat
        C1,王芳,女士,中文,VIP,1990-02-03,浦东新区,Asia/Urumqi,是,13800138000/021-61234567,13900139000,A@b.com,wx1
        """,
    )
    assert desk.rows(PEOPLE) == [("王芳", "女士", "zh-CN", "VIP", date(1990, 2, 3), "浦东新区", "Asia/Urumqi", True)]
    assert desk.rows(POINTS) == [
        ("email", "a@b.com", True),
        ("phone", "+8613800138000", True),
        ("phone", "+862161234567", False),
        ("phone", "+8613900139000", True),
        ("wechat", "wx1", True),
    ]
    assert desk.rows("select created_at from customers") == [NOW]


def test_a_second_import_rewrites_nothing(desk: Desk) -> None:
    content = "key,name,phone,email\nC1,Ann,13800138000,a@b.com\nC2,Bob,13900139000;13700137000,\nC9,Ann,13800138000,\n"
    desk.load("customers", content)
    before = desk.snapshot()
    result = desk.load("customers", content, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert desk.snapshot() == before
    assert (result.counts["customers"].unchanged, result.counts["customers"].changed) == (2, 0)


def test_what_changed_is_changed_and_nothing_else(desk: Desk) -> None:
    desk.load("customers", "key,name,level,phone\nC1,Ann,1,13800138000\nC2,Bob,2,13900139000\n")
    result = desk.load("customers", "key,name,level\nC1,Ann,VIP\nC2,Bob,\n")
    assert (result.counts["customers"].changed, result.counts["customers"].unchanged) == (1, 1)
    assert desk.rows("select level from customers order by id") == ["VIP", "2"]
    assert desk.rows(POINTS) == [("phone", "+8613800138000", True), ("phone", "+8613900139000", True)]


def test_a_new_phone_goes_first_and_the_old_one_stays_behind_it(desk: Desk) -> None:
    desk.load("customers", "key,name,phone\nC1,Ann,13800138000\n")
    desk.rows("update contact_points set invalid_since = now() returning 1")
    result = desk.load("customers", "key,name,phone\nC1,Ann,13900139000\n")
    assert result.counts["customers"].changed == 1
    assert desk.rows("select value, rank, invalid_since is null from contact_points order by rank") == [
        ("+8613900139000", 1, True),
        ("+8613800138000", 2, False),
    ]


@pytest.mark.parametrize(
    ("name", "phone"),
    [("王 芳", "138-0013-8000"), ("王芳", "13900139000 / 13800138000"), ("王·芳", "+86 138 0013 8000")],
)
def test_a_new_key_with_the_same_name_and_phone_is_the_same_customer(desk: Desk, name: str, phone: str) -> None:
    desk.load("customers", "key,name,phone\nC1,王芳,13800138000\n")
    result = desk.load("customers", f"key,name,phone\nX,{name},{phone}\n")
    assert desk.rows("select count(*) from customers") == [1]
    assert desk.rows(KEYS) == [("C1", 0), ("X", 0)]
    assert result.counts["customers"].changed == 1


@pytest.mark.parametrize(("name", "phone"), [("王芬", "13800138000"), ("王芳", "13800138001"), ("王芳", "")])
def test_a_new_key_with_another_name_or_phone_is_someone_else(desk: Desk, name: str, phone: str) -> None:
    desk.load("customers", "key,name,phone\nC1,王芳,13800138000\n")
    desk.load("customers", f"key,name,phone\nX,{name},{phone}\n")
    assert desk.rows("select count(*) from customers") == [2]


def test_another_store_has_its_own_customers(desk: Desk) -> None:
    desk.load("stores", "code\nA\nB\n")
    for store in ("A", "B"):
        desk.load("customers", "key,name,phone\nC1,Ann,13800138000\n", store=store)
    assert desk.rows("select count(*) from customers") == [2]


def test_doubles_within_a_file_are_followed_along_shared_phones_and_addresses(desk: Desk) -> None:
    result = desk.load(
        "customers",
        """
        key,name,phone,email
        C1,Ann Lee,13800138000,
        C2,ann lee,13900139000,ann@b.com
        C3,Ann Lee,13800138000/13900139000,
        C4,ANN LEE,,ann@b.com
        C5,Bob,13800138000,
        """,
    )
    assert desk.rows("select name from customers order by id") == ["ANN LEE", "Bob"]
    assert desk.rows(KEYS) == [("C1", 0), ("C2", 0), ("C3", 0), ("C4", 0), ("C5", 1)]
    assert (result.counts["customers"].inserted, result.counts["customers"].repeated) == (2, 3)


def test_rows_of_one_key_are_gathered(desk: Desk) -> None:
    desk.load(
        "customers",
        "key,name,level,phone,birth_on\nC1,Ann,VIP,13800138000,1990-01-01\nC1,Ann Lee,,13900139000,1991-01-01\n",
    )
    assert desk.rows("select name, level, birth_on from customers") == [("Ann Lee", "VIP", date(1991, 1, 1))]
    assert [value for _, value, _ in desk.rows(POINTS)] == ["+8613900139000", "+8613800138000"]


def test_a_phone_that_is_none_leaves_the_customer_in(desk: Desk) -> None:
    result = desk.load("customers", "key,name,phone,email\nC1,Ann,12345/13800138000,ann@\n")
    assert desk.rows(POINTS) == [("phone", "+8613800138000", True)]
    assert (result.counts["customers"].inserted, result.counts["customers"].warnings) == (1, 2)
    first, second = desk.rejects()
    assert (first["row"], first["column"], first["value"]) == ("2", "email", "ann@")
    assert (second["column"], second["value"]) == ("phone", "12345")
    assert second["reason"].startswith("phone: this is not a phone number in CN; expected one such as 1")
    assert second["reason"].endswith("The rest of the row went in.")


def test_rows_without_key_or_name_stay_out(desk: Desk) -> None:
    result = desk.load("customers", "key,name\n,Ann\nC2,\n合计,\nC4,Bob\n")
    assert (result.counts["customers"].inserted, result.counts["customers"].rejected) == (1, 3)
    told = [(each["row"], each["column"]) for each in desk.rejects()]
    assert told == [("2", "key"), ("3", "name"), ("4", "key"), ("4", "name")]
    assert "expected a value, and the cell holds none: full name" in desk.rejects()[1]["reason"]


CONSENTS = "select purpose, channel, granted, given_at from consents order by given_at, purpose, channel"
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def test_consents(desk: Desk) -> None:
    desk.load("customers", "key,name,phone\nC1,Ann,13800138000\n")
    content = """
        customer,purpose,channel,granted,given_at,reason
        C1,all,短信,退订,2026-01-02 10:00,STOP
        C1,营销,,否,,
        C1,marketing,email,yes,2026-01-03,
        """
    desk.load("consents", content)
    expected = [
        ("marketing", None, False, ALWAYS),
        (None, "sms", False, datetime(2026, 1, 2, 2, 0, tzinfo=UTC)),
        ("marketing", "email", True, datetime(2026, 1, 2, 16, 0, tzinfo=UTC)),
    ]
    assert desk.rows(CONSENTS) == expected
    before = desk.snapshot()
    desk.load("consents", content, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert desk.snapshot() == before


def test_an_undated_consent_that_is_otherwise_by_now_counts_from_now_on(desk: Desk) -> None:
    desk.load("customers", "key,name\nC1,Ann\n")
    for granted in ("yes", "no", "no"):
        desk.load("consents", f"customer,purpose,granted\nC1,marketing,{granted}\n")
    assert desk.rows(CONSENTS) == [("marketing", None, True, ALWAYS), ("marketing", None, False, NOW)]


def test_the_journal_of_consents_is_never_changed(desk: Desk) -> None:
    desk.load("customers", "key,name\nC1,Ann\n")
    desk.load("consents", "customer,granted,given_at\nC1,yes,2026-01-02\n")
    result = desk.load("consents", "customer,granted,given_at\nC1,no,2026-01-02\n")
    assert result.counts["consents"].rejected == 1
    assert "the opposite is on record" in desk.rejects()[0]["reason"]


def test_customers_by_phone(desk: Desk) -> None:
    desk.load("customers", "key,name,phone\nC1,Ann,13800138000\nC2,Bob Lee,13900139000\nC3,Cy,13900139000\n")
    desk.load(
        "consents",
        """
        customer_phone,customer_name,granted,reason
        138 0013 8000,,no,1
        13900139000,bob  lee,no,2
        13900139000,,no,3
        13700137000,,no,4
        12,,no,5
        """,
    )
    assert desk.rows("select name, reason from consents join customers c on c.id = customer_id order by 2") == [
        ("Ann", "1"),
        ("Bob Lee", "2"),
    ]
    assert [each["reason"].split(";")[0].rstrip(".") for each in desk.rejects()] == [
        "customer_phone: several customers of the store share this phone",
        "customer_phone: no customer of the store has this phone",
        "customer_phone: this is not a phone number in CN",
    ]


def test_a_customer_of_another_store_is_found_when_only_one_has_the_key(desk: Desk) -> None:
    desk.load("stores", "code\nA\nB\nD\n")
    desk.load("customers", "store,key,name\nA,C1,Ann\nA,C2,Bob\nB,C2,Ben\n")
    desk.load("consents", "store,customer,granted\nD,C1,no\nB,C2,no\nD,C2,no\nD,C3,no\n")
    assert desk.rows("select name from consents join customers c on c.id = customer_id order by 1") == ["Ann", "Ben"]
    assert [(each["row"], each["reason"][:60]) for each in desk.rejects()] == [
        ("4", "customer: this store does not know the key, and several othe"),
        ("5", "customer: no customer with this key is known; customers are "),
    ]
