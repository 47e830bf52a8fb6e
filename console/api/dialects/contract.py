"""What a dialect offers, and the call that it is given."""

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl

import structlog
from starlette.responses import Response

from console.api.batches import UNKEPT
from tasks.access.signatures import NotSigned
from tasks.dispatch.receipts import Receipt

LOG = structlog.get_logger()
Read = TypeVar("Read")
RECEIPTS, REPLIES = "receipts", "replies"
MOST_FIELDS = 100
LONGEST_REASON, LONGEST_TEXT, LONGEST_NAME = 500, 5000, 200


@dataclass(frozen=True, slots=True)
class Said:
    """A reply of a customer."""

    sender: str
    text: str
    message_id: str | None
    """The provider's id of the reply: the same one counts once."""


class Unreadable(Exception):
    """A genuine call in a form that the dialect does not know."""


@dataclass(frozen=True)
class Call:
    """One call of a provider."""

    gateway: str
    kind: str
    """`receipts` or `replies`."""
    url: str
    """The URL that the provider called, as the public sees it."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    secrets: Sequence[str]
    """The gateway's secrets: several while one is being rotated. Empty for an unknown gateway."""
    now: datetime

    @cached_property
    def sent_form(self) -> dict[str, str]:
        """The fields of a form as they were sent, and signed. Raises `Unreadable`."""
        try:
            return dict(parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError as error:
            raise Unreadable from error

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a form, without characters that no database keeps. Raises `Unreadable`."""
        return {name: UNKEPT.sub("", value) for name, value in self.sent_form.items()}

    @cached_property
    def entries(self) -> list[dict[str, object]]:
        """The objects of a JSON array, or a single one. Raises `Unreadable`."""
        try:
            parsed = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable from error
        entries = parsed if isinstance(parsed, list) else [parsed]
        if not all(isinstance(one, dict) for one in entries):
            raise Unreadable
        return entries

    def moment(self, reported: datetime | None) -> datetime:
        """When something happened: never later than now, and now if it was not told."""
        return min(reported, self.now) if reported is not None else self.now


def read_each(entries: Sequence[dict[str, object]], read: Callable[[dict[str, object]], Read]) -> list[Read]:
    """What could be read. One bad entry must not keep the others out: the provider would repeat the call for ever.

    Raises `Unreadable` if there is nothing that could.
    """
    found: list[Read] = []
    for entry in entries:
        try:
            found.append(read(entry))
        except Unreadable:
            LOG.warning("an entry of a provider's call could not be read", fields=sorted(map(str, entry)))
    if not found:
        raise Unreadable
    return found


def text_of(value: object, longest: int) -> str | None:
    """A text of a call, as the database keeps it; None: there is none."""
    text = UNKEPT.sub("", str(value)).strip()[:longest] if isinstance(value, str | int) else ""
    return text or None


def check_token(call: Call) -> None:
    """Check a call of a provider that does not sign: its URL carries a token that only it and we know.

    Raises `NotSigned`.
    """
    presented = call.query.get("token", "").encode()
    expected = [token_of(secret, call.gateway, call.kind) for secret in call.secrets or ["nobody's"]]
    matches = [hmac.compare_digest(presented, one.encode()) for one in expected]
    if not (call.secrets and any(matches)):
        raise NotSigned


def token_of(secret: str, gateway: str, kind: str) -> str:
    """The token in the URL of a provider that does not sign."""
    return hmac.new(secret.encode(), f"hook:{gateway.lower()}:{kind}".encode(), sha256).hexdigest()


class Dialect(Protocol):
    """A module of this folder."""

    def admit(self, call: Call) -> None:
        """Check that the call is genuine. Raises `NotSigned`."""

    def read_receipts(self, call: Call) -> list[Receipt]:
        """The receipts of a call; what is not a last word is left out. Raises `Unreadable`."""

    def read_replies(self, call: Call) -> list[Said]:
        """The replies of a call. Raises `Unreadable`."""

    def answer(self) -> Response:
        """The answer when a call was taken."""
