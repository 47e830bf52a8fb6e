"""Links for customers: short, signed and expiring, for one purpose, one subject and one customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int, int_to_bytes
from itsdangerous.exc import BadData
from itsdangerous.signer import HMACAlgorithm

from models.core.errors import NotFound
from models.core.words import LinkPurpose, SubjectKind

PATH = "/c/"
LONGEST = 100
"""The maximum length of a token in characters. Anything longer is not ours."""
SIGNATURE_BYTES = 12
"""96 bits: tokens can only be guessed online, and an SMS has no room for more."""
MINUTE = 60


class NotOurLink(NotFound):
    """An invalid link: mistyped, truncated or forged."""

    def __init__(self) -> None:
        super().__init__("This link was not made here, or a part of it is missing.")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens, for whom, and until when."""

    purpose: LinkPurpose
    letter: str
    """The letter in the token that says what it opens."""
    subject: SubjectKind | None
    """Null: the customer's own choices."""
    subject_id: int
    customer_id: int
    until: datetime
    """Exclusive, to the minute. For an appointment: the start for which the link was issued."""


Openings = Mapping[str, tuple[LinkPurpose, SubjectKind | None]]
"""What each letter of a token opens, and for which kind of subject."""


class _ShortSignature(HMACAlgorithm):
    """HMAC-SHA-256, truncated to fit a message. itsdangerous compares it in constant time."""

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
        """The path of a link."""
        numbers = (link.subject_id, link.customer_id, max(int(link.until.timestamp()), 0) // MINUTE)
        payload = ".".join((link.letter, *(base64_encode(int_to_bytes(number)).decode() for number in numbers)))
        return self._signer.sign(payload).decode()

    def read(self, token: str, openings: Openings) -> Link:
        """Read the link of a token. The caller checks whether it has expired. Raises `NotOurLink`."""
        if len(token) > LONGEST or not token.isascii():
            raise NotOurLink
        try:
            letter, *numbers = self._signer.unsign(token).decode().split(".")
            subject_id, customer_id, minute = (bytes_to_int(base64_decode(number)) for number in numbers)
            purpose, subject = openings[letter]
        except (BadSignature, BadData, ValueError, KeyError) as error:
            raise NotOurLink from error
        return Link(purpose, letter, subject, subject_id, customer_id, datetime.fromtimestamp(minute * MINUTE, UTC))
