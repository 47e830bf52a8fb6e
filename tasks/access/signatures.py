"""Signed gateway calls: the signature proves the caller and the time; stored calls give replay protection."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from models.core.errors import Conflict, NotAllowed
from models.people.access import SIGNATURES_BELIEVED, SeenSignature

SCHEME = "sha256="
NOBODYS = "nobody's"
"""The secret used for unknown gateways, so that refusing them takes as long as refusing a forged call."""


class NotSigned(NotAllowed):
    """A call with an invalid signature; the message does not say why."""

    def __init__(self) -> None:
        super().__init__(
            "The call has no valid signature. It needs X-Aftercare-Timestamp within 5 minutes of now, in Unix seconds, "
            "and X-Aftercare-Signature: sha256=…, the HMAC-SHA256 of '<timestamp>.<body>' under the gateway's secret."
        )


class CalledBefore(Conflict):
    """A replay: this call was accepted before."""

    def __init__(self) -> None:
        super().__init__("This call was accepted before. Sign it again with the present time to repeat it.")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a call, in hexadecimal digits."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def check_signature(
    secrets: Mapping[str, SecretStr], gateway: str, timestamp: str, signature: str, body: bytes, now: datetime
) -> str:
    """Verify a call's signature and return its replay key. Raises `NotSigned`."""
    presented = signature.removeprefix(SCHEME).lower().encode()
    matches = [
        computed
        for secret in secrets_of(secrets, gateway) or [NOBODYS]
        if hmac.compare_digest((computed := sign(secret, timestamp, body)).encode(), presented)
    ]
    known = bool(secrets_of(secrets, gateway))
    if not (matches and known and signature.startswith(SCHEME) and _is_near(timestamp, now)):
        raise NotSigned
    return f"{gateway.lower()}:{matches[0]}"


def secrets_of(secrets: Mapping[str, SecretStr], gateway: str) -> list[str]:
    """A gateway's secrets, separated by commas or spaces: several while a secret is being rotated."""
    by_name = {name.lower(): secret for name, secret in secrets.items()}
    found = by_name.get(gateway.lower())
    return found.get_secret_value().replace(",", " ").split() if found else []


def _is_near(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= SIGNATURES_BELIEVED.total_seconds()


def remember_signature(connection: Connection, call: str, now: datetime) -> None:
    """Accept a call once. Raises `CalledBefore`."""
    seen = insert(SeenSignature).values(signature=call, seen_at=now).on_conflict_do_nothing()
    if connection.execute(seen.returning(SeenSignature.signature)).one_or_none() is None:
        raise CalledBefore
