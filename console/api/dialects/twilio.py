"""Twilio's status callbacks and incoming messages: forms, signed with the account's token (`X-Twilio-Signature`)."""

import base64
import hmac
from hashlib import sha1
from uuid import UUID

from starlette.responses import Response

from console.api.dialects.contract import (
    LONGEST_NAME,
    LONGEST_TEXT,
    Call,
    Said,
    Unreadable,
    text_of,
)
from models.core.words import ReceiptStatus
from tasks.access.signatures import NotSigned
from tasks.channels.providers.twilio import DELIVERED, UNDELIVERED
from tasks.dispatch.receipts import Receipt

NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def admit(call: Call) -> None:
    """The signature covers the URL and each field, in order of their names. Raises `NotSigned`."""
    try:
        fields = call.sent_form
    except Unreadable as error:
        raise NotSigned from error
    signed = call.url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    presented = call.headers.get("X-Twilio-Signature", "").encode()
    expected = [_sign(secret, signed) for secret in call.secrets or ["nobody's"]]
    matches = [hmac.compare_digest(presented, one) for one in expected]
    if not (call.secrets and any(matches)):
        raise NotSigned


def read_receipts(call: Call) -> list[Receipt]:
    """Only the last word about a message: that it was queued or sent settles nothing. Raises `Unreadable`."""
    status, sid = call.form.get("MessageStatus"), text_of(call.form.get("MessageSid"), LONGEST_NAME)
    if status is None or sid is None:
        raise Unreadable
    touch_id = _touch_id(call.query.get("touch"))
    if status in DELIVERED:
        return [Receipt(ReceiptStatus.DELIVERED, call.now, touch_id, sid)]
    if status in UNDELIVERED:
        reason = f"Twilio says {call.form.get('ErrorCode') or status}"
        return [Receipt(ReceiptStatus.UNDELIVERED, call.now, touch_id, sid, reason)]
    return []


def read_replies(call: Call) -> list[Said]:
    """One message a call. Raises `Unreadable`."""
    sender = text_of(call.form.get("From"), LONGEST_NAME)
    if sender is None:
        raise Unreadable
    text = text_of(call.form.get("Body"), LONGEST_TEXT) or ""
    return [Said(sender, text, text_of(call.form.get("MessageSid"), LONGEST_NAME))]


def answer() -> Response:
    """Nothing is sent back by itself."""
    return Response(NOTHING_TO_SAY, media_type="text/xml")


def _sign(secret: str, signed: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), sha1).digest())


def _touch_id(value: str | None) -> UUID | None:
    try:
        return UUID(value or "")
    except ValueError:
        return None
