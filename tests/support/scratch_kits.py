"""A kind of subject that this house does not have: a kit written into folders that are looked into, too."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

import models.subjects
import tasks.subjects
from console.shared.words import read_wording
from models.calls.outcomes import all_outcomes
from models.core import reasons
from models.core.saying import forget_wording
from models.kits.links import offers
from models.kits.registry import all_traits
from tasks.intake.kinds import find_kinds
from tasks.subjects.registry import replies_of, subject_of

PACKAGES = (models.subjects, tasks.subjects)
TYRES = """
    '''Tyre sets: the wheels that a customer leaves with the workshop for half a year.'''

    from models.core.reasons import declare
    from models.core.words import Condition, Moment, OutcomeName, SubjectKind
    from models.kits.contract import SubjectTraits
    from models.kits.outcomes import Outcome
    from models.subjects.vehicle import Vehicle

    TRAITS = SubjectTraits(
        kind=SubjectKind("tyre-set"),
        table=Vehicle,
        conditions=(Condition("set-stored"),),
        moments={Moment("stored"): declare("not-stored")},
        absent=declare("no-tyre-set"),
        variables={"rack": "where the set lies"},
        write=lambda language, facts: {"rack": facts["rack"]},
        outcomes=(Outcome(name=OutcomeName("fetched"), key="9", follows="done; the rack is free"),),
    )
"""
FACTS = """
    '''Tyre sets, as a sweep sees them.'''

    from sqlalchemy import Integer, Text, func, literal, null, select

    from models.core.cadence import moment
    from models.core.reasons import declare
    from models.core.words import SubjectKind
    from models.subjects.vehicle import Vehicle
    from tasks.subjects.contract import Subject

    FETCHED = declare("set-fetched")


    class TyreSets(Subject):
        kind = SubjectKind("tyre-set")

        def facts(self, now, scope):
            return select(Vehicle.id.label("subject_id"), moment(now).label("anchor_at"), literal("A1").label("rack"))

        def reason(self, facts, now, conditions, due_at, rules):
            return null()

        def figures(self, facts):
            return func.jsonb_build_object(literal("rack", Text), facts.c.rack)

        def letter(self, facts):
            return [facts.c.rack]


    SUBJECT = TyreSets()
"""
WORDING = """
    anchor = { zh-CN = "入库日", en = "the day of storage" }

    [words]
    tyre-set = { zh-CN = "轮胎", en = "tyre set" }
    fetched = { zh-CN = "已取走", en = "fetched" }

    [conditions]
    set-stored = { zh-CN = "仍在库", en = "still stored" }

    [moments]
    stored = { zh-CN = "入库", en = "the storing" }

    [figures]
    rack = { zh-CN = "货架", en = "Rack" }

    [reasons]
    not-stored = { zh-CN = "没有入库日期。", en = "It has no day of storage." }
    no-tyre-set = { zh-CN = "没有轮胎记录。", en = "There is no tyre set on record." }
    set-fetched = { zh-CN = "轮胎已取走", en = "the set was fetched" }
"""


def write_kit(folder: Path, traits: str = TYRES, wording: str = WORDING, facts: str = FACTS) -> Path:
    """Write the kit of tyre sets into a folder; the module with its traits."""
    drawer = folder / "tasks" / "tyre_set"
    drawer.mkdir(parents=True)
    (folder / "models").mkdir()
    kit = folder / "models" / "tyre_set.py"
    for path, text in (
        (kit, traits),
        (kit.with_suffix(".toml"), wording),
        (drawer / "__init__.py", "'''Scratch.'''"),
        (drawer / "facts.py", facts),
    ):
        path.write_text(dedent(text).lstrip(), encoding="utf-8")
    return kit


def forget_kits() -> None:
    """Look for kits anew when they are next asked for."""
    for found in (all_traits, all_outcomes, offers, subject_of, replies_of, find_kinds, read_wording):
        found.cache_clear()
    forget_wording()


@contextmanager
def kits_in(folder: Path) -> Iterator[None]:
    """Let the kit in a folder be found beside our own, and forget it afterwards."""
    modules, declared = set(sys.modules), dict(reasons._DECLARED)
    with pytest.MonkeyPatch.context() as patch:
        for package in PACKAGES:
            own = folder / package.__name__.partition(".")[0]
            patch.setattr(package, "__path__", [*package.__path__, str(own)])
        forget_kits()
        try:
            yield
        finally:
            for name in set(sys.modules) - modules:
                parent, _, short = name.rpartition(".")
                if parent.startswith(("models.subjects", "tasks.subjects")):
                    del sys.modules[name]
                    vars(sys.modules.get(parent, sys)).pop(short, None)
            reasons._DECLARED.clear()
            reasons._DECLARED.update(declared)
    forget_kits()
