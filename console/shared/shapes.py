"""Reports as JSON for scripts: moments on the store's clock, with their offset."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel


def shape(report: BaseModel, zone: ZoneInfo) -> dict[str, Any]:
    """The fields of a report; each reason with its sentence."""
    fields: dict[str, Any] = _local(report.model_dump(context={"zone": zone}), zone)
    return fields


def _local(value: object, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, dict):
        return {key: _local(item, zone) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_local(item, zone) for item in value]
    return value
