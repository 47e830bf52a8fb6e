"""Tencent Cloud's status reports and replies: not signed, so the URL carries a token. Times are China's."""

from datetime import datetime

from starlette.responses import JSONResponse, Response

from console.api.dialects.contract import (
    LONGEST_NAME,
    LONGEST_REASON,
    LONGEST_TEXT,
    Call,
    Said,
    Unreadable,
    check_token,
    read_each,
    text_of,
)
from models.core.words import ReceiptStatus
from tasks.channels.providers.tencent import ZONE
from tasks.dispatch.receipts import Receipt

STATUSES = {"SUCCESS": ReceiptStatus.DELIVERED, "FAIL": ReceiptStatus.UNDELIVERED}

admit = check_token


def read_receipts(call: Call) -> list[Receipt]:
    """A message is named by the serial number that its sending was answered with. Raises `Unreadable`."""
    return read_each(call.entries, lambda entry: _receipt(call, entry))


def read_replies(call: Call) -> list[Said]:
    """Replies come by number. Raises `Unreadable`."""
    return read_each(call.entries, _reply)


def answer() -> Response:
    """Tencent repeats what is answered otherwise."""
    return JSONResponse({"result": 0, "errmsg": "OK"})


def _receipt(call: Call, entry: dict[str, object]) -> Receipt:
    message_id, status = text_of(entry.get("sid"), LONGEST_NAME), STATUSES.get(str(entry.get("report_status")))
    if message_id is None or status is None:
        raise Unreadable
    words = " ".join(str(entry[name]) for name in ("errmsg", "description") if entry.get(name))
    reason = text_of(words, LONGEST_REASON) if status is ReceiptStatus.UNDELIVERED else None
    return Receipt(status, call.moment(_time(entry.get("user_receive_time"))), None, message_id, reason)


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=ZONE)
    except ValueError:
        return None


def _reply(entry: dict[str, object]) -> Said:
    nation, mobile = text_of(entry.get("nationcode"), 5) or "86", text_of(entry.get("mobile"), LONGEST_NAME)
    if mobile is None:
        raise Unreadable
    sender = mobile if mobile.startswith("+") else f"+{nation}{mobile}"
    marks = (sender, entry.get("time"), entry.get("extend"), entry.get("sign"))
    said = text_of(entry.get("text"), LONGEST_TEXT) or ""
    return Said(sender, said, text_of("|".join(str(mark) for mark in marks), LONGEST_NAME))
