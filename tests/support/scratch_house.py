"""A copy of this house to which a page of docs adds something: its blocks of code are written where they say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("models", "tasks", "flows", "deployments", "console", "docs", "tests/support")
BLOCK = re.compile(r"^```\w+ (\S+/\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
"""A block of code with the path of its file."""


def copy_house(folder: Path) -> Path:
    """Our code and docs without what Python made of them, in a folder of its own."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for file in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, folder)
    return folder


def blocks_of(page: Path) -> list[tuple[str, str]]:
    """The blocks of a page that are files, or pieces of one: path and text."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def numbered(text: str, newest: str) -> str:
    """The page says MMMM for the newest migration, and NNNN for the one after it."""
    return text.replace("NNNN", f"{int(newest) + 1:04}").replace("MMMM", newest)


def write_new_files(folder: Path, blocks: list[tuple[str, str]], newest: str) -> list[str]:
    """Write those of them that are not there yet; their paths. A block of a file that is there changes it: see
    `add_to_tables_and_sections`."""
    written = []
    for name, text in blocks:
        path = folder / numbered(name, newest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(numbered(text, newest), encoding="utf-8")
            written.append(str(path.relative_to(folder)))
    return written


def add_to_page(folder: Path, name: str, row_after: str, row: str, section_before: str, section: str) -> None:
    """Put a row below another one of a table, and a section before another one."""
    page = folder / name
    text, rows = re.subn(
        rf"^({re.escape(row_after)}.*\n)", rf"\1{row}", page.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    text, sections = re.subn(
        rf"^{re.escape(section_before)}$", f"{section}\n{section_before}", text, flags=re.MULTILINE
    )
    assert (rows, sections) == (1, 1)
    page.write_text(text, encoding="utf-8")


def run_in(folder: Path, *arguments: str) -> str:
    """What Python prints with the copy in place of our own code: `-c PROGRAM`, or `-m MODULE`."""
    ended = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True, text=True, check=False, cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
