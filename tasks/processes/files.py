"""The three files of a process without code, and everything that can be wrong with them."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError

from models.core.errors import AftercareError
from models.core.frozen import Slug
from models.core.reasons import PHRASE, TEXT, GivenReason, as_written, declare, give
from models.core.validation import Place, problems_of
from models.core.words import CAMPAIGNS, Language, ProcessName, SubjectKind
from models.kits.letters import variables_of
from models.messages.rendering import check_template
from models.messages.template_guard import refuse_forbidden
from models.policies.policy import CONTACT_RULES, MADE_FOR_CAMPAIGNS, Policy, Step
from models.policies.schedule import LANGUAGES, InBothLanguages, ProcessSchedule
from models.policies.shipped import ShippedTemplate
from tasks.messages.template_changes import TEXTS, TemplateText

NO_FILE = declare("process-file-missing", files=TEXT)
NOT_TOML = declare("process-file-unreadable", text=TEXT)
NAME_MISSING = declare("process-name-missing")
NAME_BAD = declare("process-name-bad", name=TEXT)
NAME_SHIPPED = declare("process-name-shipped", name=TEXT)
NAME_RESERVED = declare("process-name-reserved", name=TEXT)
TEMPLATE_UNKNOWN = declare("process-template-unknown", template=TEXT, file=TEXT, keys=TEXT)
NO_TEMPLATES = declare("process-templates-empty", template=TEXT, file=TEXT)
TEMPLATE_OF_ANOTHER = declare("process-template-of-another", key=TEXT, owner=TEXT)
TEMPLATE_TAKEN = declare("process-template-taken", key=TEXT)
TEMPLATE_UNUSED = declare("process-template-unused")
TEMPLATE_MISSING = declare("process-template-missing")
LANGUAGE_UNKNOWN = declare("process-language-unknown", languages=TEXT)
WORD_MISSING = declare("process-word-missing")
WORD_FOREIGN = declare("process-word-foreign", names=TEXT)
WORD_TAKEN = declare("process-word-taken", name=PHRASE)
POLICY, TEMPLATES, WORDING = "policy.toml", "templates.toml", "wording.toml"
FILES = (POLICY, TEMPLATES, WORDING)
RESERVED = frozenset(
    {
        CAMPAIGNS,
        "campaign",
        "all",
        "all-processes",
        "dispatch",
        "housekeeping",
        "process",
        "processes",
        "new",
        CONTACT_RULES,
    }
)
"""Names that the engine has given to something else."""
NAME: TypeAdapter[str] = TypeAdapter(Slug)
WORDS: TypeAdapter[dict[str, dict[Language, str]]] = TypeAdapter(dict[str, InBothLanguages])
FIELDS: Mapping[str, type[BaseModel]] = {"steps": Step, "schedule": ProcessSchedule}
"""Whose fields are expected at a place of a policy."""


class FileProblem(NamedTuple):
    """One thing that is wrong: in which file, at which path inside it, and what was expected."""

    file: str
    path: str
    said: GivenReason | AftercareError
    """An error of a template is kept as it is: it has wording of its own."""

    def __str__(self) -> str:
        place = f"{self.file}, {self.path}" if self.path else self.file
        return f"{place}: {str(self.said).rstrip('.')}."


class BadProcess(AftercareError):
    """A process that is refused, with every place and reason. Nothing was changed."""

    def __init__(self, folder: str, problems: list[FileProblem]) -> None:
        self.folder, self.problems = folder, problems
        self.found = problems
        super().__init__(f"The process in {folder} is refused. {' '.join(map(str, problems))}")


@dataclass(frozen=True, slots=True)
class ProcessFiles:
    """What the three files hold."""

    policy: dict[str, Any]
    templates: dict[str, Any]
    wording: dict[str, Any]
    folder: str = "the form"
    """Where they came from, for whoever is told what is wrong."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an installation has already, as far as a new process could clash with it."""

    shipped: tuple[ProcessName, ...]
    template_owners: Mapping[str, frozenset[str]]
    """By the key of each template: the processes that have used it."""
    words: Mapping[str, Mapping[str, str]]
    """What others call things."""


@dataclass(frozen=True, slots=True)
class CheckedProcess:
    """A process that may be added."""

    policy: Policy
    templates: tuple[ShippedTemplate, ...]
    words: Mapping[str, Mapping[str, str]]


def read_files(folder: str, texts: Mapping[str, str | None]) -> ProcessFiles:
    """The data in the texts of the files, by their names; None for one that there is not. Raises `BadProcess`."""
    problems: list[FileProblem] = []
    found: dict[str, dict[str, Any]] = {}
    for name in FILES:
        text = texts.get(name)
        if text is None:
            problems.append(FileProblem(name, "", give(NO_FILE, files=", ".join(FILES))))
            continue
        try:
            found[name] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            problems.append(FileProblem(name, "", give(NOT_TOML, text=str(error))))
    if problems:
        raise BadProcess(folder, problems)
    return ProcessFiles(found[POLICY], found[TEMPLATES], found[WORDING], folder)


def check_files(files: ProcessFiles, known: Known) -> CheckedProcess:
    """The process that the files describe, fit to be added. Raises `BadProcess` with all that is wrong."""
    try:
        policy = _policy_of(files.policy, known.shipped)
        templates = _templates_of(files.templates, policy, known.template_owners)
        return CheckedProcess(policy, templates, _words_of(files.wording, policy, known.words))
    except _Refused as refused:
        raise BadProcess(files.folder, refused.problems) from refused.__cause__


class _Refused(Exception):
    def __init__(self, problems: list[FileProblem]) -> None:
        self.problems = problems
        super().__init__()


def _policy_of(data: Mapping[str, object], shipped: tuple[ProcessName, ...]) -> Policy:
    name = _name_of(data, shipped)
    try:
        return Policy.model_validate({**data, "process": name})
    except ValidationError as error:
        raise _Refused(list(_problems(POLICY, error))) from error


def _name_of(data: Mapping[str, object], shipped: tuple[ProcessName, ...]) -> str:
    name = data.get("process")
    if name is None:
        raise _refusal(POLICY, "process", give(NAME_MISSING))
    try:
        good = NAME.validate_python(name)
    except ValidationError as error:
        raise _refusal(POLICY, "process", give(NAME_BAD, name=str(name))) from error
    if good in shipped:
        raise _refusal(POLICY, "process", give(NAME_SHIPPED, name=good))
    if good in RESERVED or good.startswith(MADE_FOR_CAMPAIGNS):
        raise _refusal(POLICY, "process", give(NAME_RESERVED, name=good))
    return good


def _refusal(file: str, path: str, said: GivenReason) -> _Refused:
    return _Refused([FileProblem(file, path, said)])


def _problems(file: str, error: ValidationError) -> Iterator[FileProblem]:
    for problem in problems_of(error):
        place = tuple(part for part in problem.place if part != "[key]")
        expected = _expected(file, problem.code, place)
        said = as_written(problem.message + expected) if expected or not problem.reason else problem.reason
        yield FileProblem(file, ".".join(map(str, place)), said)


def _expected(file: str, code: str, place: Place) -> str:
    """What could stand at a place where something unknown stands."""
    if code != "extra_forbidden":
        return ""
    if file == TEMPLATES:
        return f"; expected one of {', '.join(TemplateText.model_fields)}"
    model = FIELDS.get(str(place[0]), Policy) if len(place) > 1 else Policy
    return f"; expected one of {', '.join(model.model_fields)}"


def _templates_of(
    data: Mapping[str, object], policy: Policy, owners: Mapping[str, frozenset[str]]
) -> tuple[ShippedTemplate, ...]:
    try:
        texts = TEXTS.validate_python(data)
    except ValidationError as error:
        raise _Refused(list(_problems(TEMPLATES, error))) from error
    subjects: dict[str, set[SubjectKind]] = {}
    problems = []
    for number, step in enumerate(policy.steps):
        subjects.setdefault(step.template, set()).add(step.subject)
        if step.template not in texts:
            problems.append(FileProblem(POLICY, f"steps.{number}.template", _no_template(step.template, texts)))
    for key, languages in texts.items():
        problems += _problems_of_template(key, languages, subjects.get(key, set()), policy.process, owners.get(key))
    if problems:
        raise _Refused(problems)
    return tuple(
        ShippedTemplate(key, language, text.subject, text.text, text.also)
        for key, languages in texts.items()
        for language, text in languages.items()
    )


def _no_template(template: str, texts: Mapping[str, object]) -> GivenReason:
    if texts:
        return give(TEMPLATE_UNKNOWN, template=template, file=TEMPLATES, keys=", ".join(sorted(texts)))
    return give(NO_TEMPLATES, template=template, file=TEMPLATES)


def _problems_of_template(
    key: str,
    languages: Mapping[str, TemplateText],
    subjects: set[SubjectKind],
    process: ProcessName,
    owners: frozenset[str] | None,
) -> Iterator[FileProblem]:
    if (owners is not None and process not in owners) or key.startswith(MADE_FOR_CAMPAIGNS):
        taken = give(TEMPLATE_OF_ANOTHER, key=key, owner=min(owners)) if owners else give(TEMPLATE_TAKEN, key=key)
        yield FileProblem(TEMPLATES, key, taken)
        return
    if not subjects:
        yield FileProblem(TEMPLATES, key, give(TEMPLATE_UNUSED))
    for language in languages.keys() - set(LANGUAGES):
        yield FileProblem(TEMPLATES, f"{key}.{language}", give(LANGUAGE_UNKNOWN, languages=" and ".join(LANGUAGES)))
    for language in LANGUAGES:
        if language not in languages:
            yield FileProblem(TEMPLATES, f"{key}.{language}", give(TEMPLATE_MISSING))
            continue
        for name in ("subject", "text", "also"):
            said = getattr(languages[language], name)
            if said:
                yield from _problems_of_text(f"{key}.{language}.{name}", key, said, subjects)


def _problems_of_text(path: str, key: str, text: str, subjects: set[SubjectKind]) -> Iterator[FileProblem]:
    try:
        for subject in sorted(subjects):
            check_template(key, text, variables_of(subject))
            refuse_forbidden(key, text, variables_of(subject))
    except AftercareError as error:
        yield FileProblem(TEMPLATES, path, error)


def _words_of(
    data: Mapping[str, object], policy: Policy, known: Mapping[str, Mapping[str, str]]
) -> Mapping[str, Mapping[str, str]]:
    try:
        words = WORDS.validate_python(data)
    except ValidationError as error:
        raise _Refused(list(_problems(WORDING, error))) from error
    wanted = dict.fromkeys([policy.process, *(word for step in policy.steps for word in (step.key, step.template))])
    problems = [
        FileProblem(WORDING, word, give(WORD_MISSING)) for word in wanted if word not in words and word not in known
    ]
    problems += [
        FileProblem(WORDING, word, give(WORD_FOREIGN, names=", ".join(wanted))) for word in words if word not in wanted
    ]
    for word, said in words.items():
        if word in wanted and word in known and dict(known[word]) != said:
            problems.append(FileProblem(WORDING, word, give(WORD_TAKEN, name=dict(known[word]))))
    if problems:
        raise _Refused(problems)
    return {word: {str(language): text for language, text in said.items()} for word, said in words.items()}
