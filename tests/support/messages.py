"""Messages to send."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from models.core.words import Purpose
from tasks.channels.contract import Message


def make_message(**differences: Any) -> Message:
    """A message with an id of its own, which differs from the plain one as told."""
    plain = Message(
        id=uuid4(),
        to="+8613800138000",
        text="您好,明天 10:00 恭候光临。",
        subject=None,
        template="appointment-reminder",
        purpose=Purpose.SERVICE,
        sent_at=datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
        parameters={"customer": "Li Na"},
        language="zh-CN",
        store="SH01",
        process="appointment-reminders",
    )
    return replace(plain, **differences)
