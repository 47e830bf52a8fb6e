"""A provider of registered templates gets nothing else: what is not registered waits, and says why."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from models.core.words import Decision, ProcessName, TouchState
from models.ledger.providers import RegisteredTemplate, RegistrationState
from models.ledger.tables import TemplateVersion, Touch, Verdict
from models.people.tables import Store
from tasks.channels.contract import Abilities, Accepted, Outcome
from tests.support.dispatcher import settings_for
from tests.support.office import Office
from tests.support.scratch_provider import ADDRESS, SCHEME, ScratchProvider, install
from tests.support.world import World, at

TUESDAY = "2026-03-10 10:30"
FOLLOWUP = ProcessName("post-delivery-followup")
KEY = "handover-thanks"
TEXT = (
    "【{{ store }}】{{ customer }}, thank you for {{ vehicle }}{% if store_phone %}, call {{ store_phone }}{% endif %}."
)
PLAIN, WITH_PHONE = (
    "{{ customer }}, thank you for {{ vehicle }}.",
    "{{customer}}, thank you for {{ vehicle }}, call {{ store_phone }}.",
)


class Registered(ScratchProvider):
    """A provider that accepts what it gets."""

    async def send(self, batch: Any) -> list[Outcome]:
        self.sent += batch
        return [Accepted() for _ in batch]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> ScratchProvider:
    plain = install(monkeypatch)
    plain.__class__ = Registered
    plain.abilities = Abilities(needs_registered=True, messages_a_request=50)
    return plain


@pytest.fixture
def due(office: Office, provider: ScratchProvider, tmp_path: Path) -> Office:
    """A store with a message due, whose template is ours."""
    office.settings = settings_for(tmp_path, ADDRESS, 100)
    with office.open() as world:
        customer = world.customer(name="Li Na", salutation="Ms")
        world.handover(customer, "2026-03-09", vehicle_id=world.vehicle(customer, model="Aurora Grand Touring"))
        world.plan(FOLLOWUP, TUESDAY)
        world.connection.execute(update(TemplateVersion).where(TemplateVersion.key == KEY).values(text=TEXT))
    return office


def register(world: World, text: str = PLAIN, *, longest: int | None = None, **values: Any) -> None:
    parameters = [
        {"name": "name", "variable": "customer", "longest": None},
        {"name": "car", "variable": "vehicle", "longest": longest},
    ]
    usual = {
        "provider": SCHEME, "key": KEY, "language": "en", "branch": "", "code": "T1", "text": text,
        "parameters": parameters, "state": RegistrationState.APPROVED, "registered_at": at("2026-03-01 10:00"),
        "registered_by": "test",
    }  # fmt: skip
    world.connection.execute(insert(RegisteredTemplate).values(**(usual | values)))


def why(office: Office) -> tuple[TouchState, str | None, Decision | None]:
    """The state of the message, and the last verdict of its gate."""
    with office.engine.connect() as connection:
        touch = connection.execute(select(Touch.id, Touch.state, Touch.reason).where(Touch.step == "thanks")).one()
        verdict = connection.execute(
            select(Verdict.reason, Verdict.decision).where(Verdict.touch_id == touch.id).order_by(Verdict.id.desc())
        ).first()
    assert verdict is not None
    return touch.state, touch.reason, verdict.decision


def test_what_is_registered_goes_out_with_its_parameters_in_their_order(due: Office, provider: ScratchProvider) -> None:
    with due.open() as world:
        register(world)
    assert due.dispatch(TUESDAY).sent == 1
    [message] = provider.sent
    assert message.registered is not None
    assert message.registered.code == "T1"
    assert message.registered.parameters == (("name", "Ms Li Na"), ("car", "Aurora Grand Touring"))
    assert message.text == "【Test Motors】Ms Li Na, thank you for Aurora Grand Touring."


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (None, "template-not-registered"),
        ({"provider": "another"}, "template-not-registered"),
        ({"language": "zh-CN"}, "template-not-registered"),
        ({"state": RegistrationState.WAITING}, "template-not-approved"),
        ({"state": RegistrationState.REFUSED}, "template-not-approved"),
        ({"text": "{{ customer }}, thanks for {{ vehicle }}."}, "template-differs-from-registered"),
        ({"text": WITH_PHONE}, "template-differs-from-registered"),
        ({"longest": 3}, "template-parameter-too-long"),
    ],
)
def test_what_is_not_registered_waits_and_goes_out_once_it_is(
    due: Office, provider: ScratchProvider, values: dict[str, Any] | None, reason: str
) -> None:
    with due.open() as world:
        if values is not None:
            register(world, **values)
    account = due.dispatch(TUESDAY)
    assert (account.claimed, account.sent, account.deferred) == (1, 0, {"channel": 1})
    assert provider.sent == []
    assert why(due) == (TouchState.PLANNED, reason, Decision.HOLD)
    assert due.dispatch("2026-03-10 11:00").claimed == 0, "it is not looked at each minute"
    with due.open() as world:
        world.connection.execute(delete(RegisteredTemplate))
        register(world)
    assert due.dispatch("2026-03-10 11:31").sent == 1
    assert len(provider.sent) == 1


def test_each_way_through_the_conditions_is_a_template_of_its_own(due: Office, provider: ScratchProvider) -> None:
    phone = {"name": "phone", "variable": "store_phone", "longest": None}
    with due.open() as world:
        register(world)
        register(world, WITH_PHONE, branch="with-phone", code="T2", parameters=[phone])
        world.connection.execute(update(Store).values(phone="+862155500000"))
    assert due.dispatch(TUESDAY).sent == 1
    [message] = provider.sent
    assert message.registered is not None
    assert (message.registered.code, message.registered.parameters) == ("T2", (("phone", "+862155500000"),))


def test_a_long_value_is_shortened_by_whole_words_in_what_the_ledger_keeps_too(
    due: Office, provider: ScratchProvider
) -> None:
    with due.open() as world:
        register(world, longest=14)
    assert due.dispatch(TUESDAY).sent == 1
    [message] = provider.sent
    assert message.registered is not None
    assert dict(message.registered.parameters)["car"] == "Aurora Grand…"
    with due.engine.connect() as connection:
        body = connection.scalar(select(Touch.body).where(Touch.step == "thanks"))
    assert body == message.text == "【Test Motors】Ms Li Na, thank you for Aurora Grand…."


def test_a_stores_own_registration_comes_first(due: Office, provider: ScratchProvider) -> None:
    with due.open() as world:
        register(world)
        register(world, code="OWN", store_id=world.store_id)
        register(world, code="OTHERS", store_id=world.store())
    due.dispatch(TUESDAY)
    [message] = provider.sent
    assert message.registered is not None
    assert message.registered.code == "OWN"


def test_a_registered_template_carries_no_lines_of_others(
    office: Office, provider: ScratchProvider, tmp_path: Path
) -> None:
    """What would be merged into it waits for its own turn, under the cap."""
    office.settings = settings_for(tmp_path, ADDRESS, 100)
    with office.open() as world:
        customer = world.customer()
        world.warranty(customer, "2026-05-08")
        world.invoice(world.account(customer), "2026-03-03", "1000.00")
        for process in ("warranty-expiry", "overdue-accounts"):
            world.plan(ProcessName(process), TUESDAY)
        words = {"by_channel": None, "text": "{{ customer }}, hello."}
        world.connection.execute(update(TemplateVersion).values(**words))
        of_touches = select(TemplateVersion.key).join(Touch, Touch.template_version_id == TemplateVersion.id)
        for key in set(world.connection.scalars(of_touches)):
            register(world, "{{ customer }}, hello.", key=key)
    account = office.dispatch(TUESDAY)
    assert account.sent == 1
    assert [message.text.count("hello") for message in provider.sent] == [1]
    with office.engine.connect() as connection:
        merged = connection.scalars(select(Touch.id).where(Touch.merged_into.is_not(None))).all()
        waiting = connection.scalars(select(Touch.state).where(Touch.state == TouchState.PLANNED)).all()
    assert merged == []
    assert len(waiting) >= 1
