"""E-mail of our own, from the claim to the mail server."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from models.core.settings import ChannelAddresses, Settings
from models.core.words import ProcessName, Purpose
from models.ledger.tables import Touch
from models.people.tables import Store
from tasks.messages import links
from tests.support.mail_server import mail_server
from tests.support.office import Office

TUESDAY = "2026-03-10 10:30"


@pytest.mark.parametrize(("purpose", "can_be_ended"), [(Purpose.SURVEY, True), (Purpose.SERVICE, False)])
def test_a_survey_by_mail_says_how_to_end_it_and_a_service_mail_does_not(
    office: Office, tmp_path: Path, purpose: Purpose, can_be_ended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, public_url="https://care.example.com")
    monkeypatch.setattr(links, "read_settings", lambda: settings)
    with office.open() as world:
        customer = world.customer(phone=None, email="li@example.org")
        world.handover(customer, "2026-03-09", vehicle_id=world.vehicle(customer))
        world.plan(ProcessName("post-delivery-followup"), TUESDAY)
        world.connection.execute(update(Touch).values(purpose=purpose, channels=["email"]))
        world.connection.execute(update(Store).values(address="1 Harbour Road"))
    with mail_server() as server:
        address = SecretStr(f"smtp://127.0.0.1:{server.port}?from=care@example.com")
        office.settings = settings.model_copy(update={"channels": ChannelAddresses(email=address)})
        assert office.dispatch(TUESDAY).sent == 1
    [mail] = server.mails
    with office.open() as world:
        [touch] = [one for one in world.touches() if one.state == "sent"]
    assert mail["Message-ID"] == f"<{touch.id}@example.com>"
    assert (touch.message_id, touch.provider) == (f"{touch.id}@example.com", "smtp")
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "Test Motors\n1 Harbour Road" in plain.get_content().replace("\r", "")
    assert (mail["List-Unsubscribe-Post"] is not None) == can_be_ended
    leaves = f"/leave-{purpose}>"
    assert (mail["List-Unsubscribe"] or "").endswith(leaves) == can_be_ended
