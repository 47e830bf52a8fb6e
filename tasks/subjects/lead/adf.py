"""Leads as Auto-lead Data Format (ADF) XML, the trade's standard for leads by e-mail and API; parsed safely."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email import policy
from email.errors import MessageError
from email.parser import BytesParser
from hashlib import sha256
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from models.core.errors import InvalidInput
from models.core.words import LeadUrgency
from tasks.subjects.lead.taking_in import DIGITS, NewLead

MOST_BYTES = 1_000_000
MOST_LINES = 50_000
MOST_LEADS = 500
LONGEST_SOURCE = 40
LONGEST_NOTE = 2_000
XML_TYPES = ("application/xml", "text/xml", "application/adf+xml", "application/x-adf+xml", "text/plain")
"""Of the parts of an e-mail that may be a lead."""
HORIZONS = (
    (timedelta(days=7), LeadUrgency.WITHIN_A_WEEK),
    (timedelta(days=31), LeadUrgency.WITHIN_A_MONTH),
)


class UnusableAdf(InvalidInput):
    """A file that is not ADF, or that may not be parsed. Nothing of it goes in."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"{place} cannot be read as ADF: {reason}.")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A prospect of the file that is no lead."""

    number: int
    """Counted from 1."""
    field: str
    reason: str


def read_adf(content: bytes, place: str, now: datetime) -> tuple[list[NewLead], list[Unreadable]]:
    """The leads of a file, or of an e-mail with one in it, and what is wrong with the others.

    `place` is what the file is called. Raises `UnusableAdf`: size and lines are limited before anything is parsed, and
    document types and entities are refused.
    """
    _check_size(content, place)
    root = _parse(_xml_of(content, place), place)
    prospects = list(root.iter("prospect")) if root.tag == "adf" else []
    if not prospects:
        raise UnusableAdf(place, "expected an element <adf> with a <prospect> in it")
    if len(prospects) > MOST_LEADS:
        raise UnusableAdf(place, f"it has {len(prospects):,} prospects; expected at most {MOST_LEADS:,} in one file")
    leads, unreadable = [], []
    for number, prospect in enumerate(prospects, start=1):
        try:
            leads.append(_lead(prospect, now))
        except _Missing as error:
            unreadable.append(Unreadable(number, error.field, str(error)))
    return leads, unreadable


class _Missing(ValueError):
    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(reason)


def _check_size(content: bytes, place: str) -> None:
    if len(content) > MOST_BYTES:
        raise UnusableAdf(place, f"it has {len(content):,} bytes; expected at most {MOST_BYTES:,}")
    lines = content.count(b"\n")
    if lines > MOST_LINES:
        raise UnusableAdf(place, f"it has {lines:,} lines; expected at most {MOST_LINES:,}")


def _xml_of(content: bytes, place: str) -> bytes:
    """The content itself, or the part of an e-mail that is ADF."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return content.lstrip(b"\xef\xbb\xbf \t\r\n")
    try:
        message = BytesParser(policy=policy.default).parsebytes(content)
        parts = [part for part in message.walk() if part.get_content_type() in XML_TYPES]
        bodies = [bytes(part.get_payload(decode=True) or b"").strip() for part in parts]
    except (MessageError, LookupError, ValueError) as error:
        raise UnusableAdf(place, f"it is neither XML nor an e-mail: {error}") from error
    for body in bodies:
        if b"<adf" in body.lower():
            return body[body.index(b"<") :]
    raise UnusableAdf(place, "it is neither XML nor an e-mail with ADF in it")


def _parse(content: bytes, place: str) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnusableAdf(
            place, "it has a document type or an entity, which are not read; expected plain XML"
        ) from error
    except (ParseError, LookupError, ValueError) as error:
        line = f"line {error.position[0]}: " if isinstance(error, ParseError) else ""
        raise UnusableAdf(place, f"{line}{error}") from error
    return root


def _lead(prospect: Element, now: datetime) -> NewLead:
    contact = prospect.find("customer/contact")
    if contact is None:
        raise _Missing("customer/contact", "expected who the customer is")
    name, phone, email = _name(contact), _phone(contact), _text(contact, "email")
    if not name:
        raise _Missing("customer/contact/name", "expected the customer's name")
    if not phone and not email:
        raise _Missing("customer/contact/phone", "expected a phone number or an e-mail address")
    came_in_at, zone_known = _came_in(prospect, now)
    wanted = _vehicle(prospect, "buy")
    latest = _day(prospect, "customer/timeframe/latestdate")
    return NewLead(
        key=_key(prospect),
        urgency=_urgency(came_in_at.date(), latest),
        came_in_at=came_in_at,
        zone_known=zone_known,
        name=name,
        phone=phone,
        email=email,
        model=" ".join(part for part in (_text(wanted, "make"), _text(wanted, "model")) if part) or None,
        source=_source(prospect),
        expected_on=latest,
        trades_in=True if _vehicle(prospect, "trade-in") is not None else None,
        note=(_text(prospect, "customer/comments") or "")[:LONGEST_NOTE] or None,
    )


def _text(element: Element | None, path: str) -> str | None:
    found = element.find(path) if element is not None else None
    text = " ".join("".join(found.itertext()).split()) if found is not None else ""
    return text.replace("\x00", "") or None


def _name(contact: Element) -> str | None:
    """The full name, or the parts of it in their order."""
    parts = {each.get("part", "full"): " ".join("".join(each.itertext()).split()) for each in contact.findall("name")}
    pieces = (parts.get(part, "") for part in ("first", "middle", "last", "suffix"))
    return parts.get("full") or " ".join(piece for piece in pieces if piece) or None


def _phone(contact: Element) -> str | None:
    """The numbers, a mobile one first."""
    numbers = sorted(contact.findall("phone"), key=lambda each: each.get("type") not in ("cellphone", "mobile"))
    said = (" ".join("".join(each.itertext()).split()) for each in numbers if each.get("type") != "fax")
    return " / ".join(number for number in said if number) or None


def _vehicle(prospect: Element, interest: str) -> Element | None:
    return next((each for each in prospect.findall("vehicle") if each.get("interest", "buy") == interest), None)


def _came_in(prospect: Element, now: datetime) -> tuple[datetime, bool]:
    """When the customer asked, and whether the zone of that is said. Without a moment, now."""
    text = _text(prospect, "requestdate")
    if text is None:
        return now.astimezone(UTC), True
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        expected = f"'{text}' is not a moment; expected one such as 2026-03-10T09:30:00+08:00"
        raise _Missing("requestdate", expected) from error
    return (moment, True) if moment.tzinfo else (moment.replace(tzinfo=UTC), False)


def _day(prospect: Element, path: str) -> date | None:
    text = _text(prospect, path)
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError as error:
        raise _Missing(path, f"'{text}' is not a day; expected one such as 2026-03-31") from error


def _urgency(came_in_on: date, latest: date | None) -> LeadUrgency:
    """The class by the last day on which the customer means to buy. Who names none buys within a month until the first
    call knows better."""
    if latest is None:
        return LeadUrgency.WITHIN_A_MONTH
    ahead = latest - came_in_on
    return next((urgency for span, urgency in HORIZONS if ahead <= span), LeadUrgency.WITHIN_THREE_MONTHS)


def _source(prospect: Element) -> str:
    """Who passed the lead on."""
    identified = prospect.find("id")
    source = identified.get("source") if identified is not None else None
    return (_text(prospect, "provider/name") or source or "ADF")[:LONGEST_SOURCE]


def _key(prospect: Element) -> str:
    """The number that the sender gave the lead; without one, what the prospect says makes its key."""
    identified = prospect.find("id")
    number = _text(prospect, "id")
    if identified is not None and number:
        return f"adf:{identified.get('source') or ''}:{number}"[:200]
    said = "\n".join(_everything(prospect))
    return f"adf:{sha256(said.encode()).hexdigest()[:DIGITS]}"


def _everything(prospect: Element) -> Iterator[str]:
    for each in prospect.iter():
        yield f"{each.tag} {sorted(each.attrib.items())} {(each.text or '').strip()}"
