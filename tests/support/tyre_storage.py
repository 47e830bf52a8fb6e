"""A process without code, as three files: tyre storage, twice a year after a handover."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from models.core.toml_text import write_toml
from models.core.words import ProcessName
from tasks.processes.files import FILES, ProcessFiles

TYRES = ProcessName("tyre-storage")
OFFER = "tyre-storage-offer"


def step(key: str, after: str) -> dict[str, Any]:
    return {
        "key": key,
        "subject": "handover",
        "kind": "message",
        "after": after,
        "at": "10:00",
        "valid_for": "14d",
        "channels": ["sms", "wechat", "email"],
        "template": OFFER,
        "purpose": "service",
        "conditions": ["vehicle-kept"],
    }


POLICY: dict[str, Any] = {
    "process": TYRES,
    "priority": 30,
    "tags": ["service"],
    "description": {"zh-CN": "每半年换胎。", "en": "Change the tyres twice a year."},
    "schedule": {"at": ["09:00"]},
    "steps": [step("tyres-180", "180d"), step("tyres-360", "360d")],
}
TEMPLATES: dict[str, Any] = {
    OFFER: {
        "zh-CN": {"subject": "换胎", "text": "{{ customer }}您好，{{ vehicle }}该换胎了。"},
        "en": {"subject": "Tyres", "text": "Dear {{ customer }}, it is time to change the tyres of {{ vehicle }}."},
    }
}
WORDING: dict[str, Any] = {
    TYRES: {"zh-CN": "轮胎保管", "en": "Tyre storage"},
    "tyres-180": {"zh-CN": "半年换胎提醒", "en": "tyres after half a year"},
    "tyres-360": {"zh-CN": "一年换胎提醒", "en": "tyres after a year"},
    OFFER: {"zh-CN": "换胎通知", "en": "offer to change the tyres"},
}


def write_files(folder: Path) -> Path:
    """The three files in a folder."""
    folder.mkdir()
    for name, data in zip(FILES, (POLICY, TEMPLATES, WORDING), strict=True):
        (folder / name).write_text(write_toml(data), encoding="utf-8")
    return folder


def tyre_storage(folder: str = "tyres") -> ProcessFiles:
    """The files, each time anew: a test may spoil them."""
    return ProcessFiles(deepcopy(POLICY), deepcopy(TEMPLATES), deepcopy(WORDING), folder)
