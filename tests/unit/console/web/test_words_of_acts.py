"""Every act of the console says what it did: whatever changes something has a word for it, or a reason for none."""

import ast
from collections.abc import Iterator
from pathlib import Path

import console.web

FOLDER = Path(console.web.__path__[0])
CHANGES = {"change", "act"}
"""`viewer.change(…)` and the campaigns' `act(…)`: the only ways in which a page changes anything."""
WORDS = {"tell", "take", "_show_once"}
"""A word at the place of the page, the count of a bulk decision, or a secret that is shown once."""
SILENT = {
    "calls/page.py:come_up": "the next call on the screen is what it did",
    "calls/team_page.py:redraw": "it reads",
    "calls/team_page.py:_show_stores": "it reads",
    "campaigns/views.py:act": "whoever calls it says what was done",
    "customers/actions.py:download": "the browser shows the file",
    "inbox/new_page.py:save": "it leads to what was written down",
    "processes/new_process_page.py:_save": "the line below the form says it, with the switch",
    "runs/rehearsal_page.py:rehearse": "its result is drawn, and nothing changes",
}


def test_every_act_says_what_it_did() -> None:
    acts = list(_acts())
    assert len(acts) > len(SILENT)
    assert {place for place, spoken in acts if not spoken} <= SILENT.keys()
    assert SILENT.keys() <= {place for place, _ in acts}, "a reason without an act"


def _acts() -> Iterator[tuple[str, bool]]:
    """Each function that changes something, and whether it, or one around it, has a word for it."""
    for path in sorted(FOLDER.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (
            (f"{path.relative_to(FOLDER)}:{function.name}", spoken) for function, spoken in _of(tree, spoken=False)
        )


def _of(tree: ast.AST, *, spoken: bool) -> Iterator[tuple[ast.AsyncFunctionDef | ast.FunctionDef, bool]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
            says = spoken or bool(_called(node) & WORDS) or _returns_text(node)
            yield from _of(node, spoken=says)
            if _called(node, inner=False) & CHANGES:
                yield node, says
        elif isinstance(node, ast.ClassDef):
            yield from _of(node, spoken=spoken)


def _returns_text(function: ast.AsyncFunctionDef | ast.FunctionDef) -> bool:
    """A way back returns its word."""
    return isinstance(function.returns, ast.Name) and function.returns.id == "str"


def _called(function: ast.AST, *, inner: bool = True) -> set[str]:
    """The names of what a function calls, with or without the functions inside it."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(function):
        if not inner and isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
            continue
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in CHANGES or _names_permission(node):
                found.add(name)
        found |= _called(node, inner=inner)
    return found


def _names_permission(call: ast.Call) -> bool:
    """Whether a call of such a name is one that changes something: it names the permission that it takes."""
    return any("Permission." in ast.unparse(one) or "permission" in ast.unparse(one) for one in call.args[:2])
