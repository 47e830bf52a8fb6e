"""Links that customers are sent: signed, expiring, for one purpose, one thing and one customer, and short."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import assert_never

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int, int_to_bytes
from itsdangerous.exc import BadData
from itsdangerous.signer import HMACAlgorithm

from models.core.errors import AftercareError
from models.core.words import SubjectKind

PATH = "/c/"
LONGEST = 100
"""Characters of a token; whatever is longer is none of ours."""
SIGNATURE_BYTES = 12
"""96 bits: they can only be guessed at by asking us, and an SMS has no room for more."""
MINUTE = 60


class LinkPurpose(StrEnum):
    """What a customer can do at a link."""

    APPOINTMENT = "appointment"
    SURVEY = "survey"
    CONSENT = "consent"
    PAYMENT = "payment"
    INVITATION = "invitation"


SURVEY_LASTS = timedelta(days=30)
CONSENT_LASTS = timedelta(days=365)
PAYMENT_LASTS = timedelta(days=60)
INVITATION_LASTS = timedelta(days=60)
MEANINGS: dict[LinkPurpose, str] = {
    LinkPurpose.APPOINTMENT: "the page where the appointment is confirmed or moved",
    LinkPurpose.SURVEY: "the page where the customer says how it was",
    LinkPurpose.CONSENT: "the page where the customer chooses how to be contacted",
    LinkPurpose.PAYMENT: "the page with what is owed, where a day of payment is promised",
    LinkPurpose.INVITATION: "the page where the customer asks for a visit, or says that it does not interest them",
}
LINKS_OF_SUBJECT: dict[SubjectKind, tuple[LinkPurpose, ...]] = {
    SubjectKind.APPOINTMENT: (LinkPurpose.APPOINTMENT, LinkPurpose.CONSENT),
    SubjectKind.HANDOVER: (LinkPurpose.SURVEY, LinkPurpose.CONSENT),
    SubjectKind.REPAIR_ORDER: (LinkPurpose.SURVEY, LinkPurpose.CONSENT),
    SubjectKind.WARRANTY: (LinkPurpose.CONSENT,),
    SubjectKind.ACCOUNT: (LinkPurpose.PAYMENT, LinkPurpose.CONSENT),
    SubjectKind.CASE: (LinkPurpose.CONSENT,),
    SubjectKind.RECIPIENT: (LinkPurpose.INVITATION, LinkPurpose.CONSENT),
}
"""The links that a letter about a subject may hold."""


class NotOurLink(AftercareError):
    """An address that we did not make: mistyped, cut off, or forged."""

    def __init__(self) -> None:
        super().__init__("This link was not made here, or a part of it is missing.")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens, for whom, and until when."""

    purpose: LinkPurpose
    subject: SubjectKind | None
    """Null: the customer's own choices."""
    subject_id: int
    customer_id: int
    until: datetime
    """Exclusive, to the minute. Of an appointment: the start that the link was issued for."""


LETTERS: dict[str, tuple[LinkPurpose, SubjectKind | None]] = {
    "a": (LinkPurpose.APPOINTMENT, SubjectKind.APPOINTMENT),
    "h": (LinkPurpose.SURVEY, SubjectKind.HANDOVER),
    "r": (LinkPurpose.SURVEY, SubjectKind.REPAIR_ORDER),
    "c": (LinkPurpose.CONSENT, None),
    "p": (LinkPurpose.PAYMENT, SubjectKind.ACCOUNT),
    "i": (LinkPurpose.INVITATION, SubjectKind.RECIPIENT),
}
"""How a token says what it opens. A letter keeps its meaning for ever: links live on in customers' phones."""
LETTER_OF = {meaning: letter for letter, meaning in LETTERS.items()}


class _ShortSignature(HMACAlgorithm):
    """HMAC-SHA-256, cut to what fits a message; compared in constant time by itsdangerous."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:SIGNATURE_BYTES]


class LinkSigner:
    """Makes and reads the links of one installation."""

    def __init__(self, secret: str, public_url: str) -> None:
        self._signer = Signer(secret, salt="aftercare.links", algorithm=_ShortSignature(sha256), digest_method=sha256)
        self._root = public_url.rstrip("/") + PATH

    def address(self, link: Link) -> str:
        """The address that a customer opens."""
        return self._root + self.token(link)

    def token(self, link: Link) -> str:
        """A link's part of the address."""
        letter = LETTER_OF[link.purpose, link.subject]
        numbers = (link.subject_id, link.customer_id, max(int(link.until.timestamp()), 0) // MINUTE)
        payload = ".".join((letter, *(base64_encode(int_to_bytes(number)).decode() for number in numbers)))
        return self._signer.sign(payload).decode()

    def read(self, token: str) -> Link:
        """The link of a token; whether it is over is for the reader to ask. Raises `NotOurLink`."""
        if len(token) > LONGEST or not token.isascii():
            raise NotOurLink
        try:
            letter, *numbers = self._signer.unsign(token).decode().split(".")
            subject_id, customer_id, minute = (bytes_to_int(base64_decode(number)) for number in numbers)
        except (BadSignature, BadData, ValueError) as error:
            raise NotOurLink from error
        purpose, subject = LETTERS[letter]
        return Link(purpose, subject, subject_id, customer_id, datetime.fromtimestamp(minute * MINUTE, UTC))


def make_link(
    purpose: LinkPurpose,
    subject: SubjectKind,
    subject_id: int,
    customer_id: int,
    now: datetime,
    starts_at: datetime | None = None,
) -> Link:
    """The link for one purpose in a letter about one subject, issued at `now`; an appointment's until its start."""
    match purpose:
        case LinkPurpose.APPOINTMENT:
            return Link(purpose, subject, subject_id, customer_id, starts_at or now)
        case LinkPurpose.SURVEY:
            return Link(purpose, subject, subject_id, customer_id, now + SURVEY_LASTS)
        case LinkPurpose.CONSENT:
            return Link(purpose, None, customer_id, customer_id, now + CONSENT_LASTS)
        case LinkPurpose.PAYMENT:
            return Link(purpose, subject, subject_id, customer_id, now + PAYMENT_LASTS)
        case LinkPurpose.INVITATION:
            return Link(purpose, subject, subject_id, customer_id, now + INVITATION_LASTS)
        case _:
            assert_never(purpose)
