"""What the ledger and the errors say in English is said in Chinese, too."""

import ast
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import console
from console.shared.words import LANGUAGES, read_wording, say_problem
from models.core.errors import AftercareError, Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from models.core.ids import StaffId
from models.core.reasons import give
from models.core.words import Role, StepKind
from tasks.dispatch.gates import COMPLAINT_OPEN, HELD_PAST_VALIDITY
from tasks.stores.staff import Actor
from tasks.touches.approvals import MayNotApprove
from tasks.touches.lists import WindowBackwards
from tasks.touches.picking import NoLongerTrue

CHINESE = "zh-CN"
ROOT = Path(str(console.__path__[0])).parent
BASES = {base.__name__ for base in (AftercareError, InvalidInput, NotAllowed, NotFound, Conflict, Unavailable)}
NEVER_ON_A_PAGE = {
    "Locked", "MayNot", "NotSigned", "NotSignedIn", "CalledBefore", "SignedOut",  # said by the doors themselves
    "NotAPart", "PortTaken", "Unsaid", "UnsaidReason", "OwnStores", "SecretOutOfReach",
    "UnusableDrawer", "KindTwice", "NoSuchKindBefore", "KindsInCircle",  # before anything starts
    "UnusableSettings", "NoDatabase", "BadWording",  # at the start
    "Unfillable", "UnaskedCondition",  # mistakes of ours
    "FormTooLarge", "LinkOver", "NobodyThere",  # on customers' pages, which have their own words
}  # fmt: skip
OF_COMMANDS = ("sample", "channels")
"""Parts of paths: rooms whose errors commands tell, and no page."""


def errors_kept() -> Iterator[tuple[Path, str, set[str]]]:
    """Each error, where it is, and the names of the figures that it carries."""
    paths = [*(ROOT / "models").rglob("*.py"), *(ROOT / "tasks").rglob("*.py"), *(ROOT / "console/web").rglob("*.py")]
    for path in (*paths, ROOT / "deployments/steering_runs.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) in BASES for base in node.bases):
                kept = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute) and _is_kept(one)}
                if node.name not in BASES:
                    yield path.relative_to(ROOT), node.name, kept


def errors_of_pages() -> Iterator[tuple[str, set[str]]]:
    """Those that a page may tell."""
    for path, name, kept in errors_kept():
        if name not in NEVER_ON_A_PAGE and not any(part in str(path) for part in OF_COMMANDS):
            yield name, kept


def _is_kept(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == "self"


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_error_that_a_page_may_tell_is_said_in_every_language() -> None:
    wording = read_wording()
    for name, kept in errors_of_pages():
        said = wording.get(f"errors.{name}", {})
        assert said.keys() >= LANGUAGES.keys() - {"en"}, f"{name} has no wording"
        for sentence in said.values():
            assert names_in(sentence) <= kept, name


def test_no_error_is_worded_that_is_not_there() -> None:
    known = {name for _, name, _ in errors_kept()}
    worded = {key.removeprefix("errors.") for key in read_wording() if key.startswith("errors.")}
    assert worded - known == set()


def test_an_error_is_said_with_its_figures() -> None:
    error = WindowBackwards(date(2026, 3, 17), date(2026, 3, 16))
    assert say_problem("en", error) == str(error)
    assert say_problem(CHINESE, error) == "结束日期 2026-03-16 早于开始日期 2026-03-17。"


def test_the_words_among_the_figures_are_translated() -> None:
    actor = Actor(StaffId(1), "W1", "王芳", Role.AGENT)
    error = MayNotApprove(actor, UUID(int=0), [Role.FINANCE, Role.MANAGER])
    said = say_problem(CHINESE, error)
    assert "00000000" in said
    assert not any(word in said for word in ("agent", "finance", "manager"))


def test_a_reason_among_the_figures_of_an_error_is_said_too() -> None:
    error = NoLongerTrue(UUID(int=0), StepKind.CALL, give(HELD_PAST_VALIDITY, because=COMPLAINT_OPEN))
    assert "a complaint is open, and then its time has passed" in str(error)
    assert "投诉未结，此后已过有效期" in say_problem(CHINESE, error)
