"""Processes added and removed while everything runs: one transaction each, every version kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.core.errors import AftercareError
from models.core.saying import read_words
from models.core.words import ProcessName
from models.ledger.tables import PolicyVersion, Process, ProcessWording, TemplateVersion
from models.policies.policy import CONTACT_RULES
from models.policies.shipped import read_policy, shipped_processes
from tasks.ledger.audit import record
from tasks.messages.template_changes import channels_of_messages, list_templates, unregistrable
from tasks.policies.catalogue import add_policy, add_template, install_if_empty
from tasks.policies.changing import read_version
from tasks.policies.processes import find_process, standing_processes
from tasks.processes.ending import end_touches_of_removed
from tasks.processes.files import (
    TEMPLATES,
    BadProcess,
    CheckedProcess,
    FileProblem,
    Known,
    ProcessFiles,
    check_files,
)
from tasks.processes.words import Words, learn_process_words, newest_words

LOCK = 727_004
"""One process is added or removed at a time, on whatever machine."""


class NotOurs(AftercareError):
    """A process that came with the software, or is the engine's: it can be switched off, not removed."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"The process '{name}' was not added here, so it cannot be removed; switch it off instead.")


class ForAllStores(AftercareError):
    """Someone of one store, about to add a process, which is for all of them."""

    def __init__(self, store: str) -> None:
        self.store = store
        super().__init__(
            f"A process is for all stores, and you work for {store} alone: ask somebody who sees them all."
        )


@dataclass(frozen=True, slots=True)
class AddedProcess:
    """What came of adding a process."""

    process: ProcessName
    version: int
    """Of its policy."""
    new: bool
    """It was not there before."""
    changed: bool
    """Whether anything is otherwise than before."""
    enabled: bool


@dataclass(frozen=True, slots=True)
class ListedProcess:
    """A process in a list."""

    process: ProcessName
    enabled: bool
    shipped: bool
    version: int | None
    """Of its policy for all stores; None: it has none."""


def check_process(connection: Connection, files: ProcessFiles) -> CheckedProcess:
    """The process that files describe, if it may be added to this installation. Raises `BadProcess`."""
    checked = check_files(files, _known(connection, str(files.policy.get("process"))))
    steps = checked.policy.model_dump(mode="json")["steps"]
    refused = unregistrable(connection, checked.templates, channels_of_messages(steps), None)
    problems = [FileProblem(TEMPLATES, f"{one.key}.{one.language}.text", one) for one in refused]
    if problems:
        raise BadProcess(files.folder, problems)
    return checked


def add_process(
    connection: Connection, now: datetime, files: ProcessFiles, author: str, *, enabled: bool = True
) -> AddedProcess:
    """Add a process, or the next version of one that was added before. Raises `BadProcess`, and changes nothing then.

    `enabled` is for a process that was not there; another keeps its switch.
    """
    install_if_empty(connection, now)
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    checked = check_process(connection, files)
    process = checked.policy.process
    new = process not in standing_processes(connection)
    before = _state_of(connection, process)
    row = upsert(Process).values(name=process, enabled=enabled, removed_at=None)
    taken_up = {"removed_at": None} | ({"enabled": enabled} if new else {})
    connection.execute(row.on_conflict_do_update(index_elements=[Process.name], set_=taken_up))
    version = add_policy(connection, process, checked.policy.model_dump(mode="json"), None, author, now)
    for template in checked.templates:
        add_template(connection, template, None, author, now)
    _add_words(connection, process, checked.words, author, now)
    _retire_templates(connection, process)
    after = _state_of(connection, process)
    if after != before:
        action = "process.added" if new else "process.changed"
        record(connection, now, author, action, "process", process, before, after)
    learn_process_words(connection)
    is_on = connection.scalar(select(Process.enabled).where(Process.name == process))
    return AddedProcess(process, version, new, after != before, bool(is_on))


def remove_process(connection: Connection, now: datetime, name: str, author: str) -> int:
    """Remove a process that was added here; how many open touches ended. What it did stays on record, with its words.

    Raises `UnknownProcess`, `NotOurs`.
    """
    install_if_empty(connection, now)
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    process = find_process(connection, name)
    if process not in added_processes(connection):
        raise NotOurs(process)
    before = _state_of(connection, process)
    connection.execute(update(Process).where(Process.name == process).values(removed_at=now))
    its_own = (PolicyVersion.name == process, PolicyVersion.active)
    connection.execute(update(PolicyVersion).where(*its_own).values(active=False))
    _retire_templates(connection, process)
    ended = end_touches_of_removed(connection, now, None)
    record(connection, now, author, "process.removed", "process", process, before, {"touches_ended": ended})
    return ended


def added_processes(connection: Connection) -> list[ProcessName]:
    """The processes that were added here and stand."""
    return [process for process in standing_processes(connection) if process not in shipped_processes()]


def list_standing(connection: Connection) -> list[ListedProcess]:
    """The processes that run by a standing policy, shipped and added."""
    switches = {row.name: row.enabled for row in connection.execute(select(Process.name, Process.enabled))}
    of_all = select(PolicyVersion.name, PolicyVersion.version).where(
        PolicyVersion.store_id.is_(None), PolicyVersion.active
    )
    versions = {row.name: row.version for row in connection.execute(of_all)}
    return [
        ListedProcess(process, switches.get(process, True), process in shipped_processes(), versions.get(process))
        for process in standing_processes(connection)
    ]


def read_process(connection: Connection, name: str) -> ProcessFiles:
    """The files of a process as they stand for all stores, to be edited and added. Raises `UnknownProcess`."""
    process = find_process(connection, name)
    policy = read_policy(process, read_version(connection, process, None, None, None)["body"])
    keys = list(dict.fromkeys(step.template for step in policy.steps))
    templates: dict[str, dict[str, Any]] = {key: {} for key in keys}
    for row in list_templates(connection):
        if row.key in templates and row.store is None:
            templates[row.key][row.language] = {"subject": row.subject, "text": row.text, "also": row.also}
    said = {**read_words(), **newest_words(connection).get(process, {})}
    words = dict.fromkeys([process, *(word for step in policy.steps for word in (step.key, step.template))])
    body = {"process": process} | policy.model_dump(mode="json", exclude_defaults=True)
    return ProcessFiles(body, templates, {word: dict(said[word]) for word in words if word in said}, process)


def _known(connection: Connection, process: str) -> Known:
    owners: dict[str, set[str]] = {key: set() for key in connection.scalars(select(TemplateVersion.key).distinct())}
    for name, keys in _templates_by_process(connection):
        for key in keys:
            owners.setdefault(key, set()).add(name)
    others = {
        word: said
        for name, words in newest_words(connection).items()
        if name != process
        for word, said in words.items()
    }
    return Known(
        shipped_processes(),
        {key: frozenset(names) for key, names in owners.items()},
        {**others, **read_words()},
    )


def _templates_by_process(connection: Connection) -> Iterable[tuple[str, list[str]]]:
    """The templates that each version of each policy has used."""
    rows = connection.execute(select(PolicyVersion.name, PolicyVersion.body).where(PolicyVersion.name != CONTACT_RULES))
    return ((row.name, [step["template"] for step in row.body["steps"]]) for row in rows)


def _add_words(connection: Connection, process: ProcessName, words: Words, author: str, now: datetime) -> None:
    if newest_words(connection).get(process) == words:
        return
    newest = select(func.coalesce(func.max(ProcessWording.version), 0)).where(ProcessWording.process == process)
    version = (connection.scalar(newest) or 0) + 1
    connection.execute(
        insert(ProcessWording).values(process=process, version=version, words=words, created_at=now, created_by=author)
    )


def _retire_templates(connection: Connection, process: ProcessName) -> None:
    """Templates that the process has used and that no active policy uses are kept, and no longer in force."""
    once = {key for name, keys in _templates_by_process(connection) if name == process for key in keys}
    active = connection.scalars(
        select(PolicyVersion.body).where(PolicyVersion.active, PolicyVersion.name != CONTACT_RULES)
    )
    used = {step["template"] for body in active for step in body["steps"]}
    table = TemplateVersion
    connection.execute(update(table).where(table.key.in_(once - used), table.active).values(active=False))


def _state_of(connection: Connection, process: str) -> dict[str, object] | None:
    """What the audit trail says of a process: the versions in force. None: it is not there."""
    if process not in standing_processes(connection):
        return None
    policy = connection.scalar(
        select(PolicyVersion.version).where(
            PolicyVersion.name == process, PolicyVersion.store_id.is_(None), PolicyVersion.active
        )
    )
    words = connection.scalar(select(func.max(ProcessWording.version)).where(ProcessWording.process == process))
    used = {key for name, keys in _templates_by_process(connection) if name == process for key in keys}
    table = TemplateVersion
    texts = connection.execute(
        select(table.key, table.language, table.version).where(
            table.key.in_(used), table.active, table.store_id.is_(None)
        )
    )
    templates = {f"{row.key}/{row.language}": row.version for row in texts}
    return {"policy": policy, "wording": words, "templates": templates}
