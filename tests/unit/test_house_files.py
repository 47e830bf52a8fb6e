"""What stands around the code fits together: targets, pins, the licence, and the links between the pages."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").glob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    told = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = [line.split()[1] for line in told.stdout.splitlines()]
    assert sorted(listed) == sorted(targets)
    assert all(len(line.split()) > 2 for line in told.stdout.splitlines())


def test_pins_are_plain_names_and_versions_each_once() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin) for pin in PINS)
    names = [canonicalize_name(pin.partition("==")[0]) for pin in PINS]
    assert len(set(names)) == len(names)


def test_what_is_asked_for_is_pinned_to_a_version_that_is_allowed() -> None:
    pinned = {canonicalize_name(name): version for name, _, version in (pin.partition("==") for pin in PINS)}
    project = PYPROJECT["project"]
    for line in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
        asked = Requirement(line)
        assert pinned[canonicalize_name(asked.name)] in asked.specifier, line


def test_the_licence_is_the_one_that_the_package_says() -> None:
    assert PYPROJECT["project"]["license"] == "Apache-2.0"
    assert all((ROOT / name).is_file() for name in PYPROJECT["project"]["license-files"])
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "SPDX-License-Identifier: Apache-2.0" in (ROOT / "NOTICE").read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """What the headings of a page are linked by, as hosting services make it of them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), link
