"""Leads as they come in: ADF, forms, double ones, who sent them, and by when they are to be called first."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from models.core.settings import Settings
from models.core.words import LeadUrgency
from models.people.tables import Customer, CustomerKey, Store
from models.stores.contact_hours import ContactHours
from models.stores.working_hours import WorkingHours, after_working
from models.subjects.lead import Lead, LeadSource
from tasks.intake.columns import KindName
from tasks.intake.files.records import RecordsLoaded, load_records
from tasks.subjects.lead.adf import MOST_BYTES, MOST_LINES, UnusableAdf, read_adf
from tasks.subjects.lead.first_contact import set_first_contact
from tasks.subjects.lead.taking_in import NewLead, NoSuchLead, take_in, take_one
from tests.support.world import World, at

NOW = at("2026-03-10 12:00")
LEADS = KindName("leads")
PROSPECT = """<prospect status="new"><id source="CarSite">{number}</id>
<requestdate>{moment}</requestdate>
<vehicle interest="buy" status="new"><year>2026</year><make>Nova</make><model>Aurora</model></vehicle>
<vehicle interest="trade-in"><make>Vega</make><model>One</model></vehicle>
<customer><contact><name part="first">Ann</name><name part="last">Miller</name>
<phone type="cellphone">{phone}</phone></contact>{timeframe}
<comments>Is there one in blue &amp; white?</comments></customer>
<provider><name part="full">Car Site Ltd</name></provider></prospect>"""


def adf(number: int = 1, moment: str = "2026-03-10T01:30:00Z", phone: str = "13800138000", latest: str = "") -> str:
    timeframe = f"<timeframe><latestdate>{latest}</latestdate></timeframe>" if latest else ""
    inner = PROSPECT.format(number=number, moment=moment, phone=phone, timeframe=timeframe)
    return f'<?adf version="1.0"?><?xml version="1.0"?><adf>{inner}</adf>'.replace('<?xml version="1.0"?>', "")


def code(world: World) -> str:
    return str(world.connection.execute(select(Store.code).where(Store.id == world.store_id)).scalar_one())


def taken(world: World, content: str, now: datetime = NOW) -> Any:
    leads, unreadable = read_adf(content.encode(), "lead.xml", now)
    assert unreadable == []
    return take_in(world.connection, leads, store=code(world), now=now, settings=Settings())


def leads_of(world: World) -> list[Any]:
    return list(world.connection.execute(select(Lead.__table__).order_by(Lead.id)).all())


def imported(world: World, *rows: dict[str, Any]) -> RecordsLoaded:
    return load_records(world.connection, LEADS, rows, store=code(world), now=NOW, settings=Settings())


def key_of(world: World, customer: int) -> str:
    return str(
        world.connection.execute(select(CustomerKey.key).where(CustomerKey.customer_id == customer)).scalar_one()
    )


def test_an_adf_file_makes_a_customer_and_a_lead_once(world: World) -> None:
    assert taken(world, adf(latest="2026-03-16")).counts.inserted == 1
    (lead,) = leads_of(world)
    assert (lead.urgency, lead.model, lead.source, lead.trades_in) == ("H", "Nova Aurora", "Car Site Ltd", True)
    assert (lead.created_on, lead.came_in_at) == (NOW.date(), at("2026-03-10 09:30"))
    assert (lead.note, lead.first_contact_by) == ("Is there one in blue & white?", at("2026-03-10 11:30"))
    named = select(Customer.name).where(Customer.id == lead.customer_id)
    assert world.connection.execute(named).scalar_one() == "Ann Miller"
    world.connection.execute(update(Lead).values(urgency=LeadUrgency.WITHIN_THREE_MONTHS))
    again = taken(world, adf(latest="2026-03-16"))
    assert (again.counts.unchanged, again.rejects) == (1, [])
    assert [found.urgency for found in leads_of(world)] == ["B"]


def test_a_late_evening_elsewhere_is_the_next_day_in_the_store(world: World) -> None:
    taken(world, adf(moment="2026-03-09T20:00:00-05:00"))
    assert leads_of(world)[0].created_on == NOW.date()


def test_an_adf_lead_in_an_e_mail(world: World) -> None:
    head = "From: site@example.com\r\nSubject: lead\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    assert taken(world, head + adf()).counts.inserted == 1


EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE adf [<!ENTITY x SYSTEM "file:///a/secret">]><adf><prospect>&x;</prospect></adf>'
)
LAUGHS = '<!DOCTYPE adf [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><adf>&b;</adf>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (EXTERNAL, "a document type or an entity"),
        (LAUGHS, "a document type or an entity"),
        ("<adf>" + "\n" * (MOST_LINES + 1), f"50,001 lines; expected at most {MOST_LINES:,}"),
        ("\n" * 1_000_000 + "x", "bytes; expected at most"),
        ("<adf><prospect>", "line 1: "),
        ("<adf/>", "expected an element <adf> with a <prospect>"),
        ("<adf>" + "<prospect/>" * 501 + "</adf>", "501 prospects; expected at most 500"),
        ("hello", "neither XML nor an e-mail"),
        ("<?xml version='1.0' encoding='nonsense'?><adf/>", "cannot be read as ADF"),
    ],
)
def test_a_file_that_is_no_adf_is_a_sentence(content: str, says: str) -> None:
    with pytest.raises(UnusableAdf) as refused:
        read_adf(content.encode(), "lead.xml", NOW)
    assert str(refused.value).startswith("lead.xml cannot be read as ADF: ")
    assert says in str(refused.value)


def test_what_is_too_long_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(UnusableAdf, match="bytes"):
        read_adf(b"<!DOCTYPE" + b"x" * MOST_BYTES, "lead.xml", NOW)


@pytest.mark.parametrize(
    ("taken_out", "field"),
    [
        ('<phone type="cellphone">13800138000</phone>', "customer/contact/phone"),
        ('<name part="first">Ann</name><name part="last">Miller</name>', "customer/contact/name"),
    ],
)
def test_a_prospect_without_a_name_or_a_number_is_told_of_and_the_others_go_in(taken_out: str, field: str) -> None:
    bad = adf(2).replace(taken_out, "").removeprefix('<?adf version="1.0"?>').removeprefix("<adf>")
    leads, unreadable = read_adf((adf(1).removesuffix("</adf>") + bad).encode(), "lead.xml", NOW)
    assert ([lead.key for lead in leads], [(one.number, one.field) for one in unreadable]) == (
        ["adf:CarSite:1"],
        [(2, field)],
    )


def test_a_customer_who_comes_in_again_keeps_one_lead_with_both_sources(world: World) -> None:
    taken(world, adf(1))
    again = taken(world, adf(2).replace("Car Site Ltd", "Other Site"))
    assert again.counts.repeated == 1
    (lead,) = leads_of(world)
    further = world.connection.execute(select(LeadSource.key, LeadSource.lead_id, LeadSource.source)).all()
    assert (lead.source, further) == ("Car Site Ltd", [("adf:CarSite:2", lead.id, "Other Site")])
    assert taken(world, adf(2)).counts.unchanged == 1


def test_double_leads_of_one_file_are_one_and_the_file_again_changes_nothing(world: World) -> None:
    person, other = key_of(world, world.customer()), key_of(world, world.customer())
    rows = [
        {
            "key": "1",
            "customer": person,
            "urgency": "B",
            "created_on": "2026-03-01",
            "source": "walk-in",
            "state": "open",
        },
        {
            "key": "2",
            "customer": other,
            "urgency": "B",
            "created_on": "2026-03-01",
            "source": "walk-in",
            "state": "open",
        },
        {"key": "3", "customer": person, "urgency": "H", "created_on": "2026-03-05", "source": "web", "state": "open"},
        {"key": "4", "customer": person, "urgency": "H", "created_on": "2026-01-05", "source": "web", "state": "won"},
    ]
    first = imported(world, *rows)
    assert (first.counts.inserted, first.counts.repeated) == (3, 1)
    assert [(found.key, found.source) for found in leads_of(world)] == [
        ("1", "walk-in"),
        ("2", "walk-in"),
        ("4", "web"),
    ]
    assert world.connection.execute(select(LeadSource.key, LeadSource.source)).all() == [("3", "web")]
    again = imported(world, *rows)
    assert (again.counts.inserted, again.counts.changed, again.counts.unchanged, again.counts.repeated) == (0, 0, 3, 1)
    world.connection.execute(update(Lead).where(Lead.key == "1").values(state="won"))
    anew = imported(world, rows[2] | {"key": "5"})
    assert anew.counts.inserted == 1


def test_a_lead_that_refers_itself_is_refused_and_an_unknown_referrer_left_out(world: World) -> None:
    customer, friend = world.customer(), world.customer()
    row = {"key": "1", "customer": key_of(world, customer), "urgency": "A", "created_on": "2026-03-01"}
    itself = imported(world, row | {"referred_by": key_of(world, customer)})
    assert [(found.column, found.reason.say("en")) for found in itself.rejects] == [
        ("referred_by", "expected another customer than the lead's own")
    ]
    assert leads_of(world) == []
    assert imported(world, row | {"referred_by": "nobody"}).rejects[0].whole is False
    imported(world, row | {"referred_by": key_of(world, friend)})
    assert [found.referred_by_id for found in leads_of(world)] == [friend]


def test_a_form_takes_one_lead_and_says_why_not(world: World) -> None:
    new = NewLead("form:1", LeadUrgency.WITHIN_A_WEEK, NOW, name="Ann", phone="13800138000", source="walk-in")
    made = take_one(world.connection, new, store=code(world), now=NOW, settings=Settings())
    assert made == leads_of(world)[0].id
    double = NewLead("form:2", LeadUrgency.WITHIN_A_WEEK, NOW, name="Ann", phone="13800138000")
    assert take_one(world.connection, double, store=code(world), now=NOW, settings=Settings()) == made
    nobody = NewLead("form:3", LeadUrgency.WITHIN_A_WEEK, NOW, customer="nobody")
    with pytest.raises(NoSuchLead, match="no customer with this key is known"):
        take_one(world.connection, nobody, store=code(world), now=NOW, settings=Settings())


@pytest.mark.parametrize(
    ("zone", "country", "came_in", "by"),
    [
        ("Asia/Shanghai", "CN", "2026-03-10 10:15", "2026-03-10 12:15"),
        ("Asia/Shanghai", "CN", "2026-03-10 06:00", "2026-03-10 11:00"),
        ("Asia/Shanghai", "CN", "2026-03-10 17:00", "2026-03-11 10:00"),
        ("Asia/Shanghai", "CN", "2026-03-10 23:59", "2026-03-11 11:00"),
        ("Asia/Shanghai", "CN", "2026-09-30 17:30", "2026-10-08 10:30"),  # the National Day week
        ("Asia/Shanghai", "CN", "2026-03-14 17:30", "2026-03-16 10:30"),  # the store is closed on Sundays
        ("Europe/Berlin", "DE", "2026-03-28 17:30", "2026-03-30 10:30"),  # summer time begins
    ],
)
def test_the_first_contact_is_within_two_working_hours(
    world: World, zone: str, country: str, came_in: str, by: str
) -> None:
    hours = {"time_zone": zone, "holiday_country": country, "opening_hours": {"sunday": None}}
    world.connection.execute(update(Store).where(Store.id == world.store_id).values(hours))
    moment, expected = at(came_in, ZoneInfo(zone)), at(by, ZoneInfo(zone))
    lead = world.lead(world.customer(), str(moment.date()), came_in_at=moment)
    set_first_contact(world.connection, Lead.id == lead, moment)
    assert leads_of(world)[0].first_contact_by == expected
    store = world.connection.execute(select(Store.__table__).where(Store.id == world.store_id)).one()
    contact = ContactHours(ZoneInfo(zone), store.contact_from, store.contact_until, country)
    assert after_working(WorkingHours(contact, store.opening_hours), moment, timedelta(hours=2)) == expected


def test_what_came_in_long_ago_is_not_called_first(world: World) -> None:
    lead = world.lead(world.customer(), "2026-01-01")
    set_first_contact(world.connection, Lead.id == lead, datetime(2026, 3, 10, tzinfo=UTC))
    assert leads_of(world)[0].first_contact_by is None
