"""The policies and templates that Aftercare ships."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from models.core.errors import InvalidInput
from models.core.validation import all_of, problems_by_place
from models.core.words import ProcessName
from models.policies.policy import CONTACT_RULES, ContactRules, Policy

PROCESSES = Path(__file__).parents[1] / "processes"
"""A folder a process: `policy.toml`, `templates.toml`."""
CONTACT_RULES_FILE = Path(__file__).with_name("contact-rules.toml")
LANGUAGES = ("zh-CN", "en")


class BadPolicy(InvalidInput):
    """A policy that is refused, with every place and reason."""

    def __init__(self, name: str, error: ValidationError) -> None:
        self.name, self.error = name, error
        self.problems = problems_by_place(error)
        super().__init__(f"The policy '{name}' is refused. " + all_of(self.problems))


class ShippedTemplate(NamedTuple):
    """One template in one language."""

    key: str
    language: str
    subject: str | None
    text: str
    also: str | None


def read_policy(name: str, body: dict[str, object]) -> Policy:
    """The policy that `body` describes. Raises `BadPolicy`."""
    try:
        return Policy.model_validate(body)
    except ValidationError as error:
        raise BadPolicy(name, error) from error


def read_contact_rules(body: Mapping[str, object]) -> ContactRules:
    """The rules across processes that `body` describes. Raises `BadPolicy`."""
    try:
        return ContactRules.model_validate(body)
    except ValidationError as error:
        raise BadPolicy(CONTACT_RULES, error) from error


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def shipped_processes() -> tuple[ProcessName, ...]:
    """The processes that are shipped, the most important first."""
    names = [ProcessName(path.parent.name) for path in PROCESSES.glob("*/policy.toml")]
    return tuple(sorted(names, key=lambda name: (-shipped_policy(name).priority, name)))


@cache
def shipped_policy(process: ProcessName) -> Policy:
    """The shipped policy of a process."""
    return read_policy(process, _read(PROCESSES / process / "policy.toml"))


@cache
def shipped_contact_rules() -> ContactRules:
    """The shipped rules across processes."""
    return read_contact_rules(_read(CONTACT_RULES_FILE))


@cache
def shipped_templates() -> tuple[ShippedTemplate, ...]:
    """Every shipped template in every language."""
    return tuple(
        ShippedTemplate(key, language, entry.get("subject"), entry["text"], entry.get("also"))
        for process in shipped_processes()
        for key, languages in _read(PROCESSES / process / "templates.toml").items()
        for language, entry in languages.items()
    )
