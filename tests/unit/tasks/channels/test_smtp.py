"""Our own e-mail: what it carries, and what the answers of a mail server mean."""

import asyncio
import socket
import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from pydantic import SecretStr

from models.core.settings import MailStyle, Settings
from models.core.words import Purpose
from tasks.channels.contract import (
    Accepted,
    Channel,
    Message,
    Outcome,
    Rejected,
    Transient,
    Unknown,
    UnusableChannelAddress,
)
from tasks.channels.opening import open_channel
from tests.support.mail_server import MailServer, mail_server
from tests.support.messages import make_message

SETTING = "AFTERCARE_CHANNELS__EMAIL"
LEAVE = "https://care.example.com/c/c1.abc/leave-marketing"
STYLE = MailStyle(colour="#aa0000", address="1 Harbour Road, Shanghai")


def _open(server: MailServer, query: str = "", user: str = "") -> Channel:
    address = f"smtp://{user}127.0.0.1:{server.port}?from=care@example.com{query}"
    return open_channel(SecretStr(address), SETTING, Settings(mail=STYLE))


def _mail(**differences: object) -> Message:
    usual = {"to": "li@example.org", "subject": "Your visit", "text": "Dear Ms Li,\nsee https://care.example.com/c/x.",
             "language": "en", "store_name": "Test Motors"}  # fmt: skip
    return make_message(**(usual | differences))


def _send(channel: Channel, *batch: Message) -> list[Outcome]:
    async def send_and_close() -> list[Outcome]:
        try:
            return await channel.send(batch)
        finally:
            await channel.aclose()

    return asyncio.run(send_and_close())


def test_a_mail_has_plain_text_and_html_of_one_text() -> None:
    message = _mail(text="Dear <Li> & Co,\n见 https://care.example.com/c/x?a=1&b=2 。")
    with mail_server() as server:
        assert _send(_open(server), message) == [Accepted(f"{message.id}@example.com")]
    [mail] = server.mails
    assert server.recipients == ["li@example.org"]
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "Test Motors <care@example.com>",
        "li@example.org",
        "Your visit",
    )
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r", "").startswith(message.text)
    assert "1 Harbour Road, Shanghai" in plain.get_content()
    text = html.get_content()
    assert "Dear &lt;Li&gt; &amp; Co," in text
    assert 'href="https://care.example.com/c/x?a=1&amp;b=2"' in text
    assert "#aa0000" in text
    assert "1 Harbour Road, Shanghai" in text
    assert "<script" not in text


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See https://x.example/c/a.b-c.", "https://x.example/c/a.b-c"),
        ("点击 https://x.example/c/ab 。", "https://x.example/c/ab"),
        ("(https://x.example/?a=1&b=2), please", "https://x.example/?a=1&amp;b=2"),
    ],
)
def test_a_link_ends_before_the_punctuation_of_its_sentence(text: str, link: str) -> None:
    with mail_server() as server:
        _send(_open(server), _mail(text=text))
    html = server.mails[0].get_body(("html",))
    assert html is not None
    assert f'href="{link}"' in html.get_content()


def test_a_mail_says_who_wrote_it_and_that_a_machine_did() -> None:
    message = _mail()
    with mail_server() as server:
        _send(_open(server, "&reply_to=desk@example.com"), message)
    [mail] = server.mails
    assert mail["Message-ID"] == f"<{message.id}@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == message.sent_at
    assert mail["Reply-To"] == "desk@example.com"
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None


def test_a_mail_that_can_be_ended_says_how() -> None:
    with mail_server() as server:
        _send(_open(server), _mail(purpose=Purpose.MARKETING, unsubscribe=LEAVE))
    [mail] = server.mails
    assert mail["List-Unsubscribe"] == f"<{LEAVE}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert f"Unsubscribe from such e-mails: {LEAVE}" in plain.get_content()
    assert f'href="{LEAVE}"' in html.get_content()


def test_the_stores_own_address_is_in_the_foot() -> None:
    with mail_server() as server:
        _send(_open(server), _mail(postal_address="城北路1号"))
    [plain] = [part for part in server.mails[0].walk() if part.get_content_type() == "text/plain"]
    assert "城北路1号" in plain.get_content()
    assert "Harbour Road" not in plain.get_content()


def test_a_line_break_in_a_subject_adds_no_header() -> None:
    with mail_server() as server:
        _send(_open(server), _mail(subject="Hello\r\nBcc: all@example.org"))
    assert server.mails[0]["Bcc"] is None
    assert server.mails[0]["Subject"] == "Hello Bcc: all@example.org"
    assert server.recipients == ["li@example.org"]


def test_a_line_of_one_dot_ends_nothing() -> None:
    with mail_server() as server:
        _send(_open(server), _mail(text="one\n.\n..two"))
    plain = server.mails[0].get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r", "").startswith("one\n.\n..two\n")


@pytest.mark.parametrize("to", ["nobody", "li@example.org\r\nRCPT TO:<x@y>", "", "a b@example.org"])
def test_an_unsuitable_recipient_is_rejected_without_sending(to: str) -> None:
    with mail_server() as server:
        [outcome] = _send(_open(server), _mail(to=to))
    assert isinstance(outcome, Rejected)
    assert server.recipients == []


@pytest.mark.parametrize(
    ("behaviour", "kind", "words"),
    [
        ({"recipient_answer": "550 5.1.1 no such user"}, Rejected, "550: 5.1.1 no such user"),
        ({"recipient_answer": "553 bad name"}, Rejected, "553"),
        ({"recipient_answer": "450 4.2.0 greylisted"}, Transient, "450"),
        ({"recipient_answer": "452 4.2.2 mailbox full"}, Transient, "452"),
        ({"recipient_answer": "552 5.2.2 mailbox full"}, Transient, "552"),
        ({"data_answer": "554 5.7.1 looks like spam"}, Rejected, "554: 5.7.1 looks like spam"),
        ({"data_answer": "451 4.7.1 later"}, Transient, "451"),
        ({"data_answer": "421 4.3.2 going down"}, Transient, "421"),
        ({"sender_answer": "550 5.7.1 you may not send"}, Transient, "550 about the sender"),
        ({"breaks_off": True}, Unknown, "did not answer"),
    ],
)
def test_what_an_answer_means(behaviour: dict[str, object], kind: type[Outcome], words: str) -> None:
    with mail_server(**behaviour) as server:
        [outcome] = _send(_open(server), _mail())
    assert type(outcome) is kind
    assert words in str(outcome)


def test_the_reason_hides_the_recipient() -> None:
    with mail_server(recipient_answer="550 no li@example.org here") as server:
        [outcome] = _send(_open(server), _mail())
    assert outcome == Rejected("the mail server answered 550: no … here")


def test_connections_stay_open() -> None:
    with mail_server() as server:
        outcomes = _send(_open(server, "&connections=3"), *(_mail() for _ in range(30)))
    assert {type(outcome) for outcome in outcomes} == {Accepted}
    assert len(server.mails) == 30
    assert len(server.sessions) <= 3


def test_a_connection_is_good_for_more_after_a_refusal() -> None:
    with mail_server(recipient_answer="550 no") as server:
        channel = _open(server, "&connections=1")

        async def both() -> list[Outcome]:
            first = await channel.send([_mail()])
            server.recipient_answer = None
            second = await channel.send([_mail(), _mail()])
            await channel.aclose()
            return first + second

        outcomes = asyncio.run(both())
    assert [type(one) for one in outcomes] == [Rejected, Accepted, Accepted]
    assert len(server.sessions) == 1


def test_a_connection_that_was_closed_meanwhile_is_replaced() -> None:
    with mail_server(data_answer="421 bye") as server:
        channel = _open(server, "&connections=1")

        async def both() -> list[Outcome]:
            first = await channel.send([_mail()])
            server.data_answer = None
            second = await channel.send([_mail()])
            await channel.aclose()
            return first + second

        assert [type(one) for one in asyncio.run(both())] == [Transient, Accepted]


def test_it_signs_in() -> None:
    with mail_server(password="p:ss/word") as server:
        [outcome] = _send(_open(server, user="desk:p%3Ass%2Fword@"), _mail())
    assert isinstance(outcome, Accepted)
    assert server.signed_in == {"desk"}


def test_a_wrong_password_is_transient_and_not_repeated_in_the_reason() -> None:
    with mail_server(password="right") as server:
        [outcome] = _send(_open(server, user="desk:hunter2@"), _mail())
    assert isinstance(outcome, Transient)
    assert "535" in outcome.reason
    assert "hunter2" not in str(outcome)


def _answer_once(talk: Callable[[socket.socket], None]) -> tuple[int, threading.Thread]:
    """A server for one connection."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening, listening.accept()[0] as connection:
            talk(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    port: int = listening.getsockname()[1]
    return port, thread


def test_nothing_sensible_at_the_other_end_is_transient() -> None:
    port, thread = _answer_once(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"))
    [outcome] = _send(_open(MailServer(port=port)), _mail())
    thread.join()
    assert isinstance(outcome, Transient)


def test_nobody_at_the_other_end_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    [outcome] = _send(_open(MailServer(port=port)), _mail())
    assert isinstance(outcome, Transient)
    assert "Connection refused" in outcome.reason


def test_another_machine_without_tls_gets_nothing() -> None:
    """STARTTLS is demanded: a server that does not offer it is not used."""
    with mail_server() as server:
        [outcome] = _send(_open(server, "&starttls=yes"), _mail())
    assert isinstance(outcome, Transient)
    assert server.mails == []


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("smtp://u:hunter2@mail.example.com", "lacks from="),
        ("smtp://u:hunter2@mail.example.com?from=hunter2", "has an unusable from="),
        ("smtp://u:hunter2@mail.example.com?from=a@b.c&reply_to=hunter2", "has an unusable reply_to="),
        ("smtp://u:hunter2@mail.example.com?from=a@b.c&conections=hunter2", "has 1 unknown setting after the ?"),
        ("smtp://u:hunter2@mail.example.com?from=a@b.c&starttls=hunter2", "has an unusable starttls="),
        ("smtp://u:hunter2@mail.example.com?from=a@b.c&starttls=no", "has a password that would be sent without TLS"),
        ("smtps://?from=a@b.c", "names no host"),
        ("smtps://h?from=a@b.c&connections=0", "has an unusable connections"),
    ],
)
def test_a_wrong_address_is_refused_without_its_secret(address: str, problem: str) -> None:
    with pytest.raises(UnusableChannelAddress) as refusal:
        open_channel(SecretStr(address), SETTING, Settings())
    assert str(refusal.value).startswith(f"{SETTING} {problem}")
    assert "hunter2" not in str(refusal.value)


def test_message_ids_differ_by_touch() -> None:
    with mail_server() as server:
        _send(_open(server), _mail(id=uuid4()), _mail(id=uuid4()))
    assert len({mail["Message-ID"] for mail in server.mails}) == 2
