"""Links that customers are sent: signed, expiring, for one purpose, one thing and one customer, and short."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int, int_to_bytes
from itsdangerous.exc import BadData
from itsdangerous.signer import HMACAlgorithm

from models.core.errors import AftercareError
from models.core.words import LinkPurpose, SubjectKind

PATH = "/c/"
LONGEST = 100
"""Characters of a token; whatever is longer is none of ours."""
SIGNATURE_BYTES = 12
"""96 bits: they can only be guessed at by asking us, and an SMS has no room for more."""
MINUTE = 60


class NotOurLink(AftercareError):
    """An address that we did not make: mistyped, cut off, or forged."""

    def __init__(self) -> None:
        super().__init__("This link was not made here, or a part of it is missing.")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens, for whom, and until when."""

    purpose: LinkPurpose
    letter: str
    """How its token says what it opens."""
    subject: SubjectKind | None
    """Null: the customer's own choices."""
    subject_id: int
    customer_id: int
    until: datetime
    """Exclusive, to the minute. Of an appointment: the start that the link was issued for."""


Openings = Mapping[str, tuple[LinkPurpose, SubjectKind | None]]
"""What each letter of a token opens, and about which kind of subject."""


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
        numbers = (link.subject_id, link.customer_id, max(int(link.until.timestamp()), 0) // MINUTE)
        payload = ".".join((link.letter, *(base64_encode(int_to_bytes(number)).decode() for number in numbers)))
        return self._signer.sign(payload).decode()

    def read(self, token: str, openings: Openings) -> Link:
        """The link of a token; whether it is over is for the reader to ask. Raises `NotOurLink`."""
        if len(token) > LONGEST or not token.isascii():
            raise NotOurLink
        try:
            letter, *numbers = self._signer.unsign(token).decode().split(".")
            subject_id, customer_id, minute = (bytes_to_int(base64_decode(number)) for number in numbers)
            purpose, subject = openings[letter]
        except (BadSignature, BadData, ValueError, KeyError) as error:
            raise NotOurLink from error
        return Link(purpose, letter, subject, subject_id, customer_id, datetime.fromtimestamp(minute * MINUTE, UTC))
