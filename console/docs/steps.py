"""The steps of each shipped process and the variables of its templates, for the page about policies."""

from models.core.errors import AftercareError
from models.core.offsets import Offset
from models.core.saying import ENGLISH, MOMENTS, read_anchors, read_kit_words, read_words
from models.core.words import ANCHOR, ProcessName, StepKind, Validity
from models.kits.effects import Effect, OpenCase
from models.kits.letters import variables_of
from models.kits.registry import all_traits
from models.messages.letters import COMMON
from models.policies.policy import Step
from models.policies.shipped import shipped_policy, shipped_processes

HEAD = ("step", "due", "contact", "purpose", "valid", "conditions", "when found late", "approval", "beside that")
VALIDITIES = {Validity.UNTIL_NEXT_STEP: "until the next step", Validity.UNTIL_ANCHOR: "until the anchor"}
UNITS = (("day", 24 * 60), ("hour", 60), ("minute", 1))
OF_ALL = (*COMMON, "links.consent")
"""The variables of every template, whatever it is about."""


class NoWholeMinutes(AftercareError):
    """A span that the table cannot name."""

    def __init__(self, span: Offset) -> None:
        self.span = span
        super().__init__(f"The span {span} is not a whole number of minutes.")


def process_table() -> str:
    """Each shipped process with what it does and how many steps it has, the most important first, in Markdown."""
    rows = (_process_row(process) for process in shipped_processes())
    return "\n".join(("| process | what it does | steps |", "|---|---|---|", *rows))


def _process_row(process: ProcessName) -> str:
    policy = shipped_policy(process)
    does = policy.description["en"] if policy.description else ""
    return f"| [`{process}`](docs/policies.md#{process}) | {does} | {len(policy.steps)} |"


def step_table(process: ProcessName) -> str:
    """The steps of a process, in the order of its policy, as a table of Markdown."""
    rows = (step_row(step) for step in shipped_policy(process).steps)
    return "\n".join((f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|", *rows))


def step_row(step: Step) -> str:
    """One step as a row of the table."""
    validity = VALIDITIES[step.valid_for] if isinstance(step.valid_for, Validity) else _length(step.valid_for)
    on_its_day = ", only on its day" if step.only_on_its_day else ""
    cells = (
        f"`{step.key}`",
        _due(step),
        _contact(step),
        str(step.purpose),
        validity + on_its_day,
        ", ".join(f"`{condition}`" for condition in step.conditions) or "-",
        f"{step.when_late} (after {_length(step.late_after)})",
        " or ".join(step.approval) or "-",
        _special(step),
    )
    return f"| {' | '.join(cells)} |"


def variable_table() -> str:
    """The variables that templates may use, by what they are about, as a table of Markdown."""
    rows = [f"| any | `{name}` | {meaning} |" for name, meaning in _of_all().items()]
    for kind in all_traits():
        own = ((name, meaning) for name, meaning in variables_of(kind).items() if name not in OF_ALL)
        rows += [f"| {kind} | `{name}` | {meaning} |" for name, meaning in own]
    return "\n".join(("| about | variable | what it says |", "|---|---|---|", *rows))


def _of_all() -> dict[str, str]:
    some_kind = next(iter(all_traits()))
    return {name: meaning for name, meaning in variables_of(some_kind).items() if name in OF_ALL}


def _length(span: Offset) -> str:
    """A span in the largest unit that divides it. Raises `NoWholeMinutes`."""
    minutes, rest = divmod(int(abs(span.nominal.total_seconds())), 60)
    for unit, size in UNITS:
        if minutes % size == 0 and not rest:
            count = minutes // size
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    raise NoWholeMinutes(span)


def _due(step: Step) -> str:
    at_anchor = step.counts_from == ANCHOR
    origin = (read_anchors()[step.subject] if at_anchor else read_kit_words(MOMENTS)[step.counts_from])[ENGLISH]
    side = "before" if step.after.nominal.total_seconds() < 0 else "after"
    at_once = f"{'on' if step.at else 'at'} {origin}"
    moment = f"{_length(step.after)} {side} {origin}" if any(step.after) else at_once
    return f"{moment}, at {step.at:%H:%M}" if step.at else moment


def _contact(step: Step) -> str:
    if step.kind is StepKind.MESSAGE:
        return f"message: {', '.join(step.channels)}"
    return f"{step.kind}: {step.role}"


def _special(step: Step) -> str:
    said = [
        f"again every {step.every}" if step.every else "",
        "obligation" if step.obligation else "",
        "holidays, too" if step.works_holidays else "",
        "" if step.repeats else "said once",
        *(_effect(effect) for effect in step.effects),
    ]
    return ", ".join(part for part in said if part) or "-"


def _effect(effect: Effect) -> str:
    """What a task does: the engine's own in a sentence, those of kits in the words of the kit."""
    if isinstance(effect, OpenCase):
        return f"opens the case `{effect.kind}`"
    return read_words()[effect.do][ENGLISH]
