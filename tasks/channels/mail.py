"""E-mail messages: plain text and HTML from one text, with the headers that mailbox providers ask for."""

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from models.core.errors import InvalidInput
from models.core.settings import MailStyle
from tasks.channels.contract import Message

LINK = re.compile(r"https?://[^\s<>\"'，。；）)]*[^\s<>\"'，。；）).,;:!?]")
"""Without the punctuation of the sentence around it."""
ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]+@[^\s@<>\"(),:;\\\[\]]+", re.ASCII)
FOOT = {
    "zh-CN": {"unsubscribe": "不再接收此类邮件", "colon": "："},
    "en": {"unsubscribe": "Unsubscribe from such e-mails", "colon": ": "},
}
"""Words of the foot, by language."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line: text, or a link."""

    text: str
    is_link: bool


class NoMailAddress(InvalidInput):
    """A text that is not an e-mail address."""

    def __init__(self) -> None:
        super().__init__("This is not an e-mail address.")


def read_mail_address(text: str) -> MailAddress:
    """Read an address such as `service@example.com`. Raises `NoMailAddress`."""
    try:
        if ADDRESS.fullmatch(text) and text.isascii():
            return MailAddress(addr_spec=text)
    except (ValueError, IndexError, MessageError):  # what the parser raises for what it cannot read
        pass
    raise NoMailAddress


def write_mail(message: Message, sender: MailAddress, reply_to: MailAddress | None, style: MailStyle) -> EmailMessage:
    """The e-mail of a message. Its `Message-ID` is made from the touch, so a repetition can be recognized.

    Raises `NoMailAddress`.
    """
    mail = EmailMessage(policy=SMTP)
    named = MailAddress(message.store_name or sender.display_name, addr_spec=sender.addr_spec)
    mail["From"] = named
    mail["To"] = read_mail_address(message.to)
    mail["Subject"] = " ".join((message.subject or message.store_name or "").split())
    mail["Date"] = message.sent_at
    mail["Message-ID"] = f"<{message.id}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if reply_to is not None:
        mail["Reply-To"] = reply_to
    if message.language:
        mail["Content-Language"] = message.language
    if unsubscribe := message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    foot = _foot(message, style, unsubscribe)
    mail.set_content("\n".join([message.text, "", "-- ", *foot]) + "\n", cte="quoted-printable")
    mail.add_alternative(_html(message, style, unsubscribe), subtype="html", cte="quoted-printable")
    return mail


def _foot(message: Message, style: MailStyle, unsubscribe: str | None) -> list[str]:
    """The sender's name and postal address, and how to end such mail."""
    words = _words(message)
    lines = [message.store_name, message.postal_address or style.address or ""]
    if unsubscribe:
        lines.append(f"{words['unsubscribe']}{words['colon']}{unsubscribe}")
    return [line for line in lines if line]


def _html(message: Message, style: MailStyle, unsubscribe: str | None) -> str:
    return _template().render(
        language=message.language or "en",
        title=message.subject or "",
        store=message.store_name,
        address=message.postal_address or style.address,
        lines=[_pieces(line) for line in message.text.split("\n")],
        words=_words(message),
        unsubscribe=unsubscribe,
        style=style,
    )


def _words(message: Message) -> dict[str, str]:
    return FOOT.get(message.language, FOOT["en"])


def _pieces(line: str) -> list[Piece]:
    """A line in texts and links."""
    pieces, end = [], 0
    for found in LINK.finditer(line):
        pieces += [Piece(line[end : found.start()], False), Piece(found[0], True)]
        end = found.end()
    return [piece for piece in (*pieces, Piece(line[end:], False)) if piece.text]


@cache
def _template() -> Template:
    loader = PackageLoader("tasks.channels", "looks")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "mail.html"
    )
