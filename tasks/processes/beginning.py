"""The draft of a new process: a copy of another one, or one empty step about a kind of subject."""

from copy import deepcopy
from typing import Any

from sqlalchemy import Connection

from models.core.saying import read_words
from models.core.words import RECIPIENT, ChannelName, ProcessName, Purpose, StepKind, SubjectKind
from models.kits.registry import all_traits
from models.policies.schedule import LANGUAGES, TWICE_A_DAY
from tasks.policies.processes import UnknownProcess, standing_processes
from tasks.processes.adding import added_processes, read_process
from tasks.processes.files import ProcessFiles

OF_SUBJECT = "subject:"
"""What a source begins with that is a kind of subject."""


def sources(connection: Connection) -> tuple[list[ProcessName], list[SubjectKind]]:
    """What a new process can be made from: the processes, and the kinds of subjects that have conditions or moments."""
    return standing_processes(connection), [kind for kind in all_traits() if kind != RECIPIENT]


def begin_process(connection: Connection, name: str, source: str) -> ProcessFiles:
    """A draft of that name; a process that was added here, taken as its own source, is edited.

    Raises `UnknownProcess` for a source that is neither a process nor a kind of subject.
    """
    processes, kinds = sources(connection)
    if source.removeprefix(OF_SUBJECT) in kinds and source.startswith(OF_SUBJECT):
        return _of_subject(name, SubjectKind(source.removeprefix(OF_SUBJECT)))
    if source not in processes:
        raise UnknownProcess(source, processes)
    files = read_process(connection, source)
    return files if source == name and name in added_processes(connection) else _copied(files, name)


def empty_template(kind: StepKind) -> dict[str, dict[str, Any]]:
    """A template whose words are still to be written, in both languages."""
    empty = {"subject": None, "text": "", "also": None} if kind is StepKind.MESSAGE else {"text": ""}
    return {language: dict(empty) for language in LANGUAGES}


def unsaid() -> dict[str, str]:
    """What something is called, still to be written."""
    return dict.fromkeys(LANGUAGES, "")


def _of_subject(name: str, kind: SubjectKind) -> ProcessFiles:
    step = {
        "key": f"{name}-1",
        "subject": kind,
        "kind": StepKind.MESSAGE,
        "after": "+1d",
        "at": "10:00:00",
        "valid_for": "+7d",
        "channels": [ChannelName.SMS, ChannelName.WECHAT, ChannelName.EMAIL],
        "template": f"{name}-text-1",
        "purpose": Purpose.SERVICE,
    }
    policy = {"process": name, "priority": 40, "schedule": TWICE_A_DAY.model_dump(mode="json"), "steps": [step]}
    words = {name: unsaid(), f"{name}-1": unsaid(), f"{name}-text-1": unsaid()}
    return ProcessFiles(policy, {f"{name}-text-1": empty_template(StepKind.MESSAGE)}, words, name)


def _copied(files: ProcessFiles, name: str) -> ProcessFiles:
    """The same under another name, with templates of its own; the names of shipped steps are said already."""
    policy = deepcopy(files.policy) | {"process": name}
    policy.pop("description", None)
    keys = {key: f"{name}-text-{number}" for number, key in enumerate(files.templates, 1)}
    for step in policy["steps"]:
        step["template"] = keys[step["template"]]
    words: dict[str, Any] = {name: unsaid()}
    for step in policy["steps"]:
        if step["key"] not in read_words():
            words[step["key"]] = dict(files.wording.get(step["key"], unsaid()))
    words |= {keys[key]: dict(files.wording.get(key, unsaid())) for key in files.templates}
    return ProcessFiles(policy, {keys[key]: deepcopy(texts) for key, texts in files.templates.items()}, words, name)
