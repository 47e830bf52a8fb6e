"""The customers' pages as customers open them: on a phone, without JavaScript, in their language."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Connection, func, insert, select, update

from models.calls.surveys import SurveyAnswer
from models.campaigns.tables import Campaign, CampaignRecipient
from models.core.words import (
    AppointmentStatus,
    CampaignAnswer,
    CampaignState,
    CaseKind,
    LinkPurpose,
    ProcessName,
    Purpose,
    SubjectKind,
    Wave,
)
from models.kits.links import consent_link, make_link
from models.ledger.tables import AuditEntry, Case, Touch
from models.messages.links import PATH, Link, LinkSigner
from models.people.tables import Customer
from models.subjects.account import Account, Promise
from models.subjects.appointment import Appointment
from models.subjects.due_item import DueItem, DueItemStatus
from models.subjects.handover import Handover
from models.subjects.repair_order import RepairOrder
from models.subjects.statement import AccountStatement
from tasks.customers.consent import read_switches
from tasks.sample.dealership import SAMPLE_MOMENT
from tasks.self_service.paying import see_account
from tests.web.conftest import Console

SIGNER = LinkSigner(os.environ["AFTERCARE_SECRET"], "")
TOMORROW = SAMPLE_MOMENT + timedelta(days=1)
PHONE = {"width": 390, "height": 844}
HEADINGS = {
    LinkPurpose("appointment"): {"en": "Your appointment", "zh-CN": "您的预约"},
    LinkPurpose("survey"): {"en": "How was it?", "zh-CN": "您对这次服务满意吗？"},
    LinkPurpose("consent"): {"en": "How may we contact you?", "zh-CN": "我们可以怎样联系您？"},
    LinkPurpose("payment"): {"en": "Your account", "zh-CN": "您的账单"},
    LinkPurpose("due"): {"en": "Due soon: service", "zh-CN": "保养时间到了"},
    LinkPurpose("invitation"): {"en": "Spring check", "zh-CN": "Spring check"},
    LinkPurpose("statement"): {"en": "Your statement", "zh-CN": "您的对账单"},
}

Open = Callable[..., Page]


@pytest.fixture
def opened(console: Console, browser: Browser) -> Iterator[Open]:
    """Opens a link on a phone, with JavaScript switched off unless a test needs it."""
    contexts: list[BrowserContext] = []

    def go(link: Link | str, lang: str = "en", *, scripts: bool = False, refused: bool = False) -> Page:
        context = browser.new_context(viewport=PHONE, java_script_enabled=scripts, locale=lang)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        token = link if isinstance(link, str) else SIGNER.token(link)
        answer = page.goto(f"{console.address}{PATH}{token}?lang={lang}")
        assert answer
        assert answer.ok is not refused, answer.status
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def facts(console: Console) -> Iterator[Connection]:
    """What the database says."""
    with console.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def of_appointment(facts: Connection, number: int) -> Link:
    """The link of one of the appointments to come that nobody touched."""
    row = facts.execute(
        select(Appointment.id, Appointment.customer_id, Appointment.starts_at)
        .where(
            Appointment.status == AppointmentStatus.BOOKED, Appointment.starts_at > SAMPLE_MOMENT + timedelta(days=1)
        )
        .where(Appointment.moved_at.is_(None), Appointment.confirmed_at.is_(None))
        .where(Appointment.other_time_asked_at.is_(None))
        .order_by(Appointment.id.desc())
        .offset(number)
    ).first()
    assert row
    return make_link(
        LinkPurpose("appointment"), SubjectKind("appointment"), row.id, row.customer_id, SAMPLE_MOMENT, row.starts_at
    )


def of_visit(facts: Connection, table: type[Handover] | type[RepairOrder], kind: SubjectKind) -> Link:
    row = facts.execute(select(table.id, table.customer_id).order_by(table.id)).first()
    assert row
    return make_link(LinkPurpose("survey"), kind, row.id, row.customer_id, SAMPLE_MOMENT)


def of_choices(facts: Connection) -> Link:
    """Of a customer to whom something is about to be said."""
    customer = facts.scalar(
        select(Touch.customer_id).where(Touch.state == "planned", Touch.kind == "message").order_by(Touch.id)
    )
    customer = customer or facts.scalar(select(func.min(Customer.id)))
    assert customer
    return make_link(LinkPurpose("consent"), SubjectKind("warranty"), customer, customer, SAMPLE_MOMENT)


def of_account(facts: Connection) -> Link:
    """Of an account that is chased."""
    chased = facts.execute(
        select(Touch.subject_id, Touch.customer_id)
        .where(Touch.process == ProcessName("overdue-accounts"), Touch.subject_kind == SubjectKind("account"))
        .order_by(Touch.subject_id)
    ).all()
    row = next(row for row in chased if see_account(facts, row.subject_id, SAMPLE_MOMENT).may_promise)
    return make_link(LinkPurpose("payment"), SubjectKind("account"), row.subject_id, row.customer_id, SAMPLE_MOMENT)


def of_statement(facts: Connection) -> Link:
    """Of the statement of an account that is chased."""
    account = of_account(facts)
    known = facts.scalar(select(AccountStatement.id).where(AccountStatement.account_id == account.subject_id))
    if known is None:
        seen = see_account(facts, account.subject_id, SAMPLE_MOMENT)
        store = facts.execute(select(Account.store_id).where(Account.id == account.subject_id)).scalar_one()
        invoices = [
            {"number": one.number, "due_on": one.due_on.isoformat(), "open": str(one.open), "currency": one.currency}
            for one in seen.owing.invoices
        ]
        known = facts.execute(
            insert(AccountStatement)
            .values(
                store_id=store, customer_id=account.customer_id, account_id=account.subject_id,
                month=SAMPLE_MOMENT.date().replace(day=1), made_at=SAMPLE_MOMENT, totals={}, invoices=invoices,
            )
            .returning(AccountStatement.id)
        ).scalar_one()  # fmt: skip
    return make_link(LinkPurpose("statement"), SubjectKind("statement"), known, account.customer_id, SAMPLE_MOMENT)


def of_invitation(facts: Connection, number: int) -> Link:
    """Of one of the customers whom a campaign has told."""
    if facts.scalar(select(func.count()).select_from(Campaign)) == 0:
        invite(facts)
    row = facts.execute(
        select(CampaignRecipient.id, CampaignRecipient.customer_id).order_by(CampaignRecipient.id).offset(number)
    ).first()
    assert row
    return make_link(LinkPurpose("invitation"), SubjectKind("recipient"), row.id, row.customer_id, SAMPLE_MOMENT)


def of_service(facts: Connection) -> Link:
    """Of a service that falls due."""
    row = facts.execute(
        select(DueItem.id, DueItem.customer_id)
        .where(DueItem.item == "service", DueItem.status == DueItemStatus.OPEN, DueItem.works.is_not(None))
        .order_by(DueItem.id)
    ).first()
    assert row
    return make_link(LinkPurpose("due"), SubjectKind("due-item"), row.id, row.customer_id, SAMPLE_MOMENT)


def invite(facts: Connection) -> None:
    """A campaign that reached some customers of the first store."""
    began = {"state_at": SAMPLE_MOMENT, "created_at": SAMPLE_MOMENT, "launches_at": SAMPLE_MOMENT}
    campaign = facts.execute(
        insert(Campaign)
        .values(name="Spring check", plan={}, state=CampaignState.REST, author="marketing", **began)
        .returning(Campaign.id)
    ).scalar_one()
    booked = select(Appointment.customer_id)
    customers = select(Customer.id).where(Customer.id.not_in(booked)).order_by(Customer.id).limit(6)
    told = {"campaign_id": campaign, "wave": Wave.REST, "variant": "a", "anchor_at": SAMPLE_MOMENT}
    for customer in facts.scalars(customers).all():
        facts.execute(insert(CampaignRecipient).values(customer_id=customer, **told))


def all_links(facts: Connection) -> list[Link]:
    survey = of_visit(facts, Handover, SubjectKind("handover"))
    return [
        *(of_appointment(facts, 3), survey, of_choices(facts), of_account(facts), of_statement(facts)),
        of_service(facts),
        of_invitation(facts, 0),
    ]


def answer_of(facts: Connection, link: Link) -> CampaignAnswer | None:
    return facts.execute(select(CampaignRecipient.answer).where(CampaignRecipient.id == link.subject_id)).scalar_one()


def stands(facts: Connection, link: Link) -> Any:
    return facts.execute(select(Appointment.__table__).where(Appointment.id == link.subject_id)).one()


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_each_page_reads_well_on_a_phone_in_both_languages(opened: Open, facts: Connection, lang: str) -> None:
    for link in all_links(facts):
        page = opened(link, lang)
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[link.purpose][lang])
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.get_by_role("contentinfo").locator("a[href^='tel:']")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.get_by_role("link", name="English" if lang == "zh-CN" else "中文").click()
        other = "en" if lang == "zh-CN" else "zh-CN"
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[link.purpose][other])


def test_each_page_can_be_read_by_everybody(opened: Open, facts: Connection) -> None:
    for link in [*all_links(facts), "x"]:
        page = opened(link, scripts=True, refused=link == "x")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_looking_changes_nothing(console: Console, opened: Open, facts: Connection) -> None:
    def written() -> Any:
        tables = (AuditEntry, Promise, SurveyAnswer, Case)
        return [facts.scalar(select(func.count()).select_from(table)) for table in tables]

    before = written()
    for link in all_links(facts):
        page = opened(link)
        for deed in ("confirm", "move", "other-time", "answer", "choose", "end", "promise", "ask", "decline"):
            address = f"{console.address}{PATH}{SIGNER.token(link)}/{deed}?on=2026-03-20&seen=0&solved=1"
            assert page.request.get(address).ok
    assert written() == before


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_an_appointment_is_confirmed_then_moved_to_a_free_time(opened: Open, facts: Connection, lang: str) -> None:
    link = of_appointment(facts, 0)
    confirm, move, moved = {
        "en": ("I will be there", "Move my appointment", "Your appointment is moved."),
        "zh-CN": ("确认到店", "改到这个时间", "已为您改好时间"),
    }[lang]
    page = opened(link, lang)
    page.get_by_role("button", name=confirm).click()
    expect(page.get_by_role("button", name=confirm)).to_have_count(0)
    assert stands(facts, link).confirmed_at == SAMPLE_MOMENT
    page.locator(".days a").nth(8).click()
    page.locator("input[name=start]").first.check()
    page.get_by_role("button", name=move).click()
    expect(page.get_by_role("status")).to_contain_text(moved)
    row = stands(facts, link)
    assert (row.moved_at, row.starts_at != link.until) == (SAMPLE_MOMENT, True)
    page = opened(link, lang)
    expect(page.locator(".facts")).to_contain_text(f"{row.starts_at.day}")


def test_a_time_that_was_taken_meanwhile_is_told_and_another_can_be_chosen(opened: Open, facts: Connection) -> None:
    link = of_appointment(facts, 0)
    page = opened(link)
    page.locator(".days a").nth(5).click()
    start = page.locator("input[name=start]").first
    start.check()
    others = select(Appointment.id).where(Appointment.store_id == stands(facts, link).store_id)
    others = others.where(Appointment.id != link.subject_id, Appointment.status == AppointmentStatus.BOOKED).limit(2)
    faster = update(Appointment).where(Appointment.id.in_(others)).values(starts_at=start.get_attribute("value"))
    assert facts.execute(faster).rowcount == 2
    page.get_by_role("button", name="Move my appointment").click()
    expect(page.get_by_role("alert")).to_contain_text("just been taken")
    expect(page.locator("input[name=start]").first).to_be_visible()
    assert stands(facts, link).moved_at is None


def test_who_finds_no_time_is_called(opened: Open, facts: Connection) -> None:
    link = of_appointment(facts, 0)
    page = opened(link)
    page.get_by_role("button", name="Please call me about another time").click()
    expect(page.get_by_role("status")).to_contain_text("We will call you")
    assert stands(facts, link).other_time_asked_at == SAMPLE_MOMENT


def test_a_bad_mark_brings_thanks_and_a_complaint(opened: Open, facts: Connection) -> None:
    link = of_visit(facts, RepairOrder, SubjectKind("repair-order"))
    page = opened(link)
    page.get_by_label("Anything else").fill("<b>nobody</b> called back")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("at least one mark")
    expect(page.get_by_label("Anything else")).to_have_value("<b>nobody</b> called back")
    page.get_by_role("group", name="Was the problem solved?").get_by_label("2").check()
    page.get_by_role("group", name="Would you recommend us?").get_by_label("4").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    answer = facts.execute(select(SurveyAnswer.__table__)).one()
    assert (answer.solved, answer.recommends, answer.comment) == (2, 4, "<b>nobody</b> called back")
    complaint = select(Case.note).where(Case.kind == CaseKind.COMPLAINT, Case.cause == f"survey:{answer.id}")
    assert facts.execute(complaint).one().note.endswith("called back")
    page.get_by_role("link", name="Change my answer").click()
    expect(page.get_by_role("group", name="Was the problem solved?").get_by_label("2")).to_be_checked()


def test_what_a_customer_forbids_holds_and_can_be_taken_back(opened: Open, facts: Connection) -> None:
    link = of_choices(facts)

    def allowed() -> set[Purpose]:
        switches = read_switches(facts, None, link.customer_id, SAMPLE_MOMENT)
        return {one.purpose for one in switches.all if one.allowed}

    page = opened(link, "zh-CN")
    surveys = page.get_by_role("group", name="满意度调查")
    for box in surveys.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_contain_text("已按您的选择保存")
    assert Purpose.SURVEY not in allowed()
    page.get_by_role("button", name="停止一切联系").click()
    expect(page.get_by_role("status")).to_contain_text("已停止一切联系")
    assert allowed() == set()
    page.get_by_role("group", name="预约").get_by_label("短信").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_contain_text("已按您的选择保存")
    assert allowed() == {Purpose.SERVICE}


def test_a_promise_is_taken_and_shown(opened: Open, facts: Connection) -> None:
    link = of_account(facts)
    page = opened(link)
    page.get_by_label("I will pay by").fill("2026-03-20")
    page.get_by_role("button", name="Promise").click()
    expect(page.get_by_role("status")).to_contain_text("Fri 20 Mar 2026")
    made = facts.execute(select(Promise.promised_for).where(Promise.account_id == link.subject_id)).scalars().all()
    assert "2026-03-20" in {str(day) for day in made}
    expect(page.get_by_role("button", name="Promise")).to_have_count(0)


def test_a_statement_is_agreed_to_or_differs_which_opens_a_case(opened: Open, facts: Connection) -> None:
    link = of_statement(facts)
    page = opened(link)
    page.get_by_role("button", name="My books say the same").click()
    expect(page.get_by_role("status")).to_contain_text("you have confirmed this statement")
    page.get_by_label("Tell us what differs").fill("Invoice 1 was <b>paid</b> in cash.")
    page.get_by_role("button", name="Send the difference").click()
    expect(page.get_by_role("status")).to_contain_text("We have what you wrote")
    expect(page.get_by_text("Invoice 1 was <b>paid</b> in cash.")).to_be_visible()
    expect(page.get_by_role("button", name="My books say the same")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    case = facts.execute(select(Case.__table__).where(Case.kind == CaseKind.STATEMENT_DIFFERS)).one()
    assert (case.customer_id, case.note) == (link.customer_id, "Invoice 1 was <b>paid</b> in cash.")


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_who_is_invited_asks_for_a_visit(opened: Open, facts: Connection, lang: str) -> None:
    link = of_invitation(facts, 1 if lang == "en" else 2)
    ask, kept = {"en": ("Ask for this time", "We have your request"), "zh-CN": ("预约这个时间", "已收到您的预约请求")}[
        lang
    ]
    page = opened(link, lang)
    page.locator(".days a").nth(8).click()
    page.locator("input[name=start]").first.check()
    page.get_by_role("button", name=ask).click()
    expect(page.get_by_role("status")).to_contain_text(kept)
    made = facts.execute(select(Appointment.__table__).where(Appointment.key == f"invitation:{link.subject_id}")).one()
    assert (made.status, made.requested_at) == (AppointmentStatus.REQUESTED, SAMPLE_MOMENT)
    assert answer_of(facts, link) is CampaignAnswer.INTERESTED
    expect(page.locator(".facts")).to_contain_text(f"{made.starts_at.day}")


def test_who_is_invited_and_not_interested_says_so_and_comes_to_the_choices(opened: Open, facts: Connection) -> None:
    link = of_invitation(facts, 3)
    page = opened(link)
    page.get_by_role("button", name="I am not interested").click()
    expect(page.get_by_role("status")).to_contain_text("we will not ask again about this")
    expect(page.get_by_role("button", name="I am not interested")).to_have_count(0)
    assert answer_of(facts, link) is CampaignAnswer.NOT_INTERESTED
    page.get_by_role("link", name="Choose how we may contact you").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How may we contact you?")


def test_an_invitation_that_is_over_or_somebody_elses_opens_nothing(opened: Open, facts: Connection) -> None:
    link, other = of_invitation(facts, 4), of_invitation(facts, 5)
    theirs = replace(link, customer_id=other.customer_id)
    over = replace(link, until=SAMPLE_MOMENT)
    for wrong, heading in ((theirs, "This link does not work"), (over, "This link has expired")):
        page = opened(wrong, refused=True)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert page.locator("form").count() == 0


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_an_old_or_foreign_link_says_whom_to_call_and_nothing_else(opened: Open, facts: Connection, lang: str) -> None:
    link = of_appointment(facts, 0)
    token = SIGNER.token(link)
    old = make_link(LinkPurpose("payment"), SubjectKind("account"), of_account_id(facts), 0, SAMPLE_MOMENT)
    over = replace(consent_link(link.customer_id, SAMPLE_MOMENT), until=SAMPLE_MOMENT)
    nobody = {"en": "This link does not work", "zh-CN": "这个链接打不开"}[lang]
    ran_out = {"en": "This link has expired", "zh-CN": "这个链接已过期"}[lang]
    said = ((token[:-1] + "!", nobody), (old, nobody), (over, ran_out), ("h" + token[1:], nobody))
    for wrong, heading in said:
        page = opened(wrong, lang, refused=True)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert page.locator("form, dl, table").count() == 0
        assert page.locator("a[href^='tel:']").count() >= 1


def of_account_id(facts: Connection) -> int:
    found = facts.scalar(select(Touch.subject_id).where(Touch.subject_kind == SubjectKind("account")).limit(1))
    assert found
    return int(found)
