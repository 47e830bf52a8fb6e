"""Alibaba Cloud's SmsReport and SmsUp: arrays, not signed, so the URL carries a token. Times are China's."""

import re
from uuid import UUID

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
from tasks.channels.providers.aliyun import message_id_of, read_time
from tasks.dispatch.receipts import Receipt

CHINESE_MOBILE = re.compile(r"1[0-9]{10}")
admit = check_token


def read_receipts(call: Call) -> list[Receipt]:
    """A message is named by its touch, if it went alone, and by batch and number. Raises `Unreadable`."""
    return read_each(call.entries, lambda entry: _receipt(call, entry))


def read_replies(call: Call) -> list[Said]:
    """Replies come by number. Raises `Unreadable`."""
    return read_each(call.entries, _reply)


def answer() -> Response:
    """Aliyun repeats what is not answered like this within a second."""
    return JSONResponse({"code": 0, "msg": "OK"})


def _receipt(call: Call, entry: dict[str, object]) -> Receipt:
    number, biz_id = text_of(entry.get("phone_number"), LONGEST_NAME), text_of(entry.get("biz_id"), LONGEST_NAME)
    touch_id = _touch_id(entry.get("out_id"))
    message_id = message_id_of(biz_id, number) if number else None
    if (touch_id is None and message_id is None) or not isinstance(entry.get("success"), bool):
        raise Unreadable
    status = ReceiptStatus.DELIVERED if entry["success"] else ReceiptStatus.UNDELIVERED
    words = " ".join(str(entry[name]) for name in ("err_code", "err_msg") if entry.get(name))
    reason = None if entry["success"] else text_of(words, LONGEST_REASON)
    return Receipt(status, call.moment(read_time(entry.get("report_time"))), touch_id, message_id, reason)


def _touch_id(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _reply(entry: dict[str, object]) -> Said:
    sender, text = text_of(entry.get("phone_number"), LONGEST_NAME), text_of(entry.get("content"), LONGEST_TEXT)
    if sender is None:
        raise Unreadable
    if CHINESE_MOBILE.fullmatch(sender):
        sender = f"+86{sender}"
    marks = (sender, entry.get("send_time"), entry.get("dest_code"), entry.get("sequence_id"))
    return Said(sender, text or "", text_of("|".join(str(mark) for mark in marks), LONGEST_NAME))
