"""A schedule as one text: times of day, or a span."""

from typing import Any


def schedule_text(schedule: dict[str, Any] | None) -> str:
    """What is edited; empty for a process that says nothing of it."""
    if not schedule:
        return ""
    if schedule.get("every"):
        return str(schedule["every"]).removeprefix("+")
    return ", ".join(str(moment)[:5] for moment in schedule.get("at") or ())


def schedule_of(text: str) -> dict[str, object] | None:
    """Times of day, or a span; the check says what is neither. Empty: as for any process that says nothing."""
    parts = [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    if not parts:
        return None
    return {"at": parts} if any(":" in part for part in parts) else {"every": ", ".join(parts)}
