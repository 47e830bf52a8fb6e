"""Preview and cost of a campaign's messages."""

from decimal import Decimal
from pathlib import Path

import pytest

from models.campaigns.words import FOLLOW_UP, NothingToSay
from models.core.settings import ChannelAddresses, MessagePrices, Settings
from models.core.words import ChannelName, LinkPurpose
from models.messages.links import Link
from tasks.access.reach import NotYours
from tasks.campaigns.wording.messages import check_words, dearest_message, estimate, preview, price_of
from tasks.messages.links import NoAddressForCustomers, find_reader, read_token
from tests.support.campaigns import SMS, a_plan
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
NAME = "Spring check"
PRICES = MessagePrices(sms=Decimal("0.05"), email=Decimal("0.002"))
BOTH = {
    language: words | {"email": {"subject": "{{ campaign }}", "text": "{{ customer }} ({{ vehicle }}) STOP"}}
    for language, words in SMS.items()
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, public_url="https://service.example.com", prices=PRICES)


def test_a_customer_sees_their_own_name_car_store_and_language(world: World, settings: Settings) -> None:
    words = {
        "en": {"sms": "Dear {{ customer }}, your {{ vehicle }} at {{ store }} ({{ campaign }}). Reply STOP."},
        "zh-CN": {"sms": "{{ customer }}，{{ vehicle }}，{{ store }}。回T退订"},
    }
    plan = a_plan(variants=[{"key": "a", "words": words}])
    english = world.customer(name="Smith", salutation="Mr")
    chinese = world.customer(name="李雷", salutation="先生", language="zh-CN")
    world.vehicle(english, model="Aurora", plate="A12345", model_year=2020)
    world.vehicle(english, model="Comet", plate="B12345", model_year=2024)

    def seen(customer_id: int) -> str:
        return preview(world.connection, NAME, plan, customer_id, "a", ChannelName.SMS, settings, NOW).text

    assert seen(english) == "Dear Mr Smith, your Comet B12345 at Test Motors (Spring check). Reply STOP."
    assert seen(chinese) == "李雷先生，您的爱车，Test Motors。回T退订"


def test_the_consent_link_is_the_customers_own_and_the_invitation_opens_nothing_yet(
    world: World, settings: Settings
) -> None:
    customer = world.customer()
    plan = a_plan(variants=[{"key": "a", "words": {"en": {"sms": "{{ links.consent }} {{ links.invitation }}"}}}])
    seen = preview(world.connection, NAME, plan, customer, "a", ChannelName.SMS, settings, NOW)
    consent, invitation = (read_token(settings, address.rpartition("/")[2]) for address in seen.text.split())
    assert (consent.purpose, consent.customer_id) == (LinkPurpose("consent"), customer)
    assert find_reader(world.connection, consent, NOW) is not None
    assert isinstance(invitation, Link)
    assert find_reader(world.connection, invitation, NOW) is None


def test_length_and_price_are_told(world: World, settings: Settings) -> None:
    plan = a_plan(channels=["sms", "email"], variants=[{"key": "a", "words": BOTH}])
    customer = world.customer(name="Anna")
    by_sms = preview(world.connection, NAME, plan, customer, "a", ChannelName.SMS, settings, NOW)
    by_email = preview(world.connection, NAME, plan, customer, "a", ChannelName.EMAIL, settings, NOW)
    assert by_sms.length is not None
    assert (by_sms.length.segments, by_sms.price) == (1, Decimal("0.05"))
    assert (by_email.length, by_email.price, by_email.subject) == (None, Decimal("0.002"), NAME)
    assert price_of(settings, ChannelName.SMS, "欢" * 71) == Decimal("0.10")
    assert price_of(settings, ChannelName.WECHAT, "欢迎") == 0


def test_what_is_not_there_is_refused(world: World, settings: Settings) -> None:
    plan = a_plan()
    with pytest.raises(NotYours):
        preview(world.connection, NAME, plan, 999_999, "a", ChannelName.SMS, settings, NOW)
    with pytest.raises(NothingToSay, match="Follow-up says nothing by sms"):
        preview(world.connection, NAME, plan, world.customer(), FOLLOW_UP, ChannelName.SMS, settings, NOW)


def test_links_need_an_address_that_customers_can_open() -> None:
    elsewhere = Settings(channels=ChannelAddresses.model_validate({"sms": "gateways://sms.example.com/send"}))
    with pytest.raises(NoAddressForCustomers):
        check_words(a_plan(), elsewhere)
    check_words(a_plan(variants=[{"key": "a", "words": {"en": {"sms": "Hello. Reply STOP."}}}]), elsewhere)


def test_an_estimate_tells_what_each_sort_of_message_costs(world: World, settings: Settings) -> None:
    long = {"en": {"sms": "{{ customer }} " + "x" * 150 + " STOP"}, "zh-CN": {"sms": "您好" * 40 + "回T退订"}}
    variants = [{"key": "a", "share": 75, "words": SMS}, {"key": "b", "share": 25, "words": long}]
    follow_up = {"words": {"en": {"sms": "Still there? STOP"}}}
    plan = a_plan(variants=variants, follow_up=follow_up)
    customers = [world.customer(name="Anna") for _ in range(3)] + [world.customer(language="zh-CN")]
    found = estimate(world.connection, NAME, plan, customers, settings, NOW)
    costs = {(cost.variant, cost.language): cost for cost in found.costs}
    assert (found.sampled, found.currency) == (4, "CNY")
    assert {place: cost.customers for place, cost in costs.items()} == {
        ("a", "en"): 3, ("a", "zh-CN"): 1, ("b", "en"): 3, ("b", "zh-CN"): 1, (FOLLOW_UP, "en"): 4,
    }  # fmt: skip
    assert costs["b", "zh-CN"].segments_most == 2
    assert costs["b", "en"].price_mean == Decimal("0.05")
    each = (costs["a", "en"].price_mean * 3 + costs["a", "zh-CN"].price_mean) / 4
    other = (costs["b", "en"].price_mean * 3 + costs["b", "zh-CN"].price_mean) / 4
    assert found.mean_price(ChannelName.SMS) == (each * 75 + other * 25) / 100
    assert found.mean_price_of_follow_up(ChannelName.SMS) == Decimal("0.05")
    assert found.mean_price(ChannelName.EMAIL) == 0


def test_an_estimate_of_nobody_costs_nothing(world: World, settings: Settings) -> None:
    found = estimate(world.connection, NAME, a_plan(), [], settings, NOW)
    assert (found.costs, found.mean_price(ChannelName.SMS)) == ((), 0)


def test_no_message_costs_more_than_the_dearest(world: World, settings: Settings) -> None:
    plan = a_plan(channels=["sms", "email"], variants=[{"key": "a", "words": BOTH}])
    customers = [world.customer(name=name) for name in ("Anna", "欧阳" * 40, "Konstantinopoulos" * 6)]
    customers.append(world.customer(name="司马" * 30, language="zh-CN", salutation="Mrs"))
    for customer in customers:
        world.vehicle(customer, model="Aurora" * 5, plate="沪A12345")
    most = dearest_message(world.connection, NAME, plan, None, settings, NOW)
    dearest = max(
        preview(world.connection, NAME, plan, customer, "a", channel, settings, NOW).price
        for customer in customers
        for channel in plan.channels
    )
    assert dearest <= most <= 3 * dearest


def test_an_english_message_is_counted_as_one_where_nobody_who_gets_it_has_other_characters(
    world: World, settings: Settings
) -> None:
    long = "Dear {{ customer }}, your {{ vehicle }} is due. " + "x" * 90 + " STOP"
    words = {"en": {"sms": long}, "zh-CN": {"sms": "{{ customer }}，欢迎光临。回T退订"}}
    plan = a_plan(variants=[{"key": "a", "words": words}])
    english, chinese = world.customer(name="Anna", salutation="女士"), world.customer(name="李雷", language="zh-CN")
    world.vehicle(english, model="Aurora", plate="A12345")
    world.vehicle(chinese, model="极光", plate="沪A12345")

    def dearest(store_id: int | None = None) -> Decimal:
        return dearest_message(world.connection, NAME, plan, store_id, settings, NOW)

    assert preview(world.connection, NAME, plan, english, "a", ChannelName.SMS, settings, NOW).price == dearest()
    assert dearest() == PRICES.sms
    elsewhere = world.customer(name="韩梅梅", store_id=world.store())
    assert preview(world.connection, NAME, plan, elsewhere, "a", ChannelName.SMS, settings, NOW).price > PRICES.sms
    assert dearest() == 3 * PRICES.sms
    assert dearest(world.store_id) == PRICES.sms


def test_a_call_is_not_priced_as_a_text_message(world: World, settings: Settings) -> None:
    """Its script stands in the field of the SMS; it is spoken."""
    words = {"en": {"sms": "Good day {{ customer }}. " + "Ask how it went. " * 30}}
    plan = a_plan(follow_up={"kind": "call", "role": "agent", "words": words})
    customer = world.customer()
    script = preview(world.connection, NAME, plan, customer, FOLLOW_UP, ChannelName.SMS, settings, NOW)
    assert (script.channel, script.price, script.length) == (ChannelName.PHONE, 0, None)


def test_words_of_relative_time_are_warned_of(world: World, settings: Settings) -> None:
    customer = world.customer()
    for text, warned in (("Come today! Reply STOP to opt out.", True), ("Come! Reply STOP to opt out.", False)):
        plan = a_plan(variants=[{"key": "a", "words": {"en": {"sms": text}}}])
        message = preview(world.connection, NAME, plan, customer, "a", ChannelName.SMS, settings, NOW)
        assert (message.warning is not None) == warned
